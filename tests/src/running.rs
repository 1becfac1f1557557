use std::path::Path;

use chassis::Module;
use kernel::{AccountId, Role};
use store::Database;
use testkit::{Caller, Signer, Target, TestHost};

use crate::Cluster;

/// All services under test, in the form that `LINLI_TEST_FORM` names: `embedded` (the default) in the
/// process of the test, `processes` each as its own on PostgreSQL and RabbitMQ.
pub enum Running {
    /// In the process of the test.
    Embedded(Box<TestHost>),
    /// Each a process of its own.
    Processes(Box<Cluster>),
}

/// Whether services run as processes of their own.
pub fn as_processes() -> bool {
    let form = std::env::var("LINLI_TEST_FORM").unwrap_or_default();
    assert!(
        ["", "embedded", "processes"].contains(&form.as_str()),
        "LINLI_TEST_FORM={form}: neither embedded nor processes"
    );
    form == "processes"
}

impl Running {
    /// Starts every service on an empty installation.
    ///
    /// # Panics
    /// A service does not start, or a server is missing.
    pub async fn start(modules: &[Module]) -> Self {
        if as_processes() {
            let cluster = Cluster::start().await;
            let cluster = cluster.expect("LINLI_TEST_FORM=processes needs the servers");
            return Self::Processes(Box::new(cluster));
        }
        Self::Embedded(Box::new(TestHost::start(modules).await))
    }

    /// Stops.
    pub async fn stop(self) {
        match self {
            Self::Embedded(host) => host.stop().await,
            Self::Processes(cluster) => cluster.stop().await,
        }
    }

    /// Signs in a made-up account that holds `grants`, each a role and a path.
    pub fn caller(&self, grants: &[(Role, &str)]) -> Caller {
        let (account, token) = self.signer().account(grants);
        self.caller_with(account, token)
    }

    /// Someone who is not signed in.
    pub fn anonymous(&self) -> Caller {
        match self {
            Self::Embedded(host) => host.anonymous(),
            Self::Processes(cluster) => cluster.anonymous(),
        }
    }

    /// Someone with this token.
    pub fn caller_with(&self, account: AccountId, token: String) -> Caller {
        match self {
            Self::Embedded(host) => host.caller_with(account, token),
            Self::Processes(cluster) => cluster.caller_with(account, token),
        }
    }

    /// Base URL of the process that answers `path`.
    pub fn url(&self, path: &str) -> String {
        let target: Target = self.anonymous().target().clone();
        target.of(path).to_owned()
    }

    /// Signs tokens.
    pub fn signer(&self) -> &Signer {
        match self {
            Self::Embedded(host) => host.signer(),
            Self::Processes(cluster) => cluster.signer(),
        }
    }

    /// Folder that goes away with the services.
    pub fn folder(&self) -> &Path {
        match self {
            Self::Embedded(host) => host.folder(),
            Self::Processes(cluster) => cluster.folder(),
        }
    }

    /// Database of a service.
    pub async fn database(&self, service: &str) -> Database {
        match self {
            Self::Embedded(host) => host.deps(service).db.clone(),
            Self::Processes(cluster) => cluster.database(service).await,
        }
    }
}
