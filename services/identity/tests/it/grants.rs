use std::time::Duration;

use kernel::Clock;
use reqwest::Method;
use serde_json::json;

use crate::{World, slug};

#[tokio::test]
async fn a_granted_role_counts_with_the_next_token_and_ends_when_revoked() {
    let world = World::start().await;
    let security = world.sign_in("security").await;
    let tokens = world.tokens("resident").await;
    let id = world.account_of("resident").await;
    let path = format!("/api/identity/v1/accounts/{id}/grants");
    let body = json!({"role": "volunteer", "org_path": "/420105000000/", "categories": ["0102"]});
    let reply = security.post(&path, &body).await;
    assert_eq!(reply.headers["etag"], "\"3\"");
    let account = reply.expect(201);
    assert_eq!(account["roles"], json!(["resident", "volunteer"]));
    let grant = account["grants"][1].clone();
    assert_eq!(grant["granted_by"], security.account.to_string());
    let renewed = world.refresh(&tokens["refresh_token"]).await.expect(200);
    let principal = verified(&world, &renewed);
    assert_eq!(principal.grants[1].categories, ["0102"]);
    assert_eq!(
        slug(&security.post(&path, &body).await, 409),
        "grant-exists"
    );
    let one = format!("{path}/{}", grant["id"].as_str().unwrap());
    security
        .send(security.request(Method::DELETE, &one))
        .await
        .expect(204);
    let gone = security.send(security.request(Method::DELETE, &one)).await;
    assert_eq!(slug(&gone, 404), "grant-not-found");
    let renewed = world.refresh(&renewed["refresh_token"]).await.expect(200);
    assert_eq!(verified(&world, &renewed).grants.len(), 1);
}

fn verified(world: &World, tokens: &serde_json::Value) -> std::sync::Arc<auth::Principal> {
    let keys = &world.host.deps("identity").keys;
    keys.verify(tokens["access_token"].as_str().unwrap(), world.clock.now())
        .unwrap()
}

#[tokio::test]
async fn the_three_administrators_are_those_of_the_whole_city() {
    let world = World::start().await;
    let security = world.sign_in("security").await;
    let system = world.sign_in("system").await;
    let body = json!({"username": "newcomer", "display_name": "新人甲"});
    let made = system
        .post("/api/identity/v1/accounts", &body)
        .await
        .expect(201);
    let path = format!(
        "/api/identity/v1/accounts/{}/grants",
        made["id"].as_str().unwrap()
    );
    for role in ["system_admin", "security_admin", "audit_admin"] {
        let of_a_part = json!({"role": role, "org_path": "/420105000000/"});
        let reply = security.post(&path, &of_a_part).await;
        assert_eq!(slug(&reply, 422), "administrator-of-a-part");
        assert_eq!(reply.body["errors"][0]["pointer"], "/org_path");
    }
    let whole = json!({"role": "system_admin", "org_path": "/"});
    security.post(&path, &whole).await.expect(201);
    // what an earlier version granted counts nowhere
    world
        .execute(
            "UPDATE account_grant SET org_path = '/420105000000/' WHERE role = 'security_admin'",
        )
        .await;
    let before = security.account;
    let security = world.sign_in("security").await;
    assert_eq!(security.account, before);
    let me = security.get("/api/identity/v1/me").await.expect(200);
    assert_eq!(me["roles"], json!([]));
    let suspend = format!(
        "/api/identity/v1/accounts/{}/actions/suspend",
        system.account
    );
    assert_eq!(
        slug(&security.post(&suspend, &json!({})).await, 403),
        "role-missing"
    );
}

#[tokio::test]
async fn administrators_stay_separate_and_nobody_serves_themselves() {
    let world = World::start().await;
    let security = world.sign_in("security").await;
    let grants = |id: String| format!("/api/identity/v1/accounts/{id}/grants");
    let as_role = |role: &str| json!({"role": role, "org_path": "/"});
    let worker = grants(world.account_of("worker").await.to_string());
    for role in ["system_admin", "security_admin", "audit_admin"] {
        let reply = security.post(&worker, &as_role(role)).await;
        assert_eq!(slug(&reply, 409), "administrators-separate");
    }
    let auditor = grants(world.account_of("auditor").await.to_string());
    for role in ["resident", "system_admin", "platform_operator"] {
        let reply = security.post(&auditor, &as_role(role)).await;
        assert_eq!(slug(&reply, 409), "administrators-separate");
    }
    let own = grants(security.account.to_string());
    assert_eq!(
        slug(&security.post(&own, &as_role("resident")).await, 403),
        "grant-to-oneself"
    );
    let me = security.get("/api/identity/v1/me").await.expect(200);
    let grant = me["grants"][0]["id"].as_str().unwrap();
    let revoke = security.request(Method::DELETE, &format!("{own}/{grant}"));
    assert_eq!(slug(&security.send(revoke).await, 403), "grant-to-oneself");
}

