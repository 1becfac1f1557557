//! What happens to events within the consumer's transaction.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use kernel::{EventId, Timestamp};
use store::{StoreError, Tx, inbox};
use tracing::Instrument;

use crate::consumer::chain;
use crate::metrics::OTHER;
use crate::steps::{Step, Steps};
use crate::trace::Consumed;
use crate::{Envelope, Handler, HandlerError};

/// Why a transaction over some events failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("transaction failed")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Handler(#[from] HandlerError),
    #[error("panic")]
    Panic,
}

/// What is to become of an event whose own transaction failed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The database is out of reach: everybody waits.
    Pause,
    /// This event, and those behind it, wait; the failure counts unless storage was out of reach.
    Again { counted: bool },
    /// This event has failed for good.
    Dead { cause: &'static str, reason: String },
}

impl Failure {
    /// Judges a failure after so many runs of the event.
    pub(crate) fn judge(&self, runs: u32, most: u32) -> Verdict {
        let unavailable = StoreError::is_unavailable_in(self);
        let (cause, reason) = match self {
            Self::Handler(HandlerError::Poison(reason)) => ("poison", reason.clone()),
            Self::Store(_) if unavailable => return Verdict::Pause,
            _ if unavailable => return Verdict::Again { counted: false },
            _ if runs < most => return Verdict::Again { counted: true },
            Self::Panic => ("panic", "panic".to_owned()),
            other => (
                "attempts exhausted",
                format!("attempts exhausted ({runs}): {}", chain(other)),
            ),
        };
        Verdict::Dead { cause, reason }
    }
}

/// A consumer's handlers by type.
pub(crate) struct Effects {
    consumer: &'static str,
    handlers: Vec<Arc<dyn Handler>>,
    /// Places in `handlers` of the handlers of each type, in order.
    routes: HashMap<&'static str, Vec<usize>>,
}

impl Effects {
    pub(crate) fn new(consumer: &'static str, handlers: Vec<Arc<dyn Handler>>) -> Self {
        let mut routes: HashMap<&'static str, Vec<usize>> = HashMap::new();
        for (index, handler) in handlers.iter().enumerate() {
            for kind in handler.types() {
                routes.entry(kind).or_default().push(index);
            }
        }
        Self {
            consumer,
            handlers,
            routes,
        }
    }

    /// Returns the type of an event as the handlers spell it, none when nobody wants it.
    pub(crate) fn label(&self, kind: &str) -> Option<&'static str> {
        self.routes.get_key_value(kind).map(|(label, _)| *label)
    }

    /// Takes the effect of the events that are new; returns which these were.
    pub(crate) async fn take(
        &self,
        tx: &Tx,
        events: &[Arc<Envelope>],
        now: Timestamp,
        steps: &Steps,
    ) -> Result<HashSet<EventId>, Failure> {
        let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
        let fresh = inbox::claim(tx, self.consumer, &ids, now).await?;
        steps.reached(Step::Claimed).await;
        let mut open = fresh.clone();
        let new: Vec<Arc<Envelope>> = events
            .iter()
            .filter(|event| open.remove(&event.id))
            .cloned()
            .collect();
        // neighbours that the same handlers want are handled together
        for run in new.chunk_by(|one, next| self.places(one) == self.places(next)) {
            self.handle(tx, run).await?;
        }
        steps.reached(Step::Affected).await;
        Ok(fresh)
    }

    /// Returns the places of the handlers that want an event.
    fn places(&self, event: &Envelope) -> &[usize] {
        self.routes
            .get(event.kind.as_str())
            .map_or(&[], Vec::as_slice)
    }

    async fn handle(&self, tx: &Tx, run: &[Arc<Envelope>]) -> Result<(), Failure> {
        let Some(first) = run.first() else {
            return Ok(());
        };
        let label = self.label(&first.kind).unwrap_or(OTHER);
        let Some(followed) = Consumed::of(self.consumer, label, run) else {
            let span = tracing::info_span!(
                "event",
                consumer = self.consumer,
                event.type = first.kind,
                event.id = %first.id,
                trace_id = first.trace_id(),
                events = run.len(),
            );
            return self.run_handlers(tx, run).instrument(span).await;
        };
        let running = self.run_handlers(tx, &followed.events);
        let outcome = running.instrument(followed.span.clone()).await;
        if outcome.is_err() {
            followed.failed();
        }
        outcome
    }

    /// Runs those who want the events of a run, one after the other.
    async fn run_handlers(&self, tx: &Tx, run: &[Arc<Envelope>]) -> Result<(), Failure> {
        let places = run.first().map_or(&[][..], |first| self.places(first));
        for handler in places.iter().filter_map(|place| self.handlers.get(*place)) {
            let running = handler.handle_all(tx, run);
            match AssertUnwindSafe(running).catch_unwind().await {
                Ok(outcome) => outcome?,
                Err(_) => return Err(Failure::Panic),
            }
        }
        Ok(())
    }

    /// Tells the handlers which of their events have been committed.
    pub(crate) fn tell(&self, committed: &[Envelope]) {
        for handler in &self.handlers {
            let types = handler.types();
            let wants = |event: &Envelope| types.contains(&event.kind.as_str());
            let told = std::panic::catch_unwind(AssertUnwindSafe(|| {
                if committed.iter().all(wants) {
                    handler.committed(committed);
                    return;
                }
                let own: Vec<Envelope> = committed
                    .iter()
                    .filter(|event| wants(event))
                    .cloned()
                    .collect();
                if !own.is_empty() {
                    handler.committed(&own);
                }
            }));
            if told.is_err() {
                tracing::error!(
                    consumer = self.consumer,
                    "handler panicked after its commit"
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use store::StoreError;

    use super::{Failure, Verdict};
    use crate::HandlerError;

    #[derive(Debug, thiserror::Error)]
    #[error("of the handler's own")]
    struct Own(#[source] StoreError);

    fn unavailable() -> StoreError {
        std::io::Error::other("no disk").into()
    }

    #[test]
    fn storage_out_of_reach_is_nobodys_fault() {
        let failure = Failure::Store(unavailable());
        assert_eq!(failure.judge(1_000, 3), Verdict::Pause);
        for failure in [
            Failure::Handler(unavailable().into()),
            Failure::Handler(HandlerError::retry(Own(unavailable()))),
        ] {
            let verdict = failure.judge(1_000, 3);
            assert_eq!(verdict, Verdict::Again { counted: false }, "{failure:?}");
        }
    }

    #[test]
    fn other_failures_are_counted() {
        for failure in [
            Failure::Panic,
            Failure::Store(StoreError::Stale),
            Failure::Handler(HandlerError::retry(Own(StoreError::Stale))),
        ] {
            let again = Verdict::Again { counted: true };
            assert_eq!(failure.judge(2, 3), again, "{failure:?}");
            assert!(
                matches!(failure.judge(3, 3), Verdict::Dead { .. }),
                "{failure:?}"
            );
        }
    }

    #[test]
    fn poison_is_not_tried_again() {
        let poison = Failure::Handler(HandlerError::Poison("no such order".to_owned()));
        assert_eq!(
            poison.judge(1, 3),
            Verdict::Dead {
                cause: "poison",
                reason: "no such order".to_owned()
            }
        );
    }
}
