//! Faults of services.

use scenarios::Cluster;

use super::Trial;

#[tokio::test]
async fn the_death_of_any_service_loses_nothing_and_repeats_nothing() {
    let Some(cluster) = Cluster::prepare().await else {
        return;
    };
    let mut trial = Trial::begin(cluster).await;
    for _ in 0..2 {
        trial
            .each_service(async |cluster, load, service| {
                load.progress(8).await;
                cluster.kill(service).await;
                cluster.start_again(service).await;
            })
            .await;
    }
    trial.check().await;
}

#[tokio::test]
async fn a_rolling_restart_loses_no_request() {
    let Some(cluster) = Cluster::prepare().await else {
        return;
    };
    let mut trial = Trial::begin(cluster).await;
    trial
        .each_service(async |cluster, load, service| {
            load.progress(8).await;
            cluster.restart(service).await;
        })
        .await;
    trial.check().await;
}
