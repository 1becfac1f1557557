//! The database of a consumer: inbox, effects, dead letters; and what must hold of them.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Breach, Context, Time};
use super::outbox::Fate;
use super::plan::{Plan, Variant};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Effect,
    Dead,
}

pub(super) struct Inbox {
    handled: BTreeSet<i64>,
    /// Claims of transactions that are open, each with the process.
    claims: BTreeMap<i64, usize>,
    outcomes: BTreeMap<i64, Outcome>,
    /// By aggregate: how much of its history is through.
    through: Vec<usize>,
    pub(super) down_until: Time,
}

impl Inbox {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            handled: BTreeSet::new(),
            claims: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            through: vec![0; plan.aggregates],
            down_until: 0,
        }
    }

    /// Returns how many events have had their outcome.
    pub(super) fn through(&self) -> usize {
        self.through.iter().sum()
    }

    /// Claims events for the open transaction of a process; returns those that are new, each once.
    /// None while another open transaction holds one of them: the statement waits.
    pub(super) fn claim(&mut self, events: &[i64], process: usize) -> Option<Vec<i64>> {
        let held = |seq| self.claims.get(seq).is_some_and(|other| *other != process);
        if events.iter().any(held) {
            return None;
        }
        let mut fresh = Vec::with_capacity(events.len());
        for seq in events {
            if !self.handled.contains(seq) && self.claims.insert(*seq, process).is_none() {
                fresh.push(*seq);
            }
        }
        Some(fresh)
    }

    pub(super) fn roll_back(&mut self, process: usize) {
        self.claims.retain(|_, holder| *holder != process);
    }

    pub(super) fn commit(&mut self, process: usize) {
        let claimed = self.claims.extract_if(.., |_, holder| *holder == process);
        self.handled.extend(claimed.map(|(seq, _)| seq));
    }
}

impl Context {
    /// An effect or a dead letter is committed.
    pub(super) fn take_effect(&mut self, consumer: usize, seq: i64, outcome: Outcome) {
        self.tell(|| format!("consumer {consumer}: {outcome:?} of {seq}"));
        let event = self.outbox.event(seq);
        let (aggregate, poison) = (event.aggregate, event.poison[consumer]);
        if event.fate != Fate::Committed {
            return self.breach(Breach::Phantom, format!("{outcome:?} of {seq}"));
        }
        if outcome == Outcome::Dead && !poison {
            return self.breach(Breach::Buried, format!("{seq} is no poison"));
        }
        let inbox = &mut self.inboxes[consumer];
        match inbox.outcomes.insert(seq, outcome) {
            // As `store::dead_letter::keep`: a second death changes nothing.
            Some(Outcome::Dead) if outcome == Outcome::Dead => return,
            Some(before) => {
                let what = format!("{outcome:?} of {seq} after its {before:?}");
                return self.breach(Breach::Twice, what);
            }
            None => {}
        }
        let through = &mut inbox.through[aggregate];
        let next = self.outbox.history[aggregate].get(*through).copied();
        *through += 1;
        if next != Some(seq) {
            let what = format!("{outcome:?} of {seq} in consumer {consumer} before {next:?}");
            self.breach(Breach::Overtaken, what);
        }
    }

    /// As `store::inbox::claim`.
    pub(super) fn claim(
        &mut self,
        consumer: usize,
        events: &[i64],
        process: usize,
    ) -> Option<Vec<i64>> {
        if self.is(Variant::NoInbox) {
            return Some(events.to_vec());
        }
        self.inboxes[consumer].claim(events, process)
    }
}
