use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rand::RngExt;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, SqliteTransactionMode, StatementBuilder,
    TransactionOptions,
};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::announce::{self, Running};
use crate::connections::{Connections, Turn};
use crate::observed::{Observer, has_failed};
use crate::pools::Pools;
use crate::postgres::Server;
use crate::{Location, StoreConfig, StoreError, Tx, sqlite};

/// Runs of a write transaction before its failure is given up on.
const ATTEMPTS: u32 = 5;
/// Longest time that connections to a server may take to close.
const CLOSING: Duration = Duration::from_secs(3);

/// Database engine behind a [`Database`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file, one writer.
    Sqlite,
    /// A server.
    Postgres,
}

/// A service's own database.
#[derive(Debug, Clone)]
pub struct Database {
    committed: Arc<Notify>,
    observer: Arc<Observer>,
    pools: Arc<Pools>,
    remote: Option<Arc<Remote>>,
}

/// What a database on a server has besides.
#[derive(Debug)]
struct Remote {
    server: Server,
    /// Longest time that a piece of work may take as a whole. The server's own limits end it earlier;
    /// this one is for a server that is no longer heard.
    silence: Duration,
    /// Tells this process's notifications from others'.
    id: Uuid,
    changed: Arc<Notify>,
    announcing: Running,
    listening: OnceLock<Running>,
}

impl Database {
    /// Opens the database at `location`: a file is made if missing, a schema must be there (see
    /// [`crate::prepare`]).
    ///
    /// # Errors
    /// The folder is missing or read-only, the file is no database, the server is out of reach or
    /// refuses.
    pub async fn open(location: &Location, config: &StoreConfig) -> Result<Self, StoreError> {
        match location {
            Location::File(path) => Self::open_file(path, config).await,
            Location::Server { url, schema } => {
                Self::open_server(Server::new(url, schema, config)?, config).await
            }
        }
    }

    /// Opens or creates the SQLite file at `path`.
    ///
    /// # Errors
    /// The folder is missing or read-only, or the file is no database.
    pub async fn open_file(path: &Path, config: &StoreConfig) -> Result<Self, StoreError> {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let observer = Observer::new(&name);
        let (writer, reader) = sqlite::open(path, config, &observer).await?;
        let pools = Pools::new(
            Engine::Sqlite,
            Connections::to_file(writer),
            Connections::to_file(reader),
        );
        Pools::show(&pools, &name);
        Ok(Self {
            observer,
            pools,
            committed: Arc::new(Notify::new()),
            remote: None,
        })
    }

    async fn open_server(server: Server, config: &StoreConfig) -> Result<Self, StoreError> {
        let observer = Observer::new(&server.schema);
        let (writer, reader) = server.connect(config, &observer).await?;
        let (id, changed) = (Uuid::from_u128(rand::rng().random()), Arc::default());
        let pools = Pools::new(Engine::Postgres, writer, reader);
        let announcing = announce::announce(&server, &pools, id, Arc::clone(&changed));
        Pools::show(&pools, &server.schema);
        Ok(Self {
            committed: Arc::new(Notify::new()),
            observer,
            pools,
            remote: Some(Arc::new(Remote {
                server,
                silence: config.silence_timeout(),
                id,
                changed,
                announcing,
                listening: OnceLock::new(),
            })),
        })
    }

