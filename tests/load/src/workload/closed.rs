//! Closed loop: each client waits for its answer before it asks again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use futures_util::future::try_join_all;

use super::intake::{Intake, Outcome};
use crate::latencies::Latencies;

/// What the clients achieved.
pub(crate) struct Achieved {
    /// Of acknowledged openings.
    pub(crate) latencies: Latencies,
    pub(crate) refused: u64,
    pub(crate) took: Duration,
}

impl Achieved {
    /// Acknowledged orders a second.
    pub(crate) fn per_second(&self) -> f64 {
        self.latencies.per_second(self.took)
    }
}

/// Lets clients open orders for the length of `window`.
pub(crate) async fn run(
    intake: &Intake,
    clients: usize,
    window: Duration,
) -> anyhow::Result<Achieved> {
    let turns = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let until = begun + window;
    let running = (0..clients).map(|_| {
        let (intake, turns) = (intake.clone(), Arc::clone(&turns));
        tokio::spawn(async move {
            let (mut latencies, mut refused) = (Latencies::new()?, 0);
            while Instant::now() < until {
                let asked = Instant::now();
                match intake.open(turns.fetch_add(1, Ordering::Relaxed)).await {
                    Outcome::Acknowledged(_) => latencies.record(asked.elapsed()),
                    Outcome::Shed | Outcome::Failed => refused += 1,
                }
            }
            anyhow::Ok((latencies, refused))
        })
    });
    let (mut latencies, mut refused) = (Latencies::new()?, 0);
    for client in try_join_all(running).await? {
        let (own, own_refused) = client?;
        latencies.add(&own)?;
        refused += own_refused;
    }
    ensure!(latencies.count() > 0, "no order was opened");
    Ok(Achieved {
        latencies,
        refused,
        took: begun.elapsed(),
    })
}
