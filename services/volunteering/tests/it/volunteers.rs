use kernel::Role;
use serde_json::{Value, json};
use testkit::Caller;

use crate::stage::Stage;
use crate::{COMPOUND, OTHER_COMPOUND, ids, problem};

const VOLUNTEERS: &str = "/api/volunteering/v1/volunteers";
const ME: &str = "/api/volunteering/v1/me";
const COMMUNITY: &str = "/420105000000/420105011000/420105011010/";

fn described(home: &str) -> Value {
    json!({
        "home": home, "languages": ["zh-CN", "wuu"], "weekly_hours": 6, "kinds": ["patrol"],
        "windows": [{"weekday": "fri", "from": "18:00", "until": "21:00"}],
    })
}

async fn put(caller: &Caller, path: &str, body: &Value) -> testkit::Reply {
    let request = caller.request(reqwest::Method::PUT, path);
    caller.send(request.json(body)).await
}

fn listing(place: &str, state: &str) -> String {
    format!("{VOLUNTEERS}?org_path={place}&state={state}")
}

#[tokio::test]
async fn a_volunteer_registers_once_and_is_certified_by_the_home_community() {
    let stage = Stage::start().await;
    let volunteer = stage.host.caller(&[(Role::Resident, COMPOUND)]);
    let staff = stage.host.caller(&[(Role::CommunityDispatcher, COMMUNITY)]);
    let elsewhere = stage
        .host
        .caller(&[(Role::CommunityDispatcher, "/420106000000/")]);
    assert_eq!(
        problem(&volunteer.get(ME).await.expect(404)),
        "not-a-volunteer"
    );
    let made = volunteer
        .post(VOLUNTEERS, &described(COMPOUND))
        .await
        .expect(201);
    assert_eq!(made["number"], "42010500000001");
    assert_eq!(made["state"], "registered");
    assert_eq!(made["windows"], described(COMPOUND)["windows"]);
    let again = volunteer.post(VOLUNTEERS, &described(COMPOUND)).await;
    assert_eq!(problem(&again.expect(409)), "volunteer-registered");
    let second = stage.host.caller(&[]);
    let second = second
        .post(VOLUNTEERS, &described(COMPOUND))
        .await
        .expect(201);
    assert_eq!(second["number"], "42010500000002");

    let id = made["id"].as_str().unwrap();
    let waiting = staff
        .get(&listing(COMMUNITY, "registered"))
        .await
        .expect(200);
    assert_eq!(ids(&waiting), [second["id"].as_str().unwrap(), id]);
    let page = format!("{}&limit=1", listing(COMMUNITY, "registered"));
    let first = staff.get(&page).await.expect(200);
    let next = format!("{page}&cursor={}", first["next"].as_str().unwrap());
    assert_eq!(ids(&staff.get(&next).await.expect(200)), [id]);
    elsewhere
        .get(&listing(COMMUNITY, "registered"))
        .await
        .expect(403);
    volunteer
        .get(&listing(COMMUNITY, "registered"))
        .await
        .expect(403);

    let steps = format!("{VOLUNTEERS}/{id}/steps");
    let confirm = json!({"step": "confirm"});
    elsewhere.post(&steps, &confirm).await.expect(404);
    volunteer.post(&steps, &confirm).await.expect(403);
    let outdated = staff
        .request(reqwest::Method::POST, &steps)
        .header("If-Match", "\"9\"");
    staff.send(outdated.json(&confirm)).await.expect(412);
    let certified = staff.post(&steps, &confirm).await.expect(200);
    assert_eq!(certified["state"], "certified");
    assert_eq!(
        ids(&staff
            .get(&listing(COMMUNITY, "certified"))
            .await
            .expect(200)),
        [id]
    );
    staff
        .post(&steps, &json!({"step": "resume"}))
        .await
        .expect(409);
    elsewhere
        .get(&format!("{VOLUNTEERS}/{id}"))
        .await
        .expect(404);
    assert_eq!(stage.heard_of(id, 2).await, ["changed", "changed"]);

    // whoever moves is confirmed anew
    let moved = put(&volunteer, ME, &described(OTHER_COMPOUND))
        .await
        .expect(200);
    assert_eq!(moved["state"], "registered");
    assert_eq!(
        ids(&staff
            .get(&listing(OTHER_COMPOUND, "registered"))
            .await
            .expect(200)),
        [id]
    );
    assert_eq!(
        ids(&staff
            .get(&listing(COMMUNITY, "certified"))
            .await
            .expect(200)),
        [""; 0]
    );
    stage.host.stop().await;
}

