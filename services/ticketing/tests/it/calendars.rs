//! Calendars of working time: who may correct them, and what is refused.

use serde_json::{Value, json};

use crate::world::{AT_DISTRICT, World, pointer};

const OURS: &str = "/api/ticketing/v1/calendars/420105";

async fn put(caller: &testkit::Caller, path: &str, body: &Value) -> testkit::Reply {
    let request = caller.request(reqwest::Method::PUT, path).json(body);
    caller.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_district_goes_by_the_built_in_calendar_until_it_has_its_own() {
    let world = World::start().await;
    let shown = world.resident.get(OURS).await.expect(200);
    assert_eq!(
        (&shown["owner"], &shown["version"]),
        (&json!("built-in"), &json!(0))
    );
    let years = shown["calendar"]["years"].as_array().unwrap();
    assert_eq!(years.len(), 3);
    assert!(years[2]["notice"].as_str().unwrap().contains("2026"));

    let mut calendar = shown["calendar"].clone();
    calendar["blocks"] = json!(["09:00-12:00", "13:30-17:30"]);
    let body = json!({"calendar": calendar, "reason": "本区冬季作息"});
    let first = put(&world.operator, OURS, &body).await.expect(200);
    assert_eq!(
        (&first["owner"], &first["version"]),
        (&json!("420105"), &json!(1))
    );
    let second = put(&world.operator, OURS, &body).await.expect(200);
    assert_eq!(second["version"], 2);
    assert_eq!(world.resident.get(OURS).await.expect(200), second);

    // the city's stands behind that of a district
    let platform = world.host.caller(&[(kernel::Role::PlatformOperator, "/")]);
    put(&platform, "/api/ticketing/v1/calendars/city", &body)
        .await
        .expect(200);
    let other = world
        .resident
        .get("/api/ticketing/v1/calendars/420106")
        .await
        .expect(200);
    assert_eq!(other["owner"], "city");
    assert_eq!(
        world.resident.get(OURS).await.expect(200)["owner"],
        "420105"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_is_corrected_by_those_who_run_the_district_and_only_with_sense() {
    let world = World::start().await;
    let sound = world.resident.get(OURS).await.expect(200)["calendar"].clone();
    let body = json!({"calendar": sound, "reason": "x"});
    put(&world.resident, OURS, &body).await.expect(403);
    put(&world.dispatcher, OURS, &body).await.expect(403);
    put(&world.operator, "/api/ticketing/v1/calendars/420106", &body)
        .await
        .expect(403);
    put(&world.operator, "/api/ticketing/v1/calendars/city", &body)
        .await
        .expect(403);
    for district in ["42010", "4201055", "42010x", "nowhere"] {
        let path = format!("/api/ticketing/v1/calendars/{district}");
        put(&world.operator, &path, &body).await.expect(404);
        world.operator.get(&path).await.expect(404);
    }
    let operator = world
        .host
        .caller(&[(kernel::Role::DistrictOperator, AT_DISTRICT)]);
    let wrong = [
        ("zone", json!("Mars/Base"), "/calendar/zone"),
        ("blocks", json!([]), "/calendar/blocks"),
        ("blocks", json!(["12:00-08:00"]), "/calendar/blocks"),
        ("blocks", json!("08:00-12:00"), "/calendar/blocks"),
        ("workdays", json!(["someday"]), "/calendar/workdays"),
        (
            "years",
            json!([{"year": 2027, "notice": "x", "makeup": ["2026-01-01"]}]),
            "/calendar/years",
        ),
        (
            "years",
            json!([{"year": 2027, "notice": ""}]),
            "/calendar/years",
        ),
        ("colour", json!(1), "/calendar"),
    ];
    for (member, value, place) in wrong {
        let mut calendar = sound.clone();
        calendar[member] = value.clone();
        let refused = put(
            &operator,
            OURS,
            &json!({"calendar": calendar, "reason": "x"}),
        )
        .await
        .expect(422);
        assert!(
            pointer(&refused).starts_with(place),
            "{member}={value}: {refused:#}"
        );
    }
    let blank = put(&operator, OURS, &json!({"calendar": sound, "reason": ""}))
        .await
        .expect(422);
    assert_eq!(pointer(&blank), "/reason");
    assert_eq!(world.resident.get(OURS).await.expect(200)["version"], 0);
}
