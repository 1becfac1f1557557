//! Clients that take turns at anything, each in a closed loop.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;

use crate::latencies::Latencies;

/// Somebody who does the same again and again.
pub(crate) trait Client: Send + 'static {
    /// Does it once.
    fn turn(&mut self) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// What all clients did in a window.
pub(crate) struct Turns {
    pub(crate) latencies: Latencies,
    pub(crate) took: Duration,
}

impl Turns {
    /// Turns a second, all clients together.
    pub(crate) fn per_second(&self) -> f64 {
        self.latencies.per_second(self.took)
    }
}

/// Lets them take turns for the length of `window`; the first that fails ends it.
pub(crate) async fn run<C: Client>(clients: Vec<C>, window: Duration) -> anyhow::Result<Turns> {
    let begun = Instant::now();
    let until = begun + window;
    let running = clients.into_iter().map(|mut client| {
        tokio::spawn(async move {
            let mut latencies = Latencies::new()?;
            while Instant::now() < until {
                let asked = Instant::now();
                client.turn().await?;
                latencies.record(asked.elapsed());
            }
            anyhow::Ok(latencies)
        })
    });
    let mut latencies = Latencies::new()?;
    for client in try_join_all(running).await? {
        latencies.add(&client?)?;
    }
    Ok(Turns {
        latencies,
        took: begun.elapsed(),
    })
}
