mod processes;

pub use processes::Grace;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use kernel::{AccountId, IdSource, Role, SystemIds, TypedId};
use reqwest::Client;
use serde_json::{Value, json};
use store::Database;
use testkit::{Caller, Signer, Storage, Target, servers};

use crate::installation::{DemoAccount, read_accounts};
use crate::{Server, settled};

/// Services, each a program of its own; identity first, since the others ask it for keys.
pub const SERVICES: [&str; 5] = [
    "identity",
    "registry",
    "ticketing",
    "volunteering",
    "notifications",
];

/// Where nobody answers.
const NOWHERE: &str = "http://127.0.0.1:9";

/// The servers that a process works with, by URL.
#[derive(Debug, Clone)]
pub struct Way {
    /// The PostgreSQL server, with the installation's database.
    pub database: String,
    /// The broker.
    pub broker: String,
}

/// Every service as a process of its own, on PostgreSQL and RabbitMQ.
pub struct Cluster {
    storage: Storage,
    way: Way,
    /// Services that go another way, e.g. through a proxy.
    ways: BTreeMap<&'static str, Way>,
    /// More variables of every process.
    settings: Vec<(&'static str, String)>,
    /// First part of the names on the broker: worlds of other tests use the same one.
    prefix: String,
    processes: BTreeMap<&'static str, Server>,
    /// Services that run in the process of another one.
    guests: Vec<(&'static str, &'static str)>,
    /// Second processes of services.
    replicas: BTreeMap<&'static str, Server>,
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
        let (postgres, broker) = (servers::postgres()?, servers::amqp()?);
        Some(Self::prepare_on(&postgres, broker).await)
    }

    /// The same on these servers.
    ///
    /// # Panics
    /// A server refuses.
    pub async fn prepare_on(postgres: &str, broker: String) -> Self {
        let storage = Storage::on_server(postgres).await;
        let database = storage.url().expect("a server").to_owned();
        // Other tests of the same process may have installed it.
        rustls::crypto::aws_lc_rs::default_provider()
            .install_default()
            .ok();
        let signer = Signer::of_identity(&storage.folder().join("data/identity"));
        let number = SystemIds::default().next_uuid().simple();
        Self {
            storage,
            way: Way { database, broker },
            ways: BTreeMap::new(),
            settings: Vec::new(),
            prefix: format!("test-{number}"),
            processes: BTreeMap::new(),
            guests: Vec::new(),
            replicas: BTreeMap::new(),
            target: Target::One(NOWHERE.to_owned()),
            signer,
            client: Client::builder().no_proxy().build().expect("a client"),
        }
    }

    /// The process of a service.
    pub fn server(&self, service: &str) -> &Server {
        self.processes.get(service).expect("it is running")
    }

    /// What a process of the service works with.
    pub fn way(&self, service: &str) -> &Way {
        self.ways.get(service).unwrap_or(&self.way)
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

    /// The same person, at second processes where there are any.
    pub fn at_replicas(&self, caller: &Caller) -> Caller {
        let urls = SERVICES.map(|service| {
            let replica = self.replicas.get(service).map(Server::url);
            let url = replica.unwrap_or_else(|| self.url(service));
            (service, url.to_owned())
        });
        let target = Target::Each(Arc::new(urls.into()));
        let client = self.client.clone();
        Caller::at(target, caller.account, caller.token.clone(), client)
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
