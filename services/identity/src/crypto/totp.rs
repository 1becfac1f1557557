//! One-time codes that an authenticator app shows (RFC 6238): HMAC-SHA-1, six digits, thirty seconds.

use aws_lc_rs::{hmac, rand};
use kernel::Timestamp;

use super::{RandomError, equal};

/// Bytes of a secret: as many as the digest has (RFC 4226, section 4).
const SECRET_LENGTH: usize = 20;
/// Seconds for which one code stands.
const STEP: i64 = 30;
/// Steps by which the clocks of server and telephone may differ, either way.
const SKEW: i64 = 1;
/// Letters of base32 (RFC 4648).
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What server and telephone share.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct TotpSecret([u8; SECRET_LENGTH]);

impl TotpSecret {
    /// Makes a secret.
    pub(crate) fn generate() -> Result<Self, RandomError> {
        let mut secret = [0; SECRET_LENGTH];
        rand::fill(&mut secret).map_err(|_| RandomError)?;
        Ok(Self(secret))
    }

    /// Reads a secret that was stored; `None` when it is none.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Returns the bytes, to be sealed.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Writes the secret for an app, in base32.
    pub(crate) fn to_text(&self) -> String {
        let (fives, _) = self.0.as_chunks::<5>();
        let mut text = String::with_capacity(SECRET_LENGTH / 5 * 8);
        for five in fives {
            let bits = five
                .iter()
                .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            for place in (0..8).rev() {
                let letter = usize::try_from(bits >> (place * 5) & 31).unwrap_or_default();
                text.push(char::from(BASE32.get(letter).copied().unwrap_or(b'A')));
            }
        }
        text
    }

    /// Returns the step at which the app shows this code, around `now`; `None` when at none.
    pub(crate) fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let current = now.seconds().div_euclid(STEP);
        let mut found = None;
        // all of them, whichever fits: time tells nothing
        for step in current - SKEW..=current + SKEW {
            let shown = self.code(step);
            if equal(shown.as_bytes(), code.as_bytes()) {
                found = Some(step);
            }
        }
        found
    }

    /// The code of a step (RFC 4226, section 5.3).
    fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let digest = tag.as_ref();
        let offset = digest.last().map_or(0, |last| usize::from(last & 15));
        let four = digest.get(offset..).and_then(<[u8]>::first_chunk::<4>);
        let number = four.map_or(0, |four| u32::from_be_bytes(*four) & 0x7fff_ffff);
        format!("{:06}", number % 1_000_000)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::Timestamp;

    use super::TotpSecret;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six of eight digits
        let secret = TotpSecret::from_bytes(b"12345678901234567890").unwrap();
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.step_of(code, at(seconds)), Some(seconds / 30));
        }
        // RFC 4648 of the same bytes
        assert_eq!(secret.to_text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn a_code_stands_one_step_early_and_late_and_no_longer() {
        let secret = TotpSecret::generate().unwrap();
        let code = secret.code(100);
        for (seconds, fits) in [
            (2_969, false),
            (2_970, true),
            (3_000, true),
            (3_059, true),
            (3_060, false),
        ] {
            assert_eq!(
                secret.step_of(&code, at(seconds)).is_some(),
                fits,
                "{seconds}"
            );
        }
    }

    #[test]
    fn what_is_no_code_fits_nothing() {
        let secret = TotpSecret::generate().unwrap();
        for text in ["", "12345", "1234567", "abcdef", "１２３４５６"] {
            assert_eq!(secret.step_of(text, at(3_000)), None, "{text}");
        }
        assert!(TotpSecret::from_bytes(b"short").is_none());
    }
}
