use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use rand::RngExt;
use store::StoreError;
use store::outbox::{self, Pending};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::backoff::Backoff;
use crate::consumer::chain;
use crate::flight::{Carrier, Landed, fly};
use crate::metrics::RelayMetrics;
use crate::steps::Step;
use crate::sweep::Sweep;
use crate::window::{Next, Window};
use crate::{BusConfig, Relay, RelayStatus};

/// Shortest time between two looks at the outbox under a stream of commits: gathers them.
pub(crate) const LINGER: Duration = Duration::from_millis(2);
/// Time over which rows to be removed gather, unless many are waiting: a removal takes the writer's
/// place as long as a request does.
pub(crate) const GATHER: Duration = Duration::from_millis(50);
/// Longest that a transaction may plausibly stay open with a row that others have overtaken.
pub(crate) const GAP: Duration = Duration::from_secs(30);
/// Longest wait for answers after the stop.
const FAREWELL: Duration = Duration::from_secs(1);

type Removal = BoxFuture<'static, (Vec<i64>, Result<(), StoreError>)>;

pub(crate) struct RelayLoop {
    carrier: Arc<Carrier>,
    config: BusConfig,
    backoff: Backoff,
    status: Arc<RelayStatus>,
    window: Window,
    sweep: Sweep<Instant>,
    flights: FuturesUnordered<BoxFuture<'static, Landed>>,
    /// Aggregates whose next rows must be fetched from behind a place.
    fetches: VecDeque<(String, i64)>,
    /// Rows taken over and still in the outbox.
    delivered: Vec<i64>,
    removal: Option<Removal>,
    /// No reading before this instant, and no removing.
    read_at: Instant,
    remove_at: Instant,
    poll_at: Instant,
    /// Database failures in a row.
    outages: u32,
}

