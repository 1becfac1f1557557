//! The public keys that tokens may be signed with, and what was verified lately.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use aws_lc_rs::digest;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, PublicKeyUse, ThumbprintHash};
pub use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, errors::ErrorKind};
use kernel::{AccountId, Timestamp, Version};
use tokio::sync::{mpsc, oneshot};

use crate::ended::EndedAccess;
use crate::{AuthError, Principal, TokenClaims};

/// Longest token that is looked at.
const MAX_TOKEN: usize = 8 * 1024;
/// Seconds by which clocks may differ.
const LEEWAY: i64 = 5;
/// Verified tokens remembered per generation; two generations are kept.
const REMEMBERED: usize = 4096;
/// Bytes of an Ed25519 public key.
const ED25519_LENGTH: usize = 32;

/// Callers that wait for keys to be fetched; more are turned away at once.
const WAITING: usize = 64;

/// Somebody waits for keys to be fetched from elsewhere. It is answered when they were, and dropped
/// when they are not fetched now.
pub type KeyRequest = oneshot::Sender<()>;

/// Why a key cannot be used for verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Tokens could not name it.
    #[error("the key has no id")]
    NoId,
    /// Neither Ed25519 nor P-256, or meant for something else.
    #[error("not a signature key of a supported algorithm")]
    Unsupported,
}

/// Describes an Ed25519 public key, its id being its thumbprint (RFC 7638).
///
/// # Errors
/// [`KeyError::Unsupported`] when it is not 32 bytes.
pub fn ed25519_jwk(public_key: &[u8]) -> Result<Jwk, KeyError> {
    let key = DecodingKey::from_ed_der(public_key);
    let mut jwk =
        Jwk::from_decoding_key(&key, Some(Algorithm::EdDSA)).map_err(|_| KeyError::Unsupported)?;
    let thumbprint = jwk
        .thumbprint(ThumbprintHash::SHA256)
        .map_err(|_| KeyError::Unsupported)?;
    jwk.common.key_id = Some(thumbprint);
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    Ok(jwk)
}

/// One public key with the only algorithm it verifies.
#[derive(Clone)]
struct VerifyingKey {
    jwk: Jwk,
    key: DecodingKey,
    validation: Arc<Validation>,
}

impl VerifyingKey {
    /// The algorithm follows from the key, never from a token.
    fn from_jwk(jwk: &Jwk) -> Result<(String, Self), KeyError> {
        let Some(id) = jwk.common.key_id.clone() else {
            return Err(KeyError::NoId);
        };
        let algorithm = match &jwk.algorithm {
            AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
                Algorithm::EdDSA
            }
            AlgorithmParameters::EllipticCurve(point) if point.curve == EllipticCurve::P256 => {
                Algorithm::ES256
            }
            _ => return Err(KeyError::Unsupported),
        };
        let meant_for_signing =
            !matches!(&jwk.common.public_key_use, Some(usage) if *usage != PublicKeyUse::Signature);
        let key = DecodingKey::from_jwk(jwk).map_err(|_| KeyError::Unsupported)?;
        let length = key.try_get_as_bytes().map_or(0, <[u8]>::len);
        if !meant_for_signing || (algorithm == Algorithm::EdDSA && length != ED25519_LENGTH) {
            return Err(KeyError::Unsupported);
        }
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[TokenClaims::ISSUER]);
        validation.set_audience(&[TokenClaims::AUDIENCE, TokenClaims::TELLING_AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // the library reads the system clock; expiry is checked against ours
        validation.validate_exp = false;
        Ok((
            id,
            Self {
                jwk: jwk.clone(),
                key,
                validation: Arc::new(validation),
            },
        ))
    }
}

/// A principal that stays verified until its token ends.
#[derive(Clone)]
struct Verified {
    principal: Arc<Principal>,
    version: Option<Version>,
    expires: i64,
    /// Good for nothing but to learn who the person is.
    telling_only: bool,
}

