//! How long a search may go on, and what it tells on its way.

/// What a search has so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What it does at the moment.
    pub phase: &'static str,
    /// Steps done in this phase.
    pub iteration: u64,
    /// Objective of the best plan so far; absent while none is legal.
    pub incumbent: Option<i64>,
    /// No plan can be better than this.
    pub bound: Option<i64>,
}

impl Progress {
    /// Distance between incumbent and bound in thousandths of the incumbent.
    #[must_use]
    pub fn gap_permille(&self) -> Option<i64> {
        gap_permille(self.incumbent?, self.bound?)
    }
}

/// Distance between an objective and a bound in thousandths of the objective.
#[must_use]
pub fn gap_permille(objective: i64, bound: i64) -> Option<i64> {
    if objective == bound {
        return Some(0);
    }
    (objective > 0).then(|| (objective - bound).max(0) * 1000 / objective)
}

/// Who watches a search. All methods are called every few thousand steps at most.
pub trait Observer {
    /// Told about progress.
    fn progress(&mut self, _progress: &Progress) {}

    /// Whether the search shall end with what it has.
    fn cancelled(&mut self) -> bool {
        false
    }

    /// Spent share of a budget of time, `0.0..=1.0`; `None` where the budget is the iterations, and
    /// the plan therefore reproducible.
    fn spent(&mut self) -> Option<f64> {
        None
    }
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Observer for Unwatched {}

/// What a search may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Seed of all its random choices.
    pub seed: u64,
    /// Steps it may take, where no clock is given by the observer.
    pub iterations: u64,
}

/// Spent share of the effort; at 1.0 and above the search ends.
pub(crate) fn spent(observer: &mut dyn Observer, iteration: u64, iterations: u64) -> f64 {
    if observer.cancelled() {
        return 1.0;
    }
    match observer.spent() {
        Some(share) => share,
        None if iterations == 0 => 1.0,
        None => iteration as f64 / iterations as f64,
    }
}
