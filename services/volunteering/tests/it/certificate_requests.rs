//! Certificates that volunteers ask for (申请证明): made or refused by those who run the home.

use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::certificates::{november, served};
use crate::service::{API, Service};
use crate::{COMPOUND, OTHER_COMPOUND, ids, problem};

fn mine() -> String {
    format!("{API}/me/certificate-requests")
}

fn wanted() -> Value {
    json!({"from": "2026-11-01", "until": "2026-11-30"})
}

fn refusal(request: &Value) -> String {
    let id = request["id"].as_str().unwrap();
    format!("{API}/certificate-requests/{id}/refuse")
}

#[tokio::test]
async fn a_request_is_answered_by_the_certificate_that_names_it() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let id = served(&service, &volunteer).await;
    let asked = volunteer.post(&mine(), &wanted()).await.expect(201);
    assert_eq!(
        (&asked["state"], &asked["volunteer_id"], &asked["org_path"]),
        (&json!("open"), &json!(id), &json!(COMPOUND))
    );
    let second = volunteer.post(&mine(), &wanted()).await.expect(409);
    assert_eq!(problem(&second), "certificate-request-open");
    let list = format!("{API}/certificate-requests?org_path={COMPOUND}");
    let open = service.staff.get(&list).await.expect(200);
    assert_eq!(ids(&open), [asked["id"].as_str().unwrap()]);

    let certificates = format!("{API}/volunteers/{id}/certificates");
    let with = |changes: Value| {
        let mut body = november(&service);
        body["request_id"] = asked["id"].clone();
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    let other_days = with(json!({"until": "2026-11-29"}));
    let refused = service.staff.post(&certificates, &other_days).await;
    assert_eq!(problem(&refused.expect(409)), "certificate-request-days");
    let unknown = with(json!({"request_id": "crq_00000000000000000000000000"}));
    let refused = service.staff.post(&certificates, &unknown).await;
    assert_eq!(
        problem(&refused.expect(404)),
        "certificate-request-not-found"
    );
    // what was not made announces nothing
    let announced = format!("{API}/certificates?org_path={COMPOUND}");
    let none = service.staff.get(&announced).await.expect(200);
    assert_eq!(none["items"], json!([]));
    let made = service.staff.post(&certificates, &with(json!({}))).await;
    let made = made.expect(201);
    let shown = volunteer.get(&mine()).await.expect(200);
    assert_eq!(
        (
            &shown["items"][0]["state"],
            &shown["items"][0]["certificate_id"]
        ),
        (&json!("made"), &made["id"])
    );
    let open = service.staff.get(&list).await.expect(200);
    assert_eq!(open["items"], json!([]));
    let again = service.staff.post(&certificates, &with(json!({}))).await;
    assert_eq!(problem(&again.expect(409)), "certificate-request-decided");
    let late = json!({"reason": "材料不全"});
    let late = service
        .staff
        .post(&refusal(&asked), &late)
        .await
        .expect(409);
    assert_eq!(problem(&late), "certificate-request-decided");
    volunteer.post(&mine(), &wanted()).await.expect(201);
    service.stage.host.stop().await;
}

#[tokio::test]
async fn a_request_is_refused_with_a_reason_by_those_who_run_the_home() {
    let service = Service::start().await;
    let both = service.caller(&[(Role::CompoundDispatcher, COMPOUND)]);
    let volunteer = service.enrol(both).await;
    let nothing = volunteer.post(&mine(), &wanted()).await.expect(409);
    assert_eq!(problem(&nothing), "nothing-to-certify");
    served(&service, &volunteer).await;
    for wrong in [
        json!({"from": "2026-11-30", "until": "2026-11-01"}),
        json!({"from": "2026-11-01"}),
        json!({"from": "2026-11-31", "until": "2026-12-01"}),
        json!({"from": "2026-11-01", "until": "2026-11-30", "office": "社区"}),
    ] {
        volunteer.post(&mine(), &wrong).await.expect(422);
    }
    let asked = volunteer.post(&mine(), &wanted()).await.expect(201);
    let stranger = service.caller(&[]);
    let unregistered = stranger.post(&mine(), &wanted()).await.expect(404);
    assert_eq!(problem(&unregistered), "not-a-volunteer");
    let reason = json!({"reason": "该期间服务正在核实"});
    let own = volunteer.post(&refusal(&asked), &reason).await.expect(403);
    assert_eq!(problem(&own), "own-certificate");
    stranger.post(&refusal(&asked), &reason).await.expect(403);
    let elsewhere = service.caller(&[(Role::CompoundDispatcher, OTHER_COMPOUND)]);
    elsewhere.post(&refusal(&asked), &reason).await.expect(404);
    elsewhere
        .get(&format!("{API}/certificate-requests?org_path={COMPOUND}"))
        .await
        .expect(403);
    service
        .staff
        .post(&refusal(&asked), &json!({}))
        .await
        .expect(422);
    let request = service.staff.request(Method::POST, &refusal(&asked));
    let request = request.json(&reason).header("If-Match", "\"2\"");
    let stale = service.staff.send(request).await.expect(412);
    assert_eq!(problem(&stale), "version-changed");
    let refused = service.staff.post(&refusal(&asked), &reason).await;
    assert_eq!(refused.expect(200)["state"], json!("refused"));
    let shown = volunteer.get(&mine()).await.expect(200);
    assert_eq!(shown["items"][0]["reason"], reason["reason"]);
    // a new one may be asked for, once under one key
    for _ in 0..2 {
        let request = volunteer.request(Method::POST, &mine()).json(&wanted());
        let request = request.header("Idempotency-Key", "ask-1");
        volunteer.send(request).await.expect(201);
    }
    let page = volunteer
        .get(&format!("{}?limit=1", mine()))
        .await
        .expect(200);
    let next = format!(
        "{}?limit=1&cursor={}",
        mine(),
        page["next"].as_str().unwrap()
    );
    let rest = volunteer.get(&next).await.expect(200);
    assert_eq!(ids(&rest), [asked["id"].as_str().unwrap()]);
    service.stage.host.stop().await;
}
