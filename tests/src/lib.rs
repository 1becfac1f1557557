#![doc = include_str!("../README.md")]

mod installation;
pub mod order;
pub mod repository;
mod server;

pub use installation::{DemoAccount, Installation, Output, program};
pub use server::Server;
