//! What must hold after every fault.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use kernel::OrderId;
use scenarios::order::{self, ORDERS};
use scenarios::{Cluster, SERVICES};
use testkit::eventually;

use super::{Trial, tasks};
use crate::lifecycle::{assert_acknowledged, differences};

/// Longest wait for effects.
const PATIENCE: Duration = Duration::from_secs(15);

impl Trial {
    /// Checks that everything is as if nothing had happened, and stops.
    pub(super) async fn check(self) {
        let Self {
            cluster,
            load,
            tasks: before,
        } = self;
        join_all(SERVICES.map(|service| cluster.ready(service))).await;
        assert_acknowledged(&load.people, &load.desk).await;

        let untouched = load.draft().id;
        load.finish().await;
        nothing_left_to_tell(&cluster).await;
        let drafts = load.drafts.take();
        let orders: Vec<OrderId> = drafts.iter().map(|draft| draft.id).collect();
        let begun = Instant::now();
        let different = eventually("every effect is there", async || {
            let different = differences(&load.people, &load.desk, &orders, untouched).await;
            (different.is_empty() || begun.elapsed() > PATIENCE).then_some(different)
        })
        .await;
        assert_eq!(different, [""; 0], "not as an order that nothing met");
        assert_acknowledged(&load.people, &load.desk).await;

        let orders = format!("{ORDERS}?mine=requested");
        let publications = format!("{}?org_code={}", order::PUBLICATIONS, order::COMPOUND);
        for list in [orders, publications] {
            let count = load.people.all_of(&load.desk, &list).await;
            assert_eq!(count, drafts.len(), "once for each order: {list}");
        }
        let new = tasks(&cluster).await - before;
        assert_eq!(usize::try_from(new).ok(), Some(drafts.len()), "tasks");
        let dead = cluster.run(&["events", "dead", "list", "--json"]).await;
        assert_eq!(dead.expect(0), "", "dead letters");
        println!("{} orders, {}", drafts.len(), load.desk.report());
        cluster.stop().await;
    }
}

async fn nothing_left_to_tell(cluster: &Cluster) {
    eventually("nothing is left to be told", async || {
        let services = cluster.readiness().await;
        let told = |service: &serde_json::Value| service["outbox_pending"] == 0;
        services.iter().all(told).then_some(())
    })
    .await;
}
