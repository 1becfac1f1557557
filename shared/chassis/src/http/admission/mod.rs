//! Admission: a bounded number of requests works at once, a bounded number waits, districts take
//! turns, and whoever would wait too long is told so at once.

mod district;
mod queues;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use problem::{Category, Fact, Kind};
use tokio::sync::oneshot;

use self::queues::{Bounds, Entry, Queues, Ticket};
use crate::HttpConfig;
use crate::metrics::AdmissionMetrics;

pub(crate) use self::district::District;

/// Why a request is not worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// Too many requests wait already.
    #[error("too many requests wait")]
    Full,
    /// Too many requests of the caller's district wait already.
    #[error("too many requests of one district wait")]
    OverShare,
    /// The request has waited as long as any may.
    #[error("the request waited too long for its turn")]
    Late,
}

impl Refusal {
    /// Name of the reason in metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::OverShare => "over_share",
            Self::Late => "late",
        }
    }
}

impl Category for Refusal {
    fn fact(&self) -> Fact {
        match self {
            Self::Full | Self::Late => Fact::new(
                Kind::Unavailable,
                "overloaded",
                "当前请求过多，请稍后重试",
                "too many requests right now; try again later",
            )
            .after(1),
            Self::OverShare => Fact::new(
                Kind::TooMany,
                "district-over-share",
                "本区当前请求过多，请稍后重试",
                "too many requests of this district right now; try again later",
            )
            .after(2),
        }
    }
}

type Waiters = Queues<District, oneshot::Sender<Place>>;

/// Where requests wait for a place.
#[derive(Debug)]
pub(crate) struct Admission {
    waiters: Mutex<Waiters>,
    patience: Duration,
    metrics: AdmissionMetrics,
}

impl Admission {
    pub(crate) fn new(config: &HttpConfig) -> Arc<Self> {
        Arc::new(Self {
            waiters: Mutex::new(Queues::new(Bounds {
                working: config.max_in_flight,
                waiting: config.max_waiting,
                share: config.max_waiting_per_district,
            })),
            patience: Duration::from_millis(config.longest_wait_ms),
            metrics: AdmissionMetrics::new(),
        })
    }

    /// Waits for a place to work at. Whoever drops this gives up their place in the queue.
    pub(crate) async fn place(self: &Arc<Self>, district: District) -> Result<Place, Refusal> {
        let placed = self.wait(district).await;
        if let Err(refusal) = placed {
            self.metrics.shed(refusal.name());
        }
        placed
    }

    async fn wait(self: &Arc<Self>, district: District) -> Result<Place, Refusal> {
        let (call, turn) = oneshot::channel();
        let entry = self.waiters().enter(district, call);
        let ticket = match entry {
            Entry::Working => return Ok(Place(Some(Arc::clone(self)))),
            Entry::Waiting(ticket) => ticket,
            Entry::OverShare => return Err(Refusal::OverShare),
            Entry::Full => return Err(Refusal::Full),
        };
        let _waiting = Waiting::begin(self, ticket);
        match tokio::time::timeout(self.patience, turn).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(Refusal::Late),
        }
    }

    /// Hands a place to the next who still waits for it.
    fn release(self: &Arc<Self>) {
        loop {
            let next = self.waiters().done();
            let Some(call) = next else { return };
            let place = Place(Some(Arc::clone(self)));
            // whoever was called and has just gone away sends the place back
            let Err(mut returned) = call.send(place) else {
                return;
            };
            returned.0 = None;
        }
    }

    fn waiters(&self) -> MutexGuard<'_, Waiters> {
        self.waiters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place to work at; dropping it hands it on. One that was called for and not fetched is dropped
/// with the call, so no place gets lost between two who work.
#[derive(Debug)]
pub(crate) struct Place(Option<Arc<Admission>>);

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(admission) = self.0.take() {
            admission.release();
        }
    }
}

/// Somebody in a queue; dropping it takes them out.
struct Waiting<'a> {
    admission: &'a Admission,
    ticket: Ticket<District>,
}

impl<'a> Waiting<'a> {
    fn begin(admission: &'a Admission, ticket: Ticket<District>) -> Self {
        admission.metrics.waiting(1);
        Self { admission, ticket }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.admission.metrics.waiting(-1);
        let call = self.admission.waiters().leave(self.ticket);
        drop(call);
    }
}

#[cfg(test)]
mod tests;
