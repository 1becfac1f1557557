//! Fills an installation with orders through the import operation.

use anyhow::Context;
use indicatif::ProgressBar;
use serde_json::{Value, json};

use crate::api;
use crate::installation::Installation;
use crate::people;

/// Rows of one request.
const ROWS: u64 = 200;

/// Texts that the orders are made of, so that categories and units differ.
const SUBJECTS: [&str; 5] = [
    "路灯不亮影响夜间出行",
    "垃圾清运不及时",
    "施工噪音扰民",
    "电梯经常故障",
    "公交班次太少",
];

/// Adds orders until `wanted` are stored; returns how many were added.
pub(crate) async fn to(
    installation: &Installation,
    stored: u64,
    wanted: u64,
) -> anyhow::Result<u64> {
    let operator = people::demo(installation, "district_operator").await?;
    let missing = wanted.saturating_sub(stored);
    let bar = ProgressBar::new(missing);
    let mut next = stored;
    while next < wanted {
        let end = wanted.min(next + ROWS);
        let rows: Vec<Value> = (next..end).map(row).collect();
        let body =
            json!({"channel": "load", "org_code": "420105000000", "dry_run": false, "rows": rows});
        let request = installation
            .api
            .post(&operator, "/api/ticketing/v1/orders/imports");
        api::read(request.json(&body).send().await?)
            .await
            .context("import")?;
        bar.inc(end - next);
        next = end;
    }
    bar.finish_and_clear();
    installation.settled().await?;
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
