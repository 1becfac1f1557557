//! How load and chances are spread, over HTTP.

use kernel::Role;
use serde_json::{Value, json};

use crate::service::{API, Service, activity, sign_up, step};
use crate::{COMPOUND, OTHER_COMPOUND, TASKS, claim, problem};

#[tokio::test]
async fn load_and_chances_are_added_up_by_person_and_by_team() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let (one, two, idle) = (
        service.volunteer().await,
        service.volunteer().await,
        service.volunteer().await,
    );
    let first = service.shift(&id, 48, 2).await;
    let second = service.shift(&id, 72, 2).await;
    sign_up(&one, &first).await.expect(201);
    sign_up(&one, &second).await.expect(201);
    let gone = sign_up(&two, &second).await.expect(201);
    step(&two, &gone, "withdraw").await.expect(200);
    let team = json!({"org_path": COMPOUND, "kind": "unit", "name": "联防队"});
    let team = service
        .staff
        .post(&format!("{API}/teams"), &team)
        .await
        .expect(201);
    let team = team["id"].as_str().unwrap();
    for who in [&one, &idle] {
        let members = format!("{API}/teams/{team}/members");
        who.post(&members, &Value::Null).await.expect(200);
        let confirm = json!({"account_id": who.account, "step": "confirm"});
        let steps = format!("{members}/steps");
        service.staff.post(&steps, &confirm).await.expect(200);
    }
    let span = "from=2026-11-22T00:00:00Z&until=2026-12-22T00:00:00Z";
    let path = format!("{API}/fairness?org_path={COMPOUND}&{span}");
    let shown = service.staff.get(&path).await.expect(200);
    assert_eq!(shown["people"], 3);
    assert_eq!(
        (&shown["total"]["turns"], &shown["total"]["offered"]),
        (&json!(2), &json!(3))
    );
    // all turns of three are one's
    assert_eq!(shown["gini_turns_permille"], 666);
    let items = shown["items"].as_array().unwrap();
    let of = |account: Value| {
        items
            .iter()
            .find(|item| item["account_id"] == account)
            .unwrap()
    };
    assert_eq!(of(json!(one.account))["share_permille"], 666);
    let declined = of(json!(two.account));
    assert_eq!(
        (
            &declined["turns"],
            &declined["offered"],
            &declined["declined"]
        ),
        (&json!(0), &json!(1), &json!(1))
    );
    assert_eq!(of(json!(idle.account))["offered"], 0);
    // a page at a time nobody is missed
    let page = service
        .staff
        .get(&format!("{path}&limit=2"))
        .await
        .expect(200);
    let next = page["next"].as_str().unwrap();
    let rest = service
        .staff
        .get(&format!("{path}&limit=2&cursor={next}"))
        .await
        .expect(200);
    let count = |page: &Value| page["items"].as_array().unwrap().len();
    assert_eq!(
        (count(&page), count(&rest), &rest["next"]),
        (2, 1, &Value::Null)
    );
    let teams = service
        .staff
        .get(&format!("{path}&by=team"))
        .await
        .expect(200);
    let line = &teams["items"][0];
    assert_eq!(
        (&line["team_id"], &line["members"], &line["turns"]),
        (&json!(team), &json!(2), &json!(2))
    );
    service.stage.host.stop().await;
}

