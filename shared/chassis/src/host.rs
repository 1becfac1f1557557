use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use auth::{AuthState, KeyRing};
use bus::Consumer;
use figment::Figment;
use kernel::{Clock, IdSource, SystemClock, SystemIds};
use serde_json::Value;
use store::StoreError;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::ended_access::{OnAccessEnded, Watch};
use crate::health::Probe;
use crate::http::server::{self, Documents, Shared};
use crate::keys::Follower;
use crate::messaging::Messaging;
use crate::offline::{self, Offline};
use crate::schedule::upkeep;
use crate::service::{Deps, Module, Service, StartError};
use crate::{Config, metrics, openapi};

/// Why a process cannot start.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The data folder cannot be made or written.
    #[error("数据目录 {path} 不可写 (data folder is not writable): {source}")]
    DataFolder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process uses the data folder.
    #[error("数据目录 {0} 正被另一个进程使用 (data folder is in use by another process)")]
    DataFolderInUse(PathBuf),
    /// A database does not open or migrate.
    #[error("数据库 {name}（{location}）无法打开 (database does not open): {source}")]
    Database {
        /// Service that owns it.
        name: &'static str,
        /// Where it is, without a password.
        location: String,
        /// What it said.
        source: StoreError,
    },
    /// A service does not start.
    #[error("服务 {name} 无法启动 (service does not start): {source}")]
    Service {
        /// The service.
        name: &'static str,
        /// Why.
        source: StartError,
    },
    /// No service here signs tokens, and nothing says where the keys are.
    #[error(
        "本进程没有身份服务，须设置 auth.jwks_url (identity is another process: set auth.jwks_url)"
    )]
    NoKeys,
    /// The HTTP client that fetches other processes' keys cannot be made.
    #[error("auth.jwks_url: {0}")]
    Keys(#[from] reqwest::Error),
    /// The address cannot be served on.
    #[error("无法监听 {address} (cannot listen): {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Parts that tests replace.
#[derive(Clone)]
pub struct Parts {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
    /// Keys that verify tokens.
    pub keys: Arc<KeyRing>,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds::default()),
            keys: Arc::new(KeyRing::default()),
        }
    }
}

/// Services running in this process.
pub struct Host {
    address: SocketAddr,
    deps: Vec<(&'static str, Deps)>,
    messaging: Messaging,
    server: ServerHandle,
    serving: JoinHandle<std::io::Result<()>>,
    stop: CancellationToken,
    tasks: TaskTracker,
    _locks: Vec<File>,
}

impl Host {
    /// Opens databases, migrates, starts the services and answers requests.
    ///
    /// # Errors
    /// Any part does not start; nothing is left running.
    pub async fn start(
        modules: &[Module],
        config: &Config,
        sources: &Figment,
        parts: Parts,
    ) -> Result<Self, HostError> {
        metrics::start();
        let trusted = parts.keys.len();
        let offline = Offline::open_patiently(modules, config, sources, &parts).await?;
        let mut services = Vec::with_capacity(modules.len());
        for (module, (name, deps)) in modules.iter().zip(&offline.deps) {
            let wrap = |source| HostError::Service { name, source };
            let mut service = (module.build)(deps.clone()).map_err(wrap)?;
            if let Some(work) = service.prepare.take() {
                work.await.map_err(wrap)?;
            }
            services.push(service);
        }
        // A service that brought keys signs with them: it is the one whom the others ask.
        let follower = if parts.keys.len() == trusted {
            Follower::new(&config.auth, &parts.keys)?
        } else {
            None
        };
        if follower.is_none() && parts.keys.is_empty() {
            return Err(HostError::NoKeys);
        }
        let mut watches = Vec::new();
        for (name, deps) in &offline.deps {
            let db = deps.db.clone();
            let watch = Watch::begin(db, &parts.keys, &parts.clock).await;
            watches.push(watch.map_err(|source| {
                let source = StartError::Store(source);
                HostError::Service { name, source }
            })?);
        }
        let background = (follower, watches);
        Self::serve(config, parts, offline, services, background).map_err(|source| {
            HostError::Listen {
                address: config.listen,
                source,
            }
        })
    }

