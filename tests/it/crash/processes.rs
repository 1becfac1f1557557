//! `kill -9` of single services, the others going on.

use futures_util::future::join_all;
use kernel::{IdSource, IdSourceExt, OrderId, SystemIds};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use scenarios::order::{self, ORDERS};
use scenarios::{Cluster, SERVICES};
use testkit::eventually;

use super::people::People;
use super::walk::{Acknowledged, Draft, Fuse};
use super::{ORDERS_AT_ONCE, check_acknowledged, effects};
use crate::rows;

/// Times that each service is killed.
const ROUNDS: usize = 2;

async fn tasks(cluster: &Cluster) -> i64 {
    let db = cluster.database("volunteering").await;
    let counts = rows::count(&db).await;
    db.close().await.expect("it closes");
    counts["task"]
}

#[tokio::test]
async fn the_death_of_any_service_loses_nothing_and_repeats_nothing() {
    let Some(mut cluster) = Cluster::prepare().await else {
        return;
    };
    cluster.run(&["seed"]).await.expect(0);
    cluster.start_all().await;
    cluster.settled().await;
    let people = People::of(&cluster).await;
    let before = tasks(&cluster).await;

    let ids = SystemIds::default();
    let ids: &dyn IdSource = &ids;
    let mut random = ChaCha8Rng::seed_from_u64(20_261_122);
    let seen = Acknowledged::default();
    let mut drafts: Vec<Draft> = Vec::new();
    for service in std::iter::repeat_n(SERVICES, ROUNDS).flatten() {
        drafts.push(Draft::new(ids.next::<OrderId>()));
        let fuse = Fuse::of(random.next_u32() % 8 + 2);
        let open: Vec<&Draft> = drafts.iter().rev().take(ORDERS_AT_ONCE).collect();
        let walks = open.iter().map(|draft| draft.go_on(&people, &seen, &fuse));
        tokio::select! {
            _ = join_all(walks) => {}
            () = fuse.burnt() => {}
        }
        cluster.kill(service).await;
        cluster.start_again(service).await;
        check_acknowledged(&people, &seen).await;
    }

    drafts.push(Draft::new(ids.next()));
    for draft in &drafts {
        let ended = draft.go_on(&people, &seen, &Fuse::endless()).await;
        assert_eq!(ended.expect("nothing is killed any more"), "published");
    }
    eventually("nothing is left to be told", async || {
        let services = cluster.readiness().await;
        let quiet = services
            .iter()
            .all(|service| service["outbox_pending"] == 0);
        quiet.then_some(())
    })
    .await;
    let newest = drafts.last().expect("drafts").as_order();
    eventually("an order that no kill met is told whole", async || {
        let told = effects(&people, &newest).await.0;
        (told[0].get("order_published") == Some(&1)).then_some(())
    })
    .await;
    let untouched = effects(&people, &newest).await;
    for draft in &drafts {
        let what = format!("{} has the effects of an untouched order", draft.id);
        eventually(&what, async || {
            (effects(&people, &draft.as_order()).await == untouched).then_some(())
        })
        .await;
    }
    let mine = people.all_of(&format!("{ORDERS}?mine=requested")).await;
    assert_eq!(mine, drafts.len(), "each draft became one order");
    let list = format!("{}?org_code={}", order::PUBLICATIONS, order::COMPOUND);
    assert_eq!(people.all_of(&list).await, drafts.len(), "published once");
    let new = tasks(&cluster).await - before;
    assert_eq!(new, i64::try_from(drafts.len()).expect("a small number"));
    for service in cluster.readiness().await {
        assert_eq!(service["dead_letters"], 0, "{service:#}");
    }
    cluster.stop().await;
}
