//! What is done while an installation begins: machine accounts, and a demo that comes too early.

use std::process::Stdio;
use std::time::{Duration, Instant};

use scenarios::Installation;
use serde_json::Value;
use testkit::chaos::Proxy;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::ChildStderr;

use super::stop;

#[tokio::test]
async fn the_operators_machine_accounts_are_made_by_one_command() {
    let installation = Installation::new();
    let manifest = installation
        .run(&["admin", "machine", "--secret", "linli-operator"])
        .await
        .expect(0);
    assert!(
        manifest.starts_with("apiVersion: v1\nkind: Secret\nmetadata:\n  name: linli-operator\n")
    );
    let part = |key: &str| {
        let start = format!("  {key}: \"");
        let line = manifest.lines().find(|line| line.starts_with(&start));
        let line = line.unwrap_or_else(|| panic!("{key} is missing: {manifest}"));
        line.trim_start_matches(&start)
            .trim_end_matches('"')
            .to_owned()
    };
    let old = (part("places-id"), part("places-secret"));
    assert!(part("registrar-id").starts_with("cli_") && !part("registrar-secret").is_empty());
    // they are there: nothing is shown a second time
    let again = installation.run(&["admin", "machine"]).await;
    assert_eq!((again.code, again.stdout.as_str()), (1, ""));
    assert!(again.stderr.contains("operator places"), "{}", again.said());
    let renewed = ["admin", "machine", "--renew", "--json"];
    let renewed = installation.run(&renewed).await.expect(0);
    let renewed: Value = serde_json::from_str(&renewed).expect("one document");
    let machines = renewed["machines"].as_array().expect("a list");
    assert_eq!(machines.len(), 2);
    assert_eq!(machines[0]["client_id"], old.0.as_str());
    assert_eq!(machines[1]["role"], "system_admin");
    for wrong in [
        &["admin", "machine", "--secret", "Linli_Operator"][..],
        &["admin", "machine", "--secret", "x", "--json"],
        &["admin", "machine", "--name", "x"],
    ] {
        let told = installation.run(wrong).await;
        assert_eq!(told.code, 2, "{wrong:?}: {}", told.said());
    }
    // they open what they are for
    let server = installation.start_with(&["--empty"]).await;
    let nobody = server.anonymous();
    let signs_in = async |id: &str, secret: &str| {
        let request = nobody.request(reqwest::Method::POST, "/api/identity/v1/oauth/token");
        let request = request.basic_auth(id, Some(secret));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let form = "grant_type=client_credentials";
        nobody.send(request.body(form)).await.status.as_u16()
    };
    assert_eq!(signs_in(&old.0, &old.1).await, 401);
    let new = |key: &str| machines[0][key].as_str().expect("a text");
    assert_eq!(signs_in(new("client_id"), new("client_secret")).await, 200);
    stop(server).await;
}

/// Waits until the process says so on standard error.
async fn says(lines: &mut Lines<BufReader<ChildStderr>>, wanted: &str) {
    while let Some(line) = lines.next_line().await.expect("it reads") {
        if line.contains(wanted) {
            return;
        }
    }
    panic!("it never says {wanted}");
}

#[tokio::test]
async fn the_demo_waits_for_its_accounts_and_for_a_server_that_is_starting() {
    let installation = Installation::new();
    let server = installation.start().await;
    let (there, away) = (
        installation.data().join("demo-accounts.json"),
        installation.folder().join("away.json"),
    );
    std::fs::rename(&there, &away).expect("it moves");
    let (proxy, url) = Proxy::before(server.url(), 1).await;
    proxy.cut().await;
    let mut command = installation.command(&["demo", "--server", &url]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut playing = command.spawn().expect("it starts");
    let said = playing.stderr.take().expect("it is piped");
    let mut lines = BufReader::new(said).lines();
    says(&mut lines, "示范账号").await;
    std::fs::rename(&away, &there).expect("it moves");
    says(&mut lines, &url).await;
    proxy.pass().await;
    let ended = playing.wait().await.expect("it ends");
    assert_eq!(ended.code(), Some(0));
    // a server that is not what it should be is said at once
    let begun = Instant::now();
    let wrong = format!("{}/elsewhere", server.url());
    let told = installation.run(&["demo", "--server", &wrong]).await;
    assert_eq!(told.code, 1, "{}", told.said());
    assert!(begun.elapsed() < Duration::from_secs(30));
    stop(server).await;
}
