use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use reqwest::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::frontend::{Frontend, Sent};

/// Most transactions kept.
const KEPT: usize = 64;

type Transactions = Arc<Mutex<Vec<Vec<Sent>>>>;

/// Stands between a service and PostgreSQL and keeps the transactions that have a statement with a
/// certain text in it.
pub(crate) struct Recorder {
    /// The server's URL, by way of this.
    pub(crate) url: String,
    kept: Transactions,
    serving: JoinHandle<()>,
}

impl Recorder {
    /// Listens on a free port.
    pub(crate) async fn start(server: &str, wanted: &'static str) -> anyhow::Result<Self> {
        let mut url = Url::parse(server).context("URL of PostgreSQL")?;
        let host = url.host_str().context("a host")?.to_owned();
        let target = (host, url.port().unwrap_or(5432));
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        url.set_host(Some("127.0.0.1"))?;
        url.set_port(Some(address.port()))
            .map_err(|()| anyhow::anyhow!("URL of PostgreSQL"))?;
        // nothing can be read along inside of TLS
        url.query_pairs_mut().append_pair("sslmode", "disable");
        let kept = Transactions::default();
        let keeping = Arc::clone(&kept);
        let serving = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (target, kept) = (target.clone(), Arc::clone(&keeping));
                tokio::spawn(async move {
                    // either side may hang up at any time
                    pass(client, target, kept, wanted).await.ok();
                });
            }
        });
        Ok(Self {
            url: url.to_string(),
            kept,
            serving,
        })
    }

    /// The transactions so far.
    pub(crate) fn transactions(&self) -> Vec<Vec<Sent>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn pass(
    client: TcpStream,
    target: (String, u16),
    kept: Transactions,
    wanted: &str,
) -> std::io::Result<()> {
    let server = TcpStream::connect(target).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut asks, mut hears) = client.into_split();
    let (mut answers, mut told) = server.into_split();
    let back = tokio::spawn(async move { tokio::io::copy(&mut answers, &mut hears).await });
    let mut frontend = Frontend::default();
    let mut transaction = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = asks.read(&mut buffer).await?;
        let bytes = buffer.get(..count).unwrap_or_default();
        if bytes.is_empty() {
            break;
        }
        told.write_all(bytes).await?;
        for sent in frontend.read(bytes) {
            keep(sent, &mut transaction, &kept, wanted);
        }
    }
    told.shutdown().await?;
    back.await.map_err(std::io::Error::other)??;
    Ok(())
}

fn keep(sent: Sent, transaction: &mut Vec<Sent>, kept: &Transactions, wanted: &str) {
    if sent.sql.starts_with("BEGIN") {
        transaction.clear();
    }
    let last = sent.sql.starts_with("COMMIT");
    transaction.push(sent);
    if !last {
        return;
    }
    let whole = std::mem::take(transaction);
    if whole.iter().any(|sent| sent.sql.contains(wanted)) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(whole);
        }
    }
}
