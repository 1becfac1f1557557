//! Greedy first, then annealing.

use super::bound::bound;
use super::model::{Instance, Solution};
use super::plan::Dispatch;
use crate::anneal::{Annealer, Schedule};
use crate::run::{Effort, Observer, Progress};

/// A plan with its certificate.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The plan.
    pub solution: Solution,
    /// Its objective.
    pub objective: i64,
    /// No plan can be better than this.
    pub bound: Option<i64>,
}

/// Share of a budget of time that the search takes; the rest is for the bound.
const SEARCH_SHARE: f64 = 0.85;

/// A part of the time of another observer.
struct Share<'a> {
    observer: &'a mut dyn Observer,
    of: f64,
}

impl Observer for Share<'_> {
    fn progress(&mut self, progress: &Progress) {
        self.observer.progress(progress);
    }

    fn cancelled(&mut self) -> bool {
        self.observer.cancelled()
    }

    fn spent(&mut self) -> Option<f64> {
        self.observer.spent().map(|share| share / self.of)
    }
}

/// Makes a plan: the same one for the same instance, seed and iterations.
pub fn solve(instance: &Instance, effort: Effort, observer: &mut dyn Observer) -> Outcome {
    let mut plan = Dispatch::new(instance);
    let order = plan.order();
    let empty = plan.empty_objective();
    let mut annealer = Annealer::new(&mut plan, order.clone(), empty, effort.seed);
    annealer.fill(&order);
    // prices of unfilled positions are in the thousands, ways in the tens
    let schedule = Schedule {
        hot: 600.0,
        cold: 2.0,
    };
    let mut share = Share {
        observer,
        of: SEARCH_SHARE,
    };
    annealer.run(schedule, effort, None, &mut share);
    let (objective, holders) = (annealer.best(), annealer.best_holders().to_vec());
    // a round costs about as much as so many steps for each of the positions
    let rounds = effort.iterations / (20 * holders.len() as u64 + 1);
    let is_over = |observer: &mut dyn Observer| {
        observer.cancelled() || observer.spent().is_some_and(|share| share >= 1.0)
    };
    let is_timed = observer.spent().is_some();
    let rounds = if is_timed { u64::MAX } else { rounds };
    let bound = bound(&plan, (objective, &holders), rounds, observer, is_over);
    Outcome {
        solution: plan.solution(instance, &holders),
        objective,
        bound,
    }
}