impl Verified {
    fn at(self, now: Timestamp, ended: &EndedAccess) -> Result<Self, AuthError> {
        if !ended.admits(self.principal.account, self.version) {
            return Err(AuthError::AccessEnded);
        }
        if self.expires.saturating_add(LEEWAY) <= now.seconds() {
            return Err(AuthError::TokenExpired);
        }
        Ok(self)
    }
}

/// Verified tokens by digest, in two generations: when the young one is full, the old one goes.
#[derive(Default)]
struct Memory {
    young: HashMap<[u8; 32], Verified>,
    old: HashMap<[u8; 32], Verified>,
}

impl Memory {
    fn find(&mut self, digest: &[u8; 32]) -> Option<Verified> {
        if let Some(verified) = self.young.get(digest) {
            return Some(verified.clone());
        }
        let verified = self.old.remove(digest)?;
        self.keep(*digest, verified.clone());
        Some(verified)
    }

    fn keep(&mut self, digest: [u8; 32], verified: Verified) {
        if self.young.len() >= REMEMBERED {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(digest, verified);
    }
}

/// Keys together with what they verified: a change of keys forgets both at once.
#[derive(Default)]
struct Snapshot {
    keys: BTreeMap<String, VerifyingKey>,
    memory: Mutex<Memory>,
}

/// The keys that access tokens may be signed with; shared, replaceable while serving.
#[derive(Default)]
pub struct KeyRing {
    current: RwLock<Arc<Snapshot>>,
    /// Reaches whoever fetches the keys of another process; unset where all keys are our own.
    elsewhere: OnceLock<mpsc::Sender<KeyRequest>>,
    /// Whose access ended before the tokens do.
    ended: EndedAccess,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.snapshot().keys.keys()).finish()
    }
}

impl KeyRing {
    /// Makes an empty ring: nobody is let in.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key, or replaces the one with the same id.
    ///
    /// # Errors
    /// The key has no id or is of no supported kind.
    pub fn insert(&self, jwk: &Jwk) -> Result<(), KeyError> {
        let (id, key) = VerifyingKey::from_jwk(jwk)?;
        let mut keys = self.snapshot().keys.clone();
        keys.insert(id, key);
        self.install(keys);
        Ok(())
    }

    /// Removes a key: what it signed is refused from now on.
    pub fn remove(&self, id: &str) {
        let mut keys = self.snapshot().keys.clone();
        if keys.remove(id).is_some() {
            self.install(keys);
        }
    }

    /// Replaces all keys; those of unsupported kinds are left out. Returns how many are in use.
    ///
    /// The same keys again change nothing, and forget nothing that was verified.
    pub fn replace(&self, set: &JwkSet) -> usize {
        let mut keys = BTreeMap::new();
        for jwk in &set.keys {
            match VerifyingKey::from_jwk(jwk) {
                Ok((id, key)) => {
                    keys.insert(id, key);
                }
                Err(error) => tracing::warn!(%error, "key of the published set is not used"),
            }
        }
        let count = keys.len();
        let current = self.snapshot();
        let same = |(one, other): (&VerifyingKey, &VerifyingKey)| one.jwk == other.jwk;
        if count != current.keys.len() || !keys.values().zip(current.keys.values()).all(same) {
            self.install(keys);
        }
        count
    }

    /// Refuses what says an earlier version of the account than this, from now on and until `until`, when
    /// no such token is left.
    pub fn end_access(
        &self,
        account: AccountId,
        version: Version,
        until: Timestamp,
        now: Timestamp,
    ) {
        self.ended.end(account, version, until, now);
    }

