//! How processes of an installation start and end.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use testkit::{Target, Turns, eventually, lasting};
use tokio::process::Command;

use super::{Cluster, NOWHERE, SERVICES, Way};
use crate::Server;
use crate::installation::{Output, clean, output, program};

/// An address with a free port.
const ANY_PORT: &str = "127.0.0.1:0";
/// A broker that is not there.
const NO_BROKER: &str = "amqp://127.0.0.1:9/%2f";

/// What an orchestrator gives a process that it replaces.
#[derive(Debug, Clone, Copy)]
pub struct Grace {
    /// From giving it up to telling it to stop.
    pub before: Duration,
    /// From telling it to stop to killing it.
    pub after: Duration,
}

impl Cluster {
    /// Starts every service on an empty installation; see [`Self::prepare`].
    pub async fn start() -> Option<Self> {
        let mut cluster = Self::prepare().await?;
        cluster.start_all().await;
        Some(cluster)
    }

    /// Starts every service and waits until each is ready and has its broker.
    pub async fn start_all(&mut self) {
        self.start_one("identity").await;
        let others = SERVICES.into_iter().filter(|name| *name != "identity");
        let launched = others.map(async |name| (name, self.launch(name, ANY_PORT).await));
        let launched = join_all(launched).await;
        self.processes.extend(launched);
        self.find_addresses();
        join_all(SERVICES.map(|service| self.ready(service))).await;
    }

    /// Starts one service on a free port; it need not be ready yet.
    pub async fn start_one(&mut self, service: &'static str) {
        let server = self.launch(service, ANY_PORT).await;
        self.processes.insert(service, server);
        self.find_addresses();
    }

    /// Starts some services in one process (`linli run …`).
    pub async fn start_together(&mut self, services: &[&'static str]) {
        let mut command = Command::new(program());
        self.configure(&mut command, &self.way, ANY_PORT);
        command.arg("run").args(services);
        let (first, guests) = services.split_first().expect("some services");
        self.processes.insert(first, Server::launch(command).await);
        self.guests
            .extend(guests.iter().map(|guest| (*guest, *first)));
        self.find_addresses();
        self.ready(first).await;
    }

    fn find_addresses(&mut self) {
        let urls = self.processes.iter();
        let urls = urls.map(|(service, server)| (*service, server.url().to_owned()));
        let mut urls: BTreeMap<&'static str, String> = urls.collect();
        for (guest, host) in &self.guests {
            if let Some(url) = urls.get(host).cloned() {
                urls.insert(guest, url);
            }
        }
        self.target = Target::Each(Arc::new(urls));
    }

    /// Lets processes that start from now on look for a broker that is not there; returns the right one.
    pub fn without_broker(&mut self) -> String {
        std::mem::replace(&mut self.way.broker, NO_BROKER.to_owned())
    }

    /// Names the broker of processes that start from now on.
    pub fn use_broker(&mut self, broker: String) {
        self.way.broker = broker;
    }

    /// Starts identity, then the others that ran again: now they know whom to ask for keys.
    pub async fn with_identity_first(mut self) -> Self {
        let running: Vec<&'static str> = self.processes.keys().copied().collect();
        for service in &running {
            self.kill(service).await;
        }
        self.start_one("identity").await;
        for service in running {
            self.start_one(service).await;
            self.serving(service).await;
        }
        self
    }

    /// Lets processes of a service that start from now on work with other servers.
    pub fn lead(&mut self, service: &'static str, way: Way) {
        self.ways.insert(service, way);
    }

    /// Sets a variable of every process that starts from now on.
    pub fn set(&mut self, variable: &'static str, value: impl Into<String>) {
        self.settings.push((variable, value.into()));
    }

    /// Waits until the process can work on requests, with a broker or without.
    pub async fn serving(&self, service: &str) {
        let server = self.server(service);
        eventually(&format!("{service} is ready"), async || {
            (server.readiness().await["ready"] == true).then_some(())
        })
        .await;
    }

    async fn launch(&self, service: &'static str, address: &str) -> Server {
        let mut command = Command::new(program().with_file_name(service));
        self.configure(&mut command, self.way(service), address);
        Server::launch(command).await
    }

    /// Sets what a process of this installation needs to know.
    fn configure(&self, command: &mut Command, way: &Way, address: &str) {
        clean(command);
        let identity = match &self.target {
            Target::Each(urls) => urls.get("identity").map_or(NOWHERE, String::as_str),
            Target::One(nowhere) => nowhere,
            Target::Turns(turns) => turns.get("identity").map_or(NOWHERE, Turns::take),
        };
        let keys = format!("{identity}/api/identity/.well-known/jwks.json");
        command
            .env("LINLI_DATA", self.data())
            .env("LINLI_LISTEN", address)
            .env("LINLI_DATABASE__URL", &way.database)
            .env("LINLI_BUS__URL", &way.broker)
            .env("LINLI_BUS__AMQP__PREFIX", &self.prefix)
            .env("LINLI_AUTH__JWKS_URL", keys)
            // whoever takes over from a killed process does not wait long
            .env("LINLI_BUS__RELAY_LEASE_MS", "1000")
            .env("LINLI_HTTP__WORKERS", "1")
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder())
            .stdin(Stdio::null())
            .kill_on_drop(true);
    }

