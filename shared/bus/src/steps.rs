//! The steps between which a process may die, for tests that let it die there.
//!
//! Without the feature `conformance` nobody can listen, and nothing of this is left.

#[cfg(feature = "conformance")]
use std::sync::Arc;

/// Makes the enum and the lists of its variants in one: a new step cannot be left out of the tests.
macro_rules! steps {
    (
        relay: $($(#[$of_relay:meta])+ $relay:ident,)+
        consumer: $($(#[$of_consumer:meta])+ $consumer:ident,)+
    ) => {
        /// A step on the way from outbox to effect.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Step {
            $($(#[$of_relay])+ $relay,)+
            $($(#[$of_consumer])+ $consumer,)+
        }

        impl Step {
            /// Steps of a relay.
            pub const OF_RELAY: &[Self] = &[$(Self::$relay),+];
            /// Steps of a consumer.
            pub const OF_CONSUMER: &[Self] = &[$(Self::$consumer),+];
        }
    };
}

steps! {
    relay:
    /// It may empty the outbox.
    LeaseTaken,
    /// It still may.
    LeaseRenewed,
    /// Rows are in memory.
    RowsRead,
    /// A row that is no envelope is kept as a dead letter, and still in the outbox.
    RowBuried,
    /// Events are handed to the bus, which has not answered.
    Published,
    /// The bus has taken them over, they are still in the outbox.
    Confirmed,
    /// They have left the outbox.
    Removed,
    consumer:
    /// Events are in memory.
    Delivered,
    /// The transaction is open.
    Begun,
    /// The inbox has the events, within the transaction.
    Claimed,
    /// So have the handlers.
    Affected,
    /// The transaction is committed, nothing is acknowledged.
    Committed,
    /// An event is acknowledged, others of its batch are not.
    Acknowledged,
    /// An event's own transaction is rolled back.
    RolledBack,
    /// An event is kept as a dead letter and not acknowledged.
    Buried,
}

/// Hears of steps as they are reached; the relay or consumer goes on when it has been told.
#[cfg(feature = "conformance")]
#[async_trait::async_trait]
pub trait Observer: Send + Sync {
    /// A step has been reached.
    async fn reached(&self, step: Step);
}

/// Tells of steps, if there is anybody to tell.
#[derive(Clone, Default)]
pub(crate) struct Steps {
    #[cfg(feature = "conformance")]
    observer: Option<Arc<dyn Observer>>,
}

impl Steps {
    #[cfg(feature = "conformance")]
    pub(crate) fn told_to(observer: Arc<dyn Observer>) -> Self {
        Self {
            observer: Some(observer),
        }
    }

    #[cfg(feature = "conformance")]
    pub(crate) async fn reached(&self, step: Step) {
        if let Some(observer) = &self.observer {
            observer.reached(step).await;
        }
    }

    #[cfg(not(feature = "conformance"))]
    #[expect(clippy::unused_self, reason = "called alike where somebody observes")]
    pub(crate) fn reached(&self, _: Step) -> std::future::Ready<()> {
        std::future::ready(())
    }
}
