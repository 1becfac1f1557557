//! The loop of `relay_loop.rs`, each await a step of its own, around the real window and sweep.

use std::collections::{BTreeSet, VecDeque};

use store::outbox::Pending;

use super::{Input, Place};
use crate::relay_loop::{GAP, GATHER, LINGER};
use crate::simulation::broker::Request;
use crate::simulation::context::{Breach, Context, Event, MS, Time, micros};
use crate::simulation::outbox::Statement;
use crate::simulation::plan::Variant;
use crate::sweep::Sweep;
use crate::window::{Next, Window};

/// What a relay that works holds, named as in `RelayLoop`.
pub(super) struct Core {
    window: Window,
    sweep: Sweep<Time>,
    fetches: VecDeque<(String, i64)>,
    delivered: Vec<i64>,
    removing: bool,
    /// A reading is under way; everything else waits in `mail`.
    reading: bool,
    /// What the sweep has read and the limit of it, while the gaps it has passed are looked at.
    read: Option<(Vec<Pending>, usize)>,
    mail: VecDeque<Input>,
    read_at: Time,
    remove_at: Time,
    poll_at: Time,
    outages: u32,
    /// For variants: rows seen, highest of them.
    seen: BTreeSet<i64>,
}

impl Core {
    pub(super) fn new(context: &Context) -> Self {
        let config = &context.plan.config;
        let now = context.now;
        Self {
            window: Window::new(config.relay_window, config.relay_run),
            sweep: Sweep::new(),
            fetches: VecDeque::new(),
            delivered: Vec::new(),
            removing: false,
            reading: false,
            read: None,
            mail: VecDeque::new(),
            read_at: now,
            remove_at: now,
            poll_at: now,
            outages: 0,
            seen: BTreeSet::new(),
        }
    }

    pub(super) fn hear(&mut self, input: Input, place: Place, context: &mut Context) {
        let answer = matches!(
            input,
            Input::Rows(..) | Input::Late(..) | Input::Fetched(..)
        );
        match input {
            // A task of its own.
            Input::Fly(run, failures) => return publish(run, failures, place, context),
            other if self.reading && !answer => self.mail.push_back(other),
            other => self.take(other, place, context),
        }
        while !self.reading
            && let Some(mail) = self.mail.pop_front()
        {
            self.take(mail, place, context);
        }
        self.turn(place, context);
        let bound = context.plan.config.relay_window;
        if self.window.len() > bound || self.delivered.len() > bound {
            let held = self.window.len().max(self.delivered.len());
            context.breach(Breach::Memory, format!("a relay holds {held} rows"));
        }
    }

    fn take(&mut self, input: Input, place: Place, context: &mut Context) {
        match input {
            Input::Wake => self.sweep.wake(context.now),
            Input::Rows(Some(rows), limit) => {
                self.read = Some((rows, limit));
                self.read_late(0, place, context);
            }
            Input::Late(Some(rows), limit) => {
                let more = rows.len() == limit;
                let after = rows.last().map_or(0, |row| row.seq);
                for row in &rows {
                    self.sweep.fill(row.seq);
                }
                self.offer(rows, place, context);
                if more {
                    self.read_late(after, place, context);
                } else {
                    self.swept(place, context);
                }
            }
            Input::Fetched(aggregate, Some(rows), limit) => {
                self.fetches.pop_front();
                if let Some(run) = self.window.fetched(&aggregate, rows, limit) {
                    self.launch(run, 0, 0, place, context);
                }
                self.read_on(place, context);
            }
            Input::Rows(None, _) | Input::Late(None, _) | Input::Fetched(_, None, _) => {
                self.reading_failed(context);
            }
            Input::Removed(rows, true) => {
                self.removing = false;
                self.outages = 0;
                self.remove_at = context.now + micros(GATHER);
                self.window.forget(&rows);
                self.seen.retain(|seq| !rows.contains(seq));
            }
            Input::Removed(rows, false) => {
                self.removing = false;
                self.outages += 1;
                self.delivered.extend(rows);
                self.remove_at = context.now + context.pause(self.outages);
            }
            Input::Landed(run, taken, failures) => {
                self.land(run, taken, failures, place, context);
            }
            _ => {}
        }
    }

    /// What the loop does before it waits.
    pub(super) fn turn(&mut self, place: Place, context: &mut Context) {
        if self.reading {
            return;
        }
        let now = context.now;
        if now >= self.poll_at && !context.is(Variant::NoPoll) {
            self.sweep.poll(now);
            let poll = context.plan.config.relay_poll_ms * MS;
            self.poll_at = now + context.between(poll * 9 / 10, poll * 11 / 10);
            context.at(self.poll_at, Event::Relay(place, Input::Tick));
        }
        if !self.removing && !self.delivered.is_empty() {
            let many = self.delivered.len() >= context.plan.config.relay_window / 4;
            if (many && self.outages == 0) || now >= self.remove_at {
                self.removing = true;
                let statement = Statement::Remove(std::mem::take(&mut self.delivered));
                let hop = context.hop();
                context.after(hop, Event::Statement(place, statement));
            } else {
                context.at(self.remove_at, Event::Relay(place, Input::Tick));
            }
        }
        if !self.wants_to_read(context) {
            return;
        }
        if now >= self.read_at {
            self.reading = true;
            self.read_on(place, context);
        } else {
            context.at(self.read_at, Event::Relay(place, Input::Tick));
        }
    }

