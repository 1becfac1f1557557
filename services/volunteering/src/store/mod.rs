//! Rows of tasks and the queries on them; rows never leave this folder.

pub(crate) mod audit;
mod json;
mod open_tasks;
mod places;
mod records;
mod tables;
mod tasks;
mod team;
mod teams;
mod volunteer;
mod volunteers;

pub(crate) use open_tasks::{hide_task, list_audiences, list_open, show_task};
pub(crate) use places::{PlaceList, hide_at, list_in, show_at};
pub(crate) use records::{Step, log_step, record_service};
pub(crate) use tasks::{
    find_task, insert_task, list_at, list_of_claimant, list_of_order, load_tasks, save_place,
    save_task, take_task,
};
pub(crate) use teams::{find_team, hold_team, insert_team, list_teams, list_teams_at, save_team, save_team_place};
pub(crate) use volunteers::{
    find_volunteer, find_volunteer_of, hold_volunteer, hold_volunteer_of, insert_volunteer,
    list_volunteers_at, load_volunteers, next_number, save_volunteer, save_volunteer_place,
};
