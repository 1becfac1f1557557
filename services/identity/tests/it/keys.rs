use std::fs;
use std::time::Duration;

use auth::{JwkSet, KeyRing, Principal};
use jsonwebtoken::decode_header;
use kernel::{IdSourceExt, SystemIds};
use serde_json::{Value, json};
use testkit::{Signer, TestHost};

use crate::{World, slug};

const JWKS: &str = "/api/identity/.well-known/jwks.json";
const KEYS: &str = "/api/identity/v1/signing-keys";
const ROTATE: &str = "/api/identity/v1/signing-keys/actions/rotate";
const ME: &str = "/api/identity/v1/me";

fn kid(tokens: &Value) -> String {
    let token = tokens["access_token"].as_str().unwrap();
    decode_header(token).unwrap().kid.unwrap()
}

fn states(keys: &Value) -> Vec<&str> {
    let items = keys["items"].as_array().unwrap();
    items
        .iter()
        .map(|key| key["state"].as_str().unwrap())
        .collect()
}

async fn published(world: &World) -> JwkSet {
    let keys = world.host.anonymous().get(JWKS).await.expect(200);
    serde_json::from_value(keys).unwrap()
}

#[tokio::test]
async fn published_keys_verify_tokens_and_tell_nothing_secret() {
    let world = World::start().await;
    let tokens = world.tokens("worker").await;
    let anyone = world.host.anonymous();
    let discovery = anyone
        .get("/api/identity/.well-known/openid-configuration")
        .await
        .expect(200);
    assert_eq!(discovery["access_token_issuer"], "linli");
    let place = discovery["jwks_uri"].as_str().unwrap();
    let reply = anyone
        .get(place.strip_prefix(&world.host.url()).unwrap())
        .await;
    assert!(
        reply.headers["cache-control"]
            .to_str()
            .unwrap()
            .contains("max-age")
    );
    let shown = reply.expect(200);
    assert_eq!(shown["keys"].as_array().unwrap().len(), 2);
    assert!(
        shown["keys"]
            .as_array()
            .unwrap()
            .iter()
            .all(|key| key.get("d").is_none())
    );
    let ring = KeyRing::new();
    assert_eq!(ring.replace(&published(&world).await), 2);
    ring.verify(tokens["access_token"].as_str().unwrap(), world.now())
        .unwrap();
}

#[tokio::test]
async fn a_rotation_by_hand_needs_no_restart_and_breaks_no_token() {
    let world = World::start().await;
    let before = world.tokens("worker").await;
    let elsewhere = KeyRing::new();
    elsewhere.replace(&published(&world).await);
    let system = world.sign_in("system").await;
    assert_eq!(
        states(&system.get(KEYS).await.expect(200)),
        ["signing", "waiting"]
    );
    let rotated = system.post(ROTATE, &json!({})).await.expect(200);
    assert_eq!(states(&rotated), ["retired", "signing", "waiting"]);
    let after = world.tokens("worker").await;
    assert_ne!(kid(&after), kid(&before));
    // whoever saw the keys before knows the new one already: it was published before it signed
    for tokens in [&before, &after] {
        world.caller(tokens).await;
        let token = tokens["access_token"].as_str().unwrap();
        elsewhere.verify(token, world.now()).unwrap();
    }
    assert_eq!(published(&world).await.keys.len(), 3);
    world.clock.advance(Duration::from_hours(1));
    assert_eq!(world.run("turn_keys").await, 1);
    let left = published(&world).await;
    assert_eq!(left.keys.len(), 2);
    assert!(
        !left
            .keys
            .iter()
            .any(|key| key.common.key_id == Some(kid(&before)))
    );
    assert_eq!(world.run("turn_keys").await, 0);
}

