use std::sync::Arc;
use std::time::Duration;

use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, FrozenClock, TestHost};

use crate::{ORGANISATIONS, act, codes, hanyang, operator, organisation, show};

const GRIDS: &str = "/api/registry/v1/grids";
const COMMUNITY: &str = "420105011010";

/// A block of the given size in degrees.
fn feature(code: &str, west: f64, south: f64, size: f64) -> Value {
    let (east, north) = (west + size, south + size);
    json!({
        "type": "Feature",
        "properties": {"code": code, "name": format!("{code}网格"), "households": 400, "party_members": 25, "duties": ["party", "police"]},
        "geometry": {"type": "Polygon", "coordinates": [[
            [west, south], [east, south], [east, north], [west, north], [west, south],
        ]]},
    })
}

async fn import(caller: &Caller, body: &Value) -> Value {
    caller
        .post(&format!("{GRIDS}/imports"), body)
        .await
        .expect(200)
}

async fn locate(caller: &Caller, lon: f64, lat: f64) -> Value {
    let path = format!("/api/registry/v1/locate?lon={lon}&lat={lat}");
    caller.get(&path).await.body
}

/// Two grids side by side, by our code and by the national one.
fn two() -> Value {
    json!({"features": [
        feature("420105011010.G001", 114.20, 30.55, 0.01),
        feature("420105011010002", 114.21, 30.55, 0.01),
    ]})
}

#[tokio::test]
async fn imported_grids_are_nodes_of_the_tree_and_are_found_by_a_point() {
    let host = hanyang().await;
    let operator = operator(&host);
    let anyone = host.caller(&[]);
    let mut dry = two();
    dry["dry_run"] = json!(true);
    assert_eq!(import(&operator, &dry).await["created"], 2);
    assert_eq!(locate(&anyone, 114.205, 30.555).await["status"], 404);

    let done = import(&operator, &two()).await;
    assert_eq!(
        (&done["created"], &done["overlaps"], &done["gaps"]),
        (&json!(2), &json!([]), &json!([]))
    );
    assert_eq!(done["rows"][1]["code"], "420105011010.G002");
    let found = locate(&anyone, 114.215, 30.555).await;
    assert_eq!(found["code"], "420105011010.G002");
    assert_eq!(
        found["path"],
        "/420105000000/420105011000/420105011010/420105011010.G002/"
    );
    // the same point as a Chinese map shows it
    let shifted = "/api/registry/v1/locate?lon=114.2204&lat=30.5527&crs=gcj02";
    assert_eq!(
        anyone.get(shifted).await.expect(200)["code"],
        "420105011010.G002"
    );
    let node = show(&anyone, "420105011010.G001").await;
    assert_eq!(node["kind"], "grid");
    let grid = anyone
        .get(&format!("{GRIDS}/420105011010.G001"))
        .await
        .expect(200);
    assert_eq!(grid["national_code"], "420105011010001");
    assert_eq!(grid["rings"][0].as_array().unwrap().len(), 5);
    assert_eq!(
        (&grid["duties"], &grid["warnings"]),
        (&json!(["party", "police"]), &json!([]))
    );

    let again = import(&operator, &two()).await;
    assert_eq!(
        (&again["unchanged"], &again["created"]),
        (&json!(2), &json!(0))
    );
    let mut larger = two();
    larger["features"][0]["properties"]["households"] = json!(801);
    larger["features"][1]["properties"]["name"] = json!("第二网格");
    let changed = import(&operator, &larger).await;
    assert_eq!(changed["changed"], 2);
    assert_eq!(changed["rows"][0]["warnings"].as_array().unwrap().len(), 1);
    assert_eq!(locate(&anyone, 114.215, 30.555).await["name"], "第二网格");
    let page = anyone
        .get(&format!("{GRIDS}?community_code={COMMUNITY}&limit=1"))
        .await
        .expect(200);
    assert_eq!(codes(&page), ["420105011010.G001"]);
    let next = page["next"].as_str().unwrap();
    let rest = format!("{GRIDS}?community_code={COMMUNITY}&limit=1&cursor={next}");
    assert_eq!(
        codes(&anyone.get(&rest).await.expect(200)),
        ["420105011010.G002"]
    );
    host.stop().await;
}

