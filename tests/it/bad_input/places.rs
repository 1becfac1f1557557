//! Codes and ids that name nothing, or something of another kind, or of somebody else.

use kernel::Role;
use scenarios::order::{self, ORDERS, PUBLICATIONS, TASKS, act, path, text};
use serde_json::json;

use super::{Scene, assert_refused, pointer};
use crate::world::{COMPOUND, assert_problem};

#[tokio::test]
async fn a_code_with_thirteen_digits_or_of_nothing_is_refused() {
    let scene = Scene::set().await;
    let unknown = ["420105099000", "420105011010.X99", "110000000000"];
    let malformed = [
        "4201050110101",
        "42010501101",
        "420105011010.x01",
        "420105011010..X",
        "",
        "汉阳区",
        "420105011010.X01/",
    ];
    for code in unknown.into_iter().chain(malformed) {
        let mut body = order::five_order("路灯");
        body["org_code"] = json!(code);
        let reply = scene.resident.post(ORDERS, &body).await;
        assert_refused(code, &reply, &[422]);
        assert_eq!(pointer(&reply), "/org_code");
        for list in [
            format!("{ORDERS}?org_code={code}"),
            format!("{PUBLICATIONS}?org_code={code}"),
        ] {
            let reply = scene.world.platform.get(&list).await;
            let empty = reply.status == 200 && reply.body["items"] == json!([]);
            assert!(
                empty || reply.status.is_client_error(),
                "{list}: {:#}",
                reply.body
            );
        }
    }
    for code in malformed {
        let building = json!({"code": code, "name": "9栋", "kind": "building", "parent_code": order::COMPOUND});
        let reply = scene
            .world
            .platform
            .post("/api/registry/v1/organisations", &building)
            .await;
        assert_refused(code, &reply, &[422]);
        let list = format!("{PUBLICATIONS}?org_code={code}");
        assert_refused(&list, &scene.world.platform.get(&list).await, &[422]);
    }
    for code in ["4201050110101", "420105099000", "420105011010.X99"] {
        let reply = scene
            .resident
            .get(&format!("/api/registry/v1/organisations/{code}"))
            .await;
        assert_refused(code, &reply, &[404, 422]);
    }
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn an_id_of_another_kind_names_nothing() {
    let scene = Scene::set().await;
    let order = text(&scene.order, "id");
    let (_, random) = order.split_once('_').expect("a prefix");
    let host = &scene.world.host;
    let (system, me) = (host.caller(&[(Role::SystemAdmin, "/")]), &scene.resident);
    let wrong = |prefix: &str| {
        let mut ids = vec![
            format!("{prefix}_"),
            format!("{prefix}_{}", &random[1..]),
            format!("{prefix}_{random}0"),
            format!("{prefix}_{}", "u".repeat(26)),
            random.to_owned(),
            "1".to_owned(),
            "%00".to_owned(),
        ];
        let kinds = ["ord", "tsk", "acc", "msg", "pub", "att", "gra"];
        ids.extend(
            kinds
                .iter()
                .filter(|kind| **kind != prefix)
                .map(|kind| format!("{kind}_{random}")),
        );
        ids
    };
    for id in wrong("ord") {
        for tail in ["", "/timeline", "/attachments", "/draw"] {
            assert_problem(&me.get(&format!("{ORDERS}/{id}{tail}")).await, 404);
        }
        let action = format!("{ORDERS}/{id}/actions/dispatch");
        assert_problem(&scene.dispatcher.post(&action, &json!({})).await, 404);
    }
    for id in wrong("tsk") {
        assert_problem(&me.get(&format!("{TASKS}/{id}")).await, 404);
        assert_problem(
            &me.post(&format!("{TASKS}/{id}/claim"), &json!({})).await,
            404,
        );
    }
    for id in wrong("pub") {
        assert_problem(&me.get(&format!("{PUBLICATIONS}/{id}")).await, 404);
    }
    for id in wrong("msg") {
        assert_problem(
            &me.post(&format!("{}/{id}/read", order::INBOX), &json!({}))
                .await,
            404,
        );
    }
    for id in wrong("acc") {
        assert_problem(
            &system.get(&format!("/api/identity/v1/accounts/{id}")).await,
            404,
        );
    }
    for id in wrong("att") {
        assert_problem(
            &me.get(&format!("{}/attachments/{id}", path(&scene.order)))
                .await,
            404,
        );
    }
    let tasks = scene
        .resident
        .get(&format!("{TASKS}?order_id=tsk_{random}"))
        .await;
    assert_refused("order_id", &tasks, &[422]);
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn somebody_elses_order_does_not_exist() {
    let scene = Scene::set().await;
    let host = &scene.world.host;
    let strangers = [
        host.caller(&[(Role::Resident, COMPOUND)]),
        host.caller(&[(Role::ResidentRepresentative, COMPOUND)]),
        host.caller(&[(Role::Volunteer, COMPOUND)]),
        host.caller(&[(Role::SystemAdmin, "/")]),
        host.caller(&[(Role::AuditAdmin, "/")]),
        host.caller(&[(Role::SecurityAdmin, "/")]),
        host.caller(&[(
            Role::CompoundDispatcher,
            "/420105000000/420105011000/420105011011/",
        )]),
        host.caller(&[(Role::DistrictOperator, crate::world::ELSEWHERE)]),
    ];
    let order = path(&scene.order);
    for stranger in &strangers {
        for tail in ["", "/timeline", "/attachments", "/draw"] {
            assert_problem(&stranger.get(&format!("{order}{tail}")).await, 404);
        }
        for action in ["dispatch", "withdraw", "handle"] {
            assert_problem(&act(stranger, &scene.order, action, json!({})).await, 404);
        }
        let photo = order::upload(stranger, &scene.order, "a.png", order::photo()).await;
        assert_problem(&photo, 404);
    }
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn an_action_out_of_order_is_refused() {
    let scene = Scene::set().await;
    let publication = json!({"title": "已修复", "summary": "已修复"});
    assert_problem(
        &act(&scene.dispatcher, &scene.order, "publish", publication).await,
        409,
    );
    assert_problem(
        &act(&scene.dispatcher, &scene.order, "recall", json!({})).await,
        409,
    );
    let own = act(&scene.resident, &scene.order, "dispatch", json!({})).await;
    assert_problem(&own, 403);
    let system = act(&scene.dispatcher, &scene.order, "accept", json!({})).await;
    assert_refused("accept is the system's", &system, &[403, 409]);
    for unknown in ["fly", "DISPATCH", "%00", "dispatch%20"] {
        assert_refused(
            unknown,
            &act(&scene.dispatcher, &scene.order, unknown, json!({})).await,
            &[404],
        );
    }
    let now = order::shown(&scene.dispatcher, &scene.order).await;
    assert_eq!(
        (&now["state"], &now["version"]),
        (&json!("requested"), &scene.order["version"])
    );
    scene.ends_unchanged().await;
}
