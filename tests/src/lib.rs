#![doc = include_str!("../README.md")]

mod cluster;
mod installation;
pub mod order;
pub mod repository;
mod running;
mod server;
mod servers;
mod settled;

pub use cluster::{Cluster, Grace, SERVICES, Way};
pub use installation::{DemoAccount, Installation, Output, program};
pub use running::{Running, as_processes};
pub use server::Server;
pub use servers::{Kind, OwnServer};
pub use settled::{all_heard, settled};
