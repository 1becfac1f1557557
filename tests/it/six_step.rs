//! 六步闭环: 上报 → 受理派遣 → 处置反馈 → 核查 → 归档 → 考核评价, through the public API.

use kernel::Role;
use scenarios::order::{
    self, COMPOUND as CODE, DEPARTMENT as UNIT, ORDERS, act, items, offers, shown, text,
};
use serde_json::{Value, json};
use testkit::Caller;

use crate::world::{COMPOUND, DEPARTMENT, DISTRICT, World, assert_problem};

pub(crate) struct Crew {
    reporter: Caller,
    operator: Caller,
    pub(crate) liaison: Caller,
    inspector: Caller,
    callback: Caller,
    assessor: Caller,
}

impl Crew {
    pub(crate) async fn new(world: &World) -> Self {
        let crew = Self {
            reporter: world.person(&[(Role::GridWorker, COMPOUND)]).await,
            operator: world.person(&[(Role::DistrictOperator, DISTRICT)]).await,
            liaison: world.person(&[(Role::DepartmentLiaison, DEPARTMENT)]).await,
            inspector: world.person(&[(Role::Inspector, DISTRICT)]).await,
            callback: world.person(&[(Role::CallbackAgent, DISTRICT)]).await,
            assessor: world.person(&[(Role::Assessor, DISTRICT)]).await,
        };
        world.settled().await;
        crew
    }

    /// An order that the department has signed for.
    pub(crate) async fn signed(&self, title: &str) -> Value {
        let order = order::open(&self.reporter, &order::six_step(title)).await;
        if shown(&self.operator, &order).await["state"] == "reported" {
            act(&self.operator, &order, "accept", json!({}))
                .await
                .expect(200);
        }
        act(&self.operator, &order, "dispatch", json!({"unit": UNIT}))
            .await
            .expect(200);
        act(&self.liaison, &order, "sign", json!({}))
            .await
            .expect(200)
    }

