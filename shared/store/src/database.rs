use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use tokio::sync::Notify;

use crate::{StoreConfig, StoreError, Synchronous, Tx};

/// Runs of a write transaction before its failure is given up on.
const ATTEMPTS: u32 = 5;

/// Pages of SQLite's log before its writer moves them into the file (32 MiB): pages that are written
/// again and again are moved once, and the writer waits for the disk less often.
const CHECKPOINT_PAGES: &str = "8192";

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
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    engine: Engine,
    committed: Arc<Notify>,
}

impl Database {
    /// Opens or creates the SQLite file at `path`.
    ///
    /// # Errors
    /// The folder is missing or read-only, or the file is no database.
    pub async fn open_file(path: &Path, config: &StoreConfig) -> Result<Self, StoreError> {
        let url = format!("sqlite://{}?mode=rwc", path.display());
        let writer = sea_orm::Database::connect(sqlite_options(&url, config, 1)).await?;
        let readers = config.readers.max(1);
        let reader = sea_orm::Database::connect(sqlite_options(&url, config, readers)).await?;
        Ok(Self {
            writer,
            reader,
            engine: Engine::Sqlite,
            committed: Arc::new(Notify::new()),
        })
    }

    /// Connects to a PostgreSQL server.
    ///
    /// # Errors
    /// The server is out of reach or refuses.
    pub async fn connect(url: &str, config: &StoreConfig) -> Result<Self, StoreError> {
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(config.readers.max(1) * 4)
            .acquire_timeout(config.acquire_timeout())
            .sqlx_logging(false);
        let pool = sea_orm::Database::connect(options).await?;
        Ok(Self {
            writer: pool.clone(),
            reader: pool,
            engine: Engine::Postgres,
            committed: Arc::new(Notify::new()),
        })
    }

    /// Engine behind this database.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Connection for a single reading statement; several that must agree belong into [`Self::read`].
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Wakes whoever waits for committed changes: the relay.
    #[must_use]
    pub fn committed(&self) -> Arc<Notify> {
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
        let mut attempt = 1;
        loop {
            let failure = match self.attempt(&body).await {
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

    async fn attempt<T, E, F>(&self, body: &impl Fn(Arc<Tx>) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<StoreError>,
    {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let tx = self
            .writer
            .begin_with_options(options)
            .await
            .map_err(StoreError::from)?;
        let tx = Arc::new(tx);
        let outcome = body(Arc::clone(&tx)).await;
        let tx = Arc::into_inner(tx).ok_or(StoreError::Escaped)?;
        match outcome {
            Ok(done) => {
                tx.commit().await.map_err(StoreError::from)?;
                Ok(done)
            }
            Err(failure) => {
                if let Err(error) = tx.rollback().await {
                    tracing::debug!(%error, "rollback failed; the connection is dropped");
                }
                Err(failure)
            }
        }
    }

    /// Runs `body` on one consistent snapshot.
    ///
    /// # Errors
    /// What `body` fails with, or the database is out of reach.
    pub async fn read<T, E, F>(
        &self,
        _name: &'static str,
        body: impl Fn(Arc<Tx>) -> F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<StoreError>,
    {
        let options = TransactionOptions {
            isolation_level: (self.engine == Engine::Postgres)
                .then_some(sea_orm::IsolationLevel::RepeatableRead),
            access_mode: (self.engine == Engine::Postgres).then_some(AccessMode::ReadOnly),
            sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
        };
        let tx = self
            .reader
            .begin_with_options(options)
            .await
            .map_err(StoreError::from)?;
        let tx = Arc::new(tx);
        let outcome = body(Arc::clone(&tx)).await;
        let tx = Arc::into_inner(tx).ok_or(StoreError::Escaped)?;
        if let Err(error) = tx.rollback().await {
            tracing::debug!(%error, "end of a read failed; the connection is dropped");
        }
        outcome
    }

    /// Checks that the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.writer.ping().await?)
    }

    /// Moves SQLite's log into the file and closes all connections.
    ///
    /// # Errors
    /// A connection does not close.
    pub async fn close(&self) -> Result<(), StoreError> {
        if self.writer.get_database_backend() == DbBackend::Sqlite {
            self.writer
                .execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
                .await?;
        }
        self.reader.clone().close().await?;
        self.writer.clone().close().await?;
        Ok(())
    }
}

fn pause(attempt: u32) -> Duration {
    let ceiling = 5_u64 << attempt.min(6);
    Duration::from_millis(rand::rng().random_range(1..=ceiling))
}

/// Says whether a connection may serve others; one that may not is closed.
///
/// On a full disk or a failed write SQLite ends the transaction by itself. The driver's rollback then
/// fails, and it goes on counting a transaction that is none: what it would begin next were
/// savepoints, which can be "committed" and still be lost with the process.
async fn is_between_transactions(connection: &mut SqliteConnection) -> bool {
    if !connection.is_in_transaction() {
        return true;
    }
    // the rollback of a dropped transaction may still be on its way
    let settled = connection.ping().await.is_ok() && !connection.is_in_transaction();
    if !settled {
        tracing::warn!("transaction was ended by the database, its connection is replaced");
    }
    settled
}

fn sqlite_options(url: &str, config: &StoreConfig, connections: u32) -> ConnectOptions {
    let synchronous = match config.synchronous {
        Synchronous::Normal => SqliteSynchronous::Normal,
        Synchronous::Full => SqliteSynchronous::Full,
    };
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(config.acquire_timeout())
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_pool_opts(|pool| {
            pool.after_release(|connection, _| {
                Box::pin(async { Ok(is_between_transactions(connection).await) })
            })
        })
        .map_sqlx_sqlite_opts(move |options| {
            options
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(synchronous)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(5))
                .statement_cache_capacity(256)
                .pragma("temp_store", "memory")
                .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
                .pragma("journal_size_limit", "67108864")
        });
    options
}