#[tokio::test]
async fn proofs_are_confirmed_by_others_and_hold_no_whole_number() {
    let stage = Stage::start().await;
    let volunteer = stage.host.caller(&[(Role::Volunteer, COMPOUND)]);
    let staff = stage.host.caller(&[(Role::CompoundDispatcher, COMPOUND)]);
    let proofs = format!("{ME}/proofs");
    let proof = json!({
        "kind": "skill", "skill": "first_aid", "paper": "急救员证", "tail": "3X21",
        "valid_from": "2026-01-01", "valid_until": "2028-12-31",
    });
    volunteer.post(&proofs, &proof).await.expect(404);
    let made = volunteer
        .post(VOLUNTEERS, &described(COMPOUND))
        .await
        .expect(201);
    let id = made["id"].as_str().unwrap();
    let with = |key: &str, value: Value| {
        let mut body = proof.clone();
        body[key] = value;
        body
    };
    for (key, value) in [
        ("tail", json!("12345")),
        ("tail", json!("")),
        ("skill", json!("diving")),
        ("skill", Value::Null),
        ("kind", json!("insurance")),
        ("valid_until", json!("2025-12-31")),
        ("valid_from", json!("2026-02-30")),
        ("valid_from", json!("2026-01-01T00:00")),
        ("name", json!("x")),
    ] {
        volunteer.post(&proofs, &with(key, value)).await.expect(422);
    }
    let claimed = volunteer.post(&proofs, &proof).await.expect(200);
    assert_eq!(claimed["proofs"][0]["state"], "claimed");
    let steps = format!("{VOLUNTEERS}/{id}/proofs/steps");
    let confirm = json!({"number": 1, "step": "confirm"});
    let own = volunteer.post(&steps, &confirm).await.expect(403);
    assert_eq!(problem(&own), "own-confirmation");
    stage
        .host
        .caller(&[])
        .post(&steps, &confirm)
        .await
        .expect(404);
    let none = json!({"number": 2, "step": "confirm"});
    assert_eq!(
        problem(&staff.post(&steps, &none).await.expect(404)),
        "proof-not-found"
    );
    let confirmed = staff.post(&steps, &confirm).await.expect(200);
    assert_eq!(confirmed["proofs"][0]["state"], "confirmed");
    staff.post(&steps, &confirm).await.expect(409);
    let withdraw = json!({"number": 1, "step": "withdraw"});
    staff.post(&steps, &withdraw).await.expect(404);
    let left = volunteer.post(&steps, &withdraw).await.expect(200);
    assert_eq!(left["proofs"][0]["state"], "withdrawn");
    stage.host.stop().await;
}

#[tokio::test]
async fn the_rules_are_there_for_everyone_who_is_signed_in() {
    let stage = Stage::start().await;
    let path = "/api/volunteering/v1/rules";
    stage.host.anonymous().get(path).await.expect(401);
    let rules = stage.host.caller(&[]).get(path).await.expect(200);
    let kinds = rules["kinds"].as_array().unwrap();
    let rescue = kinds.iter().find(|kind| kind["name"] == "rescue").unwrap();
    assert_eq!(
        (&rescue["insurance"], &rescue["minors"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(rules["zone"], "Asia/Shanghai");
    stage.host.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_description_is_said() {
    let stage = Stage::start().await;
    let volunteer = stage.host.caller(&[]);
    for (key, value) in [
        ("home", json!("/")),
        ("home", json!("420105")),
        ("kinds", json!(["sleeping"])),
        ("weekly_hours", json!(0)),
        ("weekly_hours", json!(169)),
        ("languages", json!(["z"])),
        (
            "windows",
            json!([{"weekday": "fri", "from": "21:00", "until": "18:00"}]),
        ),
        (
            "windows",
            json!([{"weekday": "fri", "from": "18:00", "until": "24:00"}]),
        ),
        (
            "windows",
            json!(vec![
                json!({"weekday": "fri", "from": "18:00", "until": "19:00"});
                51
            ]),
        ),
        ("phone", json!("13900001234")),
    ] {
        let mut body = described(COMPOUND);
        body[key] = value;
        volunteer.post(VOLUNTEERS, &body).await.expect(422);
    }
    volunteer.get(ME).await.expect(404);
    stage
        .host
        .anonymous()
        .post(VOLUNTEERS, &described(COMPOUND))
        .await
        .expect(401);
    stage.host.stop().await;
}
