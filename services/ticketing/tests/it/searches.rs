//! Full-text search: words of two characters, whose orders, by which filter, page by page, from the tail and segments.

use std::collections::BTreeSet;

use kernel::Role;
use reqwest::Url;
use serde_json::{Value, json};
use testkit::Caller;

use crate::world::{AT_NEIGHBOUR, COMPOUND, DISTRICT, ORDERS, World, act, pointer};

fn path(query: &[(&str, &str)]) -> String {
    let url = Url::parse_with_params("http://x/api/ticketing/v1/searches/orders", query).unwrap();
    format!("{}?{}", url.path(), url.query().unwrap())
}

async fn titles(caller: &Caller, query: &[(&str, &str)]) -> Vec<String> {
    let page = caller.get(&path(query)).await.expect(200);
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["title"].as_str().unwrap().to_owned())
        .collect()
}

async fn open(world: &World, title: &str, content: &str) -> Value {
    let body = json!({
        "workflow": "six-step", "title": title, "content": content, "org_code": COMPOUND,
    });
    world.resident.post(ORDERS, &body).await.expect(201)
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_in_title_text_number_and_place() {
    let world = World::start().await;
    let lamp = open(&world, "路灯不亮", "三号楼前的灯坏了一周").await;
    open(&world, "井盖破损", "Ａ３门口的井盖裂开，容易绊倒").await;
    let everybody = [&world.operator, &world.dispatcher, &world.resident];
    for caller in everybody {
        for (query, title) in [
            ("路灯", "路灯不亮"),
            ("灯坏", "路灯不亮"),
            ("一周 三号楼", "路灯不亮"),
            ("a3", "井盖破损"),
            ("绊倒", "井盖破损"),
        ] {
            assert_eq!(titles(caller, &[("q", query)]).await, [title], "{query}");
        }
        for query in ["灯路", "路灯 井盖", "漏水", "江腾苑"] {
            assert!(titles(caller, &[("q", query)]).await.is_empty(), "{query}");
        }
        assert_eq!(titles(caller, &[("q", "江欣苑")]).await.len(), 2);
        let number = lamp["number"].as_str().unwrap();
        assert_eq!(titles(caller, &[("q", number)]).await, ["路灯不亮"]);
        let tail = number.split('-').next_back().unwrap().to_lowercase();
        assert_eq!(titles(caller, &[("q", &tail)]).await, ["路灯不亮"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_shows_no_more_than_the_list() {
    let world = World::start().await;
    let body = json!({
        "workflow": "six-step", "title": "反映占道经营", "content": "请为我保密", "org_code": COMPOUND,
        "confidential": true,
    });
    world.resident.post(ORDERS, &body).await.expect(201);
    assert_eq!(titles(&world.operator, &[("q", "占道")]).await.len(), 1);
    assert_eq!(titles(&world.resident, &[("q", "保密")]).await.len(), 1);
    let neighbour = world
        .host
        .caller(&[(Role::CompoundDispatcher, AT_NEIGHBOUR)]);
    let water = world
        .host
        .caller(&[(Role::DepartmentLiaison, crate::world::AT_WATER)]);
    let administrator = world.host.caller(&[(Role::SecurityAdmin, "/")]);
    for stranger in [
        &world.neighbours[0],
        &world.helper,
        &neighbour,
        &water,
        &administrator,
    ] {
        for word in ["占道", "保密", "江欣苑"] {
            assert!(titles(stranger, &[("q", word)]).await.is_empty());
        }
    }
    let here = path(&[("q", "占道"), ("org_code", DISTRICT)]);
    neighbour.get(&here).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_a_search() {
    let world = World::start().await;
    let first = open(&world, "路灯不亮", "路灯坏了").await;
    open(&world, "路灯太亮", "路灯照进卧室").await;
    let id = first["id"].as_str().unwrap();
    act(&world.operator, id, "accept", &json!({})).await;
    let first = world
        .operator
        .get(&crate::world::order(id))
        .await
        .expect(200);
    let state = first["state"].as_str().unwrap();
    let found =
        async |more: (&str, &str)| titles(&world.operator, &[("q", "路灯"), more]).await.len();
    let all = 2;
    assert_eq!(found(("workflow", "six-step")).await, all);
    assert_eq!(found(("workflow", "five-order")).await, 0);
    assert_eq!(found(("channel", "app")).await, all);
    assert_eq!(found(("channel", "12345")).await, 0);
    assert_eq!(found(("overdue", "false")).await, all);
    assert_eq!(found(("overdue", "true")).await, 0);
    assert_eq!(found(("supervised", "true")).await, 0);
    let why = json!({"reason": "多人反映"});
    act(&world.inspector, id, "supervise", &why).await;
    assert_eq!(found(("supervised", "true")).await, 1);
    assert_eq!(found(("supervised", "false")).await, 1);
    assert_eq!(found(("org_code", COMPOUND)).await, all);
    assert_eq!(found(("from", "2020-01-01T00:00:00Z")).await, all);
    assert_eq!(found(("to", "2020-01-01T00:00:00Z")).await, 0);
    assert_eq!(found(("category", "99")).await, 0);
    let category = first["category"].as_str().unwrap();
    assert!(found(("category", category)).await >= 1);
    assert!((1..=all).contains(&found(("state", state)).await));
    assert_eq!(found(("state", "archived")).await, 0);
    assert_eq!(found(("mine", "requested")).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_and_odd_queries_are_answered_in_words() {
    let world = World::start().await;
    let mut opened = Vec::new();
    for number in 0..7 {
        opened.push(open(&world, &format!("漏水{number}"), "楼上漏水").await["id"].clone());
        open(&world, "停电", "整栋停电").await;
    }
    opened.reverse();
    for caller in [&world.operator, &world.resident] {
        let mut seen = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut query = vec![("q", "漏水"), ("limit", "3")];
            if let Some(cursor) = &cursor {
                query.push(("cursor", cursor));
            }
            let page = caller.get(&path(&query)).await.expect(200);
            seen.extend(
                page["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| item["id"].clone()),
            );
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        assert_eq!(seen, opened);
    }
    let long = "漏水".repeat(51);
    for short in ["", "水", "%", "_ _", "\u{7}\u{0}", "'\"", long.as_str()] {
        let refused = world.operator.get(&path(&[("q", short)])).await.expect(422);
        assert_eq!(pointer(&refused), "/q", "{short:?}");
    }
    for wrong in [
        ("cursor", "x"),
        ("limit", "1000"),
        ("colour", "red"),
        ("from", "today"),
    ] {
        let path = path(&[("q", "漏水"), wrong]);
        world.operator.get(&path).await.expect(422);
    }
    let empty = path(&[
        ("q", "漏水"),
        ("from", "2026-02-01T00:00:00Z"),
        ("to", "2026-01-01T00:00:00Z"),
    ]);
    let refused = world.operator.get(&empty).await.expect(422);
    assert_eq!(pointer(&refused), "/to");
    let huge = path(&[("q", &"漏水".repeat(3_000))]);
    let status = world.operator.get(&huge).await.status;
    assert!(status.is_client_error(), "{status}");
    world
        .operator
        .get("/api/ticketing/v1/searches/orders")
        .await
        .expect(422);
    let wild: BTreeSet<String> = titles(&world.operator, &[("q", "漏水%")])
        .await
        .into_iter()
        .collect();
    assert_eq!(wild.len(), 7);
}
