//! Fills an installation with orders through the import operation.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use indicatif::ProgressBar;
use serde_json::{Value, json};

use crate::api;
use crate::people;
use crate::server::Server;

/// Rows of one request.
const ROWS: u64 = 200;

/// Longest wait for messages between services to be through.
const PATIENCE: Duration = Duration::from_mins(10);

/// Texts that the orders are made of, so that categories and units differ.
const SUBJECTS: [&str; 5] = [
    "路灯不亮影响夜间出行",
    "垃圾清运不及时",
    "施工噪音扰民",
    "电梯经常故障",
    "公交班次太少",
];

/// Adds orders until `wanted` are stored; returns how many were added.
pub(crate) async fn to(server: &Server, stored: u64, wanted: u64) -> anyhow::Result<u64> {
    let operator = people::demo(server, "district_operator").await?;
    let missing = wanted.saturating_sub(stored);
    let bar = ProgressBar::new(missing);
    let mut next = stored;
    while next < wanted {
        let end = wanted.min(next + ROWS);
        let rows: Vec<Value> = (next..end).map(row).collect();
        let body =
            json!({"channel": "load", "org_code": "420105000000", "dry_run": false, "rows": rows});
        let request = server
            .api
            .post(&operator, "/api/ticketing/v1/orders/imports");
        api::read(request.json(&body).send().await?)
            .await
            .context("import")?;
        bar.inc(end - next);
        next = end;
    }
    bar.finish_and_clear();
    drained(server).await?;
    Ok(missing)
}

fn row(number: u64) -> Value {
    let subject = usize::try_from(number).unwrap_or(0) % SUBJECTS.len();
    let subject = SUBJECTS.get(subject).copied().unwrap_or_default();
    json!({
        "external_id": format!("load-{number}"),
        "title": format!("{subject} {number}"),
        "content": format!("{subject}，请有关部门尽快处理。编号 {number}。"),
    })
}

/// Waits until every event has had its effect.
async fn drained(server: &Server) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        let state = server.api.get_public("/readyz").await?;
        let services = state.get("services").and_then(Value::as_array);
        let pending: u64 = services
            .into_iter()
            .flatten()
            .filter_map(|service| service.get("outbox_pending").and_then(Value::as_u64))
            .sum();
        if pending == 0 {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            bail!("{pending} events are still waiting");
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
