//! The measured installation: which processes, on which servers.

mod own;
mod process;
mod servers;
mod settled;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use kernel::{IdSource, SystemIds};
use tempfile::TempDir;
use tokio::process::Command;

pub(crate) use own::{Corner, OwnDatabase, connect};
pub(crate) use process::{Needs, Process};
pub(crate) use servers::Servers;

use crate::api::Api;
use crate::cli::{Common, Form};

/// Services, each a program of its own; identity first, since the others ask it for keys.
const SERVICES: [&str; 5] = [
    "identity",
    "registry",
    "ticketing",
    "volunteering",
    "notifications",
];

/// Time without requests before memory is read.
const IDLE: Duration = Duration::from_secs(5);

/// An installation on a folder and names of its own.
pub(crate) struct Installation {
    program: PathBuf,
    form: Form,
    processes: BTreeMap<&'static str, Process>,
    pub(crate) api: Api,
    settings: BTreeMap<String, String>,
    // in the order in which they go away
    broker: Option<Corner>,
    database: Option<OwnDatabase>,
    folder: TempDir,
}

/// A name that no other run has.
pub(crate) fn run_name() -> String {
    SystemIds::default().next_uuid().simple().to_string()
}

/// The program `linli` that the flags name, or the one in the folder of this program.
fn program(common: &Common) -> anyhow::Result<PathBuf> {
    let program = match &common.program {
        Some(program) => std::path::absolute(program)?,
        None => std::env::current_exe()?.with_file_name("linli"),
    };
    if !program.is_file() {
        bail!(
            "no {}: run `cargo build --release --workspace --bins` first",
            program.display()
        );
    }
    Ok(program)
}

impl Installation {
    /// Prepares all services in one process, on files.
    pub(crate) fn embedded(common: &Common) -> anyhow::Result<Self> {
        Ok(Self {
            program: program(common)?,
            form: Form::Embedded,
            processes: BTreeMap::new(),
            api: Api::new()?,
            settings: BTreeMap::new(),
            broker: None,
            database: None,
            folder: tempfile::tempdir()?,
        })
    }

    /// Prepares all services in one process, on a database of its own.
    pub(crate) async fn embedded_on(common: &Common, servers: &Servers) -> anyhow::Result<Self> {
        let database = OwnDatabase::make(&servers.postgres, &run_name()).await?;
        Ok(Self {
            database: Some(database),
            ..Self::embedded(common)?
        })
    }

    /// Prepares a process for each service, on a database and names of its own.
    pub(crate) async fn processes(common: &Common, servers: &Servers) -> anyhow::Result<Self> {
        let run = run_name();
        let consumers = contracts::consumers::CONSUMERS.iter();
        Ok(Self {
            form: Form::Processes,
            database: Some(OwnDatabase::make(&servers.postgres, &run).await?),
            broker: Some(Corner {
                url: servers.amqp.clone(),
                prefix: format!("load-{run}"),
                consumers: consumers.map(|(name, _)| *name).collect(),
            }),
            ..Self::embedded(common)?
        })
    }

    /// Sets a variable (`LINLI_…`) of processes that start from now on.
    pub(crate) fn set(&mut self, variable: &str, value: &str) {
        self.settings.insert(variable.to_owned(), value.to_owned());
    }

    /// Forgets a variable.
    pub(crate) fn unset(&mut self, variable: &str) {
        self.settings.remove(variable);
    }

    /// Makes the demo, where the first start does not, and starts everything.
    pub(crate) async fn start(&mut self) -> anyhow::Result<()> {
        match self.form {
            Form::Embedded => {
                // on a server nobody makes the demo by himself
                if self.database.is_some() {
                    self.run("seed").await?;
                }
                self.start_embedded().await
            }
            Form::Processes => {
                for command in ["migrate", "seed"] {
                    self.run(command).await?;
                }
                self.launch("identity").await?;
                for service in SERVICES.into_iter().skip(1) {
                    self.launch(service).await?;
                }
                self.ready().await?;
                self.settled().await
            }
        }
    }

    async fn start_embedded(&mut self) -> anyhow::Result<()> {
        let mut command = self.command("linli");
        command.args(["--listen", "127.0.0.1:0"]);
        let begun = Instant::now();
        let mut process = Process::start(command).await?;
        self.api = self.api.at([("", process.url.clone())]);
        self.api.get_public("/livez").await?;
        process.start = begun.elapsed();
        self.processes.insert("linli", process);
        Ok(())
    }

    async fn launch(&mut self, service: &'static str) -> anyhow::Result<()> {
        let process = Process::start(self.command(service)).await?;
        self.processes.insert(service, process);
        let urls = self.processes.iter();
        let urls = urls.map(|(service, process)| (*service, process.url.clone()));
        self.api = self.api.at(urls);
        Ok(())
    }

