//! Reconciling: observe, plan, perform, say so.

mod calendar;
mod counts;
mod credentials;
mod farewell;
mod metrics;
mod places;
mod queues;
mod quotas;
mod reconcile;
mod rules;
mod work;
mod workflows;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kernel::Clock;
use kube::Client;
use kube::runtime::reflector::Store;
use tokio::time::Instant;

use metrics::Metrics;
pub(crate) use reconcile::{again, reconcile};

use crate::broker::Broker;
use crate::cluster::News;
use crate::config::OperatorConfig;
use crate::crd::District;
use crate::platform::Platform;

/// What reconciling works with.
pub(crate) struct Context {
    pub(crate) cluster: Client,
    pub(crate) platform: Platform,
    pub(crate) broker: Option<Broker>,
    pub(crate) config: OperatorConfig,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) news: News,
    /// All districts as they were last seen.
    pub(crate) districts: Store<District>,
    /// What this replica remembers of districts, by uid; nothing is lost with it.
    memory: Mutex<HashMap<String, Memory>>,
    metrics: Metrics,
}

#[derive(Debug, Clone, Copy, Default)]
struct Memory {
    /// Failures in a row.
    failures: u32,
    /// Generation that was looked at as a whole, and when.
    complete: Option<(i64, Instant)>,
}

impl Context {
    /// Puts the parts together.
    #[must_use]
    pub(crate) fn new(
        (cluster, platform, broker): (Client, Platform, Option<Broker>),
        config: OperatorConfig,
        clock: Arc<dyn Clock>,
        news: News,
        districts: Store<District>,
    ) -> Self {
        Self {
            cluster,
            platform,
            broker,
            config,
            clock,
            news,
            metrics: Metrics::new(districts.clone()),
            districts,
            memory: Mutex::default(),
        }
    }

    pub(crate) fn resync(&self) -> Duration {
        Duration::from_secs(self.config.resync_s)
    }

    fn remember<T>(&self, uid: &str, change: impl FnOnce(&mut Memory) -> T) -> T {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        change(memory.entry(uid.to_owned()).or_default())
    }

    fn forget(&self, uid: &str) {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.remove(uid);
    }

    /// How long until everything about the district is to be looked at again; zero where it is time.
    fn due_in(&self, uid: &str, generation: i64) -> Duration {
        let resync = self.resync();
        self.remember(uid, |memory| match memory.complete {
            Some((seen, at)) if seen == generation => resync.saturating_sub(at.elapsed()),
            _ => Duration::ZERO,
        })
    }
}