#[tokio::test]
async fn a_leaked_key_is_withdrawn_with_what_it_signed() {
    let world = World::start().await;
    let tokens = world.tokens("worker").await;
    let worker = world.caller(&tokens).await;
    let system = world.sign_in("system").await;
    let rotated = system
        .post(ROTATE, &json!({"withdraw": true}))
        .await
        .expect(200);
    assert_eq!(states(&rotated), ["signing", "waiting"]);
    assert_eq!(slug(&worker.get(ME).await, 401), "token-invalid");
    let renewed = world.refresh(&tokens["refresh_token"]).await.expect(200);
    assert_eq!(world.caller(&renewed).await.account, worker.account);
}

#[tokio::test]
async fn keys_take_turns_by_themselves() {
    let world = World::start().await;
    let first = kid(&world.tokens("worker").await);
    let waiting = published(&world).await.keys;
    let mut seen = vec![first];
    for _ in 0..3 {
        world.clock.advance(Duration::from_hours(30 * 24));
        assert!(world.run("turn_keys").await > 0);
        let keys = published(&world).await;
        let signs = kid(&world.tokens("worker").await);
        assert!(keys.keys.len() >= 2 && !seen.contains(&signs));
        seen.push(signs);
    }
    assert!(
        waiting
            .iter()
            .any(|key| key.common.key_id.as_ref() == Some(&seen[1]))
    );
}

#[tokio::test]
async fn rotation_is_for_the_system_administrator() {
    let world = World::start().await;
    for name in ["security", "auditor", "worker"] {
        let caller = world.sign_in(name).await;
        assert_eq!(slug(&caller.get(KEYS).await, 403), "role-missing");
        assert_eq!(
            slug(&caller.post(ROTATE, &json!({})).await, 403),
            "role-missing"
        );
    }
    let system = world.sign_in("system").await;
    for (body, pointer) in [
        (json!({"withdraw": "yes"}), "/withdraw"),
        (json!({"kid": "x"}), "/kid"),
    ] {
        let reply = system.post(ROTATE, &body).await;
        assert_eq!(slug(&reply, 422), "invalid-input");
        assert_eq!(reply.body["errors"][0]["pointer"], pointer);
    }
}

#[tokio::test]
async fn a_key_file_of_an_earlier_version_is_taken_over_and_sealed() {
    let mut signer = None;
    let host = TestHost::start_with(
        &[identity::MODULE],
        |config| signer = Some(Signer::of_identity(&config.data.join("identity"))),
        chassis::Parts::default(),
    )
    .await;
    let ids = SystemIds::new();
    let principal = Principal {
        account: ids.next(),
        session: ids.next(),
        grants: Vec::new(),
    };
    let token = signer.unwrap().token(principal);
    let caller = host.caller_with(ids.next(), token.clone());
    let page = caller.get("/api/identity/v1/me/sessions").await.expect(200);
    assert_eq!(page["items"], json!([]));
    let names = |host: &TestHost| -> Vec<String> {
        let entries = fs::read_dir(host.folder().join("data/identity")).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    assert_eq!(names(&host), ["sealing.keys"]);
    let host = host.restart().await;
    let caller = host.caller_with(ids.next(), token);
    caller.get("/api/identity/v1/me/sessions").await.expect(200);
    assert_eq!(names(&host), ["sealing.keys"]);
}

#[tokio::test]
async fn whoever_asks_again_and_again_gets_what_was_read_a_moment_ago() {
    let world = World::start().await;
    let shown = published(&world).await.keys.len();
    // as if somebody had changed the keys behind every replica's back
    let gone = "DELETE FROM signing_key WHERE generation = 2";
    world.execute(gone).await;
    assert_eq!((shown, published(&world).await.keys.len()), (2, 2));
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(published(&world).await.keys.len(), 1);
}

#[tokio::test]
async fn a_key_at_rest_is_no_key() {
    let world = World::start().await;
    let sealed = world
        .column("SELECT sealed AS v FROM signing_key WHERE generation = 1")
        .await;
    // PKCS#8 of Ed25519 (RFC 8410) names its algorithm: 1.3.101.112
    assert!(
        !sealed
            .windows(5)
            .any(|part| part == [0x06, 0x03, 0x2b, 0x65, 0x70])
    );
}