    /// Engine behind this database.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.pools.engine
    }

    /// The server, unless this is a file.
    pub(crate) fn server(&self) -> Option<&Server> {
        self.remote.as_ref().map(|remote| &remote.server)
    }

    /// Connection for a single reading statement; several that must agree belong into [`Self::read`].
    #[must_use]
    pub fn reader(&self) -> &Connections {
        &self.pools.reader
    }

    pub(crate) fn writer(&self) -> DatabaseConnection {
        self.pools.writer.current()
    }

    #[cfg(test)]
    pub(crate) fn pools(&self) -> &Arc<Pools> {
        &self.pools
    }

    /// Wakes whoever waits for committed changes: the relay. On a server the changes of other
    /// processes wake it too.
    #[must_use]
    pub fn committed(&self) -> Arc<Notify> {
        if let Some(remote) = &self.remote {
            remote.listening.get_or_init(|| {
                announce::listen(&remote.server, remote.id, Arc::clone(&self.committed))
            });
        }
        Arc::clone(&self.committed)
    }

    /// Runs `body` in a write transaction and wakes the relay after the commit.
    ///
    /// `body` may run several times: it must have no effect outside the transaction.
    ///
    /// # Errors
    /// What `body` fails with (everything is rolled back), or the database's refusal.
    pub async fn write<T, E, F>(
        &self,
        name: &'static str,
        body: impl Fn(Arc<Tx>) -> F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<StoreError> + std::error::Error + 'static,
    {
        let done = self.maintain(name, body).await?;
        self.committed.notify_one();
        if let Some(remote) = &self.remote {
            remote.changed.notify_one();
        }
        Ok(done)
    }

    /// Like [`Self::write`], for upkeep that leaves no event behind.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub async fn maintain<T, E, F>(
        &self,
        name: &'static str,
        body: impl Fn(Arc<Tx>) -> F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<StoreError> + std::error::Error + 'static,
    {
        self.persist(name, || self.attempt(name, &body)).await
    }

    /// Runs one statement that leaves no event behind; returns how many rows it changed. It is a
    /// transaction by itself: neither a `BEGIN` nor a `COMMIT` has to be sent.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn execute(
        &self,
        name: &'static str,
        statement: &impl StatementBuilder,
    ) -> Result<u64, StoreError> {
        let run = async || {
            let done = self.pools.writer.execute(statement);
            let done = self.observer.watched(name, done).await?;
            Ok(done.rows_affected())
        };
        self.persist(name, run).await
    }

    /// Runs a transaction again while others are in its way.
    async fn persist<T, E, F>(
        &self,
        name: &'static str,
        transaction: impl Fn() -> F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<StoreError> + std::error::Error + 'static,
    {
        let mut attempt = 1;
        loop {
            let failure = match self.bounded(Box::pin(transaction())).await {
                Ok(done) => return Ok(done),
                Err(failure) => failure,
            };
            if attempt == ATTEMPTS || !StoreError::is_transient_in(&failure) {
                return Err(failure);
            }
            tracing::debug!(transaction = name, attempt, "transaction runs again");
            tokio::time::sleep(pause(attempt)).await;
            attempt += 1;
        }
    }

    /// Waits for work on a server no longer than it may be silent.
    async fn bounded<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        let Some(remote) = &self.remote else {
            return work.await;
        };
        let mut work = pin!(work);
        let done = tokio::time::timeout(remote.silence, &mut work).await;
        // the work is given up, and its connection given back, after the doubt is raised
        done.unwrap_or_else(|_| {
            remote.server.doubt.raise();
            Err(StoreError::TimedOut.into())
        })
    }

    async fn attempt<T, E, F>(
        &self,
        name: &'static str,
        body: &impl Fn(Arc<Tx>) -> F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<StoreError>,
    {
        self.observer.watched(name, self.transact(body)).await
    }

    async fn transact<T, E, F>(&self, body: &impl Fn(Arc<Tx>) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<StoreError>,
    {
        let (tx, _turn) = self
            .begin(&self.pools.writer, SqliteTransactionMode::Immediate)
            .await?;
        let outcome = body(Arc::clone(&tx)).await;
        let tx = Arc::into_inner(tx).ok_or(StoreError::Escaped)?;
        match outcome {
            Ok(done) => {
                if has_failed() {
                    // PostgreSQL "commits" what a failed statement has ended, and says that all is well
                    tx.execute_unprepared("SELECT 1")
                        .await
                        .map_err(StoreError::from)?;
                }
                self.observer.saw_edge("COMMIT");
                tx.commit().await.map_err(StoreError::from)?;
                Ok(done)
            }
            Err(failure) => {
                self.observer.saw_edge("ROLLBACK");
                if let Err(error) = tx.rollback().await {
                    tracing::debug!(%error, "rollback failed; the connection is dropped");
                }
                Err(failure)
            }
        }
    }

    async fn begin<'a>(
        &self,
        connections: &'a Connections,
        mode: SqliteTransactionMode,
    ) -> Result<(Arc<Tx>, Turn<'a>), StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(mode),
            ..TransactionOptions::default()
        };
        let (tx, turn) = connections.begin(options).await?;
        self.observer.saw_edge("BEGIN");
        Ok((Arc::new(tx), turn))
    }

    /// Runs `body` on one consistent snapshot.
    ///
    /// # Errors
    /// What `body` fails with, or the database is out of reach.
    pub async fn read<T, E, F>(
        &self,
        name: &'static str,
        body: impl Fn(Arc<Tx>) -> F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<StoreError>,
    {
        let looking = self.observer.watched(name, self.look(&body));
        self.bounded(Box::pin(looking)).await
    }

    async fn look<T, E, F>(&self, body: &impl Fn(Arc<Tx>) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<StoreError>,
    {
        // a reading connection to a server is read-only and on snapshots by itself
        let (tx, _turn) = self
            .begin(&self.pools.reader, SqliteTransactionMode::Deferred)
            .await?;
        let outcome = body(Arc::clone(&tx)).await;
        let tx = Arc::into_inner(tx).ok_or(StoreError::Escaped)?;
        self.observer.saw_edge("ROLLBACK");
        if let Err(error) = tx.rollback().await {
            tracing::debug!(%error, "end of a read failed; the connection is dropped");
        }
        outcome
    }

    /// Returns how often each statement was run since this was last asked.
    #[cfg(feature = "recording")]
    #[must_use]
    pub fn take_tally(&self) -> crate::Tally {
        self.observer.take_tally()
    }

    /// Checks that the database answers, however busy its writers are.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.pools.reader.ping().await?)
    }

    /// Moves SQLite's log into the file and closes all connections.
    ///
    /// # Errors
    /// A connection does not close.
    pub async fn close(&self) -> Result<(), StoreError> {
        match &self.remote {
            None => {
                self.pools
                    .writer
                    .execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
                    .await?;
            }
            Some(remote) => {
                remote.announcing.stop();
                if let Some(listening) = remote.listening.get() {
                    listening.stop();
                }
            }
        }
        let closing = async {
            self.pools.reader.close().await?;
            self.pools.writer.close().await
        };
        if self.remote.is_none() {
            return Ok(closing.await?);
        }
        // a connection whose server went away without a word would keep the process for ever
        if let Ok(closed) = tokio::time::timeout(CLOSING, closing).await {
            return Ok(closed?);
        }
        tracing::debug!("connections that do not close are dropped");
        Ok(())
    }
}

fn pause(attempt: u32) -> Duration {
    let ceiling = 5_u64 << attempt.min(6);
    Duration::from_millis(rand::rng().random_range(1..=ceiling))
}
