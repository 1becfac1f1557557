use contracts::ticketing::{OrderAdvanced, OrderFacts, OrderPublished};
use kernel::{IdSourceExt, OrderId, ResolutionId, Role, TypedId};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply, TestHost};

use crate::{ORGANISATIONS, hanyang, operator, organisation, tell};

const MEETINGS: &str = "/api/registry/v1/meetings";
const COMMUNITY: &str = "420105011010";
const DEPARTMENT: &str = "420105000000.CG";

/// A community that calls, and a department that is invited.
async fn sides(host: &TestHost) -> (Caller, Caller) {
    let department = organisation(DEPARTMENT, "department", "区城管局");
    operator(host)
        .post(ORGANISATIONS, &department)
        .await
        .expect(201);
    let community = "/420105000000/420105011000/420105011010/";
    (
        host.caller(&[(Role::CommunityDispatcher, community)]),
        host.caller(&[(Role::DepartmentLiaison, "/420105000000/420105000000.CG/")]),
    )
}

fn meeting() -> Value {
    json!({
        "convener_code": COMMUNITY, "title": "停车难", "starts_at": "2026-12-01T06:00:00Z",
        "invited": [DEPARTMENT], "agenda": [{"subject": "夜间车位"}, {"subject": "划线"}],
    })
}

fn resolution(order: bool) -> Value {
    json!({
        "item": 2, "title": "增设车位", "text": "在北门外划线。", "owner_code": DEPARTMENT, "order": order,
    })
}

fn path(meeting: &Value) -> String {
    format!("{MEETINGS}/{}", meeting["id"].as_str().unwrap())
}

async fn step(caller: &Caller, meeting: &Value, step: &str) -> Reply {
    let path = format!("{}/steps", path(meeting));
    caller.post(&path, &json!({"step": step})).await
}

async fn record(caller: &Caller, meeting: &Value, body: &Value) -> Reply {
    let path = format!("{}/minutes", path(meeting));
    caller
        .send(caller.request(Method::PUT, &path).json(body))
        .await
}

async fn pass(caller: &Caller, meeting: &Value, body: &Value) -> Reply {
    caller
        .post(&format!("{}/resolutions", path(meeting)), body)
        .await
}

fn advanced(order_id: OrderId, state: &str) -> OrderAdvanced {
    OrderAdvanced {
        order: OrderFacts {
            order_id,
            number: "LB20261122-00000001".to_owned(),
            workflow: "six-step".to_owned(),
            state: state.to_owned(),
            round: 1,
            org_code: COMMUNITY.parse().unwrap(),
            org_path: "/420105000000/420105011000/420105011010/".parse().unwrap(),
            unit_path: None,
            category: None,
            requester: None,
            assignee: None,
            joint_requesters: Vec::new(),
            about: None,
            panel: Vec::new(),
            waiting_for: Vec::new(),
            due_at: None,
        },
        action: "step".to_owned(),
        from: "reported".to_owned(),
    }
}

#[tokio::test]
async fn a_meeting_is_called_held_recorded_and_its_resolutions_follow_their_orders() {
    let host = hanyang().await;
    let (community, department) = sides(&host).await;
    department.post(MEETINGS, &meeting()).await.expect(403);
    let called = community.post(MEETINGS, &meeting()).await.expect(201);
    // who is invited reads, who is not sees nothing
    department.get(&path(&called)).await.expect(200);
    let stranger = host.caller(&[(Role::CommunityDispatcher, "/420106000000/")]);
    stranger.get(&path(&called)).await.expect(404);
    step(&stranger, &called, "hold").await.expect(404);
    step(&department, &called, "hold").await.expect(403);
    pass(&community, &called, &resolution(true))
        .await
        .expect(409);
    step(&community, &called, "hold").await.expect(200);
    let minutes = json!({"item": 1, "minutes": "各方同意夜间开放。"});
    record(&department, &called, &minutes).await.expect(403);
    record(&community, &called, &minutes).await.expect(200);
    let passed = pass(&community, &called, &resolution(true))
        .await
        .expect(201);
    assert_eq!(
        (&passed["state"], &passed["item"]),
        (&json!("passed"), &json!(2))
    );
    let id: ResolutionId = passed["id"].as_str().unwrap().parse().unwrap();
    let order = OrderId::from_uuid(id.uuid());
    tell(&host, "order", 2, &advanced(order, "handling")).await;
    // an order of somebody else changes nothing here
    let other: OrderId = host.deps("registry").ids.next();
    tell(&host, "order", 2, &advanced(other, "closed")).await;
    let shown = department.get(&path(&called)).await.expect(200);
    let followed = &shown["resolutions"][0];
    assert_eq!(followed["state"], "underway");
    assert_eq!(followed["order"]["id"], order.to_string());
    assert_eq!(followed["order"]["state"], "handling");
    tell(&host, "order", 7, &advanced(order, "closed")).await;
    tell(&host, "order", 5, &advanced(order, "verifying")).await;
    let published = OrderPublished {
        order_id: order,
        number: "LB20261122-00000001".to_owned(),
        publication_id: host.deps("registry").ids.next(),
        org_code: COMMUNITY.parse().unwrap(),
    };
    tell(&host, "order", 8, &published).await;
    let shown = community.get(&path(&called)).await.expect(200);
    let done = &shown["resolutions"][0];
    assert_eq!(done["state"], "done");
    assert_eq!(
        (&done["order"]["state"], &done["order"]["published"]),
        (&json!("closed"), &json!(true))
    );
    assert_eq!(shown["agenda"][0]["minutes"], "各方同意夜间开放。");
    step(&community, &called, "close").await.expect(200);
    record(&community, &called, &minutes).await.expect(409);
    pass(&community, &called, &resolution(false))
        .await
        .expect(409);
    let listed = department
        .get(&format!("{MEETINGS}?org_code={DEPARTMENT}"))
        .await
        .expect(200);
    assert_eq!(listed["items"][0]["id"], called["id"]);
    host.stop().await;
}

