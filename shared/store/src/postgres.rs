//! How PostgreSQL servers are connected to.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{DatabaseConnection, DbErr, RuntimeErr, SqlxPostgresConnector};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};

use crate::connections::{Connections, Remote};
use crate::doubt::Doubt;
use crate::location::check_schema;
use crate::observed::Observer;
use crate::{StoreConfig, StoreError};

/// A pooled connection that has been idle for longer is asked whether it still lives.
const IDLE: Duration = Duration::from_secs(1);
/// Longest time that such a connection may take to answer: several that are dead must not use up the
/// whole wait for one that lives.
const GREETING: Duration = Duration::from_secs(1);
/// Longest time that a connection given back may take to answer before it is replaced.
const FAREWELL: Duration = Duration::from_secs(2);
/// Connections above the smallest number close after this long without work.
const IDLE_CLOSE: Duration = Duration::from_mins(5);

/// A schema on a server, and how to reach it.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) schema: String,
    /// Options of a serving connection.
    pub(crate) options: PgConnectOptions,
    /// Whether its connections have been silent of late.
    pub(crate) doubt: Doubt,
}

impl Server {
    pub(crate) fn new(url: &str, schema: &str, config: &StoreConfig) -> Result<Self, StoreError> {
        check_schema(schema)?;
        let options = login(url)?
            .application_name(&format!("linli-{schema}"))
            .statement_cache_capacity(256)
            // At start-up, so that they cost no round trip and outlive a `RESET`.
            .options([
                ("role", role(schema)),
                ("search_path", schema.to_owned()),
                ("statement_timeout", millis(config.statement_timeout_ms)),
                ("lock_timeout", millis(config.lock_timeout_ms)),
                (
                    "idle_in_transaction_session_timeout",
                    millis(config.idle_in_transaction_timeout_ms),
                ),
            ]);
        Ok(Self {
            schema: schema.to_owned(),
            options,
            doubt: Doubt::new(),
        })
    }

    /// Channel on which commits are told to other processes.
    pub(crate) fn channel(&self) -> String {
        role(&self.schema)
    }

    /// Makes the pools of writing and of reading connections: apart, so that a transaction that reads
    /// beside itself never waits for connections which others like it hold.
    pub(crate) async fn connect(
        &self,
        config: &StoreConfig,
        observer: &Arc<Observer>,
    ) -> Result<(Connections, Connections), StoreError> {
        // an abandoned transaction leaves its `ROLLBACK` to be sent; an abandoned read leaves no trace
        let writer = self
            .connections(
                &self.options,
                config.server_writers,
                config,
                observer,
                false,
            )
            .await?;
        // as defaults of the connection, so that a snapshot costs no statement more than its `BEGIN`
        let reading = self.options.clone().options([
            ("default_transaction_isolation", "repeatable read"),
            ("default_transaction_read_only", "on"),
        ]);
        let reader = self
            .connections(&reading, config.server_readers, config, observer, true)
            .await?;
        Ok((writer, reader))
    }

    async fn connections(
        &self,
        options: &PgConnectOptions,
        most: u32,
        config: &StoreConfig,
        observer: &Arc<Observer>,
        reading: bool,
    ) -> Result<Connections, StoreError> {
        let pool = self.pool(most, config, reading);
        let first = pool
            .clone()
            .connect_with(options.clone())
            .await
            .map_err(refused)?;
        let first = counted(first, observer);
        let (options, observer) = (options.clone(), Arc::clone(observer));
        let make = move || counted(pool.clone().connect_lazy_with(options.clone()), &observer);
        // what writes is bounded as a whole, however many statements it has
        let silence = reading.then(|| config.silence_timeout());
        let patience = config.acquire_timeout();
        let remote = Remote::new(most, patience, silence, self.doubt.clone(), make);
        Ok(Connections::to_server(first, remote))
    }

