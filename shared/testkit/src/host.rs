use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use chassis::{Config, DatabaseConfig, Deps, Host, HttpConfig, Module, Parts};
use figment::Figment;
use figment::providers::Serialized;
use kernel::{AccountId, Clock, Role, TypedId};
use serde_json::{Value, json};

use crate::{Caller, Signer, Storage};

/// Services on a storage of their own, answering real requests.
pub struct TestHost {
    host: Host,
    modules: Vec<Module>,
    config: Config,
    /// Sections of services, by name.
    sections: Value,
    parts: Parts,
    signer: Signer,
    client: reqwest::Client,
    storage: Storage,
}

impl TestHost {
    /// Starts `modules` with real time.
    pub async fn start(modules: &[Module]) -> Self {
        Self::start_with(modules, |_| {}, Parts::default()).await
    }

    /// Starts `modules` with a clock of the test.
    pub async fn start_at(modules: &[Module], clock: Arc<dyn Clock>) -> Self {
        let parts = Parts {
            clock,
            ..Parts::default()
        };
        Self::start_with(modules, |_| {}, parts).await
    }

    /// Starts `modules` with changed settings and parts.
    pub async fn start_with(
        modules: &[Module],
        change: impl FnOnce(&mut Config),
        parts: Parts,
    ) -> Self {
        Self::start_set(modules, change, |_| json!({}), parts).await
    }

    /// Starts `modules` with changed settings of the process, and settings of services: an object of
    /// sections by name, made when the folder is there that goes away with the host.
    pub async fn start_set(
        modules: &[Module],
        change: impl FnOnce(&mut Config),
        sections: impl FnOnce(&Path) -> Value,
        parts: Parts,
    ) -> Self {
        // Other tests of the same process may have installed it.
        rustls::crypto::aws_lc_rs::default_provider()
            .install_default()
            .ok();
        let storage = Storage::new().await;
        let mut config = Config {
            data: storage.folder().join("data"),
            database: DatabaseConfig {
                url: storage.url().map(str::to_owned),
            },
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            http: HttpConfig {
                workers: 1,
                ..HttpConfig::default()
            },
            ..Config::default()
        };
        change(&mut config);
        let sections = sections(storage.folder());
        let signer = Signer::trusted_by(&parts.keys);
        let host = launch(modules, &config, &sections, parts.clone()).await;
        Self {
            host,
            modules: modules.to_vec(),
            config,
            sections,
            parts,
            signer,
            client: reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("a client"),
            storage,
        }
    }

    /// Stops, then starts again on the same data.
    pub async fn restart(self) -> Self {
        self.host.stop().await;
        let parts = self.parts.clone();
        let host = launch(&self.modules, &self.config, &self.sections, parts).await;
        Self { host, ..self }
    }

    /// Stops.
    pub async fn stop(self) {
        self.host.stop().await;
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

    /// Someone with this token.
    pub fn caller_with(&self, account: AccountId, token: String) -> Caller {
        Caller {
            account,
            token,
            target: self.url().into(),
            client: self.client.clone(),
        }
    }

    /// Base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.host.address())
    }

    /// Signs tokens.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// What the service `name` works with.
    pub fn deps(&self, name: &str) -> &Deps {
        self.host.deps(name).expect("the service was started")
    }

    /// Folder that goes away with the host.
    pub fn folder(&self) -> &Path {
        self.storage.folder()
    }
}

async fn launch(modules: &[Module], config: &Config, sections: &Value, parts: Parts) -> Host {
    let sources = Figment::from(Serialized::defaults(config));
    let sources = sources.merge(Serialized::defaults(sections));
    Host::start(modules, config, &sources, parts)
        .await
        .unwrap_or_else(|error| panic!("the host starts: {error:?}"))
}
