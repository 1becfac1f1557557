//! Column generation, diving, and large neighbourhoods that are small column generations again.

use super::master::Master;
use super::model::{Instance, Solution};
use super::person::Space;
use super::rules::{OFF, Rules};
use crate::random::Random;
use crate::run::{Effort, Observer, Progress, spent};

/// A plan with its certificate.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The best plan.
    pub solution: Solution,
    /// Its objective.
    pub objective: i64,
    /// No plan can be better than this.
    pub bound: Option<i64>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsolvable {
    /// Somebody's rules leave them no roster.
    #[error("{person} 没有合法排班 (no legal roster was found for them)")]
    NoRoster {
        /// Their name.
        person: String,
    },
    /// The tables would not fit in memory.
    #[error("实例过大 (the instance is too large)")]
    TooLarge,
}

/// Most values in the table of one person.
const MOST_VALUES: usize = 50_000_000;
/// Most rows of the linear master.
const MOST_ROWS: usize = 4_000;

/// Rosters kept for each person.
const POOL: usize = 400;

/// Labels and rounds that the search for one roster may take while the bound is made.
const THOROUGH: (usize, usize) = (100_000, 10);
/// The same while plans are made.
const QUICK: (usize, usize) = (5_000, 8);
/// Known rosters of a person that a neighbourhood begins with.
const BEGIN_WITH: usize = 60;

/// Searches one instance.
struct Search<'a> {
    instance: &'a Instance,
    rules: Vec<Rules>,
    /// Rosters known by person, with the price of their wishes.
    pool: Vec<Vec<(Vec<u8>, f64)>>,
    /// Lines of demand by `day * shifts + shift`.
    lines: Vec<Vec<usize>>,
    space: Space,
    random: Random,
    best: Vec<Vec<u8>>,
    best_objective: i64,
    bound: Option<i64>,
    steps: u64,
    effort: Effort,
}

/// Makes a plan: the same one for the same instance, seed and iterations.
pub fn solve(
    instance: &Instance,
    effort: Effort,
    observer: &mut dyn Observer,
) -> Result<Outcome, Unsolvable> {
    let mut search = Search::new(instance, effort);
    let values = search.rules.iter().map(Rules::values).max().unwrap_or(0);
    if values > MOST_VALUES || instance.cover.len() + instance.staff.len() > MOST_ROWS {
        return Err(Unsolvable::TooLarge);
    }
    search.start()?;
    search.tell(observer, "first");
    search.polish();
    search.tell(observer, "polish");
    let everybody: Vec<usize> = (0..instance.staff.len()).collect();
    search.neighbourhood(&everybody, observer, true);
    search.tell(observer, "dive");
    search.improve(observer);
    search.tell(observer, "done");
    Ok(Outcome {
        solution: search.solution(),
        objective: search.best_objective,
        bound: search.bound,
    })
}

impl<'a> Search<'a> {
    fn new(instance: &'a Instance, effort: Effort) -> Self {
        let shifts = instance.shifts.len();
        let mut lines = vec![Vec::new(); instance.days * shifts];
        for (index, cover) in instance.cover.iter().enumerate() {
            lines[cover.day * shifts + cover.shift].push(index);
        }
        let rules = (0..instance.staff.len()).map(|person| Rules::new(instance, person));
        Self {
            instance,
            rules: rules.collect(),
            pool: vec![Vec::new(); instance.staff.len()],
            lines,
            space: Space::default(),
            random: Random::new(effort.seed),
            best: Vec::new(),
            best_objective: i64::MAX,
            bound: None,
            steps: 0,
            effort,
        }
    }

    fn tell(&self, observer: &mut dyn Observer, phase: &'static str) {
        observer.progress(&Progress {
            phase,
            iteration: self.steps,
            incumbent: Some(self.best_objective),
            bound: self.bound,
        });
    }

    fn is_over(&self, observer: &mut dyn Observer) -> bool {
        self.bound == Some(self.best_objective)
            || spent(observer, self.steps, self.effort.iterations) >= 1.0
    }

