//! Tables of notifications.

mod m20261122_000101_inboxes;
mod m20261122_140000_exclusions;
mod m20261126_200001_holder_places;

use sea_orm_migration::MigrationTrait;

/// Lists the migrations of this service.
pub(crate) fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20261122_000101_inboxes::Migration),
        Box::new(m20261122_140000_exclusions::Migration),
        Box::new(m20261126_200001_holder_places::Migration),
    ]
}
