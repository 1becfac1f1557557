//! What was planned is changed: one shift is cancelled or changed, an activity is put right.

use std::time::Duration;

use kernel::{Role, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::service::{API, NOW, Service, activity, sign_up, state, step};
use crate::{COMPOUND, OTHER_COMPOUND, problem};

fn hours(hours: u64) -> Timestamp {
    let start: Timestamp = NOW.parse().unwrap();
    start.plus(Duration::from_hours(hours))
}

async fn put(caller: &Caller, path: &str, body: &Value) -> Reply {
    caller
        .send(caller.request(Method::PUT, path).json(body))
        .await
}

/// A shift of two hours with one position.
fn planned(begins: u64, needed: u32) -> Value {
    json!({
        "begins_at": hours(begins), "ends_at": hours(begins + 2), "positions": [{"needed": needed}],
    })
}

#[tokio::test]
async fn one_shift_is_cancelled_and_the_others_stay() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let (shift, other) = (
        service.shift(&id, 48, 1).await,
        service.shift(&id, 72, 1).await,
    );
    let (one, two) = (service.volunteer().await, service.volunteer().await);
    let first = sign_up(&one, &shift).await.expect(201);
    let second = sign_up(&two, &shift).await.expect(201);
    let stays = sign_up(&one, &other).await.expect(201);
    let steps = format!("{API}/shifts/{shift}/steps");
    let cancel = json!({"step": "cancel", "reason": "暴雨预警"});
    for wrong in [
        json!({"step": "cancel"}),
        json!({"step": "cancel", "reason": ""}),
        json!({"step": "move", "reason": "暴雨"}),
        json!({"step": "cancel", "reason": "暴雨", "shift": 1}),
    ] {
        service.staff.post(&steps, &wrong).await.expect(422);
    }
    one.post(&steps, &cancel).await.expect(404);
    let elsewhere = service.caller(&[(Role::CompoundDispatcher, OTHER_COMPOUND)]);
    let refused = elsewhere.post(&steps, &cancel).await.expect(404);
    assert_eq!(problem(&refused), "shift-not-found");
    let unknown = format!("{API}/shifts/shf_00000000000000000000000000/steps");
    service.staff.post(&unknown, &cancel).await.expect(404);
    let stale = service.staff.request(Method::POST, &steps).json(&cancel);
    let stale = stale.header("If-Match", "\"1\"");
    service.staff.send(stale).await.expect(412);
    let done = service.staff.post(&steps, &cancel).await.expect(200);
    assert_eq!(
        (&done["state"], &done["cancel_reason"]),
        (&json!("cancelled"), &json!("暴雨预警"))
    );
    let again = service.staff.post(&steps, &cancel).await.expect(409);
    assert_eq!(problem(&again), "step-not-possible");
    assert_eq!(state(&one, &first).await, "cancelled");
    assert_eq!(state(&two, &second).await, "cancelled");
    assert_eq!(state(&one, &stays).await, "confirmed");
    // whoever signed up is told, and reads why
    let told = first["id"].as_str().unwrap();
    assert_eq!(
        service.stage.heard_of(told, 2).await,
        ["changed", "changed"]
    );
    let shown = one.get(&format!("{API}/shifts/{shift}")).await.expect(200);
    assert_eq!(shown["cancel_reason"], "暴雨预警");
    let late = sign_up(&service.volunteer().await, &shift).await;
    assert_eq!(problem(&late.expect(409)), "shift-closed");
    service.stage.host.stop().await;
}

