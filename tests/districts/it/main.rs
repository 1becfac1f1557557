//! The operator, a cluster and the platform.

mod deletion;
mod drift;
mod faults;
mod leaders;
mod life;
mod people;
mod place;
mod queues;
mod quotas;
mod rules;
mod schema;
mod world;

use world::{CODE, World};
