//! How long it takes to verify an access token, and to find out whether its grants reach a place, with one
//! grant and with many, beside the bare signature check.
#![expect(clippy::unwrap_used, reason = "a bench stops where it cannot go on")]

use std::time::Duration;

use auth::{Grant, KeyRing, Principal, TokenClaims, ed25519_jwk};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use divan::{Bencher, black_box};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use kernel::{AccountId, OrgPath, Role, SessionId, Timestamp, TypedId, Version};

/// Grants that still fit into a token: identity gives nobody more.
const MANY: usize = 40;

fn main() {
    divan::main();
}

fn now() -> Timestamp {
    Timestamp::from_micros(1_795_305_600_000_000).unwrap()
}

/// Somebody who works in so many communities.
fn worker(grants: usize) -> Principal {
    let place = |number: usize| format!("/420105000000/420105011000/420105011{number:03}/");
    Principal {
        account: AccountId::from_uuid(uuid::Uuid::from_u128(1)),
        session: SessionId::from_uuid(uuid::Uuid::from_u128(2)),
        grants: (1..=grants)
            .map(|number| Grant::new(Role::GridWorker, OrgPath::parse(&place(number)).unwrap()))
            .collect(),
    }
}

/// A key, and a token that it signed.
struct Signed {
    pair: Ed25519KeyPair,
    token: String,
}

impl Signed {
    fn new(grants: usize) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        let mut header = Header::new(Algorithm::EdDSA);
        let jwk = ed25519_jwk(pair.public_key().as_ref()).unwrap();
        header.kid.clone_from(&jwk.common.key_id);
        let until = now().plus(Duration::from_mins(10));
        let claims = TokenClaims::new(worker(grants), now(), until);
        let key = EncodingKey::from_ed_der(document.as_ref());
        let token = encode(&header, &claims, &key).unwrap();
        Self { pair, token }
    }

    /// A key ring that has seen no token yet.
    fn ring(&self) -> KeyRing {
        let ring = KeyRing::new();
        let jwk = ed25519_jwk(self.pair.public_key().as_ref()).unwrap();
        ring.insert(&jwk).unwrap();
        ring
    }
}

/// What the signature alone costs: the reference.
#[divan::bench]
fn bare_signature(bencher: Bencher<'_, '_>) {
    let signed = Signed::new(1);
    let signature = signed.pair.sign(signed.token.as_bytes());
    let key = UnparsedPublicKey::new(&ED25519, signed.pair.public_key().as_ref());
    bencher.bench(|| key.verify(black_box(signed.token.as_bytes()), signature.as_ref()));
}

#[divan::bench(args = [1, MANY])]
fn token_seen_for_the_first_time(bencher: Bencher<'_, '_>, grants: usize) {
    let signed = Signed::new(grants);
    bencher
        .with_inputs(|| signed.ring())
        .bench_refs(|ring| ring.verify(black_box(&signed.token), now()).unwrap());
}

#[divan::bench(args = [1, MANY])]
fn token_seen_before(bencher: Bencher<'_, '_>, grants: usize) {
    let signed = Signed::new(grants);
    let ring = signed.ring();
    bencher.bench(|| ring.verify(black_box(&signed.token), now()).unwrap());
}

/// A leak has just been answered: so many others are signed out.
#[divan::bench(args = [1, 10_000])]
fn token_seen_before_while_access_ended(bencher: Bencher<'_, '_>, others: u32) {
    let signed = Signed::new(1);
    let ring = signed.ring();
    let until = now().plus(Duration::from_mins(10));
    for other in 0..others {
        let other = uuid::Uuid::from_u128(1_000 + u128::from(other));
        ring.end_access(AccountId::from_uuid(other), Version::FIRST, until, now());
    }
    bencher.bench(|| ring.verify(black_box(&signed.token), now()).unwrap());
}

#[divan::bench(args = [1, MANY])]
fn scope(bencher: Bencher<'_, '_>, grants: usize) {
    let worker = worker(grants);
    let place = OrgPath::parse("/420105000000/420105011000/420105011999/").unwrap();
    let list = auth::policy::named("list_requests").unwrap();
    bencher.bench(|| {
        list.rule(black_box(&worker.grants), Some(&place), None)
            .admits()
    });
}
