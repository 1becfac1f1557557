//! What every backend must do, as tests: `bus::conformance_tests!(Some(backend))` in a test module.
//!
//! The suite drives the whole path, outbox to effect, and knows nothing of the backend.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "test support: a panic is a failed test"
)]

mod cases;
mod probe;
mod world;

use std::sync::Arc;

use async_trait::async_trait;
use store::Database;

use crate::{BusConfig, Publisher, Subscriber, Subscription};

pub use cases::{
    a_dead_letter_replayed_has_its_effect_once, a_failed_event_comes_again_before_those_behind_it,
    a_slow_consumer_fills_no_memory, a_stopped_consumer_loses_nothing,
    an_event_delivered_twice_has_one_effect, an_outage_kills_no_event,
    an_outbox_left_by_a_killed_process_is_delivered, events_of_one_aggregate_stay_in_order,
    poison_becomes_a_dead_letter_and_harms_nobody_else, two_consumers_each_get_every_event,
};
pub use probe::{Happened, Plan, Probe};
pub use world::World;

/// Opens what one test needs, apart from all others.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Builds a bus for these consumers.
    async fn open(&self, subscriptions: &[Subscription], config: &BusConfig) -> Link;

    /// Makes an empty database; the suite brings its tables.
    async fn database(&self, name: &str) -> Database;
}

/// Both ends of a bus.
#[derive(Clone)]
pub struct Link {
    /// The relays' end.
    pub publisher: Arc<dyn Publisher>,
    /// The consumers' end.
    pub subscriber: Arc<dyn Subscriber>,
}

/// Makes one test of each case: `$backend` is an expression that builds a [`Backend`], or `None`
/// where what it needs is not there.
#[macro_export]
macro_rules! conformance_tests {
    ($backend:expr) => {
        $crate::conformance_tests! { @each $backend;
            events_of_one_aggregate_stay_in_order
            a_failed_event_comes_again_before_those_behind_it
            an_event_delivered_twice_has_one_effect
            poison_becomes_a_dead_letter_and_harms_nobody_else
            a_dead_letter_replayed_has_its_effect_once
            an_outage_kills_no_event
            two_consumers_each_get_every_event
            a_stopped_consumer_loses_nothing
            an_outbox_left_by_a_killed_process_is_delivered
            a_slow_consumer_fills_no_memory
        }
    };
    (@each $backend:expr; $($case:ident)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                if let Some(backend) = $backend {
                    $crate::conformance::$case(&backend).await;
                }
            }
        )+
    };
}
