#![doc = include_str!("../README.md")]

mod app;
mod broker;
mod cli;
mod cluster;
mod config;
mod controller;
pub mod crd;
mod domain;
mod health;
mod platform;
mod secret;

pub use cli::main;
pub use config::{LeaseConfig, MachineAccount, OperatorConfig, PlatformConfig};
pub use controller::run;
pub use health::Health;
/// The Kubernetes client, for tests that look at the same cluster.
pub use kube;
pub use platform::PlatformError;
pub use secret::Secret;
