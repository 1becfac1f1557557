//! Annealing with ejection and greedy reinsertion, for every kind of plan that gives positions to
//! people: a person is put on a position, whoever and whatever stands against it leaves, what left
//! goes where it fits best, and all of it is taken or undone as one move.

use crate::random::Random;
use crate::run::{Effort, Observer, Progress, spent};

/// Nobody stands on the position.
pub(crate) const NOBODY: u32 = u32::MAX;

/// A person who may do a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Index of the person.
    pub(crate) person: u32,
    /// Price, fairness and the like excepted.
    pub(crate) cost: i32,
    /// Bits of the start slots the person is free at.
    pub(crate) slots: u32,
}

/// Who stands on a position, and at which of its slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holder {
    /// Index of the person or [`NOBODY`].
    pub(crate) person: u32,
    /// The candidate's own price there.
    pub(crate) cost: i32,
    /// Index of the start slot.
    pub(crate) slot: u8,
}

/// Nobody.
pub(crate) const EMPTY: Holder = Holder {
    person: NOBODY,
    cost: 0,
    slot: 0,
};

/// A plan that can be changed step by step.
pub(crate) trait Plan {
    /// How many positions there are.
    fn len(&self) -> usize;
    /// Who stands on it.
    fn holder(&self, position: usize) -> Holder;
    /// Who may, cheapest first.
    fn candidates(&self, position: usize) -> &[Candidate];
    /// Slots the position may take as things are; all where the rest of its team is empty.
    fn open_slots(&self, position: usize) -> u32;
    /// Whether the person can take the empty position while all others stay.
    fn fits(&self, position: usize, slot: u8, person: u32) -> bool;
    /// Collects the positions that have to be emptied first (its own holder excepted); `false` where
    /// it is forbidden.
    fn conflicts(
        &self,
        position: usize,
        slot: u8,
        person: u32,
        random: &mut Random,
        out: &mut Vec<u32>,
    ) -> bool;
    /// What taking the empty position adds to the objective.
    fn price(&self, position: usize, holder: Holder) -> i64;
    /// Takes the empty position; what it added to the objective.
    fn insert(&mut self, position: usize, holder: Holder) -> i64;
    /// Empties the position; what it added to the objective.
    fn remove(&mut self, position: usize) -> i64;
    /// The least that filling the position can add to the objective.
    fn floor(&self, position: usize) -> i64;
    /// Positions that are worth changing together with this one, itself included.
    fn block(&self, _position: usize, _out: &mut Vec<u32>) {}
    /// Somebody the position would like for more than their own price.
    fn favourite(&self, _position: usize, _random: &mut Random) -> Option<u32> {
        None
    }
    /// Whether there are such blocks and favourites at all.
    fn has_blocks(&self) -> bool {
        false
    }
}

/// How the temperature falls.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule {
    /// At the start.
    pub(crate) hot: f64,
    /// At the end.
    pub(crate) cold: f64,
}

/// A search over a plan.
pub(crate) struct Annealer<'a, P> {
    pub(crate) plan: &'a mut P,
    random: Random,
    now: i64,
    best: i64,
    best_holders: Vec<Holder>,
    changed: Vec<u32>,
    is_changed: Vec<bool>,
    /// Positions worth trying; frozen ones are left out.
    open: Vec<u32>,
    journal: Vec<(u32, Holder)>,
    out: Vec<u32>,
    ejected: Vec<u32>,
    block: Vec<u32>,
}

impl<'a, P: Plan> Annealer<'a, P> {
    /// Starts from the plan as it is, whose objective is `now`.
    pub(crate) fn new(plan: &'a mut P, open: Vec<u32>, now: i64, seed: u64) -> Self {
        let best_holders = (0..plan.len()).map(|p| plan.holder(p)).collect();
        let is_changed = vec![false; plan.len()];
        Self {
            plan,
            random: Random::new(seed),
            now,
            best: now,
            best_holders,
            changed: Vec::new(),
            is_changed,
            open,
            journal: Vec::new(),
            out: Vec::new(),
            ejected: Vec::new(),
            block: Vec::new(),
        }
    }

    /// Objective of the best plan.
    pub(crate) fn best(&self) -> i64 {
        self.best
    }

