use reqwest::Method;
use serde_json::json;

use crate::world::send;
use crate::{PASSWORD, World, slug};

const PATH: &str = "/api/identity/v1/me/password";
const NEXT: &str = "another horse staple";

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_only() {
    let world = World::start().await;
    let here = world.tokens("worker").await;
    let elsewhere = world.tokens("worker").await;
    let worker = world.caller(&here).await;
    let body = json!({"current_password": PASSWORD, "new_password": NEXT});
    send(&worker, Method::PUT, PATH, &body).await.expect(204);
    world.refresh(&here["refresh_token"]).await.expect(200);
    let refused = world.refresh(&elsewhere["refresh_token"]).await;
    assert_eq!(slug(&refused, 401), "refresh-token-invalid");
    assert_eq!(
        slug(&world.try_sign_in("worker", PASSWORD).await, 401),
        "credentials-invalid"
    );
    world.try_sign_in("worker", NEXT).await.expect(200);
}

#[tokio::test]
async fn a_wrong_current_or_weak_new_password_changes_nothing() {
    let world = World::start().await;
    let worker = world.sign_in("worker").await;
    let weak = json!({"current_password": PASSWORD, "new_password": "short"});
    let reply = send(&worker, Method::PUT, PATH, &weak).await;
    assert_eq!(slug(&reply, 422), "password-weak");
    assert_eq!(reply.body["errors"][0]["pointer"], "/new_password");
    let wrong = json!({"current_password": "not this one", "new_password": NEXT});
    for _ in 0..5 {
        let reply = send(&worker, Method::PUT, PATH, &wrong).await;
        assert_eq!(slug(&reply, 422), "current-password-wrong");
        assert_eq!(reply.body["errors"][0]["pointer"], "/current_password");
    }
    let reply = send(&worker, Method::PUT, PATH, &wrong).await;
    assert_eq!(slug(&reply, 429), "too-many-attempts");
    world.clock.advance(std::time::Duration::from_secs(31));
    world.tokens("worker").await;
}
