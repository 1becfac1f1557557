//! The consumer loop: batches in one transaction, one by one when a batch fails.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use kernel::{Clock, EventId};
use store::dead_letter::{self, DeadLetter};
use store::{Database, StoreError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::backoff::Backoff;
use crate::consumer::chain;
use crate::effects::{Effects, Failure, Verdict};
use crate::lanes::{Entry, Lanes};
use crate::metrics::ConsumerMetrics;
use crate::steps::{Step, Steps};
use crate::{Acker, BusConfig, Consumer, Deliveries, Delivery, Envelope};

/// Longest reason kept with a dead letter, in characters.
const REASON: usize = 1_000;

/// Why the loop ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It was asked to.
    Stopped,
    /// The queue closed.
    Closed,
}

/// The database is out of reach: the pause to make before going on.
struct Outage(Duration);

struct Waiting {
    envelope: Arc<Envelope>,
    acker: Box<dyn Acker>,
    /// Runs that failed.
    runs: u32,
    /// Those of them that count.
    failures: u32,
}

type Taken = Entry<Waiting>;

pub(crate) struct Worker {
    name: &'static str,
    db: Database,
    effects: Effects,
    clock: Arc<dyn Clock>,
    config: BusConfig,
    pub(crate) backoff: Backoff,
    pub(crate) stop: CancellationToken,
    steps: Steps,
    metrics: ConsumerMetrics,
    lanes: Lanes<Waiting, Instant>,
    /// Times in a row that the database was out of reach.
    outages: u32,
}

impl Worker {
    pub(crate) fn new(
        consumer: Consumer,
        clock: Arc<dyn Clock>,
        config: BusConfig,
        stop: CancellationToken,
        steps: Steps,
    ) -> Self {
        Self {
            name: consumer.name,
            metrics: ConsumerMetrics::new(consumer.name),
            effects: Effects::new(consumer.name, consumer.handlers),
            db: consumer.db,
            backoff: config.backoff(),
            lanes: Lanes::default(),
            outages: 0,
            clock,
            config,
            stop,
            steps,
        }
    }

    /// Handles what the queue brings. Deliveries still in hand at the end are given back.
    pub(crate) async fn serve(&mut self, mut queue: Box<dyn Deliveries>) -> Ended {
        let stop = self.stop.clone();
        let ended = loop {
            if stop.is_cancelled() {
                break Ended::Stopped;
            }
            if self.read_ahead(queue.as_mut()).await == Some(Ended::Closed) {
                break Ended::Closed;
            }
            self.lanes.release(Instant::now());
            let batch = self.lanes.take(self.config.batch.max(1));
            if !batch.is_empty() {
                if let Err(Outage(pause)) = self.process(batch).await {
                    // No select: cancellation ends the pause at once, as it ends the loop.
                    stop.run_until_cancelled(tokio::time::sleep(pause)).await;
                }
                continue;
            }
            let room = self.room();
            let due = self.lanes.next_due();
            tokio::select! {
                biased;
                () = stop.cancelled() => break Ended::Stopped,
                more = queue.next(room), if room > 0 => match more {
                    Some(deliveries) => self.accept(deliveries).await,
                    None => break Ended::Closed,
                },
                () = sleep_until(due), if due.is_some() => {}
            }
        };
        // The queue goes first: what is dropped below must not be overtaken by what it still holds.
        drop(queue);
        self.lanes = Lanes::default();
        ended
    }

    fn room(&self) -> usize {
        self.config.held.max(1).saturating_sub(self.lanes.len())
    }

    /// Takes what the queue has by now: districts can only take turns among what is held.
    async fn read_ahead(&mut self, queue: &mut dyn Deliveries) -> Option<Ended> {
        while self.room() > 0 {
            match queue.next(self.room()).now_or_never()? {
                Some(deliveries) => self.accept(deliveries).await,
                None => return Some(Ended::Closed),
            }
        }
        None
    }

    async fn accept(&mut self, deliveries: Vec<Delivery>) {
        self.steps.reached(Step::Delivered).await;
        for Delivery { envelope, acker } in deliveries {
            let envelope = Arc::new(envelope);
            let waiting = Waiting {
                envelope: Arc::clone(&envelope),
                acker,
                runs: 0,
                failures: 0,
            };
            let lane = envelope.subject.clone();
            self.lanes.push(&envelope.district, lane, waiting);
        }
    }

