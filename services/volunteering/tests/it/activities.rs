use std::time::Duration;

use kernel::Role;
use serde_json::{Value, json};

use crate::service::{API, Service, activity, sign_up, state, step};
use crate::{COMPOUND, OTHER_COMPOUND, ids, problem};

fn with(key: &str, value: Value) -> Value {
    let mut body = activity();
    body[key] = value;
    body
}

#[tokio::test]
async fn an_activity_is_a_draft_until_the_organisation_publishes_it() {
    let service = Service::start().await;
    let resident = service.caller(&[(Role::Resident, COMPOUND)]);
    let path = format!("{API}/activities");
    let made = service.staff.post(&path, &activity()).await.expect(201);
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["state"], "draft");
    let one = format!("{path}/{id}");
    resident.get(&one).await.expect(404);
    let listed = format!("{path}?org_path={COMPOUND}");
    assert_eq!(resident.get(&listed).await.expect(200)["items"], json!([]));
    let drafts = format!("{listed}&drafts=true");
    resident.get(&drafts).await.expect(403);
    assert_eq!(ids(&service.staff.get(&drafts).await.expect(200)), [id]);
    let steps = format!("{one}/steps");
    resident
        .post(&steps, &json!({"step": "publish"}))
        .await
        .expect(404);
    service
        .staff
        .post(&steps, &json!({"step": "complete"}))
        .await
        .expect(409);
    for (step, state) in [
        ("submit", "submitted"),
        ("return", "draft"),
        ("publish", "recruiting"),
    ] {
        let changed = service
            .staff
            .post(&steps, &json!({"step": step}))
            .await
            .expect(200);
        assert_eq!(changed["state"], state);
    }
    assert_eq!(ids(&resident.get(&listed).await.expect(200)), [id]);
    resident.get(&one).await.expect(200);
    assert_eq!(service.stage.heard_of(id, 1).await, ["published"]);
    service.stage.host.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_an_activity_or_a_shift_is_said() {
    let service = Service::start().await;
    let path = format!("{API}/activities");
    for (key, value) in [
        ("kind", json!("sleeping")),
        ("title", json!("")),
        ("admission", json!("lottery")),
        ("withdraw_before", json!(20_161)),
        ("most_shifts", json!(0)),
        (
            "venue",
            json!({"point": {"lon": 200, "lat": 30}, "metres": 100}),
        ),
        (
            "venue",
            json!({"point": {"lon": 114.2, "lat": 30.5}, "metres": 1}),
        ),
        (
            "duty",
            json!({"weekdays": [], "from": "18:00", "until": "20:00", "since": "2026-11-27", "positions": [{"needed": 1}]}),
        ),
        ("team_id", json!("tem_00000000000000000000000000")),
        ("secret", json!("x")),
    ] {
        service
            .staff
            .post(&path, &with(key, value))
            .await
            .expect(422);
    }
    service
        .staff
        .post(&path, &with("org_path", json!(OTHER_COMPOUND)))
        .await
        .expect(403);
    // dangerous service tells its risks first
    let rescue = service
        .staff
        .post(&path, &with("kind", json!("rescue")))
        .await
        .expect(201);
    let steps = format!("{path}/{}/steps", rescue["id"].as_str().unwrap());
    let untold = service
        .staff
        .post(&steps, &json!({"step": "publish"}))
        .await
        .expect(409);
    assert_eq!(problem(&untold), "risks-untold");

    let id = service.activity(&activity()).await;
    let shifts = format!("{path}/{id}/shifts");
    let shift = |begins: &str, ends: &str, needed: u32| json!({"begins_at": begins, "ends_at": ends, "positions": [{"needed": needed}]});
    for wrong in [
        shift("2026-11-21T10:00:00Z", "2026-11-21T12:00:00Z", 1),
        shift("2026-11-27T10:00:00Z", "2026-11-27T10:00:00Z", 1),
        shift("2026-11-27T10:00:00Z", "2026-11-28T10:00:01Z", 1),
        shift("2028-11-27T10:00:00Z", "2028-11-27T12:00:00Z", 1),
        shift("2026-11-27T10:00:00Z", "2026-11-27T12:00:00Z", 0),
    ] {
        service.staff.post(&shifts, &wrong).await.expect(422);
    }
    let right = shift("2026-11-27T10:00:00Z", "2026-11-27T12:00:00Z", 1);
    service.staff.post(&shifts, &right).await.expect(201);
    assert_eq!(
        problem(&service.staff.post(&shifts, &right).await.expect(409)),
        "shift-there"
    );
    service.caller(&[]).post(&shifts, &right).await.expect(404);
    service.stage.host.stop().await;
}

