//! The signing key: made on the first start, kept in a file that only its owner reads.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use auth::{Jwk, TokenClaims, ed25519_jwk};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use problem::{Category, Fact};

use super::key_file::{self, KeyFileError};

/// Beginning of a key file's name; the key's id follows.
const PREFIX: &str = "signing-";
/// End of a key file's name.
const SUFFIX: &str = ".pk8";

/// A token could not be signed.
#[derive(Debug, thiserror::Error)]
#[error("token could not be signed")]
pub(crate) struct SigningError(#[from] jsonwebtoken::errors::Error);

impl Category for SigningError {
    fn fact(&self) -> Fact {
        Fact::internal()
    }
}

/// Signs access tokens.
pub(crate) struct Signer {
    header: Header,
    key: EncodingKey,
    /// Public keys of every key file, the signing one last.
    public: Vec<Jwk>,
}

impl Signer {
    /// Reads the keys of a folder, or makes the first one. The newest signs.
    pub(crate) fn load_or_create(folder: &Path) -> Result<Self, KeyFileError> {
        let refuse = KeyFileError::at(folder);
        fs::create_dir_all(folder).map_err(&refuse)?;
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).map_err(&refuse)? {
            let path = entry.map_err(&refuse)?.path();
            if named_id(&path).is_some() {
                found.push(read(&path)?);
            }
        }
        if found.is_empty() {
            found.push(create(folder)?);
        }
        found.sort_by_key(|key| key.made_at);
        Self::from_keys(&found)
    }

    fn from_keys(keys: &[StoredKey]) -> Result<Self, KeyFileError> {
        let public = keys.iter().map(|key| key.jwk.clone()).collect();
        let newest = keys.last().ok_or(KeyFileError::NotMade)?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid.clone_from(&newest.jwk.common.key_id);
        Ok(Self {
            header,
            key: EncodingKey::from_ed_der(&newest.pkcs8),
            public,
        })
    }

    /// Returns the public keys.
    pub(crate) fn public_keys(&self) -> &[Jwk] {
        &self.public
    }

    /// Signs an access token.
    pub(crate) fn sign(&self, claims: &TokenClaims) -> Result<String, SigningError> {
        Ok(encode(&self.header, claims, &self.key)?)
    }
}

struct StoredKey {
    pkcs8: Vec<u8>,
    jwk: Jwk,
    made_at: SystemTime,
}

fn named_id(path: &Path) -> Option<&str> {
    path.file_name()?
        .to_str()?
        .strip_prefix(PREFIX)?
        .strip_suffix(SUFFIX)
}

fn read(path: &Path) -> Result<StoredKey, KeyFileError> {
    let pkcs8 = key_file::read(path)?;
    let jwk = public_key(&pkcs8).ok_or_else(|| KeyFileError::NotTheKey(path.to_owned()))?;
    if jwk.common.key_id.as_deref() != named_id(path) {
        return Err(KeyFileError::NotTheKey(path.to_owned()));
    }
    let facts = fs::metadata(path).and_then(|facts| facts.modified());
    Ok(StoredKey {
        pkcs8,
        jwk,
        made_at: facts.map_err(KeyFileError::at(path))?,
    })
}

fn create(folder: &Path) -> Result<StoredKey, KeyFileError> {
    // version 1 of the format, which other tools read too
    let made = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new());
    let made = made.map_err(|_| KeyFileError::NotMade)?;
    let jwk = public_key(made.as_ref()).ok_or(KeyFileError::NotMade)?;
    let id = jwk.common.key_id.clone().ok_or(KeyFileError::NotMade)?;
    let path = folder.join(format!("{PREFIX}{id}{SUFFIX}"));
    key_file::create(&path, made.as_ref())?;
    tracing::info!(key.id = id, "signing key made");
    read(&path)
}

fn public_key(pkcs8: &[u8]) -> Option<Jwk> {
    let pair = Ed25519KeyPair::from_pkcs8(pkcs8).ok()?;
    ed25519_jwk(pair.public_key().as_ref()).ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::super::KeyFileError;
    use super::Signer;

    fn key_file(folder: &tempfile::TempDir) -> PathBuf {
        let mut entries = fs::read_dir(folder.path()).unwrap();
        entries.next().unwrap().unwrap().path()
    }

    #[test]
    fn the_first_start_makes_a_key_and_the_second_finds_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = Signer::load_or_create(folder.path()).unwrap();
        let second = Signer::load_or_create(folder.path()).unwrap();
        assert_eq!(first.public_keys(), second.public_keys());
        let mode = fs::metadata(key_file(&folder))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_second_key_signs_and_the_first_still_verifies() {
        let folder = tempfile::tempdir().unwrap();
        let first = Signer::load_or_create(folder.path()).unwrap();
        let other = tempfile::tempdir().unwrap();
        let second = Signer::load_or_create(other.path()).unwrap();
        let added = key_file(&other);
        fs::copy(&added, folder.path().join(added.file_name().unwrap())).unwrap();
        let both = Signer::load_or_create(folder.path()).unwrap();
        assert_eq!(both.public_keys().len(), 2);
        assert_eq!(both.public_keys().first(), first.public_keys().first());
        assert_eq!(both.header.kid, second.header.kid);
    }

    #[test]
    fn an_exposed_or_foreign_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        Signer::load_or_create(folder.path()).unwrap();
        let path = key_file(&folder);
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let exposed = Signer::load_or_create(folder.path());
        assert!(matches!(exposed, Err(KeyFileError::Exposed(_))));
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, b"nonsense").unwrap();
        let foreign = Signer::load_or_create(folder.path());
        assert!(matches!(foreign, Err(KeyFileError::NotTheKey(_))));
    }
}
