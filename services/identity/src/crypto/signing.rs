//! Signing keys: several at a time, one of which signs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use auth::{Jwk, JwkSet, ed25519_jwk};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use chassis::key_file::{self, KeyFileError};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use kernel::Timestamp;
use problem::{Category, Fact};
use serde::Serialize;

use crate::domain::{KeyTimes, current_key};

/// Beginning of a key file's name; the key's id follows.
const PREFIX: &str = "signing-";
/// End of a key file's name.
const SUFFIX: &str = ".pk8";

/// A token could not be signed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SigningError {
    /// No key has been loaded.
    #[error("there is no signing key")]
    NoKey,
    /// The library refuses.
    #[error("token could not be signed")]
    Refused(#[from] jsonwebtoken::errors::Error),
}

impl Category for SigningError {
    fn fact(&self) -> Fact {
        Fact::internal()
    }
}

/// An Ed25519 key, named by its thumbprint (RFC 7638).
#[derive(Clone)]
pub(crate) struct SigningKey {
    pub(crate) kid: String,
    pkcs8: Vec<u8>,
    jwk: Jwk,
}

impl SigningKey {
    /// Makes a key.
    pub(crate) fn generate() -> Result<Self, KeyFileError> {
        // version 1 of the format, which other tools read too
        let made = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new());
        let made = made.map_err(|_| KeyFileError::NotMade)?;
        Self::from_pkcs8(made.as_ref()).ok_or(KeyFileError::NotMade)
    }

    /// Reads a key; `None` when it is none.
    pub(crate) fn from_pkcs8(pkcs8: &[u8]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8).ok()?;
        let jwk = ed25519_jwk(pair.public_key().as_ref()).ok()?;
        Some(Self {
            kid: jwk.common.key_id.clone()?,
            pkcs8: pkcs8.to_vec(),
            jwk,
        })
    }

    /// Returns the key, to be sealed.
    pub(crate) fn as_pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }
}

/// A key with its turn.
pub(crate) struct TurnKey {
    pub(crate) times: KeyTimes,
    pub(crate) key: SigningKey,
}

/// Signs tokens with whichever key's turn it is; shared, replaceable while serving.
#[derive(Default)]
pub(crate) struct Signer {
    keys: RwLock<Arc<Vec<TurnKey>>>,
}

impl Signer {
    /// Replaces all keys.
    pub(crate) fn install(&self, keys: Vec<TurnKey>) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    /// Names the keys that are there.
    pub(crate) fn kids(&self) -> Vec<String> {
        self.keys()
            .iter()
            .map(|turn| turn.key.kid.clone())
            .collect()
    }

    /// Returns the key of this name, if it is there.
    pub(crate) fn find(&self, kid: &str) -> Option<SigningKey> {
        let keys = self.keys();
        let turn = keys.iter().find(|turn| turn.key.kid == kid)?;
        Some(turn.key.clone())
    }

    /// Returns the public keys, for verifiers.
    pub(crate) fn jwks(&self) -> JwkSet {
        let keys = self.keys();
        JwkSet {
            keys: keys.iter().map(|turn| turn.key.jwk.clone()).collect(),
        }
    }

    /// Signs claims.
    pub(crate) fn sign(
        &self,
        claims: &impl Serialize,
        now: Timestamp,
    ) -> Result<String, SigningError> {
        let keys = self.keys();
        let times: Vec<KeyTimes> = keys.iter().map(|turn| turn.times).collect();
        let place = current_key(&times, now).ok_or(SigningError::NoKey)?;
        let turn = keys.get(place).ok_or(SigningError::NoKey)?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(turn.key.kid.clone());
        let key = EncodingKey::from_ed_der(&turn.key.pkcs8);
        Ok(encode(&header, claims, &key)?)
    }

    fn keys(&self) -> Arc<Vec<TurnKey>> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl TurnKey {
    /// Returns the public key.
    pub(crate) fn jwk(&self) -> &Jwk {
        &self.key.jwk
    }
}

/// Reads the key files of a folder, as earlier versions kept them and operators may put them there.
pub(crate) fn key_files(folder: &Path) -> Result<Vec<(PathBuf, SigningKey)>, KeyFileError> {
    let mut found = Vec::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err(KeyFileError::at(folder)(error)),
    };
    for entry in entries {
        let path = entry.map_err(KeyFileError::at(folder))?.path();
        let Some(id) = named_id(&path) else { continue };
        let key = SigningKey::from_pkcs8(&key_file::read(&path)?);
        let key = key.filter(|key| key.kid == id);
        found.push((
            path.clone(),
            key.ok_or_else(|| KeyFileError::NotTheKey(path.clone()))?,
        ));
    }
    Ok(found)
}

fn named_id(path: &Path) -> Option<&str> {
    path.file_name()?
        .to_str()?
        .strip_prefix(PREFIX)?
        .strip_suffix(SUFFIX)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::time::Duration;

    use jsonwebtoken::decode_header;
    use kernel::Timestamp;

    use super::super::KeyFileError;
    use super::{Signer, SigningError, SigningKey, TurnKey, key_files};
    use crate::domain::KeyTimes;

    fn start() -> Timestamp {
        Timestamp::from_micros(1_795_305_600_000_000).unwrap()
    }

    fn turn(generation: i64, signs_from: Timestamp) -> TurnKey {
        TurnKey {
            times: KeyTimes {
                generation,
                signs_from,
            },
            key: SigningKey::generate().unwrap(),
        }
    }

    #[test]
    fn the_key_whose_turn_it_is_signs_and_all_are_published() {
        let signer = Signer::default();
        let claims = serde_json::json!({"sub": "x"});
        assert!(matches!(
            signer.sign(&claims, start()),
            Err(SigningError::NoKey)
        ));
        let later = start().plus(Duration::from_hours(1));
        let keys = vec![turn(1, start()), turn(2, later)];
        let ids: Vec<String> = keys.iter().map(|turn| turn.key.kid.clone()).collect();
        signer.install(keys);
        for (now, id) in [(start(), &ids[0]), (later, &ids[1])] {
            let token = signer.sign(&claims, now).unwrap();
            assert_eq!(decode_header(&token).unwrap().kid.as_ref(), Some(id));
        }
        assert_eq!(signer.jwks().keys.len(), 2);
        let published = serde_json::to_string(&signer.jwks()).unwrap();
        assert!(!published.contains("\"d\""));
    }

    #[test]
    fn an_exposed_or_foreign_key_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            key_files(&folder.path().join("missing"))
                .unwrap()
                .is_empty()
        );
        let key = SigningKey::generate().unwrap();
        let path = folder.path().join(format!("signing-{}.pk8", key.kid));
        fs::write(&path, key.as_pkcs8()).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(
            key_files(folder.path()),
            Err(KeyFileError::Exposed(_))
        ));
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        assert_eq!(key_files(folder.path()).unwrap()[0].1.kid, key.kid);
        let other = SigningKey::generate().unwrap();
        fs::write(&path, other.as_pkcs8()).unwrap();
        assert!(matches!(
            key_files(folder.path()),
            Err(KeyFileError::NotTheKey(_))
        ));
    }
}
