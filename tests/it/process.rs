//! The program as a newcomer and an operator meet it.

mod commands;
mod disk;
mod starting;

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

use kernel::Role;
use scenarios::order::{self, ORDERS, items};
use scenarios::{Installation, Server};
use serde_json::Value;

#[tokio::test]
async fn the_first_start_makes_the_demo_and_the_second_goes_on_with_it() {
    let installation = Installation::new();
    let server = installation.start().await;
    for told in ["首次启动", "/api/docs", "demo-accounts.json", "Ctrl-C"] {
        server.says(told).await;
    }
    let page = server
        .anonymous()
        .request(reqwest::Method::GET, "/api/docs")
        .send()
        .await
        .expect("an answer");
    assert_eq!(page.status(), 200);
    assert!(
        page.text()
            .await
            .expect("text")
            .contains("/api/ticketing/v1/orders"),
        "the page lists the operations"
    );
    let resident = server.sign_in(&installation.account("resident")).await;
    server.settled().await;
    let order = order::open(&resident, &order::five_order("楼道照明灯不亮")).await;
    let accounts = installation.accounts();
    assert_eq!(server.interrupt().await.code(), Some(0));

    let server = installation.start().await;
    assert!(!server.said().contains("首次启动"), "{}", server.said());
    assert_eq!(installation.accounts(), accounts);
    let resident = server.sign_in(&installation.account("resident")).await;
    let mine = resident
        .get(&format!("{ORDERS}?mine=requested"))
        .await
        .expect(200);
    assert_eq!(items(&mine)[0]["id"], order["id"]);
    let state = server.readiness().await;
    assert_eq!(state["ready"], true, "{state:#}");
    for path in [
        "/livez",
        "/metrics",
        "/api/openapi.json",
        "/api/ticketing/openapi.json",
    ] {
        let answer = server.anonymous().get(path).await;
        assert_eq!(answer.status, 200, "{path}");
    }
    assert_eq!(server.interrupt().await.code(), Some(0));
}

