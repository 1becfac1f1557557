use async_trait::async_trait;
use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTraitSelf, SchemaManager};

use crate::{Database, StoreError};

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

/// Brings the schema up to date; running it twice changes nothing.
///
/// # Errors
/// A newer program has changed this database, or the database refuses.
pub async fn migrate(database: &Database, own: Migrations) -> Result<(), StoreError> {
    Ok(Plan(own).up(database.writer(), None).await?)
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
        .get_pending_migrations_read_only(database.writer())
        .await
    {
        Ok(pending) if pending.is_empty() => Ok(MigrationState::Current),
        Ok(pending) => Ok(MigrationState::Pending(pending.len())),
        // The only custom error of that call: a migration was applied that this program lacks.
        Err(DbErr::Custom(reason)) => Ok(MigrationState::Newer(reason)),
        Err(error) => Err(error.into()),
    }
}
