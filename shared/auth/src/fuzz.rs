//! What the fuzz target runs, and the test over its corpus: any bytes at all, and no panic.

use kernel::Timestamp;

use crate::{KeyRing, TokenClaims, ed25519_jwk};

/// A text that somebody sends as an access token.
///
/// # Panics
/// A token that nobody signed is taken for one of ours.
pub fn access_token(bytes: &[u8]) {
    // the public key of RFC 8032, section 7.1, test 1: its private half signs nothing here
    const PUBLIC: [u8; 32] = [
        0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07,
        0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07,
        0x51, 0x1a,
    ];
    let keys = KeyRing::new();
    let known = ed25519_jwk(&PUBLIC).and_then(|mut jwk| {
        jwk.common.key_id = Some("k".to_owned());
        keys.insert(&jwk)
    });
    assert!(known.is_ok(), "the key is a key");
    let text = String::from_utf8_lossy(bytes);
    let verified = keys.verify(&text, Timestamp::UNIX_EPOCH);
    assert!(verified.is_err(), "nobody signed {text}");
    // what a signature would let through
    if let Ok(claims) = serde_json::from_slice::<TokenClaims>(bytes) {
        drop(claims.into_principal());
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn the_corpus_of_access_tokens_is_refused() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let files = std::fs::read_dir(folder.join("../../tests/fuzz/corpus/access_token"));
        let mut ran = 0;
        for file in files.into_iter().flatten().flatten() {
            let bytes = std::fs::read(file.path());
            assert!(bytes.is_ok(), "{}", file.path().display());
            super::access_token(&bytes.unwrap_or_default());
            ran += 1;
        }
        assert!(ran > 4, "the corpus has {ran} files");
    }
}