    async fn feedback(&self, order: &Value) {
        let answer = json!({
            "handling_note": "内部：安排清运车辆两台。", "public_answer": "垃圾已清运完毕。",
        });
        act(&self.liaison, order, "feedback", answer)
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn a_report_goes_through_all_six_steps() {
    let world = World::start().await;
    let crew = Crew::new(&world).await;
    let order = crew.signed("路口垃圾堆积").await;
    assert_eq!(
        (text(&order, "state"), text(&order, "unit_code")),
        ("handling", UNIT)
    );
    assert!(text(&order, "number").starts_with("LB"));
    crew.feedback(&order).await;
    act(&crew.inspector, &order, "verify", json!({"passed": true}))
        .await
        .expect(200);
    let call = json!({"reached": true, "solved": "yes", "satisfaction": 5, "attitude": 5});
    act(&crew.callback, &order, "call_back", call)
        .await
        .expect(200);
    act(&crew.operator, &order, "archive", json!({}))
        .await
        .expect(200);
    let last = act(&crew.assessor, &order, "evaluate", json!({"score": 95}))
        .await
        .expect(200);
    assert_eq!(
        (text(&last, "state"), &last["actions"]),
        ("evaluated", &json!([]))
    );

    let steps = |page: &Value| -> Vec<String> {
        items(page)
            .iter()
            .filter_map(|step| Some(step["action"].as_str()?.to_owned()))
            .collect()
    };
    let timeline = format!("{}/timeline", order::path(&order));
    let seen = crew.operator.get(&timeline).await.expect(200);
    for step in [
        "accept",
        "dispatch",
        "sign",
        "feedback",
        "verify",
        "call_back",
        "archive",
        "evaluate",
    ] {
        assert!(
            steps(&seen).contains(&step.to_owned()),
            "{step} is missing in {seen:#}"
        );
    }
    world.host.stop().await;
}

#[tokio::test]
async fn the_one_who_asked_reads_the_answer_and_not_the_internal_note() {
    let world = World::start().await;
    let crew = Crew::new(&world).await;
    let resident = &world.residents(1).await[0];
    let order = order::open(resident, &order::six_step("路口垃圾堆积")).await;
    act(&crew.operator, &order, "accept", json!({}))
        .await
        .expect(200);
    act(&crew.operator, &order, "dispatch", json!({"unit": UNIT}))
        .await
        .expect(200);
    act(&crew.liaison, &order, "sign", json!({}))
        .await
        .expect(200);
    crew.feedback(&order).await;
    let timeline = format!("{}/timeline", order::path(&order));
    let seen = resident.get(&timeline).await.expect(200).to_string();
    assert!(
        seen.contains("垃圾已清运完毕") && !seen.contains("内部：安排"),
        "{seen}"
    );
    let inside = crew.operator.get(&timeline).await.expect(200).to_string();
    assert!(inside.contains("内部：安排"), "{inside}");
    // who asked is nobody's business
    for told in [
        inside,
        crew.liaison
            .get(&order::path(&order))
            .await
            .expect(200)
            .to_string(),
    ] {
        assert!(!told.contains(&resident.account.to_string()), "{told}");
    }
    world.host.stop().await;
}

#[tokio::test]
async fn whoever_handled_it_cannot_verify_it() {
    let world = World::start().await;
    let crew = Crew::new(&world).await;
    let both = world
        .person(&[
            (Role::DepartmentLiaison, DEPARTMENT),
            (Role::Inspector, DISTRICT),
        ])
        .await;
    let order = order::open(&crew.reporter, &order::six_step("窨井盖缺失")).await;
    act(&crew.operator, &order, "accept", json!({}))
        .await
        .expect(200);
    act(&crew.operator, &order, "dispatch", json!({"unit": UNIT}))
        .await
        .expect(200);
    act(&both, &order, "sign", json!({})).await.expect(200);
    let answer = json!({"handling_note": "已补。", "public_answer": "已补装。"});
    act(&both, &order, "feedback", answer).await.expect(200);
    assert!(!offers(&shown(&both, &order).await, "verify"));
    let own = act(&both, &order, "verify", json!({"passed": true})).await;
    assert!(text(assert_problem(&own, 403), "type").ends_with("/conflict-of-interest"));
    act(&crew.inspector, &order, "verify", json!({"passed": true}))
        .await
        .expect(200);
    world.host.stop().await;
}

#[tokio::test]
async fn a_failed_check_sends_it_back_twice_and_then_to_a_new_dispatch() {
    let world = World::start().await;
    let crew = Crew::new(&world).await;
    let order = crew.signed("占道经营").await;
    for round in 2..=3 {
        crew.feedback(&order).await;
        let back = act(&crew.inspector, &order, "verify", json!({"passed": false}))
            .await
            .expect(200);
        assert_eq!(
            (text(&back, "state"), &back["round"]),
            ("handling", &json!(round))
        );
    }
    crew.feedback(&order).await;
    act(&crew.inspector, &order, "verify", json!({"passed": false}))
        .await
        .expect(200);
    let anew = shown(&crew.operator, &order).await;
    assert_eq!(
        (
            text(&anew, "state"),
            &anew["unit_code"],
            text(&anew, "org_code")
        ),
        ("pending_dispatch", &Value::Null, "420105011010")
    );
    // the unit that had it does not see it any more
    let gone = crew.liaison.get(&order::path(&order)).await;
    assert!(
        gone.status == 404 || !offers(&gone.body, "sign"),
        "{:#}",
        gone.body
    );
    world.host.stop().await;
}

#[tokio::test]
async fn a_unit_may_return_what_is_not_its_own() {
    let world = World::start().await;
    let crew = Crew::new(&world).await;
    let order = order::open(&crew.reporter, &order::six_step("噪声扰民")).await;
    act(&crew.operator, &order, "accept", json!({}))
        .await
        .expect(200);
    act(&crew.operator, &order, "dispatch", json!({"unit": UNIT}))
        .await
        .expect(200);
    // by a request with its ground, which somebody decides; no action does it
    let reason = json!({"reason": "不属于本单位职责"});
    let direct = act(&crew.liaison, &order, "return", reason).await;
    assert_problem(&direct, 404);
    let requests = format!("{}/requests", order::path(&order));
    let blank = json!({"kind": "return", "ground": " ", "reason": "不属于本单位职责"});
    let blank = crew.liaison.post(&requests, &blank).await;
    assert_eq!(
        assert_problem(&blank, 422)["errors"][0]["pointer"],
        "/ground"
    );
    let asked =
        json!({"kind": "return", "ground": "权责清单第 12 项", "reason": "不属于本单位职责"});
    let asked = crew.liaison.post(&requests, &asked).await.expect(201);
    let approve = format!(
        "/api/ticketing/v1/requests/{}/steps/approve",
        text(&asked, "id")
    );
    crew.operator.post(&approve, &json!({})).await.expect(200);
    assert_eq!(
        shown(&crew.operator, &order).await["state"],
        "pending_dispatch"
    );
    let unknown = json!({"unit": "420105000000.XX"});
    let unknown = act(&crew.operator, &order, "dispatch", unknown).await;
    assert_eq!(
        assert_problem(&unknown, 422)["errors"][0]["pointer"],
        "/unit"
    );
    let elsewhere = act(
        &crew.operator,
        &order,
        "dispatch",
        json!({"unit": "420106000000.CG"}),
    )
    .await;
    assert_problem(&elsewhere, 422);
    let queue = format!("{ORDERS}?org_code={CODE}&state=pending_dispatch");
    assert_eq!(items(&crew.operator.get(&queue).await.expect(200)).len(), 1);
    world.host.stop().await;
}
