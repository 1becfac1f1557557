//! Scenarios across services; see the crate's README.

mod audit;
mod bad_input;
mod cluster;
mod cost;
mod crash;
mod faults;
mod five_order;
mod import;
mod lifecycle;
mod openapi;
mod process;
mod rows;
mod six_step;
mod sweep;
mod walls;
mod world;
