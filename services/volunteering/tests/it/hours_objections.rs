//! What volunteers hold against hours on their record (S36): who answers, and what becomes of the hours.

use futures_util::future::join_all;
use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::Caller;

use crate::certificates::served;
use crate::service::{API, Service, activity, sign_up};
use crate::{COMPOUND, OTHER_COMPOUND, ids, problem};

/// The caller's newest record.
async fn newest(volunteer: &Caller) -> Value {
    let mine = volunteer.get(&format!("{API}/hours")).await.expect(200);
    mine["items"][0].clone()
}

fn objections(record: &Value) -> String {
    format!("{API}/hours/{}/objections", record["id"].as_str().unwrap())
}

fn answers(objection: &Value) -> String {
    let id = objection["id"].as_str().unwrap();
    format!("{API}/hours/objections/{id}/answers")
}

fn why() -> Value {
    json!({"reason": "签退时设备故障，实际服务两小时"})
}

#[tokio::test]
async fn an_objection_that_is_upheld_puts_the_hours_right() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    served(&service, &volunteer).await;
    let correct = json!({"verdict": "correct", "minutes": 60, "reason": "提前离开"});
    let record = service.judge(&volunteer, &correct).await;
    let made = volunteer
        .post(&objections(&record), &why())
        .await
        .expect(201);
    assert_eq!(
        (
            &made["state"],
            &made["record_version"],
            &made["by_confirmer"]
        ),
        (&json!("open"), &record["version"], &json!(false))
    );
    let again = volunteer.post(&objections(&record), &why()).await;
    assert_eq!(problem(&again.expect(409)), "hours-objection-open");
    let list = format!("{API}/hours/objections?org_path={COMPOUND}");
    let open = service.staff.get(&list).await.expect(200);
    assert_eq!(ids(&open), [made["id"].as_str().unwrap()]);

    let colleague = service.caller(&[(Role::CompoundDispatcher, COMPOUND)]);
    for (wrong, slug) in [
        (
            json!({"upheld": true, "answer": "属实"}),
            "minutes-out-of-place",
        ),
        (
            json!({"upheld": false, "answer": "不属实", "minutes": 120}),
            "minutes-out-of-place",
        ),
        (
            json!({"upheld": true, "answer": "属实", "minutes": 121}),
            "too-many-minutes",
        ),
    ] {
        let refused = colleague.post(&answers(&made), &wrong).await.expect(422);
        assert_eq!(problem(&refused), slug);
    }
    let upheld = json!({"upheld": true, "answer": "核对监控属实", "minutes": 120});
    let request = colleague
        .request(Method::POST, &answers(&made))
        .json(&upheld);
    let stale = colleague.send(request.header("If-Match", "\"7\"")).await;
    assert_eq!(problem(&stale.expect(412)), "version-changed");
    let answered = colleague.post(&answers(&made), &upheld).await.expect(200);
    assert_eq!(
        (&answered["state"], &answered["by_confirmer"]),
        (&json!("upheld"), &json!(false))
    );
    let now = newest(&volunteer).await;
    assert_eq!(
        (&now["minutes"], &now["state"], &now["reason"]),
        (&json!(120), &json!("corrected"), &json!("核对监控属实"))
    );
    let versions = format!("{API}/hours/{}", record["id"].as_str().unwrap());
    let versions = volunteer.get(&versions).await.expect(200);
    assert_eq!(versions["items"].as_array().unwrap().len(), 4);
    let again = colleague.post(&answers(&made), &upheld).await;
    assert_eq!(problem(&again.expect(409)), "hours-objection-answered");
    let open = service.staff.get(&list).await.expect(200);
    assert_eq!(open["items"], json!([]));
    let id = made["id"].as_str().unwrap();
    assert_eq!(service.stage.heard_of(id, 1).await, ["answered"]);
    let shown = volunteer.get(&objections(&record)).await.expect(200);
    assert_eq!(shown["items"][0]["answer"], json!("核对监控属实"));
    service.stage.host.stop().await;
}

