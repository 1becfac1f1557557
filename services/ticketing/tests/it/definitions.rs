//! Definitions as data: pictures, dry-runs against recorded orders, what districts do otherwise.

use kernel::Role;
use serde_json::{Value, json};
use testkit::Caller;

use crate::parts::in_hand;
use crate::world::{AT_DISTRICT, ORDERS, World, act, matter, order, pointer};

const WORKFLOWS: &str = "/api/ticketing/v1/workflows";
const SIX_STEP: &str = include_str!("../../workflows/six-step.toml");

fn city(world: &World) -> Caller {
    world.host.caller(&[(Role::PlatformOperator, "/")])
}

async fn publish(caller: &Caller, workflow: &str, changes: Value) -> testkit::Reply {
    let path = format!("{WORKFLOWS}/{workflow}/overrides/420105");
    let body = json!({"changes": changes, "reason": "本区试点"});
    let request = caller.request(reqwest::Method::PUT, &path).json(&body);
    caller.send(request).await
}

fn handle_days(view: &Value) -> String {
    let clocks = view["clocks"].as_array().unwrap();
    let clock = clocks.iter().find(|clock| clock["name"] == "handle");
    clock.unwrap()["due_at"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_is_drawn_for_people() {
    let world = World::start().await;
    let path = format!("{WORKFLOWS}/six-step/diagram");
    let reply = world
        .resident
        .request(reqwest::Method::GET, &path)
        .send()
        .await;
    let reply = reply.unwrap();
    assert_eq!(reply.headers()["content-type"], "image/svg+xml");
    let picture = reply.text().await.unwrap();
    assert!(picture.starts_with("<svg ") && picture.contains("待受理"));
    let text = format!("{path}?format=mermaid");
    let reply = world
        .resident
        .request(reqwest::Method::GET, &text)
        .send()
        .await;
    assert!(
        reply
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains("stateDiagram-v2")
    );
    world
        .resident
        .get(&format!("{path}?format=png"))
        .await
        .expect(422);
    let none = format!("{WORKFLOWS}/nothing/diagram");
    world.resident.get(&none).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_is_tried_on_recorded_orders_before_it_is_used() {
    let world = World::start().await;
    let _first = in_hand(&world).await;
    let second = in_hand(&world).await;
    let report = json!({"handling_note": "已修", "public_answer": "已修好"});
    act(&world.liaison, &second, "feedback", &report)
        .await
        .expect(200);
    world.open("six-step").await;
    let path = format!("{WORKFLOWS}/six-step/dry-run");
    let own = json!({"definition": SIX_STEP});
    let same = world.operator.post(&path, &own).await.expect(200);
    assert_eq!(
        (&same["orders"], &same["passed"], &same["refused"]),
        (&json!(3), &json!(3), &json!(0))
    );
    assert_eq!(same["steps"], 7);

    // inspectors sign instead: two of the three would have been refused there
    let (before, sign) = SIX_STEP.split_once("name = \"sign\"").unwrap();
    let sign = sign.replacen("department_liaison", "inspector", 1);
    let other = format!("{before}name = \"sign\"{sign}").replacen("version = 5", "version = 6", 1);
    let tried = json!({"definition": other});
    let tried = world.operator.post(&path, &tried).await.expect(200);
    assert_eq!(
        (&tried["version"], &tried["refused"], &tried["passed"]),
        (&json!(6), &json!(2), &json!(1))
    );
    let obstacle = &tried["obstacles"][0];
    assert_eq!(
        (
            &obstacle["state"],
            &obstacle["action"],
            &obstacle["why"],
            &obstacle["orders"]
        ),
        (
            &json!("assigned"),
            &json!("sign"),
            &json!("not_allowed"),
            &json!(2)
        )
    );
    assert!(!tried.to_string().contains("已修"));

    let broken = json!({"definition": SIX_STEP.replacen("initial = \"reported\"", "initial = \"nowhere\"", 1)});
    let broken = world.operator.post(&path, &broken).await.expect(422);
    assert_eq!(pointer(&broken), "/definition");
    assert!(
        broken["errors"][0]["detail"]
            .as_str()
            .unwrap()
            .contains("第 ")
    );
    let elsewhere = format!("{WORKFLOWS}/whistle/dry-run");
    world.operator.post(&elsewhere, &own).await.expect(422);
    world.liaison.post(&path, &own).await.expect(403);
    let city = json!({"definition": SIX_STEP, "org_code": "420106000000"});
    world.operator.post(&path, &city).await.expect(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_district_does_otherwise_from_now_on_and_running_orders_go_on_as_they_began() {
    let world = World::start().await;
    let before = in_hand(&world).await;
    let changes = json!({"limits": {"handle": {"work_days": 9}}, "max_rounds": 2, "most_parts": 1});
    publish(&world.operator, "six-step", changes.clone())
        .await
        .expect(403);
    let liaison = world.host.caller(&[(Role::PlatformOperator, AT_DISTRICT)]);
    publish(&liaison, "six-step", changes.clone())
        .await
        .expect(403);
    let city = city(&world);
    let shown = publish(&city, "six-step", changes).await.expect(200);
    assert_eq!(
        (&shown["version"], &shown["base"]),
        (&json!(420_105_001), &json!(5))
    );

    let after = in_hand(&world).await;
    let old = world.operator.get(&order(&before)).await.expect(200);
    let new = world.operator.get(&order(&after)).await.expect(200);
    assert!(handle_days(&old) < handle_days(&new));
    // both run to their end by their own version
    let report = json!({"handling_note": "已修", "public_answer": "已修好"});
    for id in [&before, &after] {
        act(&world.liaison, id, "feedback", &report)
            .await
            .expect(200);
        act(&world.inspector, id, "verify", &json!({"passed": true}))
            .await
            .expect(200);
    }
    // back to the file: a version as well
    let plain = publish(&city, "six-step", json!({})).await.expect(200);
    assert_eq!(plain["version"], 420_105_002);
    let last = in_hand(&world).await;
    let last = world.operator.get(&order(&last)).await.expect(200);
    assert!(handle_days(&last) < handle_days(&new));
    let path = format!("{WORKFLOWS}/six-step/overrides/420105");
    let versions = world.operator.get(&path).await.expect(200);
    assert_eq!(versions["items"].as_array().unwrap().len(), 2);
    assert_eq!(
        versions["items"][1]["changes"]["limits"]["handle"]["work_days"],
        9
    );
    assert!(!versions.to_string().contains("acc_"));
}

#[tokio::test(flavor = "multi_thread")]
async fn running_orders_are_moved_to_another_version_only_where_somebody_wants_it() {
    let world = World::start().await;
    let running = in_hand(&world).await;
    let withdrawn = world.open("six-step").await;
    act(&world.resident, &withdrawn, "withdraw", &json!({}))
        .await
        .expect(200);
    let city = city(&world);
    let changes = json!({"limits": {"rehandle": {"work_days": 1}}});
    publish(&city, "six-step", changes).await.expect(200);
    let path = format!("{WORKFLOWS}/six-step/migrations");
    let wanted = |apply: bool| json!({"from": 5, "to": 420_105_001, "apply": apply});
    world.operator.post(&path, &wanted(false)).await.expect(403);
    let seen = city.post(&path, &wanted(false)).await.expect(200);
    assert_eq!(
        (&seen["moved"], &seen["stay"], &seen["applied"]),
        (&json!(1), &json!({"ended": 1}), &json!(false))
    );
    let before = world.operator.get(&order(&running)).await.expect(200);
    let moved = city.post(&path, &wanted(true)).await.expect(200);
    assert_eq!((&moved["moved"], &moved["next"]), (&json!(1), &Value::Null));
    let after = world.operator.get(&order(&running)).await.expect(200);
    for member in ["state", "due_at", "clocks", "assignee_is_me"] {
        assert_eq!(before[member], after[member], "{member}");
    }
    let timeline = world
        .operator
        .get(&format!("{}/timeline", order(&running)))
        .await;
    let timeline = timeline.expect(200);
    let last = timeline["items"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(last["kind"], "migrated");
    assert_eq!(last["facts"][0]["to"], 420_105_001);
    // once moved, none is left
    let again = city.post(&path, &wanted(true)).await.expect(200);
    assert_eq!(
        (&again["moved"], &again["looked_at"]),
        (&json!(0), &json!(1))
    );
    city.post(&path, &json!({"from": 5, "to": 99}))
        .await
        .expect(422);
    // it goes on by the other version
    let report = json!({"handling_note": "已修", "public_answer": "已修好"});
    act(&world.liaison, &running, "feedback", &report)
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_make_a_definition_unsound_is_refused_with_every_reason() {
    let world = World::start().await;
    let city = city(&world);
    for (workflow, changes) in [
        ("six-step", json!({"limits": {"nothing": {"hours": 3}}})),
        (
            "six-step",
            json!({"limits": {"handle": {"hours": 3, "work_days": 1}}}),
        ),
        ("six-step", json!({"limits": {"handle": {"work_days": 0}}})),
        (
            "six-step",
            json!({"limits": {"handle": {"work_days": 100_000}}}),
        ),
        ("six-step", json!({"max_rounds": 0})),
        ("six-step", json!({"review": {"quorum": 3}})),
        ("six-step", json!({"requests": {"extend": {"most": 0}}})),
        ("six-step", json!({"requests": {"dance": {"most": 3}}})),
        ("five-order", json!({"review": {"quorum": 9}})),
        ("five-order", json!({"most_parts": 3})),
        ("five-order", json!({"states": []})),
    ] {
        let reply = publish(&city, workflow, changes.clone()).await;
        assert!([400, 422].contains(&reply.status.as_u16()), "{changes}");
    }
    publish(&city, "nothing", json!({})).await.expect(404);
    let path = format!("{WORKFLOWS}/six-step/overrides/city");
    city.get(&path).await.expect(404);
    let both = publish(
        &city,
        "five-order",
        json!({"max_rounds": 0, "review": {"quorum": 9}}),
    )
    .await;
    assert!(both.expect(422)["errors"].as_array().unwrap().len() >= 2);
    let list = format!("{WORKFLOWS}/six-step/overrides/420105");
    assert_eq!(city.get(&list).await.expect(200)["items"], json!([]));
    // nothing was stored: an order begins as before
    let view = world
        .resident
        .post(ORDERS, &matter("six-step"))
        .await
        .expect(201);
    assert_eq!(view["state"], "reported");
}
