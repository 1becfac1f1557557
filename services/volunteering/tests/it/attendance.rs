//! Who came without a phone, who never checked out, and appeals against being noted as absent.

use std::time::Duration;

use kernel::{Role, Timestamp};
use serde_json::{Value, json};
use testkit::Caller;

use crate::service::{API, NOW, Service, act, activity, appeal, sign_up, state, step};
use crate::{COMPOUND, OTHER_COMPOUND, claim, problem};

fn begins() -> Timestamp {
    let start: Timestamp = NOW.parse().unwrap();
    start.plus(Duration::from_hours(48))
}

fn minutes(minutes: u64) -> Timestamp {
    begins().plus(Duration::from_mins(minutes))
}

fn attended(from: u64, until: u64) -> Value {
    json!({"step": "attended", "from": minutes(from), "until": minutes(until)})
}

async fn check_in(service: &Service, person: &Caller, shift: &str) {
    let code = format!("{API}/shifts/{shift}/code");
    let shown = service.staff.get(&code).await.expect(200);
    let body = json!({"code": shown["code"]});
    let path = format!("{API}/shifts/{shift}/check-in");
    person.post(&path, &body).await.expect(200);
}

async fn hours(person: &Caller) -> Value {
    let mine = person.get(&format!("{API}/hours")).await.expect(200);
    mine["items"].clone()
}

#[tokio::test]
async fn who_came_without_a_phone_is_noted_and_confirmed_by_somebody_else() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 5).await;
    let (one, two) = (service.volunteer().await, service.volunteer().await);
    let first = sign_up(&one, &shift).await.expect(201);
    let second = sign_up(&two, &shift).await.expect(201);
    service.clock.set(minutes(5));
    check_in(&service, &two, &shift).await;
    // not before it has ended for them
    let early = act(&service.staff, &first, &attended(0, 60)).await;
    assert_eq!(problem(&early.expect(422)), "attendance-span");
    service.clock.set(minutes(200));
    for (from, until) in [(60, 60), (90, 60), (120, 130), (0, 241), (0, 201)] {
        let wrong = act(&service.staff, &first, &attended(from, until)).await;
        assert_eq!(
            problem(&wrong.expect(422)),
            "attendance-span",
            "{from} {until}"
        );
    }
    let before = json!({
        "step": "attended", "from": begins().minus(Duration::from_mins(61)), "until": minutes(60),
    });
    act(&service.staff, &first, &before).await.expect(422);
    for wrong in [
        json!({"step": "attended"}),
        json!({"step": "attended", "from": minutes(0)}),
        json!({"step": "admit", "from": minutes(0)}),
        json!({"step": "attended", "from": "yesterday", "until": minutes(60)}),
    ] {
        act(&service.staff, &first, &wrong).await.expect(422);
    }
    act(&one, &first, &attended(0, 90)).await.expect(403);
    act(&two, &first, &attended(0, 90)).await.expect(404);
    let noted = act(&service.staff, &first, &attended(0, 90))
        .await
        .expect(200);
    assert_eq!(
        (&noted["state"], &noted["checked_out_at"]),
        (&json!("attended"), &json!(minutes(90)))
    );
    act(&service.staff, &first, &attended(0, 90))
        .await
        .expect(409);
    // whoever could check in and not out
    act(&service.staff, &second, &attended(5, 150))
        .await
        .expect(200);
    let record = &hours(&two).await[0];
    assert_eq!(
        (&record["minutes"], &record["timed_by"], &record["state"]),
        (&json!(115), &json!("organiser"), &json!("pending"))
    );
    let record = &hours(&one).await[0];
    assert_eq!(record["minutes"], 90);
    let versions = format!("{API}/hours/{}/versions", record["id"].as_str().unwrap());
    let confirm = json!({"verdict": "confirm"});
    let own = service.staff.post(&versions, &confirm).await.expect(403);
    assert_eq!(problem(&own), "own-note");
    one.post(&versions, &confirm).await.expect(403);
    let other = service.caller(&[(Role::CompoundDispatcher, COMPOUND)]);
    let confirmed = other.post(&versions, &confirm).await.expect(200);
    assert_eq!(
        (&confirmed["minutes"], &confirmed["timed_by"]),
        (&json!(90), &json!("organiser"))
    );
    service.stage.host.stop().await;
}