    /// Says whether no key is known: nobody can be let in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.snapshot().keys.is_empty()
    }

    /// Returns how many keys are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.snapshot().keys.len()
    }

    /// Declares that the keys come from another process, and returns the requests for them: each
    /// stands for a caller whose token names an unknown key. `None` when that was declared before.
    pub fn fetched_elsewhere(&self) -> Option<mpsc::Receiver<KeyRequest>> {
        let (sender, receiver) = mpsc::channel(WAITING);
        self.elsewhere.set(sender).ok().map(|()| receiver)
    }

    /// Says whether an unknown key may be known elsewhere.
    pub(crate) fn may_fetch(&self) -> bool {
        self.elsewhere.get().is_some()
    }

    /// Says whether some keys are known, and that of the token is not among them.
    pub(crate) fn lacks_key_of(&self, token: &str) -> bool {
        let keys = &self.snapshot().keys;
        if token.len() > MAX_TOKEN || keys.is_empty() {
            return false;
        }
        let id = decode_header(token).ok().and_then(|header| header.kid);
        id.is_some_and(|id| !keys.contains_key(&id))
    }

    /// Waits until the keys were fetched; false when they are not fetched now.
    pub(crate) async fn fetched(&self) -> bool {
        let Some(elsewhere) = self.elsewhere.get() else {
            return false;
        };
        let (request, answer) = oneshot::channel();
        elsewhere.try_send(request).is_ok() && answer.await.is_ok()
    }

    /// Returns the public keys, for publication.
    #[must_use]
    pub fn jwks(&self) -> JwkSet {
        JwkSet {
            keys: self
                .snapshot()
                .keys
                .values()
                .map(|key| key.jwk.clone())
                .collect(),
        }
    }

    /// Verifies a token and returns whom it names.
    ///
    /// # Errors
    /// The token is not one of ours, is over, or was given to an application to learn who the person is.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Arc<Principal>, AuthError> {
        let verified = self.verified(token, now)?;
        if verified.telling_only {
            return Err(AuthError::TokenInvalid(ErrorKind::InvalidAudience.into()));
        }
        Ok(verified.principal)
    }

    /// Verifies a token of any audience and returns whom it names: for operations that tell who that is, or
    /// what becomes of the token.
    ///
    /// # Errors
    /// The token is not one of ours, or is over.
    pub fn verify_telling(&self, token: &str, now: Timestamp) -> Result<Arc<Principal>, AuthError> {
        Ok(self.verified(token, now)?.principal)
    }

    fn verified(&self, token: &str, now: Timestamp) -> Result<Verified, AuthError> {
        if token.len() > MAX_TOKEN {
            return Err(AuthError::HeaderMalformed);
        }
        let snapshot = self.snapshot();
        let digest = sha256(token.as_bytes());
        if let Some(verified) = snapshot.memory().find(&digest) {
            return verified.at(now, &self.ended);
        }
        if snapshot.keys.is_empty() && self.may_fetch() {
            return Err(AuthError::KeysPending);
        }
        let verified = snapshot.verify(token)?;
        let current = verified.clone().at(now, &self.ended)?;
        snapshot.memory().keep(digest, verified);
        Ok(current)
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn install(&self, keys: BTreeMap<String, VerifyingKey>) {
        let next = Arc::new(Snapshot {
            keys,
            memory: Mutex::default(),
        });
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
    }
}

impl Snapshot {
    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn verify(&self, token: &str) -> Result<Verified, AuthError> {
        let header = decode_header(token).map_err(AuthError::TokenInvalid)?;
        let Some(key) = header.kid.as_deref().and_then(|id| self.keys.get(id)) else {
            return Err(AuthError::KeyUnknown);
        };
        let claims = decode::<TokenClaims>(token, &key.key, &key.validation)
            .map_err(AuthError::TokenInvalid)?
            .claims;
        // the library lets a list pass that holds the right value among others
        let telling_only = claims.aud == TokenClaims::TELLING_AUDIENCE;
        if claims.iss != TokenClaims::ISSUER
            || !(telling_only || claims.aud == TokenClaims::AUDIENCE)
        {
            return Err(AuthError::TokenInvalid(ErrorKind::InvalidAudience.into()));
        }
        let (version, expires) = (claims.ver, claims.exp);
        Ok(Verified {
            version,
            principal: Arc::new(claims.into_principal()),
            expires,
            telling_only,
        })
    }
}

/// Returns the SHA-256 digest.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    for (target, byte) in digest
        .iter_mut()
        .zip(digest::digest(&digest::SHA256, bytes).as_ref())
    {
        *target = *byte;
    }
    digest
}
