//! Another independent client: openid-client of JavaScript. `LINLI_TEST_OPENID_CLIENT` names a folder in
//! which `npm ci` installed it; without it there is nobody to ask.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::World;
use crate::oauth::register;

#[tokio::test(flavor = "multi_thread")]
async fn a_javascript_client_that_we_did_not_write_works_against_it() {
    let Ok(installed) = std::env::var("LINLI_TEST_OPENID_CLIENT") else {
        eprintln!("LINLI_TEST_OPENID_CLIENT is not set: openid-client is not asked");
        return;
    };
    let world = World::start_now().await;
    let mut applications = Vec::new();
    for kind in ["public", "confidential"] {
        let app = register(&world, kind).await;
        applications.push(json!({
            "id": app.id, "secret": app.secret, "redirect_uri": "http://127.0.0.1:8123/cb",
        }));
    }
    let machine = register(&world, "machine").await;
    let scene = json!({
        "issuer": format!("{}/api/identity", world.host.url()),
        "access_token": world.tokens("worker").await["access_token"],
        "applications": applications,
        "machine": {"id": machine.id, "secret": machine.secret, "account": machine.account},
    });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openid-client/check.mjs");
    let mut running = Command::new("node")
        .arg(script)
        .env("LINLI_TEST_OPENID_CLIENT", installed)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = running.stdin.take().unwrap();
    input.write_all(scene.to_string().as_bytes()).unwrap();
    drop(input);
    let ended = tokio::task::spawn_blocking(move || running.wait()).await;
    assert!(ended.unwrap().unwrap().success());
}
