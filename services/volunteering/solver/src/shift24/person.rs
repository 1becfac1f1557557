//! The best roster of one person for given prices of days and shifts: exact.
//!
//! Backwards over the days, a table says what the rest of the horizon costs at least from every
//! state (run of days, last shift, minutes and weekends so far). Limits of shift types are no part of
//! the state: a type that is taken too often gets a price of its own (Lagrange), found in a few
//! rounds; a best-first search along the table closes what gap is left.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::rules::{NEVER, OFF, Rules, Step};

/// What was found for one person.
pub(super) struct Best {
    /// The cheapest roster, if it is cheap enough, and its price.
    pub(super) roster: Option<(f64, Vec<u8>)>,
    /// No roster costs less.
    pub(super) bound: f64,
}

impl Rules {
    /// The cheapest roster if it costs less than `below`; `prices` are by `day * (shifts + 1) +
    /// choice`, infinite where the person must not.
    pub(super) fn best(&self, prices: &[f64], below: f64, space: &mut Space) -> Best {
        let mut best = Best {
            roster: None,
            bound: f64::INFINITY,
        };
        if self.min_units > self.max_units {
            return best;
        }
        let mut table = std::mem::take(&mut space.table);
        let mut fines = space.fines.remove(&self.id).unwrap_or_default();
        fines.resize(self.shifts, 0.0);
        best.bound = f64::NEG_INFINITY;
        let mut known = (f64::NEG_INFINITY, fines.clone());
        let mut limit = below;
        let mut pace = 1.0;
        let mut settled = false;
        for _ in 0..space.rounds {
            let charged = self.charged(prices, &fines);
            self.table(&charged, &mut table);
            let Some((total, roster)) = self.trace(&charged, &table) else {
                // no roster at all
                best.bound = f64::INFINITY;
                settled = true;
                break;
            };
            let counts = self.occurrences(&roster);
            let allowance = self.allowance(&fines);
            let lower = total - allowance;
            best.bound = best.bound.max(lower);
            if lower > known.0 {
                known = (lower, fines.clone());
            } else {
                pace *= 0.6;
            }
            let over: Vec<f64> = (0..self.shifts)
                .map(|shift| {
                    let over = f64::from(counts[shift] - self.most[shift]);
                    if self.limited[shift] { over } else { 0.0 }
                })
                .collect();
            if over.iter().all(|over| *over <= 0.0) {
                let fines_paid: f64 = counts
                    .iter()
                    .zip(&fines)
                    .map(|(n, f)| f64::from(*n) * f)
                    .sum();
                let price = total - fines_paid;
                if price < limit {
                    limit = price;
                    best.roster = Some((price, roster));
                }
            }
            if best.bound >= limit - 1e-7 {
                settled = true;
                break;
            }
            let length: f64 = over
                .iter()
                .zip(&fines)
                .filter(|(over, fine)| **over > 0.0 || **fine > 0.0)
                .map(|(over, _)| over * over)
                .sum();
            if length == 0.0 {
                settled = true;
                break;
            }
            let goal = if limit.is_finite() {
                limit
            } else {
                lower + 20.0
            };
            let step = pace * (goal - lower).clamp(0.1, 200.0) / length;
            for (fine, over) in fines.iter_mut().zip(&over) {
                *fine = (*fine + step * over).max(0.0);
            }
        }
        if !settled && best.roster.is_none() {
            let charged = self.charged(prices, &known.1);
            self.table(&charged, &mut table);
            let (found, bound) = self.walk(&charged, &known.1, limit, &table, space);
            best.bound = best.bound.max(bound);
            if found.is_some() {
                best.roster = found;
            }
        }
        // a fine that did no harm starts the next search
        space.fines.insert(self.id, known.1);
        space.table = table;
        best
    }

    fn charged(&self, prices: &[f64], fines: &[f64]) -> Vec<f64> {
        let mut charged = prices.to_vec();
        for row in charged.chunks_exact_mut(self.shifts + 1) {
            for (price, fine) in row.iter_mut().skip(1).zip(fines) {
                *price += fine;
            }
        }
        charged
    }

    /// Fines of a person who uses every limit up.
    fn allowance(&self, fines: &[f64]) -> f64 {
        let most = self.most.iter().zip(fines);
        most.map(|(most, fine)| f64::from(*most) * fine).sum()
    }

    fn occurrences(&self, roster: &[u8]) -> Vec<i32> {
        let mut counts = vec![0; self.shifts];
        for choice in roster {
            if let Some(shift) = usize::from(*choice).checked_sub(1) {
                counts[shift] += 1;
            }
        }
        counts
    }

    /// The cheapest way through the table.
    fn trace(&self, prices: &[f64], table: &[f64]) -> Option<(f64, Vec<u8>)> {
        let (layer, block) = (self.layer(), self.block());
        let mut best: Option<(f64, Step, usize)> = None;
        for step in &self.first {
            let offset = self.offset(0, step.shift, false);
            if offset < block {
                let at = step.to * block + offset;
                let total = self.price(prices, 0, step.shift) + table[at];
                if total < best.map_or(NEVER, |best| best.0) {
                    best = Some((total, *step, at));
                }
            }
        }
        let (total, step, mut at) = best?;
        let mut roster = vec![step.shift];
        for day in 1..self.days {
            let (node, within) = (at / block, at % block);
            let mut next: Option<(f64, u8, usize)> = None;
            for step in &self.steps[node] {
                if step.from_start.is_some_and(|begun| begun != day - 1) {
                    continue;
                }
                let offset = within + self.offset(day, step.shift, self.works[node]);
                if offset < block {
                    let to = step.to * block + offset;
                    let rest = self.price(prices, day, step.shift) + table[day * layer + to];
                    if rest < next.map_or(NEVER, |next| next.0) {
                        next = Some((rest, step.shift, to));
                    }
                }
            }
            let (_, shift, to) = next?;
            roster.push(shift);
            at = to;
        }
        Some((total, roster))
    }

