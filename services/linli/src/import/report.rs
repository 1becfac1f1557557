//! Progress and the closing report of an import.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

/// Bad rows printed one by one; the report for machines has all.
const SHOWN: usize = 20;

pub(super) struct Report {
    file: PathBuf,
    id: Option<String>,
    dry_run: bool,
    bar: ProgressBar,
    outcomes: BTreeMap<String, u64>,
    bad: Vec<(u64, String)>,
}

impl Report {
    pub(super) fn new(file: &Path, dry_run: bool, rows: usize, bad: Vec<(u64, String)>) -> Self {
        let length = u64::try_from(rows).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
        if let Ok(style) =
            ProgressStyle::with_template("{bar:40} {pos}/{len} 行 rows  {per_sec}  {eta}")
        {
            bar.set_style(style);
        }
        Self {
            file: file.to_owned(),
            id: None,
            dry_run,
            bar,
            outcomes: BTreeMap::new(),
            bad,
        }
    }

    pub(super) fn count(&mut self, line: u64, outcome: &str, reason: &str) {
        self.bar.inc(1);
        if outcome == "refused" {
            self.bad.push((line, reason.to_owned()));
        } else {
            *self.outcomes.entry(outcome.to_owned()).or_default() += 1;
        }
    }

    /// Names what the server calls the import.
    pub(super) fn name(&mut self, id: &str) {
        self.id = Some(id.to_owned());
    }

    /// Shows how far the server has come.
    pub(super) fn reached(&self, rows: usize) {
        self.bar
            .set_position(u64::try_from(rows).unwrap_or(u64::MAX));
    }

    /// Takes over how many rows had an outcome.
    pub(super) fn tally(&mut self, outcome: &str, rows: usize) {
        if rows > 0 {
            let rows = u64::try_from(rows).unwrap_or(u64::MAX);
            self.outcomes.insert(outcome.to_owned(), rows);
        }
    }

    /// Notes a row that was refused.
    pub(super) fn refuse(&mut self, line: u64, reason: &str) {
        self.bad.push((line, reason.to_owned()));
    }

    pub(super) fn finish(&mut self) {
        self.bar.finish_and_clear();
        self.bad.sort();
    }

    pub(super) fn bad_rows(&self) -> usize {
        self.bad.len()
    }

    pub(super) fn print(&self) {
        let title = if self.dry_run {
            "试运行，未写入 (dry run)"
        } else {
            "已导入 (imported)"
        };
        println!("{} {title}", self.file.display());
        if let Some(id) = &self.id {
            println!("  {:<24} {id}", "编号 id");
        }
        for (outcome, count) in &self.outcomes {
            println!("  {:<24} {count}", label(outcome));
        }
        println!("  {:<24} {}", "坏行 bad rows", self.bad.len());
        for (line, reason) in self.bad.iter().take(SHOWN) {
            println!("    第 {line} 行 line {line}: {reason}");
        }
        if let Some(more) = self.bad.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            println!("    另有 {more} 行，用 --json 查看全部 (and {more} more)");
        }
    }

    pub(super) fn print_json(&self) {
        let bad = self
            .bad
            .iter()
            .map(|(line, reason)| json!({"line": line, "reason": reason}));
        let report = json!({
            "file": self.file,
            "id": self.id,
            "dry_run": self.dry_run,
            "outcomes": self.outcomes,
            "bad_rows": bad.collect::<Vec<_>>(),
        });
        println!("{report}");
    }
}

fn label(outcome: &str) -> &str {
    match outcome {
        "created" => "新建 created",
        "exists" => "已存在 exists",
        "unchanged" => "未变 unchanged",
        "renamed" => "更名 renamed",
        "changed" => "变动 changed",
        "undone" => "已撤销 undone",
        other => other,
    }
}
