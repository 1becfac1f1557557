//! Volunteering over real HTTP, with a made-up ticketing beside it that offers orders.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

mod activities;
mod attendance;
mod audit;
mod certificate_doubts;
mod certificate_requests;
mod certificates;
mod changes;
mod check_in;
mod claims;
mod exclusions;
mod exports;
mod fairness;
mod fitness;
mod groups;
mod hours_objections;
mod hours_once;
mod imports;
mod lists;
mod moves;
mod offers;
mod papers;
mod plans;
mod record_entries;
mod register;
mod service;
mod sign_ups;
mod stage;
mod standing;
mod statistics;
mod task_hours;
mod team_tasks;
mod teams;
mod time_accounts;
mod turns;
mod volunteers;
mod waiting;

use serde_json::Value;
use testkit::{Caller, Reply};

const TASKS: &str = "/api/volunteering/v1/tasks";
const COMPOUND: &str = "/420105000000/420105011000/420105011010/420105011010.X01/";
const OTHER_COMPOUND: &str = "/420105000000/420105011000/420105011010/420105011010.X02/";

async fn claim(caller: &Caller, task: &str) -> Reply {
    let request = caller.request(reqwest::Method::POST, &format!("{TASKS}/{task}/claim"));
    caller.send(request).await
}

async fn release(caller: &Caller, task: &str) -> Reply {
    let request = caller.request(reqwest::Method::POST, &format!("{TASKS}/{task}/release"));
    caller.send(request).await
}

fn problem(body: &Value) -> &str {
    let kind = body["type"].as_str().unwrap();
    kind.rsplit('/').next().unwrap()
}

fn ids(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect()
}