    /// A legal plan: one person after the other takes what is best as things are.
    fn start(&mut self) -> Result<(), Unsolvable> {
        (self.space.patience, self.space.rounds) = THOROUGH;
        let mut people = vec![0i64; self.instance.cover.len()];
        let mut rosters = Vec::new();
        for person in 0..self.rules.len() {
            let prices = self.marginal(person, &people);
            let best = self.rules[person].best(&prices, f64::INFINITY, &mut self.space);
            let Some((_, roster)) = best.roster else {
                let person = self.instance.staff[person].name.clone();
                return Err(Unsolvable::NoRoster { person });
            };
            self.count(&roster, 1, &mut people);
            self.remember(person, roster.clone());
            rosters.push(roster);
        }
        self.best_objective = self.objective(&rosters);
        self.best = rosters;
        Ok(())
    }

    /// What each choice costs a person, given how many others are there.
    fn marginal(&self, person: usize, people: &[i64]) -> Vec<f64> {
        let shifts = self.instance.shifts.len();
        let mut prices = self.rules[person].wishes.clone();
        for (place, lines) in self.lines.iter().enumerate() {
            let (day, shift) = (place / shifts, place % shifts);
            let price = &mut prices[day * (shifts + 1) + shift + 1];
            for line in lines {
                let cover = &self.instance.cover[*line];
                *price += (cover.price(people[*line] + 1) - cover.price(people[*line])) as f64;
            }
        }
        prices
    }

    /// Adds a roster to the people at each line of demand.
    fn count(&self, roster: &[u8], times: i64, people: &mut [i64]) {
        let shifts = self.instance.shifts.len();
        for (day, choice) in roster.iter().enumerate() {
            if *choice != OFF {
                for line in &self.lines[day * shifts + usize::from(*choice) - 1] {
                    people[*line] += times;
                }
            }
        }
    }

    fn wishes(&self, person: usize, roster: &[u8]) -> f64 {
        let width = self.instance.shifts.len() + 1;
        let wishes = &self.rules[person].wishes;
        let days = roster.iter().enumerate();
        days.map(|(day, choice)| wishes[day * width + usize::from(*choice)])
            .sum()
    }

    fn objective(&self, rosters: &[Vec<u8>]) -> i64 {
        let mut people = vec![0i64; self.instance.cover.len()];
        let mut sum = 0;
        for (person, roster) in rosters.iter().enumerate() {
            self.count(roster, 1, &mut people);
            sum += self.wishes(person, roster) as i64;
        }
        let cover = self.instance.cover.iter().zip(&people);
        sum + cover
            .map(|(cover, people)| cover.price(*people))
            .sum::<i64>()
    }

    fn remember(&mut self, person: usize, roster: Vec<u8>) {
        let price = self.wishes(person, &roster);
        let pool = &mut self.pool[person];
        if !pool.iter().any(|(known, _)| *known == roster) {
            if pool.len() >= POOL {
                let old = self.random.below(pool.len());
                pool.swap_remove(old);
            }
            pool.push((roster, price));
        }
    }

    /// Lets each person choose anew while that helps.
    fn polish(&mut self) {
        let mut rosters = self.best.clone();
        let mut people = vec![0i64; self.instance.cover.len()];
        for roster in &rosters {
            self.count(roster, 1, &mut people);
        }
        let mut order: Vec<usize> = (0..rosters.len()).collect();
        let mut idle = 0;
        self.random.shuffle(&mut order);
        for person in order.into_iter().cycle() {
            if idle >= rosters.len() {
                break;
            }
            self.count(&rosters[person], -1, &mut people);
            let prices = self.marginal(person, &people);
            let width = self.instance.shifts.len() + 1;
            let days = rosters[person].iter().enumerate();
            let now: f64 = days
                .map(|(day, choice)| prices[day * width + usize::from(*choice)])
                .sum();
            let better = self.rules[person].best(&prices, now - 0.5, &mut self.space);
            idle += 1;
            if let Some((_, roster)) = better.roster {
                self.remember(person, roster.clone());
                rosters[person] = roster;
                idle = 0;
            }
            self.count(&rosters[person], 1, &mut people);
        }
        self.accept(rosters);
    }

