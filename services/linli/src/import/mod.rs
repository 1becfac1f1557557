//! Imports of files into a running server: dry run, progress, bad rows by line, safe to repeat.

mod divisions;
mod messages;
mod report;
mod rows;
mod sheet;

use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};

use crate::cli::ImportCommand;
use crate::client::{self, Client, text};
use crate::outcome::Stop;
use report::Report;
use rows::Row;

/// Sends rows in chunks and sums up what the server did with each.
struct Importer<'a> {
    client: Client,
    path: &'static str,
    /// Members of every request beside the rows.
    frame: Value,
    chunk: usize,
    file: &'a Path,
    dry_run: bool,
    json: bool,
}

pub(crate) async fn run(command: ImportCommand, data: &Path) -> anyhow::Result<()> {
    match command {
        ImportCommand::Divisions { file, options } => {
            let client = client::sign_in(&options.client, data, "platform_operator").await?;
            let (rows, bad) = divisions::read(&file)?;
            let importer = Importer {
                client,
                path: "/api/registry/v1/divisions/imports",
                frame: json!({"dry_run": options.dry_run}),
                chunk: 500,
                file: &file,
                dry_run: options.dry_run,
                json: options.client.json,
            };
            importer.run(rows, bad).await
        }
        ImportCommand::Sheet {
            resource,
            file,
            options,
        } => {
            let client = client::sign_in(&options.client, data, "platform_operator").await?;
            sheet::import(&client, &resource, &file, &options).await
        }
        ImportCommand::Undo { import, client } => {
            let connected = client::sign_in(&client, data, "platform_operator").await?;
            sheet::undo(&connected, &import, client.json).await
        }
        ImportCommand::Messages {
            file,
            org,
            channel,
            code_set,
            options,
        } => {
            let client = client::sign_in(&options.client, data, "district_operator").await?;
            let (rows, bad) = messages::read(&file)?;
            let org_code = messages::org_code(&org)?;
            let importer = Importer {
                client,
                path: "/api/ticketing/v1/orders/imports",
                frame: json!({
                    "dry_run": options.dry_run, "org_code": org_code, "channel": channel, "code_set": code_set,
                }),
                chunk: 100,
                file: &file,
                dry_run: options.dry_run,
                json: options.client.json,
            };
            importer.run(rows, bad).await
        }
    }
}

/// Largest request, in bytes: well below what a server takes by default.
const REQUEST_BYTES: usize = 192 * 1024;

/// Cuts rows into requests of at most `most` rows and [`REQUEST_BYTES`].
fn chunks(rows: &[Row], most: usize) -> Vec<&[Row]> {
    let mut chunks = Vec::new();
    let mut rest = rows;
    while !rest.is_empty() {
        let mut bytes = 0;
        let fit = rest.iter().take(most).take_while(|row| {
            bytes += row.body.to_string().len();
            bytes <= REQUEST_BYTES
        });
        // A row that is too large by itself goes alone: the server says what is wrong with it.
        let (chunk, behind) = rest.split_at(fit.count().max(1));
        chunks.push(chunk);
        rest = behind;
    }
    chunks
}

impl Importer<'_> {
    async fn run(&self, rows: Vec<Row>, bad: Vec<(u64, String)>) -> anyhow::Result<()> {
        let mut report = Report::new(self.file, self.dry_run, rows.len(), bad);
        for chunk in chunks(&rows, self.chunk) {
            let mut request = self.frame.clone();
            if let Some(members) = request.as_object_mut() {
                let rows = chunk.iter().map(|row| row.body.clone()).collect();
                members.insert("rows".to_owned(), Value::Array(rows));
            }
            let answer = self.client.post(self.path, &request).await.with_context(
                || "导入中断；重新运行即可继续，已导入的不会重复 (interrupted; run again to go on)",
            )?;
            let outcomes = answer.get("rows").and_then(Value::as_array);
            for (row, outcome) in chunk.iter().zip(outcomes.into_iter().flatten()) {
                report.count(row.line, text(outcome, "outcome"), text(outcome, "reason"));
            }
        }
        report.finish();
        if self.json {
            report.print_json();
        } else {
            report.print();
        }
        match report.bad_rows() {
            0 => Ok(()),
            rows => Err(Stop::BadRows(rows).into()),
        }
    }
}
