//! What a run has of its own on servers that others may use too: a database, names on the broker.

use anyhow::Context;
use futures_util::FutureExt;
use lapin::options::{ExchangeDeleteOptions, QueueDeleteOptions};
use lapin::{Connection, ConnectionProperties};
use reqwest::Url;
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection};

/// A database of this run; it goes away with this.
pub(crate) struct OwnDatabase {
    server: String,
    name: String,
    /// Its URL.
    pub(crate) url: String,
}

impl OwnDatabase {
    /// Makes an empty database on a server.
    pub(crate) async fn make(server: &str, run: &str) -> anyhow::Result<Self> {
        let name = format!("linli_load_{run}");
        let home = connect(server).await?;
        home.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE template0"))
            .await
            .context("a database cannot be made")?;
        home.close().await?;
        let mut url = Url::parse(server).context("URL of PostgreSQL")?;
        url.set_path(&name);
        Ok(Self {
            server: server.to_owned(),
            name,
            url: url.to_string(),
        })
    }
}

/// Opens one connection that waits as long as a statement takes.
pub(crate) async fn connect(url: &str) -> anyhow::Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url.to_owned());
    options.max_connections(1).sqlx_logging(false);
    Ok(sea_orm::Database::connect(options).await?)
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        finish("a database stays behind", async move {
            let home = connect(&server).await?;
            home.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                .await?;
            Ok(home.close().await?)
        });
    }
}

/// Names on the broker that begin with `prefix`; they go away with this.
pub(crate) struct Corner {
    pub(crate) url: String,
    pub(crate) prefix: String,
    pub(crate) consumers: Vec<&'static str>,
}

impl Drop for Corner {
    fn drop(&mut self) {
        let (url, prefix) = (self.url.clone(), self.prefix.clone());
        let consumers = std::mem::take(&mut self.consumers);
        finish("queues stay behind", sweep(url, prefix, consumers));
    }
}

async fn sweep(url: String, prefix: String, consumers: Vec<&'static str>) -> anyhow::Result<()> {
    let connection = Connection::connect(&url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    for consumer in consumers {
        for queue in [
            format!("{prefix}.{consumer}"),
            format!("{prefix}.{consumer}.dead"),
        ] {
            let options = QueueDeleteOptions::default();
            channel.queue_delete(queue.into(), options).await?;
        }
    }
    for exchange in [format!("{prefix}.events"), format!("{prefix}.dead")] {
        let options = ExchangeDeleteOptions::default();
        channel.exchange_delete(exchange.into(), options).await?;
    }
    connection.close(200, "swept".into()).await?;
    Ok(())
}

/// Runs `work` on a runtime of its own: the one that drops may not be blocked on, or may be gone.
fn finish(trouble: &str, work: impl Future<Output = anyhow::Result<()>> + Send + 'static) {
    let running = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(work.boxed())
    });
    if let Ok(Err(error)) = running.join() {
        eprintln!("load: {trouble}: {error:#}");
    }
}
