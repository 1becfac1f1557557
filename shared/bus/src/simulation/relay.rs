//! A relay process: starts, dies, holds its lease; what it does in between is in [`core`].

mod core;

use store::outbox::Pending;

use self::core::Core;
use super::context::{Context, Event, MS, Time};
use super::outbox::{LEASE, Statement};
use super::plan::Fault;

#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) relay: usize,
    /// None is whichever life it has.
    pub(super) life: Option<u32>,
}

#[derive(Debug)]
pub(super) enum Input {
    Start,
    Wake,
    /// Some timer is due.
    Tick,
    Rows(Option<Vec<Pending>>, usize),
    Late(Option<Vec<Pending>>, usize),
    Fetched(String, Option<Vec<Pending>>, usize),
    Removed(Vec<i64>, bool),
    /// The pause of a run is over; so many times it has failed.
    Fly(Vec<Pending>, u32),
    /// So many rows of a run are confirmed.
    Landed(Vec<Pending>, usize, u32),
    AskLease,
    Leased(bool),
}

pub(super) struct Relay {
    index: usize,
    life: u32,
    up: bool,
    asked_at: Time,
    leased_until: Time,
    core: Option<Core>,
}

impl Relay {
    pub(super) fn new(index: usize) -> Self {
        Self {
            index,
            life: 0,
            up: false,
            asked_at: 0,
            leased_until: 0,
            core: None,
        }
    }

    fn place(&self) -> Place {
        Place {
            relay: self.index,
            life: Some(self.life),
        }
    }

    pub(super) fn crash(&mut self, context: &mut Context) {
        if !self.up {
            return;
        }
        context.tell(|| format!("relay {}: dies", self.index));
        self.up = false;
        self.core = None;
        self.life += 1;
        let pause = context.between(MS, 500 * MS);
        context.after(pause, Event::Relay(self.place(), Input::Start));
    }

    pub(super) fn handle(&mut self, place: Place, input: Input, context: &mut Context) {
        if place.life.is_some_and(|life| life != self.life) {
            return;
        }
        if self.up && context.strikes(Fault::Crash) {
            self.crash(context);
            return;
        }
        match input {
            Input::Start => {
                self.up = true;
                if context.plan.leased {
                    self.ask(context);
                } else {
                    self.leased_until = Time::MAX;
                    self.take_up(context);
                }
            }
            Input::AskLease => self.ask(context),
            Input::Leased(held) => {
                if held {
                    self.leased_until = self.asked_at + LEASE;
                    if self.core.is_none() {
                        self.take_up(context);
                    }
                }
                let again = Event::Relay(self.place(), Input::AskLease);
                context.after(LEASE / 3, again);
            }
            other => {
                let place = self.place();
                if let Some(core) = &mut self.core {
                    core.hear(other, place, context);
                }
            }
        }
        if self.core.is_some() && context.now >= self.leased_until {
            context.tell(|| format!("relay {}: has lost its lease", self.index));
            self.core = None;
            self.life += 1;
            self.ask(context);
        }
    }

    fn ask(&mut self, context: &mut Context) {
        self.asked_at = context.now;
        let hop = context.hop();
        context.after(hop, Event::Statement(self.place(), Statement::Lease));
    }

    fn take_up(&mut self, context: &mut Context) {
        context.tell(|| format!("relay {}: begins", self.index));
        let mut core = Core::new(context);
        core.turn(self.place(), context);
        self.core = Some(core);
    }
}
