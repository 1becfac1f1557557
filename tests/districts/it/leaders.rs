use k8s_openapi::api::coordination::v1::Lease;
use operator::kube::Api;
use serde_json::json;
use testkit::eventually;

use crate::World;

impl World {
    /// Waits until somebody else than `before` holds the lease.
    async fn leader_after(&self, before: &str) -> String {
        let client = self.place.client("tests").await;
        let leases: Api<Lease> = Api::namespaced(client, &self.place.namespace);
        eventually("there is another leader", async || {
            let lease = leases.get_opt("linli-operator").await.unwrap()?;
            lease
                .spec?
                .holder_identity
                .filter(|holder| holder != before)
        })
        .await
    }
}

#[tokio::test]
async fn of_two_replicas_one_works_and_when_it_dies_the_other_takes_over() {
    let world = World::start().await;
    let first = world.operator("one").await;
    assert_eq!(world.leader_after("").await, "one");
    let second = world.operator("two").await;
    world.declare(json!({})).await;
    world.turns("Ready", "True").await;
    assert!(first.health.is_leading() && !second.health.is_leading());
    // killed: it gives nothing back
    first.running.abort();
    assert_eq!(world.leader_after("one").await, "two");
    world.change(json!({"spec": {"name": "汉阳"}})).await;
    world.turns("Ready", "True").await;
    assert!(second.health.is_leading());
    world.end([second]).await;
}

#[tokio::test]
async fn a_replica_that_stops_lets_the_other_begin_at_once() {
    let world = World::start().await;
    let first = world.operator("one").await;
    assert_eq!(world.leader_after("").await, "one");
    let second = world.operator("two").await;
    first.stop.cancel();
    first.running.await.unwrap();
    assert_eq!(world.leader_after("one").await, "two");
    world.end([second]).await;
}

#[tokio::test]
async fn a_replica_that_is_cut_off_stops_working_before_another_begins() {
    let world = World::start().await;
    let first = world.operator("one").await;
    assert_eq!(world.leader_after("").await, "one");
    let second = world.operator("two").await;
    if world.place.cut("one", true) {
        assert_eq!(world.leader_after("one").await, "two");
        assert!(!first.health.is_leading(), "never two at once");
        world.place.cut("one", false);
        world.declare(json!({})).await;
        world.turns("Ready", "True").await;
    }
    world.end([first, second]).await;
}
