//! Suggestions before an order is opened, following one instead, and hot spots of a week.

use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::world::{AT_COMMUNITY, AT_NEIGHBOUR, COMPOUND, DISTRICT, ORDERS, World, pointer};

const SIMILAR: &str = "/api/ticketing/v1/searches/similar";
const FOLLOWS: &str = "/api/ticketing/v1/follows";
const HOTSPOTS: &str = "/api/ticketing/v1/hotspots";

fn lamp() -> Value {
    json!({
        "title": "三号楼路灯不亮", "content": "三号楼前面的路灯坏了三天，晚上回家看不清路。",
        "org_code": COMPOUND, "location": {"lon": 114.2, "lat": 30.5},
    })
}

async fn open(caller: &Caller, mut matter: Value, confidential: bool) -> String {
    matter["workflow"] = json!("six-step");
    matter["confidential"] = json!(confidential);
    let view = caller.post(ORDERS, &matter).await.expect(201);
    view["id"].as_str().unwrap().to_owned()
}

async fn fill(world: &World) {
    for (title, content) in [
        ("垃圾无人清运", "小区门口的垃圾桶满了没有人清运，臭气很大。"),
        (
            "楼上装修噪音",
            "楼上周末早上装修，电钻声音很大，影响孩子学习。",
        ),
        ("电梯经常停运", "二号楼的电梯一周停了两次，老人上下楼困难。"),
    ] {
        let matter = json!({"title": title, "content": content, "org_code": COMPOUND});
        open(&world.resident, matter, false).await;
    }
}

async fn put(caller: &Caller, id: &str, method: Method) -> Reply {
    let path = format!("{FOLLOWS}/{id}");
    caller.send(caller.request(method, &path)).await
}

