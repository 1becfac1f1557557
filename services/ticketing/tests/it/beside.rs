//! What people do beside the main line: check a report on site, answer at once, hand over, supervise, verify by category.

use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::Caller;

use crate::world::{AT_COMPOUND, AT_STREET, ORDERS, World, act, attach, matter, order, pointer};

const STATISTICS: &str = "/api/ticketing/v1/statistics";

async fn opened(world: &World, extra: &Value) -> String {
    let mut body = matter("six-step");
    for (name, value) in extra.as_object().unwrap() {
        body[name.as_str()] = value.clone();
    }
    let view = world.resident.post(ORDERS, &body).await.expect(201);
    view["id"].as_str().unwrap().to_owned()
}

fn grid(world: &World) -> Caller {
    world.host.caller(&[(Role::GridWorker, AT_COMPOUND)])
}

/// Takes an order as far as a unit that has signed for it.
async fn signed(world: &World, id: &str) {
    let unit = json!({"unit": "420105000000.CG"});
    for (caller, action, input) in [
        (&world.operator, "accept", json!({})),
        (&world.operator, "dispatch", unit),
        (&world.liaison, "sign", json!({})),
    ] {
        act(caller, id, action, &input).await.expect(200);
    }
}

async fn handled(world: &World, id: &str) -> Value {
    signed(world, id).await;
    let report = json!({"handling_note": "已修", "public_answer": "已修好"});
    act(&world.liaison, id, "feedback", &report)
        .await
        .expect(200)
}