    fn pool(&self, connections: u32, config: &StoreConfig, test_each: bool) -> PgPoolOptions {
        let (greeted, left) = (self.doubt.clone(), self.doubt.clone());
        PgPoolOptions::new()
            .max_connections(connections.max(1))
            .min_connections(1)
            .acquire_timeout(config.acquire_timeout())
            .idle_timeout(IDLE_CLOSE)
            .test_before_acquire(false)
            .before_acquire(move |connection, state| {
                let doubt = greeted.clone();
                Box::pin(async move {
                    if state.idle_for > IDLE || doubt.was_raised_within(state.idle_for) {
                        answers(connection, GREETING, &doubt).await?;
                    }
                    Ok(true)
                })
            })
            .after_release(move |connection, _| {
                let doubt = left.clone();
                Box::pin(async move {
                    // The driver asks too, and would wait for ever where nobody answers. Work that was given up
                    // leaves nothing to be flushed, and a connection that is dead all the same.
                    if test_each || connection.should_flush() || doubt.was_raised_within(FAREWELL) {
                        answers(connection, FAREWELL, &doubt).await?;
                    }
                    Ok(true)
                })
            })
    }

    /// Options of a connection for work that takes its time: migrations.
    pub(crate) fn unhurried(&self) -> PgConnectOptions {
        self.options.clone().options([
            ("statement_timeout", "0"),
            ("lock_timeout", "0"),
            ("idle_in_transaction_session_timeout", "0"),
        ])
    }
}

/// Lets an observer count what is sent.
fn counted(pool: PgPool, observer: &Arc<Observer>) -> DatabaseConnection {
    let mut connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
    observer.observe(&mut connection);
    connection
}

/// Asks a connection for a word; an error replaces it.
async fn answers(
    connection: &mut PgConnection,
    limit: Duration,
    doubt: &Doubt,
) -> Result<(), sqlx::Error> {
    let word = tokio::time::timeout(limit, connection.ping()).await;
    word.unwrap_or_else(|_| {
        doubt.raise();
        Err(sqlx::Error::PoolTimedOut)
    })
}

/// Prepares role and schema of a service; nothing happens where they are as they should be.
pub(crate) async fn prepare(url: &str, schema: &str) -> Result<(), StoreError> {
    check_schema(schema)?;
    let mut connection = PgConnection::connect_with(&login(url)?)
        .await
        .map_err(refused)?;
    let outcome = sqlx::raw_sql(sqlx::AssertSqlSafe(preparation(schema)))
        .execute(&mut connection)
        .await
        .map_err(refused);
    // the work is done or refused: how the connection ends does not matter
    connection.close().await.ok();
    outcome.map(|_| ())
}

/// A login that may neither make roles nor schemas passes as long as an administrator has made them.
///
/// The lock orders processes that start together on one database; roles belong to the whole server, so
/// that another database's preparation may still come between: its work is taken as ours.
fn preparation(schema: &str) -> String {
    let role = role(schema);
    format!(
        "DO $prepare$
DECLARE
  kind text := CASE WHEN current_setting('server_version_num')::int >= 160000
               THEN 'SET' ELSE 'MEMBER' END;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('linli.prepare.{schema}', 0));
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
    BEGIN
      CREATE ROLE {role} NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END IF;
  IF NOT pg_has_role(session_user, '{role}', kind) THEN
    BEGIN
      EXECUTE format('GRANT {role} TO %I', session_user);
    EXCEPTION WHEN unique_violation THEN NULL;
    END;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = '{schema}') THEN
    CREATE SCHEMA {schema} AUTHORIZATION {role};
  END IF;
END
$prepare$"
    )
}

fn role(schema: &str) -> String {
    format!("linli_{schema}")
}

fn login(url: &str) -> Result<PgConnectOptions, StoreError> {
    // the message of a URL that does not read may repeat its password
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| StoreError::Location("URL of the PostgreSQL server".to_owned()))?;
    Ok(options.disable_statement_logging())
}

fn millis(value: u64) -> String {
    format!("{value}ms")
}

/// Wraps an error of the driver as sea-orm would have.
pub(crate) fn refused(error: sqlx::Error) -> StoreError {
    StoreError::Database(DbErr::Conn(RuntimeErr::SqlxError(error.into())))
}
