//! PostgreSQL and RabbitMQ: given, or started for this run.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use tempfile::TempDir;

use crate::cli::{Common, ServerFlags};

/// The script that starts and stops private servers.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../servers");

/// Settings of a server that is measured.
const CONF: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/postgresql.conf");

/// Both servers; those of our own end with this.
pub(crate) struct Servers {
    pub(crate) postgres: String,
    pub(crate) amqp: String,
    own: Option<TempDir>,
}

impl Servers {
    /// Takes the given servers, or starts both.
    pub(crate) async fn get(common: &Common, flags: &ServerFlags) -> anyhow::Result<Self> {
        match (&flags.postgres, &flags.amqp) {
            (Some(postgres), Some(amqp)) => Ok(Self {
                postgres: postgres.clone(),
                amqp: amqp.clone(),
                own: None,
            }),
            (None, None) => Self::start(common, &flags.fsync).await,
            _ => bail!("须同时给出 PostgreSQL 与 RabbitMQ / name both servers, or none"),
        }
    }

    async fn start(common: &Common, fsync: &str) -> anyhow::Result<Self> {
        common.say("启动 PostgreSQL 与 RabbitMQ / starting both servers");
        let folder = tempfile::tempdir()?;
        // made first, so that half-started servers are stopped too
        let mut servers = Self {
            postgres: String::new(),
            amqp: String::new(),
            own: Some(folder),
        };
        let folder = servers.own.as_ref().context("a folder")?.path().to_owned();
        let log = folder.join("start.log");
        let output = std::fs::File::create(&log)?;
        // into a file: the servers keep what they inherit, and a pipe would never end
        let started = tokio::process::Command::new(SCRIPT)
            .arg("start")
            .arg(&folder)
            .env("LINLI_TEST_FSYNC", fsync)
            .env("LINLI_TEST_POSTGRES_CONF", CONF)
            .stdout(output.try_clone()?)
            .stderr(output)
            .status()
            .await
            .context(SCRIPT)?;
        if !started.success() {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            bail!("the servers did not start:\n{said}");
        }
        servers.postgres = variable(&folder, "LINLI_TEST_POSTGRES")?;
        servers.amqp = variable(&folder, "LINLI_TEST_AMQP")?;
        Ok(servers)
    }
}

/// A line of the file `env` that the script wrote.
fn variable(folder: &Path, name: &str) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(folder.join("env"))?;
    let value = text
        .lines()
        .filter_map(|line| line.split_once('='))
        .find(|(key, _)| *key == name);
    let (_, value) = value.with_context(|| name.to_owned())?;
    Ok(value.to_owned())
}

impl Drop for Servers {
    fn drop(&mut self) {
        let Some(folder) = &self.own else { return };
        let stopped = Command::new(SCRIPT)
            .arg("stop")
            .arg(folder.path())
            .stdout(Stdio::null())
            .status();
        if !stopped.is_ok_and(|status| status.success()) {
            eprintln!("load: the servers in {} still run", folder.path().display());
        }
    }
}