    async fn process(&mut self, batch: Vec<Taken>) -> Result<(), Outage> {
        if batch.len() > 1
            && let Ok(fresh) = self.commit(&batch).await
        {
            self.settle(batch, fresh).await;
            return Ok(());
        }
        let mut rest = batch.into_iter();
        while let Some(entry) = rest.next() {
            if self.lanes.is_parked(entry.lane()) {
                self.lanes.restore(entry);
                continue;
            }
            match self.commit(std::slice::from_ref(&entry)).await {
                Ok(fresh) => self.settle(vec![entry], fresh).await,
                Err(failure) => {
                    if let Err(outage) = self.fail(entry, &failure).await {
                        for untried in rest {
                            self.lanes.restore(untried);
                        }
                        return Err(outage);
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes the effect of all these events or of none; returns those that were new.
    async fn commit(&self, batch: &[Taken]) -> Result<HashSet<EventId>, Failure> {
        let events: Vec<Arc<Envelope>> = batch
            .iter()
            .map(|entry| Arc::clone(&entry.item.envelope))
            .collect();
        let (effects, events, steps) = (&self.effects, events.as_slice(), &self.steps);
        let now = self.clock.now();
        let begun = Instant::now();
        let done = self
            .db
            .write("bus.consume", |tx| async move {
                steps.reached(Step::Begun).await;
                effects.take(&tx, events, now, steps).await
            })
            .await;
        let took = begun.elapsed();
        for event in events {
            let label = effects.label(&event.kind);
            self.metrics.took(label, took, done.is_ok());
        }
        let fresh = done?;
        steps.reached(Step::Committed).await;
        Ok(fresh)
    }

    /// Acknowledges what was committed and tells the handlers.
    async fn settle(&mut self, batch: Vec<Taken>, mut fresh: HashSet<EventId>) {
        self.outages = 0;
        let mut committed = Vec::with_capacity(fresh.len());
        for entry in batch {
            let Waiting {
                envelope, acker, ..
            } = entry.item;
            acker.ack().await;
            self.steps.reached(Step::Acknowledged).await;
            let label = self.effects.label(&envelope.kind);
            if fresh.remove(&envelope.id) {
                self.metrics.handled(label);
                committed.push(Arc::unwrap_or_clone(envelope));
            } else {
                self.metrics.redelivered(label);
            }
        }
        if !committed.is_empty() {
            self.effects.tell(&committed);
        }
    }

    /// Does what is to be done about an event whose own transaction failed.
    async fn fail(&mut self, entry: Taken, failure: &Failure) -> Result<(), Outage> {
        self.steps.reached(Step::RolledBack).await;
        let event = Arc::clone(&entry.item.envelope);
        let label = self.effects.label(&event.kind);
        let mut verdict = failure.judge(entry.item.failures + 1, self.config.attempts);
        // only this event's work takes too long: the others need not wait for it
        if verdict == Verdict::Pause
            && StoreError::is_timeout_in(failure)
            && self.db.ping().await.is_ok()
        {
            verdict = Verdict::Again { counted: false };
        }
        match verdict {
            Verdict::Pause => {
                self.lanes.restore(entry);
                Err(self.outage(failure))
            }
            Verdict::Again { counted } => {
                self.metrics.retried(label);
                self.park(entry, counted, failure);
                Ok(())
            }
            Verdict::Dead { cause, reason } => {
                if let Err(error) = self.bury(&event, &reason).await {
                    self.lanes.restore(entry);
                    return Err(self.outage(&error));
                }
                self.steps.reached(Step::Buried).await;
                self.metrics.dead(label);
                tracing::error!(
                    consumer = self.name,
                    event.type = event.kind,
                    event.id = %event.id,
                    trace_id = event.trace_id(),
                    cause,
                    "event given up on and kept as a dead letter"
                );
                entry.item.acker.ack().await;
                Ok(())
            }
        }
    }

    fn park(&mut self, mut entry: Taken, counted: bool, failure: &Failure) {
        let waiting = &mut entry.item;
        waiting.runs = waiting.runs.saturating_add(1);
        if counted {
            waiting.failures += 1;
        } else if waiting.runs == 1 {
            tracing::warn!(
                consumer = self.name,
                event.type = waiting.envelope.kind,
                event.id = %waiting.envelope.id,
                error = chain(failure),
                "storage out of reach, event waits"
            );
        }
        let until = Instant::now() + self.backoff.pause(waiting.runs);
        self.lanes.park(entry, until);
    }

    /// Counts an outage of the database, says so once, and returns how long to wait.
    fn outage(&mut self, error: &(dyn std::error::Error + 'static)) -> Outage {
        self.outages = self.outages.saturating_add(1);
        if self.outages == 1 {
            tracing::warn!(
                consumer = self.name,
                error = chain(error),
                "database out of reach, events wait"
            );
        }
        Outage(self.backoff.pause(self.outages))
    }

    async fn bury(&self, event: &Envelope, reason: &str) -> Result<(), StoreError> {
        let letter = DeadLetter {
            consumer: self.name.to_owned(),
            event_id: event.id,
            body: event.to_json(),
            reason: storable(reason),
            died_at: self.clock.now(),
        };
        let letter = &letter;
        self.db
            .maintain("bus.bury", |tx| async move {
                dead_letter::keep(&tx, letter).await
            })
            .await
    }
}

/// Cuts a reason to what every database keeps: PostgreSQL refuses NUL in a text.
fn storable(reason: &str) -> String {
    reason
        .chars()
        .filter(|character| *character != '\0')
        .take(REASON)
        .collect()
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
