//! Sign-in attempts, counted per name and per source address, for all replicas together.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use kernel::Timestamp;
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::Identity;
use crate::domain::{Mobile, Pace};
use crate::store::attempts::{self, AttemptDigest};

/// Worn-off debts that are forgotten in one transaction.
const FORGOTTEN_AT_ONCE: u64 = 500;

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

/// Why an attempt is not made, or its outcome not told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AttemptError {
    #[error("too many failed attempts")]
    TooMany { wait: Duration },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for AttemptError {
    fn fact(&self) -> Fact {
        match self {
            Self::TooMany { wait } => Fact::new(
                Kind::TooMany,
                "too-many-attempts",
                "失败次数过多，请稍后再试",
                "too many failed attempts; try again later",
            )
            .after(seconds(*wait)),
            Self::Store(error) => error.fact(),
        }
    }
}

/// A count, and the pace at which it may grow.
#[derive(Clone, Copy)]
struct Count {
    digest: AttemptDigest,
    pace: Pace,
}

impl Identity {
    /// Says whether an attempt may be made.
    pub(crate) async fn check_attempt(
        &self,
        proof: Proof<'_>,
        source: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), AttemptError> {
        self.owed(&self.counts(proof, source), now).await?;
        Ok(())
    }

    /// Counts a failure: at the source first, which costs the holder of a name nothing where it is
    /// refused there. An error means that the failure must not even be told.
    pub(crate) async fn count_failure(
        &self,
        proof: Proof<'_>,
        source: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), AttemptError> {
        self.count(&self.counts(proof, source), now).await
    }

    /// Says whether a success may be told: guesses made at the same time may have used up what is
    /// allowed. It forgives the failures at the name whose holder has come.
    pub(crate) async fn settle_success(
        &self,
        proof: Proof<'_>,
        source: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), AttemptError> {
        let counts = self.counts(proof, source);
        let owed = self.owed(&counts, now).await?;
        let Some(name) = self.name_count(proof) else {
            return Ok(());
        };
        if owed.contains(&name.digest) {
            let forgive = self.db.maintain("attempt.forgive", async |tx| {
                attempts::forgive(&tx, &name.digest).await
            });
            forgive.await?;
        }
        Ok(())
    }

    /// Counts a request for a code: each costs a message, and each is another chance to guess. One that
    /// is refused is not counted anywhere.
    pub(crate) async fn count_code_request(
        &self,
        phone: &Mobile,
        source: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), AttemptError> {
        let mut counts = Vec::with_capacity(2);
        if let Some(source) = source {
            counts.push(Count {
                digest: self.source_digest("code requests of a source", source),
                pace: self.config.phone_source_pace(),
            });
        }
        counts.push(Count {
            digest: self
                .seals
                .index("code requests of a telephone", phone.reveal()),
            pace: self.config.phone_pace(),
        });
        self.owed(&counts, now).await?;
        self.count(&counts, now).await
    }

    /// Forgets debts that have worn off; returns how many.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn forget_attempts(&self) -> Result<u64, StoreError> {
        let now = self.clock.now();
        let mut forgotten = 0;
        loop {
            let step = self.db.maintain("attempt.forget", async |tx| {
                attempts::forget_clear(&tx, now, FORGOTTEN_AT_ONCE).await
            });
            let gone = step.await?;
            forgotten += gone;
            if gone < FORGOTTEN_AT_ONCE {
                return Ok(forgotten);
            }
        }
    }

    /// Digests of those that have debts.
    async fn owed(
        &self,
        counts: &[Count],
        now: Timestamp,
    ) -> Result<Vec<AttemptDigest>, AttemptError> {
        let digests: Vec<_> = counts.iter().map(|count| count.digest).collect();
        let debts = attempts::list(self.db.reader(), &digests).await?;
        for (digest, clear_at) in &debts {
            let mut paces = counts.iter().filter(|count| count.digest == *digest);
            if let Some(count) = paces.next() {
                let checked = count.pace.check(Some(*clear_at), now);
                checked.map_err(|wait| AttemptError::TooMany { wait })?;
            }
        }
        Ok(debts.into_iter().map(|(digest, _)| digest).collect())
    }

    async fn count(&self, counts: &[Count], now: Timestamp) -> Result<(), AttemptError> {
        let full = self.db.maintain("attempt.count", async |tx| {
            for count in counts {
                if !attempts::count(&tx, &count.digest, count.pace, now).await? {
                    return Ok::<_, StoreError>(Some(count.pace));
                }
            }
            Ok(None)
        });
        match full.await? {
            None => Ok(()),
            Some(pace) => Err(AttemptError::TooMany {
                wait: pace.recovery,
            }),
        }
    }

    fn counts(&self, proof: Proof<'_>, source: Option<IpAddr>) -> Vec<Count> {
        let source = source.map(|source| Count {
            digest: self.source_digest("attempts of a source", source),
            pace: self.config.source_pace(),
        });
        source.into_iter().chain(self.name_count(proof)).collect()
    }

    /// Names are counted by digest: people type passwords into the wrong field.
    fn name_count(&self, proof: Proof<'_>) -> Option<Count> {
        match proof {
            Proof::Password(name) => Some(Count {
                digest: self.seals.index("attempts at a name", &name.to_lowercase()),
                pace: self.config.account_pace(),
            }),
            Proof::Code(owner) => Some(Count {
                digest: self.seals.index("attempts at codes", owner),
                pace: self.config.code_pace(),
            }),
            Proof::Secret => None,
        }
    }

    fn source_digest(&self, purpose: &str, source: IpAddr) -> AttemptDigest {
        self.seals.index(purpose, &network(source).to_string())
    }
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
