//! A projection that was lost is made anew from what its owner tells once more.

use contracts::facts::Fact;
use scenarios::Running;
use sea_orm::ConnectionTrait;
use serde_json::json;
use store::StoreError;
use testkit::eventually;

use crate::world::{MODULES, ORGANISATIONS, World};

/// Count and digest of the organisations as a service keeps them.
async fn organisations(world: &World, service: &str) -> (u64, String) {
    let module = MODULES.iter().find(|module| module.name == service);
    let module = module.expect("it is one of them");
    let tallies = (module.audit)(world.host.database(service).await).await;
    let tallies = tallies.expect("it tells its side");
    let mut tallies = tallies.into_iter();
    let tally = tallies.find(|tally| tally.fact() == Fact::Organisations);
    let tally = tally.expect("it keeps organisations");
    (tally.count(), tally.digest())
}

/// Lets registry tell once more what there is.
pub(crate) async fn replay(world: &World) {
    match &world.host {
        Running::Embedded(host) => {
            let deps = host.deps("registry");
            let told = registry::replay::replay_state(deps, |_| ()).await;
            assert!(told.expect("it is told").established > 0);
        }
        Running::Processes(cluster) => {
            cluster
                .run(&["events", "replay-state", "registry"])
                .await
                .expect(0);
        }
    }
}

async fn assert_rebuilt(world: &World, what: &str) {
    eventually(what, async || {
        let (owner, copy) = (
            organisations(world, "registry").await,
            organisations(world, "ticketing").await,
        );
        (owner == copy).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_projection_that_was_lost_is_made_anew() {
    let world = World::start().await;
    let gone = json!({"code": "420105011010.X90", "kind": "compound", "name": "已撤小区", "parent_code": "420105011010"});
    world.platform.post(ORGANISATIONS, &gone).await.expect(201);
    let close = format!("{ORGANISATIONS}/420105011010.X90/actions/close");
    world.platform.post(&close, &json!({})).await.expect(200);
    world.settled().await;
    assert_rebuilt(&world, "the copy is there").await;
    let whole = organisations(&world, "ticketing").await;
    let db = world.host.database("ticketing").await;
    for broken in [
        "DELETE FROM org",
        "UPDATE org SET name = '旧名'",
        "UPDATE org SET code = '420105011010.X90' WHERE code = '420105011010.X01'",
    ] {
        db.write("test.break", |tx| async move {
            let done = tx.execute_unprepared(broken).await?;
            assert!(done.rows_affected() > 0, "{broken} touched nothing");
            Ok::<_, StoreError>(())
        })
        .await
        .expect("it is broken");
        assert_ne!(organisations(&world, "ticketing").await, whole, "{broken}");
        replay(&world).await;
        assert_rebuilt(&world, broken).await;
        // and once more changes nothing
        replay(&world).await;
        world.settled().await;
        assert_eq!(organisations(&world, "ticketing").await, whole);
    }
    world.host.stop().await;
}
