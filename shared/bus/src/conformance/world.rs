//! A bus with an emitting service and consumers, each with its own database.

use std::sync::Arc;

use kernel::{Clock, IdSourceExt, SystemClock, SystemIds};
use store::{Database, StoreError};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::probe::{Effect, PATIENCE, effects, migrations};
use super::{Backend, Happened, Link, Probe};
use crate::{BusConfig, Consumer, Envelope, EventMeta, Handler, Observer, Relay, RelayStatus};

/// Something that runs until it is stopped.
struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }

    /// Ends it in the middle of whatever it does.
    async fn kill(self) {
        self.task.abort();
        let ended = self.task.await;
        assert!(ended.is_ok() || ended.is_err_and(|error| error.is_cancelled()));
    }
}

/// One consumer of a [`World`].
pub struct Listener {
    name: &'static str,
    /// Its handler.
    pub probe: Arc<Probe>,
    /// Its database.
    pub db: Database,
    running: Option<Running>,
}

impl Listener {
    fn consumer(&self) -> Consumer {
        let handler: Arc<dyn Handler> = Arc::<Probe>::clone(&self.probe);
        Consumer {
            name: self.name,
            db: self.db.clone(),
            handlers: vec![handler],
        }
    }

    /// Lists its effects in the order in which they were taken.
    pub async fn effects(&self) -> Vec<Effect> {
        effects(&self.db).await
    }

    /// Waits until so many effects are in the database: a killed consumer may not have told of all.
    pub async fn effects_reach(&self, count: usize) {
        let reached = async { while self.effects().await.len() < count {} };
        let waited = tokio::time::timeout(PATIENCE, reached).await;
        assert!(waited.is_ok(), "waited for {count} effects");
    }

    /// Lists its effects as `subject@version`.
    pub async fn history(&self) -> Vec<String> {
        let effects = self.effects().await;
        effects
            .into_iter()
            .map(|effect| format!("{}@{}", effect.subject, effect.version))
            .collect()
    }
}

/// A bus with an emitting service and consumers.
pub struct World {
    link: Link,
    config: BusConfig,
    ids: SystemIds,
    emitter: Database,
    relays: Vec<Running>,
    /// The consumers.
    pub listeners: Vec<Listener>,
    observer: Option<Arc<dyn Observer>>,
}

impl World {
    /// Returns settings with pauses short enough for tests.
    #[must_use]
    pub fn quick() -> BusConfig {
        BusConfig {
            attempts: 3,
            backoff_ms: 1,
            backoff_max_ms: 8,
            relay_poll_ms: 100,
            relay_lease_ms: 500,
            ..BusConfig::default()
        }
    }

