//! Shift scheduling of Curtois and Qu (`Instance1.txt` to `Instance24.txt`): who works which shift on
//! which day. Each person's whole roster is a column, priced by an exact dynamic programme.

mod check;
mod explain;
mod master;
mod model;
mod person;
mod read;
mod rules;
mod search;

pub use check::{Checked, Parts, Rule, check};
pub use explain::{Denied, Details, Explanation, Staffing, explain};
pub use model::{Cover, Instance, Request, Shift, Solution, Staff};
pub use search::{Outcome, Unsolvable, solve};
