//! Certificates: announced, objected to, issued, signed, checked, corrected, revoked.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Role;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use testkit::Caller;

use crate::problem;
use crate::service::{API, Service, activity, sign_up};

/// Verifies a signature with libraries that are not ours, and reads the page with another where there is one.
const VERIFIER: &str = include_str!("verify_certificate.py");
/// Reads its page with others again.
const READER: &str = include_str!("read_certificate.py");

/// A volunteer with two confirmed hours; returns its id.
pub(crate) async fn served(service: &Service, volunteer: &Caller) -> String {
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 1).await;
    sign_up(volunteer, &shift).await.expect(201);
    service.attend(&shift, 48, &[volunteer]).await;
    service
        .judge(volunteer, &json!({"verdict": "confirm"}))
        .await;
    let me = volunteer.get(&format!("{API}/me")).await.expect(200);
    me["id"].as_str().unwrap().to_owned()
}

/// What a certificate of November is asked for with.
pub(crate) fn november(service: &Service) -> Value {
    json!({
        "from": "2026-11-01", "until": "2026-11-30", "office": "知音东苑社区（志愿服务站）",
        "person_in_charge": service.staff.account, "contact": "社区服务大厅",
    })
}

/// Announces a certificate of November.
pub(crate) async fn announce(service: &Service, volunteer: &str) -> Value {
    let path = format!("{API}/volunteers/{volunteer}/certificates");
    let announced = service.staff.post(&path, &november(service)).await;
    announced.expect(201)
}

pub(crate) async fn check(service: &Service, number: &Value) -> Value {
    let path = format!("{API}/certificates/{}", number.as_str().unwrap());
    service.stage.host.anonymous().get(&path).await.expect(200)
}

/// A public page as text.
async fn text(service: &Service, path: &str) -> String {
    let anonymous = service.stage.host.anonymous();
    let request = anonymous.request(reqwest::Method::GET, &format!("{API}/{path}"));
    let response = request.send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    response.text().await.unwrap()
}

/// Lets the week of the announcement pass and the job run; tells how many were issued.
pub(crate) async fn week(service: &Service) -> u64 {
    service.clock.advance(Duration::from_hours(7 * 24));
    service.run("issue_certificates").await
}

/// Revokes a certificate: those who run the place, once, and its holder hears of it.
async fn revoke(service: &Service, volunteer: &Caller, certificate: &Value) {
    let path = format!(
        "{API}/certificates/{}/revoke",
        certificate["id"].as_str().unwrap()
    );
    let why = json!({"reason": "信息有误"});
    volunteer.post(&path, &why).await.expect(403);
    service.staff.post(&path, &json!({})).await.expect(422);
    let corrected = json!({"reason": "信息有误", "code": "corrected"});
    service.staff.post(&path, &corrected).await.expect(422);
    service.staff.post(&path, &why).await.expect(200);
    let id = certificate["id"].as_str().unwrap();
    assert_eq!(service.stage.heard_of(id, 1).await, ["revoked"]);
    service.staff.post(&path, &why).await.expect(409);
}

