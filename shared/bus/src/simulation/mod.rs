//! A deterministic simulation of the way of an event: outbox, relay, broker, consumer, inbox.
//!
//! One schedule is one seed: it draws the sizes, which faults there are and how often, and then
//! everything that happens, on virtual time and on one thread. The parts that decide (`Window`,
//! `Sweep`, `Lanes`, `Backoff`, `Failure::judge`) are the real ones; what surrounds them (database,
//! network, broker, the loops with their crashes) is modelled here, step by step. Faults end at
//! some point of the schedule; from there on everything must drain within bounded virtual time.
//!
//! What must hold, checked as it happens and once more at the end: every committed event has its
//! effect exactly once in every consumer, or is a dead letter if it is poison; effects of one
//! aggregate come in the order of its commits, none skipped; a transaction that was rolled back
//! has no effect; memory stays within its bounds; the outbox and all queues become empty.
//!
//! ```text
//! cargo nextest run -p bus simulation                                   10,000 schedules
//! LINLI_SIM_SEED=4711 cargo nextest run -p bus simulation --no-capture  one of them, told step by step
//! LINLI_SIM_SCHEDULES=1000000 LINLI_SIM_FROM=10000 cargo nextest …      others
//! ```

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a model for tests: a panic is a failed test, an index is one the model gave out"
)]

mod broker;
mod context;
mod inbox;
mod outbox;
mod plan;
mod relay;
mod tests;
mod worker;
mod world;
