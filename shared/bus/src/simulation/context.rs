//! What all parts of a schedule share: virtual time, the agenda, the draws, the record.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::broker::{Broker, Request};
use super::inbox::Inbox;
use super::outbox::{Outbox, Statement};
use super::plan::{Fault, Plan, Variant};
use super::world::Blow;
use super::{relay, worker};
use crate::backoff::Backoff;

/// Virtual time in microseconds.
pub(super) type Time = u64;
pub(super) const MS: Time = 1_000;
pub(super) const SECOND: Time = 1_000 * MS;

/// Something that happens at an instant. Inputs of a process carry its life: a process that died
/// and started again does not hear what was meant for it before.
#[derive(Debug)]
pub(super) enum Event {
    /// A writer begins a transaction.
    Write,
    /// A writer's transaction ends.
    Settle(usize),
    /// A relay's statement reaches the database.
    Statement(relay::Place, Statement),
    Relay(relay::Place, relay::Input),
    Broker(Request),
    Worker(worker::Place, worker::Input),
    Blow(Blow),
}

/// What must not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breach {
    /// A second effect of an event.
    Twice,
    /// An effect before that of an earlier event of the same aggregate.
    Overtaken,
    /// An effect of an event whose transaction was rolled back.
    Phantom,
    /// A dead letter that is no poison.
    Buried,
    /// More in memory than allowed.
    Memory,
    /// Not everything was through in time: an event is lost or nobody goes on.
    Stuck,
}

pub(super) struct Context {
    pub(super) plan: Plan,
    pub(super) now: Time,
    pub(super) rng: ChaCha8Rng,
    pub(super) backoff: Backoff,
    agenda: BTreeMap<(Time, u64), Event>,
    scheduled: u64,
    pub(super) outbox: Outbox,
    pub(super) broker: Broker,
    /// By consumer.
    pub(super) inboxes: Vec<Inbox>,
    /// How often each fault struck.
    pub(super) struck: [u64; Fault::ALL.len()],
    pub(super) breach: Option<(Breach, String)>,
    /// The tale of the schedule, if somebody wants to read it.
    pub(super) tale: Option<String>,
}

impl Context {
    pub(super) fn new(seed: u64, variant: Variant, told: bool) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let plan = Plan::draw(variant, &mut rng);
        Self {
            now: 0,
            rng,
            backoff: plan.config.backoff(),
            agenda: BTreeMap::new(),
            scheduled: 0,
            outbox: Outbox::new(&plan),
            broker: Broker::new(&plan),
            inboxes: (0..plan.consumers).map(|_| Inbox::new(&plan)).collect(),
            struck: [0; Fault::ALL.len()],
            breach: None,
            tale: told.then(String::new),
            plan,
        }
    }

    pub(super) fn after(&mut self, delay: Time, event: Event) {
        self.at(self.now + delay, event);
    }

    pub(super) fn at(&mut self, at: Time, event: Event) {
        self.scheduled += 1;
        self.agenda.insert((at, self.scheduled), event);
    }

    /// Moves on to what happens next; none when nothing ever does.
    pub(super) fn next(&mut self) -> Option<Event> {
        let ((at, _), event) = self.agenda.pop_first()?;
        self.now = at;
        Some(event)
    }

    /// Returns how many events were put on the agenda: with the time, the print of a schedule.
    pub(super) fn scheduled(&self) -> u64 {
        self.scheduled
    }

    pub(super) fn is(&self, variant: Variant) -> bool {
        self.plan.variant == variant
    }

    pub(super) fn is_calm(&self) -> bool {
        self.now >= self.plan.calm
    }

    /// Draws whether a fault strikes at this opportunity.
    pub(super) fn strikes(&mut self, fault: Fault) -> bool {
        let rate = self.plan.rate(fault);
        if rate == 0 || self.is_calm() || self.rng.random_range(0..1_000) >= rate {
            return false;
        }
        self.struck[fault as usize] += 1;
        true
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.rng.random_range(0..limit.max(1))
    }

    pub(super) fn between(&mut self, from: Time, to: Time) -> Time {
        self.rng.random_range(from..=to)
    }

    /// Draws what one hop or one statement takes.
    pub(super) fn hop(&mut self) -> Time {
        if self.strikes(Fault::Stall) {
            return self.between(50 * MS, 1_500 * MS);
        }
        self.between(100, 3 * MS)
    }

    pub(super) fn pause(&mut self, failures: u32) -> Time {
        micros(self.backoff.draw(failures, &mut self.rng))
    }

    pub(super) fn breach(&mut self, breach: Breach, what: impl Into<String>) {
        if self.breach.is_none() {
            self.breach = Some((breach, what.into()));
        }
    }

    pub(super) fn tell(&mut self, line: impl FnOnce() -> String) {
        if let Some(tale) = &mut self.tale {
            let (now, line) = (self.now, line());
            writeln!(tale, "{:>9}.{:03} ms  {line}", now / MS, now % MS).expect("a string grows");
        }
    }
}

pub(super) fn micros(duration: Duration) -> Time {
    Time::try_from(duration.as_micros()).expect("short")
}
