//! Connections to a database for one purpose: reading or writing.

use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult,
    Statement, TransactionOptions, TransactionTrait,
};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::Tx;
use crate::doubt::Doubt;

/// Connections of one kind. What is asked outside of a transaction is bounded here: a server that goes away without a
/// word keeps nobody waiting for ever.
///
/// The driver asks each connection that comes back whether it lives, and waits for that answer without an end: one
/// that dies in this moment is lost to its pool. So there are as many turns as connections. Whoever has a turn and
/// gets no connection in time knows that some are lost, and all are replaced; whoever gets no turn knows that others
/// are at work.
#[derive(Debug)]
pub struct Connections {
    /// What turns get their connections from; the number tells one such set from the next.
    current: Mutex<(u64, DatabaseConnection)>,
    remote: Option<Remote>,
}

/// What connections to a server need besides.
pub(crate) struct Remote {
    /// One for each connection.
    turns: Semaphore,
    /// Longest wait for a turn.
    patience: Duration,
    /// Longest time that a statement outside of a transaction may take, unless whoever runs it sees to that.
    silence: Option<Duration>,
    doubt: Doubt,
    /// Makes a new set of connections, none of which is open yet.
    make: Box<dyn Fn() -> DatabaseConnection + Send + Sync>,
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Remote")
            .field("turns", &self.turns)
            .finish_non_exhaustive()
    }
}

impl Remote {
    pub(crate) fn new(
        connections: u32,
        patience: Duration,
        silence: Option<Duration>,
        doubt: Doubt,
        make: impl Fn() -> DatabaseConnection + Send + Sync + 'static,
    ) -> Self {
        let most = usize::try_from(connections.max(1)).unwrap_or(1);
        Self {
            turns: Semaphore::new(most),
            patience,
            silence,
            doubt,
            make: Box::new(make),
        }
    }
}

/// What whoever uses a connection holds meanwhile; nothing for a file, whose driver loses none.
pub(crate) type Turn<'a> = Option<SemaphorePermit<'a>>;

impl Connections {
    pub(crate) fn to_file(connection: DatabaseConnection) -> Self {
        Self {
            current: Mutex::new((0, connection)),
            remote: None,
        }
    }

    pub(crate) fn to_server(connection: DatabaseConnection, remote: Remote) -> Self {
        Self {
            current: Mutex::new((0, connection)),
            remote: Some(remote),
        }
    }

    /// The set of connections in use now.
    pub(crate) fn current(&self) -> DatabaseConnection {
        self.numbered().1
    }

    fn numbered(&self) -> (u64, DatabaseConnection) {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    /// Begins a transaction, which is to end before its turn.
    pub(crate) async fn begin(&self, options: TransactionOptions) -> Result<(Tx, Turn<'_>), DbErr> {
        let turn = self.turn().await?;
        let (number, connection) = self.numbered();
        let begun = connection.begin_with_options(options).await;
        Ok((self.noticed(number, begun)?, turn))
    }

    async fn turn(&self) -> Result<Turn<'_>, DbErr> {
        let Some(remote) = &self.remote else {
            return Ok(None);
        };
        let turn = tokio::time::timeout(remote.patience, remote.turns.acquire()).await;
        turn.ok()
            .and_then(Result::ok)
            .map(Some)
            .ok_or(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))
    }

    /// Runs a statement outside of a transaction.
    async fn alone<T, F>(&self, statement: impl FnOnce(DatabaseConnection) -> F) -> Result<T, DbErr>
    where
        F: Future<Output = Result<T, DbErr>>,
    {
        let Some(remote) = &self.remote else {
            return statement(self.current()).await;
        };
        let _turn = self.turn().await?;
        let (number, connection) = self.numbered();
        let mut statement = pin!(statement(connection));
        let Some(silence) = remote.silence else {
            return self.noticed(number, statement.await);
        };
        let done = tokio::time::timeout(silence, &mut statement).await;
        // it is given up, and its connection given back, after the doubt is raised
        let done = done.unwrap_or_else(|_| {
            remote.doubt.raise();
            Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))
        });
        self.noticed(number, done)
    }

    /// Replaces all connections when one that was due was not to be had.
    fn noticed<T>(&self, number: u64, done: Result<T, DbErr>) -> Result<T, DbErr> {
        let due = matches!(done, Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)));
        if let (true, Some(remote)) = (due, &self.remote) {
            let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
            // somebody else may have noticed
            if current.0 == number {
                tracing::warn!("no connection to the database in time, all are replaced");
                let former = std::mem::replace(&mut *current, (number + 1, (remote.make)()));
                // what comes back is closed from now on; nobody waits for what does not
                drop(former.1.get_postgres_connection_pool().close());
            }
        }
        done
    }

    /// Asks for a word.
    pub(crate) async fn ping(&self) -> Result<(), DbErr> {
        self.alone(|connection| async move { connection.ping().await })
            .await
    }

    pub(crate) async fn close(&self) -> Result<(), DbErr> {
        self.current().close().await
    }
}

#[async_trait]
impl ConnectionTrait for Connections {
    fn get_database_backend(&self) -> DbBackend {
        match self.remote {
            Some(_) => DbBackend::Postgres,
            None => DbBackend::Sqlite,
        }
    }

    async fn execute_raw(&self, stmt: Statement) -> Result<ExecResult, DbErr> {
        self.alone(|connection| async move { connection.execute_raw(stmt).await })
            .await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.alone(|connection| async move { connection.execute_unprepared(sql).await })
            .await
    }

    async fn query_one_raw(&self, stmt: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.alone(|connection| async move { connection.query_one_raw(stmt).await })
            .await
    }

    async fn query_all_raw(&self, stmt: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.alone(|connection| async move { connection.query_all_raw(stmt).await })
            .await
    }
}
