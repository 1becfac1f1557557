//! Open loop: requests come at their times, whatever became of those before.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use kernel::OrderId;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;

use super::intake::{Intake, Outcome};
use crate::latencies::Latencies;

/// Length of the windows in which p95 is watched.
pub(crate) const WINDOW: Duration = Duration::from_secs(1);

/// How requests come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// A second.
    pub(crate) rate: f64,
    pub(crate) window: Duration,
    /// Most requests under way: what is due beyond that is not sent, and counts as unanswered.
    pub(crate) under_way: usize,
}

/// What became of the requests. Latencies count from the intended time, those of acknowledged orders.
pub(crate) struct Sample {
    pub(crate) latencies: Latencies,
    /// The same by the second in which they were due.
    pub(crate) windows: Vec<Latencies>,
    pub(crate) intended: u64,
    pub(crate) shed: u64,
    /// Neither acknowledged nor shed.
    pub(crate) failed: u64,
    pub(crate) unsent: u64,
    /// Acknowledged orders with their turns.
    pub(crate) opened: Vec<(u64, OrderId)>,
}

/// A request's end.
struct Ended {
    turn: u64,
    due: Duration,
    latency: Duration,
    outcome: Outcome,
}

/// Sends requests at their times and waits for the answers.
pub(crate) async fn run(intake: &Intake, pace: Pace) -> anyhow::Result<Sample> {
    ensure!(pace.rate > 0.0 && pace.rate.is_finite(), "no rate");
    let (ended, endings) = mpsc::channel(pace.under_way.max(1));
    let collecting = tokio::spawn(collect(endings, pace.window));
    let room = Arc::new(Semaphore::new(pace.under_way));
    let begun = Instant::now();
    let (mut turn, mut unsent) = (0, 0);
    loop {
        let due = due(turn, pace.rate);
        if due >= pace.window {
            break;
        }
        tokio::time::sleep_until(begun + due).await;
        match Arc::clone(&room).try_acquire_owned() {
            Ok(permit) => {
                let (intake, ended) = (intake.clone(), ended.clone());
                tokio::spawn(async move {
                    let outcome = intake.open(turn).await;
                    let latency = (begun + due).elapsed();
                    drop(permit);
                    let end = Ended {
                        turn,
                        due,
                        latency,
                        outcome,
                    };
                    // the collector hears until the last sender has gone
                    ended.send(end).await.ok();
                });
            }
            Err(_) => unsent += 1,
        }
        turn += 1;
    }
    drop(ended);
    let mut sample = collecting.await.context("the collector")??;
    sample.intended = turn;
    sample.unsent = unsent;
    Ok(sample)
}

/// When a request is due, counted from the beginning.
fn due(turn: u64, rate: f64) -> Duration {
    let nanos = u128::from(turn) * 1_000_000_000;
    Duration::from_nanos_u128(nanos).div_f64(rate)
}

async fn collect(mut endings: mpsc::Receiver<Ended>, window: Duration) -> anyhow::Result<Sample> {
    let mut windows = Vec::new();
    for _ in 0..window.as_secs().max(1) {
        windows.push(Latencies::new()?);
    }
    let mut sample = Sample {
        latencies: Latencies::new()?,
        windows,
        intended: 0,
        shed: 0,
        failed: 0,
        unsent: 0,
        opened: Vec::new(),
    };
    while let Some(end) = endings.recv().await {
        match end.outcome {
            Outcome::Acknowledged(order) => {
                sample.latencies.record(end.latency);
                let second = usize::try_from(end.due.as_secs() / WINDOW.as_secs())?;
                if let Some(own) = sample.windows.get_mut(second) {
                    own.record(end.latency);
                }
                sample.opened.push((end.turn, order));
            }
            Outcome::Shed => sample.shed += 1,
            Outcome::Failed => sample.failed += 1,
        }
    }
    Ok(sample)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::due;

    #[test]
    fn requests_are_due_evenly_however_late_they_are_sent() {
        assert_eq!(due(0, 200.0), Duration::ZERO);
        assert_eq!(due(1, 200.0), Duration::from_millis(5));
        assert_eq!(due(6_000, 200.0), Duration::from_secs(30));
    }
}
