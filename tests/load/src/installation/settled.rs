//! When every event has had its effect.

use std::time::{Duration, Instant};

use anyhow::bail;
use serde_json::Value;

use super::Installation;

/// Longest wait for messages between services to be through.
const PATIENCE: Duration = Duration::from_mins(10);

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// Looks in a row that must find nothing: an effect may have told something new behind the first.
const LOOKS: u32 = 3;

/// Waits until every event has had its effect. Over a broker this holds for processes that were not
/// started again since the events.
pub(super) async fn settled(installation: &Installation) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut quiet = 0;
    while quiet < LOOKS {
        if begun.elapsed() > PATIENCE {
            bail!("events are still on their way after {PATIENCE:?}");
        }
        quiet = if busy(installation).await? {
            0
        } else {
            quiet + 1
        };
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

async fn busy(installation: &Installation) -> anyhow::Result<bool> {
    let mut metrics = String::new();
    for url in installation.urls() {
        let state = installation.api.get_at(url, "/readyz").await?;
        let services = state.get("services").and_then(Value::as_array);
        let waits = |service: &Value| service.get("outbox_pending") != Some(&Value::from(0));
        if services.into_iter().flatten().any(waits) {
            return Ok(true);
        }
        if installation.has_broker() {
            metrics += &installation.api.text_at(url, "/metrics").await?;
        }
    }
    Ok(installation.has_broker() && !scenarios::all_heard(&metrics))
}
