//! A consumer process: the loop of `worker.rs`, each await a step of its own, around the real lanes
//! and the real judgement of failures.

mod transaction;

use std::collections::VecDeque;

use super::broker::Request;
use super::context::{Breach, Context, Event, MS, Time};
use super::plan::{Fault, Variant};
use crate::lanes::{Entry, Lanes};

#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) consumer: usize,
    pub(super) process: usize,
    pub(super) life: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Input {
    Start,
    Opened(usize),
    Refused,
    Closed(usize),
    Delivered {
        connection: usize,
        tag: u64,
        seq: i64,
    },
    /// What the process waited for has come to its end.
    Step,
    /// A parked lane is due.
    Due,
}

#[derive(Debug)]
pub(super) struct Waiting {
    seq: i64,
    connection: usize,
    tag: u64,
    runs: u32,
    failures: u32,
}

type Taken = Entry<Waiting>;

/// A transaction over a batch, or over one event of it with the rest to come.
struct Run {
    batch: Vec<Taken>,
    rest: VecDeque<Taken>,
    whole: bool,
    stage: Stage,
    fresh: Vec<i64>,
}

enum Stage {
    Begin,
    Claim,
    Handle(usize),
    Commit,
}

enum Phase {
    Opening,
    Idle,
    Running(Run),
    Burying(Taken, VecDeque<Taken>),
    Acking(VecDeque<Taken>, VecDeque<Taken>),
    Pausing,
}

pub(super) struct Worker {
    pub(super) place: Place,
    up: bool,
    pub(super) connection: Option<usize>,
    closed: bool,
    /// Delivered and not yet taken by the loop.
    buffer: VecDeque<Waiting>,
    lanes: Lanes<Waiting, Time>,
    phase: Phase,
    outages: u32,
    refusals: u32,
}

impl Worker {
    pub(super) fn new(consumer: usize, process: usize) -> Self {
        Self {
            place: Place {
                consumer,
                process,
                life: 0,
            },
            up: false,
            connection: None,
            closed: false,
            buffer: VecDeque::new(),
            lanes: Lanes::default(),
            phase: Phase::Opening,
            outages: 0,
            refusals: 0,
        }
    }

    pub(super) fn crash(&mut self, context: &mut Context) {
        if !self.up {
            return;
        }
        context.tell(|| format!("{:?}: dies", self.place));
        context.inboxes[self.place.consumer].roll_back(self.place.process);
        if let Some(connection) = self.connection {
            // The broker hears of it at once or, when the machine went too, after its heartbeats.
            let hop = context.hop();
            let silence = context.between(0, 1_000 * MS);
            let wait = if context.below(2) == 0 { 0 } else { silence };
            context.after(hop + wait, Event::Broker(Request::Close(connection)));
        }
        let mut next = Self::new(self.place.consumer, self.place.process);
        next.place.life = self.place.life + 1;
        *self = next;
        let pause = context.between(MS, 500 * MS);
        context.after(pause, Event::Worker(self.place, Input::Start));
    }

    pub(super) fn handle(&mut self, life: u32, input: Input, context: &mut Context) {
        let stale = life != self.place.life;
        if stale || (self.up && context.strikes(Fault::Crash)) {
            if let Input::Opened(connection) = input {
                // Nobody is there any more to hold it.
                context.after(MS, Event::Broker(Request::Close(connection)));
            }
            if !stale {
                self.crash(context);
            }
            return;
        }
        match input {
            Input::Start => {
                self.up = true;
                self.open(context);
            }
            Input::Opened(connection) => {
                self.refusals = 0;
                self.connection = Some(connection);
                self.idle(context);
            }
            Input::Refused => self.reopen(context),
            Input::Closed(connection) => {
                self.closed |= self.connection == Some(connection);
                self.wake(context);
            }
            Input::Delivered {
                connection,
                tag,
                seq,
            } => {
                if self.connection == Some(connection) {
                    self.buffer.push_back(Waiting {
                        seq,
                        connection,
                        tag,
                        runs: 0,
                        failures: 0,
                    });
                }
                self.wake(context);
            }
            Input::Step => self.step(context),
            Input::Due => self.wake(context),
        }
        let held = self.lanes.len();
        if held > context.plan.config.held || self.buffer.len() > context.plan.config.queue {
            context.breach(Breach::Memory, format!("a consumer holds {held} events"));
        }
    }

