//! Tests of auth: tokens that must not pass, scopes, the extractors.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

mod extract;
mod scope;
mod tokens;
mod trace;

use std::sync::LazyLock;
use std::time::Duration;

use auth::{Grant, Jwk, KeyRing, Principal, TokenClaims, ed25519_jwk};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use kernel::{AccountId, OrgPath, Role, SessionId, Timestamp, TypedId};

/// A signing key of the tests; auth itself has none.
struct Signer {
    pkcs8: Vec<u8>,
    jwk: Jwk,
}

impl Signer {
    fn generate() -> Self {
        let pkcs8 =
            Ed25519KeyPair::generate_pkcs8v1(&aws_lc_rs::rand::SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        let jwk = ed25519_jwk(pair.public_key().as_ref()).unwrap();
        Self {
            pkcs8: pkcs8.as_ref().to_vec(),
            jwk,
        }
    }

    fn kid(&self) -> String {
        self.jwk.common.key_id.clone().unwrap()
    }

    fn sign_as(&self, kid: &str, claims: &impl serde::Serialize) -> String {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(kid.to_owned());
        encode(&header, claims, &EncodingKey::from_ed_der(&self.pkcs8)).unwrap()
    }

    fn sign(&self, claims: &impl serde::Serialize) -> String {
        self.sign_as(&self.kid(), claims)
    }

    fn ring(&self) -> KeyRing {
        let ring = KeyRing::new();
        ring.insert(&self.jwk).unwrap();
        ring
    }
}

static SIGNER: LazyLock<Signer> = LazyLock::new(Signer::generate);

fn now() -> Timestamp {
    Timestamp::from_micros(1_795_305_600_000_000).unwrap()
}

fn principal(grants: Vec<Grant>) -> Principal {
    Principal {
        account: AccountId::from_uuid(uuid::Uuid::from_u128(1)),
        session: SessionId::from_uuid(uuid::Uuid::from_u128(2)),
        grants,
    }
}

fn claims_of(role: Role, path: &str) -> TokenClaims {
    let grant = Grant::new(role, OrgPath::parse(path).unwrap());
    TokenClaims::new(
        principal(vec![grant]),
        now(),
        now().plus(Duration::from_mins(10)),
    )
}
