//! Units and teams that take turns: whom a shift is for, and where a team finds its own.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Caller;

use crate::service::{API, Service, activity, sign_up};
use crate::{COMPOUND, ids, problem};

/// A team of the compound with one member.
async fn team(service: &Service, name: &str, member: &Caller) -> String {
    let body = json!({"org_path": COMPOUND, "kind": "joint_defence", "name": name});
    let founded = service.staff.post(&format!("{API}/teams"), &body).await;
    let id = founded.expect(201)["id"].as_str().unwrap().to_owned();
    let members = format!("{API}/teams/{id}/members");
    member.post(&members, &Value::Null).await.expect(200);
    let confirm = json!({"account_id": member.account, "step": "confirm"});
    let steps = format!("{members}/steps");
    service.staff.post(&steps, &confirm).await.expect(200);
    id
}

/// Shifts of Fridays from 27 November on, by turns.
async fn duty(service: &Service, rotation: Value, turn: &str) -> Vec<String> {
    let mut body = activity();
    body["duty"] = json!({
        "weekdays": ["fri"], "from": "18:00", "until": "20:00", "since": "2026-11-27",
        "rotation": rotation, "turn": turn, "positions": [{"needed": 3}],
    });
    let id = service.activity(&body).await;
    service.run("make_shifts").await;
    let list = format!("{API}/activities/{id}/shifts");
    let shifts = service.staff.get(&list).await.expect(200);
    let found = ids(&shifts).into_iter().map(str::to_owned);
    let found: Vec<String> = found.collect();
    assert_eq!(found.len(), 4);
    found
}

#[tokio::test]
async fn a_team_finds_its_turns_and_has_them_for_itself_or_first() {
    let service = Service::start().await;
    let (one, two, other) = (
        service.volunteer().await,
        service.volunteer().await,
        service.volunteer().await,
    );
    let (first, second) = (
        team(&service, "一队", &one).await,
        team(&service, "二队", &two).await,
    );
    let rotation = json!([{"team": first}, {"team": second}]);
    let only = duty(&service, rotation.clone(), "only").await;
    sign_up(&one, &only[0]).await.expect(201);
    for caller in [&two, &other] {
        let refused = sign_up(caller, &only[0]).await.expect(409);
        assert_eq!(problem(&refused), "not-on-turn");
    }
    // the list of a team, page by page
    let list = format!("{API}/teams/{first}/shifts?limit=1");
    let page = other.get(&list).await.expect(200);
    assert_eq!(ids(&page), [&only[0]]);
    assert_eq!(page["items"][0]["on_duty"]["team"], json!(first));
    assert_eq!(page["items"][0]["positions"][0]["taken"], 1);
    let next = format!("{list}&cursor={}", page["next"].as_str().unwrap());
    let page = other.get(&next).await.expect(200);
    assert_eq!(ids(&page), [&only[2]]);
    assert_eq!(page["next"], Value::Null);
    let unknown = format!("{API}/teams/tem_00000000000000000000000000/shifts");
    other.get(&unknown).await.expect(404);
    other.get(&format!("{list}&from=soon")).await.expect(422);
    // and its calendar, though the activity is the organisation's
    let feed = json!({"team_id": first});
    let opened = one.post(&format!("{API}/calendar-feeds"), &feed).await;
    let path = opened.expect(201)["path"].as_str().unwrap().to_owned();
    let request = service.stage.host.anonymous();
    let request = request.request(reqwest::Method::GET, &path);
    let text = request.send().await.unwrap().text().await.unwrap();
    let text = text.replace("\r\n ", "");
    assert!(text.contains(&format!("UID:{}@linli", only[0])), "{text}");
    assert!(!text.contains(&format!("UID:{}@linli", only[1])), "{text}");
    // those whose turn it is come first; two days before it is open to all
    let fair = duty(&service, rotation, "first").await;
    sign_up(&two, &fair[1]).await.expect(201);
    let refused = sign_up(&other, &fair[1]).await.expect(409);
    assert_eq!(problem(&refused), "not-on-turn");
    assert!(refused["detail"].as_str().unwrap().contains("2026-12-02"));
    let wait = Duration::from_hours(24 * 10 + 8);
    service.clock.advance(wait);
    sign_up(&other, &fair[1]).await.expect(409);
    service.clock.advance(Duration::from_hours(1));
    sign_up(&other, &fair[1]).await.expect(201);
    service.stage.host.stop().await;
}

#[tokio::test]
async fn a_unit_whose_turn_it_is_is_the_home_of_those_who_come() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let elsewhere = "/420105000000/420105000000.A1/";
    let rotation = json!([{"unit": elsewhere}, {"unit": COMPOUND}]);
    let shifts = duty(&service, rotation.clone(), "only").await;
    let refused = sign_up(&volunteer, &shifts[0]).await.expect(409);
    assert_eq!(problem(&refused), "not-on-turn");
    sign_up(&volunteer, &shifts[1]).await.expect(201);
    let open = duty(&service, rotation, "open").await;
    sign_up(&volunteer, &open[0]).await.expect(201);
    let mut wrong = activity();
    wrong["duty"] = json!({
        "weekdays": ["fri"], "from": "18:00", "until": "20:00", "since": "2026-11-27",
        "turn": "closed", "positions": [{"needed": 3}],
    });
    let path = format!("{API}/activities");
    service.staff.post(&path, &wrong).await.expect(422);
    service.stage.host.stop().await;
}
