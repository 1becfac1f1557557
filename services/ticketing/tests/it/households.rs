//! 按户评议: one vote a household, drawn by household, sealed until it is decided.

use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::world::{AT_COMPOUND, AT_NEIGHBOUR, COMPOUND, World, act, order, pointer};

fn household(reference: &str) -> String {
    format!("/api/ticketing/v1/households/{COMPOUND}/{reference}")
}

async fn put(caller: &Caller, path: &str, body: &Value) -> Reply {
    caller
        .send(caller.request(Method::PUT, path).json(body))
        .await
}

fn accounts(callers: &[&Caller]) -> Value {
    let accounts: Vec<String> = callers
        .iter()
        .map(|caller| caller.account.to_string())
        .collect();
    json!({"accounts": accounts})
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lives_together_is_drawn_together_and_votes_once() {
    let world = World::start().await;
    let [first, second, third] = [0, 1, 2].map(|place| &world.neighbours[place]);
    let together = accounts(&[first, second]);
    let set = put(&world.dispatcher, &household("H0001"), &together).await;
    assert_eq!(set.expect(200)["reference"], "H0001");
    let family = accounts(&[&world.resident, third]);
    put(&world.dispatcher, &household("H0002"), &family)
        .await
        .expect(200);

    let id = world.open_and_handle().await;
    let path = format!("{}/draw", order(&id));
    let draw = world.dispatcher.get(&path).await.expect(200);
    // six neighbours: one is of the requester's household, two are one
    assert_eq!(
        (&draw["by_household"], &draw["candidates"]),
        (&json!(true), &json!(4))
    );
    assert_eq!(
        (&draw["drawn"], &draw["confirmed"]),
        (&json!(4), &json!(true))
    );
    let panel = world.panel(&id).await;
    assert_eq!(panel.len(), 5);
    assert!(!panel.iter().any(|one| one.account == third.account));
    let seen = first.get(&order(&id)).await.expect(200);
    let review = &seen["review"];
    assert_eq!(
        (&review["by_household"], &review["voters"]),
        (&json!(true), &json!(5))
    );

    let vote = json!({"score": 5, "solved": true});
    act(first, &id, "review", &vote).await.expect(200);
    let twice = act(second, &id, "review", &vote).await.expect(409);
    assert_eq!(twice["type"], "https://linli.city/problems/already-voted");
    let theirs = second.get(&order(&id)).await.expect(200);
    assert_eq!(theirs["review"]["voted_is_me"], true);

    // whoever moves afterwards changes no draw of before
    put(&world.dispatcher, &household("H0001"), &accounts(&[]))
        .await
        .expect(200);
    put(&world.dispatcher, &household("H0003"), &accounts(&[second]))
        .await
        .expect(200);
    let again = world.resident.get(&path).await.expect(200);
    assert_eq!(again["confirmed"], true);
    let list = format!("/api/ticketing/v1/households/{COMPOUND}?limit=1");
    let page = world.dispatcher.get(&list).await.expect(200);
    assert_eq!(page["items"][0]["reference"], "H0002");
    let next = page["next"].as_str().unwrap();
    let rest = world
        .dispatcher
        .get(&format!("{list}&cursor={next}"))
        .await
        .expect(200);
    assert_eq!(
        rest["items"][0]["accounts"],
        accounts(&[second])["accounts"]
    );
    assert_eq!(rest["next"], Value::Null);
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn votes_are_sealed_until_they_decide() {
    let world = World::start().await;
    let id = world.open_and_handle().await;
    // without a period: of today
    let figures = format!("/api/ticketing/v1/statistics?org_code={COMPOUND}");
    let vote = json!({"score": 1, "solved": false, "comment": "没有修好"});
    act(&world.resident, &id, "review", &vote).await.expect(200);
    let timeline = format!("{}/timeline", order(&id));
    let last = |page: &Value| page["items"].as_array().unwrap().last().unwrap().clone();
    let panel = world.panel(&id).await;
    for somebody in [&world.dispatcher, panel[0]] {
        let shown = last(&somebody.get(&timeline).await.expect(200));
        assert_eq!(
            (&shown["action"], &shown["input"]),
            (&json!("review"), &json!({}))
        );
        assert!(!shown.to_string().contains("score_sum"));
        let seen = somebody.get(&order(&id)).await.expect(200);
        assert_eq!(seen["review"]["mean_score_x100"], Value::Null);
    }
    let counts = |view: Value| {
        ["votes", "votes_solved", "votes_satisfied"].map(|name| view["counts"][name].clone())
    };
    let before = world.dispatcher.get(&figures).await.expect(200);
    assert_eq!(before["counts"]["opened"], 1);
    assert_eq!(counts(before), [json!(0), json!(0), json!(0)]);
    // the voter sees their own
    let mine = last(&world.resident.get(&timeline).await.expect(200));
    assert_eq!(mine["input"]["score"], 1);

    let good = json!({"score": 5, "solved": true});
    act(panel[0], &id, "review", &good).await.expect(200);
    act(panel[1], &id, "review", &good).await.expect(200);
    let decided = world.dispatcher.get(&figures).await.expect(200);
    assert_eq!(counts(decided), [json!(3), json!(2), json!(2)]);
    let shown = world.dispatcher.get(&order(&id)).await.expect(200);
    assert_eq!(shown["review"]["mean_score_x100"], 366);
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_looks_after_a_place_says_who_lives_together_there() {
    let world = World::start().await;
    let one = accounts(&[&world.neighbours[0]]);
    put(&world.resident, &household("H1"), &one)
        .await
        .expect(403);
    put(&world.liaison, &household("H1"), &one)
        .await
        .expect(403);
    let elsewhere = world
        .host
        .caller(&[(Role::CompoundDispatcher, AT_NEIGHBOUR)]);
    put(&elsewhere, &household("H1"), &one).await.expect(404);
    let nowhere = "/api/ticketing/v1/households/420105011010.X77/H1";
    put(&world.dispatcher, nowhere, &one).await.expect(404);
    let stranger = world.host.caller(&[(Role::Resident, AT_COMPOUND)]);
    for (body, at) in [
        (accounts(&[&world.neighbours[0], &stranger]), "/accounts/1"),
        (
            accounts(&[&world.neighbours[0], &world.neighbours[0]]),
            "/accounts/1",
        ),
    ] {
        let refused = put(&world.dispatcher, &household("H1"), &body).await;
        assert_eq!(refused.status.as_u16(), 422);
        assert_eq!(pointer(&refused.body), at);
    }
    let odd = household("3%2D2%20501");
    put(&world.dispatcher, &odd, &one).await.expect(422);
    let many = "x".repeat(41);
    put(&world.dispatcher, &household(&many), &one)
        .await
        .expect(422);
    for body in [
        json!({}),
        json!({"accounts": ["acc_x"]}),
        json!({"accounts": [], "room": "1"}),
    ] {
        let refused = put(&world.dispatcher, &household("H1"), &body).await;
        assert!((400..=422).contains(&refused.status.as_u16()), "{body}");
    }
    let list = format!("/api/ticketing/v1/households/{COMPOUND}");
    elsewhere.get(&list).await.expect(404);
    world.resident.get(&list).await.expect(403);
    world.host.stop().await;
}
