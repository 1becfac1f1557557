use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::world::send;
use crate::{PASSWORD, World, slug};

const ME: &str = "/api/identity/v1/me";
const SESSIONS: &str = "/api/identity/v1/me/sessions";

#[tokio::test]
async fn a_person_signs_in_and_sees_who_they_are() {
    let world = World::start().await;
    let tokens = world.try_sign_in("WORKER", PASSWORD).await.expect(200);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 600);
    let worker = world.caller(&tokens).await;
    let me = worker.get(ME).await.expect(200);
    assert_eq!(me["username"], "worker");
    assert_eq!(me["roles"], json!(["grid_worker"]));
    assert_eq!(me["grants"][0]["title"], "网格员");
    assert_eq!(me["grants"][0]["org_path"], crate::world::COMMUNITY);
    assert!(me.get("password_hash").is_none());
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_look_the_same() {
    let world = World::start().await;
    let mut answers = Vec::new();
    for (name, password) in [
        ("worker", "wrong password!"),
        ("nobody", PASSWORD),
        ("无此人", PASSWORD),
        ("' OR 1=1 --", "' OR 1=1 --"),
    ] {
        let mut reply = world.try_sign_in(name, password).await;
        assert_eq!(slug(&reply, 401), "credentials-invalid");
        reply.body.as_object_mut().unwrap().remove("trace_id");
        answers.push(reply.body);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
}

#[tokio::test]
async fn failures_slow_down_and_wear_off() {
    let world = World::start().await;
    for _ in 0..5 {
        assert_eq!(
            slug(&world.try_sign_in("worker", "wrong").await, 401),
            "credentials-invalid"
        );
    }
    let refused = world.try_sign_in("Worker", PASSWORD).await;
    assert_eq!(slug(&refused, 429), "too-many-attempts");
    let wait: u64 = refused.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=31).contains(&wait), "{wait}");
    world.tokens("resident").await;
    world.clock.advance(Duration::from_secs(wait));
    world.tokens("worker").await;
    // success starts the count anew
    assert_eq!(
        slug(&world.try_sign_in("worker", "wrong").await, 401),
        "credentials-invalid"
    );
}

#[tokio::test]
async fn many_guesses_at_once_are_not_all_tried() {
    let world = World::start().await;
    let guesses = (0..20).map(|_| world.try_sign_in("worker", "wrong"));
    let replies = join_all(guesses).await;
    let tried = replies
        .iter()
        .filter(|reply| reply.status.as_u16() == 401)
        .count();
    assert_eq!(tried, 5);
}

#[tokio::test]
async fn an_access_token_ends_and_a_session_goes_on() {
    let world = World::start().await;
    let tokens = world.tokens("worker").await;
    let worker = world.caller(&tokens).await;
    world.clock.advance(Duration::from_mins(11));
    assert_eq!(slug(&worker.get(ME).await, 401), "token-expired");
    let renewed = world.refresh(&tokens["refresh_token"]).await.expect(200);
    assert_ne!(renewed["refresh_token"], tokens["refresh_token"]);
    assert_eq!(world.caller(&renewed).await.account, worker.account);
}

