//! Secrets without content: codes and secrets of applications. The store gets a digest only.

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{RandomError, equal, sha256};

/// Makes 256 random bits, base64url: 43 characters.
pub(crate) fn generate_opaque() -> Result<String, RandomError> {
    let mut secret = [0; 32];
    rand::fill(&mut secret).map_err(|_| RandomError)?;
    Ok(URL_SAFE_NO_PAD.encode(secret))
}

/// Says whether the verifier is the one of which the challenge was made (RFC 7636, S256).
pub(crate) fn answers_challenge(verifier: &str, challenge: &str) -> bool {
    let made = URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()));
    (43..=128).contains(&verifier.len()) && equal(made.as_bytes(), challenge.as_bytes())
}

/// Says whether a text can be a challenge of the method S256.
pub(crate) fn is_challenge(text: &str) -> bool {
    text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use super::{answers_challenge, generate_opaque, is_challenge};

    #[test]
    fn a_verifier_answers_its_own_challenge_only() {
        // RFC 7636, appendix B
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(answers_challenge(verifier, challenge) && is_challenge(challenge));
        let other = generate_opaque().unwrap();
        assert!(!answers_challenge(&other, challenge));
        assert!(!answers_challenge("short", challenge));
        for text in ["", "plain", &"é".repeat(43), &"A".repeat(44)] {
            assert!(!is_challenge(text), "{text}");
        }
    }
}
