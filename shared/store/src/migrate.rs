use async_trait::async_trait;
use sea_orm::{DbErr, SqlxPostgresConnector};
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTraitSelf, SchemaManager};
use sqlx::Connection;
use sqlx::postgres::{PgConnection, PgPoolOptions};

use crate::postgres::{self, Server, refused};
use crate::{Database, Location, StoreError};

/// How a database's schema stands against this program's migrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MigrationState {
    /// Nothing to do.
    Current,
    /// So many migrations are still to run.
    Pending(usize),
    /// A newer program has changed this database.
    Newer(String),
}

/// Lists a service's own migrations.
pub type Migrations = fn() -> Vec<Box<dyn MigrationTrait>>;

struct Plan(Migrations);

impl MigratorTraitSelf for Plan {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        let mut all = crate::migrations();
        all.extend((self.0)());
        all.into_iter().map(Atomic::boxed).collect()
    }
}

/// Makes a migration all or nothing on SQLite too.
struct Atomic(Box<dyn MigrationTrait>);

impl Atomic {
    fn boxed(inner: Box<dyn MigrationTrait>) -> Box<dyn MigrationTrait> {
        Box::new(Self(inner))
    }
}

impl MigrationName for Atomic {
    fn name(&self) -> &str {
        self.0.name()
    }
}

#[async_trait]
impl MigrationTrait for Atomic {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        self.0.up(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Makes what a service's database needs before it can be opened: on a server the role
/// `linli_<schema>` and the schema it owns. Nothing for a file. May be called at any time, by several
/// processes at once.
///
/// # Errors
/// The server is out of reach, or the login may not make what is missing.
pub async fn prepare(location: &Location) -> Result<(), StoreError> {
    match location {
        Location::File(_) => Ok(()),
        Location::Server { url, schema } => postgres::prepare(url, schema).await,
    }
}

/// Brings the schema up to date; running it twice, or by two processes at once, changes nothing more.
///
/// # Errors
/// A newer program has changed this database, or the database refuses.
pub async fn migrate(database: &Database, own: Migrations) -> Result<(), StoreError> {
    let Some(server) = database.server() else {
        return Ok(Plan(own).up(&database.writer(), None).await?);
    };
    // most starts find nothing to do, and need no lock for it
    if migration_state(database, own).await? == MigrationState::Current {
        return Ok(());
    }
    migrate_server(server, own).await
}

/// A lock that lives as long as its connection orders processes which migrate at once: the second
/// finds nothing left to do. The migrations run on another connection, without time limits.
async fn migrate_server(server: &Server, own: Migrations) -> Result<(), StoreError> {
    let mut guard = PgConnection::connect_with(&server.unhurried())
        .await
        .map_err(refused)?;
    sqlx::query("SELECT pg_advisory_lock(hashtextextended($1, 0))")
        .bind(format!("linli.migrate.{}", server.schema))
        .execute(&mut guard)
        .await
        .map_err(refused)?;
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect_with(server.unhurried())
        .await
        .map_err(refused)?;
    let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
    let outcome = Plan(own).up(&connection, None).await;
    pool.close().await;
    // the lock ends with its connection, however that ends
    guard.close().await.ok();
    Ok(outcome?)
}

/// Tells how the schema stands, without changing anything.
///
/// # Errors
/// The database is out of reach.
pub async fn migration_state(
    database: &Database,
    own: Migrations,
) -> Result<MigrationState, StoreError> {
    match Plan(own)
        .get_pending_migrations_read_only(&database.writer())
        .await
    {
        Ok(pending) if pending.is_empty() => Ok(MigrationState::Current),
        Ok(pending) => Ok(MigrationState::Pending(pending.len())),
        // The only custom error of that call: a migration was applied that this program lacks.
        Err(DbErr::Custom(reason)) => Ok(MigrationState::Newer(reason)),
        Err(error) => Err(error.into()),
    }
}
