//! The service's tables.

mod m20261122_100001_orders;
mod m20261122_100002_projections;
mod m20261122_100003_results;
mod m20261122_100004_relocations;

use sea_orm_migration::MigrationTrait;

/// Migrations in the order in which they run.
pub(crate) fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20261122_100001_orders::Migration),
        Box::new(m20261122_100002_projections::Migration),
        Box::new(m20261122_100003_results::Migration),
        Box::new(m20261122_100004_relocations::Migration),
    ]
}
