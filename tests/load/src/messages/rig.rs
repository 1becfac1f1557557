use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bus::{BusConfig, Consumer, Envelope, EventMeta, Handler, Relay, RelayStatus};
use futures_util::{StreamExt, stream};
use indicatif::ProgressBar;
use kernel::{Clock, IdSourceExt, SystemClock, SystemIds, Timestamp};
use store::{Database, StoreError};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use super::place::{Link, Place};
use super::watch::{Happened, Watch};
use crate::latencies::{Latencies, float};

/// The consumer.
pub(super) const READER: &str = "reader";

/// Publications under way at once.
const UNDER_WAY: usize = 2_048;

/// Events that one transaction puts into the outbox when it is filled.
const BATCH: u64 = 2_000;

/// Aggregates of a filled outbox: each has several events, in order.
const AGGREGATES: u64 = 100_000;

/// Longest time without any progress before a measurement is given up.
const STALLED: Duration = Duration::from_mins(1);

/// Something that runs until it is stopped.
struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        Ok(self.task.await?)
    }
}

/// A bus with an emitting service and a reading one.
pub(crate) struct Rig {
    emitter: Database,
    reader: Database,
    link: Link,
    config: BusConfig,
    watch: Arc<Watch>,
    ids: SystemIds,
    relaying: Option<Running>,
    consuming: Option<Running>,
    // goes away last
    place: Place,
}

impl Rig {
    /// Prepares both databases and the bus; nothing runs yet.
    pub(crate) async fn new(place: Place) -> anyhow::Result<Self> {
        let config = BusConfig::default();
        let watch = Arc::new(Watch::new()?);
        let reader = place.database(READER).await?;
        Watch::prepare(&reader).await?;
        let consumer = consumer(&reader, &watch);
        Ok(Self {
            emitter: place.database("emitter").await?,
            link: place.link(consumer.subscription(), &config).await?,
            reader,
            config,
            watch,
            ids: SystemIds::default(),
            relaying: None,
            consuming: None,
            place,
        })
    }

