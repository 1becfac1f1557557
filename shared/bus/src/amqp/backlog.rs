//! What waits on the broker.

use std::sync::Arc;
use std::time::Duration;

use lapin::options::QueueDeclareOptions;
use lapin::types::{FieldTable, ShortString};

use tokio_util::sync::CancellationToken;

use super::Amqp;
use super::connection::Keeper;
use super::dead::DeadError;
use super::topology::Topology;
use crate::metrics::QueueMetrics;

/// How often this process looks at what waits in the queues of its consumers.
const LOOK_EVERY: Duration = Duration::from_secs(15);

impl Amqp {
    /// Counts the events that wait in a consumer's queue. Those that the consumer has taken and not
    /// acknowledged are not among them: the protocol does not tell.
    ///
    /// # Errors
    /// The broker is out of reach, or the consumer has no queue.
    pub async fn backlog(&self, consumer: &str) -> Result<u64, DeadError> {
        let queue = self.topology.queue(consumer);
        waiting(&self.publishing, queue).await
    }

    /// Counts the messages in a consumer's dead-letter queue.
    ///
    /// # Errors
    /// The broker is out of reach, or the consumer has no queue.
    pub async fn dead_backlog(&self, consumer: &str) -> Result<u64, DeadError> {
        let queue = self.topology.dead_queue(consumer);
        waiting(&self.publishing, queue).await
    }
}

/// Shows what waits in the queues of `consumers` until `stop`. While the broker is away the last figures stay: nothing
/// moves then.
pub(super) async fn show(
    keeper: Arc<Keeper>,
    topology: Arc<Topology>,
    consumers: Vec<&'static str>,
    stop: CancellationToken,
) {
    let metrics = QueueMetrics::new();
    let mut turns = tokio::time::interval(LOOK_EVERY);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let turn = async { (keeper.connected().await, turns.tick().await) };
        if stop.run_until_cancelled(turn).await.is_none() {
            return;
        }
        for consumer in &consumers {
            let looking = waiting(&keeper, topology.queue(consumer));
            let looking = tokio::time::timeout(LOOK_EVERY, looking);
            match stop.run_until_cancelled(looking).await {
                Some(Ok(Ok(count))) => metrics.depth(consumer, count),
                Some(Ok(Err(error))) => tracing::debug!(consumer, %error, "queue not seen"),
                Some(Err(_)) => tracing::debug!(consumer, "queue not seen in time"),
                None => return,
            }
        }
    }
}

async fn waiting(keeper: &Keeper, queue: ShortString) -> Result<u64, DeadError> {
    let Some(line) = keeper.line() else {
        return Err(DeadError::Away(keeper.absence()));
    };
    let channel = line.channel().await?;
    let look = QueueDeclareOptions {
        passive: true,
        ..QueueDeclareOptions::default()
    };
    let queue = channel
        .queue_declare(queue, look, FieldTable::default())
        .await?;
    let waiting = queue.message_count();
    channel.close(200, "seen".into()).await?;
    Ok(waiting.into())
}
