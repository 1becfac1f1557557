//! The database of the service that emits: writers, the outbox, the relays' statements.

use std::collections::BTreeSet;

use kernel::{EventId, Timestamp, TypedId};
use rand::RngExt;
use store::outbox::Pending;

use super::context::{Context, Event, MS, SECOND, Time};
use super::plan::{Fault, Plan, Variant};
use super::relay::{self, Input};

/// How long a lease lasts.
pub(super) const LEASE: Time = 2 * SECOND;

/// Longest that a transaction stays open. The relay counts on it: beyond `relay_loop::GAP` an event
/// that appears late may be overtaken.
const LONGEST: Time = 20 * SECOND;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Open,
    Committed,
    RolledBack,
}

/// An event, found by its place in the outbox, which is never given out twice.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) aggregate: usize,
    pub(super) fate: Fate,
    /// By consumer: no run of the handler will succeed.
    pub(super) poison: Vec<bool>,
    /// By consumer: this many runs fail before one succeeds.
    pub(super) failing: Vec<u32>,
}

#[derive(Debug)]
pub(super) enum Statement {
    List {
        after: i64,
        limit: usize,
    },
    ListOf {
        aggregate: String,
        after: i64,
        limit: usize,
    },
    Within {
        within: Vec<(i64, i64)>,
        after: i64,
        limit: usize,
    },
    Remove(Vec<i64>),
    Lease,
}

pub(super) struct Outbox {
    events: Vec<Written>,
    pub(super) rows: BTreeSet<i64>,
    /// By aggregate: what was committed, in that order.
    pub(super) history: Vec<Vec<i64>>,
    transactions: Vec<Vec<i64>>,
    /// By aggregate: a transaction holds its row. Places and commits of one aggregate therefore
    /// have the same order; across aggregates they do not.
    locked: Vec<bool>,
    names: Vec<String>,
    /// Transactions that have not ended.
    pub(super) unsettled: usize,
    lease: Option<(usize, Time)>,
    pub(super) down_until: Time,
}

