//! Two processes of one service.

use scenarios::Cluster;

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
