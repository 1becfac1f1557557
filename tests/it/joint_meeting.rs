//! 联席会议：议题 → 决议 → 立单 → 办结 → 回到决议, through the public API of registry and ticketing.

use kernel::Role;
use scenarios::order::{DEPARTMENT as UNIT, ORDERS, act, text};
use serde_json::{Value, json};
use testkit::Caller;

use crate::world::{COMMUNITY, DEPARTMENT, DISTRICT, World};

const MEETINGS: &str = "/api/registry/v1/meetings";
const CONVENER: &str = "420105011010";

/// A meeting of the community with the department, which is being held.
async fn held(community: &Caller) -> String {
    let body = json!({
        "convener_code": CONVENER, "title": "站前秩序", "starts_at": "2026-12-01T06:00:00Z",
        "invited": [UNIT], "agenda": [{"subject": "占道经营"}],
    });
    let meeting = community.post(MEETINGS, &body).await.expect(201);
    let meeting = format!("{MEETINGS}/{}", text(&meeting, "id"));
    let hold = json!({"step": "hold"});
    community
        .post(&format!("{meeting}/steps"), &hold)
        .await
        .expect(200);
    meeting
}

async fn pass(community: &Caller, meeting: &str, order: bool) -> Value {
    let body = json!({
        "item": 1, "title": "整治占道经营", "text": "请在两周内规范站前摊点。",
        "owner_code": UNIT, "order": order,
    });
    let path = format!("{meeting}/resolutions");
    community.post(&path, &body).await.expect(201)
}

/// The resolution as its meeting shows it.
async fn resolution(world: &World, caller: &Caller, meeting: &str) -> Value {
    world.settled().await;
    caller.get(meeting).await.expect(200)["resolutions"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolution_becomes_an_order_whose_end_returns_to_it() {
    let world = World::start().await;
    let community = world
        .person(&[(Role::CommunityDispatcher, COMMUNITY)])
        .await;
    let operator = world.person(&[(Role::DistrictOperator, DISTRICT)]).await;
    let liaison = world.person(&[(Role::DepartmentLiaison, DEPARTMENT)]).await;
    let inspector = world.person(&[(Role::Inspector, DISTRICT)]).await;
    let callback = world.person(&[(Role::CallbackAgent, DISTRICT)]).await;
    world.settled().await;
    let meeting = held(&community).await;
    let passed = pass(&community, &meeting, true).await;
    assert_eq!(passed["state"], "passed");
    // the order is there, made of the resolution and of nobody's contact
    let underway = resolution(&world, &community, &meeting).await;
    assert_eq!(underway["state"], "underway");
    let order = underway["order"].clone();
    let shown = operator
        .get(&format!("{ORDERS}/{}", text(&order, "id")))
        .await
        .expect(200);
    assert_eq!(shown["channel"], "meeting_resolution");
    assert_eq!(shown["title"], passed["title"]);
    assert_eq!(shown["number"], order["number"]);
    // six steps
    act(&operator, &order, "accept", json!({}))
        .await
        .expect(200);
    act(&operator, &order, "dispatch", json!({"unit": UNIT}))
        .await
        .expect(200);
    act(&liaison, &order, "sign", json!({})).await.expect(200);
    let handling = resolution(&world, &liaison, &meeting).await;
    assert_eq!(handling["order"]["state"], "handling");
    let answer = json!({"handling_note": "已划定经营区域。", "public_answer": "站前摊点已规范。"});
    act(&liaison, &order, "feedback", answer).await.expect(200);
    act(&inspector, &order, "verify", json!({"passed": true}))
        .await
        .expect(200);
    let answer = json!({"reached": true, "solved": "yes", "satisfaction": 5, "attitude": 5});
    act(&callback, &order, "call_back", answer)
        .await
        .expect(200);
    let done = resolution(&world, &community, &meeting).await;
    assert_eq!(done["state"], "done");
    assert_eq!(done["order"]["state"], "closed");
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolution_without_an_order_stays_with_its_meeting() {
    let world = World::start().await;
    let community = world
        .person(&[(Role::CommunityDispatcher, COMMUNITY)])
        .await;
    world.settled().await;
    let meeting = held(&community).await;
    pass(&community, &meeting, false).await;
    let kept = resolution(&world, &community, &meeting).await;
    assert_eq!(
        (&kept["state"], &kept["order"]),
        (&json!("passed"), &Value::Null)
    );
    let operator = world.host.caller(&[(Role::DistrictOperator, DISTRICT)]);
    let orders = operator
        .get(&format!("{ORDERS}?org_code=420105000000"))
        .await
        .expect(200);
    assert_eq!(orders["items"], json!([]));
    world.host.stop().await;
}
