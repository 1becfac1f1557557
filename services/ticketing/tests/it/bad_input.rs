//! Input that is wrong is refused with a reason, and nothing is stored.

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{ORDERS, World, act, matter, order, pointer};

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_member_is_pointed_at_and_nothing_is_stored() {
    let world = World::start().await;
    let wrong: Vec<(&str, Value, &str)> = vec![
        ("workflow", json!("no-such"), "/workflow"),
        ("title", json!(""), "/title"),
        ("title", json!("字".repeat(101)), "/title"),
        ("title", json!("一\n二"), "/title"),
        ("content", json!("\u{0}"), "/content"),
        ("content", json!("字".repeat(5001)), "/content"),
        ("content", json!(5), "/content"),
        ("org_code", json!("4201050110100"), "/org_code"),
        ("org_code", json!("420105099999"), "/org_code"),
        ("category", json!("9999"), "/category"),
        ("location", json!({"lon": 181.0, "lat": 30.0}), "/location"),
        (
            "location",
            json!({"lon": 114.0, "lat": 30.0, "crs": "bd09"}),
            "/location",
        ),
        (
            "client_id",
            json!("acc_01jcgb2r00e8arc5tmvkbzqy7x"),
            "/client_id",
        ),
        (
            "client_id",
            json!("ord_7zzzzzzzzzzzzzzzzzzzzzzzzz"),
            "/client_id",
        ),
        ("colour", json!("red"), "/colour"),
    ];
    for (member, value, place) in wrong {
        let mut body = matter("five-order");
        body[member] = value.clone();
        let refused = world.resident.post(ORDERS, &body).await.expect(422);
        assert!(
            pointer(&refused).starts_with(place),
            "{member}={value}: {refused:#}"
        );
    }
    let mut body = matter("five-order");
    body.as_object_mut().unwrap().remove("title");
    assert_eq!(
        pointer(&world.resident.post(ORDERS, &body).await.expect(422)),
        "/title"
    );
    for (bytes, status) in [
        (&b"{\"workflow\":"[..], 400),
        (&b"{\"title\":\"\xff\"}"[..], 400),
    ] {
        let request = world
            .resident
            .request(Method::POST, ORDERS)
            .header("content-type", "application/json")
            .body(bytes.to_vec());
        world.resident.send(request).await.expect(status);
    }
    assert_eq!(
        world.resident.get(ORDERS).await.expect(200)["items"],
        json!([])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_that_is_unknown_out_of_order_or_badly_filled_in_is_refused() {
    let world = World::start().await;
    let id = world.open("five-order").await;
    let unknown = act(&world.dispatcher, &id, "explode", &json!({}))
        .await
        .expect(404);
    assert_eq!(
        unknown["type"],
        "https://linli.city/problems/unknown-action"
    );
    let early = act(&world.dispatcher, &id, "recall", &json!({}))
        .await
        .expect(409);
    assert_eq!(
        early["type"],
        "https://linli.city/problems/action-out-of-order"
    );
    let long = json!({"note": "字".repeat(501)});
    let refused = act(&world.dispatcher, &id, "dispatch", &long)
        .await
        .expect(422);
    assert_eq!(pointer(&refused), "/note");
    let strange = json!({"colour": 1});
    let refused = act(&world.dispatcher, &id, "dispatch", &strange)
        .await
        .expect(422);
    assert_eq!(pointer(&refused), "/colour");
    for body in [json!([]), json!("x"), json!(1)] {
        act(&world.dispatcher, &id, "dispatch", &body)
            .await
            .expect(422);
    }
    let missing = act(&world.dispatcher, &id, "decline", &json!({}))
        .await
        .expect(422);
    assert_eq!(pointer(&missing), "/reason");
    let view = world.dispatcher.get(&order(&id)).await.expect(200);
    assert_eq!(view["version"], 1);
    let english = world
        .dispatcher
        .request(Method::GET, &order(&id))
        .header("accept-language", "en");
    let view = world.dispatcher.send(english).await.expect(200);
    assert_eq!(view["state_title"], "Requested");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_if_match_is_refused_and_a_fresh_one_taken() {
    let world = World::start().await;
    let id = world.open("five-order").await;
    let path = format!("{}/actions/dispatch", order(&id));
    let with = |tag: &'static str| {
        world
            .dispatcher
            .request(Method::POST, &path)
            .header("if-match", tag)
            .json(&json!({}))
    };
    let stale = world.dispatcher.send(with("\"7\"")).await.expect(412);
    assert_eq!(stale["type"], "https://linli.city/problems/version-moved");
    world.dispatcher.send(with("1")).await.expect(400);
    world.dispatcher.send(with("\"1\"")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_twice_has_one_effect() {
    let world = World::start().await;
    let keyed = |path: &str, body: &Value| {
        world
            .resident
            .request(Method::POST, path)
            .header("idempotency-key", "draft-1")
            .json(body)
    };
    let body = matter("five-order");
    let first = world.resident.send(keyed(ORDERS, &body)).await.expect(201);
    let again = world.resident.send(keyed(ORDERS, &body)).await.expect(201);
    assert_eq!(first, again);
    let mut other = body.clone();
    other["title"] = json!("另一件事");
    world.resident.send(keyed(ORDERS, &other)).await.expect(422);
    // without a key they are two orders
    world.resident.post(ORDERS, &body).await.expect(201);
    let listed = world.resident.get(ORDERS).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_sent_twice_is_one_order_and_a_taken_id_is_refused() {
    let world = World::start().await;
    let mut body = matter("five-order");
    body["client_id"] = json!("ord_01jcgb2r00e8arc5tmvkbzqy7x");
    let first = world.resident.post(ORDERS, &body).await.expect(201);
    assert_eq!(first["id"], body["client_id"]);
    let again = world.resident.post(ORDERS, &body).await.expect(201);
    assert_eq!(first, again);
    let taken = world.neighbours[0].post(ORDERS, &body).await.expect(409);
    assert_eq!(taken["type"], "https://linli.city/problems/id-taken");
    body["title"] = json!("另一件事");
    world.resident.post(ORDERS, &body).await.expect(409);
}
