//! What a schedule draws before it starts.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::context::{MS, SECOND, Time};
use crate::BusConfig;

/// What may go wrong, besides what [`super::world::Blow`] lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// A process dies at this step.
    Crash,
    /// A statement or a transaction fails.
    Statement,
    /// It is done, and the answer is lost.
    Answer,
    /// A writer rolls back.
    Rollback,
    /// A writer's transaction stays open for seconds.
    SlowCommit,
    /// Nobody tells a relay that something was committed.
    Wake,
    /// A publication ends half-way.
    Publish,
    /// It is taken over, and the confirmation is lost.
    Confirm,
    /// The broker takes an event over twice.
    Duplicate,
    /// The broker lets an event overtake those of other aggregates.
    Reorder,
    /// A hop takes long.
    Stall,
    /// A handler finds its storage out of reach.
    Handler,
    /// An acknowledgement is lost together with its connection.
    Ack,
}

impl Fault {
    pub(super) const ALL: [Self; 13] = [
        Self::Crash,
        Self::Statement,
        Self::Answer,
        Self::Rollback,
        Self::SlowCommit,
        Self::Wake,
        Self::Publish,
        Self::Confirm,
        Self::Duplicate,
        Self::Reorder,
        Self::Stall,
        Self::Handler,
        Self::Ack,
    ];
}

/// A defect built in on purpose: the simulation must find each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variant {
    /// None.
    Faithful,
    /// The consumer acknowledges before it commits.
    AckBeforeCommit,
    /// The consumer has no inbox.
    NoInbox,
    /// The consumer goes on with an aggregate of which an event waits for its retry.
    NoParking,
    /// The effect does not belong to the transaction.
    EffectOutside,
    /// The event does not belong to the transaction.
    EmitOutside,
    /// The relay publishes what it reads at once, several events of an aggregate side by side.
    NoLanes,
    /// The relay removes rows before they are confirmed.
    RemoveEarly,
    /// The relay reads on behind the highest row it knows.
    NoGaps,
    /// The relay does not look at the gaps that its sweep has passed.
    NoLateLook,
    /// The relay fetches what it left behind without looking at its room.
    BoundlessFetch,
    /// The relay looks only when it is woken.
    NoPoll,
    /// The broker gives back what was not acknowledged at the end of the queue.
    RequeueLast,
}

#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) variant: Variant,
    pub(super) config: BusConfig,
    pub(super) relays: usize,
    /// One relay at a time, by a lease.
    pub(super) leased: bool,
    pub(super) consumers: usize,
    /// Processes of each consumer.
    pub(super) replicas: usize,
    pub(super) aggregates: usize,
    pub(super) transactions: usize,
    /// Most events of one transaction.
    pub(super) burst: usize,
    /// Time within which transactions begin.
    pub(super) writing: Time,
    /// When faults end.
    pub(super) calm: Time,
    /// In thousandths: poison, and events that fail before they succeed, by consumer.
    pub(super) poison: u32,
    pub(super) transient: u32,
    /// Blows, see [`super::world::Blow`].
    pub(super) blows: usize,
    /// By [`Fault`], in thousandths of its opportunities.
    rates: [u32; Fault::ALL.len()],
}

impl Plan {
    pub(super) fn draw(variant: Variant, rng: &mut ChaCha8Rng) -> Self {
        // Each fault is off in half of the schedules: a fault that always comes hides others.
        let mut rates = [0; Fault::ALL.len()];
        for rate in &mut rates {
            *rate = pick(rng, &[0, 0, 5, 30, 120]);
        }
        // A crash costs all progress of a process: rarer, there is an opportunity at every step.
        rates[Fault::Crash as usize] = pick(rng, &[0, 0, 2, 10, 30]);
        let storm = rng.random_bool(0.3);
        Self {
            variant,
            config: BusConfig {
                batch: rng.random_range(1..=6),
                queue: rng.random_range(1..=12),
                held: rng.random_range(1..=12),
                attempts: 3,
                backoff_max_ms: pick(rng, &[100, 1_000]),
                relay_batch: rng.random_range(1..=12),
                relay_window: rng.random_range(1..=16),
                relay_run: rng.random_range(1..=4),
                relay_poll_ms: pick(rng, &[200, 1_000]),
                ..BusConfig::default()
            },
            relays: rng.random_range(1..=2),
            leased: rng.random_bool(0.5),
            consumers: rng.random_range(1..=2),
            replicas: rng.random_range(1..=2),
            aggregates: if storm { 1 } else { rng.random_range(1..=5) },
            transactions: rng.random_range(1..=14),
            burst: if storm { 6 } else { rng.random_range(1..=3) },
            writing: pick(rng, &[20 * MS, SECOND, 4 * SECOND]),
            calm: pick(rng, &[SECOND, 3 * SECOND, 6 * SECOND]),
            poison: pick(rng, &[0, 0, 50, 200]),
            transient: pick(rng, &[0, 50, 300]),
            blows: rng.random_range(0..=4),
            rates,
        }
    }

    pub(super) fn rate(&self, fault: Fault) -> u32 {
        self.rates[fault as usize]
    }
}

pub(super) fn pick<T: Copy>(rng: &mut ChaCha8Rng, from: &[T]) -> T {
    from[rng.random_range(0..from.len())]
}
