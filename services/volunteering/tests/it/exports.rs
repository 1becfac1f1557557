//! Exports: tables of one's own and in the shape of the national system.

use kernel::Role;
use serde_json::{Value, json};
use testkit::Caller;

use crate::certificates::{announce, served};
use crate::service::{API, Service, activity, sign_up};
use crate::{COMPOUND, OTHER_COMPOUND, problem};

async fn file(caller: &Caller, id: &str) -> (String, Vec<u8>) {
    let path = format!("{API}/exports/{id}/file");
    let answer = caller
        .request(reqwest::Method::GET, &path)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let kind = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    (kind, answer.bytes().await.unwrap().to_vec())
}

/// Asks for an export, lets it be made, and reads it.
async fn export(service: &Service, body: &Value) -> (String, Vec<u8>) {
    let opened = service
        .staff
        .post(&format!("{API}/exports"), body)
        .await
        .expect(202);
    let id = opened["id"].as_str().unwrap();
    let path = format!("{API}/exports/{id}");
    testkit::eventually("the export is ready", async || {
        service.run("exports").await;
        let shown = service.staff.get(&path).await.expect(200);
        (shown["state"] == json!("ready")).then_some(())
    })
    .await;
    file(&service.staff, id).await
}

#[tokio::test]
async fn tables_hold_what_was_served_and_nobodys_name() {
    let service = Service::start().await;
    let mut body = activity();
    body["title"] = json!("=清洁,家园");
    let id = service.activity(&body).await;
    let shift = service.shift(&id, 48, 5).await;
    let volunteer = service.volunteer().await;
    sign_up(&volunteer, &shift).await.expect(201);
    service.attend(&shift, 48, &[&volunteer]).await;
    let correct = json!({"verdict": "correct", "minutes": 100, "reason": "提前离开"});
    let record = service.judge(&volunteer, &correct).await;
    let me = volunteer.get(&format!("{API}/me")).await.expect(200);
    let number = me["number"].as_str().unwrap();

    let wanted =
        |table: &str, format: &str| json!({"table": table, "format": format, "org_path": COMPOUND});
    let (kind, csv) = export(&service, &wanted("hours", "csv")).await;
    assert_eq!(kind, "text/csv; charset=utf-8");
    let csv = String::from_utf8(csv).unwrap();
    let line = format!(
        "{},{number},420105011010.X01,clean_up,清洁家园,\"'=清洁,家园\",2026-11-24T01:00:00Z,2026-11-24T03:00:00Z,100,corrected\r\n",
        record["id"].as_str().unwrap()
    );
    assert!(csv.starts_with("\u{feff}记录编号,志愿者编号,地点"), "{csv}");
    assert!(csv.ends_with(&line), "{csv} {line}");
    assert!(!csv.contains("acc_") && !csv.contains("vol_"), "{csv}");

    let (kind, text) = export(&service, &wanted("national_hours", "json")).await;
    assert_eq!(kind, "application/json");
    let rows: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(
        (
            &rows[0]["volunteerNo"],
            &rows[0]["serviceHours"],
            &rows[0]["projectName"]
        ),
        (&json!(number), &json!("1.66"), &json!("=清洁,家园"))
    );
    let (_, text) = export(&service, &wanted("national_volunteers", "json")).await;
    let rows: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(
        rows,
        json!([{
            "volunteerNo": number, "areaCode": "420105011010.X01", "registerDate": "2026-11-22",
            "volunteerState": "certified", "serviceHours": "1.66", "starLevel": "0",
        }])
    );
    let (_, csv) = export(&service, &wanted("sign_ups", "csv")).await;
    let csv = String::from_utf8(csv).unwrap();
    assert_eq!(csv.lines().count(), 2);
    assert!(csv.contains(",attended"), "{csv}");
    let (kind, book) = export(&service, &wanted("volunteers", "xlsx")).await;
    assert!(kind.contains("spreadsheetml") && book.starts_with(b"PK"));

    // other days, other places: the headers alone
    let mut other = wanted("hours", "csv");
    (other["from"], other["to"]) = (json!("2026-11-25"), json!("2026-11-30"));
    let (_, csv) = export(&service, &other).await;
    assert_eq!(String::from_utf8(csv).unwrap().lines().count(), 1);
    other["to"] = json!("2026-11-24");
    let exports = format!("{API}/exports");
    let refused = service.staff.post(&exports, &other).await.expect(422);
    assert_eq!(problem(&refused), "invalid-period");
    service.stage.host.stop().await;
}

