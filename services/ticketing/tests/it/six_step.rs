//! 六步闭环: with a unit, and verified by others than the handler.

use serde_json::json;

use crate::world::{World, act, offered, order};

#[tokio::test(flavor = "multi_thread")]
async fn the_loop_runs_through_unit_verification_callback_and_evaluation() {
    let world = World::start().await;
    let id = world.open("six-step").await;
    let opened = world.operator.get(&order(&id)).await.expect(200);
    assert!(opened["number"].as_str().unwrap().starts_with("LB"));
    assert!(opened["category_reason"].is_string());
    assert!(opened["routing_reason"].is_string());
    act(&world.operator, &id, "accept", &json!({}))
        .await
        .expect(200);

    let nowhere = json!({"unit": "420105000000.NOPE"});
    let refused = act(&world.operator, &id, "dispatch", &nowhere)
        .await
        .expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/unit");
    let unit = json!({"unit": "420105000000.CG"});
    let sent = act(&world.operator, &id, "dispatch", &unit)
        .await
        .expect(200);
    assert_eq!(sent["unit_code"], "420105000000.CG");
    assert_eq!(sent["unit_name"], "区城管局");

    act(&world.liaison, &id, "sign", &json!({}))
        .await
        .expect(200);
    let report = json!({"handling_note": "内部：线路老化", "public_answer": "路灯已修复"});
    act(&world.liaison, &id, "feedback", &report)
        .await
        .expect(200);
    act(
        &world.inspector,
        &id,
        "verify",
        &json!({"passed": true, "note": "属实"}),
    )
    .await
    .expect(200);
    let answer = json!({"reached": true, "solved": "yes", "satisfaction": 5, "attitude": 5});
    act(&world.callback, &id, "call_back", &answer)
        .await
        .expect(200);
    act(&world.operator, &id, "archive", &json!({}))
        .await
        .expect(200);
    let done = act(&world.assessor, &id, "evaluate", &json!({"score": 90}))
        .await
        .expect(200);
    assert_eq!(done["state"], "evaluated");

    let told = world
        .resident
        .get(&format!("{}/timeline", order(&id)))
        .await
        .expect(200);
    let text = told.to_string();
    assert!(text.contains("路灯已修复"));
    assert!(!text.contains("线路老化"));
    assert!(!text.contains("属实"));
    let told = world
        .operator
        .get(&format!("{}/timeline", order(&id)))
        .await
        .expect(200);
    assert!(told.to_string().contains("线路老化"));
}

/// Asks to return the order and agrees to it.
async fn give_back(world: &World, id: &str) {
    let body = json!({"kind": "return", "ground": "权责清单第 12 项", "reason": "不属本单位职责"});
    let path = format!("{}/requests", order(id));
    let asked = world.liaison.post(&path, &body).await.expect(201);
    let request = asked["id"].as_str().unwrap();
    let approve = format!("/api/ticketing/v1/requests/{request}/steps/approve");
    let agreed = world.operator.post(&approve, &json!({})).await;
    agreed.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_verification_sends_it_back_and_a_returned_unit_no_longer_sees_it() {
    let world = World::start().await;
    let id = world.open("six-step").await;
    act(&world.operator, &id, "accept", &json!({}))
        .await
        .expect(200);
    let unit = json!({"unit": "420105000000.CG"});
    act(&world.operator, &id, "dispatch", &unit)
        .await
        .expect(200);
    let seen = world.liaison.get(&order(&id)).await.expect(200);
    assert_eq!(offered(&seen), ["sign"]);
    // by the request alone, with its ground
    let reason = json!({"reason": "不属本单位职责"});
    act(&world.liaison, &id, "return", &reason)
        .await
        .expect(404);
    give_back(&world, &id).await;
    world.liaison.get(&order(&id)).await.expect(404);
    let listed = world
        .liaison
        .get("/api/ticketing/v1/orders")
        .await
        .expect(200);
    assert_eq!(listed["items"], json!([]));

    act(&world.operator, &id, "dispatch", &unit)
        .await
        .expect(200);
    act(&world.liaison, &id, "sign", &json!({}))
        .await
        .expect(200);
    let report = json!({"handling_note": "已处理", "public_answer": "已处理"});
    act(&world.liaison, &id, "feedback", &report)
        .await
        .expect(200);
    let back = act(&world.inspector, &id, "verify", &json!({"passed": false}))
        .await
        .expect(200);
    assert_eq!(back["state"], "handling");
    assert_eq!(back["round"], 2);
}