#[tokio::test]
async fn a_certificate_is_checked_by_anyone_corrected_and_revoked() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let id = served(&service, &volunteer).await;
    let path = format!("{API}/volunteers/{id}/certificates");
    let days = november(&service);
    volunteer.post(&path, &days).await.expect(403);
    let with = |changes: Value| {
        let mut body = days.clone();
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    for wrong in [
        json!({"from": "2026-11-30", "until": "2026-11-01"}),
        json!({"office": ""}),
        json!({"person_in_charge": "nobody"}),
        json!({"contact": "x".repeat(61)}),
    ] {
        service.staff.post(&path, &with(wrong)).await.expect(422);
    }
    let own = with(json!({"person_in_charge": volunteer.account}));
    service.staff.post(&path, &own).await.expect(403);
    let nothing = with(json!({"from": "2026-10-01", "until": "2026-10-31"}));
    assert_eq!(
        problem(&service.staff.post(&path, &nothing).await.expect(409)),
        "nothing-to-certify"
    );
    let announced = service.staff.post(&path, &days).await.expect(201);
    let number = &announced["number"];
    assert_eq!(
        (&announced["minutes"], &announced["state"]),
        (&json!(120), &json!("announced"))
    );
    assert_eq!(check(&service, number).await["good"], json!(false));
    assert_eq!(service.run("issue_certificates").await, 0);
    assert_eq!(week(&service).await, 1);
    assert_eq!(service.run("issue_certificates").await, 0);
    let first = announced["id"].as_str().unwrap();
    assert_eq!(service.stage.heard_of(first, 1).await, ["issued"]);
    let known = check(&service, number).await;
    assert_eq!(
        (&known["good"], &known["certificate"]["minutes"]),
        (&json!(true), &json!(120))
    );
    for secret in [
        "acc_",
        "vol_",
        announced["volunteer_number"].as_str().unwrap(),
    ] {
        assert!(!known.to_string().contains(secret), "{known}");
    }
    assert_eq!(
        check(&service, &json!("00000000000000000000")).await,
        json!({"good": false})
    );

    let corrected = with(json!({
        "corrects": {"certificate_id": announced["id"], "reason": "时长更正"},
    }));
    let second = service.staff.post(&path, &corrected).await.expect(201);
    let old = check(&service, number).await;
    assert_eq!(
        (&old["good"], &old["certificate"]["replaced_by"]),
        (&json!(false), &second["number"])
    );
    assert_eq!(
        problem(&service.staff.post(&path, &corrected).await.expect(409)),
        "certificate-ended"
    );
    revoke(&service, &volunteer, &second).await;
    assert_eq!(
        service.stage.heard_of(first, 2).await,
        ["issued", "revoked"]
    );
    // what was revoked while it was announced is never issued
    assert_eq!(week(&service).await, 0);
    assert_eq!(
        check(&service, &second["number"]).await["good"],
        json!(false)
    );
    let mine = volunteer
        .get(&format!("{API}/me/certificates"))
        .await
        .expect(200);
    assert_eq!(
        crate::ids(&mine),
        [
            second["id"].as_str().unwrap(),
            announced["id"].as_str().unwrap()
        ]
    );
    ends_by_itself(&service, &path, &days).await;
    service.stage.host.stop().await;
}

/// A certificate that is good is so for a year.
async fn ends_by_itself(service: &Service, path: &str, days: &Value) {
    let issued = service.staff.post(path, days).await.expect(201);
    assert_eq!(week(service).await, 1);
    let good = async || check(service, &issued["number"]).await["good"].clone();
    assert_eq!(good().await, json!(true));
    service.clock.advance(Duration::from_hours(24 * 365));
    assert_eq!(good().await, json!(false));
}

#[tokio::test]
async fn what_somebody_objects_to_waits_until_it_is_decided() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let id = served(&service, &volunteer).await;
    let announced = announce(&service, &id).await;
    let neighbour = service.caller(&[(Role::Resident, crate::COMPOUND)]);
    let notices = format!("{API}/certificates?org_path={}", crate::COMPOUND);
    let shown = neighbour.get(&notices).await.expect(200);
    assert_eq!(crate::ids(&shown), [announced["id"].as_str().unwrap()]);
    for secret in ["acc_", "vol_", announced["number"].as_str().unwrap()] {
        assert!(!shown.to_string().contains(secret), "{shown}");
    }
    let elsewhere = format!("{API}/certificates?org_path={}", crate::OTHER_COMPOUND);
    let elsewhere = neighbour.get(&elsewhere).await.expect(200);
    assert!(crate::ids(&elsewhere).is_empty());

    let object = format!(
        "{API}/certificates/{}/objections",
        announced["id"].as_str().unwrap()
    );
    let dismiss = format!("{object}/dismiss");
    let why = json!({"reason": "当天下雨，活动提前结束"});
    neighbour
        .post(&object, &json!({"reason": ""}))
        .await
        .expect(422);
    assert_eq!(
        problem(&volunteer.post(&object, &why).await.expect(403)),
        "own-certificate"
    );
    service.staff.post(&dismiss, &why).await.expect(409);
    neighbour.post(&object, &why).await.expect(204);
    neighbour.post(&object, &why).await.expect(204);
    assert_eq!(week(&service).await, 0);
    neighbour.post(&dismiss, &why).await.expect(403);
    let strangers = service.caller(&[(Role::CompoundDispatcher, crate::OTHER_COMPOUND)]);
    strangers.post(&dismiss, &why).await.expect(404);
    let goes_on = service.staff.post(&dismiss, &why).await.expect(200);
    assert_eq!(goes_on["state"], json!("announced"));
    neighbour.post(&object, &why).await.expect(409);
    assert_eq!(service.run("issue_certificates").await, 1);
    let shown = neighbour.get(&notices).await.expect(200);
    assert!(crate::ids(&shown).is_empty());
    service.stage.host.stop().await;
}

/// Posts with headers: a key, or the version that was seen.
async fn post_with(
    caller: &Caller,
    path: &str,
    body: &Value,
    (header, value): (&str, &str),
) -> testkit::Reply {
    let request = caller.request(reqwest::Method::POST, path).json(body);
    caller.send(request.header(header, value)).await
}

