use auth::{JwkSet, KeyRing};
use kernel::Clock;

use crate::World;

#[tokio::test]
async fn published_keys_verify_tokens_and_tell_nothing_secret() {
    let world = World::start().await;
    let tokens = world.tokens("worker").await;
    let anyone = world.host.anonymous();
    let discovery = anyone
        .get("/api/identity/.well-known/openid-configuration")
        .await
        .expect(200);
    assert_eq!(discovery["issuer"], "linli");
    let reply = anyone.get(discovery["jwks_uri"].as_str().unwrap()).await;
    assert!(
        reply.headers["cache-control"]
            .to_str()
            .unwrap()
            .contains("max-age")
    );
    let published = reply.expect(200);
    assert_eq!(published["keys"].as_array().unwrap().len(), 1);
    assert!(published["keys"][0].get("d").is_none());
    let ring = KeyRing::new();
    let set: JwkSet = serde_json::from_value(published).unwrap();
    assert_eq!(ring.replace(&set), 1);
    ring.verify(tokens["access_token"].as_str().unwrap(), world.clock.now())
        .unwrap();
}