    fn open(&mut self, context: &mut Context) {
        self.phase = Phase::Opening;
        let hop = context.hop();
        context.after(hop, Event::Broker(Request::Subscribe(self.place)));
    }

    fn reopen(&mut self, context: &mut Context) {
        self.refusals += 1;
        let pause = context.pause(self.refusals);
        context.after(pause, Event::Worker(self.place, Input::Step));
        self.phase = Phase::Opening;
    }

    /// What is awaited takes a while.
    fn wait(&mut self, phase: Phase, context: &mut Context) {
        self.phase = phase;
        let hop = context.hop();
        context.after(hop, Event::Worker(self.place, Input::Step));
    }

    fn pause(&mut self, context: &mut Context) {
        self.outages += 1;
        self.phase = Phase::Pausing;
        let pause = context.pause(self.outages);
        context.after(pause, Event::Worker(self.place, Input::Step));
    }

    fn wake(&mut self, context: &mut Context) {
        if matches!(self.phase, Phase::Idle) {
            self.idle(context);
        }
    }

    /// The loop's beginning: takes in what the queue has by now, then takes a batch, or waits.
    fn idle(&mut self, context: &mut Context) {
        let room = context.plan.config.held.saturating_sub(self.lanes.len());
        for waiting in self.buffer.drain(..room.min(self.buffer.len())) {
            let lane = context.outbox.name(waiting.seq).to_owned();
            // an aggregate may move from one district to another
            let district = (waiting.seq % 3).to_string();
            self.lanes.push(&district, lane, waiting);
        }
        if self.closed && self.buffer.is_empty() && self.lanes.len() < context.plan.config.held {
            self.closed = false;
            self.connection = None;
            self.lanes = Lanes::default();
            return self.reopen(context);
        }
        self.lanes.release(context.now);
        let batch = self.lanes.take(context.plan.config.batch);
        if !batch.is_empty() {
            self.process(batch, context);
            return;
        }
        self.phase = Phase::Idle;
        if let Some(due) = self.lanes.next_due() {
            context.at(due, Event::Worker(self.place, Input::Due));
        }
    }

    fn process(&mut self, batch: Vec<Taken>, context: &mut Context) {
        if context.is(Variant::AckBeforeCommit) {
            for entry in &batch {
                context.ack(entry.item.connection, entry.item.tag);
            }
        }
        if batch.len() > 1 {
            self.run(batch, VecDeque::new(), true, context);
        } else {
            self.next_single(batch.into(), context);
        }
    }

    fn run(
        &mut self,
        batch: Vec<Taken>,
        rest: VecDeque<Taken>,
        whole: bool,
        context: &mut Context,
    ) {
        let run = Run {
            batch,
            rest,
            whole,
            stage: Stage::Begin,
            fresh: Vec::new(),
        };
        self.wait(Phase::Running(run), context);
    }

    fn next_single(&mut self, mut rest: VecDeque<Taken>, context: &mut Context) {
        while let Some(entry) = rest.pop_front() {
            if self.lanes.is_parked(entry.lane()) {
                self.lanes.restore(entry);
            } else {
                return self.run(vec![entry], rest, false, context);
            }
        }
        self.idle(context);
    }

    fn step(&mut self, context: &mut Context) {
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Opening => self.open(context),
            Phase::Idle | Phase::Pausing => self.idle(context),
            Phase::Running(run) => self.advance(run, context),
            Phase::Burying(entry, rest) => self.bury(entry, rest, context),
            Phase::Acking(mut done, rest) => {
                if let Some(entry) = done.pop_front() {
                    if !context.is(Variant::AckBeforeCommit) {
                        context.ack(entry.item.connection, entry.item.tag);
                    }
                    self.wait(Phase::Acking(done, rest), context);
                } else {
                    self.next_single(rest, context);
                }
            }
        }
    }
}
