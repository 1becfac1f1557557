//! Values that have the right type and are wrong.

use reqwest::Method;
use scenarios::order::{self, ORDERS, act, text};
use serde_json::json;

use super::{Scene, assert_refused, pointer, with};
use crate::world::assert_problem;

#[tokio::test]
async fn empty_and_oversize_texts_are_named() {
    let scene = Scene::set().await;
    let wrong = [
        ("title", String::new()),
        ("title", "  \t ".to_owned()),
        ("title", "长".repeat(101)),
        ("content", String::new()),
        ("content", "\n\n".to_owned()),
        ("content", "长".repeat(5_001)),
        ("workflow", "seven-step".to_owned()),
        ("workflow", String::new()),
    ];
    for (member, value) in wrong {
        let mut body = order::five_order("路灯");
        body[member] = json!(value);
        let reply = scene.resident.post(ORDERS, &body).await;
        assert_refused(member, &reply, &[422]);
        assert_eq!(pointer(&reply), format!("/{member}"));
    }
    for reason in [String::new(), " ".to_owned(), "长".repeat(501)] {
        let reply = act(
            &scene.dispatcher,
            &scene.order,
            "decline",
            json!({"reason": reason}),
        )
        .await;
        assert_refused("reason", &reply, &[422]);
        assert_eq!(pointer(&reply), "/reason");
    }
    let longest = "长".repeat(100);
    let mut body = order::five_order(&longest);
    body["content"] = json!("长".repeat(5_000));
    let fits = order::open(&scene.resident, &body).await;
    assert_eq!(text(&fits, "title"), longest);
    scene.world.host.stop().await;
}

