//! Sign-in attempts, counted per name and per source address, in memory.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kernel::Timestamp;

use crate::config::IdentityConfig;
use crate::crypto::sha256;
use crate::domain::Throttle;
use crate::store::phones::PhoneIndex;

/// Names are counted by digest: people type passwords into the wrong field.
type NameDigest = [u8; 32];

/// What is tried, and of whom. Each has its own count: guessing at one does not lock the other.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Proof<'a> {
    /// The password of whoever has this name.
    Password(&'a str),
    /// A code of this account or telephone.
    Code(&'a str),
    /// A secret of 256 random bits. Nobody guesses one, and nobody shall lock its holder out: only the
    /// source is counted.
    Secret,
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
        match self.count_of(proof) {
            Some((throttle, name)) => held(throttle).check(&name, now),
            None => Ok(()),
        }
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
        match self.count_of(proof) {
            Some((throttle, name)) => held(throttle).fail(name, now),
            None => Ok(()),
        }
    }

    /// Forgives the failures of a name whose holder has come.
    pub(crate) fn succeeded(&self, proof: Proof<'_>) {
        if let Some((throttle, name)) = self.count_of(proof) {
            held(throttle).forgive(&name);
        }
    }

    fn count_of(&self, proof: Proof<'_>) -> Option<(&Mutex<Throttle<NameDigest>>, NameDigest)> {
        match proof {
            Proof::Password(name) => Some((&self.names, digest(name))),
            Proof::Code(owner) => Some((&self.codes, digest(owner))),
            Proof::Secret => None,
        }
    }
}

/// Codes that were asked for lately: each costs a message, and each is another chance to guess.
pub(crate) struct Requests {
    phones: Mutex<Throttle<PhoneIndex>>,
    sources: Mutex<Throttle<IpAddr>>,
}

impl Requests {
    pub(crate) fn new(config: &IdentityConfig) -> Self {
        Self {
            phones: Mutex::new(Throttle::new(config.phone_pace())),
            sources: Mutex::new(Throttle::new(config.phone_source_pace())),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// The time to wait, when there were too many; this one is not counted then.
    pub(crate) fn count(
        &self,
        phone: PhoneIndex,
        source: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), Duration> {
        let mut phones = held(&self.phones);
        phones.check(&phone, now)?;
        if let Some(source) = source {
            held(&self.sources).fail(network(source), now)?;
        }
        phones.fail(phone, now)
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn digest(name: &str) -> NameDigest {
    sha256(name.to_lowercase().as_bytes())
}

/// One household or host has a whole /64 of IPv6 addresses.
fn network(source: IpAddr) -> IpAddr {
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use std::net::IpAddr;
    use std::time::Duration;

    use kernel::Timestamp;

    use super::{Attempts, Proof, Requests};
    use crate::config::IdentityConfig;

    fn start() -> Timestamp {
        Timestamp::from_micros(1_795_305_600_000_000).unwrap()
    }

    fn address(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    fn config() -> IdentityConfig {
        IdentityConfig {
            account_failures: 3,
            source_failures: 10,
            source_codes: 5,
            ..IdentityConfig::default()
        }
    }

    #[test]
    fn one_source_that_tries_many_names_is_stopped_and_others_are_not() {
        let attempts = Attempts::new(&config());
        let (attacker, other) = (address("192.0.2.1"), address("192.0.2.2"));
        let tried = (0..50).filter(|number| {
            let name = format!("name-{number}");
            attempts
                .failed(Proof::Password(&name), attacker, start())
                .is_ok()
        });
        assert_eq!(tried.count(), 10);
        let proof = Proof::Password("someone");
        assert!(attempts.check(proof, attacker, start()).is_err());
        assert_eq!(attempts.check(proof, other, start()), Ok(()));
        let later = start().plus(Duration::from_secs(6));
        assert_eq!(attempts.check(proof, attacker, later), Ok(()));
    }

    #[test]
    fn one_name_tried_from_many_sources_is_stopped() {
        let attempts = Attempts::new(&config());
        let tried = (0..50).filter(|number| {
            let source = address(&format!("198.51.100.{number}"));
            attempts
                .failed(Proof::Password("someone"), source, start())
                .is_ok()
        });
        assert_eq!(tried.count(), 3);
        // its codes have a count of their own
        let code = Proof::Code("someone");
        assert_eq!(
            attempts.check(code, address("203.0.113.1"), start()),
            Ok(())
        );
    }

    #[test]
    fn a_household_of_ipv6_is_one_source() {
        let attempts = Attempts::new(&config());
        let tried = (0..50).filter(|number| {
            let source = address(&format!("2001:db8:1:1::{number}"));
            let name = format!("name-{number}");
            attempts
                .failed(Proof::Password(&name), source, start())
                .is_ok()
        });
        assert_eq!(tried.count(), 10);
        let neighbour = address("2001:db8:1:2::1");
        assert_eq!(
            attempts.check(Proof::Password("someone"), neighbour, start()),
            Ok(())
        );
    }

    #[test]
    fn refused_requests_for_codes_cost_the_telephone_nothing() {
        let requests = Requests::new(&config());
        let attacker = address("192.0.2.1");
        for number in 0..5 {
            requests.count([number; 32], attacker, start()).unwrap();
        }
        for _ in 0..50 {
            assert!(requests.count([9; 32], attacker, start()).is_err());
        }
        let owner = address("192.0.2.2");
        for _ in 0..3 {
            assert_eq!(requests.count([9; 32], owner, start()), Ok(()));
        }
        assert!(requests.count([9; 32], owner, start()).is_err());
    }
}
