//! Batch dispatch 批量派单: requests of a week, their positions and start slots, and the volunteers
//! who may take them (`dispatch/1`).

mod bound;
mod candidates;
mod check;
mod explain;
mod model;
mod plan;
mod reasons;
mod solve;

pub use check::{Checked, Parts, check};
pub use explain::{Assigned, Costs, Explanation, Unfilled, explain};
pub(crate) use model::same_index;
pub use model::{Instance, Params, Position, Request, Solution, Volunteer};
pub use reasons::Exclusion;
pub use solve::{Outcome, solve};