#[tokio::test]
async fn an_export_is_its_callers_own_and_ends_when_it_is_cancelled() {
    let service = Service::start().await;
    let exports = format!("{API}/exports");
    let body = json!({"table": "volunteers", "org_path": COMPOUND});
    for (wrong, status) in [
        (json!({"table": "phones", "org_path": COMPOUND}), 422),
        (
            json!({"table": "volunteers", "org_path": OTHER_COMPOUND}),
            403,
        ),
        (json!({"table": "volunteers", "org_path": "/"}), 403),
        (
            json!({"table": "volunteers", "org_path": COMPOUND, "format": "pdf"}),
            422,
        ),
        (json!({"table": "volunteers"}), 422),
    ] {
        service.staff.post(&exports, &wrong).await.expect(status);
    }
    let opened = service.staff.post(&exports, &body).await.expect(202);
    let id = opened["id"].as_str().unwrap();
    let colleague = service.caller(&[(Role::CompoundDispatcher, COMPOUND)]);
    for (path, post) in [("", false), ("/file", false), ("/cancel", true)] {
        let path = format!("{exports}/{id}{path}");
        if post {
            colleague.post(&path, &Value::Null).await.expect(404);
        } else {
            colleague.get(&path).await.expect(404);
        }
    }
    let neighbour = service.caller(&[(Role::Resident, COMPOUND)]);
    neighbour.post(&exports, &body).await.expect(403);
    let cancel = format!("{exports}/{id}/cancel");
    testkit::eventually("it is cancelled", async || {
        let reply = service.staff.post(&cancel, &Value::Null).await;
        (reply.status == 200).then_some(())
    })
    .await;
    service.staff.post(&cancel, &Value::Null).await.expect(200);
    service
        .staff
        .get(&format!("{exports}/{id}/file"))
        .await
        .expect(409);
    let mine = service.staff.get(&exports).await.expect(200);
    assert_eq!(mine["items"][0]["state"], json!("cancelled"));
    service
        .clock
        .advance(std::time::Duration::from_hours(8 * 24));
    testkit::eventually("it is forgotten", async || {
        service.run("old_exports").await;
        let mine = service.staff.get(&exports).await.expect(200);
        crate::ids(&mine).is_empty().then_some(())
    })
    .await;
    service.stage.host.stop().await;
}

/// The rows of a table as JSON.
async fn rows(service: &Service, table: &str) -> Vec<Value> {
    let body = json!({"table": table, "format": "json", "org_path": COMPOUND});
    let (_, text) = export(service, &body).await;
    serde_json::from_slice(&text).unwrap()
}

#[tokio::test]
async fn what_is_on_record_is_exported_in_the_groups_of_the_national_system() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let id = served(&service, &volunteer).await;
    let me = volunteer.get(&format!("{API}/me")).await.expect(200);
    let number = &me["number"];
    let entries = format!("{API}/volunteers/{id}/record-entries");
    let training = json!({
        "kind": "training", "title": "急救员培训", "from": "2026-11-07", "minutes": 90, "level": "初级",
    });
    let award =
        json!({"kind": "award", "title": "优秀志愿者", "from": "2026-10-20", "level": "街道级"});
    for entry in [&training, &award] {
        service.staff.post(&entries, entry).await.expect(201);
    }
    let mine = volunteer.get(&format!("{API}/hours")).await.expect(200);
    let record = &mine["items"][0]["id"];
    let ratings = format!("{API}/hours/{}/ratings", record.as_str().unwrap());
    for score in [3, 5] {
        let rated = service.staff.post(&ratings, &json!({"score": score})).await;
        rated.expect(204);
    }
    let certificate = announce(&service, &id).await;
    let team = json!({"org_path": COMPOUND, "kind": "unit", "name": "联防队"});
    let team = service.staff.post(&format!("{API}/teams"), &team).await;
    let team = team.expect(201);

    let found = rows(&service, "national_training").await;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0]["volunteerNo"], &found[0]["trainingName"]),
        (number, &json!("急救员培训"))
    );
    assert_eq!(
        (&found[0]["endDate"], &found[0]["trainingHours"]),
        (&json!("2026-11-07"), &json!("1.50"))
    );
    let found = rows(&service, "national_awards").await;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0]["honorName"], &found[0]["honorLevel"]),
        (&json!("优秀志愿者"), &json!("街道级"))
    );
    // the latest score of each side alone
    let found = rows(&service, "ratings").await;
    assert_eq!(
        Value::from(found),
        json!([{
            "record": record, "volunteer_number": number, "place": "420105011010.X01",
            "kind_title": "清洁家园", "rated_by": "organiser", "score": "5", "rated_on": "2026-11-24",
        }])
    );
    let found = rows(&service, "certificates").await;
    assert_eq!(
        (
            &found[0]["certificate"],
            &found[0]["minutes"],
            &found[0]["state"]
        ),
        (&certificate["number"], &json!("120"), &json!("announced"))
    );
    let found = rows(&service, "national_teams").await;
    assert_eq!(
        (
            &found[0]["teamNo"],
            &found[0]["teamName"],
            &found[0]["memberCount"]
        ),
        (&team["id"], &json!("联防队"), &json!("0"))
    );
    let found = rows(&service, "activities").await;
    assert_eq!(
        (found.len(), &found[0]["title"], &found[0]["opened_on"]),
        (1, &json!("清洁家园"), &json!("2026-11-22"))
    );

    // other days, and nobody's account anywhere
    for (table, day) in [
        ("training", "2026-11-08"),
        ("awards", "2026-10-21"),
        ("ratings", "2026-11-25"),
        ("certificates", "2026-11-25"),
        ("activities", "2026-11-23"),
    ] {
        let mut body = json!({"table": table, "org_path": COMPOUND});
        let (_, all) = export(&service, &body).await;
        let all = String::from_utf8(all).unwrap();
        assert_eq!(all.lines().count(), 2, "{all}");
        assert!(!all.contains("acc_") && !all.contains("vol_"), "{all}");
        body["from"] = json!(day);
        let (_, later) = export(&service, &body).await;
        assert_eq!(String::from_utf8(later).unwrap().lines().count(), 1);
    }
    service.stage.host.stop().await;
}