    /// Name of the place in figures.
    pub(crate) fn name(&self) -> &'static str {
        self.place.name()
    }

    /// Whether events are kept for a reader that does not read.
    pub(crate) fn keeps(&self) -> bool {
        self.link.broker.is_some()
    }

    pub(crate) fn start_consumer(&mut self) {
        let stop = CancellationToken::new();
        let running = consumer(&self.reader, &self.watch).run(
            Arc::clone(&self.link.subscriber),
            Arc::new(SystemClock),
            self.config.clone(),
            stop.clone(),
        );
        let task = tokio::spawn(running);
        self.consuming = Some(Running { stop, task });
    }

    pub(crate) fn start_relay(&mut self) -> Arc<RelayStatus> {
        let relay = Relay::new(
            "emitter",
            self.emitter.clone(),
            Arc::clone(&self.link.publisher),
            Arc::new(SystemClock),
            self.config.clone(),
        );
        let status = relay.status();
        let stop = CancellationToken::new();
        let task = tokio::spawn(relay.run(stop.clone()));
        self.relaying = Some(Running { stop, task });
        status
    }

    /// Stops relay and consumer; what waits goes on waiting.
    pub(crate) async fn pause(&mut self) -> anyhow::Result<()> {
        let running = [self.relaying.take(), self.consuming.take()];
        for running in running.into_iter().flatten() {
            running.stop().await?;
        }
        Ok(())
    }

    /// Stops everything.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        self.pause().await?;
        if let Some(broker) = &self.link.broker {
            broker.close().await;
        }
        self.emitter.close().await?;
        Ok(self.reader.close().await?)
    }

    fn event(&self, subject: u64, version: i64, time: Timestamp) -> Envelope {
        let meta = EventMeta {
            id: self.ids.next(),
            subject: format!("thing_{subject}"),
            aggregate_version: version,
            time,
            district: "420105000000".to_owned(),
            actor: None,
            correlation_id: "load".to_owned(),
            causation_id: None,
            traceparent: None,
        };
        Envelope::new(meta, &Happened { version })
    }

    /// Effects committed so far.
    pub(crate) fn effects(&self) -> u64 {
        self.watch.count()
    }

    /// Waits until so many effects have been committed; returns how many a second came since `begun`.
    pub(crate) async fn effects_reach(&self, count: u64, begun: Instant) -> anyhow::Result<f64> {
        let before = self.effects();
        let missing = count.saturating_sub(before);
        let bar = ProgressBar::new(missing);
        while self.effects() < count {
            let seen = self.effects();
            bar.set_position(seen - before);
            let next = (seen + missing / 100 + 1).min(count);
            let progress = tokio::time::timeout(STALLED, self.watch.reaches(next)).await;
            progress.with_context(|| format!("no more than {seen} of {count} effects"))?;
        }
        bar.finish_and_clear();
        Ok(float(missing) / begun.elapsed().as_secs_f64())
    }

    /// Hands events to the bus past the outbox, each of an aggregate of its own; returns how many a
    /// second were taken over.
    pub(crate) async fn publish(&self, count: u64) -> anyhow::Result<f64> {
        let begun = Instant::now();
        let publishing = stream::iter(0..count).map(|number| {
            let event = self.event(number, 1, SystemClock.now());
            self.link.publisher.publish(vec![event])
        });
        let mut answers = publishing.buffer_unordered(UNDER_WAY);
        while let Some(answers) = answers.next().await {
            for answer in answers {
                answer?;
            }
        }
        Ok(float(count) / begun.elapsed().as_secs_f64())
    }

    /// Commits events at a rate and notes how old each is when its effect has been committed, counted
    /// from when it was due. Relay and consumer must run.
    pub(crate) async fn latencies(&self, rate: u32, window: Duration) -> anyhow::Result<Latencies> {
        self.watch.take_ages()?;
        let count = u64::from(rate) * window.as_secs();
        let target = self.effects() + count;
        let (begun, moment) = (tokio::time::Instant::now(), SystemClock.now());
        let mut writing = JoinSet::new();
        for number in 0..count {
            let due = Duration::from_secs_f64(float(number) / f64::from(rate));
            tokio::time::sleep_until(begun + due).await;
            let event = self.event(number, 1, moment.plus(due));
            let emitter = self.emitter.clone();
            writing.spawn(async move { emit(&emitter, &[event]).await });
        }
        while let Some(written) = writing.join_next().await {
            written??;
        }
        self.effects_reach(target, Instant::now()).await?;
        let ages = self.watch.take_ages()?;
        ensure!(ages.count() == count, "{} of {count} ages", ages.count());
        Ok(ages)
    }

    /// Fills the outbox; nothing must take from it meanwhile.
    pub(crate) async fn fill_outbox(&self, count: u64) -> anyhow::Result<()> {
        let bar = ProgressBar::new(count);
        let mut number = 0;
        while number < count {
            let end = count.min(number + BATCH);
            let events: Vec<Envelope> = (number..end)
                .map(|number| {
                    let version = i64::try_from(number / AGGREGATES).unwrap_or(i64::MAX);
                    self.event(number % AGGREGATES, version + 1, SystemClock.now())
                })
                .collect();
            emit(&self.emitter, &events).await?;
            bar.inc(end - number);
            number = end;
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// Waits until the relay has had so many events taken over; returns how many a second.
    pub(crate) async fn relayed(&self, status: &RelayStatus, count: u64) -> anyhow::Result<f64> {
        let (begun, bar) = (Instant::now(), ProgressBar::new(count));
        let (mut seen, mut at) = (0, Instant::now());
        while status.published() < count {
            if status.published() > seen {
                (seen, at) = (status.published(), Instant::now());
            }
            ensure!(
                at.elapsed() < STALLED,
                "no more than {seen} of {count} relayed"
            );
            bar.set_position(seen);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bar.finish_and_clear();
        Ok(float(count) / begun.elapsed().as_secs_f64())
    }
}

fn consumer(reader: &Database, watch: &Arc<Watch>) -> Consumer {
    let handler: Arc<dyn Handler> = Arc::<Watch>::clone(watch);
    Consumer {
        name: READER,
        db: reader.clone(),
        handlers: vec![handler],
    }
}

async fn emit(emitter: &Database, events: &[Envelope]) -> Result<(), StoreError> {
    emitter
        .write("load.emit", |tx| async move {
            bus::emit(&tx, events.to_vec()).await
        })
        .await
}