#[tokio::test]
async fn places_grow_for_those_who_wait_and_never_shrink_below_those_who_have_one() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 2).await;
    let mut people = Vec::new();
    for _ in 0..4 {
        let caller = service.volunteer().await;
        let made = sign_up(&caller, &shift).await.expect(201);
        people.push((caller, made));
    }
    let path = format!("{API}/shifts/{shift}");
    let refused = put(&service.staff, &path, &planned(48, 1)).await;
    let refused = refused.expect(409);
    assert_eq!(problem(&refused), "fewer-than-taken");
    let moved = put(&service.staff, &path, &planned(50, 2)).await;
    assert_eq!(problem(&moved.expect(409)), "shift-time-fixed");
    let mut other = planned(48, 3);
    other["positions"][0]["skill"] = json!("first_aid");
    let in_use = put(&service.staff, &path, &other).await;
    assert_eq!(problem(&in_use.expect(409)), "position-in-use");
    other["positions"][0]["skill"] = json!("diving");
    put(&service.staff, &path, &other).await.expect(422);
    put(&people[0].0, &path, &planned(48, 3)).await.expect(404);
    let seen = service.staff.get(&path).await.expect(200);
    let grown = put(&service.staff, &path, &planned(48, 3))
        .await
        .expect(200);
    assert!(grown["version"].as_i64().unwrap() > seen["version"].as_i64().unwrap());
    let position = &grown["positions"][0];
    assert_eq!(
        (
            &position["needed"],
            &position["taken"],
            &position["waiting"]
        ),
        (&json!(3), &json!(3), &json!(1))
    );
    assert_eq!(state(&people[2].0, &people[2].1).await, "offered");
    assert_eq!(state(&people[3].0, &people[3].1).await, "waiting");
    let request = service.staff.request(Method::PUT, &path);
    let stale = request.json(&planned(48, 4)).header("If-Match", "\"1\"");
    service.staff.send(stale).await.expect(412);
    service.clock.advance(Duration::from_hours(48));
    let begun = put(&service.staff, &path, &planned(60, 9)).await;
    assert_eq!(problem(&begun.expect(409)), "step-not-possible");
    service.stage.host.stop().await;
}

#[tokio::test]
async fn a_time_changes_while_nobody_has_a_place() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 1).await;
    let there = service.shift(&id, 96, 1).await;
    let (one, two) = (service.volunteer().await, service.volunteer().await);
    let first = sign_up(&one, &shift).await.expect(201);
    let second = sign_up(&two, &shift).await.expect(201);
    step(&one, &first, "withdraw").await.expect(200);
    step(&two, &second, "decline").await.expect(200);
    let path = format!("{API}/shifts/{shift}");
    let clash = put(&service.staff, &path, &planned(96, 1)).await;
    assert_eq!(problem(&clash.expect(409)), "shift-there");
    for wrong in [planned(0, 1), json!({"begins_at": hours(50)})] {
        put(&service.staff, &path, &wrong).await.expect(422);
    }
    let moved = put(&service.staff, &path, &planned(50, 1))
        .await
        .expect(200);
    assert_eq!(moved["begins_at"], json!(hours(50)));
    // whoever comes back has the new time
    let again = sign_up(&one, &shift).await.expect(201);
    assert_eq!(
        (&again["begins_at"], &again["state"]),
        (&json!(hours(50)), &json!("confirmed"))
    );
    let cancel = json!({"step": "cancel", "reason": "场地检修"});
    let steps = format!("{API}/shifts/{there}/steps");
    service.staff.post(&steps, &cancel).await.expect(200);
    let gone = put(
        &service.staff,
        &format!("{API}/shifts/{there}"),
        &planned(98, 1),
    )
    .await;
    assert_eq!(problem(&gone.expect(409)), "step-not-possible");
    service.stage.host.stop().await;
}

