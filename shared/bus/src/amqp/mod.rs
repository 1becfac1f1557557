//! The bus over RabbitMQ.
//!
//! Owns the exchanges and queues of the installation. Events are confirmed before they leave the
//! outbox and acknowledged after their effect is committed; whatever breaks in between brings them
//! again, and the inbox makes that harmless. Nothing here waits for the broker at the start.

mod backlog;
mod config;
mod connection;
pub mod dead;
mod ledger;
mod publisher;
mod settler;
mod subscriber;
mod topology;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use config::{AmqpConfig, BrokerUrl};

use crate::consumer::chain;
use crate::{
    Deliveries, Envelope, PublishError, Publisher, SubscribeError, Subscriber, Subscription,
};
use connection::Keeper;
use dead::DeadError;
use publisher::Job;
use topology::Topology;

/// Longest wait for acknowledgements under way when the bus closes.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// The bus over RabbitMQ: one connection to publish and one to consume, so that a broker that
/// takes nothing more still gets the acknowledgements that relieve it.
pub struct Amqp {
    topology: Arc<Topology>,
    publishing: Arc<Keeper>,
    consuming: Arc<Keeper>,
    /// Whether there is anybody to consume for.
    listens: bool,
    jobs: mpsc::Sender<Job>,
    stop: CancellationToken,
    connections: TaskTracker,
    settlers: TaskTracker,
}

impl Amqp {
    /// Connects in the background, now and whenever the connection is lost; `consumers` are those
    /// of this process. The queues of all consumers of the system are declared.
    #[must_use]
    pub fn start(config: &AmqpConfig, consumers: &[Subscription]) -> Arc<Self> {
        let system: Vec<Subscription> = contracts::consumers::CONSUMERS
            .iter()
            .map(|(consumer, types)| Subscription {
                consumer,
                types: types.to_vec(),
            })
            .collect();
        for kind in unknown(consumers, &system) {
            tracing::error!(
                event.type = kind,
                "contracts::consumers does not know who wants this type: other processes may not keep it"
            );
        }
        Self::start_among(config, consumers, &system)
    }

    /// Like [`Self::start`], in a system of other consumers.
    #[must_use]
    pub fn start_among(
        config: &AmqpConfig,
        consumers: &[Subscription],
        system: &[Subscription],
    ) -> Arc<Self> {
        let topology = Arc::new(Topology::new(config, consumers, system));
        let name = |what: &str| format!("{} {what}", config.prefix);
        let publishing = Keeper::new(name("publish"), config, &topology);
        let consuming = Keeper::new(name("consume"), config, &topology);
        let stop = CancellationToken::new();
        let connections = TaskTracker::new();
        connections.spawn(Arc::clone(&publishing).run(stop.clone()));
        let listens = !consumers.is_empty();
        if listens {
            connections.spawn(Arc::clone(&consuming).run(stop.clone()));
            let named = consumers.iter().map(|one| one.consumer).collect();
            let (keeper, topology) = (Arc::clone(&publishing), Arc::clone(&topology));
            connections.spawn(backlog::show(keeper, topology, named, stop.clone()));
        }
        Arc::new(Self {
            jobs: publisher::start(&publishing, &topology),
            topology,
            publishing,
            consuming,
            listens,
            stop,
            connections,
            settlers: TaskTracker::new(),
        })
    }