    fn fetch_size(&self, context: &Context) -> usize {
        if context.is(Variant::BoundlessFetch) {
            return context.plan.config.relay_run;
        }
        self.window.fetch_size()
    }

    fn wants_to_read(&self, context: &Context) -> bool {
        if !self.fetches.is_empty() && self.fetch_size(context) > 0 {
            return true;
        }
        let config = &context.plan.config;
        let room = self.window.room();
        let enough = config.relay_batch.min(config.relay_window) / 4;
        self.sweep.place().is_some() && room > 0 && (room >= enough || self.window.len() == 0)
    }

    /// The next statement of a reading: first what was left behind, then the sweep.
    fn read_on(&mut self, place: Place, context: &mut Context) {
        let size = self.fetch_size(context);
        let limit = context.plan.config.relay_batch.min(self.window.room());
        let statement = match (self.fetches.front().cloned(), self.sweep.place()) {
            (Some((aggregate, after)), _) if size > 0 => Statement::ListOf {
                aggregate,
                after,
                limit: size,
            },
            (_, Some(after)) if limit > 0 => {
                let high = self.seen.last().copied().unwrap_or(0);
                let skip = context.is(Variant::NoGaps);
                let after = if skip { after.max(high) } else { after };
                Statement::List { after, limit }
            }
            _ => {
                self.reading = false;
                return;
            }
        };
        let hop = context.hop();
        context.after(hop, Event::Statement(place, statement));
    }

    /// Looks at the gaps that the sweep has passed, behind a place.
    fn read_late(&mut self, after: i64, place: Place, context: &mut Context) {
        let within = self.sweep.passed();
        let limit = context.plan.config.relay_batch.min(self.window.room());
        if within.is_empty() || limit == 0 || context.is(Variant::NoLateLook) {
            self.swept(place, context);
            return;
        }
        let statement = Statement::Within {
            within,
            after,
            limit,
        };
        let hop = context.hop();
        context.after(hop, Event::Statement(place, statement));
    }

    /// Takes in what the sweep has read.
    fn swept(&mut self, place: Place, context: &mut Context) {
        let (mut rows, limit) = self.read.take().unwrap_or_default();
        let mut full = rows.len() == limit;
        if rows.len() > self.window.room() {
            rows.truncate(self.window.room());
            full = true;
        }
        self.reading = false;
        self.outages = 0;
        let now = context.now;
        let places = rows.iter().map(|row| row.seq);
        self.sweep
            .read(places.clone(), full, now, now + micros(GAP));
        if !full {
            self.read_at = now + micros(LINGER);
        }
        if context.is(Variant::NoGaps) {
            self.seen.extend(places);
        }
        self.offer(rows, place, context);
    }

    fn offer(&mut self, rows: Vec<Pending>, place: Place, context: &mut Context) {
        if context.is(Variant::NoLanes) {
            for row in rows {
                if self.seen.insert(row.seq) {
                    self.launch(vec![row], 0, 0, place, context);
                }
            }
            return;
        }
        for run in self.window.offer(rows) {
            self.launch(run, 0, 0, place, context);
        }
    }

    fn reading_failed(&mut self, context: &mut Context) {
        self.reading = false;
        self.read = None;
        self.outages += 1;
        self.read_at = context.now + context.pause(self.outages);
    }

    fn launch(
        &mut self,
        run: Vec<Pending>,
        failures: u32,
        pause: Time,
        place: Place,
        context: &mut Context,
    ) {
        if context.is(Variant::RemoveEarly) {
            self.delivered.extend(run.iter().map(|row| row.seq));
        }
        if pause > 0 {
            context.after(pause, Event::Relay(place, Input::Fly(run, failures)));
        } else {
            publish(run, failures, place, context);
        }
    }

    fn land(
        &mut self,
        mut run: Vec<Pending>,
        taken: usize,
        failures: u32,
        place: Place,
        context: &mut Context,
    ) {
        let aggregate = run[0].aggregate.clone();
        let early = context.is(Variant::RemoveEarly);
        let rest = run.split_off(taken);
        if !early {
            self.delivered.extend(run.iter().map(|row| row.seq));
        }
        if !rest.is_empty() && !early {
            let pause = context.pause(failures + 1);
            self.launch(rest, failures + 1, pause, place, context);
            return;
        }
        match self.window.settled(&aggregate) {
            Next::Run(run) => self.launch(run, 0, 0, place, context),
            Next::Fetch(after) => self.fetches.push_back((aggregate, after)),
            Next::Nothing => {}
        }
    }
}

fn publish(run: Vec<Pending>, failures: u32, place: Place, context: &mut Context) {
    context.tell(|| {
        let places: Vec<i64> = run.iter().map(|row| row.seq).collect();
        format!("relay {}: publishes {places:?}", place.relay)
    });
    let hop = context.hop();
    context.after(hop, Event::Broker(Request::Publish(place, run, failures)));
}