    /// Waits until the process answers that it is ready, with its broker.
    pub async fn ready(&self, service: &str) {
        is_ready(service, self.server(service)).await;
    }

    /// Runs a command of `linli` on this installation.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(&[], arguments).await
    }

    /// The same with more variables set.
    pub async fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
        let mut command = Command::new(program());
        self.configure(&mut command, &self.way, ANY_PORT);
        command.envs(variables.iter().copied()).args(arguments);
        output(command).await
    }

    /// Ends a process as `kill -9` does.
    pub async fn kill(&mut self, service: &'static str) {
        let server = self.processes.remove(service).expect("it was started");
        server.kill().await;
    }

    /// Starts a process again, on its former address.
    pub async fn start_again(&mut self, service: &'static str) {
        let address = self.url(service).trim_start_matches("http://").to_owned();
        let server = self.launch(service, &address).await;
        self.processes.insert(service, server);
        self.ready(service).await;
    }

    /// Stops a process as an orchestrator does and starts it again, on its address.
    ///
    /// # Panics
    /// It does not end well.
    pub async fn restart(&mut self, service: &'static str) {
        let server = self.processes.remove(service).expect("it was started");
        let said = server.said();
        let code = server.terminate().await.code();
        assert_eq!(code, Some(0), "{service}: {said}");
        self.start_again(service).await;
    }

    /// Starts a second process of a service and waits until it is ready.
    pub async fn start_replica(&mut self, service: &'static str) {
        let server = self.launch(service, ANY_PORT).await;
        is_ready(service, &server).await;
        self.replicas.insert(service, server);
    }

    /// Every service, its processes taking turns.
    pub fn in_turns(&self) -> Arc<BTreeMap<&'static str, Turns>> {
        let turns = SERVICES.map(|service| {
            let replica = self.replicas.get(service).map(Server::url);
            let urls = [Some(self.url(service)), replica];
            let urls = urls.into_iter().flatten().map(str::to_owned);
            (service, Turns::of(urls))
        });
        Arc::new(turns.into())
    }

    /// Replaces the processes of a service one after the other, as an orchestrator does: each is given up, for a while
    /// gets requests all the same, is told to stop, and takes its turns again once it is ready.
    ///
    /// # Panics
    /// One does not end well, or not in time: an orchestrator would kill it.
    pub async fn roll(&mut self, service: &'static str, turns: &Turns, grace: Grace) {
        let first = self.processes.remove(service).expect("it was started");
        let first = self.renew(service, first, turns, grace).await;
        self.processes.insert(service, first);
        if let Some(second) = self.replicas.remove(service) {
            let second = self.renew(service, second, turns, grace).await;
            self.replicas.insert(service, second);
        }
    }

    async fn renew(
        &self,
        service: &'static str,
        old: Server,
        turns: &Turns,
        grace: Grace,
    ) -> Server {
        let url = old.url().to_owned();
        // whoever sends requests hears late that it is given up
        lasting(grace.before / 2).await;
        turns.rest(&url, true);
        lasting(grace.before / 2).await;
        let said = old.said();
        let ended = tokio::time::timeout(grace.after, old.terminate()).await;
        let code = ended.expect("it ends in time").code();
        assert_eq!(code, Some(0), "{service}: {said}");
        let address = url.trim_start_matches("http://");
        let new = self.launch(service, address).await;
        is_ready(service, &new).await;
        turns.rest(&url, false);
        new
    }

    /// Stops every process as Ctrl-C does.
    ///
    /// # Panics
    /// One does not end well.
    pub async fn stop(mut self) {
        let running = std::mem::take(&mut self.processes).into_iter();
        let running = running.chain(std::mem::take(&mut self.replicas));
        let ended = running.map(async |(service, server)| {
            let said = server.said();
            (service, said, server.interrupt().await.code())
        });
        for (service, said, code) in join_all(ended).await {
            assert_eq!(code, Some(0), "{service}: {said}");
            assert!(!said.contains("panicked"), "{service}: {said}");
        }
    }
}

async fn is_ready(service: &str, server: &Server) {
    eventually(&format!("{service} is ready"), async || {
        let state = server.readiness().await;
        (state["ready"] == true && state["bus"] == "up").then_some(())
    })
    .await;
}