    /// Who stands where in the best plan.
    pub(crate) fn best_holders(&self) -> &[Holder] {
        &self.best_holders
    }

    /// Fills empty positions in this order where somebody fits; never ejects.
    pub(crate) fn fill(&mut self, order: &[u32]) {
        for &position in order {
            if self.plan.holder(position as usize).person == NOBODY {
                self.reinsert(position as usize);
            }
        }
        self.keep();
        self.settle();
    }

    /// Anneals until the effort is spent.
    pub(crate) fn run(
        &mut self,
        schedule: Schedule,
        effort: Effort,
        bound: Option<i64>,
        observer: &mut dyn Observer,
    ) {
        if self.open.is_empty() {
            return;
        }
        let mut temperature = schedule.hot;
        let mut iteration = 0;
        let has_blocks = self.plan.has_blocks();
        loop {
            if iteration % 1024 == 0 {
                let share = spent(observer, iteration, effort.iterations);
                if iteration % 65_536 == 0 || share >= 1.0 {
                    observer.progress(&Progress {
                        phase: "anneal",
                        iteration,
                        incumbent: Some(self.best),
                        bound,
                    });
                }
                if share >= 1.0 || bound == Some(self.best) {
                    break;
                }
                temperature = schedule.hot * (schedule.cold / schedule.hot).powf(share);
            }
            let limit = self.random.patience(temperature);
            if has_blocks && self.random.below(16) == 0 {
                self.try_block(limit);
            } else {
                self.try_one(limit);
            }
            iteration += 1;
        }
        self.settle();
    }

    /// Puts somebody on one position.
    fn try_one(&mut self, limit: i64) {
        let position = self.open[self.random.below(self.open.len())] as usize;
        let old = self.plan.holder(position);
        let Some((candidate, slot)) = self.choose(position, old) else {
            return;
        };
        let before = self.now;
        if old.person != NOBODY {
            self.take_out(position);
        }
        self.force(position, slot, candidate, limit - (self.now - before));
        self.decide(before, limit);
    }

    /// A candidate for the position, and a slot.
    fn choose(&mut self, position: usize, old: Holder) -> Option<(Candidate, u8)> {
        let candidates = self.plan.candidates(position);
        if candidates.is_empty() {
            return None;
        }
        if self.plan.has_blocks() && self.random.below(3) == 0 {
            let favourite = self.plan.favourite(position, &mut self.random);
            let found = candidates
                .iter()
                .find(|other| Some(other.person) == favourite);
            if let Some(candidate) = found {
                return (candidate.person != old.person).then_some((*candidate, 0));
            }
        }
        let draw = self.random.unit();
        let index = (draw * draw.sqrt() * candidates.len() as f64) as usize;
        let candidate = candidates[index.min(candidates.len() - 1)];
        let mut mask = candidate.slots & self.plan.open_slots(position);
        if mask == 0 || (mask != candidate.slots && self.random.below(8) == 0) {
            mask = candidate.slots;
        }
        let mut skip = self.random.below(mask.count_ones() as usize);
        let mut slot = mask.trailing_zeros();
        while skip > 0 {
            mask &= mask - 1;
            slot = mask.trailing_zeros();
            skip -= 1;
        }
        let slot = slot as u8;
        (candidate.person != old.person || slot != old.slot).then_some((candidate, slot))
    }

    /// Empties what stands against it and fills the position; reinserts only if that may be worth it.
    fn force(&mut self, position: usize, slot: u8, candidate: Candidate, limit: i64) -> bool {
        let before = self.now;
        let mut out = std::mem::take(&mut self.out);
        out.clear();
        let person = candidate.person;
        let allowed = self
            .plan
            .conflicts(position, slot, person, &mut self.random, &mut out);
        if allowed {
            let mut floor = 0;
            for &other in &out {
                self.take_out(other as usize);
                self.ejected.push(other);
                floor += self.plan.floor(other as usize);
            }
            let cost = candidate.cost;
            self.put(position, Holder { person, cost, slot });
            if self.now - before + floor > limit {
                self.ejected.clear();
                // certainly too dear: `decide` undoes it
                self.out = out;
                return false;
            }
        }
        self.out = out;
        allowed
    }

