//! Rules of one person as a graph of states over the days, and the table of what is left to pay.

use super::model::{Instance, Staff};

/// A day off, in rosters and prices; shift `s` is `s + 1`.
pub(super) const OFF: u8 = 0;

/// No way on.
pub(super) const NEVER: f64 = f64::INFINITY;

/// A step from a node to a node of the next day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) to: usize,
    /// 0 for a day off, else shift + 1.
    pub(super) shift: u8,
    /// Only where the run of work began with the horizon.
    pub(super) from_start: Option<usize>,
}

/// Rules of one person, made ready.
pub(super) struct Rules {
    pub(super) id: usize,
    pub(super) days: usize,
    pub(super) shifts: usize,
    /// Nodes: days off so far (capped), then by class of the last shift and run length.
    pub(super) nodes: usize,
    /// Whether the person worked on the node's day.
    pub(super) works: Vec<bool>,
    pub(super) steps: Vec<Vec<Step>>,
    /// Nodes of the first day.
    pub(super) first: Vec<Step>,
    /// Minutes of shifts in units.
    pub(super) units: Vec<usize>,
    pub(super) longest: usize,
    pub(super) min_units: usize,
    pub(super) max_units: usize,
    /// Weekends, plus one column that is never legal.
    pub(super) stride: usize,
    pub(super) most: Vec<i32>,
    /// Whether the type's limit can bind at all.
    pub(super) limited: Vec<bool>,
    /// Price of wishes: `day * (shifts + 1) + choice`.
    pub(super) wishes: Vec<f64>,
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

impl Rules {
    pub(super) fn new(instance: &Instance, id: usize) -> Self {
        let staff = &instance.staff[id];
        let (days, shifts) = (instance.days, instance.shifts.len());
        let minutes: Vec<usize> = instance.shifts.iter().map(|s| s.minutes as usize).collect();
        let unit = minutes.iter().copied().fold(0, greatest_common_divisor);
        let units: Vec<usize> = minutes.iter().map(|minutes| minutes / unit).collect();
        let longest = units.iter().copied().max().unwrap_or(0);
        let max_units = (staff.max_minutes as usize / unit).min(days * longest);
        let min_units = (staff.min_minutes as usize).div_ceil(unit);
        // shifts with the same successors are one class
        let mut classes: Vec<Vec<usize>> = Vec::new();
        let mut class_of = Vec::new();
        for shift in &instance.shifts {
            let mut key = shift.no_follow.clone();
            key.sort_unstable();
            key.dedup();
            let known = classes.iter().position(|class| *class == key);
            class_of.push(known.unwrap_or(classes.len()));
            if known.is_none() {
                classes.push(key);
            }
        }
        let off = staff.min_off.clamp(1, days);
        let run = staff.max_run.min(days);
        let nodes = off + classes.len() * run;
        let work = |shift: usize, length: usize| off + class_of[shift] * run + length - 1;
        let allowed: Vec<usize> = (0..shifts)
            .filter(|s| staff.most[*s] > 0 && run > 0)
            .collect();
        let mut steps = vec![Vec::new(); nodes];
        let step = |to, shift: Option<usize>| Step {
            to,
            shift: shift.map_or(OFF, |shift| shift as u8 + 1),
            from_start: None,
        };
        for length in 1..=off {
            steps[length - 1].push(step((length + 1).min(off) - 1, None));
        }
        steps[off - 1].extend(allowed.iter().map(|s| step(work(*s, 1), Some(*s))));
        for (class, forbidden) in classes.iter().enumerate() {
            for length in 1..=run {
                let node = off + class * run + length - 1;
                if length < run {
                    let next = allowed.iter().filter(|s| !forbidden.contains(s));
                    steps[node].extend(next.map(|s| step(work(*s, length + 1), Some(*s))));
                }
                let mut rest = step(0, None);
                if length < staff.min_run {
                    // what came before the horizon may have made the run long enough
                    rest.from_start = Some(length - 1);
                }
                steps[node].push(rest);
            }
        }
        let mut first = vec![step(off - 1, None)];
        first.extend(allowed.iter().map(|s| step(work(*s, 1), Some(*s))));
        let weekends = staff.max_weekends.min(days / 7);
        let limited: Vec<bool> = (0..shifts)
            .map(|shift| (staff.most[shift] as usize) < days.min(max_units / units[shift]))
            .collect();
        Self {
            id,
            days,
            shifts,
            nodes,
            works: (0..nodes).map(|node| node >= off).collect(),
            first,
            units,
            longest,
            min_units,
            max_units,
            stride: weekends + 2,
            most: staff.most.clone(),
            limited,
            wishes: wishes(instance, staff),
            steps,
        }
    }

