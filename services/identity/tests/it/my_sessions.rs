use std::time::Duration;

use serde_json::{Value, json};
use testkit::eventually;

use crate::{World, slug};

const MINE: &str = "/api/identity/v1/me/sessions";

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    let ids = items
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned());
    ids.collect()
}

#[tokio::test]
async fn a_person_sees_their_sessions_and_ends_one() {
    let world = World::start().await;
    let here = world.tokens("worker").await;
    world.clock.advance(Duration::from_mins(1));
    let elsewhere = world.tokens("worker").await;
    world.tokens("resident").await;
    let worker = world.caller(&here).await;
    let page = worker.get(MINE).await.expect(200);
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(
        (&items[0]["current"], &items[1]["current"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(
        (&items[0]["method"], &items[0]["source"]),
        (&json!("password"), &json!("127.0.0.1"))
    );
    assert_eq!(items[0]["created_at"], world.now().to_string());

    let path = format!("{MINE}/{}", ids(&page)[0]);
    for _ in 0..2 {
        world.delete(&worker, &path).await.expect(204);
    }
    let refused = world.refresh(&elsewhere["refresh_token"]).await;
    assert_eq!(slug(&refused, 401), "refresh-token-invalid");
    world.refresh(&here["refresh_token"]).await.expect(200);
    assert_eq!(ids(&worker.get(MINE).await.expect(200)).len(), 1);
}

#[tokio::test]
async fn nobody_ends_the_session_of_another() {
    let world = World::start().await;
    let tokens = world.tokens("worker").await;
    let worker = world.caller(&tokens).await;
    let own = ids(&worker.get(MINE).await.expect(200));
    let resident = world.sign_in("resident").await;
    for id in [
        own[0].as_str(),
        "ses_01jcgb2r00e8arc5tmvkbzqy7x",
        "x",
        "acc_01jcgb2r00e8arc5tmvkbzqy7x",
    ] {
        let reply = world.delete(&resident, &format!("{MINE}/{id}")).await;
        assert_eq!(reply.status, 404, "{id}");
    }
    let accounts = format!("/api/identity/v1/accounts/{}/sessions", worker.account);
    assert_eq!(
        slug(&world.delete(&resident, &accounts).await, 403),
        "role-missing"
    );
    world.refresh(&tokens["refresh_token"]).await.expect(200);
}

#[tokio::test]
async fn signing_out_everywhere_ends_all_of_them_and_only_ones_own() {
    let world = World::start().await;
    let mine = [world.tokens("worker").await, world.tokens("worker").await];
    let other = world.tokens("resident").await;
    let worker = world.caller(&mine[0]).await;
    world.delete(&worker, MINE).await.expect(204);
    for tokens in &mine {
        let refused = world.refresh(&tokens["refresh_token"]).await;
        assert_eq!(slug(&refused, 401), "refresh-token-invalid");
    }
    world.refresh(&other["refresh_token"]).await.expect(200);
    // the access tokens go with them, as soon as it is heard
    eventually("the access token is refused", async || {
        (worker.get(MINE).await.status == 401).then_some(())
    })
    .await;
    world.caller(&other).await.get(MINE).await.expect(200);
}

#[tokio::test]
async fn where_a_session_came_from_is_forgotten_seven_days_after_its_end() {
    let world = World::start_set(|config, _| {
        config["session_idle_days"] = json!(20);
        config["session_days"] = json!(30);
    })
    .await;
    let day = Duration::from_hours(24);
    let other = world.tokens("resident").await;
    let worker = world.sign_in("worker").await;
    assert_eq!(world.count("session").await, 2);
    world
        .delete(&worker, "/api/identity/v1/me/sessions")
        .await
        .expect(204);
    world.clock.advance(day * 7);
    assert_eq!(world.run("forget_sessions").await, 0);
    world.clock.advance(Duration::from_secs(1));
    // revoked, long before its longest life is over
    assert_eq!(world.run("forget_sessions").await, 1);
    world.clock.advance(day * 12);
    let other = world.refresh(&other["refresh_token"]).await.expect(200);
    world.clock.advance(day * 10);
    assert_eq!(world.run("forget_sessions").await, 0);
    world.refresh(&other["refresh_token"]).await.expect(200);
    // over a day later, and forgotten seven days after that
    world.clock.advance(day * 9);
    assert_eq!(world.run("forget_sessions").await, 1);
    let idle = world.tokens("resident").await;
    world.clock.advance(day * 20);
    let refused = world.refresh(&idle["refresh_token"]).await;
    assert_eq!(slug(&refused, 401), "refresh-token-invalid");
    world.clock.advance(day * 7 + Duration::from_secs(1));
    assert_eq!(world.run("forget_sessions").await, 1);
    assert_eq!(world.count("session").await, 0);
}

#[tokio::test]
async fn the_security_administrator_cuts_an_account_off() {
    let world = World::start().await;
    let tokens = world.tokens("worker").await;
    let worker = world.caller(&tokens).await;
    let security = world.sign_in("security").await;
    let path = format!("/api/identity/v1/accounts/{}/sessions", worker.account);
    world.delete(&security, &path).await.expect(204);
    let refused = world.refresh(&tokens["refresh_token"]).await;
    assert_eq!(slug(&refused, 401), "refresh-token-invalid");
    let nobody = "/api/identity/v1/accounts/acc_01jcgb2r00e8arc5tmvkbzqy7x/sessions";
    assert_eq!(
        slug(&world.delete(&security, nobody).await, 404),
        "account-not-found"
    );
}

#[tokio::test]
async fn the_list_leaves_out_what_is_over_and_pages_without_gaps() {
    let world = World::start().await;
    let mut opened = Vec::new();
    for _ in 0..5 {
        world.clock.advance(Duration::from_secs(1));
        world.tokens("worker").await;
    }
    let worker = world.sign_in("worker").await;
    let mut path = format!("{MINE}?limit=2");
    loop {
        let page = worker.get(&path).await.expect(200);
        opened.extend(ids(&page));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("{MINE}?limit=2&cursor={next}");
    }
    let mut sorted = opened.clone();
    sorted.sort();
    sorted.dedup();
    sorted.reverse();
    assert_eq!((opened.len(), &sorted), (6, &opened));
    assert_eq!(
        slug(&worker.get(&format!("{MINE}?cursor=x")).await, 422),
        "cursor-invalid"
    );
    world.clock.advance(Duration::from_hours(7 * 24));
    let later = world.sign_in("worker").await;
    assert_eq!(ids(&later.get(MINE).await.expect(200)).len(), 1);
}
