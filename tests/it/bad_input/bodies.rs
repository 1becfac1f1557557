//! Bodies that are no JSON, or not the JSON that the operation takes.

use serde_json::{Value, json};

use super::{Scene, assert_refused, pointer};

#[tokio::test]
async fn broken_json_is_refused_by_every_operation() {
    let scene = Scene::set().await;
    for write in scene.writes() {
        let whole = write.body.to_string();
        let cut = whole
            .get(..whole.len() - 1)
            .expect("ASCII at the end")
            .to_owned();
        for broken in [
            cut,
            format!("{whole} x"),
            String::new(),
            "{'a': 1}".to_owned(),
        ] {
            let reply = write
                .send_raw("application/json", broken.into_bytes())
                .await;
            assert_refused(write.operation, &reply, &[400]);
        }
        for deep in ["[".repeat(100_000), "{\"a\":".repeat(50_000)] {
            let reply = write.send_raw("application/json", deep.into_bytes()).await;
            assert_refused(write.operation, &reply, &[400, 422]);
        }
    }
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn text_that_is_not_utf8_is_refused_by_every_operation() {
    let scene = Scene::set().await;
    for write in scene.writes() {
        let mut body = br#"{"reason":""#.to_vec();
        body.extend([0xff, 0xfe, 0xc3]);
        body.extend(br#""}"#);
        let reply = write.send_raw("application/json", body).await;
        assert_refused(write.operation, &reply, &[400]);
    }
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn an_unknown_field_is_named() {
    let scene = Scene::set().await;
    for write in scene.writes() {
        let mut body = write.body.clone();
        body["colour"] = json!("red");
        let reply = write.send(&body).await;
        assert_refused(write.operation, &reply, &[422]);
        assert_eq!(pointer(&reply), "/colour", "{}", write.operation);
    }
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn a_value_of_the_wrong_type_is_named() {
    let scene = Scene::set().await;
    for write in scene.writes() {
        for member in write.body.as_object().expect("bodies are objects").keys() {
            let mut body = write.body.clone();
            body[member] = json!({"wrong": [1]});
            let reply = write.send(&body).await;
            assert_refused(write.operation, &reply, &[422]);
            assert!(
                pointer(&reply).starts_with(&format!("/{member}")),
                "{}: {:#}",
                write.operation,
                reply.body
            );
        }
        let members = write.body.as_object().expect("bodies are objects");
        let list: Vec<&Value> = members.values().collect();
        for other in [json!(list), json!([]), json!("text"), json!(7), Value::Null] {
            assert_refused(write.operation, &write.send(&other).await, &[422]);
        }
    }
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let scene = Scene::set().await;
    let optional = [
        "password",
        "dry_run",
        "parent_code",
        "effective_on",
        "superior_code",
        "keep",
        "crs",
    ];
    for write in scene.writes() {
        for member in write.body.as_object().expect("bodies are objects").keys() {
            if optional.contains(&member.as_str()) && write.operation != "open_session" {
                continue;
            }
            let mut body = write.body.clone();
            body.as_object_mut().expect("an object").remove(member);
            let reply = write.send(&body).await;
            assert_refused(write.operation, &reply, &[422]);
            assert_eq!(pointer(&reply), format!("/{member}"), "{}", write.operation);
        }
    }
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn a_body_of_another_type_is_refused() {
    let scene = Scene::set().await;
    for write in scene.writes() {
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/xml",
        ] {
            let body = write.body.to_string().into_bytes();
            assert_refused(write.operation, &write.send_raw(kind, body).await, &[415]);
        }
    }
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn an_oversize_body_is_refused_by_every_operation() {
    let scene = Scene::set().await;
    for write in scene.writes() {
        let mut body = write.body.clone();
        body["padding"] = json!("长".repeat(4_000_000));
        assert_refused(write.operation, &write.send(&body).await, &[413]);
    }
    scene.ends_unchanged().await;
}
