//! Tables of identity.

mod m20261122_100000_accounts;
mod m20261122_100001_access_log;
mod m20261122_110000_certifications;
mod m20261122_110000_second_factors;
mod m20261122_110001_sessions_and_keys;
mod m20261122_110002_phones;
mod m20261122_110003_oauth;
mod m20261122_120000_contacts;
mod m20261122_130000_privacy;
mod m20261122_140000_relocations;
mod m20261122_140001_attempts;
mod m20261123_090000_messages;
mod m20261126_100001_ends;
mod m20261127_200001_scopes;
mod m20261128_400001_callers;

use sea_orm_migration::MigrationTrait;

/// Migrations of identity, oldest first.
#[must_use]
pub(crate) fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20261122_100000_accounts::Migration),
        Box::new(m20261122_100001_access_log::Migration),
        Box::new(m20261122_110000_certifications::Migration),
        Box::new(m20261122_110000_second_factors::Migration),
        Box::new(m20261122_110001_sessions_and_keys::Migration),
        Box::new(m20261122_110002_phones::Migration),
        Box::new(m20261122_110003_oauth::Migration),
        Box::new(m20261122_120000_contacts::Migration),
        Box::new(m20261122_130000_privacy::Migration),
        Box::new(m20261122_140000_relocations::Migration),
        Box::new(m20261122_140001_attempts::Migration),
        Box::new(m20261123_090000_messages::Migration),
        Box::new(m20261126_100001_ends::Migration),
        Box::new(m20261127_200001_scopes::Migration),
        Box::new(m20261128_400001_callers::Migration),
    ]
}