#[tokio::test]
async fn recurring_duty_makes_its_shifts_ahead_and_never_twice() {
    let service = Service::start().await;
    let units = [
        "/420105000000/420105000000.A1/",
        "/420105000000/420105000000.A2/",
    ];
    let duty = json!({
        "weekdays": ["fri"], "from": "18:00", "until": "20:00", "since": "2026-11-27",
        "rotation": units.map(|unit| json!({"unit": unit})), "positions": [{"needed": 3}],
    });
    let mut body = with("duty", duty);
    body["kind"] = json!("duty_day");
    let id = service.activity(&body).await;
    assert_eq!(service.run("make_shifts").await, 4);
    assert_eq!(service.run("make_shifts").await, 0);
    service.clock.advance(Duration::from_hours(24 * 7));
    assert_eq!(service.run("make_shifts").await, 1);
    assert_eq!(service.run("make_shifts").await, 0);
    let path = format!(
        "{API}/activities/{id}/shifts?from={}&limit=3",
        crate::service::NOW
    );
    let first = service.staff.get(&path).await.expect(200);
    let next = format!("{path}&cursor={}", first["next"].as_str().unwrap());
    let second = service.staff.get(&next).await.expect(200);
    assert_eq!(second["next"], Value::Null);
    let all: Vec<&Value> = [&first, &second]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .collect();
    assert_eq!(all.len(), 5);
    for (index, shift) in all.iter().enumerate() {
        assert_eq!(shift["on_duty"]["unit"], units[index % 2]);
        assert_eq!(shift["positions"][0]["needed"], 3);
    }
    assert_eq!(all[0]["begins_at"], "2026-11-27T10:00:00Z");
    service.stage.host.stop().await;
}

#[tokio::test]
async fn what_is_cancelled_takes_its_sign_ups_along() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 1).await;
    let (one, two) = (service.volunteer().await, service.volunteer().await);
    let first = sign_up(&one, &shift).await.expect(201);
    let second = sign_up(&two, &shift).await.expect(201);
    let steps = format!("{API}/activities/{id}/steps");
    service
        .staff
        .post(&steps, &json!({"step": "cancel"}))
        .await
        .expect(200);
    assert_eq!(state(&one, &first).await, "cancelled");
    assert_eq!(state(&two, &second).await, "cancelled");
    step(&one, &first, "withdraw").await.expect(409);
    let late = sign_up(&service.volunteer().await, &shift)
        .await
        .expect(409);
    assert_eq!(problem(&late), "shift-closed");
    let first = first["id"].as_str().unwrap();
    assert_eq!(
        service.stage.heard_of(first, 2).await,
        ["changed", "changed"]
    );
    service.stage.host.stop().await;
}

#[tokio::test]
async fn leaders_of_a_team_run_its_activities_but_do_not_publish_them() {
    let service = Service::start().await;
    let team = json!({"org_path": COMPOUND, "kind": "joint_defence", "name": "联防队"});
    let team = service
        .staff
        .post(&format!("{API}/teams"), &team)
        .await
        .expect(201);
    let team = team["id"].as_str().unwrap();
    let (leader, member, other) = (
        service.volunteer().await,
        service.volunteer().await,
        service.volunteer().await,
    );
    for caller in [&leader, &member] {
        caller
            .post(&format!("{API}/teams/{team}/members"), &Value::Null)
            .await
            .expect(200);
        let confirm = json!({"account_id": caller.account, "step": "confirm"});
        let steps = format!("{API}/teams/{team}/members/steps");
        service.staff.post(&steps, &confirm).await.expect(200);
    }
    let lead = json!({"account_id": leader.account, "step": "lead"});
    service
        .staff
        .post(&format!("{API}/teams/{team}/members/steps"), &lead)
        .await
        .expect(200);
    let mut body = with("team_id", json!(team));
    body["team_only"] = json!(true);
    let path = format!("{API}/activities");
    member.post(&path, &body).await.expect(403);
    let made = leader.post(&path, &body).await.expect(201);
    let id = made["id"].as_str().unwrap();
    let steps = format!("{path}/{id}/steps");
    leader
        .post(&steps, &json!({"step": "submit"}))
        .await
        .expect(200);
    leader
        .post(&steps, &json!({"step": "publish"}))
        .await
        .expect(403);
    service
        .staff
        .post(&steps, &json!({"step": "publish"}))
        .await
        .expect(200);
    let shift = service.shift(id, 48, 5).await;
    sign_up(&member, &shift).await.expect(201);
    assert_eq!(
        problem(&sign_up(&other, &shift).await.expect(409)),
        "team-only"
    );
    let list = format!("{API}/shifts/{shift}/sign-ups");
    member.get(&list).await.expect(404);
    assert_eq!(ids(&leader.get(&list).await.expect(200)).len(), 1);
    service.stage.host.stop().await;
}
