use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply, TestHost};

use crate::{ORGANISATIONS, hanyang, operator, organisation};

const BUILDINGS: &str = "/api/registry/v1/buildings";
const COMPOUND: &str = "420105011010.X01";

/// Somebody of the community, and two buildings in its compound.
async fn staff(host: &TestHost) -> Caller {
    for number in [1, 2] {
        let building = organisation(&format!("{COMPOUND}.B{number}"), "building", "楼栋");
        operator(host)
            .post(ORGANISATIONS, &building)
            .await
            .expect(201);
    }
    host.caller(&[(
        Role::CommunityDispatcher,
        "/420105000000/420105011000/420105011010/",
    )])
}

fn building(number: u32) -> Value {
    json!({"code": format!("{COMPOUND}.B{number}"), "units": 2, "floors": 6, "rooms_per_unit": 12})
}

fn shapes(buildings: &[Value]) -> Value {
    json!({"compound_code": COMPOUND, "buildings": buildings})
}

async fn put(caller: &Caller, path: &str, body: &Value) -> Reply {
    caller
        .send(caller.request(Method::PUT, path).json(body))
        .await
}

async fn households(caller: &Caller, number: u32, households: &Value) -> Reply {
    let path = format!("{BUILDINGS}/{COMPOUND}.B{number}/households");
    put(caller, &path, &json!({"households": households})).await
}

#[tokio::test]
async fn a_compound_is_counted_by_its_buildings_and_households() {
    let host = hanyang().await;
    let staff = staff(&host).await;
    households(&staff, 1, &json!([])).await.expect(404);
    let both = shapes(&[building(1), building(2)]);
    let total = put(&staff, BUILDINGS, &both).await.expect(200);
    assert_eq!(
        total,
        json!({"buildings": 2, "units": 4, "rooms": 48, "households": 0})
    );
    let known = json!([{"room": "1-101", "persons": 3}, {"room": "2-601"}]);
    let total = households(&staff, 1, &known).await.expect(200);
    assert_eq!(total["households"], 2);
    // again, in the place of what was there
    let total = households(&staff, 1, &json!([{"room": "1-102"}])).await;
    assert_eq!(total.expect(200)["households"], 1);
    let path = format!("{BUILDINGS}/{COMPOUND}.B1/households");
    let listed = staff.get(&path).await.expect(200);
    assert_eq!(listed["items"], json!([{"room": "1-102"}]));
    // who lives where is for staff; how many there are is for everybody
    let someone = host.caller(&[]);
    someone.get(&path).await.expect(403);
    let other = host.caller(&[(Role::CommunityDispatcher, "/420106000000/")]);
    other.get(&path).await.expect(403);
    let count = format!("{BUILDINGS}/count?compound_code={COMPOUND}");
    let count = someone.get(&count).await.expect(200);
    assert_eq!(
        count,
        json!({"buildings": 2, "units": 4, "rooms": 48, "households": 1})
    );
    let page = format!("{BUILDINGS}?compound_code={COMPOUND}&limit=1");
    let first = someone.get(&page).await.expect(200);
    assert_eq!(first["items"][0]["rooms"], 24);
    let next = first["next"].as_str().unwrap();
    let second = someone.get(&format!("{page}&cursor={next}")).await;
    assert_eq!(
        second.expect(200)["items"][0]["code"],
        format!("{COMPOUND}.B2")
    );
    host.stop().await;
}

#[tokio::test]
async fn counts_stay_right_when_many_set_them_at_once() {
    let host = hanyang().await;
    let staff = staff(&host).await;
    let both = shapes(&[building(1), building(2)]);
    put(&staff, BUILDINGS, &both).await.expect(200);
    let sets: Vec<(u32, Value)> = (1..=12)
        .map(|number| {
            let rooms: Vec<Value> = (0..number)
                .map(|room| json!({"room": format!("1-{room}")}))
                .collect();
            (number % 2 + 1, json!(rooms))
        })
        .collect();
    let asked = sets
        .iter()
        .map(|(number, rooms)| households(&staff, *number, rooms));
    for reply in futures_util::future::join_all(asked).await {
        reply.expect(200);
    }
    let page = format!("{BUILDINGS}?compound_code={COMPOUND}");
    let listed = staff.get(&page).await.expect(200);
    let of = |index: usize| listed["items"][index]["households"].as_u64().unwrap();
    let count = format!("{BUILDINGS}/count?compound_code={COMPOUND}");
    let count = staff.get(&count).await.expect(200);
    assert_eq!(count["households"], of(0) + of(1));
    host.stop().await;
}

