//! Time accounts and ratings.

use futures_util::future::join_all;
use kernel::Role;
use serde_json::{Value, json};
use testkit::Caller;

use crate::service::{API, Service, activity, sign_up};
use crate::{COMPOUND, OTHER_COMPOUND, claim, problem};

async fn balance(caller: &Caller) -> [u64; 4] {
    let shown = caller
        .get(&format!("{API}/me/time-account"))
        .await
        .expect(200);
    ["earned", "spent", "reserved", "available"].map(|name| shown[name].as_u64().unwrap())
}

/// A volunteer with two confirmed hours.
async fn served(service: &Service) -> (Caller, Value) {
    let volunteer = service.volunteer().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 5).await;
    sign_up(&volunteer, &shift).await.expect(201);
    service.attend(&shift, 48, &[&volunteer]).await;
    let record = service
        .judge(&volunteer, &json!({"verdict": "confirm"}))
        .await;
    (volunteer, record)
}

#[tokio::test]
async fn two_hundred_at_once_never_reserve_more_than_there_is() {
    let service = Service::start().await;
    let (volunteer, _) = served(&service).await;
    let path = format!("{API}/me/time-account/reservations");
    let body = json!({"minutes": 10, "org_path": COMPOUND});
    let all = (0..200).map(|_| volunteer.post(&path, &body));
    let statuses: Vec<u16> = join_all(all)
        .await
        .into_iter()
        .map(|reply| reply.status.as_u16())
        .collect();
    let made = statuses.iter().filter(|status| **status == 201).count();
    let refused = statuses.iter().filter(|status| **status == 409).count();
    // 120 minutes are twelve times ten; some may have been turned away by the load, none fails
    assert!(
        statuses
            .iter()
            .all(|status| [201, 409, 429, 503].contains(status)),
        "{statuses:?}"
    );
    assert!(made <= 12 && made + refused > 0, "{made} {refused}");
    let mut reserved = made;
    while reserved < 12 {
        volunteer.post(&path, &body).await.expect(201);
        reserved += 1;
    }
    assert_eq!(
        problem(&volunteer.post(&path, &body).await.expect(409)),
        "too-little-time"
    );
    assert_eq!(balance(&volunteer).await, [120, 0, 120, 0]);
    let entries = format!("{API}/me/time-account/entries");
    let page = volunteer.get(&entries).await.expect(200);
    let numbers: Vec<u64> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["number"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=12).rev().collect::<Vec<u64>>());
    service.stage.host.stop().await;
}

#[tokio::test]
async fn what_is_reserved_is_spent_by_others_or_given_back() {
    let service = Service::start().await;
    let (volunteer, record) = served(&service).await;
    let path = format!("{API}/me/time-account/reservations");
    for wrong in [
        json!({"minutes": 0, "org_path": COMPOUND}),
        json!({"minutes": 1441, "org_path": COMPOUND}),
        json!({"minutes": -5, "org_path": COMPOUND}),
        json!({"minutes": 10, "org_path": "/"}),
        json!({"minutes": 10}),
    ] {
        volunteer.post(&path, &wrong).await.expect(422);
    }
    let stranger = service.caller(&[]);
    let body = json!({"minutes": 50, "org_path": COMPOUND});
    stranger.post(&path, &body).await.expect(409);
    let keyed = |caller: &Caller| {
        caller
            .request(reqwest::Method::POST, &path)
            .header("Idempotency-Key", "reserve-once")
            .json(&body)
    };
    let first = volunteer.send(keyed(&volunteer)).await.expect(201);
    let again = volunteer.send(keyed(&volunteer)).await.expect(201);
    assert_eq!(first["id"], again["id"]);
    let second = volunteer.post(&path, &body).await.expect(201);
    assert_eq!(balance(&volunteer).await, [120, 0, 100, 20]);

    let list = format!("{API}/time-reservations?org_path={COMPOUND}");
    let waiting = service.staff.get(&list).await.expect(200);
    assert_eq!(crate::ids(&waiting).len(), 2);
    volunteer.get(&list).await.expect(403);
    let steps = |reservation: &Value| {
        format!(
            "{API}/time-reservations/{}/steps",
            reservation["id"].as_str().unwrap()
        )
    };
    let (spend, release) = (json!({"step": "spend"}), json!({"step": "release"}));
    assert_eq!(
        problem(&volunteer.post(&steps(&first), &spend).await.expect(403)),
        "own-confirmation"
    );
    stranger.post(&steps(&first), &release).await.expect(404);
    let elsewhere = service.caller(&[(Role::CompoundDispatcher, OTHER_COMPOUND)]);
    elsewhere.post(&steps(&first), &spend).await.expect(404);
    service
        .staff
        .post(&steps(&first), &json!({"step": "burn"}))
        .await
        .expect(422);
    let post_once = async || {
        let request = service.staff.request(reqwest::Method::POST, &steps(&first));
        let request = request.header("idempotency-key", "s-1").json(&spend);
        service.staff.send(request).await
    };
    let settled = post_once().await.expect(200);
    // the same again is the same answer, and spends nothing
    assert_eq!(post_once().await.expect(200), settled);
    service.staff.post(&steps(&first), &spend).await.expect(409);
    volunteer.post(&steps(&second), &release).await.expect(200);
    volunteer.post(&steps(&second), &release).await.expect(409);
    assert_eq!(balance(&volunteer).await, [120, 50, 0, 70]);
    let waiting = service.staff.get(&list).await.expect(200);
    assert!(crate::ids(&waiting).is_empty());
    let mine = volunteer.get(&format!("{API}/me/record")).await.expect(200);
    assert_eq!(mine["account_minutes"], json!(70));
    // hours that are put right later leave nothing, and never less
    let versions = format!("{API}/hours/{}/versions", record["id"].as_str().unwrap());
    let correct = json!({"verdict": "correct", "minutes": 30, "reason": "核实"});
    service.staff.post(&versions, &correct).await.expect(200);
    assert_eq!(balance(&volunteer).await, [30, 50, 0, 0]);
    volunteer
        .post(&path, &json!({"minutes": 1, "org_path": COMPOUND}))
        .await
        .expect(409);
    service.stage.host.stop().await;
}

