use reqwest::Method;
use serde_json::json;

use crate::{World, slug};

const ACCOUNTS: &str = "/api/identity/v1/accounts";

#[tokio::test]
async fn an_account_gets_a_password_that_is_shown_once() {
    let world = World::start().await;
    let system = world.sign_in("system").await;
    let body = json!({"username": "New.Volunteer", "display_name": "新志愿者"});
    let reply = system.post(ACCOUNTS, &body).await;
    assert_eq!(reply.headers["etag"], "\"1\"");
    let location = reply.headers["location"].to_str().unwrap().to_owned();
    let made = reply.expect(201);
    assert_eq!(
        (&made["username"], &made["roles"]),
        (&json!("new.volunteer"), &json!([]))
    );
    let password = made["generated_password"].as_str().unwrap();
    world
        .try_sign_in("new.volunteer", password)
        .await
        .expect(200);
    let shown = system.get(&location).await.expect(200);
    assert_eq!(shown["id"], made["id"]);
    assert!(shown.get("generated_password").is_none());
}

#[tokio::test]
async fn the_same_request_twice_opens_one_account() {
    let world = World::start().await;
    let system = world.sign_in("system").await;
    let body = json!({"username": "twice", "display_name": "两次"});
    let post = |body: &serde_json::Value| {
        let request = system.request(Method::POST, ACCOUNTS).json(body);
        system.send(request.header("idempotency-key", "k-1"))
    };
    let first = post(&body).await.expect(201);
    let second = post(&body).await.expect(201);
    assert_eq!(first["id"], second["id"]);
    assert!(second.get("generated_password").is_none());
    let other = json!({"username": "other", "display_name": "两次"});
    assert_eq!(slug(&post(&other).await, 422), "idempotency-key-reused");
    assert_eq!(
        slug(&system.post(ACCOUNTS, &body).await, 409),
        "username-taken"
    );
}

#[tokio::test]
async fn taken_names_and_weak_passwords_are_refused() {
    let world = World::start().await;
    let system = world.sign_in("system").await;
    let taken = json!({"username": "WORKER", "display_name": "重名"});
    assert_eq!(
        slug(&system.post(ACCOUNTS, &taken).await, 409),
        "username-taken"
    );
    for password in ["short", "aaaaaaaaaaaaaaa", "my-newcomer-2026"] {
        let body = json!({"username": "newcomer", "display_name": "新人", "password": password});
        let reply = system.post(ACCOUNTS, &body).await;
        assert_eq!(slug(&reply, 422), "password-weak");
        assert_eq!(reply.body["errors"][0]["pointer"], "/password");
        assert!(!reply.body.to_string().contains(password));
    }
    for (name, pointer) in [("a b", "/username"), ("", "/username")] {
        let body = json!({"username": name, "display_name": "新人"});
        assert_eq!(
            system.post(ACCOUNTS, &body).await.body["errors"][0]["pointer"],
            pointer
        );
    }
}

#[tokio::test]
async fn accounts_are_listed_page_by_page_without_gaps() {
    let world = World::start().await;
    let security = world.sign_in("security").await;
    let mut seen = Vec::new();
    let mut path = format!("{ACCOUNTS}?limit=2");
    loop {
        let page = security.get(&path).await.expect(200);
        for item in page["items"].as_array().unwrap() {
            assert_eq!(item["grants"].as_array().unwrap().len(), 1);
            seen.push(item["username"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("{ACCOUNTS}?limit=2&cursor={next}");
    }
    seen.sort();
    assert_eq!(
        seen,
        ["auditor", "resident", "security", "system", "worker"]
    );
    let found = security
        .get(&format!("{ACCOUNTS}?username=Worker"))
        .await
        .expect(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert_eq!(found["items"][0]["username"], "worker");
    assert!(found.get("next").is_none());
}
