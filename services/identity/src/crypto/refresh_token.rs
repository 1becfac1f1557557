//! Refresh tokens: the session's id and 256 random bits; the store gets a digest only.

use aws_lc_rs::{hmac, rand};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{SessionId, TypedId};
use problem::{Category, Fact};
use uuid::Uuid;

use super::sha256;

/// Bytes of the session's id, before the secret.
const ID_LENGTH: usize = 16;
/// Bytes of the secret.
const SECRET_LENGTH: usize = 32;
/// What the pad that hides a successor is derived for.
const SUCCESSOR: &[u8] = b"linli refresh token successor";

/// The system gave no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no random bytes from the system")]
pub(crate) struct RandomError;

impl Category for RandomError {
    fn fact(&self) -> Fact {
        Fact::internal()
    }
}

/// A refresh token.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RefreshToken {
    pub(crate) session: SessionId,
    secret: [u8; SECRET_LENGTH],
}

impl RefreshToken {
    /// Makes a new token of a session.
    pub(crate) fn generate(session: SessionId) -> Result<Self, RandomError> {
        let mut secret = [0; SECRET_LENGTH];
        rand::fill(&mut secret).map_err(|_| RandomError)?;
        Ok(Self { session, secret })
    }

    /// Reads a token; `None` when the text cannot be one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (id, secret) = bytes.split_at_checked(ID_LENGTH)?;
        Some(Self {
            session: SessionId::from_uuid(Uuid::from_slice(id).ok()?),
            secret: secret.try_into().ok()?,
        })
    }

    /// Writes the token for its holder.
    pub(crate) fn to_text(&self) -> String {
        let mut bytes = self.session.uuid().as_bytes().to_vec();
        bytes.extend_from_slice(&self.secret);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Returns what the store keeps.
    pub(crate) fn digest(&self) -> [u8; 32] {
        sha256(&self.secret)
    }

    /// Hides the successor so that only the holder of this token can read it.
    pub(crate) fn seal(&self, successor: &Self) -> [u8; SECRET_LENGTH] {
        self.pad(&successor.secret)
    }

    /// Reads the hidden successor.
    pub(crate) fn open(&self, sealed: &[u8; SECRET_LENGTH]) -> Self {
        Self {
            session: self.session,
            secret: self.pad(sealed),
        }
    }

    /// One-time pad: every secret is random and has one successor only.
    fn pad(&self, text: &[u8; SECRET_LENGTH]) -> [u8; SECRET_LENGTH] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.secret);
        let pad = hmac::sign(&key, SUCCESSOR);
        let mut padded = *text;
        for (byte, mask) in padded.iter_mut().zip(pad.as_ref()) {
            *byte ^= mask;
        }
        padded
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::{IdSourceExt, SystemIds};

    use super::RefreshToken;

    #[test]
    fn a_token_survives_its_text_and_opens_its_successor() {
        let session = SystemIds::new().next();
        let first = RefreshToken::generate(session).unwrap();
        let next = RefreshToken::generate(session).unwrap();
        let read = RefreshToken::parse(&first.to_text()).unwrap();
        assert!(read == first);
        let sealed = first.seal(&next);
        assert!(read.open(&sealed) == next);
        assert!(next.open(&sealed) != next);
        assert!(sealed != next.digest());
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let token = RefreshToken::generate(SystemIds::new().next())
            .unwrap()
            .to_text();
        for text in [
            "",
            "x",
            "é",
            &"A".repeat(10),
            &format!("{token}AA"),
            &"A".repeat(9_999),
        ] {
            assert!(RefreshToken::parse(text).is_none(), "{text}");
        }
    }
}
