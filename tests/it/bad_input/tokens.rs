//! Tokens that are over, forged, or signed by another rule.

use std::sync::Arc;
use std::time::Duration;

use auth::{Principal, TokenClaims};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use kernel::{Clock, IdSource, IdSourceExt, Role, SystemClock, SystemIds};
use scenarios::Running;
use serde_json::{Value, json};
use testkit::{Caller, FrozenClock, Signer, TestHost};

use super::Scene;
use crate::world::{MODULES, assert_problem};

const ME: &str = "/api/registry/v1/organisations";

fn principal() -> Principal {
    let ids = SystemIds::default();
    let ids: &dyn IdSource = &ids;
    let grant = auth::Grant::new(Role::PlatformOperator, "/".parse().expect("the root"));
    Principal {
        account: ids.next(),
        session: ids.next(),
        grants: vec![grant],
    }
}

fn claims() -> TokenClaims {
    let now = SystemClock.now();
    TokenClaims::new(principal(), now, now.plus(Duration::from_mins(10)))
}

/// The key that the host trusts, as it publishes it.
async fn published_key(host: &Running) -> Value {
    let set = host
        .anonymous()
        .get("/api/identity/.well-known/jwks.json")
        .await
        .expect(200);
    let key = set["keys"][0].clone();
    assert!(key["kid"].is_string() && key.get("d").is_none(), "{key:#}");
    key
}

async fn assert_refused(host: &Running, what: &str, token: &str) {
    let caller = with_token(host, token);
    let reply = caller.get(ME).await;
    assert_eq!(reply.status.as_u16(), 401, "{what}: {:#}", reply.body);
    assert_problem(&reply, 401);
    assert_eq!(reply.headers["www-authenticate"], "Bearer", "{what}");
    let write = caller
        .post(crate::world::ORGANISATIONS, &json!({"code": "x"}))
        .await;
    assert_problem(&write, 401);
}

fn with_token(host: &Running, token: &str) -> Caller {
    host.caller_with(host.anonymous().account, token.to_owned())
}

fn part(value: &impl serde::Serialize) -> String {
    BASE64.encode(serde_json::to_vec(value).expect("it serialises"))
}

#[tokio::test]
async fn an_expired_token_is_refused() {
    let clock = Arc::new(FrozenClock::at(SystemClock.now()));
    let host = Running::Embedded(Box::new(TestHost::start_at(&MODULES, clock.clone()).await));
    let caller = host.caller(&[(Role::PlatformOperator, "/")]);
    caller.get(ME).await.expect(200);
    clock.advance(Duration::from_mins(11));
    assert_refused(&host, "expired", &caller.token).await;
    host.stop().await;
}

#[tokio::test]
async fn a_forged_token_is_refused() {
    let scene = Scene::set().await;
    let host = &scene.world.host;
    let kid = published_key(host).await["kid"]
        .as_str()
        .expect("a kid")
        .to_owned();

    // signed with a key of another ring, under its own name and under the trusted one
    let stranger = Signer::trusted_by(&auth::KeyRing::new());
    let own = stranger.token(principal());
    assert_refused(host, "another key", &own).await;
    let parts: Vec<&str> = own.split('.').collect();
    let header = part(&json!({"alg": "EdDSA", "typ": "JWT", "kid": kid}));
    assert_refused(
        host,
        "another key under the trusted name",
        &format!("{header}.{}.{}", parts[1], parts[2]),
    )
    .await;

    // a good token with other claims
    let good = &scene.world.platform.token;
    let parts: Vec<&str> = good.split('.').collect();
    let raised = format!("{}.{}.{}", parts[0], part(&claims()), parts[2]);
    assert_refused(host, "other claims", &raised).await;
    let cut = good.get(..good.len() - 4).expect("ASCII");
    for token in [cut, "x", "a.b.c", "..", &"A".repeat(9_000), &"é".repeat(10)] {
        if token.is_ascii() {
            assert_refused(host, token.get(..1).unwrap_or_default(), token).await;
        }
    }
    for scheme in ["Basic cGVyc29uOng=", "Bearer", "", "Bearer "] {
        let nobody = host.anonymous();
        let request = nobody
            .request(reqwest::Method::GET, ME)
            .header("Authorization", scheme);
        assert_problem(&nobody.send(request).await, 401);
    }
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn a_token_of_the_wrong_algorithm_is_refused() {
    let scene = Scene::set().await;
    let host = &scene.world.host;
    let key = published_key(host).await;
    let kid = key["kid"].as_str().expect("a kid");

    let none = part(&json!({"alg": "none", "typ": "JWT", "kid": kid}));
    assert_refused(host, "none", &format!("{none}.{}.", part(&claims()))).await;
    // the public key as a shared secret
    let public = BASE64
        .decode(key["x"].as_str().expect("a public key"))
        .expect("base64");
    for (algorithm, secret) in [
        (Algorithm::HS256, public.clone()),
        (Algorithm::HS512, public),
        (
            Algorithm::HS256,
            key["x"].as_str().expect("text").as_bytes().to_vec(),
        ),
        (Algorithm::HS256, Vec::new()),
    ] {
        let mut header = Header::new(algorithm);
        header.kid = Some(kid.to_owned());
        let token =
            encode(&header, &claims(), &EncodingKey::from_secret(&secret)).expect("it signs");
        assert_refused(host, &format!("{algorithm:?}"), &token).await;
    }
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn a_token_for_somewhere_else_is_refused() {
    let scene = Scene::set().await;
    let host = &scene.world.host;
    let good = &scene.world.platform.token;
    let parts: Vec<&str> = good.split('.').collect();
    let claims: Value =
        serde_json::from_slice(&BASE64.decode(parts[1]).expect("base64")).expect("claims");
    for member in ["iss", "aud", "exp", "sub"] {
        assert!(
            claims.get(member).is_some(),
            "a token has {member}: {claims:#}"
        );
    }
    // a session's refresh token is no access token
    let refresh = part(&json!({"refresh": true}));
    assert_refused(host, "refresh token", &refresh).await;
    scene.ends_unchanged().await;
}