#[tokio::test]
async fn a_bad_feature_stops_nothing_and_says_what_is_wrong() {
    let host = hanyang().await;
    let operator = operator(&host);
    let mut bow = feature("420105011010.G003", 114.20, 30.55, 0.01);
    bow["geometry"]["coordinates"][0]
        .as_array_mut()
        .unwrap()
        .swap(1, 2);
    let body = json!({"features": [
        feature("420105011010.G001", 114.20, 30.55, 0.01),
        feature("420105011010.G001", 114.20, 30.55, 0.01),
        bow,
        feature("420105011000.G001", 114.20, 30.55, 0.01),
        feature("420105011777.G001", 114.20, 30.55, 0.01),
        feature("420105011010.X01", 114.20, 30.55, 0.01),
        feature("420105011010", 114.20, 30.55, 0.01),
        {"type": "Feature"},
        7,
    ]});
    let done = import(&operator, &body).await;
    let outcomes: Vec<_> = done["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(
        outcomes,
        [
            "created", "refused", "refused", "refused", "refused", "refused", "refused", "refused",
            "refused"
        ]
    );
    assert!(
        done["rows"][2]["reason"]
            .as_str()
            .unwrap()
            .contains("自相交")
    );
    assert!(done["rows"][3]["reason"].as_str().unwrap().contains("社区"));
    let other = host.caller(&[(Role::DistrictOperator, "/420106000000/")]);
    let refused = import(&other, &two()).await;
    assert_eq!(refused["refused"], 2);
    for (body, pointer) in [
        (json!({"features": vec![json!(1); 501]}), "/features"),
        (json!({"features": {}}), "/features"),
        (json!({"features": [], "crs": "bd09"}), "/crs"),
        (json!({"features": [], "colour": 1}), "/colour"),
    ] {
        let problem = operator
            .post(&format!("{GRIDS}/imports"), &body)
            .await
            .expect(422);
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
    host.stop().await;
}

#[tokio::test]
async fn overlaps_and_gaps_of_a_community_are_told() {
    let host = hanyang().await;
    let operator = operator(&host);
    let mut ring = Vec::new();
    for column in 0..3_u8 {
        for row in 0..3_u8 {
            if (column, row) != (1, 1) {
                let place = |step: u8| f64::from(step) * 0.01;
                let code = format!("420105011010.G{column}{row}");
                ring.push(feature(
                    &code,
                    114.2 + place(column),
                    30.5 + place(row),
                    0.01,
                ));
            }
        }
    }
    let done = import(&operator, &json!({"features": ring})).await;
    assert_eq!(
        (&done["created"], &done["overlaps"]),
        (&json!(8), &json!([]))
    );
    assert_eq!(done["gaps"][0]["community_code"], COMMUNITY);
    assert_eq!(done["gaps"].as_array().unwrap().len(), 1);
    // a ninth one fills the gap, too widely
    let ninth =
        json!({"dry_run": true, "features": [feature("420105011010.G11", 114.21, 30.51, 0.0125)]});
    let done = import(&operator, &ninth).await;
    assert_eq!(done["gaps"], json!([]));
    let mut others: Vec<_> = done["overlaps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|overlap| overlap["other"].as_str().unwrap())
        .collect();
    others.sort_unstable();
    assert_eq!(
        others,
        ["420105011010.G12", "420105011010.G21", "420105011010.G22"]
    );
    host.stop().await;
}

#[tokio::test]
async fn grids_without_a_party_organisation_are_listed() {
    let host = hanyang().await;
    let operator = operator(&host);
    import(&operator, &two()).await;
    let gaps = format!("{GRIDS}/party-gaps?below=420105000000");
    let page = operator.get(&format!("{gaps}&limit=1")).await.expect(200);
    assert_eq!(codes(&page), ["420105011010.G001"]);
    let next = page["next"].as_str().unwrap();
    let page = operator
        .get(&format!("{gaps}&cursor={next}"))
        .await
        .expect(200);
    assert_eq!(codes(&page), ["420105011010.G002"]);
    let branch = organisation("420105011010.G001.DZB", "party_branch", "第一网格党支部");
    operator.post(ORGANISATIONS, &branch).await.expect(201);
    assert_eq!(
        codes(&operator.get(&gaps).await.expect(200)),
        ["420105011010.G002"]
    );
    act(&operator, "420105011010.G001.DZB", "close", &json!({}))
        .await
        .expect(200);
    assert_eq!(codes(&operator.get(&gaps).await.expect(200)).len(), 2);
    let elsewhere = format!("{GRIDS}/party-gaps?below=420105002000");
    assert!(codes(&operator.get(&elsewhere).await.expect(200)).is_empty());
    host.stop().await;
}

#[tokio::test]
async fn what_is_known_of_a_grid_changes_without_its_shape() {
    let host = hanyang().await;
    let operator = operator(&host);
    import(&operator, &two()).await;
    let path = format!("{GRIDS}/420105011010.G001");
    let put = async |caller: &Caller, body: Value| {
        caller
            .send(caller.request(Method::PUT, &path).json(&body))
            .await
    };
    let body = json!({"households": 250, "duties": ["fire_safety", "party", "party"]});
    let done = put(&operator, body.clone()).await.expect(200);
    assert_eq!(
        (&done["households"], &done["version"]),
        (&json!(250), &json!(2))
    );
    assert_eq!(done["duties"], json!(["party", "fire_safety"]));
    assert_eq!(done["warnings"].as_array().unwrap().len(), 1);
    assert_eq!(put(&operator, body).await.expect(200)["version"], 2);
    assert_eq!(
        locate(&operator, 114.205, 30.555).await["code"],
        "420105011010.G001"
    );
    for body in [
        json!({"duties": ["flying"]}),
        json!({"households": -1, "duties": []}),
        json!({"households": 100_001, "duties": []}),
        json!({}),
    ] {
        put(&operator, body).await.expect(422);
    }
    put(
        &host.caller(&[(Role::DistrictOperator, "/420106000000/")]),
        json!({"duties": []}),
    )
    .await
    .expect(403);
    operator
        .get(&format!("{GRIDS}/420105011010.X01"))
        .await
        .expect(404);
    operator.get(&format!("{GRIDS}/x")).await.expect(404);
    host.stop().await;
}

#[tokio::test]
async fn the_map_follows_closing_and_moving_and_changes_of_other_processes() {
    let clock = Arc::new(FrozenClock::at("2026-11-22T04:00:00Z".parse().unwrap()));
    let host = TestHost::start_at(&[registry::MODULE], clock.clone()).await;
    registry::seed::seed_divisions(host.deps("registry"), registry::seed::HANYANG)
        .await
        .unwrap();
    let operator = operator(&host);
    import(&operator, &two()).await;
    assert_eq!(
        locate(&operator, 114.205, 30.555).await["code"],
        "420105011010.G001"
    );
    let body = json!({"parent_code": "420105011011"});
    act(&operator, "420105011010.G001", "move", &body)
        .await
        .expect(200);
    // place and name come from the tree: at once
    assert_eq!(
        locate(&operator, 114.205, 30.555).await["path"],
        "/420105000000/420105011000/420105011011/420105011010.G001/"
    );
    act(&operator, "420105011010.G001", "close", &json!({}))
        .await
        .expect(200);
    assert_eq!(locate(&operator, 114.205, 30.555).await["status"], 404);

    // another process on the same store
    let other = registry::seed::import_grids(
        host.deps("registry"),
        vec![feature("420105011010.G003", 115.0, 31.0, 0.01)],
    );
    assert_eq!(other.await.unwrap(), 1);
    assert_eq!(locate(&operator, 115.005, 31.005).await["status"], 404);
    clock.advance(Duration::from_secs(1));
    assert_eq!(
        locate(&operator, 115.005, 31.005).await["code"],
        "420105011010.G003"
    );
    host.stop().await;
}

#[tokio::test]
async fn a_point_that_is_none_is_refused() {
    let host = hanyang().await;
    let anyone = host.caller(&[]);
    for (query, pointer) in [
        ("lon=181&lat=30", "/lon"),
        ("lon=114&lat=91", "/lat"),
        ("lon=NaN&lat=30", "/lon"),
        ("lon=inf&lat=30", "/lon"),
        ("lon=x&lat=30", "/lon"),
        ("lon=114", "/lat"),
        ("lon=114&lat=30&crs=bd09", "/crs"),
        ("lon=114&lat=30&colour=1", "/colour"),
    ] {
        let problem = anyone
            .get(&format!("/api/registry/v1/locate?{query}"))
            .await
            .expect(422);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
    }
    host.anonymous()
        .get("/api/registry/v1/locate?lon=1&lat=1")
        .await
        .expect(401);
    host.stop().await;
}

#[tokio::test]
async fn grids_come_along_to_another_community() {
    let host = hanyang().await;
    let operator = operator(&host);
    let (below, beside) = ("420105011010.X01.G001", "420105011010.G002");
    for code in [below, beside] {
        let body = organisation(code, "grid", "网格");
        operator.post(ORGANISATIONS, &body).await.expect(201);
        let path = format!("{GRIDS}/{code}");
        let known = json!({"households": 400, "duties": []});
        let put = operator.request(Method::PUT, &path).json(&known);
        operator.send(put).await.expect(200);
    }
    let of = async |community: &str| {
        let list = format!("{GRIDS}?community_code={community}");
        let page = operator.get(&list).await.expect(200);
        codes(&page)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let into = |code: &str| json!({"parent_code": code});
    act(&operator, "420105011010.X01", "move", &into("420105011011"))
        .await
        .expect(200);
    assert_eq!(of(COMMUNITY).await, [beside]);
    assert_eq!(of("420105011011").await, [below]);
    let moved = operator.get(&format!("{GRIDS}/{below}")).await.expect(200);
    assert_eq!(
        (&moved["community_code"], &moved["version"]),
        (&json!("420105011011"), &json!(2))
    );
    // a merger takes all of them
    let merger = json!({"from": [COMMUNITY], "into": "420105011011"});
    operator
        .post("/api/registry/v1/divisions/mergers", &merger)
        .await
        .expect(200);
    assert_eq!(of("420105011011").await, [beside, below]);
    assert!(of(COMMUNITY).await.is_empty());
    host.stop().await;
}

#[tokio::test]
async fn a_grid_is_changed_over_the_version_that_was_seen() {
    let host = hanyang().await;
    let operator = operator(&host);
    let code = "420105011010.G001";
    let body = organisation(code, "grid", "网格");
    operator.post(ORGANISATIONS, &body).await.expect(201);
    let path = format!("{GRIDS}/{code}");
    let put = async |seen: Option<&str>, households: u32| {
        let known = json!({"households": households, "duties": []});
        let mut put = operator.request(Method::PUT, &path).json(&known);
        if let Some(seen) = seen {
            put = put.header("If-Match", seen);
        }
        operator.send(put).await
    };
    // nothing is stored of it, so nobody has seen a version
    put(Some("\"1\""), 300).await.expect(412);
    let made = put(None, 400).await;
    assert_eq!(made.headers["etag"], "\"1\"");
    put(Some("\"1\""), 410).await.expect(200);
    put(Some("\"1\""), 420).await.expect(412);
    let shown = operator.get(&path).await;
    assert_eq!(shown.headers["etag"], "\"2\"");
    assert_eq!(shown.expect(200)["households"], 410);
    host.stop().await;
}
