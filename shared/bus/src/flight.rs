//! One run of an aggregate on its way to the bus.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join;
use kernel::Clock;
use store::dead_letter::{self, DeadLetter};
use store::outbox::{self, Pending};
use store::{Database, StoreError};

use crate::consumer::chain;
use crate::metrics::RelayMetrics;
use crate::steps::{Step, Steps};
use crate::{Envelope, Publisher, RelayStatus, trace};

/// Consumer under whose name rows are kept that are no envelopes.
const UNREADABLE: &str = "relay";

/// What a run needs.
pub(crate) struct Carrier {
    pub(crate) service: &'static str,
    pub(crate) db: Database,
    pub(crate) publisher: Arc<dyn Publisher>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: RelayMetrics,
    pub(crate) status: Arc<RelayStatus>,
    pub(crate) steps: Steps,
}

/// What became of a run.
pub(crate) struct Landed {
    pub(crate) aggregate: String,
    /// Rows that may leave the outbox.
    pub(crate) delivered: Vec<i64>,
    /// Rows to be published again, in order.
    pub(crate) rest: Vec<Pending>,
    /// Times that the rest has failed.
    pub(crate) failures: u32,
}

/// Publishes a run after a pause.
pub(crate) async fn fly(
    carrier: Arc<Carrier>,
    run: Vec<Pending>,
    failures: u32,
    pause: Duration,
) -> Landed {
    if !pause.is_zero() {
        // A bus that comes back is not kept waiting for the end of a long pause.
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = carrier.publisher.recovered() => {}
        }
    }
    let aggregate = run
        .first()
        .map(|row| row.aggregate.clone())
        .unwrap_or_default();
    let mut landed = Landed {
        aggregate,
        delivered: Vec::with_capacity(run.len()),
        rest: Vec::new(),
        failures,
    };
    let mut rows = Vec::with_capacity(run.len());
    let mut envelopes = Vec::with_capacity(run.len());
    let mut spans = Vec::with_capacity(run.len());
    for row in run {
        match Envelope::from_json(&row.body) {
            Ok(mut envelope) => {
                let label = carrier.metrics.label(&envelope.kind);
                spans.push(trace::published(carrier.service, label, &mut envelope));
                rows.push((row, label));
                envelopes.push(envelope);
            }
            Err(error) => match carrier.bury(&row, chain(&error)).await {
                Ok(()) => {
                    carrier.steps.reached(Step::RowBuried).await;
                    landed.delivered.push(row.seq);
                }
                Err(_) => landed.rest.push(row),
            },
        }
    }
    let publishing = carrier.publisher.publish(envelopes);
    let (answers, ()) = join(publishing, carrier.steps.reached(Step::Published)).await;
    carrier.steps.reached(Step::Confirmed).await;
    let mut answers = answers.into_iter();
    let mut failed = 0;
    for ((row, label), span) in rows.into_iter().zip(spans) {
        let answer = answers.next();
        if !matches!(answer, Some(Ok(()))) {
            span.iter().for_each(trace::failed);
        }
        match answer {
            Some(Ok(())) => {
                carrier.metrics.published(label);
                landed.delivered.push(row.seq);
            }
            Some(Err(error)) => {
                if failures == 0 && failed == 0 {
                    tracing::debug!(service = carrier.service, %error, "event not taken over, publishing it again");
                }
                failed += 1;
                landed.rest.push(row);
            }
            None => landed.rest.push(row),
        }
    }
    if failed > 0 {
        carrier.metrics.failed(failed);
    }
    landed.rest.sort_by_key(|row| row.seq);
    if !landed.rest.is_empty() {
        landed.failures = failures.saturating_add(1);
    }
    landed
}

impl Carrier {
    /// Looks how much waits in the outbox, and since when.
    pub(crate) async fn measure(&self) -> Result<(), StoreError> {
        let oldest = outbox::list_pending(&self.db, 0, 1).await?;
        let (pending, age) = match oldest.first() {
            None => (0, Duration::ZERO),
            Some(row) => (
                outbox::count_pending(&self.db).await?,
                self.clock.now().duration_since(row.created_at),
            ),
        };
        self.status.pending.store(pending, Ordering::Relaxed);
        let age_ms = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
        self.status.oldest_ms.store(age_ms, Ordering::Relaxed);
        self.metrics.lag(pending, age);
        Ok(())
    }

    /// Keeps a row that is no envelope, so that it does not hold up its aggregate for ever.
    async fn bury(&self, row: &Pending, reason: String) -> Result<(), StoreError> {
        let letter = DeadLetter {
            consumer: UNREADABLE.to_owned(),
            event_id: row.event_id,
            body: row.body.clone(),
            reason,
            died_at: self.clock.now(),
        };
        let letter = &letter;
        self.db
            .maintain("relay.bury", |tx| async move {
                dead_letter::keep(&tx, letter).await
            })
            .await?;
        tracing::error!(
            service = self.service,
            event.id = %row.event_id,
            "outbox row is no envelope, kept as a dead letter"
        );
        Ok(())
    }
}
