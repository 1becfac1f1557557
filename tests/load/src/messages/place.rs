use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bus::{Amqp, AmqpConfig, BrokerUrl, BusConfig, InProc, Publisher, Subscriber, Subscription};
use store::{Database, Location, StoreConfig};
use tempfile::TempDir;

use crate::installation::{Corner, OwnDatabase, Servers, run_name};

/// Longest wait for the first connection to the broker.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the two databases are and which bus lies between them: one of the two ways to run the services.
pub(crate) enum Place {
    /// SQLite files and the bus within a process.
    Process(TempDir),
    /// PostgreSQL and RabbitMQ.
    Servers {
        database: OwnDatabase,
        corner: Corner,
    },
}

/// The bus.
pub(super) struct Link {
    pub(super) publisher: Arc<dyn Publisher>,
    pub(super) subscriber: Arc<dyn Subscriber>,
    pub(super) broker: Option<Arc<Amqp>>,
}

impl Place {
    pub(crate) fn process() -> anyhow::Result<Self> {
        Ok(Self::Process(tempfile::tempdir()?))
    }

    pub(crate) async fn servers(servers: &Servers) -> anyhow::Result<Self> {
        let run = run_name();
        Ok(Self::Servers {
            database: OwnDatabase::make(&servers.postgres, &run).await?,
            corner: Corner {
                url: servers.amqp.clone(),
                prefix: format!("load-{run}"),
                consumers: vec![super::rig::READER],
            },
        })
    }

    /// Its name in figures.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Process(_) => "in_process",
            Self::Servers { .. } => "rabbitmq",
        }
    }

    /// Opens an empty database.
    pub(super) async fn database(&self, name: &str) -> anyhow::Result<Database> {
        let location = match self {
            Self::Process(folder) => Location::File(folder.path().join(format!("{name}.sqlite"))),
            Self::Servers { database, .. } => Location::Server {
                url: database.url.clone(),
                schema: name.to_owned(),
            },
        };
        store::prepare(&location).await?;
        let database = Database::open(&location, &StoreConfig::default()).await?;
        store::migrate(&database, Vec::new).await?;
        Ok(database)
    }

    /// Opens the bus.
    pub(super) async fn link(
        &self,
        subscription: Subscription,
        config: &BusConfig,
    ) -> anyhow::Result<Link> {
        match self {
            Self::Process(_) => {
                let bus = InProc::new(&[subscription], config.queue);
                Ok(Link {
                    publisher: Arc::<InProc>::clone(&bus),
                    subscriber: bus,
                    broker: None,
                })
            }
            Self::Servers { corner, .. } => {
                let amqp = AmqpConfig {
                    url: BrokerUrl::from(corner.url.clone()),
                    prefix: corner.prefix.clone(),
                    ..config.amqp.clone()
                };
                let bus = Amqp::start_among(&amqp, &[subscription], &[]);
                let connected = async {
                    while !bus.is_connected() {
                        tokio::time::sleep(Duration::from_millis(10)).await;
                    }
                };
                let waited = tokio::time::timeout(PATIENCE, connected).await;
                waited.with_context(|| bus.last_error().unwrap_or_default())?;
                Ok(Link {
                    publisher: Arc::<Amqp>::clone(&bus),
                    subscriber: Arc::<Amqp>::clone(&bus),
                    broker: Some(bus),
                })
            }
        }
    }
}
