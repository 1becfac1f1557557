use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use auth::{AuthState, KeyRing};
use bus::Consumer;
use figment::Figment;
use futures_util::future::try_join_all;
use kernel::{Clock, IdSource, SystemClock, SystemIds};
use serde_json::Value;
use store::{Database, StoreError};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::health::Probe;
use crate::http::server::{self, Documents, Shared};
use crate::messaging::Messaging;
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
    #[error("数据库 {name} 无法打开 (database does not open): {source}")]
    Database {
        /// Service that owns it.
        name: &'static str,
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
    _lock: File,
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
        let lock = lock(&config.data)?;
        let stop = CancellationToken::new();
        let deps = try_join_all(
            modules
                .iter()
                .map(|module| open(module, config, sources, &parts, &stop)),
        );
        let deps = deps.await?;
        let mut services = Vec::with_capacity(modules.len());
        for (module, (name, deps)) in modules.iter().zip(&deps) {
            let wrap = |source| HostError::Service { name, source };
            let mut service = (module.build)(deps.clone()).map_err(wrap)?;
            if let Some(work) = service.prepare.take() {
                work.await.map_err(wrap)?;
            }
            services.push(service);
        }
        Self::serve(config, parts, deps, services, (lock, stop)).map_err(|source| {
            HostError::Listen {
                address: config.listen,
                source,
            }
        })
    }

    fn serve(
        config: &Config,
        parts: Parts,
        deps: Vec<(&'static str, Deps)>,
        services: Vec<Service>,
        (lock, stop): (File, CancellationToken),
    ) -> std::io::Result<Self> {
        let tasks = TaskTracker::new();
        let messaging = Messaging::default();
        let databases = deps.iter().map(|(name, deps)| (*name, deps.db.clone()));
        let shared = Shared {
            auth: AuthState {
                keys: parts.keys,
                clock: Arc::clone(&parts.clock),
            },
            probe: Probe {
                databases: databases.collect(),
                messaging: messaging.clone(),
                started: parts.clock.now(),
            },
            routes: services
                .iter()
                .map(|service| service.routes.clone())
                .collect(),
            documents: Documents::of(&services),
        };
        let (address, server, running) = server::start(config.listen, &config.http, shared)?;
        let serving = tokio::spawn(running);
        let mut consumers = Vec::new();
        for (service, (name, deps)) in services.into_iter().zip(&deps) {
            consumers.push(Consumer {
                name,
                db: deps.db.clone(),
                handlers: service.handlers,
            });
            for schedule in service.schedules.into_iter().chain(upkeep(deps)) {
                let running = schedule.keep_running(
                    deps.db.clone(),
                    Arc::clone(&parts.clock),
                    stop.child_token(),
                );
                tasks.spawn(running);
            }
        }
        messaging.start(consumers, &parts.clock, &config.bus);
        Ok(Self {
            address,
            deps,
            messaging,
            server,
            serving,
            stop,
            tasks,
            _lock: lock,
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
        self.deps
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, deps)| deps)
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
        for (name, deps) in &self.deps {
            if let Err(error) = deps.db.close().await {
                tracing::warn!(service = name, %error, "database did not close");
            }
        }
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
    let _lock = lock(&config.data)?;
    let mut documents = Vec::with_capacity(modules.len());
    for module in modules {
        let (name, deps) = open(module, config, sources, &parts, &CancellationToken::new()).await?;
        let service = (module.build)(deps).map_err(|source| HostError::Service { name, source })?;
        documents.push((name, openapi::of(&service)));
    }
    Ok(documents)
}

fn lock(folder: &Path) -> Result<File, HostError> {
    let refuse = |source| HostError::DataFolder {
        path: folder.to_owned(),
        source,
    };
    // Databases hold password hashes, files are residents' photos: for the owner only.
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(refuse)?;
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("linli.lock"))
        .map_err(refuse)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(HostError::DataFolderInUse(folder.to_owned())),
        Err(TryLockError::Error(source)) => Err(refuse(source)),
    }
}

async fn open(
    module: &Module,
    config: &Config,
    sources: &Figment,
    parts: &Parts,
    stop: &CancellationToken,
) -> Result<(&'static str, Deps), HostError> {
    let name = module.name;
    let wrap = |source| HostError::Database { name, source };
    let location = config.location(name);
    store::prepare(&location).await.map_err(wrap)?;
    let db = Database::open(&location, &config.store)
        .await
        .map_err(wrap)?;
    store::migrate(&db, module.migrations).await.map_err(wrap)?;
    let deps = Deps {
        db,
        clock: Arc::clone(&parts.clock),
        ids: Arc::clone(&parts.ids),
        keys: Arc::clone(&parts.keys),
        config: sources.clone(),
        data_dir: config.data.join(name),
        stop: stop.child_token(),
    };
    Ok((name, deps))
}