#[tokio::test]
async fn duty_makes_no_shift_again_that_was_cancelled_or_moved() {
    let service = Service::start().await;
    let mut body = activity();
    body["duty"] = json!({
        "weekdays": ["fri"], "from": "18:00", "until": "20:00", "since": "2026-11-27",
        "positions": [{"needed": 3}],
    });
    let id = service.activity(&body).await;
    assert_eq!(service.run("make_shifts").await, 4);
    let list = format!("{API}/activities/{id}/shifts");
    let shifts = service.staff.get(&list).await.expect(200);
    let of = |index: usize| shifts["items"][index]["id"].as_str().unwrap().to_owned();
    let cancel = json!({"step": "cancel", "reason": "节日安排"});
    let steps = format!("{API}/shifts/{}/steps", of(0));
    service.staff.post(&steps, &cancel).await.expect(200);
    let later = json!({
        "begins_at": "2026-12-05T10:00:00Z", "ends_at": "2026-12-05T12:00:00Z", "positions": [{"needed": 3}],
    });
    let path = format!("{API}/shifts/{}", of(1));
    put(&service.staff, &path, &later).await.expect(200);
    for _ in 0..3 {
        service.clock.advance(Duration::from_hours(13));
        service.run("make_shifts").await;
    }
    let after = service.staff.get(&list).await.expect(200);
    let begins: Vec<&str> = after["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|shift| shift["begins_at"].as_str().unwrap())
        .collect();
    assert_eq!(
        begins,
        [
            "2026-11-27T10:00:00Z",
            "2026-12-05T10:00:00Z",
            "2026-12-11T10:00:00Z",
            "2026-12-18T10:00:00Z"
        ]
    );
    assert_eq!(after["items"][0]["state"], "cancelled");
    // the duty ends sooner than was said; nothing else of it changes once it is public
    body["duty"]["last"] = json!("2026-12-18");
    let one = format!("{API}/activities/{id}");
    let changed = put(&service.staff, &one, &body).await.expect(200);
    assert_eq!(changed["duty"]["last"], "2026-12-18");
    service.clock.advance(Duration::from_hours(24 * 14));
    assert_eq!(service.run("make_shifts").await, 0);
    body["duty"]["from"] = json!("17:00");
    let fixed = put(&service.staff, &one, &body).await.expect(409);
    assert_eq!(problem(&fixed), "activity-published");
    service.stage.host.stop().await;
}

#[tokio::test]
async fn a_draft_is_put_right_and_what_is_public_only_in_part() {
    let service = Service::start().await;
    let path = format!("{API}/activities");
    let made = service.staff.post(&path, &activity()).await.expect(201);
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    let mut body = activity();
    body["kind"] = json!("patrol");
    body["title"] = json!("夜间巡逻");
    body["most_shifts"] = json!(2);
    let changed = put(&service.staff, &one, &body).await.expect(200);
    assert_eq!(
        (&changed["kind"], &changed["title"], &changed["version"]),
        (&json!("patrol"), &json!("夜间巡逻"), &json!(2))
    );
    let both = service.caller(&[
        (Role::CompoundDispatcher, COMPOUND),
        (Role::CompoundDispatcher, OTHER_COMPOUND),
    ]);
    body["org_path"] = json!(OTHER_COMPOUND);
    put(&service.staff, &one, &body).await.expect(403);
    put(&both, &one, &body).await.expect(200);
    put(&service.staff, &one, &body).await.expect(404);
    body["org_path"] = json!(COMPOUND);
    put(&both, &one, &body).await.expect(200);
    let drafts = format!("{path}?org_path={COMPOUND}&drafts=true");
    let listed = service.staff.get(&drafts).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let elsewhere = format!("{path}?org_path={OTHER_COMPOUND}&drafts=true");
    assert_eq!(both.get(&elsewhere).await.expect(200)["items"], json!([]));
    for (key, wrong) in [
        ("kind", json!("sleeping")),
        ("title", json!("")),
        ("state", json!("recruiting")),
    ] {
        let mut wrong_body = body.clone();
        wrong_body[key] = wrong;
        put(&service.staff, &one, &wrong_body).await.expect(422);
    }
    let steps = format!("{one}/steps");
    body["risks"] = json!("夜间道路");
    put(&service.staff, &one, &body).await.expect(200);
    let publish = json!({"step": "publish"});
    service.staff.post(&steps, &publish).await.expect(200);
    body["title"] = json!("夜间联防巡逻");
    body["withdraw_before"] = json!(120);
    let changed = put(&service.staff, &one, &body).await.expect(200);
    assert_eq!(changed["title"], "夜间联防巡逻");
    let resident = service.caller(&[(Role::Resident, COMPOUND)]);
    put(&resident, &one, &body).await.expect(404);
    for (key, fixed) in [
        ("kind", json!("clean_up")),
        ("org_path", json!(OTHER_COMPOUND)),
    ] {
        let mut other = body.clone();
        other[key] = fixed;
        let refused = put(&both, &one, &other).await.expect(409);
        assert_eq!(problem(&refused), "activity-published");
    }
    let mut untold = body.clone();
    untold["risks"] = Value::Null;
    let refused = put(&service.staff, &one, &untold).await.expect(409);
    assert_eq!(problem(&refused), "risks-untold");
    let request = service.staff.request(Method::PUT, &one).json(&body);
    let stale = request.header("If-Match", "\"1\"");
    service.staff.send(stale).await.expect(412);
    let cancel = json!({"step": "cancel"});
    service.staff.post(&steps, &cancel).await.expect(200);
    put(&service.staff, &one, &body).await.expect(409);
    service.stage.host.stop().await;
}