    /// Builds a world with these consumers, nothing in it running yet.
    pub async fn build(
        backend: &dyn Backend,
        config: BusConfig,
        consumers: Vec<(&'static str, Probe)>,
    ) -> Self {
        let mut listeners = Vec::new();
        for (name, probe) in consumers {
            listeners.push(Listener {
                name,
                probe: Arc::new(probe),
                db: migrated(backend, name).await,
                running: None,
            });
        }
        let subscriptions: Vec<_> = listeners
            .iter()
            .map(|listener| listener.consumer().subscription())
            .collect();
        Self {
            link: backend.open(&subscriptions, &config).await,
            emitter: migrated(backend, "emitter").await,
            ids: SystemIds::new(),
            relays: Vec::new(),
            config,
            listeners,
            observer: None,
        }
    }

    /// Builds a world with one consumer, everything running.
    pub async fn start(backend: &dyn Backend, config: BusConfig) -> Self {
        let mut world = Self::build(backend, config, vec![("reader", Probe::default())]).await;
        world.start_consumers();
        world.start_relay();
        world
    }

    /// Tells an observer of the steps of relays and consumers that start from now on.
    pub fn observe(&mut self, observer: Arc<dyn Observer>) {
        self.observer = Some(observer);
    }

    /// Returns the first consumer.
    #[must_use]
    pub fn listener(&self) -> &Listener {
        self.listeners.first().unwrap()
    }

    /// Starts every consumer that does not run.
    pub fn start_consumers(&mut self) {
        for listener in &mut self.listeners {
            if listener.running.is_some() {
                continue;
            }
            let stop = CancellationToken::new();
            let consumer = listener.consumer();
            let subscriber = Arc::clone(&self.link.subscriber);
            let (clock, config) = (Arc::new(SystemClock), self.config.clone());
            let until = stop.clone();
            let task = match self.observer.clone() {
                None => tokio::spawn(consumer.run(subscriber, clock, config, until)),
                Some(observer) => {
                    tokio::spawn(consumer.run_observed(subscriber, clock, config, until, observer))
                }
            };
            listener.running = Some(Running { stop, task });
        }
    }

    /// Stops every consumer.
    pub async fn stop_consumers(&mut self) {
        for listener in &mut self.listeners {
            if let Some(running) = listener.running.take() {
                running.stop().await;
            }
        }
    }

    /// Starts the relay of the emitting service.
    pub fn start_relay(&mut self) -> Arc<RelayStatus> {
        let emitter = self.emitter.clone();
        self.start_relay_of("emitter", emitter)
    }

    /// Starts the relay of any database.
    pub fn start_relay_of(&mut self, name: &'static str, db: Database) -> Arc<RelayStatus> {
        let mut relay = Relay::new(
            name,
            db,
            Arc::clone(&self.link.publisher),
            Arc::new(SystemClock),
            self.config.clone(),
        );
        if let Some(observer) = self.observer.clone() {
            relay = relay.observed_by(observer);
        }
        let status = relay.status();
        let stop = CancellationToken::new();
        let task = tokio::spawn(relay.run(stop.clone()));
        self.relays.push(Running { stop, task });
        status
    }

    /// Stops all relays.
    pub async fn stop_relays(&mut self) {
        for relay in self.relays.drain(..) {
            relay.stop().await;
        }
    }

    /// Ends everything in the middle of whatever it does.
    pub async fn kill(&mut self) {
        self.kill_relays().await;
        self.kill_consumers().await;
    }

    /// Ends the relays in the middle of whatever they do.
    pub async fn kill_relays(&mut self) {
        for relay in self.relays.drain(..) {
            relay.kill().await;
        }
    }

    /// Ends the consumers in the middle of whatever they do.
    pub async fn kill_consumers(&mut self) {
        for listener in &mut self.listeners {
            if let Some(running) = listener.running.take() {
                running.kill().await;
            }
        }
    }

    /// Makes an event.
    #[must_use]
    pub fn event(&self, subject: &str, version: i64) -> Envelope {
        let meta = EventMeta {
            id: self.ids.next(),
            subject: subject.to_owned(),
            aggregate_version: version,
            time: SystemClock.now(),
            district: "420105".to_owned(),
            actor: None,
            correlation_id: "suite".to_owned(),
            causation_id: None,
            traceparent: None,
        };
        Envelope::new(meta, &Happened { version })
    }

    /// Commits events to the outbox of the emitting service, in one transaction.
    pub async fn emit(&self, events: &[Envelope]) {
        self.emitter
            .write("suite.emit", |tx| async move {
                crate::emit(&tx, events.to_vec()).await
            })
            .await
            .unwrap();
    }

    /// Hands events to the bus past the outbox.
    pub async fn publish(&self, events: &[Envelope]) {
        for outcome in self.link.publisher.publish(events.to_vec()).await {
            outcome.unwrap();
        }
    }

    /// Counts what waits in the outbox of the emitting service.
    pub async fn waiting(&self) -> u64 {
        store::outbox::count_pending(&self.emitter).await.unwrap()
    }

    /// Returns the database of the emitting service.
    #[must_use]
    pub fn emitter(&self) -> &Database {
        &self.emitter
    }

    /// Sends a dead letter of the first consumer round again.
    pub async fn replay(&self, event: kernel::EventId) -> Result<bool, StoreError> {
        store::dead_letter::replay(&self.listener().db, event, SystemClock.now()).await
    }

    /// Stops everything.
    pub async fn stop(mut self) {
        self.stop_relays().await;
        self.stop_consumers().await;
    }
}

async fn migrated(backend: &dyn Backend, name: &str) -> Database {
    let db = backend.database(name).await;
    store::migrate(&db, migrations).await.unwrap();
    db
}
