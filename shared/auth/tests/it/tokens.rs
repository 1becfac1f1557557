use std::time::Duration;

use auth::{AuthError, JwkSet, KeyError, KeyRing, TokenClaims};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use kernel::{Role, Timestamp};
use problem::{Category, Kind};
use serde_json::json;

use crate::{SIGNER, Signer, claims_of, now};

fn claims() -> TokenClaims {
    claims_of(Role::GridWorker, "/420105000000/")
}

#[track_caller]
fn refused(ring: &KeyRing, token: &str, slug: &str) {
    let error = ring.verify(token, now()).unwrap_err();
    let fact = error.fact();
    assert_eq!(fact.slug, slug, "{error:?}");
    assert_eq!(fact.kind, Kind::Unauthenticated);
}

#[test]
fn a_signed_token_names_its_principal_and_is_remembered() {
    let ring = SIGNER.ring();
    let token = SIGNER.sign(&claims());
    let first = ring.verify(&token, now()).unwrap();
    assert_eq!(*first, claims().into_principal());
    let again = ring.verify(&token, now()).unwrap();
    assert!(std::sync::Arc::ptr_eq(&first, &again));
}

#[test]
fn a_token_that_tells_who_somebody_is_opens_nothing_else() {
    let ring = SIGNER.ring();
    let token = SIGNER.sign(&claims().telling_only());
    for _ in 0..2 {
        // the second time it is remembered
        refused(&ring, &token, "token-invalid");
        let told = ring.verify_telling(&token, now()).unwrap();
        assert_eq!(told.account, claims().sub);
        assert!(told.grants.is_empty());
    }
    let other = TokenClaims {
        aud: "somebody-else".to_owned(),
        ..claims()
    };
    assert!(ring.verify_telling(&SIGNER.sign(&other), now()).is_err());
    assert!(ring.verify_telling(&SIGNER.sign(&claims()), now()).is_ok());
}

#[test]
fn grants_travel_with_their_categories() {
    let mut claims = claims();
    claims.grants[0].categories = vec!["0102".to_owned()];
    let ring = SIGNER.ring();
    let principal = ring.verify(&SIGNER.sign(&claims), now()).unwrap();
    assert_eq!(principal.grants, claims.grants);
}

#[test]
fn a_signature_by_another_key_is_refused() {
    let forger = Signer::generate();
    refused(
        &SIGNER.ring(),
        &forger.sign_as(&SIGNER.kid(), &claims()),
        "token-invalid",
    );
}

#[test]
fn changed_claims_are_refused() {
    let token = SIGNER.sign(&claims());
    let mut parts: Vec<&str> = token.split('.').collect();
    let mut raised = claims();
    raised.grants[0].role = Role::SystemAdmin;
    let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&raised).unwrap());
    parts[1] = &payload;
    refused(&SIGNER.ring(), &parts.join("."), "token-invalid");
}

#[test]
fn a_public_key_is_no_shared_secret() {
    let x = serde_json::to_value(&SIGNER.jwk).unwrap()["x"]
        .as_str()
        .unwrap()
        .to_owned();
    let public_key = URL_SAFE_NO_PAD.decode(x).unwrap();
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(SIGNER.kid());
    let token = encode(&header, &claims(), &EncodingKey::from_secret(&public_key)).unwrap();
    refused(&SIGNER.ring(), &token, "token-invalid");
}

#[test]
fn an_unsigned_token_is_refused() {
    let header = json!({"alg": "none", "typ": "JWT", "kid": SIGNER.kid()});
    let header = URL_SAFE_NO_PAD.encode(header.to_string());
    let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims()).unwrap());
    refused(
        &SIGNER.ring(),
        &format!("{header}.{payload}."),
        "token-invalid",
    );
}

#[test]
fn an_unknown_or_missing_key_id_is_refused() {
    let ring = SIGNER.ring();
    refused(&ring, &SIGNER.sign_as("other", &claims()), "token-invalid");
    let header = Header::new(Algorithm::EdDSA);
    let key = EncodingKey::from_ed_der(&SIGNER.pkcs8);
    refused(
        &ring,
        &encode(&header, &claims(), &key).unwrap(),
        "token-invalid",
    );
    refused(&KeyRing::new(), &SIGNER.sign(&claims()), "token-invalid");
}

#[test]
fn expiry_follows_the_clock_handed_in_remembered_or_not() {
    let ring = SIGNER.ring();
    let token = SIGNER.sign(&claims());
    let end = Timestamp::from_micros(claims().exp * 1_000_000).unwrap();
    let within_leeway = end.plus(Duration::from_secs(4));
    let over = end.plus(Duration::from_secs(5));
    assert!(ring.verify(&token, within_leeway).is_ok());
    assert!(matches!(
        ring.verify(&token, over),
        Err(AuthError::TokenExpired)
    ));
    assert!(matches!(
        SIGNER.ring().verify(&token, over),
        Err(AuthError::TokenExpired)
    ));
}

