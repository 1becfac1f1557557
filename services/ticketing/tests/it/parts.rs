//! Assisting units (协办): asked, accepted, done, handed back, and what the lead can't do meanwhile.

use kernel::Role;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::world::{AT_STREET, AT_WATER, World, act, order, pointer};

const PARTS: &str = "/api/ticketing/v1/parts";
const WATER: &str = "420105000000.SW";

async fn ask(caller: &Caller, id: &str, unit: &str) -> Reply {
    let body = json!({"unit": unit, "asked": "请关闭阀门，配合开挖"});
    caller.post(&format!("{}/parts", order(id)), &body).await
}

async fn step(caller: &Caller, id: &str, number: u32, step: &str, body: Value) -> Reply {
    let path = format!("{}/parts/{number}/steps/{step}", order(id));
    caller.post(&path, &body).await
}

/// Brings an order to the unit that handles it.
pub(crate) async fn in_hand(world: &World) -> String {
    let id = world.open("six-step").await;
    let unit = json!({"unit": "420105000000.CG"});
    act(&world.operator, &id, "accept", &json!({}))
        .await
        .expect(200);
    act(&world.operator, &id, "dispatch", &unit)
        .await
        .expect(200);
    act(&world.liaison, &id, "sign", &json!({}))
        .await
        .expect(200);
    id
}

