use std::time::Duration;

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use k8s_openapi::jiff;
use kernel::Timestamp;
use kube::api::PostParams;
use kube::{Api, Client};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::config::LeaseConfig;
use crate::domain::lease::{Record, Step, decide};

/// Why a lease was not read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LeaseError {
    /// Somebody else wrote it at the same time.
    #[error("somebody else was first")]
    Lost,
    /// The cluster does not answer.
    #[error("the cluster did not answer")]
    Cluster(#[source] kube::Error),
}

impl From<kube::Error> for LeaseError {
    fn from(error: kube::Error) -> Self {
        match &error {
            kube::Error::Api(status) if status.code == 409 => Self::Lost,
            _ => Self::Cluster(error),
        }
    }
}

/// One of several replicas, of which one works: the one that holds the Lease.
pub(crate) struct Elector {
    api: Api<Lease>,
    name: String,
    identity: String,
    duration: Duration,
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    /// Version of the lease that was seen last, and since when.
    seen: Option<(String, Instant)>,
}

impl Elector {
    /// Makes a candidate that is nowhere yet; `now` tells the time that others may read.
    pub(crate) fn new(
        client: Client,
        config: &LeaseConfig,
        identity: &str,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        Self {
            api: Api::namespaced(client, &config.namespace),
            name: config.name.clone(),
            identity: identity.to_owned(),
            duration: Duration::from_secs(config.duration_s.into()),
            now: Box::new(now),
            seen: None,
        }
    }

