use std::time::Duration;

use kernel::Timestamp;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::service::{API, NOW, Service, activity, sign_up, state};
use crate::{ids, problem};

async fn code(service: &Service, shift: &str) -> String {
    let shown = service
        .staff
        .get(&format!("{API}/shifts/{shift}/code"))
        .await
        .expect(200);
    shown["code"].as_str().unwrap().to_owned()
}

async fn check(caller: &Caller, shift: &str, way: &str, code: &str) -> Reply {
    let body = json!({"code": code, "point": {"lon": 114.2, "lat": 30.5}});
    caller
        .post(&format!("{API}/shifts/{shift}/check-{way}"), &body)
        .await
}

#[tokio::test]
async fn who_comes_shows_the_code_of_the_moment_at_the_place() {
    let service = Service::start().await;
    let mut body = activity();
    body["venue"] = json!({"point": {"lon": 114.2, "lat": 30.5}, "metres": 100});
    let id = service.activity(&body).await;
    let shift = service.shift(&id, 48, 2).await;
    let (volunteer, other) = (service.volunteer().await, service.volunteer().await);
    let made = sign_up(&volunteer, &shift).await.expect(201);
    volunteer
        .get(&format!("{API}/shifts/{shift}/code"))
        .await
        .expect(404);
    let early = code(&service, &shift).await;
    assert_eq!(
        problem(&check(&volunteer, &shift, "in", &early).await.expect(409)),
        "wrong-time"
    );
    let begins = NOW
        .parse::<Timestamp>()
        .unwrap()
        .plus(Duration::from_hours(48));
    service.clock.set(begins.plus(Duration::from_mins(5)));
    assert_eq!(
        problem(&check(&volunteer, &shift, "in", &early).await.expect(409)),
        "code-expired"
    );
    let now = code(&service, &shift).await;
    check(&other, &shift, "in", &now).await.expect(404);
    let path = format!("{API}/shifts/{shift}/check-in");
    for (point, wrong) in [
        (json!({"lon": 114.21, "lat": 30.5}), "too-far"),
        (Value::Null, "too-far"),
    ] {
        let refused = volunteer
            .post(&path, &json!({"code": now, "point": point}))
            .await;
        assert_eq!(problem(&refused.expect(409)), wrong);
    }
    volunteer
        .post(
            &path,
            &json!({"code": now, "point": {"lon": 999, "lat": 0}}),
        )
        .await
        .expect(422);
    let checked = check(&volunteer, &shift, "in", &now).await.expect(200);
    // the same again is harmless
    service.clock.advance(Duration::from_secs(20));
    assert_eq!(
        check(&volunteer, &shift, "in", &now).await.expect(200),
        checked
    );
    service.clock.advance(Duration::from_mins(90));
    let later = code(&service, &shift).await;
    check(&volunteer, &shift, "out", &later).await.expect(200);
    check(&volunteer, &shift, "out", &later).await.expect(200);
    assert_eq!(state(&volunteer, &made).await, "attended");
    service.stage.host.stop().await;
}

#[tokio::test]
async fn hours_are_confirmed_by_others_and_put_right_in_a_new_version() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 2).await;
    let (volunteer, other) = (service.volunteer().await, service.volunteer().await);
    sign_up(&volunteer, &shift).await.expect(201);
    let begins = NOW
        .parse::<Timestamp>()
        .unwrap()
        .plus(Duration::from_hours(48));
    for (way, minutes) in [("in", 5), ("out", 95)] {
        service.clock.set(begins.plus(Duration::from_mins(minutes)));
        let now = code(&service, &shift).await;
        check(&volunteer, &shift, way, &now).await.expect(200);
    }
    let mine = volunteer.get(&format!("{API}/hours")).await.expect(200);
    assert_eq!(mine["items"].as_array().unwrap().len(), 1);
    let record = &mine["items"][0];
    assert_eq!(
        (&record["minutes"], &record["state"]),
        (&json!(90), &json!("pending"))
    );
    let id_of = record["id"].as_str().unwrap();
    let one = format!("{API}/hours/{id_of}");
    let versions = format!("{one}/versions");
    let confirm = json!({"verdict": "confirm"});
    volunteer.post(&versions, &confirm).await.expect(403);
    other.post(&versions, &confirm).await.expect(404);
    other.get(&one).await.expect(404);
    service
        .staff
        .post(
            &versions,
            &json!({"verdict": "correct", "minutes": 91, "reason": "x"}),
        )
        .await
        .expect(422);
    service
        .staff
        .post(&versions, &json!({"verdict": "correct", "minutes": 60}))
        .await
        .expect(422);
    service.staff.post(&versions, &confirm).await.expect(200);
    service.staff.post(&versions, &confirm).await.expect(409);
    let summed = volunteer.get(&format!("{API}/me/record")).await.expect(200);
    assert_eq!(summed["minutes"], 90);
    let correct = json!({"verdict": "correct", "minutes": 60, "reason": "提前离开"});
    service.staff.post(&versions, &correct).await.expect(200);
    let all = volunteer.get(&one).await.expect(200);
    let minutes: Vec<&Value> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| &version["minutes"])
        .collect();
    assert_eq!(minutes, [60, 90, 90]);
    let of_activity = format!("{API}/activities/{id}/hours");
    assert_eq!(
        ids(&service.staff.get(&of_activity).await.expect(200)),
        [id_of]
    );
    volunteer.get(&of_activity).await.expect(404);
    let summed = volunteer.get(&format!("{API}/me/record")).await.expect(200);
    assert_eq!(
        (
            &summed["minutes"],
            &summed["points_hundredths"],
            &summed["stars"]
        ),
        (&json!(60), &json!(100), &json!(0))
    );
    assert_eq!(
        summed["service"],
        json!([{"kind": "clean_up", "times": 1, "minutes": 60}])
    );
    other.get(&format!("{API}/me/record")).await.expect(200);
    service
        .caller(&[])
        .get(&format!("{API}/me/record"))
        .await
        .expect(404);
    assert_eq!(
        service.stage.heard_of(id_of, 2).await,
        ["confirmed", "confirmed"]
    );
    service.stage.host.stop().await;
}

#[tokio::test]
async fn who_never_came_is_noted_a_day_later_where_others_checked_in() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let (used, unused) = (
        service.shift(&id, 48, 2).await,
        service.shift(&id, 60, 2).await,
    );
    let (came, missed, elsewhere) = (
        service.volunteer().await,
        service.volunteer().await,
        service.volunteer().await,
    );
    sign_up(&came, &used).await.expect(201);
    let absent = sign_up(&missed, &used).await.expect(201);
    let other = sign_up(&elsewhere, &unused).await.expect(201);
    let begins = NOW
        .parse::<Timestamp>()
        .unwrap()
        .plus(Duration::from_hours(48));
    service.clock.set(begins);
    let now = code(&service, &used).await;
    check(&came, &used, "in", &now).await.expect(200);
    service.clock.advance(Duration::from_hours(26));
    assert_eq!(service.run("note_absences").await, 0);
    service.clock.advance(Duration::from_secs(1));
    assert_eq!(service.run("note_absences").await, 1);
    assert_eq!(service.run("note_absences").await, 0);
    assert_eq!(state(&missed, &absent).await, "absent");
    service.clock.advance(Duration::from_hours(12));
    assert_eq!(service.run("note_absences").await, 0);
    assert_eq!(state(&elsewhere, &other).await, "confirmed");
    crate::service::appeal(&missed, &absent).await.expect(200);
    service.stage.host.stop().await;
}
