//! What waits on the broker.

use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;

use super::Amqp;
use super::dead::DeadError;

impl Amqp {
    /// Counts the events that wait in a consumer's queue. Those that the consumer has taken and not
    /// acknowledged are not among them: the protocol does not tell.
    ///
    /// # Errors
    /// The broker is out of reach, or the consumer has no queue.
    pub async fn backlog(&self, consumer: &str) -> Result<u64, DeadError> {
        let Some(line) = self.publishing.line() else {
            return Err(DeadError::Away(self.publishing.absence()));
        };
        let channel = line.channel().await?;
        let look = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let queue = channel
            .queue_declare(self.topology.queue(consumer), look, FieldTable::default())
            .await?;
        let waiting = queue.message_count();
        channel.close(200, "seen".into()).await?;
        Ok(waiting.into())
    }
}