#[tokio::test]
async fn who_never_checked_out_has_hours_up_to_the_end_of_the_shift() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 5).await;
    let (forgot, left) = (service.volunteer().await, service.volunteer().await);
    let first = sign_up(&forgot, &shift).await.expect(201);
    sign_up(&left, &shift).await.expect(201);
    service.clock.set(minutes(30));
    check_in(&service, &forgot, &shift).await;
    check_in(&service, &left, &shift).await;
    service.clock.set(minutes(60));
    let code = format!("{API}/shifts/{shift}/code");
    let shown = service.staff.get(&code).await.expect(200);
    let body = json!({"code": shown["code"]});
    let path = format!("{API}/shifts/{shift}/check-out");
    left.post(&path, &body).await.expect(200);
    service
        .clock
        .set(minutes(120 + 6 * 60).minus(Duration::from_secs(1)));
    assert_eq!(service.run("close_check_ins").await, 0);
    service.clock.set(minutes(120 + 6 * 60));
    // the service's own schedule may have been first
    let closed = service.run("close_check_ins").await;
    assert!(closed <= 1, "{closed}");
    assert_eq!(service.run("close_check_ins").await, 0);
    assert_eq!(state(&forgot, &first).await, "attended");
    let records = hours(&forgot).await;
    assert_eq!(records.as_array().unwrap().len(), 1);
    assert_eq!(
        (
            &records[0]["minutes"],
            &records[0]["timed_by"],
            &records[0]["state"]
        ),
        (&json!(90), &json!("system"), &json!("pending"))
    );
    assert_eq!(records[0]["ended_at"], json!(minutes(120)));
    assert_eq!(hours(&left).await[0]["timed_by"], "code");
    // whoever runs the place confirms it: nobody there noted it
    service.judge(&forgot, &json!({"verdict": "confirm"})).await;
    service.stage.host.stop().await;
}

#[tokio::test]
async fn an_appeal_says_why_waits_on_a_list_and_is_answered() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 5).await;
    let mut people = Vec::new();
    for _ in 0..3 {
        let caller = service.volunteer().await;
        let made = sign_up(&caller, &shift).await.expect(201);
        people.push((caller, made));
    }
    service.clock.set(minutes(150));
    for (caller, made) in &people {
        step(&service.staff, made, "mark_absent").await.expect(200);
        step(caller, made, "appeal").await.expect(422);
        let wordy = json!({"step": "appeal", "reason": "一".repeat(501)});
        act(caller, made, &wordy).await.expect(422);
        appeal(caller, made).await.expect(200);
    }
    let list = format!("{API}/sign-up-appeals?org_path={COMPOUND}");
    let first = service
        .staff
        .get(&format!("{list}&limit=2"))
        .await
        .expect(200);
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    assert_eq!(first["items"][0]["sign_up"]["id"], people[2].1["id"]);
    assert_eq!(
        first["items"][0]["appeal"]["reason"],
        "当日生病，已电话请假"
    );
    let next = format!("{list}&limit=2&cursor={}", first["next"].as_str().unwrap());
    let second = service.staff.get(&next).await.expect(200);
    assert_eq!(second["items"][0]["sign_up"]["id"], people[0].1["id"]);
    assert_eq!(second["next"], Value::Null);
    people[0].0.get(&list).await.expect(403);
    let elsewhere = service.caller(&[(Role::CompoundDispatcher, OTHER_COMPOUND)]);
    elsewhere.get(&list).await.expect(403);
    service
        .staff
        .get(&format!("{API}/sign-up-appeals"))
        .await
        .expect(422);
    // no verdict without an answer
    for silent in ["mark_absent", "excuse"] {
        let refused = step(&service.staff, &people[0].1, silent).await;
        assert_eq!(problem(&refused.expect(422)), "answer-needed");
    }
    let said = |step: &str| json!({"step": step, "answer": "已核实"});
    for (index, body, ends, verdict) in [
        (0, said("mark_absent"), "absent", "dismissed"),
        (1, said("excuse"), "excused", "upheld"),
        (
            2,
            json!({"step": "attended", "from": minutes(0), "until": minutes(120), "answer": "已核实"}),
            "attended",
            "upheld",
        ),
    ] {
        let (caller, made) = &people[index];
        let done = act(&service.staff, made, &body).await.expect(200);
        assert_eq!(done["state"], ends);
        let path = format!("{API}/sign-ups/{}", made["id"].as_str().unwrap());
        let shown = caller.get(&path).await.expect(200);
        assert_eq!(
            (&shown["appeal"]["state"], &shown["appeal"]["answer"]),
            (&json!(verdict), &json!("已核实"))
        );
    }
    assert_eq!(
        service.staff.get(&list).await.expect(200)["items"],
        json!([])
    );
    assert_eq!(hours(&people[2].0).await[0]["minutes"], 120);
    service.stage.host.stop().await;
}

#[tokio::test]
async fn a_suspension_is_told_as_a_release_and_frees_the_place() {
    let service = Service::start().await;
    let volunteer = service
        .enrol(service.caller(&[(Role::Volunteer, COMPOUND)]))
        .await;
    let order = service.stage.order(COMPOUND);
    let task = service.stage.offer(&order).await;
    claim(&volunteer, &task).await.expect(200);
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 1).await;
    let other = service.volunteer().await;
    let first = sign_up(&volunteer, &shift).await.expect(201);
    let second = sign_up(&other, &shift).await.expect(201);
    let me = format!("{API}/me");
    let known = volunteer.get(&me).await.expect(200);
    let steps = format!("{API}/volunteers/{}/steps", known["id"].as_str().unwrap());
    let suspend = json!({"step": "suspend"});
    service.staff.post(&steps, &suspend).await.expect(200);
    let heard = service.stage.heard(&task, 3).await;
    assert_eq!(heard, ["opened", "claimed", "released"]);
    assert_eq!(state(&volunteer, &first).await, "refused");
    assert_eq!(state(&other, &second).await, "offered");
    let refused = claim(&volunteer, &task).await.expect(409);
    assert_eq!(problem(&refused), "claim-not-allowed");
    service.stage.host.stop().await;
}
