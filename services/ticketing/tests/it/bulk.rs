//! Several orders at once, and searches that are kept.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::world::{COMPOUND, World, order, pointer};

const VIEWS: &str = "/api/ticketing/v1/saved-views";

async fn bulk(caller: &Caller, action: &str, body: &Value) -> Reply {
    let path = format!("/api/ticketing/v1/bulk-actions/{action}");
    caller.post(&path, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_order_of_several_succeeds_or_fails_by_itself() {
    let world = World::start().await;
    let (first, second) = (world.open("six-step").await, world.open("six-step").await);
    let stale = world.open("six-step").await;
    let unknown = "ord_01jcgb2r00e8arc5tmvkbzqy7x";
    let body = json!({"orders": [
        {"id": first, "version": 1}, {"id": stale, "version": 9}, {"id": unknown}, {"id": second},
    ]});
    let done = bulk(&world.operator, "accept", &body).await.expect(200);
    assert_eq!((&done["done"], &done["failed"]), (&json!(2), &json!(2)));
    let items = done["items"].as_array().unwrap();
    let states: Vec<bool> = items.iter().map(|item| item["done"] == true).collect();
    assert_eq!(states, [true, false, false, true]);
    assert_eq!(items[1]["problem"]["status"], 412);
    assert_eq!(items[2]["problem"]["status"], 404);
    let shown = world.operator.get(&order(&first)).await.expect(200);
    assert_eq!(
        (&shown["state"], &shown["version"]),
        (&items[0]["state"], &items[0]["version"])
    );
    let untouched = world.operator.get(&order(&stale)).await.expect(200);
    assert_eq!(untouched["version"], 1);

    // again: out of order now, and nothing else happens
    let again = bulk(
        &world.operator,
        "accept",
        &json!({"orders": [{"id": first}]}),
    )
    .await
    .expect(200);
    assert_eq!(
        (&again["done"], &again["items"][0]["problem"]["status"]),
        (&json!(0), &json!(409))
    );
    // a form with a mistake is refused for each of them
    let form = json!({"orders": [{"id": first}], "form": {"unit": "nowhere"}});
    let refused = bulk(&world.operator, "dispatch", &form).await.expect(200);
    assert_eq!(refused["items"][0]["problem"]["status"], 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_bulk_request_has_one_effect() {
    let world = World::start().await;
    let ids = [world.open("six-step").await, world.open("six-step").await];
    let body = json!({"orders": [{"id": ids[0]}, {"id": ids[1]}]});
    let send = async || {
        let path = "/api/ticketing/v1/bulk-actions/accept";
        let request = world.operator.request(Method::POST, path).json(&body);
        let request = request.header("idempotency-key", "bulk-1");
        world.operator.send(request).await.expect(200)
    };
    let first = send().await;
    assert_eq!(first["done"], 2);
    assert_eq!(send().await, first);
    for id in &ids {
        assert_eq!(
            world.operator.get(&order(id)).await.expect(200)["version"],
            2
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bulk_requests_have_their_bounds() {
    let world = World::start().await;
    let id = world.open("six-step").await;
    let many: Vec<Value> = (0..101)
        .map(|_| {
            let id: kernel::OrderId = kernel::IdSourceExt::next(world.deps().ids.as_ref());
            json!({"id": id})
        })
        .collect();
    for body in [
        json!({"orders": []}),
        json!({"orders": [{"id": id}, {"id": id}]}),
        json!({"orders": many}),
        json!({"orders": [{"id": "x"}]}),
        json!({"orders": [{"id": id}], "colour": 1}),
        json!({"orders": [{"id": id}], "form": []}),
    ] {
        let refused = bulk(&world.operator, "accept", &body).await.expect(422);
        assert!(refused["errors"].is_array(), "{refused:#}");
    }
    bulk(&world.resident, "accept", &json!({"orders": [{"id": id}]}))
        .await
        .expect(403);
    assert_eq!(
        world.operator.get(&order(&id)).await.expect(200)["version"],
        1
    );
}

async fn put(caller: &Caller, name: &str, body: &Value) -> Reply {
    let request = caller
        .request(Method::PUT, &format!("{VIEWS}/{name}"))
        .json(body);
    caller.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_are_kept_for_oneself_under_a_name() {
    let world = World::start().await;
    let overdue = json!({"overdue": true, "org_code": COMPOUND});
    put(&world.operator, "本周超期", &overdue).await.expect(200);
    put(&world.operator, "a", &json!({"q": "路灯"}))
        .await
        .expect(200);
    let replaced = put(
        &world.operator,
        "a",
        &json!({"q": "井盖", "mine": "assigned"}),
    )
    .await
    .expect(200);
    assert_eq!(replaced["filter"], json!({"q": "井盖", "mine": "assigned"}));
    let list = world.operator.get(VIEWS).await.expect(200);
    let names: Vec<&str> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["a", "本周超期"]);
    assert_eq!(list["items"][1]["filter"], overdue);
    assert_eq!(
        world.resident.get(VIEWS).await.expect(200)["items"],
        json!([])
    );

    for _ in 0..2 {
        let request = world
            .operator
            .request(Method::DELETE, &format!("{VIEWS}/a"));
        world.operator.send(request).await.expect(204);
    }
    let long = "名".repeat(41);
    for name in [long.as_str(), "%20", "%00", "%0A"] {
        let refused = put(&world.operator, name, &overdue).await.expect(422);
        assert_eq!(pointer(&refused), "/name", "{name}");
    }
    for (filter, place) in [
        (json!({"q": ""}), "/q"),
        (json!({"state": "x".repeat(101)}), "/state"),
        (json!({"mine": "theirs"}), "/mine"),
        (json!({"colour": 1}), ""),
    ] {
        let refused = put(&world.operator, "b", &filter).await.expect(422);
        assert!(pointer(&refused).starts_with(place), "{refused:#}");
    }
    for number in 0..49 {
        put(&world.operator, &format!("v{number}"), &overdue)
            .await
            .expect(200);
    }
    put(&world.operator, "one-more", &overdue).await.expect(409);
    put(&world.operator, "v7", &json!({})).await.expect(200);
}
