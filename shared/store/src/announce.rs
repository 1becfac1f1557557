//! Tells the processes on one PostgreSQL schema of each other's commits.
//!
//! A notification is sent beside the transaction, not in it: PostgreSQL lets transactions that notify
//! commit only one after another, on the whole server. Nothing depends on its arrival, the relay also
//! looks by itself.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use sqlx::postgres::{PgListener, PgPool, PgPoolOptions};
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use uuid::Uuid;

use crate::pools::Pools;
use crate::postgres::Server;
use crate::upkeep;

/// Shortest time between two notifications: a stream of commits needs no more.
const PAUSE: Duration = Duration::from_millis(20);
/// Time until the next try after the server was out of reach.
const RETRY: Duration = Duration::from_secs(1);
/// Longest wait for the server's answer.
const ANSWER: Duration = Duration::from_secs(10);
/// Longest silence before a listening connection is replaced: one whose server is gone without a word
/// is silent too.
const SILENCE: Duration = Duration::from_mins(1);

/// A task that ends with its last handle.
#[derive(Debug)]
pub(crate) struct Running(AbortHandle);

impl Running {
    pub(crate) fn stop(&self) {
        self.0.abort();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Sends a notification whenever `changed` was told so.
pub(crate) fn announce(
    server: &Server,
    pools: &Arc<Pools>,
    from: Uuid,
    changed: Arc<Notify>,
) -> Running {
    let pools = Arc::downgrade(pools);
    let values = [server.channel(), from.to_string()].map(Into::into);
    let sql = "SELECT pg_notify($1, $2)";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    let task = upkeep(async move {
        loop {
            changed.notified().await;
            let Some(pools) = pools.upgrade() else {
                return;
            };
            if let Err(error) = pools.reader.execute_raw(statement.clone()).await {
                tracing::debug!(%error, "commit could not be announced");
            }
            drop(pools);
            tokio::time::sleep(PAUSE).await;
        }
    });
    let task = tokio::spawn(task);
    Running(task.abort_handle())
}

/// Wakes `committed` whenever another process announces a commit.
pub(crate) fn listen(server: &Server, own: Uuid, committed: Arc<Notify>) -> Running {
    let (channel, options) = (server.channel(), server.options.clone());
    let task = tokio::spawn(async move {
        let own = own.to_string();
        loop {
            // a pool each time: a lost connection may hold its place in the former one
            let pool = PgPoolOptions::new()
                .max_connections(1)
                .idle_timeout(None)
                .max_lifetime(None)
                .connect_lazy_with(options.clone());
            if let Err(error) = hear(&pool, &channel, &own, &committed).await {
                tracing::debug!(%error, "not listening for commits, trying again");
            }
            tokio::time::sleep(RETRY).await;
        }
    });
    Running(task.abort_handle())
}

async fn answered<T>(
    asked: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let answer = tokio::time::timeout(ANSWER, asked).await;
    answer.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// Listens until the connection is lost, or silent for long.
async fn hear(
    pool: &PgPool,
    channel: &str,
    own: &str,
    committed: &Notify,
) -> Result<(), sqlx::Error> {
    let mut listener = answered(PgListener::connect_with(pool)).await?;
    listener.eager_reconnect(false);
    answered(listener.listen(channel)).await?;
    loop {
        // whatever was announced before is not told again
        committed.notify_one();
        loop {
            let Ok(heard) = tokio::time::timeout(SILENCE, listener.try_recv()).await else {
                return Ok(());
            };
            match heard? {
                Some(told) if told.payload() == own => {}
                Some(_) => break,
                None => return Ok(()),
            }
        }
    }
}
