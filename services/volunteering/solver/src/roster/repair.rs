//! Repair 修补 of a published roster after cancellations: what started stays, what still stands is
//! kept, and every change of a position has its price.

use super::model::{Instance, Repair, Solution};
use super::plan::Roster;
use crate::anneal::{Annealer, Schedule};
use crate::run::{Effort, Observer, Progress};

/// A repaired plan.
#[derive(Debug, Clone)]
pub struct Repaired {
    /// The plan.
    pub solution: Solution,
    /// Its objective, changes included.
    pub objective: i64,
    /// Objective of the first legal answer.
    pub first: i64,
}

/// Repairs a plan; the observer hears of the first legal answer before the search for better ones.
pub fn repair(
    instance: &Instance,
    repair: &Repair,
    effort: Effort,
    observer: &mut dyn Observer,
) -> Repaired {
    let mut plan = Roster::new(instance, Some(repair));
    let order = plan.order();
    let empty = plan.empty_objective();
    let kept = empty + plan.keep_base(instance, repair);
    let mut annealer = Annealer::new(&mut plan, order.clone(), kept, effort.seed);
    annealer.fill(&order);
    let first = annealer.best();
    observer.progress(&Progress {
        phase: "first",
        iteration: 0,
        incumbent: Some(first),
        bound: None,
    });
    // warm: a hot start would forget the published plan
    let schedule = Schedule {
        hot: 100.0,
        cold: 2.0,
    };
    annealer.run(schedule, effort, None, observer);
    let (objective, holders) = (annealer.best(), annealer.best_holders().to_vec());
    Repaired {
        solution: plan.solution(instance, &holders),
        objective,
        first,
    }
}
