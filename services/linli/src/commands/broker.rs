//! The broker, for commands.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bus::Amqp;
use bus::amqp::dead::DeadMessage;
use contracts::consumers::CONSUMERS;

use super::Settings;

/// Longest wait for the broker.
const PATIENCE: Duration = Duration::from_secs(6);
/// Pause between two looks at the connection.
const LOOK: Duration = Duration::from_millis(20);
/// Most dead messages read from one consumer.
const MOST: usize = 1_000;

/// Connects to the broker that the configuration names; `None` where it names none.
///
/// # Errors
/// It is out of reach; the text says why.
pub(super) async fn connect(settings: &Settings) -> Result<Option<Arc<Amqp>>, String> {
    let Some(config) = settings.config.bus.broker() else {
        return Ok(None);
    };
    let amqp = Amqp::start(&config, &[]);
    let begun = Instant::now();
    while !amqp.is_connected() {
        if begun.elapsed() > PATIENCE {
            let reason = amqp.last_error().unwrap_or_else(|| "no answer".to_owned());
            amqp.close().await;
            return Err(reason);
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(Some(amqp))
}

/// What the broker keeps as dead, oldest first, by consumer.
pub(super) async fn dead(amqp: &Amqp) -> anyhow::Result<Vec<DeadMessage>> {
    let mut found = Vec::new();
    for (consumer, _) in CONSUMERS {
        found.extend(amqp.dead(consumer, MOST).await?);
    }
    Ok(found)
}

/// Puts the dead message of an event back, and those of its consumer that died before it: the broker
/// gives them out in order only. Returns how many, 0 where there is no such message.
pub(super) async fn replay(amqp: &Amqp, event: &str) -> anyhow::Result<usize> {
    for (consumer, _) in CONSUMERS {
        let letters = amqp.dead(consumer, MOST).await?;
        let place = letters
            .iter()
            .position(|letter| letter.id.as_deref() == Some(event));
        if let Some(place) = place {
            return Ok(amqp.replay_dead(consumer, place + 1).await?);
        }
    }
    Ok(0)
}
