//! Sheets: the server reads the file and works on it; this waits and tells.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::report::Report;
use crate::cli::ImportFlags;
use crate::client::{Client, text};
use crate::outcome::Stop;

/// Sheets that there are.
const RESOURCES: [&str; 4] = ["organisations", "grids", "posts", "venues"];
/// What becomes of rows, as the import counts it.
const OUTCOMES: [&str; 3] = ["created", "changed", "unchanged"];
/// How often the import is asked how far it has come.
const ASKED: Duration = Duration::from_millis(200);
const IMPORTS: &str = "/api/registry/v1/sheet-imports";

/// Sends a file and waits until it has been worked on.
pub(super) async fn import(
    client: &Client,
    resource: &str,
    file: &Path,
    options: &ImportFlags,
) -> anyhow::Result<()> {
    if !RESOURCES.contains(&resource) {
        let known = RESOURCES.join(", ");
        return Err(Stop::Usage(format!("没有表格 {resource} (no such sheet); {known}")).into());
    }
    let content = std::fs::read(file)
        .map_err(|error| Stop::Usage(format!("打不开 {} ({error})", file.display())))?;
    let path = format!("/api/registry/v1/sheets/{resource}/imports");
    if options.dry_run {
        let told = client
            .send_file(&format!("{path}?dry_run=true"), content)
            .await?;
        let mut report = Report::new(file, true, count(&told, "rows"), Vec::new());
        for outcome in OUTCOMES {
            report.tally(outcome, count(&told, outcome));
        }
        let problems = told.get("problems").and_then(Value::as_array);
        for row in problems.into_iter().flatten() {
            report.refuse(line(row), &reason(row));
        }
        return end(report, options.client.json, count(&told, "refused"));
    }
    let sent = client.send_file(&path, content).await?;
    let id = text(&sent, "id").to_owned();
    let mut report = Report::new(file, false, count(&sent, "rows"), Vec::new());
    report.name(&id);
    let done = follow(client, &id, "applied", &mut report).await?;
    for outcome in OUTCOMES {
        report.tally(outcome, count(&done, outcome));
    }
    tell_rows(client, &id, "refused", &mut report).await?;
    end(report, options.client.json, count(&done, "refused"))
}

/// Takes an import back and waits until that is done.
pub(super) async fn undo(client: &Client, id: &str, as_json: bool) -> anyhow::Result<()> {
    let path = format!("{IMPORTS}/{id}/actions/undo");
    let sent = client.post(&path, &json!({})).await?;
    let mut report = Report::new(Path::new(id), false, count(&sent, "rows"), Vec::new());
    let done = follow(client, id, "undone", &mut report).await?;
    report.tally("undone", count(&done, "undone"));
    tell_rows(client, id, "kept", &mut report).await?;
    end(report, as_json, count(&done, "kept"))
}

fn end(mut report: Report, as_json: bool, bad: usize) -> anyhow::Result<()> {
    report.finish();
    if as_json {
        report.print_json();
    } else {
        report.print();
    }
    if bad == 0 {
        return Ok(());
    }
    Err(Stop::BadRows(bad).into())
}

async fn follow(
    client: &Client,
    id: &str,
    state: &str,
    report: &mut Report,
) -> anyhow::Result<Value> {
    loop {
        let now = client.get(&format!("{IMPORTS}/{id}")).await?;
        report.reached(count(&now, "done"));
        match text(&now, "state") {
            reached if reached == state => return Ok(now),
            "applying" | "undoing" => tokio::time::sleep(ASKED).await,
            _ => {
                let why = "导入中止：权限已终止 (stopped: the sender's access ended)";
                return Err(anyhow::anyhow!("{why} {id}"));
            }
        }
    }
}

/// Gathers the rows with one outcome and what is said of them.
async fn tell_rows(
    client: &Client,
    id: &str,
    outcome: &str,
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut next = String::new();
    loop {
        let path = format!("{IMPORTS}/{id}/rows?outcome={outcome}&limit=200{next}");
        let page = client.get(&path).await?;
        let rows = page.get("items").and_then(Value::as_array);
        for row in rows.into_iter().flatten() {
            report.refuse(line(row), &reason(row));
        }
        let cursor = text(&page, "next");
        if cursor.is_empty() {
            return Ok(());
        }
        next = format!("&cursor={cursor}");
    }
}

fn count(value: &Value, name: &str) -> usize {
    let count = value.get(name).and_then(Value::as_u64);
    usize::try_from(count.unwrap_or_default()).unwrap_or(usize::MAX)
}

fn line(row: &Value) -> u64 {
    row.get("line").and_then(Value::as_u64).unwrap_or_default()
}

/// What is wrong with a row, column by column.
fn reason(row: &Value) -> String {
    let errors = row.get("errors").and_then(Value::as_array);
    let told = errors.into_iter().flatten().map(|error| {
        let (column, detail) = (text(error, "column"), text(error, "detail"));
        if column.is_empty() {
            detail.to_owned()
        } else {
            format!("{column}：{detail}")
        }
    });
    told.collect::<Vec<_>>().join("；")
}
