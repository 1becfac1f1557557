//! Tables that every service's database has.

mod m20261122_000001_messaging;
mod m20261122_000002_ended_access;

use sea_orm_migration::MigrationTrait;

/// Migrations of the shared tables; they run before a service's own.
#[must_use]
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20261122_000001_messaging::Migration),
        Box::new(m20261122_000002_ended_access::Migration),
    ]
}