#[tokio::test]
async fn service_is_rated_by_those_who_ran_it_and_by_whom_it_was_for() {
    let service = Service::start().await;
    let asker = service.caller(&[(Role::Resident, COMPOUND)]);
    let taker = service.caller(&[(Role::Volunteer, COMPOUND)]);
    let taker = service.enrol(taker).await;
    let mut order = service.stage.order(COMPOUND);
    order.requester = Some(asker.account);
    let task = service.stage.offer(&order).await;
    claim(&taker, &task).await.expect(200);
    service.clock.advance(std::time::Duration::from_hours(1));
    service.stage.recall(order.order_id).await;
    let record = testkit::eventually("the time is noted", async || {
        let page = taker.get(&format!("{API}/hours")).await.expect(200);
        page["items"].get(0).cloned()
    })
    .await;
    let path = format!("{API}/hours/{}/ratings", record["id"].as_str().unwrap());
    let score = |score: i64| json!({"score": score});
    asker.post(&path, &score(5)).await.expect(409);
    service.judge(&taker, &json!({"verdict": "confirm"})).await;
    for wrong in [
        score(0),
        score(6),
        score(-1),
        json!({"score": 4.5}),
        json!({}),
    ] {
        asker.post(&path, &wrong).await.expect(422);
    }
    taker.post(&path, &score(5)).await.expect(403);
    let neighbour = service.caller(&[(Role::Resident, COMPOUND)]);
    neighbour.post(&path, &score(1)).await.expect(404);
    asker.post(&path, &score(5)).await.expect(204);
    service.staff.post(&path, &score(2)).await.expect(204);
    // thought better of it: the one before stays and counts no longer
    service.staff.post(&path, &score(4)).await.expect(204);
    let mine = taker.get(&format!("{API}/me/record")).await.expect(200);
    assert_eq!(
        (&mine["ratings"], &mine["average_score_hundredths"]),
        (&json!(2), &json!(450))
    );
    service.stage.host.stop().await;
}

#[tokio::test]
async fn what_is_reserved_is_donated_by_its_holder_alone() {
    let service = Service::start().await;
    let (volunteer, _) = served(&service).await;
    let path = format!("{API}/me/time-account/reservations");
    let body = json!({"minutes": 50, "org_path": COMPOUND});
    let made = volunteer.post(&path, &body).await.expect(201);
    let id = made["id"].as_str().unwrap();
    let steps = format!("{API}/time-reservations/{id}/steps");
    let donate = json!({"step": "donate"});
    let refused = service.staff.post(&steps, &donate).await.expect(403);
    assert_eq!(problem(&refused), "not-own-time");
    let stranger = service.caller(&[]);
    stranger.post(&steps, &donate).await.expect(404);
    let given = volunteer.post(&steps, &donate).await.expect(200);
    assert_eq!(given["state"], json!("donated"));
    assert_eq!(balance(&volunteer).await, [120, 0, 0, 70]);
    let shown = volunteer.get(&format!("{API}/me/time-account")).await;
    assert_eq!(shown.expect(200)["donated"], json!(50));
    let entries = format!("{API}/me/time-account/entries");
    let newest = volunteer.get(&entries).await.expect(200);
    assert_eq!(newest["items"][0]["kind"], json!("donated"));
    for step in ["donate", "release"] {
        let again = volunteer.post(&steps, &json!({"step": step})).await;
        assert_eq!(problem(&again.expect(409)), "step-not-possible");
    }
    let list = format!("{API}/time-reservations?org_path={COMPOUND}");
    let waiting = service.staff.get(&list).await.expect(200);
    assert_eq!(waiting["items"], json!([]));
    service.stage.host.stop().await;
}