#[tokio::test]
async fn who_is_asked_to_take_a_task_sees_how_they_stand_and_it_counts() {
    let service = Service::start().await;
    let one = service.caller(&[(Role::Volunteer, COMPOUND)]);
    let described = json!({"home": COMPOUND});
    let made = one
        .post(&format!("{API}/volunteers"), &described)
        .await
        .expect(201);
    let steps = format!("{API}/volunteers/{}/steps", made["id"].as_str().unwrap());
    service
        .staff
        .post(&steps, &json!({"step": "confirm"}))
        .await
        .expect(200);
    let order = service.stage.order(COMPOUND);
    let task = service.stage.offer(&order).await;
    // whoever runs the place sees who comes first and asks them; everybody sees how they stand themselves
    let ranked = service
        .staff
        .get(&format!("{TASKS}/{task}/candidates"))
        .await
        .expect(200);
    assert_eq!(ranked["items"][0]["account_id"], json!(one.account));
    assert_eq!(
        ranked["items"][0]["reasons"][0]["title"]["zh"],
        "近三十天服务和在办任务"
    );
    one.get(&format!("{TASKS}/{task}/candidates"))
        .await
        .expect(403);
    let elsewhere = service.caller(&[(Role::CompoundDispatcher, OTHER_COMPOUND)]);
    elsewhere
        .get(&format!("{TASKS}/{task}/candidates"))
        .await
        .expect(404);
    let invite = format!("{TASKS}/{task}/invite");
    service
        .staff
        .post(&invite, &json!({"account_id": "x"}))
        .await
        .expect(422);
    let nobody = json!({"account_id": service.staff.account});
    let refused = service.staff.post(&invite, &nobody).await.expect(422);
    assert_eq!(problem(&refused), "not-a-volunteer-there");
    let invited = json!({"account_id": one.account});
    elsewhere.post(&invite, &invited).await.expect(404);
    let made = service.staff.post(&invite, &invited).await.expect(200);
    assert_eq!(made["state"], "invited");
    let again = service.staff.post(&invite, &invited).await.expect(200);
    assert_eq!(again, made);
    let heard = service.stage.heard(&task, 2).await;
    assert_eq!(heard, ["opened", "invited"]);
    let standing = one
        .get(&format!("{TASKS}/{task}/standing"))
        .await
        .expect(200);
    assert_eq!(
        (&standing["may_claim"], &standing["invitation"]),
        (&json!(true), &json!("invited"))
    );
    claim(&one, &task).await.expect(200);
    let mine = one
        .get(&format!("{API}/me/task-invitations"))
        .await
        .expect(200);
    assert_eq!(mine["items"][0]["state"], "claimed");
    let list = service
        .staff
        .get(&format!("{TASKS}/{task}/invitations"))
        .await
        .expect(200);
    assert_eq!(list["items"][0]["state"], "claimed");
    let no = one
        .post(&format!("{TASKS}/{task}/invitation/refuse"), &Value::Null)
        .await;
    assert_eq!(problem(&no.expect(409)), "step-not-possible");
    let standing = one
        .get(&format!("{TASKS}/{task}/standing"))
        .await
        .expect(200);
    assert_eq!(standing["may_claim"], false);
    let fairness = |place: &str, from: &str, until: &str| {
        format!("{API}/fairness?org_path={place}&from={from}&until={until}")
    };
    let (from, until) = ("2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z");
    let shown = service
        .staff
        .get(&fairness(COMPOUND, from, until))
        .await
        .expect(200);
    assert_eq!(shown["items"][0]["turns"], 1);
    service.stage.host.stop().await;
}

#[tokio::test]
async fn figures_are_for_those_who_run_the_place() {
    let service = Service::start().await;
    let one = service.caller(&[(Role::Volunteer, COMPOUND)]);
    let fairness = |place: &str, from: &str, until: &str| {
        format!("{API}/fairness?org_path={place}&from={from}&until={until}")
    };
    let (from, until) = ("2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z");
    let reversed = service
        .staff
        .get(&fairness(COMPOUND, until, from))
        .await
        .expect(422);
    assert_eq!(problem(&reversed), "invalid-period");
    service
        .staff
        .get(&fairness(OTHER_COMPOUND, from, until))
        .await
        .expect(403);
    one.get(&fairness(COMPOUND, from, until)).await.expect(403);
    let broken = format!("{}&by=street", fairness(COMPOUND, from, until));
    service.staff.get(&broken).await.expect(422);
    service.stage.host.stop().await;
}