    /// Waits for the lease, works while it is held, and begins again when it was lost, until `stop`.
    ///
    /// `work` is given a token that is cancelled when it has to end: then another replica may begin.
    pub(crate) async fn lead<F: Future<Output = ()>>(
        mut self,
        stop: CancellationToken,
        mut work: impl FnMut(CancellationToken) -> F,
    ) {
        let pause = self.duration / 3;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.wait_for_turn(pause) => {}
            }
            tracing::info!(lease.identity = self.identity, "leading");
            let term = stop.child_token();
            let mut working = Box::pin(work(term.clone()));
            let ended = tokio::select! {
                () = &mut working => true,
                () = self.keep(pause) => {
                    tracing::warn!("the lease was lost");
                    false
                }
                () = stop.cancelled() => false,
            };
            term.cancel();
            // less than what is left of the lease: every step is safe to repeat, two at once is what must not be
            let grace = self.duration / 6;
            if !ended && timeout(grace, &mut working).await.is_err() {
                tracing::warn!("work was broken off");
            }
            drop(working);
            if stop.is_cancelled() {
                self.give_back().await;
                return;
            }
        }
    }

    async fn wait_for_turn(&mut self, pause: Duration) {
        loop {
            match self.try_hold().await {
                Ok(true) => return,
                Ok(false) | Err(LeaseError::Lost) => {}
                Err(error) => tracing::warn!(error = chain(&error), "lease was not read"),
            }
            sleep(pause).await;
        }
    }

    /// Returns when the lease is no longer surely held: somebody else has it, or it could not be renewed for two
    /// thirds of its duration, so that work ends before another replica may begin.
    async fn keep(&mut self, pause: Duration) {
        let mut until = Instant::now() + self.duration * 2 / 3;
        loop {
            sleep(pause.min(until.saturating_duration_since(Instant::now()))).await;
            let left = until.saturating_duration_since(Instant::now());
            match timeout(left, self.try_hold()).await {
                Ok(Ok(true)) => until = Instant::now() + self.duration * 2 / 3,
                Ok(Err(error)) => tracing::warn!(error = chain(&error), "lease was not renewed"),
                Ok(Ok(false)) | Err(_) => return,
            }
        }
    }

    /// Takes or renews the lease, where that may be; says whether it is held.
    ///
    /// # Errors
    /// The cluster does not answer, or somebody else was first.
    pub(crate) async fn try_hold(&mut self) -> Result<bool, LeaseError> {
        let found = self.api.get_opt(&self.name).await?;
        let record = found.as_ref().map(|lease| self.record(lease));
        let unchanged = self.unchanged_for(record.as_ref());
        let written = match (decide(&self.identity, record.as_ref(), unchanged), found) {
            (Step::Wait, _) => return Ok(false),
            (Step::Renew, Some(mut lease)) => {
                let spec = lease.spec.get_or_insert_default();
                spec.renew_time = Some(self.time());
                spec.lease_duration_seconds = Some(self.seconds());
                self.replace(&lease).await?
            }
            (Step::Take, Some(mut lease)) => {
                let spec = lease.spec.get_or_insert_default();
                let before = spec.lease_transitions.unwrap_or_default();
                *spec = self.taken(before.saturating_add(1));
                self.replace(&lease).await?
            }
            (Step::Create | Step::Renew | Step::Take, _) => {
                let lease = Lease {
                    metadata: ObjectMeta {
                        name: Some(self.name.clone()),
                        ..ObjectMeta::default()
                    },
                    spec: Some(self.taken(0)),
                };
                self.api.create(&PostParams::default(), &lease).await?
            }
        };
        let record = self.record(&written);
        self.unchanged_for(Some(&record));
        Ok(true)
    }

    async fn replace(&self, lease: &Lease) -> Result<Lease, kube::Error> {
        // its resourceVersion goes along: a lease that changed meanwhile is not overwritten
        self.api
            .replace(&self.name, &PostParams::default(), lease)
            .await
    }

    /// Lets another replica begin at once.
    async fn give_back(&self) {
        let given = async {
            let Some(mut lease) = self.api.get_opt(&self.name).await? else {
                return Ok(());
            };
            let spec = lease.spec.get_or_insert_default();
            if spec.holder_identity.as_deref() == Some(self.identity.as_str()) {
                spec.holder_identity = None;
                self.replace(&lease).await?;
            }
            Ok::<_, LeaseError>(())
        };
        match timeout(self.duration / 3, given).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error = chain(&error), "lease was not given back"),
            Err(_) => tracing::warn!("lease was not given back in time"),
        }
    }

    /// Notes which version was seen, and says for how long.
    fn unchanged_for(&mut self, record: Option<&Record>) -> Duration {
        let Some(record) = record else {
            self.seen = None;
            return Duration::ZERO;
        };
        match &self.seen {
            Some((version, since)) if *version == record.version => since.elapsed(),
            _ => {
                self.seen = Some((record.version.clone(), Instant::now()));
                Duration::ZERO
            }
        }
    }

    fn record(&self, lease: &Lease) -> Record {
        let spec = lease.spec.as_ref();
        let seconds = spec.and_then(|spec| spec.lease_duration_seconds);
        let seconds = seconds.and_then(|seconds| u64::try_from(seconds).ok());
        Record {
            holder: spec.and_then(|spec| spec.holder_identity.clone()),
            duration: seconds.map_or(self.duration, Duration::from_secs),
            version: lease.metadata.resource_version.clone().unwrap_or_default(),
        }
    }

    fn taken(&self, transitions: i32) -> LeaseSpec {
        LeaseSpec {
            holder_identity: Some(self.identity.clone()),
            lease_duration_seconds: Some(self.seconds()),
            acquire_time: Some(self.time()),
            renew_time: Some(self.time()),
            lease_transitions: Some(transitions),
            ..LeaseSpec::default()
        }
    }

    fn seconds(&self) -> i32 {
        i32::try_from(self.duration.as_secs()).unwrap_or(i32::MAX)
    }

    fn time(&self) -> MicroTime {
        let micros = (self.now)().micros();
        MicroTime(jiff::Timestamp::from_microsecond(micros).unwrap_or_default())
    }
}

/// The error with everything below it.
fn chain(error: &LeaseError) -> String {
    use std::error::Error as _;

    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(error) = below {
        text.push_str(": ");
        text.push_str(&error.to_string());
        below = error.source();
    }
    text
}