#[tokio::test]
async fn others_answer_and_it_shows_who_answers_their_own_verdict() {
    let service = Service::start().await;
    // who runs the place and serves there as well
    let both = service.caller(&[(Role::CompoundDispatcher, COMPOUND)]);
    let volunteer = service.enrol(both).await;
    served(&service, &volunteer).await;
    let record = newest(&volunteer).await;
    let stranger = service.volunteer().await;
    stranger
        .post(&objections(&record), &why())
        .await
        .expect(404);
    stranger.get(&objections(&record)).await.expect(404);
    for wrong in [
        json!({}),
        json!({"reason": ""}),
        json!({"reason": "x".repeat(501)}),
    ] {
        volunteer
            .post(&objections(&record), &wrong)
            .await
            .expect(422);
    }
    let made = volunteer
        .post(&objections(&record), &why())
        .await
        .expect(201);
    let dismissed = json!({"upheld": false, "answer": "签退记录无误"});
    let own = volunteer
        .post(&answers(&made), &dismissed)
        .await
        .expect(403);
    assert_eq!(problem(&own), "own-hours-objection");
    stranger.post(&answers(&made), &dismissed).await.expect(404);
    let elsewhere = service.caller(&[(Role::CompoundDispatcher, OTHER_COMPOUND)]);
    elsewhere
        .post(&answers(&made), &dismissed)
        .await
        .expect(404);
    elsewhere
        .get(&format!("{API}/hours/objections?org_path={COMPOUND}"))
        .await
        .expect(403);
    for wrong in [
        json!({"upheld": false}),
        json!({"answer": "无误"}),
        json!({"upheld": "no", "answer": "无误"}),
    ] {
        service
            .staff
            .post(&answers(&made), &wrong)
            .await
            .expect(422);
    }
    let answered = service.staff.post(&answers(&made), &dismissed).await;
    let answered = answered.expect(200);
    assert_eq!(
        (&answered["state"], &answered["by_confirmer"]),
        (&json!("dismissed"), &json!(true))
    );
    assert_eq!(newest(&volunteer).await["version"], record["version"]);
    // three in all, one after the other
    for _ in 0..2 {
        let made = volunteer
            .post(&objections(&record), &why())
            .await
            .expect(201);
        service
            .staff
            .post(&answers(&made), &dismissed)
            .await
            .expect(200);
    }
    let fourth = volunteer
        .post(&objections(&record), &why())
        .await
        .expect(409);
    assert_eq!(problem(&fourth), "too-many-hours-objections");
    service.stage.host.stop().await;
}

#[tokio::test]
async fn hours_are_objected_to_when_they_are_decided_and_once_at_a_time_however_many_ask() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 1).await;
    sign_up(&volunteer, &shift).await.expect(201);
    service.attend(&shift, 48, &[&volunteer]).await;
    let record = newest(&volunteer).await;
    let early = volunteer
        .post(&objections(&record), &why())
        .await
        .expect(409);
    assert_eq!(problem(&early), "hours-undecided");
    // what was refused is put right as well
    let refuse = json!({"verdict": "refuse", "reason": "未到场"});
    service.judge(&volunteer, &refuse).await;
    let (path, body) = (objections(&record), why());
    let asked = join_all((0..8).map(|_| volunteer.post(&path, &body))).await;
    let taken = asked.iter().filter(|reply| reply.status == 201).count();
    assert_eq!(taken, 1);
    assert!(
        asked
            .iter()
            .all(|reply| [201, 409, 503].contains(&reply.status.as_u16()))
    );
    let shown = volunteer.get(&path).await.expect(200);
    let made = &shown["items"][0];
    // put right by the usual way meanwhile: the answer says so and changes nothing more
    let correct = json!({"verdict": "correct", "minutes": 120, "reason": "核对后更正"});
    let judged = service.judge(&volunteer, &correct).await;
    let upheld = json!({"upheld": true, "answer": "已更正"});
    service
        .staff
        .post(&answers(made), &upheld)
        .await
        .expect(200);
    assert_eq!(newest(&volunteer).await["version"], judged["version"]);
    service.stage.host.stop().await;
}
