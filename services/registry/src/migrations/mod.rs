//! Registry's own tables.

mod m20261122_010001_organisations;

use sea_orm_migration::MigrationTrait;

/// Lists the migrations in the order in which they run.
pub(crate) fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m20261122_010001_organisations::Migration)]
}
