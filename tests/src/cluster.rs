use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use futures_util::future::join_all;
use kernel::{AccountId, IdSource, Role, SystemIds, TypedId};
use reqwest::Client;
use serde_json::{Value, json};
use store::Database;
use testkit::{Caller, Signer, Storage, Target, eventually, servers};
use tokio::process::Command;

use crate::installation::{DemoAccount, Output, clean, output, program, read_accounts};
use crate::{Server, settled};

/// Services, each a program of its own; identity first, since the others ask it for keys.
pub const SERVICES: [&str; 5] = [
    "identity",
    "registry",
    "ticketing",
    "volunteering",
    "notifications",
];

/// An address with a free port.
const ANY_PORT: &str = "127.0.0.1:0";
/// Where nobody answers.
const NOWHERE: &str = "http://127.0.0.1:9";
/// A broker that is not there.
const NO_BROKER: &str = "amqp://127.0.0.1:9/%2f";

/// Every service as a process of its own, on PostgreSQL and RabbitMQ.
pub struct Cluster {
    storage: Storage,
    broker: String,
    /// First part of the names on the broker: worlds of other tests use the same one.
    prefix: String,
    processes: BTreeMap<&'static str, Server>,
    /// Services that run in the process of another one.
    guests: Vec<(&'static str, &'static str)>,
    /// Addresses, kept over restarts.
    target: Target,
    signer: Signer,
    client: Client,
}

impl Cluster {
    /// Makes an empty installation; no process has been started. `None` where the servers are
    /// missing and not required.
    ///
    /// # Panics
    /// A server is missing where it is required, or refuses.
    pub async fn prepare() -> Option<Self> {
        let storage = Storage::postgres().await?;
        let broker = servers::amqp()?;
        // Other tests of the same process may have installed it.
        rustls::crypto::aws_lc_rs::default_provider()
            .install_default()
            .ok();
        let signer = Signer::of_identity(&storage.folder().join("data/identity"));
        let number = SystemIds::default().next_uuid().simple();
        Some(Self {
            storage,
            broker,
            prefix: format!("test-{number}"),
            processes: BTreeMap::new(),
            guests: Vec::new(),
            target: Target::One(NOWHERE.to_owned()),
            signer,
            client: Client::builder().no_proxy().build().expect("a client"),
        })
    }

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
        self.configure(&mut command, ANY_PORT);
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
        std::mem::replace(&mut self.broker, NO_BROKER.to_owned())
    }

    /// Names the broker of processes that start from now on.
    pub fn use_broker(&mut self, broker: String) {
        self.broker = broker;
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
        self.configure(&mut command, address);
        Server::launch(command).await
    }

    /// Sets what a process of this installation needs to know.
    fn configure(&self, command: &mut Command, address: &str) {
        clean(command);
        let identity = match &self.target {
            Target::Each(urls) => urls.get("identity").map_or(NOWHERE, String::as_str),
            Target::One(nowhere) => nowhere,
        };
        let keys = format!("{identity}/api/identity/.well-known/jwks.json");
        command
            .env("LINLI_DATA", self.data())
            .env("LINLI_LISTEN", address)
            .env("LINLI_DATABASE__URL", self.storage.url().expect("a server"))
            .env("LINLI_BUS__URL", &self.broker)
            .env("LINLI_BUS__AMQP__PREFIX", &self.prefix)
            .env("LINLI_AUTH__JWKS_URL", keys)
            // whoever takes over from a killed process does not wait long
            .env("LINLI_BUS__RELAY_LEASE_MS", "1000")
            .env("LINLI_HTTP__WORKERS", "1")
            .current_dir(self.folder())
            .stdin(Stdio::null())
            .kill_on_drop(true);
    }

    /// Waits until the process answers that it is ready, with its broker.
    pub async fn ready(&self, service: &str) {
        let server = self.server(service);
        eventually(&format!("{service} is ready"), async || {
            let state = server.readiness().await;
            (state["ready"] == true && state["bus"] == "up").then_some(())
        })
        .await;
    }

    /// Runs a command of `linli` on this installation.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(&[], arguments).await
    }

    /// The same with more variables set.
    pub async fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
        let mut command = Command::new(program());
        self.configure(&mut command, ANY_PORT);
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

    /// Stops every process as Ctrl-C does.
    ///
    /// # Panics
    /// One does not end well.
    pub async fn stop(mut self) {
        let running = std::mem::take(&mut self.processes);
        let ended = running.into_iter().map(async |(service, server)| {
            let said = server.said();
            (service, said, server.interrupt().await.code())
        });
        for (service, said, code) in join_all(ended).await {
            assert_eq!(code, Some(0), "{service}: {said}");
            assert!(!said.contains("panicked"), "{service}: {said}");
        }
    }

    /// The process of a service.
    pub fn server(&self, service: &str) -> &Server {
        self.processes.get(service).expect("it is running")
    }

    /// Base URL of a service.
    pub fn url(&self, service: &str) -> &str {
        self.target.of(&format!("/api/{service}/"))
    }

    /// Data folder of all processes.
    pub fn data(&self) -> std::path::PathBuf {
        self.folder().join("data")
    }

    /// Folder that goes away with the installation.
    pub fn folder(&self) -> &Path {
        self.storage.folder()
    }

    /// Opens a service's database beside its process.
    pub async fn database(&self, service: &str) -> Database {
        self.storage.open(service).await
    }

    /// Signs tokens that identity's keys verify.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Someone with this token.
    pub fn caller_with(&self, account: AccountId, token: String) -> Caller {
        Caller::at(self.target.clone(), account, token, self.client.clone())
    }

    /// Signs in a made-up account that holds `grants`, each a role and a path.
    pub fn caller(&self, grants: &[(Role, &str)]) -> Caller {
        let (account, token) = self.signer.account(grants);
        self.caller_with(account, token)
    }

    /// Someone who is not signed in.
    pub fn anonymous(&self) -> Caller {
        self.caller_with(AccountId::from_uuid(uuid::Uuid::nil()), String::new())
    }

    /// The logins that `linli seed` wrote.
    pub fn accounts(&self) -> Vec<DemoAccount> {
        read_accounts(&self.data())
    }

    /// Signs in.
    pub async fn sign_in(&self, account: &DemoAccount) -> Caller {
        let body = json!({"username": account.username, "password": account.password});
        let sessions = "/api/identity/v1/sessions";
        let answer = self.anonymous().post(sessions, &body).await.expect(200);
        let token = answer["access_token"].as_str().expect("a token").to_owned();
        let nobody = AccountId::from_uuid(uuid::Uuid::nil());
        let mut caller = self.caller_with(nobody, token);
        let me = caller.get("/api/identity/v1/me").await.expect(200);
        let id = me["id"].as_str().and_then(|id| id.parse().ok());
        caller.account = id.expect("an account");
        caller
    }

    /// What `/readyz` of every process says of its service.
    pub async fn readiness(&self) -> Vec<Value> {
        self.anonymous().readiness().await
    }

    /// Waits until every event has been handled by everyone; true of processes that were not killed.
    pub async fn settled(&self) {
        settled::settled(&self.anonymous()).await;
    }
}
