//! A certificate of service (志愿服务记录证明, S37): what was served, who says so, until when it is good. It names no
//! person: whoever holds it shows it, and its number proves it.

use aws_lc_rs::rand;
use jiff::civil::Date;
use kernel::{AccountId, CertificateId, OrgPath, Timestamp, Version, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Days for which a certificate is good.
pub(crate) const GOOD_DAYS: u32 = 365;
/// Letters and digits of a number: none that is taken for another.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many of them: nobody finds a number by trying.
const LENGTH: usize = 20;

named! {
    /// Whether a certificate is good (证明状态).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum CertificateState {
        /// 有效
        Valid = "valid",
        /// 已更正，另有新证明
        Corrected = "corrected",
        /// 已撤销
        Revoked = "revoked",
    }
}

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Certificate {
    pub(crate) id: CertificateId,
    pub(crate) number: String,
    pub(crate) volunteer: AccountId,
    pub(crate) volunteer_number: String,
    /// Organisation that issues it.
    pub(crate) issuer: OrgPath,
    pub(crate) issued_by: AccountId,
    /// Days of the service, both included.
    pub(crate) from: Date,
    pub(crate) until: Date,
    /// Kind, times and minutes.
    pub(crate) service: Vec<(String, u32, u64)>,
    pub(crate) good_until: Timestamp,
    /// Why it was corrected or revoked.
    pub(crate) reason: Option<String>,
    /// The one that took its place.
    pub(crate) replaced_by: Option<String>,
    pub(crate) state: CertificateState,
    pub(crate) version: Version,
    pub(crate) issued_at: Timestamp,
}

impl Certificate {
    /// Minutes of all kinds.
    pub(crate) fn minutes(&self) -> u64 {
        self.service.iter().map(|(_, _, minutes)| minutes).sum()
    }

    /// Says whether it is good now.
    pub(crate) fn is_good(&self, now: Timestamp) -> bool {
        self.state == CertificateState::Valid && now < self.good_until
    }

    /// Ends it; nothing is deleted. Says whether it was good before.
    pub(crate) fn end(
        &mut self,
        state: CertificateState,
        reason: String,
        replaced_by: Option<String>,
    ) -> bool {
        if self.state != CertificateState::Valid {
            return false;
        }
        self.state = state;
        self.reason = Some(reason);
        self.replaced_by = replaced_by;
        self.version = self.version.next();
        true
    }
}

/// Makes a number that nobody guesses; nothing where the system gives no random bytes.
pub(crate) fn new_number() -> Option<String> {
    let mut bytes = [0_u8; LENGTH];
    rand::fill(&mut bytes).ok()?;
    let letter = |byte: u8| {
        ALPHABET
            .get(usize::from(byte % 32))
            .copied()
            .map(char::from)
    };
    bytes.into_iter().map(letter).collect()
}
