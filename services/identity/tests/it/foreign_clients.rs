//! Clients that we did not write: authlib of Python, openid-client of JavaScript.
//!
//! `LINLI_TEST_PYTHON` names an interpreter that has authlib (`pip install authlib requests cryptography`),
//! `LINLI_TEST_OPENID_CLIENT` a folder in which `npm ci` installed openid-client; without them there is
//! nobody to ask. `tests/run` installs both.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::World;
use crate::oauth::register;

/// Lets a client's script play through every flow, and expects it to end well.
///
/// The script reads where the server is and who it may be, as JSON, from its standard input.
async fn play(client: &mut Command, redirect_uri: &str) {
    let world = World::start_now().await;
    let mut applications = Vec::new();
    for kind in ["public", "confidential"] {
        let app = register(&world, kind).await;
        applications
            .push(json!({"id": app.id, "secret": app.secret, "redirect_uri": redirect_uri}));
    }
    let machine = register(&world, "machine").await;
    let scene = json!({
        "issuer": format!("{}/api/identity", world.host.url()),
        "access_token": world.tokens("worker").await["access_token"],
        "applications": applications,
        "machine": {"id": machine.id, "secret": machine.secret, "account": machine.account},
    });
    let mut running = client.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = running.stdin.take().unwrap();
    input.write_all(scene.to_string().as_bytes()).unwrap();
    drop(input);
    let ended = tokio::task::spawn_blocking(move || running.wait()).await;
    assert!(ended.unwrap().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn authlib_works_against_it() {
    let Ok(python) = std::env::var("LINLI_TEST_PYTHON") else {
        eprintln!("LINLI_TEST_PYTHON is not set: authlib is not asked");
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/authlib/check.py");
    let mut authlib = Command::new(python);
    authlib.arg(script).env("NO_PROXY", "127.0.0.1");
    play(&mut authlib, "https://app.example/callback?tenant=1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openid_client_works_against_it() {
    let Ok(installed) = std::env::var("LINLI_TEST_OPENID_CLIENT") else {
        eprintln!("LINLI_TEST_OPENID_CLIENT is not set: openid-client is not asked");
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openid-client/check.mjs");
    let mut node = Command::new("node");
    node.arg(script).env("LINLI_TEST_OPENID_CLIENT", installed);
    play(&mut node, "http://127.0.0.1:8123/cb").await;
}
