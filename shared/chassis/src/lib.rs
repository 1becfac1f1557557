#![doc = include_str!("../README.md")]

mod config;
mod health;
mod host;
pub mod http;
mod lifecycle;
mod main_of_service;
mod messaging;
pub mod metrics;
pub mod openapi;
mod schedule;
mod service;
pub mod telemetry;

pub use config::{Config, ConfigError, DatabaseConfig, HttpConfig, LogFormat, TelemetryConfig};
pub use host::{Host, HostError, Parts, describe};
pub use lifecycle::stop_signal;
pub use main_of_service::main;
pub use schedule::{Schedule, ScheduleError};
pub use service::{Deps, Module, Service, StartError};

/// Allocator of every process: memory stays flat under many small requests.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
