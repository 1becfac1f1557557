//! Settings of the `identity` section.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chassis::StartError;
use serde::{Deserialize, Serialize};

use crate::crypto::{KeyFileError, SealRing};
use crate::domain::Pace;

const DAY: u64 = 24 * 3600;

/// Settings of the `identity` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentityConfig {
    /// Longest life of a session, in days.
    pub session_days: u64,
    /// Life of a session that is not refreshed, in days.
    pub session_idle_days: u64,
    /// Failed sign-ins of one account before it has to wait.
    pub account_failures: u32,
    /// Seconds after which one failure of an account is forgiven.
    pub account_recovery_s: u64,
    /// Failed sign-ins from one source address before it has to wait.
    pub source_failures: u32,
    /// Seconds after which one failure of a source address is forgiven.
    pub source_recovery_s: u64,
    /// Days for which a grant of staff is certified.
    pub certification_days: u64,
    /// Days before the end of a certification on which somebody is reminded.
    pub reminder_days: u64,
    /// Days in which a request about one's own data is answered.
    pub privacy_days: u64,
    /// File of the keys that seal secrets in the database; without it one is kept in the data folder.
    pub sealing_keys: Option<PathBuf>,
}

impl Default for IdentityConfig {
    fn default() -> Self {
        Self {
            session_days: 30,
            session_idle_days: 7,
            account_failures: 5,
            account_recovery_s: 30,
            source_failures: 100,
            source_recovery_s: 6,
            certification_days: 365,
            reminder_days: 30,
            privacy_days: 15,
            sealing_keys: None,
        }
    }
}

impl IdentityConfig {
    pub(crate) fn validate(&self) -> Result<(), StartError> {
        let values = [
            ("session_days", self.session_days, 365),
            ("session_idle_days", self.session_idle_days, 365),
            ("account_failures", self.account_failures.into(), 1_000),
            ("account_recovery_s", self.account_recovery_s, DAY),
            ("source_failures", self.source_failures.into(), 1_000_000),
            ("source_recovery_s", self.source_recovery_s, DAY),
            ("certification_days", self.certification_days, 3_660),
            ("reminder_days", self.reminder_days, 365),
            ("privacy_days", self.privacy_days, 365),
        ];
        for (key, value, most) in values {
            if !(1..=most).contains(&value) {
                let reason = format!("identity.{key} must be from 1 to {most}");
                return Err(StartError::Other(reason));
            }
        }
        Ok(())
    }

    /// Opens the ring of sealing keys. A file that the configuration names must be there: replicas
    /// that each made their own could not read one another's secrets.
    pub(crate) fn seal_ring(&self, folder: &Path) -> Result<SealRing, KeyFileError> {
        match &self.sealing_keys {
            Some(named) => SealRing::load(named),
            None => SealRing::load_or_create(&self.seal_file(folder)),
        }
    }

    /// Where the sealing keys are.
    pub(crate) fn seal_file(&self, folder: &Path) -> PathBuf {
        let named = self.sealing_keys.clone();
        named.unwrap_or_else(|| folder.join("sealing.keys"))
    }

    pub(crate) fn session_life(&self) -> Duration {
        Duration::from_secs(self.session_days * DAY)
    }

    pub(crate) fn session_idle(&self) -> Duration {
        Duration::from_secs(self.session_idle_days * DAY)
    }

    pub(crate) fn account_pace(&self) -> Pace {
        Pace {
            burst: self.account_failures,
            recovery: Duration::from_secs(self.account_recovery_s),
        }
    }

    pub(crate) fn source_pace(&self) -> Pace {
        Pace {
            burst: self.source_failures,
            recovery: Duration::from_secs(self.source_recovery_s),
        }
    }

    pub(crate) fn certification(&self) -> Duration {
        Duration::from_secs(self.certification_days * DAY)
    }

    pub(crate) fn privacy_answer(&self) -> Duration {
        Duration::from_secs(self.privacy_days * DAY)
    }

    pub(crate) fn reminder(&self) -> Duration {
        Duration::from_secs(self.reminder_days * DAY)
    }
}
