//! Commands that need no server: what they say and how they end.

use scenarios::{Installation, repository};
use serde_json::Value;

use super::stop;

#[tokio::test]
async fn the_doctor_finds_a_healthy_installation_healthy() {
    let installation = Installation::new();
    installation.run(&["doctor"]).await.expect(0);
    stop(installation.start_with(&["--empty"]).await).await;
    let told = installation.run(&["doctor", "--json"]).await.expect(0);
    let findings: Vec<Value> = serde_json::from_str(&told).expect("a list");
    for part in [
        "config",
        "disk",
        "clock",
        "database identity",
        "database ticketing",
        "messages notifications",
    ] {
        let found = findings.iter().find(|finding| {
            finding["name"]
                .as_str()
                .is_some_and(|name| name.contains(part))
        });
        let found = found.unwrap_or_else(|| panic!("{part} is not looked at: {told}"));
        assert_eq!(found["ok"], true, "{found:#}");
    }
}

#[tokio::test]
async fn the_doctor_looks_at_what_this_installation_has_and_says_what_it_skipped() {
    let installation = Installation::new();
    stop(installation.start_with(&["--empty"]).await).await;
    std::fs::write(installation.data().join("registry.sqlite"), b"no database").expect("it writes");
    for part in ["-wal", "-shm"] {
        std::fs::remove_file(installation.data().join(format!("registry.sqlite{part}"))).ok();
    }
    installation.run(&["doctor"]).await.expect(1);
    let skipped = |told: &str, part: &str| {
        let findings: Vec<Value> = serde_json::from_str(told).expect("a list");
        let mut findings = findings.into_iter();
        let found = findings.find(|found| {
            found["name"]
                .as_str()
                .is_some_and(|name| name.contains(part))
        });
        let found = found.unwrap_or_else(|| panic!("{part} is not spoken of: {told}"));
        assert_eq!(found["ok"], true, "{found:#}");
        found["skipped"] == true
    };
    // asked for some of them
    let told = installation
        .run(&["doctor", "identity", "--json"])
        .await
        .expect(0);
    assert!(!skipped(&told, "database identity") && skipped(&told, "database registry"));
    installation.run(&["doctor", "nobody"]).await.expect(2);
    // an installation that does without one
    let without = [("LINLI_BUS__AMQP__WITHOUT", "[\"registry\"]")];
    let told = installation
        .run_with(&without, &["doctor", "--json"])
        .await
        .expect(0);
    assert!(!skipped(&told, "database ticketing") && skipped(&told, "database registry"));
    let shown = installation.run_with(&without, &["doctor"]).await.expect(0);
    assert!(shown.contains('–'), "{shown}");
}

#[tokio::test]
async fn the_doctor_names_what_is_broken() {
    let installation = Installation::new();
    stop(installation.start_with(&["--empty"]).await).await;
    let database = installation.data().join("registry.sqlite");
    std::fs::write(
        &database,
        b"this is no database, it only has the name of one",
    )
    .expect("it writes");
    for part in ["-wal", "-shm"] {
        std::fs::remove_file(installation.data().join(format!("registry.sqlite{part}"))).ok();
    }
    let told = installation.run(&["doctor"]).await;
    assert_eq!(told.code, 1, "{}", told.said());
    assert!(
        told.stdout.contains('✗') && told.stdout.contains("registry"),
        "{}",
        told.said()
    );
    let start = installation
        .run(&["--empty", "--listen", "127.0.0.1:0"])
        .await;
    assert_eq!(start.code, 1, "{}", start.said());
    assert!(
        start.stderr.contains("registry") && !start.stderr.contains("panicked"),
        "{}",
        start.said()
    );
}

#[tokio::test]
async fn the_configuration_is_checked_before_anything_starts() {
    let installation = Installation::new();
    installation.run(&["config", "check"]).await.expect(0);
    let shown = installation.run(&["config", "show"]).await.expect(0);
    assert!(
        shown.contains("[http]") && shown.contains("synchronous"),
        "{shown}"
    );
    let broken = [
        ("LINLI_HTTP__WORKERS", "many", "workers"),
        ("LINLI_HTTP__MAX_IN_FLIGHT", "0", "max_in_flight"),
        ("LINLI_HTTP__COLOUR", "red", "colour"),
        ("LINLI_STORE__SYNCHRONOUS", "off", "synchronous"),
        ("LINLI_LISTEN", "nowhere", "listen"),
    ];
    for (variable, value, key) in broken {
        for arguments in [&["config", "check"][..], &["--listen", "127.0.0.1:0"][..]] {
            if variable == "LINLI_LISTEN" && arguments[0] == "--listen" {
                continue;
            }
            let told = installation.run_with(&[(variable, value)], arguments).await;
            assert_eq!(
                told.code,
                2,
                "{variable}={value} {arguments:?}: {}",
                told.said()
            );
            assert!(told.stderr.to_lowercase().contains(key), "{}", told.said());
        }
    }
    let sections = [
        ("LINLI_TICKETING__COLOUR", "red", "colour"),
        ("LINLI_IDENTITY__CONTACTS__COLOUR", "red", "colour"),
        ("LINLI_REGISTRI__ANYTHING", "1", "registri"),
        ("LINLI_IDENTITY__PHONE_CODES", "many", "phone_codes"),
        (
            "LINLI_HTTP__TRUSTED_PROXIES",
            "[\"10.0.0.0/99\"]",
            "trusted_proxies",
        ),
        ("LINLI_TELEMETRY__SAMPLE_RATIO", "1.5", "sample_ratio"),
        (
            "LINLI_TELEMETRY__OTLP_ENDPOINT",
            "collector",
            "otlp_endpoint",
        ),
    ];
    for (variable, value, key) in sections {
        let told = installation
            .run_with(&[(variable, value)], &["config", "check"])
            .await;
        assert_eq!(told.code, 2, "{variable}: {}", told.said());
        assert!(told.stderr.to_lowercase().contains(key), "{}", told.said());
    }
    let good = [
        ("LINLI_IDENTITY__PHONE_CODES", "3"),
        ("LINLI_TICKETING__DATABASE__URL", "postgres://db/x"),
        ("LINLI_HTTP__TRUSTED_PROXIES", "[\"10.0.0.0/8\"]"),
    ];
    installation
        .run_with(&good, &["config", "check"])
        .await
        .expect(0);
    std::fs::write(
        installation.folder().join("linli.toml"),
        "[http]\nworkers = 2\n[bus]\nbatch = \"x\"\n",
    )
    .expect("it writes");
    let told = installation.run(&["config", "check"]).await;
    assert_eq!(told.code, 2, "{}", told.said());
    assert!(told.stderr.contains("batch"), "{}", told.said());
}