    fn accept(&mut self, rosters: Vec<Vec<u8>>) -> bool {
        let objective = self.objective(&rosters);
        let good = objective <= self.best_objective;
        if good {
            self.best_objective = objective;
            self.best = rosters;
        }
        good
    }

    /// Plans these people anew while the others stay: column generation, then a dive.
    fn neighbourhood(&mut self, free: &[usize], observer: &mut dyn Observer, root: bool) {
        let mut rosters = self.best.clone();
        let mut people = vec![0i64; self.instance.cover.len()];
        for (person, roster) in rosters.iter().enumerate() {
            if !free.contains(&person) {
                self.count(roster, 1, &mut people);
            }
        }
        let mut left = free.to_vec();
        let mut rounds = if root { 400 } else { 40 };
        let mut first = root;
        while !left.is_empty() {
            let shares = self.generate(&left, &people, rounds, first, observer);
            first = false;
            rounds = if root { 100 } else { 30 };
            let mut fixed: Vec<(usize, Vec<u8>)> = Vec::new();
            let mut best: Option<(f64, usize, Vec<u8>)> = None;
            for (person, roster, share) in shares {
                if share > 0.999 {
                    fixed.push((person, roster));
                } else {
                    let noise = if root { 0.0 } else { 0.2 * self.random.unit() };
                    if best.as_ref().is_none_or(|known| share + noise > known.0) {
                        best = Some((share + noise, person, roster));
                    }
                }
            }
            fixed.extend(best.map(|(_, person, roster)| (person, roster)));
            if fixed.is_empty() || (spent(observer, self.steps, self.effort.iterations) >= 1.0) {
                // out of time: the others choose one by one
                for person in left.drain(..) {
                    let prices = self.marginal(person, &people);
                    let best = self.rules[person].best(&prices, f64::INFINITY, &mut self.space);
                    if let Some((_, roster)) = best.roster {
                        rosters[person] = roster;
                    }
                    self.count(&rosters[person], 1, &mut people);
                }
                break;
            }
            for (person, roster) in fixed {
                if let Some(index) = left.iter().position(|other| *other == person) {
                    left.swap_remove(index);
                    self.count(&roster, 1, &mut people);
                    rosters[person] = roster;
                }
            }
        }
        if self.accept(rosters) {
            self.polish();
        }
    }

    /// Column generation over these people; which rosters the relaxed plan takes, and their shares.
    fn generate(
        &mut self,
        free: &[usize],
        people: &[i64],
        rounds: usize,
        root: bool,
        observer: &mut dyn Observer,
    ) -> Vec<(usize, Vec<u8>, f64)> {
        let cover = &self.instance.cover;
        let demand: Vec<(f64, f64, f64)> = cover
            .iter()
            .zip(people)
            .map(|(line, there)| {
                (
                    (line.wanted - there) as f64,
                    line.under as f64,
                    line.over as f64,
                )
            })
            .collect();
        let dearest = cover
            .iter()
            .map(|line| line.under + line.over)
            .max()
            .unwrap_or(1);
        let missing = (dearest * self.instance.days as i64 + 1_000) as f64;
        let mut master = Master::new(&demand, free.len(), missing);
        let mut columns: Vec<(usize, Vec<u8>)> = Vec::new();
        (self.space.patience, self.space.rounds) = if root { THOROUGH } else { QUICK };
        let first = 2 * (demand.len() + free.len());
        for (row, person) in free.iter().enumerate() {
            for (roster, price) in self.promising(*person, people) {
                master.add(price, self.entries(&roster, demand.len() + row));
                columns.push((*person, roster));
            }
        }
        for _ in 0..rounds {
            master.solve(20_000);
            self.steps += 1;
            if spent(observer, self.steps, self.effort.iterations) >= 1.0 {
                break;
            }
            let mut duals = master.duals().to_vec();
            for (dual, line) in duals.iter_mut().zip(&demand) {
                // within these the bound holds whatever the simplex rounds
                *dual = dual.clamp(-line.2, line.1);
            }
            let mut found = 0;
            let mut lower = 0.0;
            for (line, there) in demand.iter().zip(&duals) {
                lower += line.0 * there;
            }
            for (row, person) in free.iter().enumerate() {
                let prices = self.reduced(*person, &duals);
                let worth = duals[demand.len() + row];
                let below = worth - 1e-4;
                let best = self.rules[*person].best(&prices, below, &mut self.space);
                lower += best.bound.min(below);
                let Some((price, roster)) = best.roster else {
                    continue;
                };
                if price < worth - 1e-4 {
                    found += 1;
                    let wishes = self.wishes(*person, &roster);
                    master.add(wishes, self.entries(&roster, demand.len() + row));
                    columns.push((*person, roster.clone()));
                    self.remember(*person, roster);
                }
            }
            if root {
                let lower = (lower - 1e-3).ceil() as i64;
                self.bound = Some(self.bound.map_or(lower, |known| known.max(lower)));
                self.tell(observer, "columns");
            }
            if found == 0 {
                break;
            }
        }
        let shares = master
            .shares()
            .filter(|(column, share)| *column >= first && *share > 1e-4);
        shares
            .map(|(column, share)| {
                let (person, roster) = columns[column - first].clone();
                (person, roster, share)
            })
            .collect()
    }

