//! What no plan can undercut (Lagrange): every position has a price at each of its slots; a volunteer
//! takes the best set of tasks that goes together, a request the best slot, neither asks the other.
//! The prices rise where nobody comes and fall where too many do.

use super::plan::Dispatch;
use crate::anneal::{Holder, NOBODY, Plan};
use crate::run::{Observer, Progress};

/// Rounds of prices at most.
const ROUNDS: u64 = 400;
/// Larger problems go without.
const MOST_ENTRIES: usize = 30_000_000;

/// Something a volunteer may do: a position at a slot.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Index of the price.
    option: u32,
    /// Own price, delay included.
    cost: i32,
}

/// A position at a slot.
#[derive(Debug, Clone, Copy)]
struct PricedSlot {
    request: u32,
    start: i32,
    end: i32,
}

/// A set of tasks, the last of which is known.
#[derive(Debug, Clone, Copy)]
struct Label {
    cost: f64,
    minutes: i32,
    tasks: u32,
    /// Label before, and the item it ends with.
    before: u32,
    item: u32,
}

/// An item that is worth its price.
#[derive(Debug, Clone, Copy)]
struct Item {
    worth: f64,
    option: u32,
    start: i32,
    end: i32,
}

pub(super) struct Prices<'a> {
    plan: &'a Dispatch,
    options: Vec<PricedSlot>,
    /// First option of each position.
    first: Vec<u32>,
    entries: Vec<Vec<Entry>>,
    price: Vec<f64>,
    items: Vec<Item>,
    labels: Vec<Label>,
    /// Labels by their last item.
    ends: Vec<(u32, u32)>,
}

/// The best bound found until the observer has had enough; `best` is the objective of a known plan,
/// `holders` who stands where in it.
pub(super) fn bound(
    plan: &Dispatch,
    (best, holders): (i64, &[Holder]),
    rounds: u64,
    observer: &mut dyn Observer,
    mut is_over: impl FnMut(&mut dyn Observer) -> bool,
) -> Option<i64> {
    let mut prices = Prices::new(plan, holders)?;
    let options = prices.options.len();
    let (mut direction, mut slope) = (vec![0.0; options], vec![0.0; options]);
    let (mut highest, mut pace, mut idle) = (f64::NEG_INFINITY, 1.0, 0);
    for round in 0..rounds.min(ROUNDS) {
        slope.fill(0.0);
        let lower = prices.lower(&mut slope);
        if lower > highest {
            highest = lower;
            idle = 0;
        } else {
            idle += 1;
            if idle % 8 == 0 {
                pace *= 0.7;
            }
        }
        let bound = (highest - 1e-3).ceil() as i64;
        if round % 16 == 0 {
            observer.progress(&Progress {
                phase: "bound",
                iteration: round,
                incumbent: Some(best),
                bound: Some(bound.min(best)),
            });
        }
        if bound >= best || is_over(observer) {
            break;
        }
        for (direction, slope) in direction.iter_mut().zip(&slope) {
            *direction = 0.7 * *direction + slope;
        }
        let length: f64 = direction.iter().map(|value| value * value).sum();
        if length < 1e-9 {
            break;
        }
        let step = pace * (best as f64 - lower).max(1.0) / length;
        for (price, direction) in prices.price.iter_mut().zip(&direction) {
            *price += step * direction;
        }
    }
    highest
        .is_finite()
        .then(|| ((highest - 1e-3).ceil() as i64).min(best))
}

impl<'a> Prices<'a> {
    fn new(plan: &'a Dispatch, holders: &[Holder]) -> Option<Self> {
        let (mut options, mut first, mut price) = (Vec::new(), Vec::new(), Vec::new());
        let mut entries = vec![Vec::new(); plan.volunteers()];
        let mut total = 0;
        for (position, holder) in holders.iter().enumerate() {
            let request = plan.request(position);
            first.push(options.len() as u32);
            let candidates = plan.candidates(position);
            // a price to begin with: what the known plan pays
            let begin = if holder.person == NOBODY {
                plan.team(request).1
            } else {
                let recent = plan.person(holder.person as usize).2;
                f64::from(holder.cost) + plan.fair() * (2.0 * recent + 5.0)
            };
            for (slot, start, end, delay) in plan.slots(request) {
                let option = options.len() as u32;
                options.push(PricedSlot {
                    request,
                    start,
                    end,
                });
                price.push(begin);
                for candidate in candidates {
                    if candidate.slots >> slot & 1 == 1 {
                        total += 1;
                        let cost = candidate.cost + delay as i32;
                        entries[candidate.person as usize].push(Entry { option, cost });
                    }
                }
            }
            if total > MOST_ENTRIES {
                return None;
            }
        }
        for list in &mut entries {
            list.sort_unstable_by_key(|entry| (options[entry.option as usize].start, entry.option));
        }
        Some(Self {
            plan,
            options,
            first,
            entries,
            price,
            items: Vec::new(),
            labels: Vec::new(),
            ends: Vec::new(),
        })
    }

