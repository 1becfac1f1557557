//! Services as processes of their own, as an operator meets them.

use scenarios::order::{self, INBOX, ORDERS, TASKS, items};
use scenarios::{Cluster, SERVICES};
use serde_json::{Value, json};

#[tokio::test]
async fn migrating_twice_at_once_and_seeding_makes_a_world_to_work_in() {
    let Some(mut cluster) = Cluster::prepare().await else {
        return;
    };
    let (one, two) = tokio::join!(cluster.run(&["migrate"]), cluster.run(&["migrate"]));
    for migrated in [one, two] {
        let told = migrated.expect(0);
        assert!(SERVICES.iter().all(|name| told.contains(name)), "{told}");
    }
    cluster.run(&["migrate", "ticketing"]).await.expect(0);
    cluster.run(&["seed"]).await.expect(0);
    let accounts = cluster.accounts();
    cluster.run(&["seed"]).await.expect(0);
    assert_eq!(
        cluster.accounts(),
        accounts,
        "a second time changes nothing"
    );

    cluster.start_all().await;
    cluster.settled().await;
    let account = |role: &str| {
        let mut accounts = accounts.iter();
        accounts
            .find(|account| account.role == role)
            .expect("a role")
    };
    let resident = cluster.sign_in(account("resident")).await;
    let order = order::open(&resident, &order::five_order("楼道照明灯不亮")).await;
    let dispatcher = cluster.sign_in(account("compound_dispatcher")).await;
    order::act(&dispatcher, &order, "dispatch", json!({}))
        .await
        .expect(200);
    let volunteer = cluster.sign_in(account("party_member")).await;
    order::claim(&volunteer, &order).await;
    let mine = resident.get(&format!("{ORDERS}?mine=requested")).await;
    assert_eq!(items(&mine.expect(200))[0]["state"], "accepted");

    // operators' commands, while everything runs
    let told = cluster.run(&["doctor", "--json"]).await.expect(0);
    for part in ["database ticketing", "messages identity", "broker", "keys"] {
        assert!(told.contains(part), "{part} is not looked at: {told}");
    }
    cluster.run(&["events", "dead", "list"]).await.expect(0);
    let second = ["admin", "create", "--username", "second-admin"];
    let secret = [("LINLI_PASSWORD", "long-enough-for-test-quartz")];
    let refused = cluster.run_with(&secret, &second).await;
    assert_eq!(refused.code, 1, "{}", refused.said());
    cluster.stop().await;
}

#[tokio::test]
async fn the_first_administrator_is_made_beside_running_services() {
    let Some(cluster) = Cluster::start().await else {
        return;
    };
    let password = "long-enough-for-test-quartz";
    let create = ["admin", "create", "--username", "first-admin"];
    let made = cluster
        .run_with(&[("LINLI_PASSWORD", password)], &create)
        .await;
    made.expect(0);
    let body = json!({"username": "first-admin", "password": password});
    let sessions = "/api/identity/v1/sessions";
    cluster.anonymous().post(sessions, &body).await.expect(200);
    cluster.stop().await;
}

#[tokio::test]
async fn some_of_the_services_may_share_a_process() {
    let Some(mut cluster) = Cluster::prepare().await else {
        return;
    };
    cluster.start_one("identity").await;
    cluster.start_one("registry").await;
    cluster
        .start_together(&["ticketing", "notifications"])
        .await;
    let names: Vec<Value> = cluster.server("ticketing").readiness().await["services"]
        .as_array()
        .expect("services")
        .iter()
        .map(|service| service["name"].clone())
        .collect();
    assert_eq!(names, ["ticketing", "notifications"]);
    let platform = cluster.caller(&[(kernel::Role::PlatformOperator, "/")]);
    let rows = json!([{"code": "420105000000", "name": "汉阳区", "level": "district"}]);
    let imports = "/api/registry/v1/divisions/imports";
    platform
        .post(imports, &json!({"rows": rows}))
        .await
        .expect(200);
    // ticketing has heard of the district over the broker
    let resident = cluster.caller(&[(kernel::Role::Resident, "/420105000000/")]);
    let mut body = order::five_order("路灯");
    body["org_code"] = json!("420105000000");
    body["workflow"] = json!("six-step");
    testkit::eventually("ticketing knows the district", async || {
        let reply = resident.post(ORDERS, &body).await;
        (reply.status == 201).then_some(())
    })
    .await;
    cluster.stop().await;
}

