//! A process of the measured installation.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{collections::VecDeque, process::Stdio};

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

/// Longest time from start to the printed address; a first start seeds the demo.
const START: Duration = Duration::from_mins(3);

/// Longest time to stop: what was accepted is finished first.
const STOP: Duration = Duration::from_mins(2);

/// Last lines kept to be shown when it ends by itself.
const KEPT: usize = 20;

type Said = Arc<Mutex<VecDeque<String>>>;

/// A process that serves.
pub(crate) struct Process {
    child: Child,
    said: Said,
    pub(crate) url: String,
    pub(crate) start: Duration,
}

impl Process {
    /// Starts `command` and waits for the address that it prints.
    pub(crate) async fn start(mut command: Command) -> anyhow::Result<Self> {
        let begun = Instant::now();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command
            .spawn()
            .with_context(|| command.as_std().get_program().display().to_string())?;
        let said = Said::default();
        let (heard, mut lines) = mpsc::channel(64);
        // a service alone logs its address, the program with all of them prints it
        let stdout = child.stdout.take().context("standard output")?;
        let stderr = child.stderr.take().context("standard error")?;
        tokio::spawn(listen(stdout, Arc::clone(&said), heard.clone()));
        tokio::spawn(listen(stderr, Arc::clone(&said), heard));
        let printed = async {
            while let Some(line) = lines.recv().await {
                if let Some(url) = address(&line) {
                    return Some(url);
                }
            }
            None
        };
        let url = tokio::time::timeout(START, printed).await.ok().flatten();
        let url = url.with_context(|| format!("no address was printed:\n{}", joined(&said)))?;
        Ok(Self {
            child,
            said,
            url,
            start: begun.elapsed(),
        })
    }

    /// What the process needs, and has needed.
    pub(crate) async fn needs(&self) -> anyhow::Result<Needs> {
        let id = self.child.id().context("the process has ended")?;
        let status = tokio::fs::read_to_string(format!("/proc/{id}/status")).await?;
        let stat = tokio::fs::read_to_string(format!("/proc/{id}/stat")).await?;
        Needs::read(&status, &stat)
    }

    /// Stops as Ctrl-C does and waits for the end.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let said = Arc::clone(&self.said);
        let Some(id) = self.child.id() else {
            bail!("a process ended by itself:\n{}", joined(&said));
        };
        let killed = Command::new("kill")
            .args(["-INT", &id.to_string()])
            .status()
            .await?;
        if !killed.success() {
            bail!("a process cannot be stopped:\n{}", joined(&said));
        }
        let ended = tokio::time::timeout(STOP, self.child.wait()).await;
        let status = ended.context("a process does not stop")??;
        if !status.success() {
            bail!("a process ended with {status}:\n{}", joined(&said));
        }
        Ok(())
    }
}

/// What a process needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Needs {
    /// Resident memory in MiB.
    pub(crate) memory_mib: f64,
    /// The most that it ever was.
    pub(crate) peak_mib: f64,
    /// Processor time since it started, in seconds.
    pub(crate) cpu_s: f64,
}

impl Needs {
    /// Reads `/proc/<pid>/status` and `stat`.
    fn read(status: &str, stat: &str) -> anyhow::Result<Self> {
        let mib = |name: &'static str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|line| line.split_whitespace().next());
            let kib: f64 = kib.context(name)?.parse()?;
            anyhow::Ok(kib / 1024.0)
        };
        // the name of the program, in brackets, may hold anything
        let (_, rest) = stat.rsplit_once(')').context("stat")?;
        let ticks = |field: usize| {
            let ticks = rest.split_whitespace().nth(field).context("stat")?;
            anyhow::Ok(ticks.parse::<f64>()?)
        };
        Ok(Self {
            memory_mib: mib("VmRSS:")?,
            peak_mib: mib("VmHWM:")?,
            // of the user and of the system, in hundredths of a second on every Linux
            cpu_s: (ticks(11)? + ticks(12)?) / 100.0,
        })
    }
}

async fn listen(pipe: impl AsyncRead + Unpin, said: Said, heard: mpsc::Sender<String>) {
    let mut lines = BufReader::new(pipe).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        // nobody listens any more once the address is known
        heard.try_send(line.clone()).ok();
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.len() == KEPT {
            said.pop_front();
        }
        said.push_back(line);
    }
}

fn joined(said: &Said) -> String {
    let said = said.lock().unwrap_or_else(PoisonError::into_inner);
    said.iter().cloned().collect::<Vec<_>>().join("\n")
}

/// The address in the line that says where it serves.
fn address(line: &str) -> Option<String> {
    let rest = line.split_once("serving")?.1;
    if let Some((_, logged)) = rest.split_once("\"address\":\"") {
        let address = logged.split('"').next()?;
        return Some(format!("http://{address}"));
    }
    let url = rest.get(rest.find("http://")?..)?;
    let end = url
        .find(|letter: char| !letter.is_ascii_graphic())
        .unwrap_or(url.len());
    url.get(..end).map(str::to_owned)
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests may")]
mod tests {
    #[test]
    fn needs_are_read_from_proc() {
        let status = "Name:\tlinli\nVmHWM:\t   65536 kB\nVmRSS:\t   51200 kB\n";
        let stat = "4711 (a) name) S 1 2 3 4 5 6 7 8 9 10 250 150 0 0 20";
        let needs = super::Needs::read(status, stat).expect("they read");
        assert_eq!(
            (needs.memory_mib, needs.peak_mib, needs.cpu_s),
            (50.0, 64.0, 4.0)
        );
        assert!(super::Needs::read("", stat).is_err());
        assert!(super::Needs::read(status, "4711 (linli) S").is_err());
    }

    #[test]
    fn the_address_is_read_from_the_line() {
        for (line, url) in [
            (
                "服务已启动 serving: http://127.0.0.1:4711（12 ms）",
                Some("http://127.0.0.1:4711"),
            ),
            (
                r#"{"message":"serving","address":"127.0.0.1:4712"}"#,
                Some("http://127.0.0.1:4712"),
            ),
            ("API page: http://127.0.0.1:4711/api/docs", None),
        ] {
            assert_eq!(super::address(line).as_deref(), url, "{line}");
        }
    }
}