    /// The bound these prices give, and its slope in every price.
    fn lower(&mut self, slope: &mut [f64]) -> f64 {
        let mut sum = self.requests(slope);
        for person in 0..self.entries.len() {
            sum += self.volunteer(person, slope);
        }
        sum
    }

    /// Every request takes the slot that is cheapest for it.
    fn requests(&self, slope: &mut [f64]) -> f64 {
        let mut sum = 0.0;
        let mut position = 0;
        while position < self.plan.len() {
            let request = self.plan.request(position);
            let (team, unfilled) = self.plan.team(request);
            let slots = self.plan.slots(request).count();
            let total = |slot: usize| -> f64 {
                (position..position + team)
                    .map(|p| self.price[self.first[p] as usize + slot].min(unfilled))
                    .sum()
            };
            let mut best = (f64::INFINITY, 0);
            for slot in 0..slots {
                let total = total(slot);
                if total < best.0 {
                    best = (total, slot);
                }
            }
            sum += best.0;
            for p in position..position + team {
                let option = self.first[p] as usize + best.1;
                if self.price[option] < unfilled {
                    slope[option] += 1.0;
                }
            }
            position += team;
        }
        sum
    }

    /// The volunteer takes the best set of tasks.
    fn volunteer(&mut self, person: usize, slope: &mut [f64]) -> f64 {
        let (max_tasks, max_minutes, recent) = self.plan.person(person);
        let fair = self.plan.fair();
        let least = fair * (2.0 * recent + 1.0);
        self.items.clear();
        for entry in &self.entries[person] {
            let worth = f64::from(entry.cost) - self.price[entry.option as usize];
            if worth + least < 0.0 {
                let option = self.options[entry.option as usize];
                self.items.push(Item {
                    worth,
                    option: entry.option,
                    start: option.start,
                    end: option.end,
                });
            }
        }
        if self.items.is_empty() || max_tasks == 0 {
            return 0.0;
        }
        self.labels.clear();
        self.ends.clear();
        let mut best = (0.0, u32::MAX);
        for index in 0..self.items.len() {
            let item = self.items[index];
            let begin = self.labels.len();
            let length = item.end - item.start;
            if length <= max_minutes {
                self.extend(begin, index, None, item.worth + least, length);
            }
            for before in 0..index {
                if !self.goes(self.items[before], item) {
                    continue;
                }
                let (from, until) = self.ends[before];
                for at in from..until {
                    let label = self.labels[at as usize];
                    let minutes = label.minutes + length;
                    if label.tasks < max_tasks && minutes <= max_minutes {
                        let done = recent + f64::from(label.tasks);
                        let cost = label.cost + item.worth + fair * (2.0 * done + 1.0);
                        self.extend(begin, index, Some(at), cost, minutes);
                    }
                }
            }
            self.ends.push((begin as u32, self.labels.len() as u32));
            for at in begin..self.labels.len() {
                if self.labels[at].cost < best.0 {
                    best = (self.labels[at].cost, at as u32);
                }
            }
        }
        let mut at = best.1;
        while at != u32::MAX {
            let label = self.labels[at as usize];
            slope[self.items[label.item as usize].option as usize] -= 1.0;
            at = label.before;
        }
        best.0
    }

    /// Adds a label unless another of the same end is as good in everything.
    fn extend(&mut self, begin: usize, item: usize, before: Option<u32>, cost: f64, minutes: i32) {
        let tasks = 1 + before.map_or(0, |at| self.labels[at as usize].tasks);
        let same_end = &mut self.labels[begin..];
        let better = |a: &Label| a.cost <= cost && a.minutes <= minutes && a.tasks <= tasks;
        if same_end.iter().any(better) {
            return;
        }
        let label = Label {
            cost,
            minutes,
            tasks,
            before: before.unwrap_or(u32::MAX),
            item: item as u32,
        };
        let worse = |a: &Label| cost <= a.cost && minutes <= a.minutes && tasks <= a.tasks;
        // none of this end has been gone on from yet
        match same_end.iter_mut().find(|a| worse(a)) {
            Some(other) => *other = label,
            None => self.labels.push(label),
        }
    }

    /// Whether one can be done after the other.
    fn goes(&self, first: Item, second: Item) -> bool {
        let (a, b) = (
            self.options[first.option as usize].request,
            self.options[second.option as usize].request,
        );
        a != b && self.plan.reaches(a, b, second.start - first.end)
    }
}