#[tokio::test]
async fn objections_are_read_before_they_are_decided() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let id = served(&service, &volunteer).await;
    let announced = announce(&service, &id).await;
    let certificate = announced["id"].as_str().unwrap();
    let object = format!("{API}/certificates/{certificate}/objections");
    let neighbour = service.caller(&[(Role::Resident, crate::COMPOUND)]);
    let why = json!({"reason": "当天下雨，活动提前结束"});
    for _ in 0..2 {
        post_with(&neighbour, &object, &why, ("idempotency-key", "o-1"))
            .await
            .expect(204);
    }
    // said already, and not answered yet
    neighbour.post(&object, &why).await.expect(204);

    neighbour.get(&object).await.expect(403);
    let elsewhere = service.caller(&[(Role::CompoundDispatcher, crate::OTHER_COMPOUND)]);
    elsewhere.get(&object).await.expect(404);
    let unknown = format!("{API}/certificates/crt_01jcgb2r00e8arc5tmvkbzqy7x/objections");
    service.staff.get(&unknown).await.expect(404);
    let shown = service.staff.get(&object).await;
    let seen = shown.headers["etag"].to_str().unwrap().to_owned();
    let shown = shown.expect(200);
    assert_eq!(shown["items"].as_array().unwrap().len(), 1, "{shown}");
    assert_eq!(shown["items"][0]["reason"], why["reason"]);
    assert_eq!(shown["items"][0]["answer"], Value::Null);
    assert!(!shown.to_string().contains("acc_"), "{shown}");

    let other = service.caller(&[(Role::Resident, crate::COMPOUND)]);
    other.post(&object, &why).await.expect(204);
    let revoke = format!("{API}/certificates/{certificate}/revoke");
    let dismiss = format!("{object}/dismiss");
    let answer = json!({"reason": "签退记录已核实"});
    for decide in [&dismiss, &revoke] {
        let stale = post_with(&service.staff, decide, &answer, ("if-match", &seen)).await;
        assert_eq!(problem(&stale.expect(412)), "version-changed");
    }
    let shown = service.staff.get(&object).await;
    let seen = shown.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(shown.expect(200)["items"].as_array().unwrap().len(), 2);
    let goes_on = post_with(&service.staff, &dismiss, &answer, ("if-match", &seen)).await;
    assert_eq!(goes_on.expect(200)["state"], json!("announced"));
    let shown = service.staff.get(&object).await.expect(200);
    assert_eq!(shown["items"][1]["answer"], answer["reason"]);
    // the same key is the same answer, whatever came after
    neighbour.post(&object, &why).await.expect(204);
    for decide in [&dismiss, &revoke] {
        let key = ("idempotency-key", "d-1");
        let first = post_with(&service.staff, decide, &answer, key).await;
        let first = first.expect(200);
        let again = post_with(&service.staff, decide, &answer, key).await;
        assert_eq!(again.expect(200), first);
    }
    service.stage.host.stop().await;
}

#[tokio::test]
async fn a_certificate_of_another_place_is_not_ended_by_a_correction() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let id = served(&service, &volunteer).await;
    let path = format!("{API}/volunteers/{id}/certificates");
    let days = november(&service);
    let issued = service.staff.post(&path, &days).await.expect(201);
    assert_eq!(week(&service).await, 1);
    let home = json!({"home": crate::OTHER_COMPOUND});
    let request = volunteer.request(reqwest::Method::PUT, &format!("{API}/me"));
    volunteer.send(request.json(&home)).await.expect(200);
    let elsewhere = service.caller(&[(Role::CompoundDispatcher, crate::OTHER_COMPOUND)]);
    let mut corrected = days.clone();
    corrected["corrects"] = json!({"certificate_id": issued["id"], "reason": "时长更正"});
    elsewhere.post(&path, &corrected).await.expect(404);
    assert_eq!(
        check(&service, &issued["number"]).await["good"],
        json!(true)
    );
    // its own it may issue, and whoever runs both places corrects
    elsewhere.post(&path, &days).await.expect(201);
    let community = "/420105000000/420105011000/420105011010/";
    let above = service.caller(&[(Role::CommunityDispatcher, community)]);
    above.post(&path, &corrected).await.expect(201);
    assert_eq!(
        check(&service, &issued["number"]).await["good"],
        json!(false)
    );
    service.stage.host.stop().await;
}

