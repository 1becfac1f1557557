//! Trainings and awards that the organisation enters into a record (Order 67), and the record as its home sees it.

use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::service::{API, Service};
use crate::{COMPOUND, OTHER_COMPOUND, ids, problem};

async fn id_of(volunteer: &Caller) -> String {
    let me = volunteer.get(&format!("{API}/me")).await.expect(200);
    me["id"].as_str().unwrap().to_owned()
}

fn training() -> Value {
    json!({
        "kind": "training", "title": "急救员培训", "from": "2026-11-07", "until": "2026-11-08",
        "minutes": 480, "level": "初级",
    })
}

fn award() -> Value {
    json!({"kind": "award", "title": "优秀志愿者", "from": "2026-10-20", "level": "街道级"})
}

async fn change(caller: &Caller, entry: &Value, version: Option<u32>, body: &Value) -> Reply {
    let path = format!(
        "{API}/record-entries/{}/versions",
        entry["id"].as_str().unwrap()
    );
    let request = caller.request(Method::POST, &path).json(body);
    let request = match version {
        Some(version) => request.header("If-Match", format!("\"{version}\"")),
        None => request,
    };
    caller.send(request).await
}

#[tokio::test]
async fn an_organisation_enters_corrects_and_revokes_and_every_version_stays() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let id = id_of(&volunteer).await;
    let path = format!("{API}/volunteers/{id}/record-entries");
    let entered = service.staff.post(&path, &training()).await.expect(201);
    assert_eq!(
        (&entered["issuer"], &entered["version"], &entered["state"]),
        (&json!(COMPOUND), &json!(1), &json!("valid"))
    );
    let given = service.staff.post(&path, &award()).await.expect(201);
    let page = format!("{path}?limit=1");
    let first = service.staff.get(&page).await.expect(200);
    assert_eq!(ids(&first), [given["id"].as_str().unwrap()]);
    let next = format!("{page}&cursor={}", first["next"].as_str().unwrap());
    let second = service.staff.get(&next).await.expect(200);
    assert_eq!(ids(&second), [entered["id"].as_str().unwrap()]);
    assert!(second.get("next").is_none_or(Value::is_null), "{second}");

    let mut right = training();
    right["minutes"] = json!(420);
    right["step"] = json!("correct");
    right["reason"] = json!("少算半日");
    right.as_object_mut().unwrap().remove("kind");
    let stale = change(&service.staff, &entered, Some(2), &right).await;
    assert_eq!(problem(&stale.expect(412)), "version-changed");
    let second = change(&service.staff, &entered, Some(1), &right).await;
    let second = second.expect(200);
    assert_eq!(
        (&second["minutes"], &second["version"], &second["kind"]),
        (&json!(420), &json!(2), &json!("training"))
    );
    let mine = volunteer.get(&format!("{API}/me/record")).await;
    let mine = mine.expect(200);
    assert_eq!(mine["entered_training"][0]["minutes"], json!(420));
    assert_eq!(mine["entered_awards"][0]["title"], json!("优秀志愿者"));
    assert_eq!(mine["training"], json!([]));
    // those who certify it see the same
    let record = format!("{API}/volunteers/{id}/record");
    assert_eq!(service.staff.get(&record).await.expect(200), mine);

    let revoke = json!({"step": "revoke", "reason": "记错人"});
    let third = change(&service.staff, &entered, None, &revoke).await;
    assert_eq!(third.expect(200)["state"], json!("revoked"));
    for step in [&revoke, &right] {
        let again = change(&service.staff, &entered, None, step).await;
        assert_eq!(problem(&again.expect(409)), "record-entry-revoked");
    }
    let one = format!("{API}/record-entries/{}", entered["id"].as_str().unwrap());
    for reader in [&volunteer, &service.staff] {
        let versions = reader.get(&one).await.expect(200);
        let minutes: Vec<&Value> = versions["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|version| &version["minutes"])
            .collect();
        assert_eq!(minutes, [&json!(420), &json!(420), &json!(480)]);
    }
    let mine = volunteer.get(&format!("{API}/me/record")).await;
    assert_eq!(mine.expect(200)["entered_training"], json!([]));
    service.stage.host.stop().await;
}