    fn serve(
        config: &Config,
        parts: Parts,
        offline: Offline,
        services: Vec<Service>,
        (follower, watches): (Option<Follower>, Vec<Watch>),
    ) -> std::io::Result<Self> {
        let Offline { deps, stop, locks } = offline;
        let tasks = TaskTracker::new();
        let routes = services.iter().map(|service| service.routes.clone());
        let (routes, documents) = (routes.collect(), Documents::of(&services));
        let mut consumers = Vec::new();
        let mut schedules = Vec::new();
        for (mut service, (name, deps)) in services.into_iter().zip(&deps) {
            let (keys, clock) = (Arc::clone(&parts.keys), Arc::clone(&parts.clock));
            service
                .handlers
                .push(Arc::new(OnAccessEnded { keys, clock }));
            consumers.push(Consumer {
                name,
                db: deps.db.clone(),
                handlers: service.handlers,
            });
            let own = service.schedules.into_iter().chain(upkeep(name, deps));
            schedules.extend(own.map(|schedule| (schedule, *name, deps.db.clone())));
        }
        let listener = server::bind(config.listen)?;
        let messaging = Messaging::start(consumers, &parts.clock, &config.bus);
        let databases = deps.iter().map(|(name, deps)| (*name, deps.db.clone()));
        let shared = Shared {
            probe: Probe {
                databases: databases.collect(),
                messaging: messaging.clone(),
                keys: Arc::clone(&parts.keys),
                started: parts.clock.now(),
            },
            auth: AuthState {
                keys: parts.keys,
                clock: Arc::clone(&parts.clock),
            },
            routes,
            documents,
        };
        let (address, server, running) = server::start(listener, &config.http, shared)?;
        let serving = tokio::spawn(running);
        for (schedule, service, db) in schedules {
            let clock = Arc::clone(&parts.clock);
            tasks.spawn(schedule.keep_running(service, db, clock, stop.child_token()));
        }
        for watch in watches {
            tasks.spawn(watch.run(stop.child_token()));
        }
        if let Some(follower) = follower {
            tasks.spawn(follower.run(stop.child_token()));
        }
        Ok(Self {
            address,
            deps,
            messaging,
            server,
            serving,
            stop,
            tasks,
            _locks: locks,
        })
    }

    /// Address that requests are answered on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the service `name` works with, for seeding and tests.
    #[must_use]
    pub fn deps(&self, name: &str) -> Option<&Deps> {
        offline::find(&self.deps, name)
    }

    /// Stops: running requests finish, taken events are handled, databases close.
    pub async fn stop(self) {
        // First of all, so that live streams end instead of holding the server up.
        self.stop.cancel();
        self.server.stop(true).await;
        if let Ok(Err(error)) = self.serving.await {
            tracing::warn!(%error, "server ended with an error");
        }
        self.tasks.close();
        self.tasks.wait().await;
        self.messaging.stop().await;
        offline::close(&self.deps).await;
    }
}

/// Describes the HTTP interface of services without serving them.
///
/// # Errors
/// A database does not open, or a service does not build.
pub async fn describe(
    modules: &[Module],
    config: &Config,
    sources: &Figment,
    parts: Parts,
) -> Result<Vec<(&'static str, Value)>, HostError> {
    let offline = Offline::open(modules, config, sources, &parts).await?;
    let mut documents = Vec::with_capacity(modules.len());
    for (module, (name, deps)) in modules.iter().zip(&offline.deps) {
        let service =
            (module.build)(deps.clone()).map_err(|source| HostError::Service { name, source })?;
        documents.push((*name, openapi::of(&service)));
    }
    offline.close().await;
    Ok(documents)
}