fn report() -> Value {
    json!({"handling_note": "已开挖更换", "public_answer": "管道已更换"})
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lead_waits_for_the_part_that_it_asked_for() {
    let world = World::start().await;
    let water = world.host.caller(&[(Role::DepartmentLiaison, AT_WATER)]);
    let id = in_hand(&world).await;
    water.get(&order(&id)).await.expect(404);
    let asked = ask(&world.liaison, &id, WATER).await.expect(201);
    assert_eq!(
        (&asked["number"], &asked["state"], &asked["unit_name"]),
        (&json!(1), &json!("asked"), &json!("区水务局"))
    );

    // the assisting unit finds it in its queue, sees the order, and can't take the lead's steps
    let queue = water.get(PARTS).await.expect(200);
    assert_eq!(queue["items"][0]["order_id"], json!(id));
    assert_eq!(queue["items"][0]["asked"], "请关闭阀门，配合开挖");
    let seen = water.get(&order(&id)).await.expect(200);
    assert_eq!(seen["actions"], json!([]));
    act(&water, &id, "feedback", &report()).await.expect(403);

    // its own time limit runs beside the order's
    let view = world.liaison.get(&order(&id)).await.expect(200);
    let clocks = view["clocks"].as_array().unwrap();
    let own = clocks.iter().find(|clock| clock["name"] == "assist.1");
    assert_eq!(own.unwrap()["due_at"], asked["due_at"]);
    assert_eq!(own.unwrap()["title"], "协办时限");

    let early = act(&world.liaison, &id, "feedback", &report()).await;
    let early = early.expect(409);
    assert!(early["detail"].as_str().unwrap().contains("协办"));
    let nothing_done = step(&water, &id, 1, "finish", json!({"text": "已关阀"})).await;
    nothing_done.expect(409);
    step(&water, &id, 1, "accept", json!({})).await.expect(200);
    let untold = step(&water, &id, 1, "finish", json!({})).await.expect(422);
    assert_eq!(pointer(&untold), "/text");
    let done = step(&water, &id, 1, "finish", json!({"text": "已关阀并配合"})).await;
    assert_eq!(done.expect(200)["state"], "done");
    assert_eq!(water.get(PARTS).await.expect(200)["items"], json!([]));

    let after = act(&world.liaison, &id, "feedback", &report()).await;
    assert_eq!(after.expect(200)["state"], "verifying");
    // the resident sees that units assist, not what they write each other
    let told = world.resident.get(&order(&id)).await.expect(200);
    assert_eq!(told["parts"][0]["state"], "done");
    assert!(told["parts"][0].get("answer").is_none());
    let timeline = world
        .resident
        .get(&format!("{}/timeline", order(&id)))
        .await;
    let timeline = timeline.expect(200);
    let items = timeline["items"].as_array().unwrap();
    assert_eq!(
        items.iter().filter(|item| item["kind"] == "part").count(),
        3
    );
    assert!(!timeline.to_string().contains("acc_") && !timeline.to_string().contains("关阀"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_handed_back_or_not_needed_and_the_unit_sees_no_more() {
    let world = World::start().await;
    let water = world.host.caller(&[(Role::DepartmentLiaison, AT_WATER)]);
    let id = in_hand(&world).await;
    ask(&world.liaison, &id, WATER).await.expect(201);
    let twice = ask(&world.liaison, &id, WATER).await.expect(409);
    assert_eq!(twice["type"], "https://linli.city/problems/unit-taken");
    ask(&world.liaison, &id, "420105000000.CG")
        .await
        .expect(409);
    let nobody = ask(&world.liaison, &id, "420105000000.QQ")
        .await
        .expect(422);
    assert_eq!(pointer(&nobody), "/unit");

    step(&world.liaison, &id, 1, "accept", json!({}))
        .await
        .expect(403);
    step(&water, &id, 1, "waive", json!({"text": "不想办"}))
        .await
        .expect(403);
    step(&water, &id, 7, "accept", json!({})).await.expect(404);
    step(&water, &id, 1, "dance", json!({})).await.expect(404);
    let back = step(
        &water,
        &id,
        1,
        "hand_back",
        json!({"text": "属区住建局职责"}),
    )
    .await;
    let back = back.expect(200);
    assert_eq!(
        (&back["state"], &back["answer"]),
        (&json!("returned"), &json!("属区住建局职责"))
    );
    water.get(&order(&id)).await.expect(404);
    act(&world.resident, &id, "feedback", &report())
        .await
        .expect(403);

    // asked again, and not needed after all
    let street = world.host.caller(&[(Role::StreetDispatcher, AT_STREET)]);
    let again = ask(&street, &id, WATER).await.expect(201);
    assert_eq!(again["number"], 2);
    step(&world.liaison, &id, 2, "waive", json!({}))
        .await
        .expect(422);
    let waived = step(
        &world.liaison,
        &id,
        2,
        "waive",
        json!({"text": "现场无需关阀"}),
    )
    .await;
    assert_eq!(waived.expect(200)["state"], "waived");
    act(&world.liaison, &id, "feedback", &report())
        .await
        .expect(200);
    // nobody is asked once the lead has reported
    ask(&street, &id, WATER).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn open_parts_end_with_the_lead_and_who_worked_on_one_does_not_verify() {
    let world = World::start().await;
    let water = world.host.caller(&[
        (Role::DepartmentLiaison, AT_WATER),
        (Role::Inspector, crate::world::AT_DISTRICT),
    ]);
    let id = in_hand(&world).await;
    ask(&world.liaison, &id, WATER).await.expect(201);
    step(&water, &id, 1, "accept", json!({})).await.expect(200);
    let body = json!({"kind": "return", "ground": "权责清单第 12 项", "reason": "不属本单位职责"});
    let path = format!("{}/requests", order(&id));
    let asked = world.liaison.post(&path, &body).await.expect(201);
    let approve = format!(
        "/api/ticketing/v1/requests/{}/steps/approve",
        asked["id"].as_str().unwrap()
    );
    world.operator.post(&approve, &json!({})).await.expect(200);
    let view = world.operator.get(&order(&id)).await.expect(200);
    assert_eq!(
        (&view["state"], &view["parts"][0]["state"]),
        (&json!("pending_dispatch"), &json!("lapsed"))
    );
    let clocks = view["clocks"].to_string();
    assert!(!clocks.contains("assist."));

    let unit = json!({"unit": "420105000000.CG"});
    act(&world.operator, &id, "dispatch", &unit)
        .await
        .expect(200);
    act(&world.liaison, &id, "sign", &json!({}))
        .await
        .expect(200);
    act(&world.liaison, &id, "feedback", &report())
        .await
        .expect(200);
    let verdict = json!({"passed": true});
    let own = act(&water, &id, "verify", &verdict).await.expect(403);
    assert_eq!(
        own["type"],
        "https://linli.city/problems/conflict-of-interest"
    );
    act(&world.inspector, &id, "verify", &verdict)
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_request_for_a_part_is_refused() {
    let world = World::start().await;
    let id = in_hand(&world).await;
    let path = format!("{}/parts", order(&id));
    for body in [
        json!({}),
        json!({"unit": WATER}),
        json!({"unit": WATER, "asked": ""}),
        json!({"unit": "水务局", "asked": "关阀"}),
        json!({"unit": WATER, "asked": "关阀", "due_at": "2026-12-01T00:00:00Z"}),
    ] {
        let reply = world.liaison.post(&path, &body).await;
        assert!(reply.status.is_client_error(), "{body}");
    }
    let lists = format!("{PARTS}?state=somewhere");
    world.liaison.get(&lists).await.expect(422);
    world
        .liaison
        .get(&format!("{PARTS}?org_code={WATER}"))
        .await
        .expect(403);
    world.resident.get(PARTS).await.expect(403);
    let view = world.operator.get(&order(&id)).await.expect(200);
    assert_eq!(view["parts"], json!([]));
}
