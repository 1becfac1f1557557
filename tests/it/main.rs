//! Scenarios across services; see the crate's README.

mod audit;
mod backup;
mod bad_input;
mod callers;
mod cluster;
mod consumers;
mod cost;
mod crash;
mod faults;
mod figures;
mod five_order;
mod import;
mod joint_meeting;
mod known;
mod lifecycle;
mod openapi;
mod process;
mod replay;
mod report_ins;
mod rows;
mod six_step;
mod sweep;
mod telemetry;
mod walls;
mod world;