#[tokio::test]
async fn one_that_does_not_read_keeps_no_other_waiting() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let id = served(&service, &volunteer).await;
    let announced = [announce(&service, &id).await, announce(&service, &id).await];
    let number = announced[0]["number"].as_str().unwrap();
    let broken =
        format!("UPDATE certificate SET facts = '[]', due_at = 1 WHERE number = '{number}'");
    let broken = &broken;
    let db = &service.stage.host.deps("volunteering").db;
    let done = db.write("test.break", |tx| async move {
        tx.execute_unprepared(broken).await?;
        Ok::<_, store::StoreError>(())
    });
    done.await.unwrap();
    assert_eq!(week(&service).await, 1);
    let second = check(&service, &announced[1]["number"]).await;
    assert_eq!(second["good"], json!(true));
    service.stage.host.stop().await;
}

#[tokio::test]
async fn the_page_is_signed_so_that_others_verify_it() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let id = served(&service, &volunteer).await;
    let announced = announce(&service, &id).await;
    let number = announced["number"].as_str().unwrap();
    let document = format!("{API}/certificates/{number}/document");
    assert_eq!(
        problem(&volunteer.get(&document).await.expect(409)),
        "no-document"
    );
    let signature = format!("{API}/certificates/{number}/signature");
    let anonymous = service.stage.host.anonymous();
    assert_eq!(anonymous.get(&signature).await.expect(200), json!({}));
    assert!(
        text(&service, &format!("certificates/{number}/page"))
            .await
            .contains("尚在公示")
    );
    week(&service).await;

    let neighbour = service.caller(&[(Role::Resident, crate::COMPOUND)]);
    neighbour.get(&document).await.expect(404);
    let request = volunteer.request(reqwest::Method::GET, &document);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    let pdf = answer.bytes().await.unwrap().to_vec();
    let signed = anonymous.get(&signature).await.expect(200);
    let keys = anonymous
        .get(&format!("{API}/certificates/keys"))
        .await
        .expect(200);
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
    assert!(keys["keys"][0].get("d").is_none());
    let payload = signed["jws"].as_str().unwrap().split('.').nth(1).unwrap();
    let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    assert_eq!(
        (&payload["number"], &payload["minutes"], &payload["sha256"]),
        (&announced["number"], &json!(120), &signed["sha256"])
    );
    for secret in [
        "acc_",
        "vol_",
        announced["volunteer_number"].as_str().unwrap(),
    ] {
        assert!(!payload.to_string().contains(secret), "{payload}");
    }
    // the key of documents opens nothing: no service trusts what it signed as a token
    let forged = service.stage.host.caller_with(
        volunteer.account,
        signed["jws"].as_str().unwrap().to_owned(),
    );
    forged.get(&format!("{API}/me")).await.expect(401);

    let page = text(&service, &format!("certificates/{number}/page")).await;
    assert!(page.contains("有效") && page.contains(number), "{page}");
    for secret in [
        "acc_",
        "vol_",
        announced["volunteer_number"].as_str().unwrap(),
    ] {
        assert!(!page.contains(secret), "{page}");
    }
    let unknown = text(&service, "certificates/%3Cscript%3E/page").await;
    assert!(unknown.contains("没有此证明") && !unknown.contains("script"));

    let question = json!({
        "pdf": URL_SAFE_NO_PAD.encode(&pdf), "jws": signed["jws"], "keys": keys,
    });
    match std::env::var("LINLI_TEST_PDF") {
        Ok(python) => {
            let read = ask(&python, READER, &question);
            let address = format!("/api/volunteering/v1/certificates/{number}/page");
            assert_eq!(
                (&read["pages"], &read["codes"]),
                (&json!(1), &json!([address]))
            );
            let shown = read["text"].as_str().unwrap();
            for text in [
                number,
                "志愿服务记录证明",
                "清洁家园",
                "2:00 h",
                "知音东苑社区",
            ] {
                assert!(shown.contains(text), "{text} in {shown}");
            }
        }
        Err(_) => eprintln!("LINLI_TEST_PDF is not set: readers of PDF are not asked"),
    }
    match std::env::var("LINLI_TEST_PYTHON") {
        Ok(python) => {
            let answer = ask(&python, VERIFIER, &question);
            assert_eq!(answer["verified"], json!(true), "{answer}");
            assert_eq!(answer["changed_page_verified"], json!(false), "{answer}");
            assert_eq!(answer["changed_facts_verified"], json!(false), "{answer}");
        }
        Err(_) => eprintln!("LINLI_TEST_PYTHON is not set: others are not asked"),
    }
    service.stage.host.stop().await;
}

fn ask(python: &str, script: &str, question: &Value) -> Value {
    let mut child = Command::new(python)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut into = child.stdin.take().unwrap();
    into.write_all(question.to_string().as_bytes()).unwrap();
    drop(into);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}
