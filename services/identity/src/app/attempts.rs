//! Sign-in attempts, counted per name and per source address, in memory.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kernel::Timestamp;

use crate::config::IdentityConfig;
use crate::crypto::sha256;
use crate::domain::Throttle;

/// Names are counted by digest: people type passwords into the wrong field.
type NameDigest = [u8; 32];

/// What is tried, and of whom. Each has its own count: guessing at one does not lock the other.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Proof<'a> {
    /// The password of whoever has this name.
    Password(&'a str),
    /// A code of this account, telephone or client.
    Code(&'a str),
}

/// What failed lately.
pub(crate) struct Attempts {
    names: Mutex<Throttle<NameDigest>>,
    codes: Mutex<Throttle<NameDigest>>,
    sources: Mutex<Throttle<IpAddr>>,
}

impl Attempts {
    pub(crate) fn new(config: &IdentityConfig) -> Self {
        Self {
            names: Mutex::new(Throttle::new(config.account_pace())),
            codes: Mutex::new(Throttle::new(config.code_pace())),
            sources: Mutex::new(Throttle::new(config.source_pace())),
        }
    }

    /// Says whether an attempt may be made, or its success be told.
    ///
    /// # Errors
    /// The time to wait.
    pub(crate) fn check(
        &self,
        proof: Proof<'_>,
        source: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), Duration> {
        if let Some(source) = source {
            held(&self.sources).check(&network(source), now)?;
        }
        let (throttle, name) = self.count_of(proof);
        held(throttle).check(&name, now)
    }

    /// Counts a failure.
    ///
    /// # Errors
    /// The time to wait, when the failure must not even be told.
    pub(crate) fn failed(
        &self,
        proof: Proof<'_>,
        source: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), Duration> {
        if let Some(source) = source {
            held(&self.sources).fail(network(source), now)?;
        }
        let (throttle, name) = self.count_of(proof);
        held(throttle).fail(name, now)
    }

    /// Forgives the failures of a name whose holder has come.
    pub(crate) fn succeeded(&self, proof: Proof<'_>) {
        let (throttle, name) = self.count_of(proof);
        held(throttle).forgive(&name);
    }

    fn count_of(&self, proof: Proof<'_>) -> (&Mutex<Throttle<NameDigest>>, NameDigest) {
        match proof {
            Proof::Password(name) => (&self.names, digest(name)),
            Proof::Code(owner) => (&self.codes, digest(owner)),
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn digest(name: &str) -> NameDigest {
    sha256(name.to_lowercase().as_bytes())
}

/// One household or host has a whole /64 of IPv6 addresses.
pub(crate) fn network(source: IpAddr) -> IpAddr {
    match source {
        IpAddr::V4(_) => source,
        IpAddr::V6(address) => {
            let bits = address.to_bits() & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from_bits(bits))
        }
    }
}

/// Whole seconds to wait, at least one.
pub(crate) fn seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_secs().saturating_add(1)).unwrap_or(u32::MAX)
}