#[test]
fn issuer_audience_subject_and_expiry_are_required_and_right() {
    let ring = SIGNER.ring();
    let good = serde_json::to_value(claims()).unwrap();
    for name in ["iss", "aud", "sub", "exp", "sid"] {
        let mut bad = good.clone();
        bad.as_object_mut().unwrap().remove(name);
        refused(&ring, &SIGNER.sign(&bad), "token-invalid");
        let mut bad = good.clone();
        bad[name] = json!("other");
        refused(&ring, &SIGNER.sign(&bad), "token-invalid");
    }
    let mut list = good;
    list["aud"] = json!(["linli", "other"]);
    refused(&ring, &SIGNER.sign(&list), "token-invalid");
}

#[test]
fn what_is_no_token_is_refused() {
    let ring = SIGNER.ring();
    for token in ["", ".", "..", "a.b.c", "é.é.é", &"x".repeat(9000)] {
        refused(&ring, token, "token-invalid");
    }
}

#[test]
fn replaced_keys_end_what_they_verified() {
    let ring = SIGNER.ring();
    let token = SIGNER.sign(&claims());
    ring.verify(&token, now()).unwrap();
    let next = Signer::generate();
    let published = serde_json::to_string(&next.ring().jwks()).unwrap();
    assert_eq!(ring.replace(&serde_json::from_str(&published).unwrap()), 1);
    refused(&ring, &token, "token-invalid");
    ring.verify(&next.sign(&claims()), now()).unwrap();
}

#[test]
fn a_removed_key_ends_what_it_verified_and_leaves_the_others() {
    let ring = SIGNER.ring();
    let other = Signer::generate();
    ring.insert(&other.jwk).unwrap();
    let token = SIGNER.sign(&claims());
    ring.verify(&token, now()).unwrap();
    ring.remove("nobody's");
    ring.verify(&token, now()).unwrap();
    ring.remove(&SIGNER.kid());
    refused(&ring, &token, "token-invalid");
    ring.verify(&other.sign(&claims()), now()).unwrap();
}

#[test]
fn only_signature_keys_with_an_id_enter_the_ring() {
    let ring = KeyRing::new();
    let mut nameless = SIGNER.jwk.clone();
    nameless.common.key_id = None;
    assert_eq!(ring.insert(&nameless), Err(KeyError::NoId));
    let encryption = json!({"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "kid": "k", "use": "enc"});
    let shared = json!({"kty": "oct", "k": "AAAA", "kid": "k"});
    let short = json!({"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "kid": "k"});
    for key in [encryption, shared, short] {
        let jwk = serde_json::from_value(key).unwrap();
        assert_eq!(ring.insert(&jwk), Err(KeyError::Unsupported));
    }
    assert!(ring.jwks().keys.is_empty());
}

#[test]
fn published_keys_hold_nothing_secret() {
    let published = serde_json::to_value(SIGNER.ring().jwks()).unwrap();
    let key = published["keys"][0].as_object().unwrap();
    let mut names: Vec<&str> = key.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x"]);
}

#[test]
fn the_same_set_again_changes_nothing_and_another_one_replaces_all() {
    let ring = SIGNER.ring();
    let other = Signer::generate();
    let set = |signers: &[&Signer]| JwkSet {
        keys: signers.iter().map(|signer| signer.jwk.clone()).collect(),
    };
    assert_eq!(ring.replace(&set(&[&SIGNER])), 1);
    let token = other.sign(&claims_of(Role::Resident, "/"));
    assert!(matches!(
        ring.verify(&token, now()),
        Err(AuthError::KeyUnknown)
    ));
    assert_eq!(ring.replace(&set(&[&SIGNER, &other])), 2);
    ring.verify(&token, now()).unwrap();
    assert_eq!(ring.replace(&set(&[&SIGNER])), 1);
    assert!(ring.verify(&token, now()).is_err());
}

#[test]
fn before_the_first_key_of_another_process_is_known_nobody_is_called_a_stranger() {
    let ring = KeyRing::new();
    let requests = ring.fetched_elsewhere();
    assert!(requests.is_some() && ring.fetched_elsewhere().is_none());
    let token = SIGNER.sign(&claims_of(Role::Resident, "/"));
    let refusal = ring.verify(&token, now());
    assert!(matches!(refusal, Err(AuthError::KeysPending)));
    ring.insert(&SIGNER.jwk).unwrap();
    ring.verify(&token, now()).unwrap();
}
