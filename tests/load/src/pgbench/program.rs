use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, bail};
use tokio::process::Command;

use super::Script;

/// Where Debian keeps the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// A run of pgbench.
pub(crate) struct Run<'a> {
    /// The program; by default the newest one.
    pub(crate) program: Option<&'a Path>,
    pub(crate) url: &'a str,
    pub(crate) schema: &'a str,
    pub(crate) clients: usize,
    pub(crate) seconds: u64,
    /// Greater than that of any former run.
    pub(crate) base: i64,
}

/// What pgbench reports.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) transactions: u64,
    pub(crate) per_second: f64,
    pub(crate) latency_ms: f64,
}

impl Run<'_> {
    /// Runs a script.
    pub(crate) async fn run(&self, script: &Script, folder: &Path) -> anyhow::Result<Outcome> {
        let program = self
            .program
            .map_or_else(newest, |path| Ok(path.to_owned()))?;
        let file = folder.join("intake.sql");
        tokio::fs::write(&file, &script.text).await?;
        let role = format!("-c role=linli_{0} -c search_path={0}", self.schema);
        let mut command = Command::new(&program);
        command
            .args(["--no-vacuum", "--protocol=prepared", "--progress=5"])
            .args(["--jobs", "2", "--client", &self.clients.to_string()])
            .args(["--time", &self.seconds.to_string(), "--file"])
            .arg(&file)
            .env("PGOPTIONS", role)
            .stdin(Stdio::null());
        let given = [
            ("n".to_owned(), "0".to_owned()),
            ("base".to_owned(), self.base.to_string()),
            ("clients".to_owned(), self.clients.to_string()),
        ];
        for (name, value) in given.iter().chain(&script.constants) {
            command.arg("--define").arg(format!("{name}={value}"));
        }
        let output = command.arg(self.url).output().await;
        let output = output.with_context(|| program.display().to_string())?;
        let said = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            bail!("pgbench: {}", String::from_utf8_lossy(&output.stderr));
        }
        read(&said).with_context(|| format!("pgbench said: {said}"))
    }
}

fn read(said: &str) -> Option<Outcome> {
    let after = |name: &str| {
        let rest = said.lines().find_map(|line| line.strip_prefix(name))?;
        rest.split([' ', '/']).find(|word| !word.is_empty())
    };
    Some(Outcome {
        transactions: after("number of transactions actually processed:")?
            .parse()
            .ok()?,
        per_second: after("tps =")?.parse().ok()?,
        latency_ms: after("latency average =")?.parse().ok()?,
    })
}

/// The newest pgbench of the machine.
fn newest() -> anyhow::Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(VERSIONS).into_iter().flatten().flatten() {
        let version = entry.file_name().to_string_lossy().parse().unwrap_or(0);
        let program = entry.path().join("bin/pgbench");
        if program.is_file() {
            found.push((version, program));
        }
    }
    let newest = found.into_iter().max();
    let (_, program) =
        newest.context("没有 pgbench（软件包 postgresql）/ no pgbench (package postgresql)")?;
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::{Outcome, read};

    #[test]
    fn the_report_is_read() {
        let said = "transaction type: intake.sql
number of transactions actually processed: 12345
number of failed transactions: 0 (0.000%)
latency average = 3.210 ms
latency stddev = 1.234 ms
initial connection time = 12.345 ms
tps = 987.654321 (without initial connection time)
";
        let outcome = Outcome {
            transactions: 12_345,
            per_second: 987.654_321,
            latency_ms: 3.21,
        };
        assert_eq!(read(said), Some(outcome));
        assert_eq!(read("nothing"), None);
    }
}