#[tokio::test]
async fn control_characters_are_refused() {
    let scene = Scene::set().await;
    let bad = ["a\u{0}b", "a\u{1b}[31mb", "a\u{7f}b", "a\u{85}b"];
    for value in bad.into_iter().chain(["a\nb", "a\tb", "a\u{2028}b"]) {
        let mut body = order::five_order("路灯");
        body["title"] = json!(value);
        let reply = scene.resident.post(ORDERS, &body).await;
        assert_refused(&format!("title {value:?}"), &reply, &[422]);
        assert_eq!(pointer(&reply), "/title");
    }
    for value in bad {
        let mut body = order::five_order("路灯");
        body["content"] = json!(value);
        let reply = scene.resident.post(ORDERS, &body).await;
        assert_refused(&format!("content {value:?}"), &reply, &[422]);
        let reply = act(
            &scene.dispatcher,
            &scene.order,
            "decline",
            json!({"reason": value}),
        )
        .await;
        assert_refused(&format!("reason {value:?}"), &reply, &[422]);
    }
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn places_outside_the_earth_are_refused() {
    let scene = Scene::set().await;
    let wrong = [
        json!({"lon": 180.1, "lat": 30.0}),
        json!({"lon": -181, "lat": 30.0}),
        json!({"lon": 114.2, "lat": 90.5}),
        json!({"lon": 114.2, "lat": -91}),
        json!({"lon": 114.2}),
        json!({"lon": "114.2", "lat": 30.5}),
        json!({"lon": 114.2, "lat": 30.5, "crs": "bd09"}),
    ];
    for location in wrong {
        let mut body = order::five_order("路灯");
        body["location"] = location;
        let reply = scene.resident.post(ORDERS, &body).await;
        assert_refused(&body["location"].to_string(), &reply, &[422]);
        assert!(pointer(&reply).starts_with("/location"), "{:#}", reply.body);
    }
    let body = order::five_order("路灯").to_string();
    for number in ["1e999", "NaN", "Infinity"] {
        let location = format!(r#"{{"location":{{"lon":{number},"lat":30.5}},"#);
        let body = body.replacen('{', &location, 1);
        let reply = crate::world::post_raw(&scene.resident, ORDERS, "application/json", body).await;
        assert_refused(number, &reply, &[400, 422]);
    }
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn a_limit_out_of_range_is_refused_by_every_list() {
    let scene = Scene::set().await;
    for (name, caller, path) in scene.lists() {
        for limit in [
            "100000",
            "201",
            "0",
            "-1",
            "x",
            "",
            "1.5",
            "18446744073709551616",
        ] {
            let reply = caller.get(&with(&path, &format!("limit={limit}"))).await;
            assert_refused(&format!("{name} limit={limit}"), &reply, &[422]);
            assert_eq!(pointer(&reply), "/limit", "{name}");
        }
        let reply = caller.get(&with(&path, "colour=red")).await;
        assert_refused(name, &reply, &[422]);
        caller.get(&with(&path, "limit=200")).await.expect(200);
    }
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused_by_every_list() {
    let scene = Scene::set().await;
    let mut cursors = Vec::new();
    for (name, caller, path) in scene.lists() {
        let page = caller.get(&with(&path, "limit=1")).await.expect(200);
        if let Some(cursor) = page["next"].as_str() {
            cursors.push((name, cursor.to_owned()));
        }
    }
    let from: Vec<&str> = cursors.iter().map(|(name, _)| *name).collect();
    assert!(
        from.contains(&"organisations") && from.contains(&"accounts"),
        "{from:?}"
    );
    let invented = [
        "x",
        "e30",
        "bnVsbA",
        "%F0%9F%92%A9",
        "AAAAAAAAAAAAAAAAAAAAAAAA",
        "eyJsIjoib3JkZXJzIn0",
    ];
    for (name, caller, path) in scene.lists() {
        let others = cursors.iter().filter(|(from, _)| *from != name);
        let others = others.map(|(_, cursor)| cursor.as_str()).chain(invented);
        for cursor in others {
            let reply = caller.get(&with(&path, &format!("cursor={cursor}"))).await;
            assert_refused(&format!("{name} cursor={cursor}"), &reply, &[400, 422]);
        }
        let long = with(&path, &format!("cursor={}", "A".repeat(6_000)));
        assert_refused(name, &caller.get(&long).await, &[400, 414, 422, 431]);
    }
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems_too() {
    let scene = Scene::set().await;
    let nobody = scene.world.host.anonymous();
    for path in [
        "/",
        "/api",
        "/api/ticketing/v1/nothing",
        "/api/ticketing/v2/orders",
        "/%00",
        "/api/%2e%2e/x",
    ] {
        assert_problem(&nobody.get(path).await, 404);
    }
    let request = scene.resident.request(Method::PUT, ORDERS);
    let reply = scene.resident.send(request).await;
    assert_problem(&reply, 405);
    let allow = reply.headers["allow"].to_str().expect("text").to_owned();
    assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");
    for header in [
        ("If-Match", "1"),
        ("If-Match", "\"x\""),
        ("Idempotency-Key", "a b"),
        ("Idempotency-Key", ""),
    ] {
        let path = format!("{}/actions/dispatch", order::path(&scene.order));
        let request = scene
            .dispatcher
            .request(Method::POST, &path)
            .header(header.0, header.1);
        let reply = scene.dispatcher.send(request.json(&json!({}))).await;
        assert_refused(&format!("{header:?}"), &reply, &[400, 412, 422]);
    }
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn a_problem_speaks_the_language_that_was_asked_for() {
    let scene = Scene::set().await;
    let mut details = Vec::new();
    for language in ["zh-CN", "en", "en-GB;q=0.9, zh;q=0.1"] {
        let request = scene
            .resident
            .request(Method::GET, &format!("{ORDERS}/ord_nothing"));
        let reply = scene
            .resident
            .send(request.header("Accept-Language", language))
            .await;
        details.push(text(assert_problem(&reply, 404), "detail").to_owned());
    }
    assert!(
        !details[0].is_ascii() && details[1].is_ascii(),
        "{details:?}"
    );
    assert_eq!(details[1], details[2]);
    scene.ends_unchanged().await;
}