impl RelayLoop {
    pub(crate) fn new(relay: &Relay) -> Self {
        let now = Instant::now();
        Self {
            window: Window::new(relay.config.relay_window, relay.config.relay_run),
            sweep: Sweep::new(),
            flights: FuturesUnordered::new(),
            fetches: VecDeque::new(),
            delivered: Vec::new(),
            removal: None,
            read_at: now,
            remove_at: now,
            poll_at: now,
            outages: 0,
            backoff: relay.config.backoff(),
            status: Arc::clone(&relay.status),
            config: relay.config.clone(),
            carrier: Arc::new(Carrier {
                metrics: RelayMetrics::new(relay.service),
                service: relay.service,
                db: relay.db.clone(),
                publisher: Arc::clone(&relay.publisher),
                status: Arc::clone(&relay.status),
                clock: Arc::clone(&relay.clock),
                steps: relay.steps.clone(),
            }),
        }
    }

    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let committed = self.carrier.db.committed();
        while stop.run_until_cancelled(self.read()).await.is_some() {
            self.start_removal();
            let reading = self.wants_to_read();
            let removing_later = self.removal.is_none() && !self.delivered.is_empty();
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(landed) = self.flights.next(), if !self.flights.is_empty() => self.land(landed),
                (rows, outcome) = pending_removal(&mut self.removal) => self.removed(rows, outcome),
                () = tokio::time::sleep_until(self.read_at), if reading => {}
                () = tokio::time::sleep_until(self.remove_at), if removing_later => {}
                () = committed.notified() => self.sweep.wake(Instant::now()),
                () = tokio::time::sleep_until(self.poll_at) => self.poll(&stop).await,
            }
            while let Some(Some(landed)) = self.flights.next().now_or_never() {
                self.land(landed);
            }
            self.publish_status();
        }
        self.farewell().await;
    }

    /// Reading waits for room for a fair part of a batch: many small reads cost more than they bring.
    fn wants_to_read(&self) -> bool {
        if !self.fetches.is_empty() && self.window.fetch_size() > 0 {
            return true;
        }
        let room = self.window.room();
        let enough = self.config.relay_batch.min(self.config.relay_window) / 4;
        self.sweep.place().is_some() && room > 0 && (room >= enough || self.window.len() == 0)
    }

    async fn read(&mut self) {
        if !self.wants_to_read() || Instant::now() < self.read_at {
            return;
        }
        if let Err(error) = self.try_read().await {
            self.outage(&error);
            self.read_at = Instant::now() + self.backoff.pause(self.outages);
        }
    }

    async fn try_read(&mut self) -> Result<(), StoreError> {
        while let Some((aggregate, after)) = self.fetches.front().cloned() {
            let size = self.window.fetch_size();
            if size == 0 {
                // What was taken over and cannot be removed fills the window: fetching waits.
                break;
            }
            let limit = limit_of(size);
            let rows = outbox::list_pending_of(&self.carrier.db, &aggregate, after, limit).await?;
            self.fetches.pop_front();
            if let Some(rows) = self.window.fetched(&aggregate, rows, size) {
                self.launch(rows, 0, Duration::ZERO);
            }
        }
        let Some(place) = self.sweep.place() else {
            return Ok(());
        };
        let limit = self.config.relay_batch.max(1).min(self.window.room());
        if limit == 0 {
            return Ok(());
        }
        let mut rows = outbox::list_pending(&self.carrier.db, place, limit_of(limit)).await?;
        let mut full = rows.len() == limit;
        if !rows.is_empty() {
            self.carrier.steps.reached(Step::RowsRead).await;
        }
        self.read_late().await?;
        self.outages = 0;
        if rows.len() > self.window.room() {
            rows.truncate(self.window.room());
            full = true;
        }
        let now = Instant::now();
        self.sweep
            .read(rows.iter().map(|row| row.seq), full, now, now + GAP);
        if !full {
            self.read_at = now + LINGER;
        }
        for run in self.window.offer(rows) {
            self.launch(run, 0, Duration::ZERO);
        }
        Ok(())
    }

    /// Takes in what was committed behind the sweep: it may belong before what was just read.
    async fn read_late(&mut self) -> Result<(), StoreError> {
        let passed = self.sweep.passed();
        let mut after = 0;
        let mut more = !passed.is_empty();
        while more {
            let limit = self.config.relay_batch.max(1).min(self.window.room());
            if limit == 0 {
                break;
            }
            let db = &self.carrier.db;
            let rows = outbox::list_pending_within(db, &passed, after, limit_of(limit)).await?;
            more = rows.len() == limit;
            for row in &rows {
                self.sweep.fill(row.seq);
                after = row.seq;
            }
            for run in self.window.offer(rows) {
                self.launch(run, 0, Duration::ZERO);
            }
        }
        Ok(())
    }

    fn launch(&self, run: Vec<Pending>, failures: u32, pause: Duration) {
        self.flights
            .push(fly(Arc::clone(&self.carrier), run, failures, pause).boxed());
    }

    fn land(&mut self, landed: Landed) {
        self.keep(landed.delivered);
        if !landed.rest.is_empty() {
            let failures = self.status.failures.fetch_add(1, Ordering::Relaxed);
            if failures == 0 {
                tracing::warn!(
                    service = self.carrier.service,
                    "bus does not take events over, they wait in the outbox"
                );
            }
            let pause = self.backoff.pause(landed.failures);
            self.launch(landed.rest, landed.failures, pause);
            return;
        }
        self.status.failures.store(0, Ordering::Relaxed);
        match self.window.settled(&landed.aggregate) {
            Next::Run(run) => self.launch(run, 0, Duration::ZERO),
            Next::Fetch(after) => self.fetches.push_back((landed.aggregate, after)),
            Next::Nothing => {}
        }
    }

    /// Counts rows that were taken over and keeps them for removal.
    fn keep(&mut self, delivered: Vec<i64>) {
        let count = u64::try_from(delivered.len()).unwrap_or(u64::MAX);
        self.status.published.fetch_add(count, Ordering::Relaxed);
        self.delivered.extend(delivered);
    }

    /// Removes what was taken over, one statement at a time: while it runs, more gathers.
    fn start_removal(&mut self) {
        if self.removal.is_some() || self.delivered.is_empty() {
            return;
        }
        let many = self.outages == 0 && self.delivered.len() >= self.config.relay_window / 4;
        if !many && Instant::now() < self.remove_at {
            return;
        }
        let rows = std::mem::take(&mut self.delivered);
        self.removal = Some(remove(Arc::clone(&self.carrier), rows).boxed());
    }

    fn removed(&mut self, rows: Vec<i64>, outcome: Result<(), StoreError>) {
        self.removal = None;
        match outcome {
            Ok(()) => {
                self.outages = 0;
                self.remove_at = Instant::now() + GATHER;
                self.window.forget(&rows);
            }
            Err(error) => {
                self.outage(&error);
                self.delivered.extend(rows);
                self.remove_at = Instant::now() + self.backoff.pause(self.outages);
            }
        }
    }

    async fn poll(&mut self, stop: &CancellationToken) {
        let now = Instant::now();
        self.sweep.poll(now);
        // Jitter: relays that started together do not look together.
        let factor = rand::rng().random_range(0.9..=1.1);
        self.poll_at = now + self.config.relay_poll().mul_f64(factor);
        let carrier = Arc::clone(&self.carrier);
        if let Some(Err(error)) = stop.run_until_cancelled(carrier.measure()).await {
            self.outage(&error);
        }
    }

    fn publish_status(&self) {
        let held = u64::try_from(self.window.len()).unwrap_or(u64::MAX);
        self.status.in_memory.store(held, Ordering::Relaxed);
    }

    /// Counts an outage of the database and says so once.
    fn outage(&mut self, error: &StoreError) {
        self.outages = self.outages.saturating_add(1);
        if self.outages == 1 {
            tracing::warn!(
                service = self.carrier.service,
                error = chain(error),
                "outbox out of reach, trying again"
            );
        }
    }

    /// Waits a moment for answers still due, then removes what was taken over.
    async fn farewell(mut self) {
        // whoever holds the lease next measures the same outbox: a last figure of ours would stay
        self.carrier.metrics.lag(0, Duration::ZERO);
        let deadline = Instant::now() + FAREWELL;
        while let Ok(Some(landed)) = tokio::time::timeout_at(deadline, self.flights.next()).await {
            self.keep(landed.delivered);
        }
        if let Some(removal) = self.removal.take() {
            let (rows, outcome) = removal.await;
            if outcome.is_err() {
                self.delivered.extend(rows);
            }
        }
        if self.delivered.is_empty() {
            return;
        }
        if let Err(error) = outbox::remove(&self.carrier.db, &self.delivered).await {
            tracing::warn!(
                service = self.carrier.service,
                error = chain(&error),
                "events taken over stay in the outbox and are published once more"
            );
        }
    }
}

fn limit_of(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}

async fn remove(carrier: Arc<Carrier>, rows: Vec<i64>) -> (Vec<i64>, Result<(), StoreError>) {
    let outcome = outbox::remove(&carrier.db, &rows).await;
    if outcome.is_ok() {
        carrier.steps.reached(Step::Removed).await;
    }
    (rows, outcome)
}

async fn pending_removal(removal: &mut Option<Removal>) -> (Vec<i64>, Result<(), StoreError>) {
    match removal {
        Some(running) => running.await,
        None => std::future::pending().await,
    }
}
