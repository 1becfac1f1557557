//! Registry's own tables.

mod m20261122_010001_organisations;
mod m20261122_010002_history;
mod m20261122_010003_grids;
mod m20261122_010004_posts;
mod m20261122_010005_report_ins;
mod m20261122_010006_venues;
mod m20261122_010007_lists;
mod m20261122_010008_agreements;
mod m20261122_010009_meetings;
mod m20261122_010010_dwellings;
mod m20261122_020001_imports;
mod m20261125_200002_units_reported;
mod m20261126_200001_endings;
mod m20261126_200002_read_notes;

use sea_orm_migration::MigrationTrait;

/// Lists the migrations in the order in which they run.
pub(crate) fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20261122_010001_organisations::Migration),
        Box::new(m20261122_010002_history::Migration),
        Box::new(m20261122_010003_grids::Migration),
        Box::new(m20261122_010004_posts::Migration),
        Box::new(m20261122_010005_report_ins::Migration),
        Box::new(m20261122_010006_venues::Migration),
        Box::new(m20261122_010007_lists::Migration),
        Box::new(m20261122_010008_agreements::Migration),
        Box::new(m20261122_010009_meetings::Migration),
        Box::new(m20261122_010010_dwellings::Migration),
        Box::new(m20261122_020001_imports::Migration),
        Box::new(m20261125_200002_units_reported::Migration),
        Box::new(m20261126_200001_endings::Migration),
        Box::new(m20261126_200002_read_notes::Migration),
    ]
}
