//! The queues of the installation: there before the first service starts, whole after somebody removed one.

use std::sync::Arc;
use std::time::Duration;

use bus::amqp::dead::DeadError;
use bus::{Amqp, AmqpConfig};

use crate::crd::QueuesStatus;

/// Longest wait for a connection, which is made in the background.
const CONNECT: Duration = Duration::from_secs(3);
/// Longest time for one look at the broker.
const LOOK: Duration = Duration::from_secs(10);

/// Why the queues are not declared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BrokerError {
    /// The broker is out of reach.
    #[error("{0}")]
    Away(String),
    /// It has a queue of that name that is otherwise, or does not let the operator.
    #[error("{0}")]
    Refused(String),
}

impl BrokerError {
    /// Returns why, in one word.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Away(_) => "BrokerAway",
            Self::Refused(_) => "BrokerRefused",
        }
    }
}

impl From<DeadError> for BrokerError {
    fn from(error: DeadError) -> Self {
        match error {
            DeadError::Away(reason) => Self::Away(reason),
            DeadError::Broker(reason) => Self::Refused(reason),
        }
    }
}

/// The broker, by the services' own layout of queues: nobody has to agree with anybody.
pub(crate) struct Broker(Arc<Amqp>);

impl Broker {
    /// Connects in the background.
    pub(crate) fn start(config: &AmqpConfig) -> Self {
        Self(Amqp::start(config, &[]))
    }

    /// Declares what is missing, and counts what waits.
    ///
    /// # Errors
    /// The broker is out of reach, or refuses.
    pub(crate) async fn declare(&self) -> Result<QueuesStatus, BrokerError> {
        let away = || {
            let trouble = self.0.last_error();
            BrokerError::Away(trouble.unwrap_or_else(|| "没有应答 (no answer)".to_owned()))
        };
        let connected = tokio::time::timeout(CONNECT, self.0.connected());
        connected.await.map_err(|_| away())?;
        let work = async {
            self.0.declare().await?;
            self.count().await
        };
        let done = tokio::time::timeout(LOOK, work);
        done.await.unwrap_or_else(|_| Err(away()))
    }

    async fn count(&self) -> Result<QueuesStatus, BrokerError> {
        let mut found = QueuesStatus {
            consumers: 0,
            waiting: 0,
            dead: 0,
        };
        let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        for consumer in self.0.consumers() {
            found.consumers += 1;
            found.waiting += whole(self.0.backlog(consumer).await?);
            found.dead += whole(self.0.dead_backlog(consumer).await?);
        }
        Ok(found)
    }

    /// Closes the connection.
    pub(crate) async fn close(&self) {
        self.0.close().await;
    }
}
