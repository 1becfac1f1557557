//! The measured process.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::api::Api;

/// Time without requests before memory is read.
const IDLE: Duration = Duration::from_secs(5);

/// A `linli` process on a folder of ours.
pub(crate) struct Server {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
    pub(crate) api: Api,
    pub(crate) data: PathBuf,
    start: Duration,
}

/// The program `linli` in the folder of this program.
pub(crate) fn beside_this_program() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name("linli");
    if !program.exists() {
        bail!(
            "no {}: run `cargo build --release` first",
            program.display()
        );
    }
    Ok(program)
}

impl Server {
    pub(crate) async fn start(
        program: &Path,
        folder: &Path,
        synchronous: &str,
    ) -> anyhow::Result<Self> {
        let data = folder.join("data");
        let begun = Instant::now();
        let mut child = Command::new(program)
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(&data)
            .env("LINLI_STORE__SYNCHRONOUS", synchronous)
            .env("LINLI_TELEMETRY__LOG", "warn")
            .current_dir(folder)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{}", program.display()))?;
        let stdout = child.stdout.take().context("standard output")?;
        let mut output = BufReader::new(stdout).lines();
        let url = loop {
            let line = output
                .next_line()
                .await?
                .context("the server ended while starting")?;
            if let Some(start) = line.find("http://") {
                let rest = line.get(start..).unwrap_or_default();
                let end = rest
                    .find(|letter: char| !letter.is_ascii())
                    .unwrap_or(rest.len());
                break rest.get(..end).unwrap_or_default().to_owned();
            }
        };
        let api = Api::new(&url)?;
        api.get_public("/livez").await?;
        Ok(Self {
            child,
            output,
            api,
            data,
            start: begun.elapsed(),
        })
    }

    /// Milliseconds from start to the first answered request.
    pub(crate) fn start_millis(&self) -> f64 {
        self.start.as_secs_f64() * 1000.0
    }

    /// Resident memory in MiB after a while without requests.
    pub(crate) async fn idle_memory_mib(&self) -> anyhow::Result<f64> {
        tokio::time::sleep(IDLE).await;
        let id = self.child.id().context("the server has ended")?;
        let status = tokio::fs::read_to_string(format!("/proc/{id}/status")).await?;
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .context("VmRSS")?;
        let kib: f64 = line.split_whitespace().nth(1).context("VmRSS")?.parse()?;
        Ok(kib / 1024.0)
    }

    /// Stops as Ctrl-C does and waits for the end.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let id = self.child.id().context("the server has ended")?;
        let killed = Command::new("kill")
            .args(["-INT", &id.to_string()])
            .status()
            .await?;
        if !killed.success() {
            bail!("the server cannot be stopped");
        }
        while self.output.next_line().await?.is_some() {}
        let status = self.child.wait().await?;
        if !status.success() {
            bail!("the server ended with {status}");
        }
        Ok(())
    }
}
