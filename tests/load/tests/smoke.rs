//! Every command with small numbers: it ends well and prints figures that can be.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Where the services' programs are.
fn programs() -> PathBuf {
    let beside = || Path::new(env!("CARGO_BIN_EXE_load")).with_file_name("linli");
    std::env::var_os("LINLI_BIN").map_or_else(beside, PathBuf::from)
}

/// Runs a command; returns its figures.
fn load(arguments: &[&str]) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_load"))
        .args(arguments)
        .args(["--quick", "--json"])
        .env("LINLI_BIN", programs())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    let figures = String::from_utf8(output.stdout).unwrap();
    let figures: Vec<Value> = figures
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(!figures.is_empty(), "{said}");
    figures
}

/// Whether the servers are there; `testkit` says when they have to be.
fn servers() -> bool {
    testkit::servers::postgres().is_some() && testkit::servers::amqp().is_some()
}

fn positive(figures: &Value, name: &str) -> f64 {
    let value = figures[name].as_f64().unwrap_or_default();
    assert!(value > 0.0, "{name} in {figures}");
    value
}

/// The lines that have a member.
fn with<'a>(figures: &'a [Value], member: &str) -> Vec<&'a Value> {
    let lines = figures.iter();
    lines.filter(|line| line.get(member).is_some()).collect()
}

#[test]
fn lifecycles_in_one_process() {
    let figures = load(&["lifecycle", "--orders", "50", "--clients", "2"]);
    assert_eq!(figures[0]["form"], "embedded");
    positive(&figures[0], "lifecycles_per_s");
    positive(with(&figures, "start_ms")[0], "start_ms");
    assert_eq!(
        with(&figures, "idle_mib").len(),
        2,
        "the process, and all together"
    );
}

#[test]
fn lifecycles_in_processes_over_copied_orders() {
    if !servers() {
        return;
    }
    let figures = load(&[
        "lifecycle",
        "--form",
        "processes",
        "--orders",
        "300",
        "--clients",
        "2",
    ]);
    assert_eq!(figures[0]["form"], "processes");
    positive(&figures[0], "lifecycles_per_s");
    let needs = with(&figures, "peak_mib");
    assert_eq!(needs.len(), 5, "{needs:?}");
    for process in needs {
        assert!(positive(process, "peak_mib") >= positive(process, "idle_mib"));
    }
    let busy = with(&figures, "processors");
    let ticketing = busy.iter().find(|line| line["process"] == "ticketing");
    positive(ticketing.unwrap(), "processors");
}

#[test]
fn pgbench_sends_what_ticketing_sends() {
    if !servers() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("intake.sql");
    let figures = load(&[
        "floor",
        "--clients",
        "2",
        "--script",
        script.to_str().unwrap(),
    ]);
    positive(&figures[0], "ratio");
    let script = std::fs::read_to_string(script).unwrap();
    for statement in [
        "BEGIN;",
        "INSERT INTO \"work_order\"",
        "INSERT INTO \"outbox\"",
        "COMMIT;",
    ] {
        assert!(script.contains(statement), "{script}");
    }
}

#[test]
fn effects_follow_commits() {
    if !servers() {
        return;
    }
    let figures = load(&["latency", "--clients", "2", "--rate", "10"]);
    positive(&figures[0]["commit_to_effect_us"], "p50");
}

#[test]
fn a_sweep_flags_what_was_missed_on_files() {
    let figures = load(&["sweep", "--on", "sqlite"]);
    assert_eq!(figures[0]["missed"], 20);
}

#[test]
fn a_sweep_flags_what_was_missed_on_a_server() {
    if !servers() {
        return;
    }
    let figures = load(&["sweep", "--on", "postgres"]);
    assert_eq!(figures[0]["missed"], 20);
}

#[test]
fn a_spike_in_one_process_loses_nothing() {
    let figures = load(&["spike", "--clients", "4"]);
    assert_eq!(figures[0]["lost"], 0);
    positive(&figures[0]["spike"], "intended");
}

#[test]
fn a_spike_on_processes_loses_nothing() {
    if !servers() {
        return;
    }
    let figures = load(&["spike", "--form", "processes", "--clients", "4"]);
    assert_eq!(figures[0]["lost"], 0);
}

#[test]
fn the_bus_within_a_process() {
    let figures = load(&["bus", "--on", "in-process"]);
    positive(&figures[0], "published_and_consumed_per_s");
    assert_eq!(figures[1]["emit_to_effect_us"]["count"], 50);
    let figures = load(&["bus", "--on", "in-process", "--queue", "3000"]);
    positive(&figures[0], "drained_per_s");
}

#[test]
fn the_bus_over_a_broker() {
    if !servers() {
        return;
    }
    let figures = load(&["bus", "--on", "rabbitmq"]);
    positive(&figures[0], "published_per_s");
    let figures = load(&["bus", "--on", "rabbitmq", "--queue", "3000"]);
    positive(&figures[0], "relayed_per_s");
    positive(&figures[0], "drained_per_s");
}

#[test]
fn wrong_flags_are_told_apart_from_failures() {
    let code = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_load"));
        command.args(arguments).env("LINLI_BIN", "/nowhere/linli");
        command.output().unwrap().status.code()
    };
    assert_eq!(code(&["lifecycle", "--clients", "many"]), Some(2));
    assert_eq!(code(&["lifecycle"]), Some(1));
    assert_eq!(code(&["--help"]), Some(0));
}