#[tokio::test]
async fn a_grant_for_a_time_bounds_the_token_and_ends_by_itself() {
    let world = World::start().await;
    let security = world.sign_in("security").await;
    let id = world.account_of("worker").await;
    let path = format!("/api/identity/v1/accounts/{id}/grants");
    let now = world.clock.now();
    let until = now.plus(Duration::from_secs(90));
    let body = json!({"role": "inspector", "org_path": "/", "valid_until": until});
    security.post(&path, &body).await.expect(201);
    let tokens = world.tokens("worker").await;
    assert_eq!(tokens["expires_in"], 90);
    assert_eq!(verified(&world, &tokens).grants.len(), 2);
    world.clock.advance(Duration::from_secs(90));
    let tokens = world.tokens("worker").await;
    assert_eq!(tokens["expires_in"], 600);
    assert_eq!(verified(&world, &tokens).grants.len(), 1);
    let later = until.plus(Duration::from_hours(1));
    let empty =
        json!({"role": "inspector", "org_path": "/", "valid_from": later, "valid_until": later});
    let past = json!({"role": "inspector", "org_path": "/", "valid_until": now});
    for body in [empty, past] {
        let reply = security.post(&path, &body).await;
        assert_eq!(slug(&reply, 422), "period-empty");
        assert_eq!(reply.body["errors"][0]["pointer"], "/valid_until");
    }
}

#[tokio::test]
async fn stale_and_unreadable_grants_change_nothing() {
    let world = World::start().await;
    let security = world.sign_in("security").await;
    let id = world.account_of("worker").await;
    let path = format!("/api/identity/v1/accounts/{id}/grants");
    let body = json!({"role": "inspector", "org_path": "/"});
    let stale = security
        .request(Method::POST, &path)
        .header("if-match", "\"1\"")
        .json(&body);
    assert_eq!(slug(&security.send(stale).await, 412), "version-changed");
    for (body, pointer) in [
        (json!({"role": "king", "org_path": "/"}), "/role"),
        (json!({"role": "inspector"}), "/org_path"),
        (
            json!({"role": "inspector", "org_path": "420105000000"}),
            "/org_path",
        ),
        (
            json!({"role": "inspector", "org_path": "/4201050000001/"}),
            "/org_path",
        ),
        (
            json!({"role": "inspector", "org_path": "/", "categories": [""]}),
            "/categories/0",
        ),
        (
            json!({"role": "inspector", "org_path": "/", "valid_until": "soon"}),
            "/valid_until",
        ),
    ] {
        let reply = security.post(&path, &body).await;
        assert_eq!(slug(&reply, 422), "invalid-input", "{body}");
        assert_eq!(reply.body["errors"][0]["pointer"], pointer, "{body}");
    }
    let unknown = "/api/identity/v1/accounts/acc_01jcgb2r00e8arc5tmvkbzqy7x/grants";
    assert_eq!(
        slug(&security.post(unknown, &body).await, 404),
        "account-not-found"
    );
    let account = security
        .get(&format!("/api/identity/v1/accounts/{id}"))
        .await
        .expect(200);
    assert_eq!(
        (
            &account["version"],
            account["grants"].as_array().unwrap().len()
        ),
        (&json!(2), 1)
    );
}

#[tokio::test]
async fn the_same_grant_at_once_is_given_once() {
    let world = World::start().await;
    let security = world.sign_in("security").await;
    let id = world.account_of("worker").await;
    let path = format!("/api/identity/v1/accounts/{id}/grants");
    let body = json!({"role": "inspector", "org_path": "/"});
    let all = (0..8).map(|_| security.post(&path, &body));
    let replies = futures_util::future::join_all(all).await;
    let given = replies
        .iter()
        .filter(|reply| reply.status.as_u16() == 201)
        .count();
    assert_eq!(given, 1);
    assert!(
        replies
            .iter()
            .all(|reply| matches!(reply.status.as_u16(), 201 | 409))
    );
}

#[tokio::test]
async fn grants_that_no_token_can_carry_are_refused() {
    let world = World::start().await;
    let security = world.sign_in("security").await;
    let id = world.account_of("worker").await;
    let path = format!("/api/identity/v1/accounts/{id}/grants");
    let mut status = 201;
    for community in 10..99 {
        let place = format!("/420105000000/420105011000/4201050110{community}/");
        let body = json!({"role": "inspector", "org_path": place});
        let reply = security.post(&path, &body).await;
        status = reply.status.as_u16();
        if status != 201 {
            assert_eq!(slug(&reply, 409), "grants-too-many");
            break;
        }
    }
    assert_eq!(status, 409);
    world.sign_in("worker").await;
}