#[tokio::test]
async fn wrong_buildings_and_households_are_refused() {
    let host = hanyang().await;
    let staff = staff(&host).await;
    let with = |field: &str, value: Value| {
        let mut body = building(1);
        body[field] = value;
        shapes(&[body])
    };
    for (body, pointer) in [
        (with("units", json!(0)), "/buildings/0/units"),
        (with("units", json!(100)), "/buildings/0/units"),
        (with("floors", json!(201)), "/buildings/0/floors"),
        (
            with("rooms_per_unit", json!(-1)),
            "/buildings/0/rooms_per_unit",
        ),
        (with("code", json!(COMPOUND)), "/buildings/0/code"),
        (
            with("code", json!("420105011010.X01.B9")),
            "/buildings/0/code",
        ),
        (with("owner", json!("x")), "/buildings/0/owner"),
        (shapes(&[building(1), building(1)]), "/buildings/1/code"),
        (shapes(&[]), "/buildings"),
        (
            json!({"compound_code": "420105011010", "buildings": [building(1)]}),
            "/compound_code",
        ),
    ] {
        let problem = put(&staff, BUILDINGS, &body).await.expect(422);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
    }
    put(&staff, BUILDINGS, &shapes(&[building(1)]))
        .await
        .expect(200);
    let known = json!([{"room": "1-101"}, {"room": "1-102"}, {"room": "2-101"}]);
    households(&staff, 1, &known).await.expect(200);
    let problem = put(&staff, BUILDINGS, &with("rooms_per_unit", json!(1)))
        .await
        .expect(422);
    assert_eq!(
        problem["errors"][0]["pointer"],
        "/buildings/0/rooms_per_unit"
    );
    for (known, pointer) in [
        (json!([{"room": "3-101"}]), "/households/0/room"),
        (
            json!([{"room": "1-101"}, {"room": "1-101"}]),
            "/households/1/room",
        ),
        (json!([{"room": "示例"}]), "/households/0/room"),
        (
            json!([{"room": "1-101", "persons": 51}]),
            "/households/0/persons",
        ),
        (
            json!([{"room": "1-101", "name": "示例"}]),
            "/households/0/name",
        ),
    ] {
        let problem = households(&staff, 1, &known).await.expect(422);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{known}");
    }
    let other = host.caller(&[(Role::CommunityDispatcher, "/420106000000/")]);
    put(&other, BUILDINGS, &shapes(&[building(1)]))
        .await
        .expect(403);
    host.stop().await;
}

#[tokio::test]
async fn buildings_and_households_are_set_over_the_version_that_was_seen() {
    let host = hanyang().await;
    let staff = staff(&host).await;
    let over = async |path: &str, seen: &str, body: &Value| {
        let request = staff.request(Method::PUT, path).json(body);
        staff.send(request.header("If-Match", seen)).await
    };
    let first = shapes(&[building(1)]);
    over(BUILDINGS, "\"1\"", &first).await.expect(412);
    put(&staff, BUILDINGS, &first).await.expect(200);
    let count = format!("{BUILDINGS}/count?compound_code={COMPOUND}");
    assert_eq!(staff.get(&count).await.headers["etag"], "\"1\"");
    // the same once more comes to the same, and was set all the same
    over(BUILDINGS, "\"1\"", &first).await.expect(200);
    over(BUILDINGS, "\"1\"", &first).await.expect(412);
    let path = format!("{BUILDINGS}/{COMPOUND}.B1/households");
    let shown = staff.get(&path).await;
    assert_eq!(shown.headers["etag"], "\"2\"");
    let rooms = json!({"households": [{"room": "1-101"}]});
    over(&path, "\"1\"", &rooms).await.expect(412);
    assert_eq!(staff.get(&path).await.expect(200)["items"], json!([]));
    over(&path, "\"2\"", &rooms).await.expect(200);
    assert_eq!(staff.get(&path).await.headers["etag"], "\"3\"");
    host.stop().await;
}
