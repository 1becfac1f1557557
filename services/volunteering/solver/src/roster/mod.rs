//! Rosters 排班: recurring patrols, desks and workdays over some weeks (`roster/1`), and their repair
//! after cancellations (`roster-repair/1`).

mod check;
mod explain;
mod model;
mod plan;
mod reasons;
mod repair;
mod solve;

pub use check::{Checked, Parts, check};
pub use explain::{Assigned, Costs, Explanation, Unfilled, explain};
pub use model::{Instance, Params, Repair, Series, Shift, Solution, Volunteer};
pub use reasons::Exclusion;
pub use repair::{Repaired, repair};
pub use solve::{Outcome, solve};
