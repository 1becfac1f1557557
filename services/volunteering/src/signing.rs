//! Signatures on documents that this service issues. Tokens are signed by identity alone: nobody's key ring trusts
//! this key, and what it signs says in its header that it is no token.

use std::path::Path;

use auth::{Jwk, ed25519_jwk};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chassis::key_file::{self, KeyFileError};
use serde::Serialize;

/// Kind of what is signed (RFC 7515, `typ`).
const TYPE: &str = "linli-certificate+jws";

/// The key that signs documents, named by its thumbprint (RFC 7638).
pub(crate) struct DocumentKey {
    kid: String,
    jwk: Jwk,
    pair: Ed25519KeyPair,
}

#[derive(Serialize)]
struct Header<'key> {
    alg: &'static str,
    kid: &'key str,
    typ: &'static str,
}

impl DocumentKey {
    /// Reads the key file.
    pub(crate) fn load(path: &Path) -> Result<Self, KeyFileError> {
        let content = key_file::read(path)?;
        Self::from_pkcs8(&content).ok_or_else(|| KeyFileError::NotTheKey(path.to_owned()))
    }

    /// Reads the key file, or makes it.
    pub(crate) fn load_or_create(path: &Path) -> Result<Self, KeyFileError> {
        if !path.exists() {
            // version 1 of the format, which other tools read too
            let made = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new());
            let made = made.map_err(|_| KeyFileError::NotMade)?;
            let created = key_file::create(path, made.as_ref());
            // another one that starts at the same time was faster: its key is as good
            if created.is_err() && !path.exists() {
                created?;
            }
        }
        Self::load(path)
    }

    fn from_pkcs8(pkcs8: &[u8]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8).ok()?;
        let jwk = ed25519_jwk(pair.public_key().as_ref()).ok()?;
        let kid = jwk.common.key_id.clone()?;
        Some(Self { kid, jwk, pair })
    }

    /// Returns the key's name.
    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// Returns the public key.
    pub(crate) fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// Signs facts: a compact JWS (RFC 7515) that any library verifies.
    pub(crate) fn sign(&self, facts: &impl Serialize) -> serde_json::Result<String> {
        let header = Header {
            alg: "EdDSA",
            kid: &self.kid,
            typ: TYPE,
        };
        let part = |json: Vec<u8>| URL_SAFE_NO_PAD.encode(json);
        let (header, payload) = (serde_json::to_vec(&header)?, serde_json::to_vec(facts)?);
        let signed = format!("{}.{}", part(header), part(payload));
        let signature = self.pair.sign(signed.as_bytes());
        Ok(format!(
            "{signed}.{}",
            URL_SAFE_NO_PAD.encode(signature.as_ref())
        ))
    }
}
