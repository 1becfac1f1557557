//! Side requests: 退单, 延期, 挂账, 剔除, 终止.

use serde_json::{Value, json};
use testkit::Caller;

use crate::world::{ORDERS, World, act, attach, order, pointer};

const REQUESTS: &str = "/api/ticketing/v1/requests";

async fn ask(caller: &Caller, id: &str, body: Value) -> testkit::Reply {
    caller.post(&format!("{}/requests", order(id)), &body).await
}

async fn step(caller: &Caller, request: &Value, step: &str, body: Value) -> testkit::Reply {
    let id = request["id"].as_str().unwrap();
    caller
        .post(&format!("{REQUESTS}/{id}/steps/{step}"), &body)
        .await
}

/// Brings an order to the unit that handles it.
async fn in_hand(world: &World) -> String {
    let id = world.open("six-step").await;
    act(&world.operator, &id, "accept", &json!({}))
        .await
        .expect(200);
    send(world, &id).await;
    id
}

async fn send(world: &World, id: &str) {
    let unit = json!({"unit": "420105000000.CG"});
    act(&world.operator, id, "dispatch", &unit)
        .await
        .expect(200);
    act(&world.liaison, id, "sign", &json!({}))
        .await
        .expect(200);
}

fn clock<'a>(view: &'a Value, name: &str) -> &'a Value {
    let clocks = view["clocks"].as_array().unwrap();
    clocks.iter().find(|clock| clock["name"] == name).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_is_decided_by_others_and_moves_the_due_time() {
    let world = World::start().await;
    let id = in_hand(&world).await;
    let before = world.operator.get(&order(&id)).await.expect(200);
    let body = json!({"kind": "extend", "clock": "handle", "work_days": 5, "reason": "材料待采购"});
    let asked = ask(&world.liaison, &id, body.clone()).await.expect(201);
    assert_eq!(
        (&asked["state"], &asked["number"]),
        (&json!("pending"), &json!(1))
    );
    assert_eq!(asked["mine"], true);

    // a second one while the first is open, one's own decision, somebody else's eyes
    let again = ask(&world.liaison, &id, body.clone()).await.expect(409);
    assert_eq!(again["type"], "https://linli.city/problems/request-open");
    step(&world.liaison, &asked, "approve", json!({}))
        .await
        .expect(403);
    step(&world.resident, &asked, "approve", json!({}))
        .await
        .expect(404);

    let waiting = world.operator.get(REQUESTS).await.expect(200);
    assert_eq!(waiting["items"][0]["id"], asked["id"]);
    let approved = step(&world.operator, &asked, "approve", json!({"note": "同意"}))
        .await
        .expect(200);
    assert_eq!(approved["state"], "approved");
    let after = world.operator.get(&order(&id)).await.expect(200);
    assert!(
        clock(&after, "handle")["due_at"].as_str() > clock(&before, "handle")["due_at"].as_str()
    );
    assert_eq!(clock(&after, "handle")["extensions"], 1);
    assert_eq!(
        world.operator.get(REQUESTS).await.expect(200)["items"],
        json!([])
    );

    // decided once; the next one is for the level above
    step(&world.operator, &asked, "refuse", json!({}))
        .await
        .expect(409);
    let second = ask(&world.liaison, &id, body).await.expect(201);
    assert_eq!(second["number"], 2);
    let street = world
        .host
        .caller(&[(kernel::Role::StreetDispatcher, crate::world::AT_STREET)]);
    step(&street, &second, "approve", json!({}))
        .await
        .expect(403);
    step(
        &world.operator,
        &second,
        "refuse",
        json!({"note": "时间已够"}),
    )
    .await
    .expect(200);

    let told = world
        .operator
        .get(&format!("{}/timeline", order(&id)))
        .await
        .expect(200);
    let kinds: Vec<&str> = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "request").count(), 4);
    assert!(!told.to_string().contains("acc_"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_takes_the_order_off_the_unit_and_a_refused_one_is_final() {
    let world = World::start().await;
    let id = in_hand(&world).await;
    let body = json!({"kind": "return", "ground": "权责清单第 12 项", "reason": "不属本单位职责"});
    let asked = ask(&world.liaison, &id, body.clone()).await.expect(201);
    step(&world.operator, &asked, "approve", json!({}))
        .await
        .expect(200);
    let view = world.operator.get(&order(&id)).await.expect(200);
    assert_eq!(
        (&view["state"], &view["unit_code"]),
        (&json!("pending_dispatch"), &Value::Null)
    );
    send(&world, &id).await;
    let again = ask(&world.liaison, &id, body.clone()).await.expect(201);
    step(
        &world.operator,
        &again,
        "refuse",
        json!({"note": "属本单位职责"}),
    )
    .await
    .expect(200);
    let refused = ask(&world.liaison, &id, body).await.expect(409);
    assert_eq!(
        refused["type"],
        "https://linli.city/problems/decision-final"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_unit_asked_for_takes_nothing_from_the_next_one() {
    let world = World::start().await;
    let id = world.open("six-step").await;
    let other = world.open("six-step").await;
    let operator = &world.operator;
    act(operator, &id, "accept", &json!({})).await.expect(200);
    let water = world
        .host
        .caller(&[(kernel::Role::DepartmentLiaison, crate::world::AT_WATER)]);
    let dispatch = async |unit: &str| {
        let unit = json!({"unit": unit});
        act(operator, &id, "dispatch", &unit).await.expect(200);
    };
    let recall = async || {
        act(operator, &id, "recall", &json!({})).await.expect(200);
    };
    let body = json!({"kind": "return", "ground": "权责清单第 12 项", "reason": "不属本单位职责"});
    let mut draft = body.clone();
    draft["draft"] = json!(true);
    dispatch("420105000000.CG").await;
    ask(&world.liaison, &id, draft.clone()).await.expect(201);
    // one's own draft is not written twice
    ask(&world.liaison, &id, draft).await.expect(409);
    recall().await;
    dispatch("420105000000.SW").await;
    let theirs = ask(&water, &id, body.clone()).await.expect(201);
    // what was handed in goes on, whoever has the order then: it is refused, not carried out
    recall().await;
    dispatch("420105000000.CG").await;
    let late = step(operator, &theirs, "approve", json!({})).await;
    assert_eq!(
        late.expect(409)["type"],
        "https://linli.city/problems/request-not-now"
    );
    let view = operator.get(&order(&id)).await.expect(200);
    assert_eq!(view["unit_code"], "420105000000.CG");
    let merge = json!({"into": other, "reason": "同一处路灯"});
    let path = format!("{}/merge", order(&id));
    operator.post(&path, &merge).await.expect(409);
    step(operator, &theirs, "refuse", json!({}))
        .await
        .expect(200);
    operator.post(&path, &merge).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_return_is_decided_by_a_conference_that_names_the_unit() {
    let world = World::start().await;
    let id = in_hand(&world).await;
    let body = json!({"kind": "return", "ground": "权责清单第 12 项", "reason": "不属本单位职责"});
    for number in 1..=3 {
        let asked = ask(&world.liaison, &id, body.clone()).await.expect(201);
        assert_eq!(asked["number"], number);
        if number < 3 {
            let named = json!({"unit": "420105000000.SW"});
            let early = step(&world.operator, &asked, "approve", named)
                .await
                .expect(422);
            assert_eq!(pointer(&early), "/unit");
            step(&world.operator, &asked, "approve", json!({}))
                .await
                .expect(200);
            send(&world, &id).await;
            continue;
        }
        assert_eq!(
            (&asked["state"], &asked["conference"]),
            (&json!("conference"), &json!(true))
        );
        let nowhere = json!({"unit": "420105000000.NOPE"});
        let refused = step(&world.operator, &asked, "approve", nowhere)
            .await
            .expect(422);
        assert_eq!(pointer(&refused), "/unit");
        let named = json!({"unit": "420105000000.SW", "note": "水务局为主管单位"});
        let decided = step(&world.operator, &asked, "approve", named)
            .await
            .expect(200);
        assert_eq!(decided["named_unit"], "420105000000.SW");
    }
    let view = world.operator.get(&order(&id)).await.expect(200);
    assert_eq!(
        (&view["state"], &view["unit_code"]),
        (&json!("assigned"), &json!("420105000000.SW"))
    );
    // who was named by a conference can't return it
    let water = world
        .host
        .caller(&[(kernel::Role::DepartmentLiaison, crate::world::AT_WATER)]);
    // nor is there any other way
    let seen = water.get(&order(&id)).await.expect(200);
    assert_eq!(crate::world::offered(&seen), ["sign"]);
    let reason = json!({"reason": "不属本单位职责"});
    act(&water, &id, "return", &reason).await.expect(404);
    let refused = ask(&water, &id, body).await.expect(409);
    assert_eq!(
        refused["type"],
        "https://linli.city/problems/decision-final"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_stops_the_clocks_and_stands_in_its_own_list() {
    let world = World::start().await;
    let id = in_hand(&world).await;
    let until = world.now().plus(std::time::Duration::from_hours(24 * 40));
    let body = json!({"kind": "suspend", "plan": "列入雨季后施工计划", "until": until, "reason": "季节原因"});
    let asked = ask(&world.liaison, &id, body).await.expect(201);
    step(&world.operator, &asked, "approve", json!({}))
        .await
        .expect(200);
    let view = world.operator.get(&order(&id)).await.expect(200);
    assert_eq!(clock(&view, "handle")["paused"], "suspended");
    assert_eq!(
        (&view["due_at"], &view["overdue"]),
        (&Value::Null, &json!(false))
    );
    let listed = world
        .operator
        .get(&format!(
            "{REQUESTS}?kind=suspend&state=approved&org_code=420105000000"
        ))
        .await
        .expect(200);
    assert_eq!(listed["items"][0]["id"], asked["id"]);
    assert!(listed["items"][0]["review_at"].is_string());
    step(
        &world.operator,
        &asked,
        "review",
        json!({"note": "仍不具备条件"}),
    )
    .await
    .expect(200);
    step(&world.operator, &asked, "end", json!({}))
        .await
        .expect(200);
    let view = world.operator.get(&order(&id)).await.expect(200);
    assert_eq!(clock(&view, "handle")["paused"], Value::Null);
    assert!(view["due_at"].is_string());
    step(&world.operator, &asked, "end", json!({}))
        .await
        .expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exclusion_needs_evidence_and_deletes_nothing() {
    let world = World::start().await;
    let id = in_hand(&world).await;
    let photo = attach(&world.liaison, &id).await.expect(201);
    let report = json!({"handling_note": "已处理", "public_answer": "已处理"});
    act(&world.liaison, &id, "feedback", &report)
        .await
        .expect(200);
    act(&world.inspector, &id, "verify", &json!({"passed": true}))
        .await
        .expect(200);
    let answer = json!({"reached": true, "solved": "no", "satisfaction": 1, "attitude": 3});
    act(&world.callback, &id, "call_back", &answer)
        .await
        .expect(200);
    let early = json!({"kind": "exclude", "metrics": ["solved"], "evidence": [photo["id"]], "reason": "超出职权"});
    ask(&world.liaison, &id, early.clone()).await.expect(409);
    act(&world.liaison, &id, "feedback", &report)
        .await
        .expect(200);
    act(&world.inspector, &id, "verify", &json!({"passed": true}))
        .await
        .expect(200);
    let reached = json!({"reached": true, "solved": "yes", "satisfaction": 3, "attitude": 3});
    act(&world.callback, &id, "call_back", &reached)
        .await
        .expect(200);

    let mut foreign = early.clone();
    foreign["evidence"] = json!(["att_01jcgb2r00e8arc5tmvkbzqy7x"]);
    assert_eq!(
        pointer(&ask(&world.liaison, &id, foreign).await.expect(422)),
        "/evidence"
    );
    let asked = ask(&world.liaison, &id, early).await.expect(201);
    step(&world.operator, &asked, "approve", json!({}))
        .await
        .expect(403);
    step(
        &world.assessor,
        &asked,
        "approve",
        json!({"note": "诉求超出职权"}),
    )
    .await
    .expect(200);
    let view = world.operator.get(&order(&id)).await.expect(200);
    assert_eq!(view["state"], "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_termination_ends_the_order_and_a_draft_can_be_taken_back() {
    let world = World::start().await;
    let id = in_hand(&world).await;
    let body = json!({"kind": "terminate", "ground": "诉求人不配合", "reason": "多次联系不上", "draft": true});
    let draft = ask(&world.liaison, &id, body.clone()).await.expect(201);
    assert_eq!(draft["state"], "draft");
    step(&world.operator, &draft, "approve", json!({}))
        .await
        .expect(409);
    step(&world.liaison, &draft, "submit", json!({}))
        .await
        .expect(200);
    step(&world.liaison, &draft, "withdraw", json!({}))
        .await
        .expect(200);
    let asked = ask(&world.liaison, &id, body).await.expect(201);
    step(&world.liaison, &asked, "submit", json!({}))
        .await
        .expect(200);
    step(&world.operator, &asked, "approve", json!({}))
        .await
        .expect(200);
    let view = world.operator.get(&order(&id)).await.expect(200);
    assert_eq!(
        (&view["state"], &view["clocks"]),
        (&json!("terminated"), &json!([]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_request_is_pointed_at() {
    let world = World::start().await;
    let id = in_hand(&world).await;
    let wrong = [
        (json!({"kind": "explode", "reason": "x"}), "/kind"),
        (json!({"kind": "extend", "reason": ""}), "/reason"),
        (
            json!({"kind": "extend", "reason": "x", "work_days": 3}),
            "/clock",
        ),
        (
            json!({"kind": "extend", "reason": "x", "clock": "handle"}),
            "/work_days",
        ),
        (
            json!({"kind": "extend", "reason": "x", "clock": "handle", "work_days": -1}),
            "/work_days",
        ),
        (
            json!({"kind": "extend", "reason": "x", "clock": "handle", "work_days": 1, "plan": "x"}),
            "/plan",
        ),
        (json!({"kind": "return", "reason": "x"}), "/ground"),
        (
            json!({"kind": "suspend", "reason": "x", "plan": "x"}),
            "/until",
        ),
        (
            json!({"kind": "suspend", "reason": "x", "plan": "x", "until": "tomorrow"}),
            "/until",
        ),
        (
            json!({"kind": "exclude", "reason": "x", "metrics": ["solved"]}),
            "/evidence",
        ),
        (
            json!({"kind": "exclude", "reason": "x", "metrics": ["beauty"]}),
            "/metrics",
        ),
        (
            json!({"kind": "terminate", "reason": "x", "ground": "\u{0}"}),
            "/ground",
        ),
        (
            json!({"kind": "terminate", "reason": "x", "ground": "x", "colour": 1}),
            "/colour",
        ),
    ];
    for (body, place) in wrong {
        let refused = ask(&world.liaison, &id, body.clone()).await.expect(422);
        assert!(pointer(&refused).starts_with(place), "{body}: {refused:#}");
    }
    assert_eq!(
        world.operator.get(REQUESTS).await.expect(200)["items"],
        json!([])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_for_the_caller_or_not_for_now_is_refused() {
    let world = World::start().await;
    let id = in_hand(&world).await;
    let much = json!({"kind": "extend", "reason": "x", "clock": "handle", "work_days": 11});
    let refused = ask(&world.liaison, &id, much).await.expect(422);
    assert_eq!(
        refused["type"],
        "https://linli.city/problems/asked-too-much"
    );
    let other = json!({"kind": "extend", "reason": "x", "clock": "verify", "work_days": 1});
    ask(&world.liaison, &id, other).await.expect(409);
    ask(
        &world.resident,
        &id,
        json!({"kind": "terminate", "reason": "x", "ground": "x"}),
    )
    .await
    .expect(403);
    let stranger = world
        .host
        .caller(&[(kernel::Role::DepartmentLiaison, crate::world::AT_WATER)]);
    ask(
        &stranger,
        &id,
        json!({"kind": "terminate", "reason": "x", "ground": "x"}),
    )
    .await
    .expect(404);
    let none = json!({"id": "req_01jcgb2r00e8arc5tmvkbzqy7x"});
    step(&world.operator, &none, "approve", json!({}))
        .await
        .expect(404);
    step(&world.operator, &none, "explode", json!({}))
        .await
        .expect(404);
    world
        .operator
        .get(&format!("{REQUESTS}?state=lost"))
        .await
        .expect(422);
    world
        .operator
        .get(&format!("{REQUESTS}?org_code=420106000000"))
        .await
        .expect(422);
    let elsewhere = world
        .host
        .caller(&[(kernel::Role::Inspector, crate::world::AT_NEIGHBOUR)]);
    elsewhere
        .get(&format!("{REQUESTS}?org_code=420105000000"))
        .await
        .expect(403);
    // a five-order request knows no side requests
    let five = world.open("five-order").await;
    let body = json!({"kind": "terminate", "reason": "x", "ground": "x"});
    ask(&world.dispatcher, &five, body).await.expect(409);
    assert_eq!(
        world.operator.get(REQUESTS).await.expect(200)["items"],
        json!([])
    );
    assert!(world.operator.get(ORDERS).await.expect(200)["items"].is_array());
}