    /// Runs a command of `linli` to its end.
    async fn run(&self, arguments: &str) -> anyhow::Result<()> {
        let output = self.command("linli").arg(arguments).output().await?;
        if !output.status.success() {
            bail!(
                "linli {arguments}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.program.with_file_name(program));
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("LINLI_") {
                command.env_remove(variable);
            }
        }
        command
            .env("LINLI_DATA", self.data())
            .env("LINLI_LISTEN", "127.0.0.1:0")
            // the line that says the address, and what is wrong
            .env("LINLI_TELEMETRY__LOG", "warn,chassis::main_of_service=info")
            .env("LINLI_TELEMETRY__FORMAT", "json")
            .current_dir(self.folder.path());
        if let Some(database) = &self.database {
            command.env("LINLI_DATABASE__URL", &database.url);
        }
        if let Some(broker) = &self.broker {
            command
                .env("LINLI_BUS__URL", &broker.url)
                .env("LINLI_BUS__AMQP__PREFIX", &broker.prefix);
        }
        if let Some(identity) = self.processes.get("identity") {
            let keys = format!("{}/api/identity/.well-known/jwks.json", identity.url);
            command.env("LINLI_AUTH__JWKS_URL", keys);
        }
        command.envs(&self.settings);
        command
    }

    /// Waits until every process can work on requests, with its broker.
    async fn ready(&self) -> anyhow::Result<()> {
        let ready = async {
            for url in self.urls() {
                while !self.is_ready(url).await {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        };
        let waited = tokio::time::timeout(Duration::from_mins(1), ready).await;
        waited.context("a process does not become ready")
    }

    async fn is_ready(&self, url: &str) -> bool {
        let state = self.api.get_at(url, "/readyz").await;
        state.is_ok_and(|state| {
            let broker = state.get("bus").and_then(serde_json::Value::as_str) != Some("down");
            broker && state.get("ready") == Some(&serde_json::Value::Bool(true))
        })
    }

    /// Stops one service and starts it again, with the settings of now.
    pub(crate) async fn restart_one(&mut self, service: &'static str) -> anyhow::Result<()> {
        let process = self.processes.remove(service);
        process.with_context(|| service.to_owned())?.stop().await?;
        self.launch(service).await?;
        self.ready().await
    }

    /// Starts again on the same data; one process only.
    pub(crate) async fn restart(&mut self) -> anyhow::Result<()> {
        self.stop().await?;
        self.start_embedded().await
    }

    /// Stops everything; the data stays.
    pub(crate) async fn stop(&mut self) -> anyhow::Result<()> {
        // identity last: the others ask it for keys
        let mut all = std::mem::take(&mut self.processes);
        let identity = all.remove("identity");
        for process in all.into_values().chain(identity) {
            process.stop().await?;
        }
        Ok(())
    }

    /// Waits until every event has had its effect.
    pub(crate) async fn settled(&self) -> anyhow::Result<()> {
        settled::settled(self).await
    }

    /// How the services run.
    pub(crate) fn form(&self) -> Form {
        self.form
    }

    /// Base URLs of all processes.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &str> {
        self.processes.values().map(|process| process.url.as_str())
    }

    pub(crate) fn has_broker(&self) -> bool {
        self.broker.is_some()
    }

    /// Data folder of all processes.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder that goes away with the installation.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// URL of the database on a server.
    pub(crate) fn database_url(&self) -> anyhow::Result<&str> {
        let database = self.database.as_ref().context("no server")?;
        Ok(&database.url)
    }

    /// Milliseconds from start to the first answer, or to the printed address of the slowest of several processes.
    pub(crate) fn start_millis(&self) -> f64 {
        let starts = self.processes.values().map(|process| process.start);
        starts.max().unwrap_or_default().as_secs_f64() * 1000.0
    }

    /// What each process needs now.
    pub(crate) async fn needs(&self) -> anyhow::Result<BTreeMap<&'static str, Needs>> {
        let mut all = BTreeMap::new();
        for (name, process) in &self.processes {
            all.insert(*name, process.needs().await?);
        }
        Ok(all)
    }

    /// The same after a while without requests.
    pub(crate) async fn idle_needs(&self) -> anyhow::Result<BTreeMap<&'static str, Needs>> {
        tokio::time::sleep(IDLE).await;
        self.needs().await
    }
}

/// Prepares an installation in the form asked for; servers of our own live as long as what comes
/// first: bound before the installation, they go after it.
pub(crate) async fn prepare(
    common: &Common,
    form: Form,
    flags: &crate::cli::ServerFlags,
) -> anyhow::Result<(Option<Arc<Servers>>, Installation)> {
    match form {
        Form::Embedded => Ok((None, Installation::embedded(common)?)),
        Form::Processes => {
            let servers = Arc::new(Servers::get(common, flags).await?);
            let installation = Installation::processes(common, &servers).await?;
            Ok((Some(servers), installation))
        }
    }
}