impl Outbox {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            events: Vec::new(),
            rows: BTreeSet::new(),
            history: vec![Vec::new(); plan.aggregates],
            transactions: Vec::new(),
            locked: vec![false; plan.aggregates],
            names: (0..plan.aggregates)
                .map(|index| format!("a{index}"))
                .collect(),
            unsettled: plan.transactions,
            lease: None,
            down_until: 0,
        }
    }

    pub(super) fn event(&self, seq: i64) -> &Written {
        &self.events[place_of(seq)]
    }

    pub(super) fn event_mut(&mut self, seq: i64) -> &mut Written {
        &mut self.events[place_of(seq)]
    }

    pub(super) fn name(&self, seq: i64) -> &str {
        &self.names[self.event(seq).aggregate]
    }

    pub(super) fn committed(&self) -> usize {
        self.history.iter().map(Vec::len).sum()
    }

    fn pending(&self, seq: i64) -> Pending {
        Pending {
            seq,
            event_id: EventId::from_uuid(uuid::Uuid::nil()),
            aggregate: self.name(seq).to_owned(),
            body: String::new(),
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn list(&self, after: i64, limit: usize, wanted: impl Fn(i64) -> bool) -> Vec<Pending> {
        self.rows
            .range(after + 1..)
            .filter(|seq| wanted(**seq))
            .take(limit)
            .map(|seq| self.pending(*seq))
            .collect()
    }
}

fn place_of(seq: i64) -> usize {
    usize::try_from(seq - 1).expect("places count from 1")
}

impl Context {
    /// A writer begins: locks aggregates, takes places in the outbox, commits some time later.
    pub(super) fn write(&mut self) {
        let free: Vec<usize> = (0..self.plan.aggregates)
            .filter(|index| !self.outbox.locked[*index])
            .collect();
        if free.is_empty() {
            let wait = self.between(10 * MS, 50 * MS);
            self.after(wait, Event::Write);
            return;
        }
        let chosen = [free[self.below(free.len())], free[self.below(free.len())]];
        let transaction = self.outbox.transactions.len();
        let mut places = Vec::new();
        for _ in 0..=self.below(self.plan.burst) {
            let aggregate = chosen[self.below(2)];
            self.outbox.locked[aggregate] = true;
            let event = self.draw_event(aggregate);
            self.outbox.events.push(event);
            places.push(i64::try_from(self.outbox.events.len()).expect("few"));
        }
        self.tell(|| format!("writer: transaction {transaction} takes places {places:?}"));
        self.outbox.transactions.push(places);
        let open = if self.strikes(Fault::SlowCommit) {
            self.between(50 * MS, LONGEST)
        } else {
            self.between(MS, 20 * MS)
        };
        self.after(open, Event::Settle(transaction));
    }

    fn draw_event(&mut self, aggregate: usize) -> Written {
        let plan = &self.plan;
        let mut event = Written {
            aggregate,
            fate: Fate::Open,
            poison: Vec::with_capacity(plan.consumers),
            failing: Vec::with_capacity(plan.consumers),
        };
        for _ in 0..plan.consumers {
            event
                .poison
                .push(self.rng.random_range(0..1_000) < plan.poison);
            let fails = self.rng.random_range(0..1_000) < plan.transient;
            let most = plan.config.attempts - 1;
            event.failing.push(if fails {
                self.rng.random_range(1..=most)
            } else {
                0
            });
        }
        event
    }

    pub(super) fn settle(&mut self, transaction: usize) {
        let places = std::mem::take(&mut self.outbox.transactions[transaction]);
        let fails = self.strikes(Fault::Rollback);
        let fate = if fails {
            Fate::RolledBack
        } else {
            Fate::Committed
        };
        self.tell(|| format!("writer: transaction {transaction} is {fate:?}"));
        self.outbox.unsettled -= 1;
        for seq in &places {
            self.outbox.event_mut(*seq).fate = fate;
            let aggregate = self.outbox.event(*seq).aggregate;
            self.outbox.locked[aggregate] = false;
            if !fails {
                self.outbox.history[aggregate].push(*seq);
            }
        }
        if !fails || self.is(Variant::EmitOutside) {
            self.outbox.rows.extend(places);
        }
        // A commit whose answer is lost wakes nobody.
        if fails || self.strikes(Fault::Answer) {
            return;
        }
        for relay in 0..self.plan.relays {
            if !self.strikes(Fault::Wake) {
                let hop = self.hop();
                self.after(
                    hop,
                    Event::Relay(relay::Place { relay, life: None }, Input::Wake),
                );
            }
        }
    }

    /// A relay's statement is carried out and answered.
    pub(super) fn execute(&mut self, place: relay::Place, statement: Statement) {
        let fails = self.now < self.outbox.down_until || self.strikes(Fault::Statement);
        let outbox = &self.outbox;
        let input = match statement {
            Statement::List { after, limit } => {
                Input::Rows((!fails).then(|| outbox.list(after, limit, |_| true)), limit)
            }
            Statement::ListOf {
                aggregate,
                after,
                limit,
            } => {
                let wanted = |seq| outbox.name(seq) == aggregate;
                let rows = (!fails).then(|| outbox.list(after, limit, wanted));
                Input::Fetched(aggregate, rows, limit)
            }
            Statement::Within {
                within,
                after,
                limit,
            } => {
                let wanted = |seq| within.iter().any(|(from, to)| *from < seq && seq < *to);
                Input::Late((!fails).then(|| outbox.list(after, limit, wanted)), limit)
            }
            Statement::Remove(rows) => {
                if !fails {
                    for seq in &rows {
                        self.outbox.rows.remove(seq);
                    }
                }
                let known = !fails && !self.strikes(Fault::Answer);
                Input::Removed(rows, known)
            }
            Statement::Lease => Input::Leased(!fails && self.lease(place.relay)),
        };
        let hop = self.hop();
        self.after(hop, Event::Relay(place, input));
    }

    /// As `store::lease::acquire`.
    fn lease(&mut self, relay: usize) -> bool {
        let free = self
            .outbox
            .lease
            .is_none_or(|(holder, until)| holder == relay || until <= self.now);
        if free {
            self.outbox.lease = Some((relay, self.now + LEASE));
        }
        free
    }
}