fn again() -> Value {
    json!({
        "title": "路灯坏了没人修", "content": "三号楼门前路灯坏了好几天，晚上看不清路，请维修。",
        "org_code": COMPOUND, "location": {"lon": 114.2001, "lat": 30.5002},
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_matter_is_suggested_and_can_be_followed_instead() {
    let world = World::start().await;
    fill(&world).await;
    let id = open(&world.resident, lamp(), false).await;
    let neighbour = &world.neighbours[0];
    let found = neighbour.post(SIMILAR, &again()).await.expect(200);
    let items = found["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{found:#}");
    let first = &items[0];
    assert_eq!(first["id"], id.as_str());
    assert!(first["score"].as_f64().unwrap() >= 0.4);
    assert!(first["reasons"].as_array().unwrap().len() >= 3);
    assert_eq!(first["requester_is_me"], false);
    assert_eq!(
        (&first["followers"], &first["followed_by_me"]),
        (&json!(0), &json!(false))
    );
    assert!(first.get("content").is_none());

    for _ in 0..2 {
        put(neighbour, &id, Method::PUT).await.expect(204);
    }
    let found = neighbour.post(SIMILAR, &again()).await.expect(200);
    let first = &found["items"][0];
    assert_eq!(
        (&first["followers"], &first["followed_by_me"]),
        (&json!(1), &json!(true))
    );
    let list = neighbour.get(FOLLOWS).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let shown = &list["items"][0];
    assert_eq!((&shown["id"], &shown["ended"]), (&json!(id), &json!(false)));
    // how it is going, not what somebody wrote
    assert!(shown.get("title").is_none() && shown.get("content").is_none());
    neighbour.get(&crate::world::order(&id)).await.expect(404);
    put(neighbour, &id, Method::DELETE).await.expect(204);
    put(neighbour, &id, Method::DELETE).await.expect(204);
    assert_eq!(neighbour.get(FOLLOWS).await.expect(200)["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_confidential_and_nothing_of_elsewhere_is_suggested_or_followed() {
    let world = World::start().await;
    fill(&world).await;
    let secret = open(&world.resident, lamp(), true).await;
    let neighbour = &world.neighbours[0];
    let nothing = json!([]);
    let found = neighbour.post(SIMILAR, &again()).await.expect(200);
    assert_eq!(found["items"], nothing);
    put(neighbour, &secret, Method::PUT).await.expect(404);
    // whoever asked may follow what they see anyway
    put(&world.resident, &secret, Method::PUT).await.expect(204);

    // whoever it is about might be the one who asks
    let mut about = lamp();
    about["about"] = json!("420105011010");
    let about = open(&world.resident, about, false).await;
    put(neighbour, &about, Method::PUT).await.expect(404);

    let open_one = open(&world.resident, lamp(), false).await;
    let far = world
        .host
        .caller(&[(Role::Resident, "/420106000000/420106001000/")]);
    let administrator = world.host.caller(&[(Role::SecurityAdmin, "/")]);
    let nobody = world.host.caller(&[]);
    for stranger in [&far, &administrator, &nobody] {
        let found = stranger.post(SIMILAR, &again()).await.expect(200);
        assert_eq!(found["items"], nothing);
        put(stranger, &open_one, Method::PUT).await.expect(404);
    }
    // another compound of the same community is around it
    let beside = world.host.caller(&[(Role::Resident, AT_NEIGHBOUR)]);
    let found = beside.post(SIMILAR, &again()).await.expect(200);
    assert_eq!(found["items"][0]["id"], open_one.as_str());
    let community = world
        .host
        .caller(&[(Role::CommunityDispatcher, AT_COMMUNITY)]);
    let found = community.post(SIMILAR, &again()).await.expect(200);
    assert_eq!(found["items"][0]["id"], open_one.as_str());

    // a title that tells who asked is not shown to neighbours
    let mut named = lamp();
    named["title"] = json!("三栋2单元301室门前路灯不亮，电话13900001234");
    open(&world.resident, named, false).await;
    let found = neighbour.post(SIMILAR, &again()).await.expect(200);
    let items = found["items"].as_array().unwrap();
    assert!(
        items.iter().any(|item| item["title"].is_null()),
        "{found:#}"
    );
    assert!(!found.to_string().contains("13900001234"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused() {
    let world = World::start().await;
    for (member, value, place) in [
        ("title", json!(""), "/title"),
        ("content", json!("x".repeat(5_001)), "/content"),
        ("org_code", json!("420105099999"), "/org_code"),
        ("category", json!("9999"), "/category"),
        ("location", json!({"lon": 200, "lat": 30}), "/location"),
        ("colour", json!(1), "/colour"),
    ] {
        let mut body = again();
        body[member] = value;
        let refused = world.resident.post(SIMILAR, &body).await.expect(422);
        assert!(
            pointer(&refused).starts_with(place) || member == "colour",
            "{refused:#}"
        );
    }
    put(
        &world.resident,
        "ord_00000000000000000000000000",
        Method::PUT,
    )
    .await
    .expect(404);
    world
        .resident
        .get(&format!("{FOLLOWS}?cursor=x"))
        .await
        .expect(422);
    for wrong in [
        "week=2026-W54",
        "week=2026-47",
        "week=x",
        "week=9999-W01",
        "colour=1",
    ] {
        let path = format!("{HOTSPOTS}?{wrong}");
        world.operator.get(&path).await.expect(422);
    }
    world.resident.get(HOTSPOTS).await.expect(403);
    let path = format!("{HOTSPOTS}?org_code={DISTRICT}");
    world.dispatcher.get(&path).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hot_spot_is_where_one_thing_comes_up_again_and_again() {
    let world = World::start().await;
    fill(&world).await;
    let none = world.operator.get(HOTSPOTS).await.expect(200);
    assert_eq!(none["items"], json!([]));
    let mut matter = lamp();
    matter["category"] = json!("0101");
    for _ in 0..3 {
        open(&world.resident, matter.clone(), false).await;
    }
    let found = world.operator.get(HOTSPOTS).await.expect(200);
    let items = found["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{found:#}");
    assert_eq!(items[0]["org_code"], COMPOUND);
    assert_eq!(items[0]["category"], "0101");
    assert!(items[0]["orders"].as_i64().unwrap() >= 3);
    assert_eq!(items[0]["week_before"], Value::Null);
    let path = format!("{HOTSPOTS}?week=2020-W01&org_code={COMPOUND}");
    let old = world.operator.get(&path).await.expect(200);
    assert_eq!(
        (&old["monday"], &old["items"]),
        (&json!("2019-12-30"), &json!([]))
    );
}
