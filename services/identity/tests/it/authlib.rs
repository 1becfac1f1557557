//! An independent client: authlib of Python. `LINLI_TEST_PYTHON` names an interpreter that has it
//! (`pip install authlib requests cryptography`); without it there is nobody to ask.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::World;
use crate::oauth::register;

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_we_did_not_write_works_against_it() {
    let Ok(python) = std::env::var("LINLI_TEST_PYTHON") else {
        eprintln!("LINLI_TEST_PYTHON is not set: authlib is not asked");
        return;
    };
    let world = World::start_now().await;
    let mut applications = Vec::new();
    for kind in ["public", "confidential"] {
        let app = register(&world, kind).await;
        applications.push(json!({
            "id": app.id, "secret": app.secret, "redirect_uri": "https://app.example/callback?tenant=1",
        }));
    }
    let machine = register(&world, "machine").await;
    let scene = json!({
        "issuer": format!("{}/api/identity", world.host.url()),
        "access_token": world.tokens("worker").await["access_token"],
        "applications": applications,
        "machine": {"id": machine.id, "secret": machine.secret, "account": machine.account},
    });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/authlib/check.py");
    let mut running = Command::new(python)
        .arg(script)
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = running.stdin.take().unwrap();
    input.write_all(scene.to_string().as_bytes()).unwrap();
    drop(input);
    let ended = tokio::task::spawn_blocking(move || running.wait()).await;
    assert!(ended.unwrap().unwrap().success());
}
