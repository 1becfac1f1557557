//! Two processes of one service.

use std::time::Duration;

use scenarios::{Cluster, Grace, SERVICES, repository};
use testkit::Target;

use super::Trial;

/// Services that there are two processes of.
const TWICE: [&str; 2] = ["ticketing", "notifications"];

#[tokio::test]
async fn two_processes_of_a_service_work_as_one_and_one_takes_over_from_the_other() {
    let Some(cluster) = Cluster::prepare().await else {
        return;
    };
    let mut trial = Trial::begin(cluster).await;
    for service in TWICE {
        trial.cluster.start_replica(service).await;
    }
    let there = |caller: &_| trial.cluster.at_replicas(caller);
    trial.load.elsewhere = Some(trial.load.people.moved(there));
    trial
        .under_load(async |cluster, load| {
            load.progress(40).await;
            for service in TWICE {
                cluster.kill(service).await;
            }
            load.trouble(2).await;
            for service in TWICE {
                cluster.start_again(service).await;
            }
            load.progress(40).await;
        })
        .await;
    trial.check().await;
}

#[tokio::test]
async fn a_rolling_upgrade_under_load_fails_no_request() {
    let Some(mut cluster) = Cluster::prepare().await else {
        return;
    };
    // what the chart gives a pod that is replaced
    let running = chart_seconds("stopTimeoutSeconds").to_string();
    cluster.set("LINLI_HTTP__STOP_TIMEOUT_S", running);
    let mut trial = Trial::begin(cluster).await;
    for service in SERVICES {
        trial.cluster.start_replica(service).await;
    }
    let turns = trial.cluster.in_turns();
    let people = &trial.load.people;
    let people = people.moved(|caller| caller.moved(Target::Turns(turns.clone())));
    trial.load.people = people;
    let seconds = |name| Duration::from_secs(chart_seconds(name));
    let grace = Grace {
        before: seconds("preStopSeconds"),
        after: seconds("stopTimeoutSeconds") + seconds("drainSeconds"),
    };
    trial
        .each_service(async |cluster, load, service| {
            load.progress(4).await;
            cluster.roll(service, &turns[service], grace).await;
        })
        .await;
    assert_eq!(trial.load.desk.trouble(), 0, "{}", trial.load.desk.report());
    trial.check().await;
}

/// A number of seconds in the chart's values.
fn chart_seconds(name: &str) -> u64 {
    let values = repository::root().join("charts/linli/values.yaml");
    let values = std::fs::read_to_string(values).expect("the chart has values");
    let named = values.lines().find_map(|line| {
        let value = line.trim().strip_prefix(name)?.strip_prefix(':')?;
        value.trim().parse().ok()
    });
    named.unwrap_or_else(|| panic!("the chart has no {name}"))
}
