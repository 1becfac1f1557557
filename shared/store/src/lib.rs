#![doc = include_str!("../README.md")]

mod announce;
pub mod blobs;
mod config;
mod connections;
mod database;
pub mod dead_letter;
mod doubt;
pub mod ended_access;
mod error;
pub mod idempotency;
pub mod inbox;
pub mod lease;
mod location;
mod migrate;
mod migrations;
mod observed;
pub mod outbox;
pub mod partitions;
mod pools;
mod postgres;
mod save_over;
pub mod snapshot;
mod sqlite;
mod tables;
mod writes;

pub use config::{StoreConfig, Synchronous};
pub use connections::Connections;
pub use database::{Database, Engine};
pub use error::{StoreError, affected_one};
pub use idempotency::IdempotencyKey;
pub use location::Location;
pub use migrate::{MigrationState, Migrations, migrate, migration_state, prepare};
pub use migrations::migrations;
pub use observed::upkeep;
#[cfg(feature = "recording")]
pub use observed::{Tally, recorded};
pub use outbox::OutboxRecord;
pub use save_over::save_over;
pub use writes::Writes;

/// A transaction; sea-orm's queries take it as their connection.
pub type Tx = sea_orm::DatabaseTransaction;

/// Rows put into one statement: SQLite refuses statements with too many bound values.
pub const CHUNK: usize = 500;