    /// Known rosters of a person that fit best to those who are there.
    fn promising(&self, person: usize, people: &[i64]) -> Vec<(Vec<u8>, f64)> {
        let pool = &self.pool[person];
        if pool.len() <= BEGIN_WITH {
            return pool.clone();
        }
        let (prices, width) = (
            self.marginal(person, people),
            self.instance.shifts.len() + 1,
        );
        let mut ranked: Vec<(f64, usize)> = pool
            .iter()
            .enumerate()
            .map(|(index, (roster, _))| {
                let days = roster.iter().enumerate();
                let price = days.map(|(day, choice)| prices[day * width + usize::from(*choice)]);
                (price.sum(), index)
            })
            .collect();
        ranked.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        ranked.truncate(BEGIN_WITH);
        ranked
            .into_iter()
            .map(|(_, index)| pool[index].clone())
            .collect()
    }

    fn entries(&self, roster: &[u8], row: usize) -> Vec<(u32, f64)> {
        let shifts = self.instance.shifts.len();
        let mut entries = vec![(row as u32, 1.0)];
        for (day, choice) in roster.iter().enumerate() {
            if *choice != OFF {
                let lines = &self.lines[day * shifts + usize::from(*choice) - 1];
                entries.extend(lines.iter().map(|line| (*line as u32, 1.0)));
            }
        }
        entries
    }

    /// What each choice costs a person at these prices of demand.
    fn reduced(&self, person: usize, duals: &[f64]) -> Vec<f64> {
        let shifts = self.instance.shifts.len();
        let mut prices = self.rules[person].wishes.clone();
        for (place, lines) in self.lines.iter().enumerate() {
            let (day, shift) = (place / shifts, place % shifts);
            for line in lines {
                prices[day * (shifts + 1) + shift + 1] -= duals[*line];
            }
        }
        prices
    }

    /// Plans some people anew, few or nearly all, again and again.
    fn improve(&mut self, observer: &mut dyn Observer) {
        let people = self.rules.len();
        let least = 4.min(people);
        let most = (people * 9 / 10).max(least);
        while !self.is_over(observer) {
            let size = least + self.random.below(most - least + 1);
            let mut some: Vec<usize> = (0..people).collect();
            self.random.shuffle(&mut some);
            some.truncate(size);
            let before = self.best_objective;
            self.neighbourhood(&some, observer, false);
            if self.best_objective < before {
                self.tell(observer, "improve");
            }
        }
    }

    fn solution(&self) -> Solution {
        let names = |roster: &Vec<u8>| {
            let name = |choice: &u8| {
                let shift = usize::from(*choice).checked_sub(1);
                shift.map_or(String::new(), |shift| {
                    self.instance.shifts[shift].name.clone()
                })
            };
            roster.iter().map(name).collect()
        };
        let staff = self.instance.staff.iter().zip(&self.best);
        Solution {
            format: "shift24-sol/1".into(),
            instance: String::new(),
            roster: staff
                .map(|(staff, roster)| (staff.name.clone(), names(roster)))
                .collect(),
        }
    }
}
