//! Rows of tasks and the queries on them; rows never leave this folder.

pub(crate) mod audit;
mod open_tasks;
mod records;
mod tables;
mod tasks;

pub(crate) use open_tasks::{hide_task, list_audiences, list_open, show_task};
pub(crate) use records::{Step, log_step, record_service};
pub(crate) use tasks::{
    find_task, insert_task, list_at, list_of_claimant, list_of_order, load_tasks, save_place,
    save_task, take_task,
};