#[tokio::test]
async fn the_demo_logins_are_the_owners_only_and_open_every_role() {
    let installation = Installation::new();
    let server = installation.start().await;
    let file = installation.data().join("demo-accounts.json");
    let mode = std::fs::metadata(&file)
        .expect("the file is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = std::fs::read_to_string(&file).expect("it reads");
    for account in serde_json::from_str::<Vec<Value>>(&text).expect("a list") {
        let keys: BTreeSet<&str> = account
            .as_object()
            .expect("objects")
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(
            keys,
            BTreeSet::from(["role", "name", "username", "password", "scope"])
        );
    }
    for role in Role::ALL {
        let account = installation.account(&role.to_string());
        assert!(
            account.password.chars().count() >= 16,
            "{}",
            account.username
        );
        let caller = server.sign_in(&account).await;
        let me = caller.get("/api/identity/v1/me").await.expect(200);
        assert!(
            me["roles"].to_string().contains(&role.to_string()),
            "{me:#}"
        );
    }
    let other = Installation::new();
    let second = other.start().await;
    let passwords = |installation: &Installation| -> BTreeSet<String> {
        installation
            .accounts()
            .into_iter()
            .map(|account| account.password)
            .collect()
    };
    let (here, there) = (passwords(&installation), passwords(&other));
    assert_eq!(
        here.len(),
        installation.accounts().len(),
        "no password is used twice"
    );
    assert!(here.is_disjoint(&there), "no default password exists");
    for password in &here {
        assert!(
            !server.said().contains(password.as_str()),
            "passwords are not printed"
        );
    }
    assert_eq!(second.interrupt().await.code(), Some(0));
    assert_eq!(server.interrupt().await.code(), Some(0));
}

#[tokio::test]
async fn the_demo_command_drives_both_loops() {
    let installation = Installation::new();
    let server = installation.start().await;
    let shown = installation
        .run(&["demo", "--json", "--server", server.url()])
        .await
        .expect(0);
    let steps: Vec<Value> = shown
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON lines"))
        .collect();
    assert!(steps.len() >= 18, "{shown}");
    let states: BTreeSet<&str> = steps
        .iter()
        .filter_map(|step| step["answer"]["state"].as_str())
        .collect();
    for state in [
        "requested",
        "dispatched",
        "reviewing",
        "published",
        "reported",
        "verifying",
        "evaluated",
    ] {
        assert!(states.contains(state), "{state} is missing in {states:?}");
    }
    let people: BTreeSet<&str> = steps
        .iter()
        .filter_map(|step| step["role"].as_str())
        .collect();
    assert!(people.len() >= 8, "{people:?}");
    // it can be shown again, to people too
    let told = installation
        .run(&["demo", "--server", server.url()])
        .await
        .expect(0);
    assert!(
        told.contains("点单") && told.contains("晒单") && told.contains("考核评价"),
        "{told}"
    );
    server.settled().await;
    let services = server.readiness().await["services"].clone();
    for service in services.as_array().expect("services") {
        assert_eq!(service["dead_letters"], 0, "{service:#}");
    }
    assert_eq!(server.interrupt().await.code(), Some(0));
}

#[tokio::test]
async fn an_empty_installation_gets_its_first_administrator_by_command() {
    let installation = Installation::new();
    let server = installation.start_with(&["--empty"]).await;
    assert!(!installation.data().join("demo-accounts.json").exists());
    assert_eq!(server.interrupt().await.code(), Some(0));

    let create = ["admin", "create", "--username", "first-admin"];
    let weak = installation
        .run_with(&[("LINLI_PASSWORD", "123456")], &create)
        .await;
    assert!([1, 2].contains(&weak.code), "{}", weak.said());
    let password = "long-enough-for-test-quartz";
    let secret = [("LINLI_PASSWORD", password)];
    let made = installation.run_with(&secret, &create).await;
    assert!(
        !made.said().contains(password),
        "the password is not printed"
    );
    made.expect(0);
    let again = installation
        .run_with(&secret, &["admin", "create", "--username", "second-admin"])
        .await;
    assert_eq!(again.code, 1, "{}", again.said());
    // who installs asks each time, and nobody is made: a weak password would be said
    for (username, password) in [
        ("second-admin", password),
        ("first-admin", "other-long-enough-quartz"),
    ] {
        let once = ["admin", "create", "--username", username, "--if-none"];
        let secret = [("LINLI_PASSWORD", password)];
        let said = installation.run_with(&secret, &once).await.expect(0);
        assert!(said.contains("未作改动"), "{said}");
    }
    let other = [
        "admin",
        "create",
        "--username",
        "x-admin",
        "--role",
        "resident",
    ];
    let other = installation.run_with(&secret, &other).await;
    assert!([1, 2].contains(&other.code), "{}", other.said());

    let server = installation.start_with(&["--empty"]).await;
    let body = serde_json::json!({"username": "second-admin", "password": password});
    let sessions = "/api/identity/v1/sessions";
    server.anonymous().post(sessions, &body).await.expect(401);
    let administrator = server.sign_in_as("first-admin", password).await;
    let me = administrator.get("/api/identity/v1/me").await.expect(200);
    assert_eq!(me["roles"], serde_json::json!(["system_admin"]));
    assert_eq!(server.interrupt().await.code(), Some(0));
}

#[tokio::test]
async fn a_start_that_is_killed_while_it_makes_the_demo_is_finished_by_the_next() {
    let installation = Installation::new();
    let mut command = installation.command(&["--listen", "127.0.0.1:0"]);
    command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let mut child = command.spawn().expect("the program starts");
    // the passwords are drawn and some accounts made
    let plan = installation.data().join("demo-accounts.new");
    testkit::eventually("the demo is being made", async || {
        plan.exists().then_some(())
    })
    .await;
    child.kill().await.expect("it was running");

    let server = installation.start().await;
    for account in installation.accounts() {
        server.sign_in(&account).await;
    }
    server.settled().await;
    assert_eq!(server.interrupt().await.code(), Some(0));
}

/// Stops a server and says what it said if it did not end well.
async fn stop(server: Server) {
    let said = server.said();
    assert_eq!(server.interrupt().await.code(), Some(0), "{said}");
}
