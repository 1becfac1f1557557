//! Services' databases without serving anything: what commands and starts have in common.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use figment::Figment;
use futures_util::future::try_join_all;
use store::{Database, Location, StoreError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::keys::chain;
use crate::{Config, Deps, HostError, Module, Parts};

/// How long a process that is to serve waits for a server that is not there yet: both may have been started together.
const PATIENCE: Duration = Duration::from_mins(1);
/// Pause before the second try; each is twice as long as the one before, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Databases of services, opened and up to date. Nothing is served, no event is carried: what is
/// told to others waits in the outbox for the process that serves.
pub struct Offline {
    pub(crate) deps: Vec<(&'static str, Deps)>,
    pub(crate) stop: CancellationToken,
    /// Held while the files are in use.
    pub(crate) locks: Vec<File>,
}

impl Offline {
    /// Prepares and opens the databases of `modules` and brings their schema up to date.
    ///
    /// # Errors
    /// A database does not open or migrate, or another process uses its file.
    pub async fn open(
        modules: &[Module],
        config: &Config,
        sources: &Figment,
        parts: &Parts,
    ) -> Result<Self, HostError> {
        Self::open_within(modules, config, sources, parts, Duration::ZERO).await
    }

    /// The same, but a server that is out of reach is waited for, about a minute.
    ///
    /// # Errors
    /// The same.
    pub async fn open_patiently(
        modules: &[Module],
        config: &Config,
        sources: &Figment,
        parts: &Parts,
    ) -> Result<Self, HostError> {
        Self::open_within(modules, config, sources, parts, PATIENCE).await
    }

    async fn open_within(
        modules: &[Module],
        config: &Config,
        sources: &Figment,
        parts: &Parts,
        patience: Duration,
    ) -> Result<Self, HostError> {
        let locks = hold(modules, config)?;
        let stop = CancellationToken::new();
        let opened = modules
            .iter()
            .map(|module| open(module, config, sources, parts, &stop, patience));
        let deps = try_join_all(opened).await?;
        Ok(Self { deps, stop, locks })
    }

    /// What the service `name` works with.
    #[must_use]
    pub fn deps(&self, name: &str) -> Option<&Deps> {
        find(&self.deps, name)
    }

    /// Closes the databases.
    pub async fn close(self) {
        close(&self.deps).await;
    }
}

/// Keeps every other process from the files of these services, for as long as what this gives lives.
///
/// # Errors
/// Another process uses one of them, or the folder is not writable.
pub fn hold(modules: &[Module], config: &Config) -> Result<Vec<File>, HostError> {
    make_folder(&config.data)?;
    let files = modules
        .iter()
        .filter(|module| matches!(config.location(module.name), Location::File(_)));
    let locks = files.map(|module| lock(&config.data, module.name));
    locks.collect()
}

pub(crate) fn find<'a>(deps: &'a [(&'static str, Deps)], name: &str) -> Option<&'a Deps> {
    deps.iter()
        .find(|(known, _)| *known == name)
        .map(|(_, deps)| deps)
}

pub(crate) async fn close(deps: &[(&'static str, Deps)]) {
    for (name, deps) in deps {
        if let Err(error) = deps.db.close().await {
            tracing::warn!(service = name, %error, "database did not close");
        }
    }
}

/// Databases hold password hashes, files are residents' photos: for the owner only.
fn make_folder(folder: &Path) -> Result<(), HostError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|source| HostError::DataFolder {
        path: folder.to_owned(),
        source,
    })
}

/// A file has one process; replicas on a server share theirs.
fn lock(folder: &Path, name: &str) -> Result<File, HostError> {
    let refuse = |source| HostError::DataFolder {
        path: folder.to_owned(),
        source,
    };
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join(format!("{name}.lock")))
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
    patience: Duration,
) -> Result<(&'static str, Deps), HostError> {
    let name = module.name;
    let location = config.location(name);
    let wrap = |source| HostError::Database {
        name,
        location: location.to_string(),
        source,
    };
    let db = connect(name, &location, config, patience)
        .await
        .map_err(wrap)?;
    store::migrate(&db, module.migrations).await.map_err(wrap)?;
    // a month without its partition is kept elsewhere until there is one: no reason not to start
    if let Err(error) = store::partitions::make_ahead(&db, parts.clock.now()).await {
        tracing::warn!(service = name, %error, "partitions not made");
    }
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

/// Opens a database; one on a server that does not answer is tried again for as long as `patience` lasts.
async fn connect(
    name: &'static str,
    location: &Location,
    config: &Config,
    patience: Duration,
) -> Result<Database, StoreError> {
    let until = Instant::now() + patience;
    let mut pause = FIRST_PAUSE;
    loop {
        let opened = async {
            store::prepare(location).await?;
            Database::open(location, &config.store).await
        };
        let error = match opened.await {
            Ok(database) => return Ok(database),
            Err(error) => error,
        };
        let on_server = matches!(location, Location::Server { .. });
        let may_come = on_server && StoreError::is_unavailable_in(&error);
        if !may_come || Instant::now() + pause > until {
            return Err(error);
        }
        tracing::warn!(
            service = name,
            database = %location,
            error = chain(&error),
            retry_ms = pause.as_millis(),
            "database is out of reach, tried again"
        );
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