    /// Says whether the broker is in reach for everything that this process does with it.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        let consuming = !self.listens || self.consuming.line().is_some();
        consuming && self.publishing.line().is_some()
    }

    /// Waits until the broker is in reach for everything that this process does with it.
    pub async fn connected(&self) {
        if self.listens {
            self.consuming.connected().await;
        }
        self.publishing.connected().await;
    }

    /// Returns what is wrong now, e.g. why the last attempt to connect failed.
    #[must_use]
    pub fn last_error(&self) -> Option<String> {
        self.publishing
            .trouble()
            .or_else(|| self.consuming.trouble())
    }

    /// Declares the exchanges and the queues of all consumers once more, which changes nothing that is there: somebody may
    /// have removed one.
    ///
    /// # Errors
    /// The broker is out of reach, or has a queue of that name that is otherwise.
    pub async fn declare(&self) -> Result<(), DeadError> {
        let Some(line) = self.publishing.line() else {
            return Err(DeadError::Away(self.publishing.absence()));
        };
        let channel = line.channel().await?;
        self.topology.declare(&channel).await?;
        channel.close(200, "declared".into()).await?;
        Ok(())
    }

    /// Names the consumers whose queues are declared.
    pub fn consumers(&self) -> impl Iterator<Item = &'static str> {
        self.topology.consumers()
    }

    /// Passes on the acknowledgements made so far and closes the connections. Belongs behind the
    /// end of relays and consumers and before the end of the runtime.
    pub async fn close(&self) {
        self.settlers.close();
        let settled = tokio::time::timeout(LAST_WORDS, self.settlers.wait()).await;
        if settled.is_err() {
            tracing::warn!("acknowledgements under way are given up, events come again");
        }
        self.stop.cancel();
        self.connections.close();
        self.connections.wait().await;
    }
}

/// Types that consumers of this process want and the system does not know of.
fn unknown(local: &[Subscription], system: &[Subscription]) -> Vec<&'static str> {
    let known = |consumer: &str, kind: &&'static str| {
        system
            .iter()
            .any(|known| known.consumer == consumer && known.types.contains(kind))
    };
    local
        .iter()
        .flat_map(|subscription| {
            let types = subscription.types.iter().copied();
            types.filter(|kind| !known(subscription.consumer, kind))
        })
        .collect()
}

impl Drop for Amqp {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[async_trait]
impl Publisher for Amqp {
    async fn publish(&self, run: Vec<Envelope>) -> Vec<Result<(), PublishError>> {
        let size = run.len();
        if size == 0 {
            return Vec::new();
        }
        if self.publishing.line().is_none() {
            let error = PublishError::Broker(self.publishing.absence());
            return vec![Err(error); size];
        }
        let (answer, answered) = oneshot::channel();
        let answers = match self.jobs.send(Job { run, answer }).await {
            Ok(()) => answered.await.ok(),
            Err(_) => None,
        };
        answers.unwrap_or_else(|| vec![Err(PublishError::Broker("closed".to_owned())); size])
    }

    async fn recovered(&self) {
        if self.publishing.line().is_some() {
            std::future::pending::<()>().await;
        }
        self.publishing.connected().await;
    }
}

#[async_trait]
impl Subscriber for Amqp {
    /// Waits for the broker.
    async fn subscribe(
        &self,
        subscription: &Subscription,
    ) -> Result<Box<dyn Deliveries>, SubscribeError> {
        let line = self.consuming.connected().await;
        // A task of its own, which comes to an end when nobody waits any more: a queue that is given
        // up half open would keep its place as the active consumer.
        let opening = self.settlers.spawn({
            let (keeper, topology) = (Arc::clone(&self.consuming), Arc::clone(&self.topology));
            let (subscription, line) = (subscription.clone(), Arc::clone(&line));
            let tasks = self.settlers.clone();
            async move { subscriber::open(&keeper, &topology, &subscription, &line, &tasks).await }
        });
        let limit = self.consuming.config().connect_timeout();
        match tokio::time::timeout(limit, opening).await {
            Ok(Ok(Ok(queue))) => Ok(Box::new(queue)),
            Ok(Ok(Err(error))) => {
                self.consuming.suspect();
                Err(SubscribeError::Broker(chain(&error)))
            }
            Ok(Err(_)) | Err(_) => {
                let reason = "queue not opened within the time limit";
                self.consuming.distrust(&line, reason);
                Err(SubscribeError::Broker(reason.to_owned()))
            }
        }
    }
}
