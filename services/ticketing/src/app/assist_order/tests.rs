//! The limit of an assisting unit's part: it wakes the order, climbs its own ladder, and makes nobody else late.
#![expect(clippy::unwrap_used, reason = "tests may")]

use std::time::Duration;

use auth::{Ctx, Grant, Principal};
use kernel::{Clock, IdSource, IdSourceExt, OrderId, OrgPath, Role};
use serde_json::{Value, json};

use super::{AskForPart, TakePartStep, ask_for_part, take_part_step};
use crate::app::act_on_order::{ActOnOrder, act_on_order};
use crate::app::open_at::HowItCame;
use crate::app::open_order::{OpenOrder, open_order};
use crate::app::show_timeline::show_timeline;
use crate::app::sweep_overdue::sweep_overdue;
use crate::app::testing::{Bench, PLACE};
use crate::store::orders::find_order;
use crate::store::orgs::{Org, save_org};

const LEAD: &str = "/420105000000/420105000000.CG/";
const ASSISTING: &str = "/420105000000/420105000000.SW/";

fn at(bench: &Bench, role: Role, path: &str) -> Ctx {
    let ids: &dyn IdSource = bench.app.ids.as_ref();
    let principal = Principal {
        account: ids.next(),
        session: ids.next(),
        grants: vec![Grant::new(role, path.parse().unwrap())],
    };
    Ctx::internal(principal, "test", bench.clock.now())
}

async fn settle(bench: &Bench, path: &str) {
    let path: OrgPath = path.parse().unwrap();
    let org = &Org {
        code: path.leaf().unwrap(),
        path,
        kind: "department".to_owned(),
        name: "职能部门".to_owned(),
    };
    let saved = bench.app.db.write(
        "test.org",
        |tx| async move { save_org(&tx, org.clone()).await },
    );
    saved.await.unwrap();
}

async fn act(bench: &Bench, ctx: &Ctx, id: OrderId, action: &str, input: Value) {
    let command = ActOnOrder {
        id,
        action: action.to_owned(),
        input,
    };
    act_on_order(&bench.app, &bench.now(ctx), command)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_part_that_is_late_climbs_its_own_ladder_and_the_order_is_not_late_for_it() {
    let bench = Bench::new().await;
    for path in [LEAD, ASSISTING] {
        settle(&bench, path).await;
    }
    let resident = bench.caller(Role::Resident);
    let operator = at(&bench, Role::DistrictOperator, "/420105000000/");
    let (lead, water) = (
        at(&bench, Role::DepartmentLiaison, LEAD),
        at(&bench, Role::DepartmentLiaison, ASSISTING),
    );
    let place: OrgPath = PLACE.parse().unwrap();
    let command = OpenOrder {
        workflow: "six-step".to_owned(),
        title: "路灯不亮".to_owned(),
        content: "楼道路灯坏了".to_owned(),
        category: None,
        org_code: place.leaf().unwrap(),
        location: None,
        confidential: false,
        client_id: None,
        intake: HowItCame::default(),
    };
    let opened = open_order(&bench.app, &bench.now(&resident), command).await;
    let id = opened.unwrap().id;
    act(&bench, &operator, id, "accept", json!({})).await;
    let unit = json!({"unit": "420105000000.CG"});
    act(&bench, &operator, id, "dispatch", unit).await;
    act(&bench, &lead, id, "sign", json!({})).await;
    act(&bench, &lead, id, "contact", json!({"reached": true})).await;
    let command = AskForPart {
        order_id: id,
        unit: "420105000000.SW".parse().unwrap(),
        asked: "配合".to_owned(),
    };
    let asked = ask_for_part(&bench.app, &bench.now(&lead), command).await;
    let asked = asked.unwrap();
    assert!(!asked.overdue);

    // Sunday: the part ends with Wednesday, the whole with Friday
    bench.clock.advance(Duration::from_hours(4 * 24));
    assert_eq!(sweep_overdue(&bench.app).await.unwrap(), 1);
    assert_eq!(sweep_overdue(&bench.app).await.unwrap(), 0);
    let stored = find_order(bench.app.db.reader(), id)
        .await
        .unwrap()
        .unwrap();
    assert!(!stored.overdue && !stored.order.shows_missed());
    let ctx = bench.now(&operator);
    let limit = chassis::http::Limit::default();
    let told = show_timeline(&bench.app, &ctx, id, None, limit).await;
    let last = told.unwrap().items.pop().unwrap();
    assert_eq!(last.kind, "warned");
    let reached: Vec<&Value> = last
        .facts
        .iter()
        .filter(|fact| fact["kind"] == "level_reached")
        .collect();
    assert!(reached.iter().all(|fact| fact["clock"] == "assist.1"));
    assert!(reached.iter().any(|fact| fact["level"] == "due"));
    // nobody answers for the assisting unit, so the ladder goes on from there, not from the lead
    let escalated = last.facts.iter().find(|fact| fact["kind"] == "escalated");
    let skipped = escalated.unwrap()["skipped"].to_string();
    assert!(skipped.contains("420105000000.SW") && !skipped.contains(".CG"));

    // done late, and the order is in time all the same
    for (step, text) in [("accept", None), ("finish", Some("已配合".to_owned()))] {
        let command = TakePartStep {
            order_id: id,
            number: 1,
            step: step.to_owned(),
            text,
        };
        take_part_step(&bench.app, &bench.now(&water), command)
            .await
            .unwrap();
    }
    let lines = show_timeline(&bench.app, &ctx, id, None, limit).await;
    let last = lines.unwrap().items.pop().unwrap();
    assert!(last.facts.iter().any(|fact| fact["overdue"] == true));
    let stored = find_order(bench.app.db.reader(), id)
        .await
        .unwrap()
        .unwrap();
    assert!(!stored.overdue);
}