#[tokio::test]
async fn nobody_enters_for_themselves_nor_for_a_volunteer_of_another_place() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let id = id_of(&volunteer).await;
    let path = format!("{API}/volunteers/{id}/record-entries");
    let record = format!("{API}/volunteers/{id}/record");
    let entry = service.staff.post(&path, &award()).await.expect(201);
    let revoke = json!({"step": "revoke", "reason": "记错人"});
    let one = format!("{API}/record-entries/{}", entry["id"].as_str().unwrap());
    // the volunteer runs nothing; somebody else runs another place
    volunteer.post(&path, &award()).await.expect(403);
    volunteer.get(&path).await.expect(403);
    volunteer.get(&record).await.expect(403);
    change(&volunteer, &entry, None, &revoke).await.expect(403);
    let elsewhere = service.caller(&[(Role::CompoundDispatcher, OTHER_COMPOUND)]);
    elsewhere.post(&path, &award()).await.expect(404);
    elsewhere.get(&path).await.expect(404);
    elsewhere.get(&record).await.expect(404);
    elsewhere.get(&one).await.expect(404);
    change(&elsewhere, &entry, None, &revoke).await.expect(404);
    let other = service.volunteer().await;
    other.get(&one).await.expect(404);
    // a dispatcher who is a volunteer too
    let both = service.caller(&[(Role::CompoundDispatcher, COMPOUND)]);
    let both = service.enrol(both).await;
    let own = format!("{API}/volunteers/{}/record-entries", id_of(&both).await);
    let refused = both.post(&own, &award()).await.expect(403);
    assert_eq!(problem(&refused), "own-record-entry");
    let entry = service.staff.post(&own, &award()).await.expect(201);
    let refused = change(&both, &entry, None, &revoke).await.expect(403);
    assert_eq!(problem(&refused), "own-record-entry");
    // the same request under the same key enters once
    for _ in 0..2 {
        let request = service.staff.request(Method::POST, &path).json(&training());
        let request = request.header("Idempotency-Key", "enter-1");
        service.staff.send(request).await.expect(201);
    }
    let listed = service.staff.get(&path).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    service.stage.host.stop().await;
}

#[tokio::test]
async fn what_cannot_be_so_is_not_entered() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let path = format!(
        "{API}/volunteers/{}/record-entries",
        id_of(&volunteer).await
    );
    let with = |changes: Value| {
        let mut body = training();
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    for (wrong, slug) in [
        (json!({"until": "2026-11-06"}), "term-reversed"),
        (json!({"from": "2026-11-23", "until": null}), "not-begun"),
        (json!({"minutes": 2881}), "minutes-out-of-place"),
        (json!({"minutes": 0}), "minutes-out-of-place"),
        (json!({"kind": "award"}), "minutes-out-of-place"),
    ] {
        let refused = service.staff.post(&path, &with(wrong)).await.expect(422);
        assert_eq!(problem(&refused), slug);
    }
    for wrong in [
        json!({"title": ""}),
        json!({"title": "第一行\n第二行"}),
        json!({"level": "x".repeat(31)}),
        json!({"minutes": -1}),
        json!({"from": "2026-11-31"}),
        json!({"kind": "rating"}),
        json!({"issuer": COMPOUND}),
    ] {
        service.staff.post(&path, &with(wrong)).await.expect(422);
    }
    service.staff.post(&path, &json!([])).await.expect(422);
    let unknown = format!("{API}/volunteers/vol_00000000000000000000000000/record-entries");
    service.staff.post(&unknown, &training()).await.expect(404);
    let entry = service.staff.post(&path, &training()).await.expect(201);
    for wrong in [
        json!({"step": "revoke"}),
        json!({"step": "erase", "reason": "记错人"}),
        json!({"step": "revoke", "reason": "记错人", "title": "急救"}),
        json!({"step": "correct", "reason": "少算半日"}),
    ] {
        change(&service.staff, &entry, None, &wrong)
            .await
            .expect(422);
    }
    let listed = service.staff.get(&path).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    service.stage.host.stop().await;
}