#[tokio::test]
async fn access_that_ends_is_refused_by_every_process_of_every_service() {
    let Some(mut cluster) = Cluster::prepare().await else {
        return;
    };
    cluster.run(&["migrate"]).await.expect(0);
    cluster.run(&["seed"]).await.expect(0);
    cluster.start_all().await;
    cluster.start_replica("ticketing").await;
    let accounts = cluster.accounts();
    let account = |role: &str| {
        let mut accounts = accounts.iter();
        accounts
            .find(|account| account.role == role)
            .expect("a role")
    };
    let security = cluster.sign_in(account("security_admin")).await;
    let dispatcher = cluster.sign_in(account("community_dispatcher")).await;
    let other = cluster.sign_in(account("street_dispatcher")).await;
    let me = "/api/identity/v1/me";
    let at_replica = cluster.at_replicas(&dispatcher);
    // every service that somebody with these roles may ask, and both processes of one of them
    let asked = [
        (&dispatcher, me),
        (&dispatcher, ORDERS),
        (&at_replica, ORDERS),
        (&dispatcher, TASKS),
        (&dispatcher, INBOX),
    ];
    for (caller, path) in asked {
        caller.get(path).await.expect(200);
    }
    let suspend = format!(
        "/api/identity/v1/accounts/{}/actions/suspend",
        dispatcher.account
    );
    security.post(&suspend, &json!({})).await.expect(200);
    let begun = std::time::Instant::now();
    for (caller, path) in asked {
        testkit::eventually("the token is refused", async || {
            (caller.get(path).await.status == 401).then_some(())
        })
        .await;
    }
    eprintln!("refused everywhere after {:?}", begun.elapsed());
    for path in [me, ORDERS] {
        other.get(path).await.expect(200);
    }
    cluster.stop().await;
}

#[tokio::test]
async fn a_process_says_what_it_lacks() {
    let Some(mut cluster) = Cluster::prepare().await else {
        return;
    };
    // neither identity nor the broker is there: nobody can be let in yet
    let broker = cluster.without_broker();
    cluster.start_one("registry").await;
    let state = cluster.server("registry").anonymous().get("/readyz").await;
    assert_eq!(state.status, 503, "{:#}", state.body);
    let lacks = |state: &Value| (state["keys"].clone(), state["bus"].clone());
    assert_eq!(lacks(&state.body), (json!(false), json!("down")));
    assert_eq!(state.body["services"][0]["database"], true);
    let caller = cluster.caller(&[(kernel::Role::PlatformOperator, "/")]);
    let early = caller.get(crate::world::ORGANISATIONS).await;
    assert_eq!(early.status, 503, "{:#}", early.body);

    // requests are worked on without the broker, and readiness says what waits
    let mut cluster = cluster.with_identity_first().await;
    let state = cluster.server("registry").readiness().await;
    assert_eq!(
        (&state["ready"], &state["bus"]),
        (&json!(true), &json!("down"))
    );
    let caller = cluster.caller(&[(kernel::Role::PlatformOperator, "/")]);
    let rows = json!([{"code": "420105000000", "name": "汉阳区", "level": "district"}]);
    let imports = "/api/registry/v1/divisions/imports";
    caller
        .post(imports, &json!({"rows": rows}))
        .await
        .expect(200);
    let state = cluster.server("registry").readiness().await;
    assert_ne!(state["services"][0]["outbox_pending"], 0, "{state:#}");

    // with the broker what waited is told
    cluster.use_broker(broker);
    cluster.kill("registry").await;
    cluster.start_again("registry").await;
    testkit::eventually("what waited is told", async || {
        let state = cluster.server("registry").readiness().await;
        (state["services"][0]["outbox_pending"] == 0).then_some(())
    })
    .await;
    cluster.stop().await;
}

#[tokio::test]
async fn passwords_of_servers_are_not_shown() {
    let installation = scenarios::Installation::new();
    let secrets = [
        ("LINLI_DATABASE__URL", "postgres://me:secret@db/linli"),
        (
            "LINLI_TICKETING__DATABASE__URL",
            "postgres://me:secret@own/linli",
        ),
        ("LINLI_BUS__URL", "amqp://me:secret@mq/%2f"),
    ];
    let shown = installation.run_with(&secrets, &["config", "show"]).await;
    let shown = shown.expect(0);
    assert!(!shown.contains("secret"), "{shown}");
    assert!(
        shown.contains("[ticketing.database]") && shown.contains("@own/"),
        "{shown}"
    );
    let typo = [(
        "LINLI_TICKETIN__DATABASE__URL",
        "postgres://me:secret@own/linli",
    )];
    let told = installation.run_with(&typo, &["config", "check"]).await;
    assert_eq!(told.code, 2, "{}", told.said());
    assert!(told.stderr.contains("ticketin") && !told.said().contains("secret"));
    // nothing is tried with a server that is not there for longer than it takes to say so
    let nobody = [(
        "LINLI_DATABASE__URL",
        "postgres://me:secret@127.0.0.1:9/linli",
    )];
    let told = installation.run_with(&nobody, &["migrate"]).await;
    assert_eq!(told.code, 1, "{}", told.said());
    assert!(told.stderr.contains("127.0.0.1:9") && !told.said().contains("secret"));
}

#[tokio::test]
async fn some_of_the_services_do_not_run_without_a_broker() {
    let installation = scenarios::Installation::new();
    let some = [
        "run",
        "ticketing",
        "notifications",
        "--listen",
        "127.0.0.1:0",
    ];
    let told = installation.run(&some).await;
    assert_eq!(told.code, 2, "{}", told.said());
    assert!(told.stderr.contains("bus.url"), "{}", told.said());
}
