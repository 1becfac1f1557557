use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use crate::{World, slug};

const SESSIONS: &str = "/api/identity/v1/sessions";

#[tokio::test]
async fn broken_bodies_are_told_from_wrong_members() {
    let world = World::start().await;
    let anyone = world.host.anonymous();
    let raw = |body: Vec<u8>| {
        let request = anyone.request(Method::POST, SESSIONS);
        anyone.send(request.header(CONTENT_TYPE, "application/json").body(body))
    };
    assert_eq!(
        slug(&raw(b"{\"username\":".to_vec()).await, 400),
        "json-broken"
    );
    assert_eq!(
        slug(&raw(b"{\"username\":\"\xff\"}".to_vec()).await, 400),
        "body-not-utf8"
    );
    assert_eq!(
        slug(&raw(vec![b' '; 600 * 1024]).await, 413),
        "body-too-large"
    );
    let form = anyone.request(Method::POST, SESSIONS).body("username=x");
    assert_eq!(slug(&anyone.send(form).await, 415), "json-expected");
    for (body, pointer) in [
        (json!({}), "/username"),
        (json!({"username": "worker"}), "/password"),
        (json!({"username": 1, "password": "x"}), "/username"),
        (json!({"username": "", "password": "x"}), "/username"),
        (json!({"username": "a\nb", "password": "x"}), "/username"),
        (
            json!({"username": "x".repeat(65), "password": "x"}),
            "/username",
        ),
        (json!({"username": "worker", "password": ""}), "/password"),
        (
            json!({"username": "worker", "password": "x".repeat(129)}),
            "/password",
        ),
        (
            json!({"username": "worker", "password": "x", "role": "system_admin"}),
            "/role",
        ),
    ] {
        let reply = anyone.post(SESSIONS, &body).await;
        assert_eq!(slug(&reply, 422), "invalid-input", "{body}");
        assert_eq!(reply.body["errors"][0]["pointer"], pointer, "{body}");
    }
}

#[tokio::test]
async fn odd_lists_and_ids_are_refused() {
    let world = World::start().await;
    let system = world.sign_in("system").await;
    let auditor = world.sign_in("auditor").await;
    let accounts = "/api/identity/v1/accounts";
    for query in [
        "limit=0",
        "limit=100000",
        "limit=x",
        "colour=red",
        "username=a%20b",
    ] {
        let reply = system.get(&format!("{accounts}?{query}")).await;
        assert_eq!(slug(&reply, 422), "invalid-input", "{query}");
    }
    let page = auditor
        .get("/api/identity/v1/access-log?limit=1")
        .await
        .expect(200);
    let foreign = page["next"].as_str().unwrap();
    for cursor in [foreign, "x", "é", &"a".repeat(2_000)] {
        let reply = system.get(&format!("{accounts}?cursor={cursor}")).await;
        assert_eq!(slug(&reply, 422), "cursor-invalid", "{cursor}");
    }
    for id in [
        "1",
        "ord_01jcgb2r00e8arc5tmvkbzqy7x",
        "acc_01jcgb2r00e8arc5tmvkbzqy7x",
        "%00",
    ] {
        let reply = system.get(&format!("{accounts}/{id}")).await;
        assert_eq!(reply.status.as_u16(), 404, "{id}");
        assert!(reply.body["type"].is_string());
    }
}

#[tokio::test]
async fn administration_is_for_administrators() {
    let world = World::start().await;
    let worker = world.sign_in("worker").await;
    let system = world.sign_in("system").await;
    let id = worker.account;
    let grant = json!({"role": "assessor", "org_path": "/"});
    let account = json!({"username": "someone", "display_name": "某人"});
    let grants = format!("/api/identity/v1/accounts/{id}/grants");
    assert_eq!(
        slug(&worker.get("/api/identity/v1/accounts").await, 403),
        "role-missing"
    );
    assert_eq!(
        slug(
            &worker.post("/api/identity/v1/accounts", &account).await,
            403
        ),
        "role-missing"
    );
    // administrators are separate: each does its own part only
    assert_eq!(
        slug(&system.post(&grants, &grant).await, 403),
        "role-missing"
    );
    assert_eq!(
        slug(&system.get("/api/identity/v1/access-log").await, 403),
        "role-missing"
    );
    let security = world.sign_in("security").await;
    assert_eq!(
        slug(
            &security.post("/api/identity/v1/accounts", &account).await,
            403
        ),
        "role-missing"
    );
    let anyone = world.host.anonymous();
    assert_eq!(
        slug(&anyone.get("/api/identity/v1/me").await, 401),
        "token-missing"
    );
}
