//! What the fuzz target runs, and the test over its corpus: any bytes at all, and no panic.

use crate::crypto::{RefreshToken, answers_challenge, is_challenge};

/// A text that somebody sends as a refresh token, a verifier or a challenge.
///
/// # Panics
/// A token is read otherwise than it is written.
pub fn opaque_token(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(token) = RefreshToken::parse(&text) {
        assert!(token.to_text() == text, "one token, one text");
        let sealed = token.seal(&token);
        assert!(token.open(&sealed) == token, "what is sealed opens");
    }
    let (verifier, challenge) = text.split_once(' ').unwrap_or((&text, &text));
    if answers_challenge(verifier, challenge) {
        assert!(is_challenge(challenge), "{challenge} was answered");
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn the_corpus_of_opaque_tokens_is_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let files = std::fs::read_dir(folder.join("../../tests/fuzz/corpus/opaque_token"));
        let mut ran = 0;
        for file in files.into_iter().flatten().flatten() {
            let bytes = std::fs::read(file.path());
            assert!(bytes.is_ok(), "{}", file.path().display());
            super::opaque_token(&bytes.unwrap_or_default());
            ran += 1;
        }
        assert!(ran > 4, "the corpus has {ran} files");
    }
}
