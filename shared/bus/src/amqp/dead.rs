//! What the broker itself keeps as dead: messages that are no events, and events over which too
//! many processes died or lost their connection. Events that a handler gave up on are in the
//! consumer's own database (`store::dead_letter`).

use lapin::options::{BasicAckOptions, BasicGetOptions, BasicPublishOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Confirmation};

use super::Amqp;
use super::settler::REASON;
use crate::consumer::chain;

/// A message in a dead-letter queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadMessage {
    /// Consumer that did not get through with it.
    pub consumer: String,
    /// Id of the event, none when the message has none.
    pub id: Option<String>,
    /// Why it is here: the reader's reason, or the broker's, e.g. `delivery_limit`.
    pub reason: String,
    /// The message.
    pub body: Vec<u8>,
}

/// Why dead letters cannot be reached.
#[derive(Debug, thiserror::Error)]
pub enum DeadError {
    /// There is no connection.
    #[error("{0}")]
    Away(String),
    /// The broker refuses.
    #[error("broker: {0}")]
    Broker(String),
}

impl From<lapin::Error> for DeadError {
    fn from(error: lapin::Error) -> Self {
        Self::Broker(chain(&error))
    }
}

impl Amqp {
    /// Lists the oldest dead messages of a consumer; they stay where they are.
    ///
    /// # Errors
    /// The broker is out of reach, or the consumer has no queue.
    pub async fn dead(&self, consumer: &str, limit: usize) -> Result<Vec<DeadMessage>, DeadError> {
        let channel = self.open_dead().await?;
        let queue = self.topology.dead_queue(consumer);
        let mut found = Vec::new();
        while found.len() < limit {
            let options = BasicGetOptions::default();
            let Some(message) = channel.basic_get(queue.clone(), options).await? else {
                break;
            };
            let properties = &message.delivery.properties;
            let headers = properties.headers().clone().unwrap_or_default();
            found.push(DeadMessage {
                consumer: consumer.to_owned(),
                id: properties.message_id().as_ref().map(ToString::to_string),
                reason: reason(&headers),
                body: message.delivery.data,
            });
        }
        // closing the channel gives everything back
        channel.close(200, "seen".into()).await?;
        Ok(found)
    }

    /// Puts the oldest dead messages of a consumer back into its queue; returns how many.
    ///
    /// # Errors
    /// The broker is out of reach or refuses; what was put back by then stays there.
    pub async fn replay_dead(&self, consumer: &str, limit: usize) -> Result<usize, DeadError> {
        let channel = self.open_dead().await?;
        let (mut replayed, mut most) = (0, limit);
        while replayed < most {
            let Some(behind) = self.replay_one(&channel, consumer).await? else {
                break;
            };
            replayed += 1;
            if replayed == 1 {
                // What dies again at once comes to the end of the queue: not a second time.
                most = limit.min(behind.saturating_add(1));
            }
        }
        channel.close(200, "replayed".into()).await?;
        Ok(replayed)
    }

    /// Returns how many are behind the one put back, none when there is none.
    async fn replay_one(
        &self,
        channel: &Channel,
        consumer: &str,
    ) -> Result<Option<usize>, DeadError> {
        let queue = self.topology.dead_queue(consumer);
        let options = BasicGetOptions::default();
        let Some(message) = channel.basic_get(queue, options).await? else {
            return Ok(None);
        };
        let behind = usize::try_from(message.message_count).unwrap_or(usize::MAX);
        let delivery = message.delivery;
        // its history goes: the next reason is to be the next one's
        let properties = delivery.properties.with_headers(FieldTable::default());
        let options = BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        };
        let target = self.topology.queue(consumer);
        let confirmation = channel
            .basic_publish("".into(), target, options, &delivery.data, properties)
            .await?
            .await?;
        if confirmation != Confirmation::Ack(None) {
            return Err(DeadError::Broker("message not taken".to_owned()));
        }
        let options = BasicAckOptions::default();
        channel.basic_ack(delivery.delivery_tag, options).await?;
        Ok(Some(behind))
    }

    async fn open_dead(&self) -> Result<Channel, DeadError> {
        let Some(line) = self.publishing.line() else {
            return Err(DeadError::Away(self.publishing.absence()));
        };
        Ok(line.channel().await?)
    }
}

/// Reads why a message is dead: our own header, else the first entry of the broker's `x-death`.
fn reason(headers: &FieldTable) -> String {
    let own = headers.inner().get(REASON);
    let first = headers
        .inner()
        .get("x-death")
        .and_then(|deaths| match deaths {
            AMQPValue::FieldArray(deaths) => deaths.as_slice().first(),
            _ => None,
        });
    let broker = first.and_then(|death| match death {
        AMQPValue::FieldTable(death) => death.inner().get("reason"),
        _ => None,
    });
    match own.or(broker) {
        Some(AMQPValue::LongString(reason)) => {
            String::from_utf8_lossy(reason.as_bytes()).into_owned()
        }
        Some(AMQPValue::ShortString(reason)) => reason.to_string(),
        _ => "unknown".to_owned(),
    }
}
