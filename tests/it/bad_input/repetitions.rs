//! The same request again, at once, or too late.

use futures_util::future::join_all;
use kernel::Role;
use reqwest::Method;
use scenarios::order::{self, ORDERS, TASKS, act, items, path, shown, text};
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use super::Scene;
use crate::world::{COMPOUND, assert_problem};

async fn post_with_key(caller: &Caller, path: &str, key: &str, body: &Value) -> Reply {
    let request = caller
        .request(Method::POST, path)
        .header("Idempotency-Key", key);
    caller.send(request.json(body)).await
}

fn count(replies: &[Reply], status: u16) -> usize {
    replies
        .iter()
        .filter(|reply| reply.status == status)
        .count()
}

#[tokio::test]
async fn of_fifty_claims_at_once_one_wins_and_nobody_learns_who() {
    let scene = Scene::set().await;
    act(&scene.dispatcher, &scene.order, "dispatch", json!({}))
        .await
        .expect(200);
    let host = &scene.world.host;
    let helpers: Vec<Caller> = (0..50)
        .map(|_| host.caller(&[(Role::PartyMember, COMPOUND)]))
        .collect();
    let task = order::task(&helpers[0], &scene.order).await;
    let claim = format!("{TASKS}/{task}/claim");
    let replies = join_all(
        helpers
            .iter()
            .map(|helper| helper.post(&claim, &Value::Null)),
    )
    .await;
    assert_eq!((count(&replies, 200), count(&replies, 409)), (1, 49));
    let winner = replies
        .iter()
        .position(|reply| reply.status == 200)
        .expect("a winner");
    let winner = &helpers[winner];
    for reply in replies.iter().filter(|reply| reply.status == 409) {
        let problem = assert_problem(reply, 409).to_string();
        assert!(!problem.contains("acc_"), "{problem}");
    }
    scene.world.settled().await;
    assert_eq!(shown(winner, &scene.order).await["assignee_is_me"], true);
    let rows = scene.world.rows().await;
    let new = |table: &str| rows[table] - scene.before[table];
    // the log says that it was opened and taken
    assert_eq!(
        (new("volunteering.task"), new("volunteering.claim_log")),
        (1, 2),
        "{rows:#?}"
    );
    scene.world.host.stop().await;
}

#[tokio::test]
async fn the_same_claim_fifty_times_takes_effect_once() {
    let scene = Scene::set().await;
    act(&scene.dispatcher, &scene.order, "dispatch", json!({}))
        .await
        .expect(200);
    let helper = scene.world.host.caller(&[(Role::PartyMember, COMPOUND)]);
    let task = order::task(&helper, &scene.order).await;
    let claim = format!("{TASKS}/{task}/claim");
    let nothing = json!({});
    let replies =
        join_all((0..50).map(|_| post_with_key(&helper, &claim, "claim-1", &nothing))).await;
    for reply in &replies {
        assert_eq!(reply.status, 200, "{:#}", reply.body);
        assert_eq!(reply.body, replies[0].body);
    }
    assert_problem(&helper.post(&claim, &nothing).await, 409);
    let rows = scene.world.rows().await;
    let log = rows["volunteering.claim_log"] - scene.before["volunteering.claim_log"];
    assert_eq!(log, 2, "it was opened and taken");
    scene.world.host.stop().await;
}

#[tokio::test]
async fn the_same_post_with_a_key_takes_effect_once() {
    let scene = Scene::set().await;
    let body = order::five_order("路灯");
    let first = post_with_key(&scene.resident, ORDERS, "k-1", &body)
        .await
        .expect(201);
    let again = post_with_key(&scene.resident, ORDERS, "k-1", &body)
        .await
        .expect(201);
    assert_eq!(first, again);
    let other = post_with_key(&scene.resident, ORDERS, "k-1", &order::five_order("另一件")).await;
    assert_problem(&other, 422);
    // somebody else's key is another key
    let neighbour = scene.world.host.caller(&[(Role::Resident, COMPOUND)]);
    let theirs = post_with_key(&neighbour, ORDERS, "k-1", &body)
        .await
        .expect(201);
    assert_ne!(theirs["id"], first["id"]);
    let at_once =
        join_all((0..20).map(|_| post_with_key(&scene.resident, ORDERS, "k-2", &body))).await;
    for reply in &at_once {
        assert_eq!(reply.status, 201, "{:#}", reply.body);
        assert_eq!(reply.body["id"], at_once[0].body["id"]);
    }
    let dispatch = format!("{}/actions/dispatch", path(&scene.order));
    let nothing = json!({});
    let acts =
        join_all((0..5).map(|_| post_with_key(&scene.dispatcher, &dispatch, "d-1", &nothing)))
            .await;
    assert_eq!(count(&acts, 200), 5, "{:#?}", acts[0].body);
    let mine = scene
        .resident
        .get(&format!("{ORDERS}?mine=requested"))
        .await
        .expect(200);
    assert_eq!(items(&mine).len(), 3);
    let rows = scene.world.rows().await;
    assert_eq!(
        rows["volunteering.task"] - scene.before["volunteering.task"],
        1
    );
    scene.world.host.stop().await;
}

#[tokio::test]
async fn the_same_post_without_a_key_takes_effect_twice_or_is_refused() {
    let scene = Scene::set().await;
    let body = order::five_order("路灯");
    let (first, second) = (
        order::open(&scene.resident, &body).await,
        order::open(&scene.resident, &body).await,
    );
    assert_ne!(
        (text(&first, "id"), text(&first, "number")),
        (text(&second, "id"), text(&second, "number"))
    );
    let replies =
        join_all((0..20).map(|_| act(&scene.dispatcher, &first, "dispatch", json!({})))).await;
    assert_eq!((count(&replies, 200), count(&replies, 409)), (1, 19));
    scene.world.host.stop().await;
}

#[tokio::test]
async fn whoever_saw_an_older_version_is_told() {
    let scene = Scene::set().await;
    let place = format!("/api/registry/v1/organisations/{}", order::COMPOUND);
    let platform = &scene.world.platform;
    let rename = async |name: &str, seen: &str| {
        let request = platform
            .request(Method::PATCH, &place)
            .header("If-Match", seen);
        platform.send(request.json(&json!({"name": name}))).await
    };
    let seen = platform.get(&place).await.headers["etag"]
        .to_str()
        .expect("text")
        .to_owned();
    rename("新名称", &seen).await.expect(200);
    assert_problem(&rename("更新的名称", &seen).await, 412);

    let dispatch = async |seen: &str| {
        let address = format!("{}/actions/dispatch", path(&scene.order));
        let request = scene
            .dispatcher
            .request(Method::POST, &address)
            .header("If-Match", seen);
        scene.dispatcher.send(request.json(&json!({}))).await
    };
    let seen = scene.dispatcher.get(&path(&scene.order)).await.headers["etag"]
        .to_str()
        .expect("text")
        .to_owned();
    assert_problem(&dispatch("\"77\"").await, 412);
    dispatch(&seen).await.expect(200);
    assert_problem(&dispatch(&seen).await, 412);
    assert_eq!(
        shown(&scene.dispatcher, &scene.order).await["state"],
        "dispatched"
    );
    scene.world.host.stop().await;
}