#[tokio::test]
async fn a_refresh_token_used_before_ends_the_session() {
    let world = World::start().await;
    let first = world.tokens("worker").await;
    let second = world.refresh(&first["refresh_token"]).await.expect(200);
    world.clock.advance(Duration::from_secs(10));
    let stolen = world.refresh(&first["refresh_token"]).await;
    assert_eq!(slug(&stolen, 401), "refresh-token-invalid");
    let owner = world.refresh(&second["refresh_token"]).await;
    assert_eq!(slug(&owner, 401), "refresh-token-invalid");
    // only that session: another one of the same account goes on
    let other = world.tokens("worker").await;
    world.refresh(&other["refresh_token"]).await.expect(200);
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_get_the_same_successor() {
    let world = World::start().await;
    let tokens = world.tokens("worker").await;
    let tabs = (0..4).map(|_| world.refresh(&tokens["refresh_token"]));
    let mut successors = Vec::new();
    for reply in join_all(tabs).await {
        successors.push(reply.expect(200)["refresh_token"].clone());
    }
    successors.dedup();
    assert_eq!(successors.len(), 1);
    world.clock.advance(Duration::from_mins(5));
    world.refresh(&successors[0]).await.expect(200);
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused() {
    let world = World::start().await;
    let tokens = world.tokens("worker").await;
    let access = &tokens["access_token"];
    let own = tokens["refresh_token"].as_str().unwrap();
    let forged = format!("{}AAAA", own.get(..60).unwrap());
    for token in [json!("x"), json!("A".repeat(64)), json!(forged)] {
        assert_eq!(
            slug(&world.refresh(&token).await, 401),
            "refresh-token-invalid"
        );
    }
    // an access token is far longer than any refresh token
    assert_eq!(slug(&world.refresh(access).await, 422), "invalid-input");
}

#[tokio::test]
async fn a_closed_session_does_not_go_on() {
    let world = World::start().await;
    let tokens = world.tokens("worker").await;
    let worker = world.caller(&tokens).await;
    for _ in 0..2 {
        let path = "/api/identity/v1/sessions/current";
        worker
            .send(worker.request(Method::DELETE, path))
            .await
            .expect(204);
    }
    let refused = world.refresh(&tokens["refresh_token"]).await;
    assert_eq!(slug(&refused, 401), "refresh-token-invalid");
}

#[tokio::test]
async fn an_idle_session_ends_and_a_used_one_ends_too() {
    let world = World::start().await;
    let day = Duration::from_hours(24);
    let idle = world.tokens("worker").await;
    world.clock.advance(day * 7);
    let refused = world.refresh(&idle["refresh_token"]).await;
    assert_eq!(slug(&refused, 401), "refresh-token-invalid");
    let mut used = world.tokens("worker").await;
    for _ in 0..5 {
        world.clock.advance(day * 5);
        used = world.refresh(&used["refresh_token"]).await.expect(200);
    }
    world.clock.advance(day * 5);
    let refused = world.refresh(&used["refresh_token"]).await;
    assert_eq!(slug(&refused, 401), "refresh-token-invalid");
}

#[tokio::test]
async fn a_restart_keeps_keys_and_sessions() {
    let world = World::start().await;
    let tokens = world.tokens("worker").await;
    let worker = world.caller(&tokens).await;
    let host = world.host.restart().await;
    let moved = host.caller_with(worker.account, worker.token);
    moved.get(ME).await.expect(200);
    let body = json!({"refresh_token": tokens["refresh_token"]});
    host.anonymous()
        .post("/api/identity/v1/sessions/refresh", &body)
        .await
        .expect(200);
}

#[tokio::test]
async fn a_suspended_account_is_locked_out_until_it_is_resumed() {
    let world = World::start().await;
    let tokens = world.tokens("worker").await;
    let id = world.account_of("worker").await;
    let security = world.sign_in("security").await;
    let suspend = format!("/api/identity/v1/accounts/{id}/actions/suspend");
    let shown = security.post(&suspend, &json!({})).await.expect(200);
    assert_eq!(shown["status"], "suspended");
    assert_eq!(security.post(&suspend, &json!({})).await.expect(200), shown);
    assert_eq!(
        slug(&world.try_sign_in("worker", PASSWORD).await, 401),
        "credentials-invalid"
    );
    let refused = world.refresh(&tokens["refresh_token"]).await;
    assert_eq!(slug(&refused, 401), "refresh-token-invalid");
    let resume = format!("/api/identity/v1/accounts/{id}/actions/resume");
    let request = security
        .request(Method::POST, &resume)
        .header("if-match", "\"1\"");
    assert_eq!(slug(&security.send(request).await, 412), "version-changed");
    send(&security, Method::POST, &resume, &json!({}))
        .await
        .expect(200);
    world.tokens("worker").await;
    let own = format!(
        "/api/identity/v1/accounts/{}/actions/suspend",
        security.account
    );
    assert_eq!(
        slug(&security.post(&own, &json!({})).await, 403),
        "own-account"
    );
}

#[tokio::test]
async fn a_token_of_another_installation_is_no_account_here() {
    let world = World::start().await;
    let stranger = world.host.caller(&[]);
    assert_eq!(slug(&stranger.get(ME).await, 401), "token-invalid");
}

#[tokio::test]
async fn a_token_from_two_turns_ago_ends_the_session_even_within_the_same_second() {
    let world = World::start().await;
    let first = world.tokens("worker").await;
    let second = world.refresh(&first["refresh_token"]).await.expect(200);
    let third = world.refresh(&second["refresh_token"]).await.expect(200);
    let replayed = world.refresh(&first["refresh_token"]).await;
    assert_eq!(slug(&replayed, 401), "refresh-token-invalid");
    for tokens in [&second, &third] {
        let refused = world.refresh(&tokens["refresh_token"]).await;
        assert_eq!(slug(&refused, 401), "refresh-token-invalid");
    }
    let worker = world.caller(&third).await;
    let open = worker.get(SESSIONS).await.expect(200);
    assert_eq!(open["items"], json!([]));
}