#[tokio::test]
async fn a_broken_workflow_is_refused_with_its_place() {
    let installation = Installation::new();
    for name in ["five-order", "six-step"] {
        let file = repository::root().join(format!("services/ticketing/workflows/{name}.toml"));
        let file = file.to_str().expect("a path").to_owned();
        installation
            .run(&["workflow", "check", &file])
            .await
            .expect(0);
        let drawn = installation
            .run(&["workflow", "draw", &file])
            .await
            .expect(0);
        assert!(drawn.contains("stateDiagram"), "{drawn}");
    }
    let whole = repository::read("services/ticketing/workflows/five-order.toml");
    let broken = [
        (
            whole.replacen("to = \"reviewing\"", "to = \"nowhere\"", 1),
            "nowhere",
        ),
        (
            whole.replacen("effects = [\"offer_task\"]", "effects = [\"fly\"]", 1),
            "fly",
        ),
        (
            whole.replacen("relation = \"assignee\"", "relation = \"friend\"", 1),
            "friend",
        ),
        (
            whole.replacen("name = \"five-order\"", "name = ", 1),
            "line",
        ),
        (
            whole.replacen(
                "initial = \"requested\"",
                "colour = \"red\"\ninitial = \"requested\"",
                1,
            ),
            "colour",
        ),
    ];
    let file = installation.folder().join("broken.toml");
    let path = file.to_str().expect("a path");
    for (text, place) in broken {
        assert_ne!(text, whole, "the change was made");
        std::fs::write(&file, text).expect("it writes");
        let told = installation.run(&["workflow", "check", path]).await;
        assert_eq!(told.code, 2, "{}", told.said());
        assert!(
            told.stderr.contains(place) && told.stderr.contains("broken.toml"),
            "{}",
            told.said()
        );
        let told = installation
            .run(&["workflow", "check", "--json", path])
            .await;
        let report: Value = serde_json::from_str(&told.stdout).expect("JSON");
        assert_eq!(report["ok"], false);
        assert_ne!(report["problems"][0]["reason"], Value::Null, "{report:#}");
    }
    let missing = installation
        .run(&["workflow", "check", "not-there.toml"])
        .await;
    assert_eq!(missing.code, 2, "{}", missing.said());
}

#[tokio::test]
async fn wrong_usage_is_told_apart_from_failure() {
    let installation = Installation::new();
    let wrong: [&[&str]; 6] = [
        &["fly"],
        &["--colour"],
        &["run", "nothing"],
        &["--listen", "nowhere"],
        &["import", "messages", "x.csv", "--org", "42"],
        &["events", "dead", "show", "evt_x"],
    ];
    for arguments in wrong {
        let told = installation.run(arguments).await;
        assert_eq!(told.code, 2, "{arguments:?}: {}", told.said());
        assert!(!told.stderr.is_empty());
    }
    let nobody = ["demo", "--wait", "0", "--server", "http://127.0.0.1:9"];
    let told = installation.run(&nobody).await;
    assert!([1, 2].contains(&told.code), "{}", told.said());
    installation.run(&["--help"]).await.expect(0);
    installation.run(&["--version"]).await.expect(0);
    installation.run(&["migrate"]).await.expect(0);
    installation.run(&["migrate"]).await.expect(0);
    installation
        .run(&["events", "dead", "list"])
        .await
        .expect(0);
}

#[tokio::test]
async fn the_access_log_is_verified_and_contacts_are_sealed_anew() {
    let installation = Installation::new();
    installation.run(&["seed"]).await.expect(0);
    let told = installation.run(&["admin", "verify-log"]).await.expect(0);
    assert!(told.contains("the access log is whole"), "{told}");
    let keys = installation.data().join("identity/sealing.keys");
    let count = || {
        let text = std::fs::read_to_string(&keys).expect("the key file is there");
        text.lines().filter(|line| !line.starts_with('#')).count()
    };
    let before = count();
    let resealed = ["admin", "reseal", "--new-key"];
    installation.run(&resealed).await.expect(0);
    assert_eq!(count(), before + 1);
}
