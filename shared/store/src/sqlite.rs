//! How SQLite files are opened.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectOptions, DatabaseConnection};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnection, SqliteJournalMode, SqliteSynchronous};

use crate::observed::Observer;
use crate::{StoreConfig, StoreError, Synchronous};

/// Pages of SQLite's log before its writer moves them into the file (32 MiB): pages that are written
/// again and again are moved once, and the writer waits for the disk less often.
const CHECKPOINT_PAGES: &str = "8192";

/// Opens the one writer and the readers of a file.
pub(crate) async fn open(
    path: &Path,
    config: &StoreConfig,
    observer: &Arc<Observer>,
) -> Result<(DatabaseConnection, DatabaseConnection), StoreError> {
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let mut writer = sea_orm::Database::connect(options(&url, config, 1)).await?;
    let readers = config.readers.max(1);
    let mut reader = sea_orm::Database::connect(options(&url, config, readers)).await?;
    observer.observe(&mut writer);
    observer.observe(&mut reader);
    Ok((writer, reader))
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

fn options(url: &str, config: &StoreConfig, connections: u32) -> ConnectOptions {
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
