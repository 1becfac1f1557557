#![doc = include_str!("../README.md")]

mod audit;
mod config;
mod ended_access;
mod health;
mod host;
pub mod http;
pub mod key_file;
mod keys;
mod lifecycle;
mod main_of_service;
mod messaging;
pub mod metrics;
mod offline;
pub mod openapi;
mod schedule;
mod service;
mod standing;
pub mod telemetry;

pub use audit::{Tallies, Tally, no_facts};
pub use config::{
    AuthConfig, Config, ConfigError, DatabaseConfig, ForwardedHeader, HttpConfig, LogFormat,
    TelemetryConfig, without_password,
};
pub use host::{Host, HostError, Parts, describe};
pub use lifecycle::stop_signal;
pub use main_of_service::main;
pub use offline::{Offline, hold};
pub use schedule::{Schedule, ScheduleError};
pub use service::{Deps, Module, Service, StartError};
pub use standing::{COUNT_EVERY, Row, Standing};

/// Allocator of every process: memory stays flat under many small requests.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
