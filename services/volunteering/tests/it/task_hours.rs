//! Time given to orders' tasks: noted when the task ends, confirmed by somebody else, counted with the rest.

use std::time::Duration;

use kernel::Role;
use serde_json::json;
use testkit::eventually;

use crate::service::{API, Service};
use crate::{COMPOUND, OTHER_COMPOUND, claim, problem};

#[tokio::test]
async fn time_given_to_a_task_is_confirmed_by_somebody_else() {
    let service = Service::start().await;
    let taker = service.caller(&[(Role::Volunteer, COMPOUND)]);
    let taker = service.enrol(taker).await;
    let order = service.stage.order(COMPOUND);
    let task = service.stage.offer(&order).await;
    claim(&taker, &task).await.expect(200);
    service.clock.advance(Duration::from_hours(5));
    service.stage.recall(order.order_id).await;
    let pending = format!("{API}/hours/pending?org_path={COMPOUND}");
    let record = eventually("the time is noted", async || {
        let page = service.staff.get(&pending).await.expect(200);
        page["items"].get(0).cloned()
    })
    .await;
    // he did not work on it for five hours: the rules say how much is noted
    assert_eq!(
        (&record["minutes"], &record["state"], &record["task_id"]),
        (&json!(120), &json!("pending"), &json!(task))
    );
    assert!(record.get("activity_id").is_none());
    let versions = format!("{API}/hours/{}/versions", record["id"].as_str().unwrap());
    let confirm = json!({"verdict": "confirm"});
    assert_eq!(
        problem(&taker.post(&versions, &confirm).await.expect(403)),
        "own-confirmation"
    );
    let strangers = service.caller(&[(Role::CompoundDispatcher, OTHER_COMPOUND)]);
    strangers.post(&versions, &confirm).await.expect(404);
    strangers.get(&pending).await.expect(403);
    taker.get(&pending).await.expect(403);
    let correct =
        |minutes: u32| json!({"verdict": "correct", "minutes": minutes, "reason": "核实"});
    service
        .staff
        .post(&versions, &correct(301))
        .await
        .expect(422);
    service.staff.post(&versions, &confirm).await.expect(200);
    service.staff.post(&versions, &confirm).await.expect(409);
    let mine = taker.get(&format!("{API}/me/record")).await.expect(200);
    assert_eq!(
        mine["service"],
        json!([{"kind": "order_help", "times": 1, "minutes": 120}])
    );
    service
        .staff
        .post(&versions, &correct(180))
        .await
        .expect(200);
    let mine = taker.get(&format!("{API}/me/record")).await.expect(200);
    assert_eq!(mine["minutes"], json!(180));
    let page = service.staff.get(&pending).await.expect(200);
    assert!(crate::ids(&page).is_empty());
    service.stage.host.stop().await;
}

#[tokio::test]
async fn a_day_has_no_more_than_24_confirmed_hours() {
    let service = Service::start().await;
    let taker = service.caller(&[(Role::Volunteer, COMPOUND)]);
    let orders = [service.stage.order(COMPOUND), service.stage.order(COMPOUND)];
    for order in &orders {
        let task = service.stage.offer(order).await;
        claim(&taker, &task).await.expect(200);
    }
    service.clock.advance(Duration::from_hours(20));
    for order in &orders {
        service.stage.recall(order.order_id).await;
    }
    let records = eventually("both are noted", async || {
        let mine = taker.get(&format!("{API}/hours")).await.expect(200);
        let items = mine["items"].as_array().unwrap().clone();
        (items.len() == 2).then_some(items)
    })
    .await;
    let correct =
        |minutes: u32| json!({"verdict": "correct", "minutes": minutes, "reason": "核实"});
    let path = |record: &serde_json::Value| {
        format!("{API}/hours/{}/versions", record["id"].as_str().unwrap())
    };
    let (first, second) = (path(&records[0]), path(&records[1]));
    service
        .staff
        .post(&first, &correct(1_200))
        .await
        .expect(200);
    let refused = service.staff.post(&second, &correct(241)).await.expect(409);
    assert_eq!(problem(&refused), "day-full");
    service.staff.post(&second, &correct(240)).await.expect(200);
    // its own minutes are no reason to refuse another version
    service
        .staff
        .post(&first, &correct(1_199))
        .await
        .expect(200);
    service.stage.host.stop().await;
}