    /// Best-first search for a roster below the limit; also what none is cheaper than.
    fn walk(
        &self,
        prices: &[f64],
        fines: &[f64],
        below: f64,
        table: &[f64],
        space: &mut Space,
    ) -> (Option<(f64, Vec<u8>)>, f64) {
        let (layer, block) = (self.layer(), self.block());
        let allowance = self.allowance(fines);
        let limit = below + allowance;
        space.labels.clear();
        space.heap.clear();
        space.seen.clear();
        for step in &self.first {
            let offset = self.offset(0, step.shift, false);
            let spent = self.price(prices, 0, step.shift);
            if offset < block {
                let label = Label {
                    parent: u32::MAX,
                    at: (step.to * block + offset) as u32,
                    spent,
                    day: 0,
                    shift: step.shift,
                    done: false,
                };
                let rest = table[label.at as usize];
                space.push(label, rest, limit);
            }
        }
        let mut expansions = 0;
        while let Some(Open { total, label }) = space.heap.pop() {
            let current = space.labels[label as usize];
            let day = usize::from(current.day);
            if current.done {
                let price = total - allowance;
                return (Some((price, space.roster(label, self.days))), price);
            }
            let Some(counts) = self.counts(space, label) else {
                continue;
            };
            if day + 1 == self.days {
                // what the limits left over was never charged
                let unused: f64 = (0..self.shifts)
                    .filter(|shift| self.limited[*shift])
                    .map(|shift| f64::from(self.most[shift] - counts.0[shift]) * fines[shift])
                    .sum();
                let label = Label {
                    done: true,
                    ..current
                };
                space.push(label, unused, limit);
                continue;
            }
            if !space.seen.insert((current.day, current.at, counts.1)) {
                continue;
            }
            expansions += 1;
            if expansions > space.patience {
                return (None, total - allowance);
            }
            let node = current.at as usize / block;
            let within = current.at as usize % block;
            for step in &self.steps[node] {
                if step.from_start.is_some_and(|begun| begun != day) {
                    continue;
                }
                let offset = within + self.offset(day + 1, step.shift, self.works[node]);
                if offset >= block || self.is_full(&counts.0, step.shift) {
                    continue;
                }
                let label = Label {
                    parent: label,
                    at: (step.to * block + offset) as u32,
                    spent: current.spent + self.price(prices, day + 1, step.shift),
                    day: current.day + 1,
                    shift: step.shift,
                    done: false,
                };
                let rest = table[(day + 1) * layer + label.at as usize];
                space.push(label, rest, limit);
            }
        }
        (None, below)
    }

    fn is_full(&self, counts: &[i32], shift: u8) -> bool {
        let Some(shift) = usize::from(shift).checked_sub(1) else {
            return false;
        };
        self.limited[shift] && counts[shift] >= self.most[shift]
    }

    /// How often each limited type is in the label's roster so far, and a digest of that.
    fn counts(&self, space: &Space, label: u32) -> Option<(Vec<i32>, u64)> {
        let mut counts = vec![0; self.shifts];
        let (mut label, mut digest) = (label, 0u64);
        while label != u32::MAX {
            let part = space.labels[label as usize];
            if let Some(shift) = usize::from(part.shift).checked_sub(1)
                && self.limited[shift]
            {
                counts[shift] += 1;
                let odd = (shift as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
                digest = digest.wrapping_add(odd);
                if counts[shift] > self.most[shift] {
                    return None;
                }
            }
            label = part.parent;
        }
        Some((counts, digest))
    }
}

/// A roster up to a day.
#[derive(Debug, Clone, Copy)]
struct Label {
    parent: u32,
    /// Place within the day's layer of the table.
    at: u32,
    spent: f64,
    day: u16,
    shift: u8,
    /// Complete, with what it saved of the fines.
    done: bool,
}

/// A label and what a roster through it costs at least.
#[derive(Debug, Clone, Copy)]
struct Open {
    total: f64,
    label: u32,
}

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Open {}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Open {
    /// The cheapest first, of equal ones the longest.
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .total
            .total_cmp(&self.total)
            .then(self.label.cmp(&other.label))
    }
}

/// Memory that is used again from roster to roster.
#[derive(Default)]
pub(super) struct Space {
    /// Labels the search may expand for one roster.
    pub(super) patience: usize,
    /// Rounds for the fines of limited shift types.
    pub(super) rounds: usize,
    table: Vec<f64>,
    labels: Vec<Label>,
    heap: BinaryHeap<Open>,
    seen: HashSet<(u16, u32, u64)>,
    /// Last fines by person.
    fines: HashMap<usize, Vec<f64>>,
}

impl Space {
    fn push(&mut self, label: Label, rest: f64, below: f64) {
        let total = label.spent + rest;
        if total < below {
            let index = self.labels.len() as u32;
            self.labels.push(label);
            self.heap.push(Open {
                total,
                label: index,
            });
        }
    }

    fn roster(&self, mut label: u32, days: usize) -> Vec<u8> {
        let mut roster = vec![OFF; days];
        while label != u32::MAX {
            let part = self.labels[label as usize];
            roster[usize::from(part.day)] = part.shift;
            label = part.parent;
        }
        roster
    }
}
