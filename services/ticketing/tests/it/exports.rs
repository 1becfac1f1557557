//! 导出: asked for, made in the background, downloaded by their own caller.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, eventually};

use crate::world::{COMPOUND, World, act, pointer};

const EXPORTS: &str = "/api/ticketing/v1/exports";

/// Asks for an export and waits until it is over.
async fn made(caller: &Caller, body: &Value) -> Value {
    let asked = caller.post(EXPORTS, body).await;
    let location = asked.headers["location"].to_str().unwrap().to_owned();
    let view = asked.expect(202);
    assert_eq!(
        location,
        format!("{EXPORTS}/{}", view["id"].as_str().unwrap())
    );
    eventually("the export is over", async || {
        let seen = caller.get(&location).await.expect(200);
        (seen["state"] != "running").then_some(seen)
    })
    .await
}

async fn file(caller: &Caller, export: &Value) -> reqwest::Response {
    let path = format!("{EXPORTS}/{}/file", export["id"].as_str().unwrap());
    caller.request(Method::GET, &path).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_download_their_own_export_without_anything_residents_wrote() {
    let world = World::start().await;
    for workflow in ["six-step", "five-order", "six-step"] {
        world.open(workflow).await;
    }
    let export = made(&world.operator, &json!({"workflow": "six-step"})).await;
    assert_eq!(
        (&export["state"], &export["rows"]),
        (&json!("ready"), &json!(2))
    );
    let answer = file(&world.operator, &export).await;
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    assert_eq!(
        answer.headers()["content-disposition"],
        "attachment; filename=\"orders.csv\""
    );
    let bytes = answer.bytes().await.unwrap();
    assert!(bytes.starts_with(b"\xef\xbb\xbf"));
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].contains("工单编号") && lines[1].starts_with("LB"));
    assert!(lines[1].contains("待受理") && lines[1].contains(COMPOUND));
    assert!(!text.contains("楼道") && !text.contains("acc_"));

    let urgent = world.open("six-step").await;
    act(
        &world.inspector,
        &urgent,
        "supervise",
        &json!({"reason": "媒体关注"}),
    )
    .await
    .expect(200);
    let supervised = made(&world.operator, &json!({"supervised": true})).await;
    assert_eq!(supervised["rows"], 1);

    let book = made(
        &world.operator,
        &json!({"format": "xlsx", "org_code": COMPOUND}),
    )
    .await;
    assert_eq!(book["rows"], 4);
    let bytes = file(&world.operator, &book).await.bytes().await.unwrap();
    assert!(bytes.starts_with(b"PK"));

    // a colleague knows of neither
    assert_eq!(file(&world.inspector, &export).await.status().as_u16(), 404);
    let theirs = world.inspector.get(EXPORTS).await.expect(200);
    assert_eq!(theirs["items"], json!([]));
    let mine = world
        .operator
        .get(&format!("{EXPORTS}?limit=1"))
        .await
        .expect(200);
    assert_eq!(mine["items"][0]["id"], book["id"]);
    assert!(mine["next"].is_string());
    let path = format!("{EXPORTS}/{}/cancel", book["id"].as_str().unwrap());
    let gone = world.operator.post(&path, &json!({})).await.expect(200);
    assert_eq!(gone["state"], "cancelled");
    assert_eq!(file(&world.operator, &book).await.status().as_u16(), 409);
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_is_checked() {
    let world = World::start().await;
    world.resident.post(EXPORTS, &json!({})).await.expect(403);
    world
        .dispatcher
        .post(EXPORTS, &json!({"org_code": "420105000000"}))
        .await
        .expect(403);
    for (body, wrong) in [
        (json!({"org_code": "420105011010.X77"}), "/org_code"),
        (
            json!({"from": "2026-11-02T00:00:00Z", "to": "2026-11-01T00:00:00Z"}),
            "/to",
        ),
        (json!({"state": ""}), "/state"),
    ] {
        let refused = world.operator.post(EXPORTS, &body).await;
        assert_eq!(
            (refused.status.as_u16(), pointer(&refused.body)),
            (422, wrong)
        );
    }
    for body in [
        json!({"format": "pdf"}),
        json!({"columns": ["title"]}),
        json!([]),
    ] {
        let refused = world.operator.post(EXPORTS, &body).await;
        assert!((400..=422).contains(&refused.status.as_u16()), "{body}");
    }
    let unknown = format!("{EXPORTS}/exp_01jcgb2r00e8arc5tmvkbzqy7x");
    world.operator.get(&unknown).await.expect(404);
    // asked for twice with one key it is one
    let twice = async || {
        let request = world.operator.request(Method::POST, EXPORTS);
        let request = request
            .header("Idempotency-Key", "export-1")
            .json(&json!({}));
        world.operator.send(request).await.expect(202)
    };
    assert_eq!(twice().await["id"], twice().await["id"]);
    world.host.stop().await;
}
