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
    let hot = std::env::var("HOT").ok().and_then(|t| t.parse().ok()).unwrap_or(200.0);
    let cold = std::env::var("COLD").ok().and_then(|t| t.parse().ok()).unwrap_or(4.0);
    let schedule = Schedule { hot, cold };
    annealer.run(schedule, effort, None, observer);
    let (objective, holders) = (annealer.best(), annealer.best_holders().to_vec());
    Outcome {
        solution: plan.solution(instance, &holders),
        objective,
        bound: None,
    }
}
