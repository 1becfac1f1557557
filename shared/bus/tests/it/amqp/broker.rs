//! A corner of the broker for one test, swept when the test is over.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bus::conformance::{Backend, Link};
use bus::{Amqp, AmqpConfig, BrokerUrl, BusConfig, Subscription};
use lapin::options::{ExchangeDeleteOptions, QueueDeleteOptions};
use lapin::{Channel, Connection, ConnectionProperties};
use store::Database;
use testkit::Storage;
use tokio::sync::OnceCell;

/// Consumers that tests use: the queues to be removed.
const CONSUMERS: [&str; 6] = ["reader", "slow", "swift", "healed", "sound", "other"];

pub(crate) struct Broker {
    storage: OnceCell<Storage>,
    config: AmqpConfig,
    url: String,
    opened: Mutex<Vec<Arc<Amqp>>>,
}

impl Broker {
    /// Takes a corner, none when there is no broker to test with.
    pub(crate) fn new() -> Option<Self> {
        let url = testkit::servers::amqp()?;
        Some(Self {
            storage: OnceCell::new(),
            config: AmqpConfig {
                url: BrokerUrl::from(url.clone()),
                prefix: format!("test-{}", uuid::Uuid::new_v4().simple()),
                backoff_ms: 10,
                backoff_max_ms: 100,
                ..AmqpConfig::default()
            },
            url,
            opened: Mutex::default(),
        })
    }

    /// Goes to the broker by another way.
    pub(crate) fn through(mut self, address: std::net::SocketAddr) -> Self {
        let url = format!("amqp://guest:guest@{address}/%2f");
        self.config.url = BrokerUrl::from(url);
        self
    }

    /// Address of the broker itself.
    pub(crate) fn address(&self) -> String {
        let host = self.url.rsplit('@').next().unwrap();
        host.split('/').next().unwrap().to_owned()
    }

    pub(crate) fn config(&self) -> &AmqpConfig {
        &self.config
    }

    pub(crate) fn config_mut(&mut self) -> &mut AmqpConfig {
        &mut self.config
    }

    pub(crate) fn start(&self, subscriptions: &[Subscription]) -> Arc<Amqp> {
        let bus = Amqp::start_among(&self.config, subscriptions, &[]);
        self.opened.lock().unwrap().push(Arc::clone(&bus));
        bus
    }

    /// The bus that was opened last.
    pub(crate) fn bus(&self) -> Arc<Amqp> {
        Arc::clone(self.opened.lock().unwrap().last().unwrap())
    }

    pub(crate) fn queue(&self, consumer: &str) -> String {
        format!("{}.{consumer}", self.config.prefix)
    }

    pub(crate) fn exchange(&self) -> String {
        format!("{}.events", self.config.prefix)
    }

    /// A channel of the test's own, past the bus and past any proxy.
    pub(crate) async fn channel(&self) -> (Connection, Channel) {
        connect(&self.url).await
    }
}

pub(crate) async fn connected(bus: &Amqp) {
    let waited = tokio::time::timeout(Duration::from_secs(30), bus.connected()).await;
    assert!(waited.is_ok(), "{:?}", bus.last_error());
}

async fn connect(url: &str) -> (Connection, Channel) {
    let connection = Connection::connect(url, ConnectionProperties::default())
        .await
        .unwrap();
    let channel = connection.create_channel().await.unwrap();
    (connection, channel)
}

#[async_trait]
impl Backend for Broker {
    async fn open(&self, subscriptions: &[Subscription], _: &BusConfig) -> Link {
        let bus = self.start(subscriptions);
        connected(&bus).await;
        Link {
            publisher: Arc::<Amqp>::clone(&bus),
            subscriber: bus,
        }
    }

    async fn database(&self, name: &str) -> Database {
        let storage = self.storage.get_or_init(Storage::new).await;
        storage.open(name).await
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let buses = std::mem::take(&mut *self.opened.lock().unwrap());
        let (url, prefix) = (self.url.clone(), self.config.prefix.clone());
        // a runtime of its own: the test's may be gone, or busy with failing
        let sweeping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                for bus in buses {
                    bus.close().await;
                }
                sweep(&url, &prefix).await;
            });
        });
        sweeping.join().ok();
    }
}

async fn sweep(url: &str, prefix: &str) {
    let (connection, channel) = connect(url).await;
    for consumer in CONSUMERS {
        for queue in [
            format!("{prefix}.{consumer}"),
            format!("{prefix}.{consumer}.dead"),
        ] {
            let options = QueueDeleteOptions::default();
            channel.queue_delete(queue.into(), options).await.unwrap();
        }
    }
    for exchange in [format!("{prefix}.events"), format!("{prefix}.dead")] {
        let options = ExchangeDeleteOptions::default();
        channel
            .exchange_delete(exchange.into(), options)
            .await
            .unwrap();
    }
    connection.close(200, "swept".into()).await.unwrap();
}
