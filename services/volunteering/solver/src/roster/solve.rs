//! Greedy first, then annealing.

use super::model::{Instance, Solution};
use super::plan::Roster;
use crate::anneal::{Annealer, Schedule};
use crate::run::{Effort, Observer};

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

/// Makes a roster: the same one for the same instance, seed and iterations.
pub fn solve(instance: &Instance, effort: Effort, observer: &mut dyn Observer) -> Outcome {
    let mut plan = Roster::new(instance, None);
    let order = plan.order();
    let empty = plan.empty_objective();
    let mut annealer = Annealer::new(&mut plan, order.clone(), empty, effort.seed);
    annealer.fill(&order);
    // prices of unfilled positions are in the hundreds, ways in the tens
    let schedule = Schedule {
        hot: 300.0,
        cold: 2.0,
    };
    annealer.run(schedule, effort, None, observer);
    let (objective, holders) = (annealer.best(), annealer.best_holders().to_vec());
    Outcome {
        solution: plan.solution(instance, &holders),
        objective,
        bound: None,
    }
}