#[tokio::test]
async fn wrong_meetings_minutes_and_resolutions_are_refused() {
    let host = hanyang().await;
    let (community, _) = sides(&host).await;
    for (pointer, value) in [
        ("/title", json!("问 13900001234")),
        ("/starts_at", json!("soon")),
        ("/invited", json!([])),
        ("/invited", json!([DEPARTMENT, DEPARTMENT])),
        ("/invited", json!([COMMUNITY])),
        ("/invited/0", json!(["420105011777"])),
        ("/agenda", json!([])),
        (
            "/agenda/0/entry_id",
            json!([{"subject": "x", "entry_id": "lst_01jcgb2r00e8arc5tmvkbzqy7x"}]),
        ),
        (
            "/agenda/0/agreement_id",
            json!([{"subject": "x", "agreement_id": "agr_01jcgb2r00e8arc5tmvkbzqy7x"}]),
        ),
        ("/booking_id", json!("bkg_01jcgb2r00e8arc5tmvkbzqy7x")),
        ("/convener_code", json!("420105011777")),
        ("/colour", json!(1)),
    ] {
        let mut body = meeting();
        let member = pointer.split('/').nth(1).unwrap();
        body[member] = value;
        let problem = community.post(MEETINGS, &body).await.expect(422);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
    }
    let called = community.post(MEETINGS, &meeting()).await.expect(201);
    step(&community, &called, "hold").await.expect(200);
    for (pointer, value) in [
        ("/item", json!(3)),
        ("/item", json!(0)),
        ("/item", json!(70_000)),
        ("/title", json!("")),
        ("/text", json!("联系 box@example.com")),
        ("/owner_code", json!("420105011777")),
        ("/place_code", json!("420105011777")),
        ("/category", json!("0102010")),
    ] {
        let mut body = resolution(true);
        body[pointer.trim_start_matches('/')] = value;
        let problem = pass(&community, &called, &body).await.expect(422);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
    }
    let minutes = json!({"item": 1, "minutes": "请联系 13900001234"});
    record(&community, &called, &minutes).await.expect(422);
    let gone = json!({"id": "mtg_01jcgb2r00e8arc5tmvkbzqy7x"});
    step(&community, &gone, "hold").await.expect(404);
    community.get(MEETINGS).await.expect(422);
    host.stop().await;
}

#[tokio::test]
async fn a_meeting_resolves_what_those_who_meet_do_where_they_are() {
    let host = hanyang().await;
    let (community, department) = sides(&host).await;
    let other = organisation("420105000000.JT", "department", "区交通局");
    operator(&host)
        .post(ORGANISATIONS, &other)
        .await
        .expect(201);
    let unit = json!({
        "convener_code": DEPARTMENT, "title": "停车难", "starts_at": "2026-12-01T06:00:00Z",
        "invited": ["420105000000.JT"], "agenda": [{"subject": "甲"}, {"subject": "乙"}],
    });
    let called = department.post(MEETINGS, &unit).await.expect(201);
    step(&department, &called, "hold").await.expect(200);
    // a unit opens no order somewhere in the city
    let mut body = resolution(true);
    body["place_code"] = json!(COMMUNITY);
    let refused = pass(&department, &called, &body).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/place_code");
    let called = community.post(MEETINGS, &meeting()).await.expect(201);
    step(&community, &called, "hold").await.expect(200);
    for (member, value) in [
        ("owner_code", "420105000000.JT"),
        ("place_code", "420105011011"),
    ] {
        let mut body = resolution(true);
        body[member] = json!(value);
        let refused = pass(&community, &called, &body).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], format!("/{member}"));
    }
    let mut body = resolution(true);
    body["place_code"] = json!("420105011010.X01");
    pass(&community, &called, &body).await.expect(201);
    host.stop().await;
}