pub(crate) async fn listed(caller: &Caller, query: &str) -> Vec<String> {
    let page = caller.get(&format!("{ORDERS}?{query}")).await.expect(200);
    let items = page["items"].as_array().unwrap().clone();
    let ids = items.iter().map(|item| item["id"].as_str().unwrap());
    ids.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_checked_with_a_photo_and_counted() {
    let world = World::start().await;
    let grid = grid(&world);
    let id = world.open("six-step").await;
    act(&world.operator, &id, "send_to_check", &json!({}))
        .await
        .expect(200);
    let found = json!({"found": true, "note": "灯确实不亮"});
    act(&world.resident, &id, "check", &found).await.expect(403);
    act(&grid, &id, "check", &found).await.expect(422);
    attach(&grid, &id).await.expect(201);
    let blank = act(&grid, &id, "check", &json!({"found": true}))
        .await
        .expect(422);
    assert_eq!(pointer(&blank), "/note");
    let back = act(&grid, &id, "check", &found).await.expect(200);
    assert_eq!(back["state"], "reported");

    let figures = world.operator.get(STATISTICS).await.expect(200);
    let counts = &figures["counts"];
    assert_eq!(
        (
            &counts["report_checks"],
            &counts["report_checks_in_time"],
            &counts["report_checks_found"]
        ),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(figures["rates"]["report_check_in_time"]["value"], 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_answered_at_once_is_counted_apart_from_what_is_handed_over() {
    let world = World::start().await;
    let (answered, transferred) = (world.open("six-step").await, world.open("six-step").await);
    let answer = json!({"public_answer": "请携带身份证到社区办理"});
    act(&world.liaison, &answered, "answer_directly", &answer)
        .await
        .expect(403);
    act(&world.operator, &answered, "answer_directly", &answer)
        .await
        .expect(200);
    let seen = world.resident.get(&order(&answered)).await.expect(200);
    assert_eq!(
        (&seen["state"], &seen["unit_code"]),
        (&json!("closed"), &Value::Null)
    );
    let told = world
        .resident
        .get(&format!("{}/timeline", order(&answered)))
        .await
        .expect(200);
    assert!(told.to_string().contains("身份证到社区"));

    let desk = json!({"desk": "112"});
    let wrong = act(&world.operator, &transferred, "hand_over", &desk).await;
    assert_eq!(pointer(&wrong.expect(422)), "/desk");
    let desk = json!({"desk": "119", "desk_number": "HZ-12"});
    let over = act(&world.operator, &transferred, "hand_over", &desk)
        .await
        .expect(200);
    assert_eq!(over["state"], "handed_over");
    let receipt = json!({"receipt_number": "HZ-12-3", "received": "09:40"});
    let done = act(
        &world.operator,
        &transferred,
        "acknowledge_hand_over",
        &receipt,
    )
    .await
    .expect(200);
    assert_eq!(
        (&done["state"], &done["actions"]),
        (&json!("transferred"), &json!([]))
    );

    let figures = world.operator.get(STATISTICS).await.expect(200);
    let counts = &figures["counts"];
    assert_eq!(
        (&counts["direct"], &counts["transferred"], &counts["closed"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(counts["responded"], 1);

    let again = json!({"reason": "答复不清楚"});
    let again = act(&world.resident, &answered, "reopen", &again)
        .await
        .expect(200);
    assert_eq!(again["state"], "pending_dispatch");
    let figures = world.operator.get(STATISTICS).await.expect(200);
    assert_eq!(
        (&figures["counts"]["direct"], &figures["counts"]["reopened"]),
        (&json!(0), &json!(1))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grid_worker_does_it_on_the_spot() {
    let world = World::start().await;
    let grid = grid(&world);
    let mut body = matter("six-step");
    body["channel"] = json!("grid");
    let view = grid.post(ORDERS, &body).await.expect(201);
    let id = view["id"].as_str().unwrap();
    let done = json!({"public_answer": "杂物已清理"});
    act(&grid, id, "self_handle", &done).await.expect(422);
    attach(&grid, id).await.expect(201);
    act(&grid, id, "self_handle", &done).await.expect(200);
    let figures = world.operator.get(STATISTICS).await.expect(200);
    let counts = &figures["counts"];
    assert_eq!(
        (
            &counts["grid_reports"],
            &counts["grid_handled"],
            &counts["grid_reports_valid"],
            &counts["direct"]
        ),
        (&json!(1), &json!(1), &json!(1), &json!(0))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_under_supervision_stand_in_a_list_until_it_is_lifted() {
    let world = World::start().await;
    let (plain, urgent) = (world.open("six-step").await, world.open("six-step").await);
    let why = json!({"reason": "媒体关注"});
    act(&world.liaison, &urgent, "supervise", &why)
        .await
        .expect(403);
    let blank = act(&world.inspector, &urgent, "supervise", &json!({})).await;
    assert_eq!(pointer(&blank.expect(422)), "/reason");
    let view = act(&world.inspector, &urgent, "supervise", &why)
        .await
        .expect(200);
    assert_eq!(
        (&view["supervised"], &view["state"]),
        (&json!(true), &json!("reported"))
    );
    act(&world.inspector, &urgent, "supervise", &why)
        .await
        .expect(409);
    assert_eq!(
        listed(&world.operator, "supervised=true").await,
        std::slice::from_ref(&urgent)
    );
    assert_eq!(
        listed(&world.operator, "supervised=false").await,
        std::slice::from_ref(&plain)
    );
    let street = world.host.caller(&[(Role::StreetDispatcher, AT_STREET)]);
    let narrow = format!("supervised=true&org_code={}", crate::world::COMPOUND);
    assert_eq!(
        listed(&street, &narrow).await,
        std::slice::from_ref(&urgent)
    );
    assert_eq!(
        listed(&world.resident, "supervised=true").await,
        std::slice::from_ref(&urgent)
    );
    world
        .operator
        .get(&format!("{ORDERS}?supervised=perhaps"))
        .await
        .expect(422);
    // the list follows where the order goes
    let water = world
        .host
        .caller(&[(Role::DepartmentLiaison, crate::world::AT_WATER)]);
    let nothing = Vec::<String>::new();
    assert_eq!(listed(&water, "supervised=true").await, nothing);
    act(&world.operator, &urgent, "accept", &json!({}))
        .await
        .expect(200);
    let unit = json!({"unit": "420105000000.SW"});
    act(&world.operator, &urgent, "dispatch", &unit)
        .await
        .expect(200);
    assert_eq!(
        listed(&water, "supervised=true").await,
        std::slice::from_ref(&urgent)
    );
    assert_eq!(listed(&world.liaison, "supervised=true").await, nothing);
    act(&world.operator, &urgent, "end_supervision", &why)
        .await
        .expect(200);
    assert_eq!(
        listed(&world.operator, "supervised=true").await,
        Vec::<String>::new()
    );
    // one that ends leaves the list, and was supervised all the same
    act(&world.inspector, &plain, "supervise", &why)
        .await
        .expect(200);
    act(&world.resident, &plain, "withdraw", &json!({}))
        .await
        .expect(200);
    assert_eq!(
        listed(&world.operator, "supervised=true").await,
        Vec::<String>::new()
    );
    let figures = world.operator.get(STATISTICS).await.expect(200);
    assert_eq!(figures["counts"]["supervised"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_district_verifies_a_category_by_photo_or_by_word() {
    let world = World::start().await;
    let city = world.host.caller(&[(Role::PlatformOperator, "/")]);
    let tree = world
        .resident
        .get("/api/ticketing/v1/categories")
        .await
        .expect(200);
    let items = tree["items"].as_array().unwrap();
    assert!(items.iter().all(|item| item["verification"] == "both"));
    let path = "/api/ticketing/v1/workflows/six-step/overrides/420105";
    let publish = async |policies: Value| {
        let body = json!({"changes": {"verification": policies}, "reason": "本区试点"});
        city.send(city.request(Method::PUT, path).json(&body)).await
    };
    publish(json!({"0104": "hearsay"})).await.expect(422);
    publish(json!({"lamp": "word"})).await.expect(422);
    publish(json!({"0104": "photo", "0101": "word"}))
        .await
        .expect(200);

    let by_word = opened(&world, &json!({"category": "0101"})).await;
    assert_eq!(handled(&world, &by_word).await["state"], "callback");

    let by_photo = opened(&world, &json!({"category": "0104"})).await;
    assert_eq!(handled(&world, &by_photo).await["state"], "verifying");
    let passed = json!({"passed": true});
    let blind = act(&world.inspector, &by_photo, "verify", &passed).await;
    assert_eq!(
        blind.expect(422)["type"],
        "https://linli.city/problems/photo-missing"
    );
    attach(&world.inspector, &by_photo).await.expect(201);
    let done = act(&world.inspector, &by_photo, "verify", &passed)
        .await
        .expect(200);
    assert_eq!(done["state"], "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_unit_says_of_the_solution_is_a_figure_of_its_own() {
    let world = World::start().await;
    let (solved, unsolved) = (world.open("six-step").await, world.open("six-step").await);
    let says = |resolved: Value| {
        let mut report = json!({"handling_note": "已修", "public_answer": "已修好"});
        report["resolved"] = resolved;
        report["unresolved_reason"] = json!("待产权单位拨款");
        report
    };
    for id in [&solved, &unsolved] {
        signed(&world, id).await;
    }
    let odd = act(&world.liaison, &solved, "feedback", &says(json!("是"))).await;
    assert_eq!(pointer(&odd.expect(422)), "/resolved");
    for (id, resolved) in [(&solved, true), (&unsolved, false)] {
        act(&world.liaison, id, "feedback", &says(json!(resolved)))
            .await
            .expect(200);
    }
    let figures = world.operator.get(STATISTICS).await.expect(200);
    let (counts, rates) = (&figures["counts"], &figures["rates"]);
    assert_eq!(
        (&counts["claims"], &counts["claims_solved"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(rates["claimed_solution"]["value"], 0.5);
    assert_eq!(rates["solution"]["value"], Value::Null);
    // the reason is for other offices
    let told = format!("{}/timeline", order(&unsolved));
    let asked = world.resident.get(&told).await.expect(200);
    assert!(!asked.to_string().contains("拨款"), "{asked:#}");
    let staff = world.operator.get(&told).await.expect(200);
    assert!(staff.to_string().contains("拨款"), "{staff:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_matter_at_all_is_void_and_counted_apart() {
    let world = World::start().await;
    let (trial, taken_up) = (world.open("six-step").await, world.open("six-step").await);
    let why = json!({"reason": "系统测试录入"});
    let street = world.host.caller(&[(Role::StreetDispatcher, AT_STREET)]);
    act(&street, &trial, "void", &why).await.expect(403);
    let silent = act(&world.operator, &trial, "void", &json!({})).await;
    assert_eq!(pointer(&silent.expect(422)), "/reason");
    let void = act(&world.operator, &trial, "void", &why).await.expect(200);
    assert_eq!(
        (&void["state"], &void["due_at"]),
        (&json!("voided"), &Value::Null)
    );
    // what was taken up is somebody's work
    act(&world.operator, &taken_up, "accept", &json!({}))
        .await
        .expect(200);
    act(&world.operator, &taken_up, "void", &why)
        .await
        .expect(409);
    let figures = world.operator.get(STATISTICS).await.expect(200);
    let counts = &figures["counts"];
    assert_eq!(
        (&counts["opened"], &counts["voided"], &counts["accepted"]),
        (&json!(2), &json!(1), &json!(1))
    );
}