    /// Reinserts what was ejected; keeps the move or undoes it.
    fn decide(&mut self, before: i64, limit: i64) {
        let mut ejected = std::mem::take(&mut self.ejected);
        if ejected.len() > 1 {
            self.random.shuffle(&mut ejected);
        }
        for &position in &ejected {
            self.reinsert(position as usize);
        }
        ejected.clear();
        self.ejected = ejected;
        if self.now - before <= limit {
            self.keep();
        } else {
            self.undo();
        }
    }

    /// Puts one person on a whole block, for instance all dates of a series.
    fn try_block(&mut self, limit: i64) {
        let position = self.open[self.random.below(self.open.len())] as usize;
        let old = self.plan.holder(position);
        let Some((candidate, slot)) = self.choose(position, old) else {
            return;
        };
        let before = self.now;
        let mut block = std::mem::take(&mut self.block);
        block.clear();
        self.plan.block(position, &mut block);
        for &member in &block {
            let member = member as usize;
            let holder = self.plan.holder(member);
            let fits = self
                .plan
                .candidates(member)
                .iter()
                .find(|other| other.person == candidate.person)
                .copied();
            let Some(fits) = fits else { continue };
            if holder.person == candidate.person {
                continue;
            }
            if holder.person != NOBODY {
                self.take_out(member);
            }
            let ejected = self.ejected.len();
            if !self.force(member, slot, fits, i64::MAX / 4) {
                // others of the block may still go
                self.ejected.truncate(ejected);
                self.ejected.push(member as u32);
            }
        }
        self.block = block;
        self.decide(before, limit);
    }

    /// Fills an empty position as cheaply as it goes without ejecting anybody.
    fn reinsert(&mut self, position: usize) {
        if self.plan.holder(position).person != NOBODY {
            return;
        }
        let open = self.plan.open_slots(position);
        let cheapest = self.plan.floor(position);
        let mut best: Option<(i64, Holder)> = None;
        let candidates = self.plan.candidates(position);
        let least = candidates.first().map_or(0, |first| i64::from(first.cost));
        for candidate in candidates {
            // prices rise at least as the candidates' own cost does
            let at_least = cheapest + i64::from(candidate.cost) - least;
            if best.is_some_and(|(price, _)| price <= at_least) {
                break;
            }
            let mut mask = candidate.slots & open;
            while mask != 0 {
                let slot = mask.trailing_zeros() as u8;
                mask &= mask - 1;
                let holder = Holder {
                    person: candidate.person,
                    cost: candidate.cost,
                    slot,
                };
                let price = self.plan.price(position, holder);
                if best.is_none_or(|(known, _)| price < known)
                    && self.plan.fits(position, slot, candidate.person)
                {
                    best = Some((price, holder));
                }
            }
        }
        if let Some((price, holder)) = best
            && price < 0
        {
            self.put(position, holder);
        }
    }

    fn put(&mut self, position: usize, holder: Holder) {
        self.journal.push((position as u32, EMPTY));
        self.now += self.plan.insert(position, holder);
    }

    fn take_out(&mut self, position: usize) {
        let holder = self.plan.holder(position);
        self.journal.push((position as u32, holder));
        self.now += self.plan.remove(position);
    }

    fn undo(&mut self) {
        while let Some((position, holder)) = self.journal.pop() {
            let position = position as usize;
            if holder.person == NOBODY {
                self.now += self.plan.remove(position);
            } else {
                self.now += self.plan.insert(position, holder);
            }
        }
    }

    fn keep(&mut self) {
        for &(position, _) in &self.journal {
            if !std::mem::replace(&mut self.is_changed[position as usize], true) {
                self.changed.push(position);
            }
        }
        self.journal.clear();
        if self.now < self.best {
            self.settle();
        }
    }

    /// Remembers the plan if it is the best so far.
    fn settle(&mut self) {
        if self.now >= self.best {
            return;
        }
        self.best = self.now;
        for &position in &self.changed {
            self.best_holders[position as usize] = self.plan.holder(position as usize);
            self.is_changed[position as usize] = false;
        }
        self.changed.clear();
    }
}
