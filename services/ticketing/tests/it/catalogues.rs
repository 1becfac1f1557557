//! Dispatch catalogues: where a matter would go and why, a district's own rules, and how the like was decided.

use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::world::{
    AT_COMMUNITY, AT_DISTRICT, AT_NEIGHBOUR, AT_STREET, COMPOUND, DISTRICT, ORDERS, World, act,
    order, pointer,
};

const OURS: &str = "/api/ticketing/v1/catalogues/420105";
const SIMULATIONS: &str = "/api/ticketing/v1/catalogues/simulations";
const COMMUNITY: &str = "420105011010";
const PRECEDENTS: &str = "/api/ticketing/v1/precedents";

async fn put(caller: &Caller, path: &str, body: &Value) -> Reply {
    let request = caller.request(Method::PUT, path).json(body);
    caller.send(request).await
}

fn lighting() -> Value {
    json!({"reason": "本区权责清单", "catalogue": {
        "without": ["dogs"],
        "rules": [{
            "id": "lighting", "category": "0104", "unit": "SW", "assisting": ["CG"],
            "basis": {"zh": "区权责清单第 12 项", "en": "item 12 of the district's list"},
        }],
    }})
}

fn rule<'a>(view: &'a Value, id: &str) -> &'a Value {
    let rules = view["rules"].as_array().unwrap();
    rules.iter().find(|rule| rule["id"] == id).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulation_looks_at_every_rule_and_says_which_one_decided() {
    let world = World::start().await;
    let body = json!({"org_code": COMPOUND, "category": "0201"});
    let view = world.operator.post(SIMULATIONS, &body).await.expect(200);
    assert_eq!(view["unit"]["org_code"], "420105000000.SW");
    assert_eq!(view["unit"]["name"], "区水务局");
    assert_eq!(
        (&view["rule"], &view["automatic"]),
        (&json!("water"), &json!(false))
    );
    assert_eq!(
        (
            &rule(&view, "water")["chosen"],
            &rule(&view, "water")["applies"]
        ),
        (&json!(true), &json!(true))
    );
    assert_eq!(
        (
            &rule(&view, "utilities")["chosen"],
            &rule(&view, "utilities")["applies"]
        ),
        (&json!(false), &json!(true))
    );
    assert_eq!(rule(&view, "housing")["applies"], false);
    assert!(view["rules"].as_array().unwrap().len() > 20);

    // texts are categorised first; what nobody can place goes to the queue, and each time it says why
    let body = json!({"org_code": COMPOUND, "title": "路灯不亮", "content": "楼道路灯坏了，路灯一直不亮。"});
    let view = world.operator.post(SIMULATIONS, &body).await.expect(200);
    assert!(view["category"].is_string(), "{view:#}");
    let body = json!({"org_code": COMPOUND});
    let view = world.operator.post(SIMULATIONS, &body).await.expect(200);
    assert_eq!(
        (&view["rule"], &view["category"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(view["unit"]["org_code"], "420105000000.ZX");
    // a unit that the district lacks: the queue
    let body = json!({"org_code": COMPOUND, "category": "0301"});
    let view = world.operator.post(SIMULATIONS, &body).await.expect(200);
    assert_eq!(view["unit"]["org_code"], "420105000000.ZX");
    assert!(view["reason"].as_str().unwrap().contains("尚未建立"));
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_go_by_the_districts_own_rules_as_soon_as_it_has_them() {
    let world = World::start().await;
    let shown = world.resident.get(OURS).await.expect(200);
    assert_eq!(
        (&shown["version"], &shown["built_in_version"]),
        (&json!(0), &json!(1))
    );
    let first = put(&world.operator, OURS, &lighting()).await.expect(200);
    assert_eq!(first["version"], 1);
    assert_eq!(world.resident.get(OURS).await.expect(200), first);

    let body = json!({
        "workflow": "six-step", "title": "路灯", "content": "路灯不亮", "category": "0104", "org_code": COMPOUND,
    });
    let order = world.resident.post(ORDERS, &body).await.expect(201);
    assert_eq!(order["unit_code"], "420105000000.SW");
    let why = order["routing_reason"].as_str().unwrap();
    assert!(
        why.contains("城市管理部门协办") && why.contains("区权责清单第 12 项"),
        "{why}"
    );
    let body = json!({"org_code": COMPOUND, "category": "0104"});
    let view = world.operator.post(SIMULATIONS, &body).await.expect(200);
    assert_eq!(view["assisting"][0]["org_code"], "420105000000.CG");
    assert_eq!(view["rule"], "lighting");

    // every version is kept
    let empty = json!({"reason": "恢复", "catalogue": {}});
    let second = put(&world.operator, OURS, &empty).await.expect(200);
    assert_eq!(second["version"], 2);
    let old = world
        .resident
        .get(&format!("{OURS}?version=1"))
        .await
        .expect(200);
    assert_eq!(old["catalogue"], first["catalogue"]);
    world
        .resident
        .get(&format!("{OURS}?version=3"))
        .await
        .expect(404);
    let view = world.operator.post(SIMULATIONS, &body).await.expect(200);
    assert_eq!(view["rule"], "upkeep");
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_without_sense_and_rules_of_others_are_refused() {
    let world = World::start().await;
    for (caller, path, status) in [
        (&world.resident, OURS, 403),
        (&world.dispatcher, OURS, 403),
        (&world.operator, "/api/ticketing/v1/catalogues/420106", 403),
        (&world.operator, "/api/ticketing/v1/catalogues/city", 404),
        (&world.operator, "/api/ticketing/v1/catalogues/42010", 404),
    ] {
        put(caller, path, &lighting()).await.expect(status);
    }
    world
        .resident
        .get("/api/ticketing/v1/catalogues/city")
        .await
        .expect(404);
    for (member, value) in [
        ("unit", json!("XX")),
        ("category", json!("9999")),
        ("assisting", json!(["SW"])),
        ("hours", json!("25:00-06:00")),
        ("season", json!("13-01..01-01")),
        ("level", json!("planet")),
        ("area", json!("x")),
        ("id", json!("")),
        ("colour", json!("red")),
    ] {
        let mut body = lighting();
        body["catalogue"]["rules"][0][member] = value;
        let refused = put(&world.operator, OURS, &body).await.expect(422);
        assert!(
            pointer(&refused).starts_with("/catalogue"),
            "{member}: {refused:#}"
        );
    }
    let mut body = lighting();
    body["reason"] = json!("");
    put(&world.operator, OURS, &body).await.expect(422);
    assert_eq!(world.resident.get(OURS).await.expect(200)["version"], 0);

    world
        .resident
        .post(SIMULATIONS, &json!({"org_code": COMPOUND}))
        .await
        .expect(403);
    let neighbour = world
        .host
        .caller(&[(Role::CompoundDispatcher, AT_NEIGHBOUR)]);
    neighbour
        .post(SIMULATIONS, &json!({"org_code": COMPOUND}))
        .await
        .expect(403);
    for (body, place) in [
        (json!({"org_code": "420105099999"}), "/org_code"),
        (
            json!({"org_code": COMPOUND, "category": "9999"}),
            "/category",
        ),
        (json!({"org_code": COMPOUND, "at": "today"}), "/at"),
    ] {
        let refused = world.operator.post(SIMULATIONS, &body).await.expect(422);
        assert!(pointer(&refused).starts_with(place), "{refused:#}");
    }
    for wrong in ["", "?category=9999", "?category=01&org_code=420105099999"] {
        let path = format!("{PRECEDENTS}{wrong}");
        world.operator.get(&path).await.expect(422);
    }
    let path = format!("{PRECEDENTS}?category=01&org_code={DISTRICT}");
    world.dispatcher.get(&path).await.expect(403);
    let none = world.operator.get(&path).await.expect(200);
    assert_eq!(none["items"], json!([]));
    let elsewhere = world.host.caller(&[(Role::DistrictOperator, AT_DISTRICT)]);
    elsewhere.get(&path).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decided_return_is_a_precedent_for_the_next_dispatch() {
    let world = World::start().await;
    let body = json!({
        "workflow": "six-step", "title": "路灯", "content": "路灯不亮", "category": "0104", "org_code": COMPOUND,
        "about": COMMUNITY,
    });
    let opened = world.resident.post(ORDERS, &body).await.expect(201);
    let id = opened["id"].as_str().unwrap();
    act(&world.operator, id, "accept", &json!({}))
        .await
        .expect(200);
    let unit = json!({"unit": "420105000000.CG"});
    act(&world.operator, id, "dispatch", &unit)
        .await
        .expect(200);
    let ask = json!({"kind": "return", "reason": "不属本单位", "ground": "路灯归路灯所"});
    let asked = world
        .liaison
        .post(&format!("{}/requests", order(id)), &ask)
        .await
        .expect(201);
    let path = format!("{PRECEDENTS}?category=0104");
    assert_eq!(
        world.operator.get(&path).await.expect(200)["items"],
        json!([])
    );
    let request = asked["id"].as_str().unwrap();
    let step = format!("/api/ticketing/v1/requests/{request}/steps/refuse");
    world
        .operator
        .post(&step, &json!({"note": "清单第 12 项"}))
        .await
        .expect(200);

    let found = world.operator.get(&path).await.expect(200);
    let first = &found["items"][0];
    assert_eq!(first["request_id"], request);
    assert_eq!(
        (&first["approved"], &first["note"]),
        (&json!(false), &json!("清单第 12 项"))
    );
    assert_eq!(
        (&first["unit_code"], &first["ground"]),
        (&json!("420105000000.CG"), &json!("路灯归路灯所"))
    );
    let group = world
        .operator
        .get(&format!("{PRECEDENTS}?category=01"))
        .await
        .expect(200);
    assert_eq!(group["items"], found["items"]);
    let other = world
        .operator
        .get(&format!("{PRECEDENTS}?category=0105"))
        .await
        .expect(200);
    assert_eq!(other["items"], json!([]));
    let body = json!({"org_code": COMPOUND, "category": "0104"});
    let view = world.operator.post(SIMULATIONS, &body).await.expect(200);
    assert_eq!(view["precedents"], found["items"]);
    world.resident.get(&path).await.expect(403);
    // whom the order is about does not find it here either
    for (role, place, seen) in [
        (Role::CommunityDispatcher, AT_COMMUNITY, 0),
        (Role::StreetDispatcher, AT_STREET, 1),
    ] {
        let caller = world.host.caller(&[(role, place)]);
        let listed = caller.get(&path).await.expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), seen, "{place}");
        let view = caller.post(SIMULATIONS, &body).await.expect(200);
        assert_eq!(
            view["precedents"].as_array().unwrap().len(),
            seen,
            "{place}"
        );
    }
}
