//! What people take away: calendars.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use testkit::Caller;

use crate::service::{API, Service, activity, sign_up, step};

/// Reads a calendar with a library that is not ours.
const READER: &str = "
import sys, json, icalendar
calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
print(json.dumps([{
    'uid': str(event['UID']), 'title': str(event['SUMMARY']), 'status': str(event['STATUS']),
    'from': event.decoded('DTSTART').isoformat(), 'until': event.decoded('DTEND').isoformat(),
    'errors': [str(error) for error in event.errors],
} for event in calendar.walk('VEVENT')]))
";

fn read_by_python(python: &str, text: &str) -> Value {
    let mut child = Command::new(python)
        .args(["-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn calendar(service: &Service, path: &str, tag: Option<&str>) -> (u16, String, String) {
    let mut request = service
        .stage
        .host
        .anonymous()
        .request(reqwest::Method::GET, path);
    if let Some(tag) = tag {
        request = request.header("If-None-Match", tag);
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let tag = response.headers().get("etag");
    let tag = tag
        .map(|tag| tag.to_str().unwrap().to_owned())
        .unwrap_or_default();
    (status, tag, response.text().await.unwrap())
}

#[tokio::test]
async fn a_calendar_is_read_by_its_secret_until_it_is_revoked() {
    let service = Service::start().await;
    let mut body = activity();
    body["title"] = json!(format!("清洁家园；带手套, 水; {}", "墨".repeat(40)));
    let id = service.activity(&body).await;
    let shift = service.shift(&id, 48, 1).await;
    let (volunteer, other) = (service.volunteer().await, service.volunteer().await);
    let made = sign_up(&volunteer, &shift).await.expect(201);
    let opened = volunteer
        .post(&format!("{API}/calendar-feeds"), &json!({}))
        .await
        .expect(201);
    let path = opened["path"].as_str().unwrap();
    let (status, tag, text) = calendar(&service, path, None).await;
    assert_eq!(status, 200);
    let unfolded = text.replace("\r\n ", "");
    assert!(unfolded.contains("STATUS:CONFIRMED"), "{unfolded}");
    assert!(unfolded.contains("DTSTART:20261124T010000Z"), "{unfolded}");
    assert!(!text.contains("acc_"), "{text}");
    match std::env::var("LINLI_TEST_ICALENDAR") {
        Ok(python) => {
            let events = read_by_python(&python, &text);
            let uid = format!("{}@linli", made["id"].as_str().unwrap());
            let expected = json!([{
                "uid": uid, "title": body["title"], "status": "CONFIRMED", "errors": [],
                "from": "2026-11-24T01:00:00+00:00", "until": "2026-11-24T03:00:00+00:00",
            }]);
            assert_eq!(events, expected);
        }
        Err(_) => eprintln!("LINLI_TEST_ICALENDAR is not set: icalendar is not asked"),
    }
    assert_eq!(calendar(&service, path, Some(&tag)).await.0, 304);
    step(&volunteer, &made, "withdraw").await.expect(200);
    let (status, changed, text) = calendar(&service, path, Some(&tag)).await;
    assert_eq!(status, 200);
    assert_ne!(changed, tag);
    assert!(text.contains("STATUS:CANCELLED"), "{text}");
    let list = volunteer
        .get(&format!("{API}/calendar-feeds"))
        .await
        .expect(200);
    assert_eq!(
        (&list["items"][0]["id"], &list["items"][0]["path"]),
        (&opened["id"], &Value::Null)
    );
    let one = format!("{API}/calendar-feeds/{}", opened["id"].as_str().unwrap());
    let revoke = |caller: &Caller| caller.request(reqwest::Method::DELETE, &one);
    other.send(revoke(&other)).await.expect(404);
    volunteer.send(revoke(&volunteer)).await.expect(204);
    assert_eq!(calendar(&service, path, None).await.0, 404);
    volunteer.send(revoke(&volunteer)).await.expect(404);
    service.stage.host.stop().await;
}

#[tokio::test]
async fn a_team_has_a_calendar_for_its_members_alone() {
    let service = Service::start().await;
    let team = json!({"org_path": crate::COMPOUND, "kind": "unit", "name": "联防队"});
    let team = service
        .staff
        .post(&format!("{API}/teams"), &team)
        .await
        .expect(201);
    let team = team["id"].as_str().unwrap();
    let member = service.volunteer().await;
    let feeds = format!("{API}/calendar-feeds");
    member
        .post(&feeds, &json!({"team_id": team}))
        .await
        .expect(404);
    member
        .post(&format!("{API}/teams/{team}/members"), &Value::Null)
        .await
        .expect(200);
    let steps = format!("{API}/teams/{team}/members/steps");
    let confirm = json!({"account_id": member.account, "step": "confirm"});
    service.staff.post(&steps, &confirm).await.expect(200);
    let opened = member
        .post(&feeds, &json!({"team_id": team}))
        .await
        .expect(201);
    let path = opened["path"].as_str().unwrap();
    let mut body = activity();
    body["team_id"] = json!(team);
    let id = service.activity(&body).await;
    service.shift(&id, 48, 1).await;
    let (status, _, text) = calendar(&service, path, None).await;
    assert_eq!((status, text.matches("BEGIN:VEVENT").count()), (200, 1));
    let leave = json!({"account_id": member.account, "step": "leave"});
    member.post(&steps, &leave).await.expect(200);
    assert_eq!(calendar(&service, path, None).await.0, 404);
    for number in 0..20 {
        let expected = if number < 19 { 201 } else { 409 };
        member.post(&feeds, &json!({})).await.expect(expected);
    }
    service.stage.host.stop().await;
}
