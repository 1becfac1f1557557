//! Settings of the `identity` section.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chassis::StartError;
use kernel::Role;
use serde::{Deserialize, Serialize};

use crate::crypto::{Cipher, KeyFileError, SealRing};
use crate::domain::{Pace, SecondFactorPolicy};
use crate::sender::PhoneConfig;

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
    /// Wrong codes of one account or telephone before it has to wait.
    pub code_failures: u32,
    /// Seconds after which one wrong code is forgiven.
    pub code_recovery_s: u64,
    /// Who must have a second factor.
    pub second_factor: SecondFactorConfig,
    /// Days for which a signing key signs.
    pub key_rotation_days: u64,
    /// Codes in a row that one telephone may be sent.
    pub phone_codes: u32,
    /// Seconds after which one more may be sent to it.
    pub phone_codes_recovery_s: u64,
    /// Codes in a row that one source address may ask for.
    pub source_codes: u32,
    /// Seconds after which it may ask for one more.
    pub source_codes_recovery_s: u64,
    /// Who sends codes to telephones.
    pub phone: PhoneConfig,
    /// Address of the installation, `https://…`, as applications write it; without it, as each caller does.
    pub public_url: Option<String>,
    /// Days for which a grant of staff is certified.
    pub certification_days: u64,
    /// Days before the end of a certification on which somebody is reminded.
    pub reminder_days: u64,
    /// Days in which a request about one's own data is answered.
    pub privacy_days: u64,
    /// How contacts are kept.
    pub contacts: ContactsConfig,
    /// File of the keys that seal secrets in the database; without it one is kept in the data folder.
    pub sealing_keys: Option<PathBuf>,
}

/// Settings of the `identity.second_factor` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecondFactorConfig {
    /// Roles that nobody holds without one.
    pub required_roles: Vec<Role>,
    /// Days from the grant of such a role in which it may still be put off; 0 for none.
    pub grace_days: u64,
}

/// Settings of the `identity.contacts` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ContactsConfig {
    /// Cipher that seals them; what another one sealed opens as before.
    pub cipher: Cipher,
    /// Days for which a contact that staff took in stays after its last use.
    pub days: u64,
}

impl Default for ContactsConfig {
    fn default() -> Self {
        Self {
            cipher: Cipher::default(),
            days: 1_095,
        }
    }
}

impl Default for SecondFactorConfig {
    fn default() -> Self {
        Self {
            required_roles: vec![
                Role::DistrictOperator,
                Role::PlatformOperator,
                Role::SystemAdmin,
                Role::SecurityAdmin,
                Role::AuditAdmin,
            ],
            grace_days: 14,
        }
    }
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
            code_failures: 5,
            code_recovery_s: 300,
            second_factor: SecondFactorConfig::default(),
            key_rotation_days: 30,
            phone_codes: 3,
            phone_codes_recovery_s: 300,
            source_codes: 30,
            source_codes_recovery_s: 60,
            phone: PhoneConfig::default(),
            public_url: None,
            certification_days: 365,
            reminder_days: 30,
            privacy_days: 15,
            contacts: ContactsConfig::default(),
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
            ("key_rotation_days", self.key_rotation_days, 365),
            ("phone_codes", self.phone_codes.into(), 1_000),
            ("phone_codes_recovery_s", self.phone_codes_recovery_s, DAY),
            ("source_codes", self.source_codes.into(), 1_000_000),
            ("source_codes_recovery_s", self.source_codes_recovery_s, DAY),
            ("code_failures", self.code_failures.into(), 1_000),
            ("code_recovery_s", self.code_recovery_s, DAY),
            ("certification_days", self.certification_days, 3_660),
            ("reminder_days", self.reminder_days, 365),
            ("privacy_days", self.privacy_days, 365),
            ("contacts.days", self.contacts.days, 36_500),
        ];
        for (key, value, most) in values {
            if !(1..=most).contains(&value) {
                let reason = format!("identity.{key} must be from 1 to {most}");
                return Err(StartError::Other(reason));
            }
        }
        let web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
        if !self.public_url.as_ref().is_none_or(web) {
            let reason = "identity.public_url must be an http or https address";
            return Err(StartError::Other(reason.to_owned()));
        }
        if self.second_factor.grace_days > 365 {
            let reason = "identity.second_factor.grace_days must be at most 365";
            return Err(StartError::Other(reason.to_owned()));
        }
        Ok(())
    }

    pub(crate) fn second_factor_policy(&self) -> SecondFactorPolicy {
        SecondFactorPolicy {
            required_roles: self.second_factor.required_roles.clone(),
            grace: Duration::from_secs(self.second_factor.grace_days * DAY),
        }
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

    pub(crate) fn key_rotation(&self) -> Duration {
        Duration::from_secs(self.key_rotation_days * DAY)
    }

    pub(crate) fn phone_pace(&self) -> Pace {
        Pace {
            burst: self.phone_codes,
            recovery: Duration::from_secs(self.phone_codes_recovery_s),
        }
    }

    pub(crate) fn phone_source_pace(&self) -> Pace {
        Pace {
            burst: self.source_codes,
            recovery: Duration::from_secs(self.source_codes_recovery_s),
        }
    }

    pub(crate) fn code_pace(&self) -> Pace {
        Pace {
            burst: self.code_failures,
            recovery: Duration::from_secs(self.code_recovery_s),
        }
    }

    pub(crate) fn certification(&self) -> Duration {
        Duration::from_secs(self.certification_days * DAY)
    }

    pub(crate) fn privacy_answer(&self) -> Duration {
        Duration::from_secs(self.privacy_days * DAY)
    }

    pub(crate) fn contact_life(&self) -> Duration {
        Duration::from_secs(self.contacts.days * DAY)
    }

    pub(crate) fn reminder(&self) -> Duration {
        Duration::from_secs(self.reminder_days * DAY)
    }
}