    /// Values in the whole table.
    pub(super) fn values(&self) -> usize {
        self.layer().saturating_mul(self.days)
    }

    /// Values of the table for one day.
    pub(super) fn layer(&self) -> usize {
        self.nodes * self.block()
    }

    pub(super) fn block(&self) -> usize {
        (self.max_units + 1) * self.stride
    }

    /// Whether work on this day adds a weekend.
    pub(super) fn adds_weekend(&self, day: usize, worked_before: bool) -> bool {
        day / 7 < self.days / 7 && (day % 7 == 5 || (day % 7 == 6 && !worked_before))
    }

    /// Steps over units and weekends that a choice means in the table; `None` past the limits.
    pub(super) fn offset(&self, day: usize, shift: u8, worked_before: bool) -> usize {
        if shift == OFF {
            return 0;
        }
        let weekend = usize::from(self.adds_weekend(day, worked_before));
        self.units[usize::from(shift) - 1] * self.stride + weekend
    }

    pub(super) fn price(&self, prices: &[f64], day: usize, shift: u8) -> f64 {
        prices[day * (self.shifts + 1) + usize::from(shift)]
    }

    /// What the days after `day` cost at least, for every state of that day.
    pub(super) fn table(&self, prices: &[f64], table: &mut Vec<f64>) {
        let (layer, block, stride) = (self.layer(), self.block(), self.stride);
        table.clear();
        table.resize(layer * self.days, NEVER);
        let last = (self.days - 1) * layer;
        for node in 0..self.nodes {
            for units in self.min_units..=self.max_units {
                let at = last + node * block + units * stride;
                table[at..at + stride - 1].fill(0.0);
            }
        }
        for day in (0..self.days - 1).rev() {
            let (before, after) = table.split_at_mut((day + 1) * layer);
            let here = &mut before[day * layer..];
            // units that can have been worked by now, and that still lead to enough
            let longest = self.longest;
            let most = self.max_units.min((day + 1) * longest);
            let to_come = (self.days - 1 - day) * longest;
            let fewest = self.min_units.saturating_sub(to_come);
            let (low, high) = (fewest * stride, (most + 1) * stride);
            if low >= high {
                continue;
            }
            for node in 0..self.nodes {
                let out = &mut here[node * block..(node + 1) * block];
                for step in &self.steps[node] {
                    if step.from_start.is_some_and(|begun| begun != day) {
                        continue;
                    }
                    let price = self.price(prices, day + 1, step.shift);
                    let offset = self.offset(day + 1, step.shift, self.works[node]);
                    if price == NEVER || offset >= block {
                        continue;
                    }
                    if low + offset >= block {
                        continue;
                    }
                    let next = &after[step.to * block + low + offset..(step.to + 1) * block];
                    for (value, then) in out[low..high].iter_mut().zip(next) {
                        let through = price + then;
                        // without a branch, for vectors
                        *value = if through < *value { through } else { *value };
                    }
                }
                // the column past the last weekend is never legal
                for row in out[low..high].chunks_exact_mut(stride) {
                    row[stride - 1] = NEVER;
                }
            }
        }
    }
}

fn wishes(instance: &Instance, staff: &Staff) -> Vec<f64> {
    let width = instance.shifts.len() + 1;
    let mut prices = vec![0.0; instance.days * width];
    for wish in &staff.on {
        let row = &mut prices[wish.day * width..(wish.day + 1) * width];
        for (choice, price) in row.iter_mut().enumerate() {
            if choice != wish.shift + 1 {
                *price += wish.weight as f64;
            }
        }
    }
    for wish in &staff.off {
        prices[wish.day * width + wish.shift + 1] += wish.weight as f64;
    }
    for day in &staff.days_off {
        prices[day * width + 1..(day + 1) * width].fill(NEVER);
    }
    prices
}
