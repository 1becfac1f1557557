//! Who lacks by now what a service needs does not begin it, whatever was decided before (S35, S39).

use std::time::Duration;

use kernel::{Role, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::service::{API, NOW, Service, activity, sign_up, state};
use crate::{COMPOUND, OTHER_COMPOUND, TASKS, claim, problem, release};

async fn id_of(volunteer: &Caller) -> String {
    let me = volunteer.get(&format!("{API}/me")).await.expect(200);
    me["id"].as_str().unwrap().to_owned()
}

/// A step of the staff's with a volunteer.
async fn change(service: &Service, volunteer: &Caller, body: &Value) -> Value {
    let path = format!("{API}/volunteers/{}/steps", id_of(volunteer).await);
    service.staff.post(&path, body).await.expect(200)
}

async fn decide(service: &Service, volunteer: &Caller, body: &Value) {
    let path = format!("{API}/volunteers/{}/proofs/steps", id_of(volunteer).await);
    service.staff.post(&path, body).await.expect(200);
}

/// A certified volunteer with a proof of first aid (1) and an insurance (2).
async fn rescuer(service: &Service) -> Caller {
    let volunteer = service.volunteer().await;
    for (number, proof) in [
        json!({"kind": "skill", "skill": "first_aid", "valid_from": "2026-01-01"}),
        json!({"kind": "insurance", "valid_from": "2026-01-01"}),
    ]
    .into_iter()
    .enumerate()
    {
        let path = format!("{API}/me/proofs");
        volunteer.post(&path, &proof).await.expect(200);
        let confirm = json!({"number": number + 1, "step": "confirm"});
        decide(service, &volunteer, &confirm).await;
    }
    volunteer
}

/// A shift of a rescue two days from the beginning of the test.
async fn rescue(service: &Service) -> String {
    let mut body = activity();
    body["kind"] = json!("rescue");
    body["risks"] = json!("涉水、触电");
    let id = service.activity(&body).await;
    service.shift(&id, 48, 9).await
}

async fn check_in(service: &Service, volunteer: &Caller, shift: &str) -> Reply {
    let code = format!("{API}/shifts/{shift}/code");
    let shown = service.staff.get(&code).await.expect(200);
    let body = json!({"code": shown["code"]});
    let path = format!("{API}/shifts/{shift}/check-in");
    volunteer.post(&path, &body).await
}

fn begin(service: &Service) {
    let start = NOW.parse::<Timestamp>().unwrap();
    service.clock.set(start.plus(Duration::from_hours(48)));
}

/// What is said to be lacking.
fn lacking(body: &Value) -> Vec<&str> {
    let errors = body["errors"].as_array().unwrap().iter();
    errors
        .map(|error| error["pointer"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn whoever_lacks_by_now_what_a_shift_needs_does_not_check_in() {
    let service = Service::start().await;
    let shift = rescue(&service).await;
    let mut people = Vec::new();
    for _ in 0..4 {
        let volunteer = rescuer(&service).await;
        let made = sign_up(&volunteer, &shift).await.expect(201);
        assert_eq!(made["state"], json!("confirmed"));
        people.push((volunteer, made));
    }
    let refuse = json!({"number": 2, "step": "refuse"});
    decide(&service, &people[0].0, &refuse).await;
    change(&service, &people[1].0, &json!({"step": "suspend"})).await;
    let minor = json!({"step": "confirm", "minor_until": "2027-06-01"});
    change(&service, &people[2].0, &minor).await;
    begin(&service);
    for (index, lack) in [(0, "/insurance"), (2, "/age")] {
        let (volunteer, made) = &people[index];
        let refused = check_in(&service, volunteer, &shift).await.expect(409);
        assert_eq!(problem(&refused), "not-qualified");
        assert_eq!(lacking(&refused), [lack]);
        assert_eq!(state(volunteer, made).await, "confirmed");
    }
    // who was suspended has had no place since
    let (volunteer, made) = &people[1];
    assert_eq!(state(volunteer, made).await, "refused");
    let refused = check_in(&service, volunteer, &shift).await.expect(409);
    assert_eq!(problem(&refused), "step-not-possible");
    let (volunteer, made) = &people[3];
    check_in(&service, volunteer, &shift).await.expect(200);
    // who is there already is no other person when the same is sent again
    change(&service, volunteer, &json!({"step": "suspend"})).await;
    check_in(&service, volunteer, &shift).await.expect(200);
    assert_eq!(state(volunteer, made).await, "checked_in");
    let stranger = service.caller(&[]);
    check_in(&service, &stranger, &shift).await.expect(404);
    service.stage.host.stop().await;
}

#[tokio::test]
async fn who_confirms_a_minor_again_does_not_make_them_of_age() {
    let service = Service::start().await;
    let shift = rescue(&service).await;
    let volunteer = rescuer(&service).await;
    let minor = json!({"step": "confirm", "minor_until": "2027-06-01"});
    let known = change(&service, &volunteer, &minor).await;
    assert_eq!(known["minor_until"], json!("2027-06-01"));
    for home in [OTHER_COMPOUND, COMPOUND] {
        let request = volunteer.request(Method::PUT, &format!("{API}/me"));
        let moved = volunteer.send(request.json(&json!({"home": home}))).await;
        assert_eq!(moved.expect(200)["state"], json!("registered"));
    }
    let again = change(&service, &volunteer, &json!({"step": "confirm"})).await;
    assert_eq!(
        (&again["state"], &again["minor_until"]),
        (&json!("certified"), &json!("2027-06-01"))
    );
    let refused = sign_up(&volunteer, &shift).await.expect(409);
    assert_eq!(problem(&refused), "not-qualified");
    assert_eq!(lacking(&refused), ["/age"]);
    let path = format!("{API}/volunteers/{}/steps", id_of(&volunteer).await);
    let wrong = json!({"step": "confirm", "minor_until": "2027-13-01"});
    service.staff.post(&path, &wrong).await.expect(422);
    // that somebody is no minor is said in so many words
    let of_age = json!({"step": "confirm", "minor_until": null});
    let of_age = change(&service, &volunteer, &of_age).await;
    assert!(of_age.get("minor_until").is_none(), "{of_age}");
    sign_up(&volunteer, &shift).await.expect(201);
    service.stage.host.stop().await;
}

/// Puts somebody on the list of a task.
async fn wait_for(caller: &Caller, task: &str) -> Reply {
    let path = format!("{TASKS}/{task}/waiting");
    caller.send(caller.request(Method::POST, &path)).await
}

async fn take_position(caller: &Caller, task: &str) -> Reply {
    let path = format!("{TASKS}/{task}/positions/1/claim");
    caller.send(caller.request(Method::POST, &path)).await
}

#[tokio::test]
async fn minors_and_the_suspended_take_no_orders_tasks() {
    let service = Service::start().await;
    let role = [(Role::Volunteer, COMPOUND)];
    let volunteer = service.enrol(service.caller(&role)).await;
    let taken = service.stage.offer(&service.stage.order(COMPOUND)).await;
    let open = service.stage.offer(&service.stage.order(COMPOUND)).await;
    let group = service.stage.offer(&service.stage.order(COMPOUND)).await;
    let positions = json!({"positions": [{"name": "搬运", "needed": 2}]});
    let path = format!("{TASKS}/{group}/positions");
    let request = service.staff.request(Method::PUT, &path).json(&positions);
    service.staff.send(request).await.expect(200);
    // no volunteer, but the role: as ever
    let other = service.caller(&role);
    claim(&other, &taken).await.expect(200);
    claim(&other, &group).await.expect(200);

    let minor = json!({"step": "confirm", "minor_until": "2027-06-01"});
    let steps = [
        (minor, "/protected"),
        (json!({"step": "suspend"}), "/not_suspended"),
    ];
    for (step, rule) in steps {
        change(&service, &volunteer, &step).await;
        for refused in [
            claim(&volunteer, &open).await,
            take_position(&volunteer, &group).await,
            wait_for(&volunteer, &taken).await,
        ] {
            let refused = refused.expect(409);
            assert_eq!(problem(&refused), "claim-not-allowed");
            assert_eq!(lacking(&refused), [rule]);
        }
        let path = format!("{TASKS}/{open}/standing");
        let shown = volunteer.get(&path).await.expect(200);
        let rules = shown["rules"].as_array().unwrap().iter();
        let unmet = rules.filter(|rule| rule["met"] == json!(false));
        let unmet: Vec<String> = unmet
            .map(|rule| format!("/{}", rule["code"].as_str().unwrap()))
            .collect();
        assert_eq!(unmet, [rule]);
        // somebody else's business again before the next turn
        let of_age = json!({"step": "confirm", "minor_until": null});
        if rule == "/protected" {
            change(&service, &volunteer, &of_age).await;
        }
    }
    change(&service, &volunteer, &json!({"step": "resume"})).await;
    claim(&volunteer, &open).await.expect(200);
    release(&volunteer, &open).await.expect(200);
    // nor does a group's lead pass to who may not lead by now
    take_position(&volunteer, &group).await.expect(200);
    change(&service, &volunteer, &json!({"step": "suspend"})).await;
    release(&other, &group).await.expect(200);
    claim(&service.caller(&role), &group).await.expect(200);
    service.stage.host.stop().await;
}

#[tokio::test]
async fn a_task_is_kept_for_nobody_who_may_take_none_by_now() {
    let service = Service::start().await;
    let role = [(Role::Volunteer, COMPOUND)];
    let task = service.stage.offer(&service.stage.order(COMPOUND)).await;
    let holder = service.caller(&role);
    claim(&holder, &task).await.expect(200);
    let mut line = Vec::new();
    for _ in 0..3 {
        let volunteer = service.enrol(service.caller(&role)).await;
        wait_for(&volunteer, &task).await.expect(200);
        line.push(volunteer);
    }
    // both could take it when they began to wait
    change(&service, &line[0], &json!({"step": "suspend"})).await;
    let minor = json!({"step": "confirm", "minor_until": "2027-06-01"});
    change(&service, &line[1], &minor).await;
    release(&holder, &task).await.expect(200);
    let refused = claim(&line[0], &task).await.expect(409);
    assert_eq!(problem(&refused), "task-kept");
    claim(&line[2], &task).await.expect(200);
    // they keep their places: their time may come
    let list = service.staff.get(&format!("{TASKS}/{task}/waiting")).await;
    assert_eq!(list.expect(200)["items"].as_array().unwrap().len(), 2);
    service.stage.host.stop().await;
}
