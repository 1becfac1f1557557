//! Which log lines are written, changed while the process runs.

use chassis::TelemetryConfig;
use chassis::telemetry::{self, Process};
use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply};
use tracing::Level;

const PATH: &str = "/internal/log-level";

async fn put(caller: &Caller, body: &Value) -> Reply {
    caller
        .send(caller.request(Method::PUT, PATH).json(body))
        .await
}

fn is_heard() -> bool {
    tracing::enabled!(target: "probe", Level::DEBUG)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_administrator_changes_what_is_written() {
    let config = TelemetryConfig {
        log: "info".to_owned(),
        ..TelemetryConfig::default()
    };
    let telemetry = telemetry::start(&config, &Process::alone("slow")).unwrap();
    let host = crate::host(|_| {}).await;
    let administrator = host.caller(&[(Role::SystemAdmin, "/")]);
    let shown = administrator.get(PATH).await.expect(200);
    assert_eq!(shown, json!({"filter": "info", "configured": "info"}));
    assert!(!is_heard());

    let louder = json!({"filter": "info,probe=debug"});
    let changed = put(&administrator, &louder).await.expect(200);
    assert_eq!(changed["filter"], "info,probe=debug");
    assert!(is_heard());
    let back = json!({"filter": "warn", "minutes": 5});
    let changed = put(&administrator, &back).await.expect(200);
    assert!(changed["until"].is_string(), "{changed:#}");
    assert!(!is_heard());

    for wrong in [
        json!({"filter": "probe=loud"}),
        json!({"filter": ""}),
        json!({"filter": "x".repeat(2_000)}),
        json!({"filter": "info", "minutes": 0}),
        json!({"filter": "info", "minutes": 100_000}),
        json!({"filter": "info", "minutes": -1}),
        json!({"filter": "info", "colour": "red"}),
        json!({}),
    ] {
        put(&administrator, &wrong).await.expect(422);
    }
    let shown = administrator.get(PATH).await.expect(200);
    assert_eq!(shown["filter"], "warn", "a refused filter changes nothing");
    host.stop().await;
    telemetry.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_sees_or_changes_it() {
    let host = crate::host(|_| {}).await;
    let body = json!({"filter": "trace"});
    host.anonymous().get(PATH).await.expect(401);
    put(&host.anonymous(), &body).await.expect(401);
    for role in Role::ALL {
        if *role == Role::SystemAdmin {
            continue;
        }
        let caller = host.caller(&[(*role, "/")]);
        caller.get(PATH).await.expect(403);
        put(&caller, &body).await.expect(403);
    }
    // a process whose lines are somebody else's business says so
    let administrator = host.caller(&[(Role::SystemAdmin, "/")]);
    put(&administrator, &body).await.expect(409);
    host.stop().await;
}
