//! The proof that someone passed the first step of a sign-in: sealed, so that nothing needs to be kept.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{SealError, SealRing};

/// What it is sealed for.
const CONTEXT: &str = "sign-in challenge";

/// Whose sign-in goes on, with which step, until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Challenge {
    pub(crate) account: AccountId,
    /// The account has no second factor yet and gets one now; otherwise a code is wanted.
    pub(crate) enrols: bool,
    pub(crate) ends_at: Timestamp,
    /// Digest of the password's hash that was proved in the first step: another password since then wants a
    /// sign-in of its own. None where no password was asked for.
    pub(crate) password: Option<[u8; 32]>,
}

impl Challenge {
    /// Writes it for the caller.
    pub(crate) fn to_text(self, seals: &SealRing) -> Result<String, SealError> {
        let plain = serde_json::to_vec(&self).map_err(|_| SealError::NotSealed)?;
        Ok(URL_SAFE_NO_PAD.encode(seals.seal(CONTEXT, &plain)?))
    }

    /// Reads it back; `None` when it is not ours or over.
    pub(crate) fn parse(text: &str, seals: &SealRing, now: Timestamp) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let plain = seals.open(CONTEXT, &sealed).ok()?;
        let challenge: Self = serde_json::from_slice(&plain).ok()?;
        (now < challenge.ends_at).then_some(challenge)
    }
}
