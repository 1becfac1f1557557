//! `kill -9` at any moment loses nothing that was acknowledged and repeats no effect.

mod people;
mod processes;
mod walk;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;
use kernel::{IdSource, IdSourceExt, OrderId, SystemIds};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use scenarios::Installation;
use scenarios::order::{self, ORDERS, items, text};
use serde_json::{Value, json};
use store::{Database, StoreConfig};

use crate::rows;
use people::People;
use walk::{Acknowledged, Draft, Fuse};

/// Orders that are under way at once.
const ORDERS_AT_ONCE: usize = 4;
/// Kills, and how many of them must hit between a commit and its delivery.
const KILLS: u32 = 8;
const HITS: u32 = 3;
/// Most kills tried for that.
const MOST_KILLS: u32 = 40;

/// Events that were committed and not delivered when the process was killed.
async fn undelivered(installation: &Installation) -> u64 {
    let mut pending = 0;
    for module in crate::world::MODULES {
        let file = installation.data().join(format!("{}.sqlite", module.name));
        let db = Database::open_file(&file, &StoreConfig::default())
            .await
            .expect("it opens");
        pending += store::outbox::count_pending(&db).await.expect("it counts");
        db.close().await.expect("it closes");
    }
    pending
}

async fn stored(installation: &Installation, service: &str) -> BTreeMap<String, i64> {
    let file = installation.data().join(format!("{service}.sqlite"));
    let db = Database::open_file(&file, &StoreConfig::default())
        .await
        .expect("it opens");
    let counts = rows::count(&db).await;
    db.close().await.expect("it closes");
    counts
}

/// An order's messages to a person, by kind, and its steps.
async fn effects(people: &People, order: &Value) -> (Vec<BTreeMap<String, usize>>, Vec<String>) {
    let mut told = Vec::new();
    for person in people.fixed() {
        let mut kinds = BTreeMap::new();
        for message in people::inbox(person).await {
            if message["order_id"] == order["id"] {
                *kinds.entry(text(&message, "kind").to_owned()).or_default() += 1;
            }
        }
        told.push(kinds);
    }
    let timeline = format!("{}/timeline?limit=200", order::path(order));
    let timeline = people.dispatcher.get(&timeline).await.expect(200);
    let steps = items(&timeline)
        .iter()
        .map(|step| format!("{} {}", step["kind"], step["action"]));
    (told, steps.collect())
}

async fn check_acknowledged(people: &People, seen: &Acknowledged) {
    for (id, version) in seen.orders() {
        let order = people.dispatcher.get(&format!("{ORDERS}/{id}")).await;
        assert_eq!(order.status, 200, "an acknowledged order is gone: {id}");
        let now = order.body["version"].as_i64().expect("a version");
        assert!(
            now >= version,
            "an acknowledged step of {id} is gone: {now} < {version}"
        );
    }
}

#[tokio::test]
async fn kills_between_commit_and_delivery_lose_nothing_and_repeat_nothing() {
    let installation = Installation::new();
    let mut server = installation.start().await;
    let mut people = People::sign_in(&installation, &server).await;
    server.settled().await;
    let before = stored(&installation, "volunteering").await;

    let ids = SystemIds::default();
    let ids: &dyn IdSource = &ids;
    let mut random = ChaCha8Rng::seed_from_u64(20_261_122);
    let seen = Arc::new(Acknowledged::default());
    let mut drafts: Vec<Draft> = Vec::new();
    let (mut hits, mut kills) = (0, 0);
    while hits < HITS || kills < KILLS {
        assert!(
            kills < MOST_KILLS,
            "no kill hit between commit and delivery"
        );
        kills += 1;
        drafts.extend((0..2).map(|_| Draft::new(ids.next::<OrderId>())));
        // a kill after some acknowledged steps, while others are under way
        let fuse = Fuse::of(random.next_u32() % 12 + 2);
        let open: Vec<&Draft> = drafts.iter().rev().take(ORDERS_AT_ONCE).collect();
        let walks = open.iter().map(|draft| draft.go_on(&people, &seen, &fuse));
        tokio::select! {
            _ = join_all(walks) => {}
            () = fuse.burnt() => {}
        }
        server.kill().await;
        hits += u32::from(undelivered(&installation).await > 0);
        server = installation.start().await;
        people = people.at(&server);
        check_acknowledged(&people, &seen).await;
        assert_eq!(server.anonymous().get("/livez").await.status, 200);
    }

    println!("{hits} of {kills} kills hit between commit and delivery");

    // everything goes to its end now, and one more order that no kill has met
    drafts.push(Draft::new(ids.next()));
    for draft in &drafts {
        let ended = draft.go_on(&people, &seen, &Fuse::endless()).await;
        assert_eq!(ended.expect("nothing is killed any more"), "published");
    }
    server.settled().await;
    let state = server.readiness().await;
    for service in state["services"].as_array().expect("services") {
        assert_eq!(
            (&service["outbox_pending"], &service["dead_letters"]),
            (&json!(0), &json!(0)),
            "{state:#}"
        );
    }
    let untouched = effects(&people, &drafts.last().expect("drafts").as_order()).await;
    for kind in ["review_wanted", "order_published"] {
        assert_eq!(untouched.0[0].get(kind), Some(&1), "{untouched:#?}");
    }
    for draft in &drafts {
        assert_eq!(
            effects(&people, &draft.as_order()).await,
            untouched,
            "{}",
            draft.id
        );
    }
    let mine = people.all_of(&format!("{ORDERS}?mine=requested")).await;
    assert_eq!(mine, drafts.len(), "each draft became one order");
    let published = people
        .all_of(&format!(
            "{}?org_code={}",
            order::PUBLICATIONS,
            order::COMPOUND
        ))
        .await;
    assert_eq!(published, drafts.len(), "each was published once");
    assert_eq!(server.interrupt().await.code(), Some(0));

    let after = stored(&installation, "volunteering").await;
    let new = |table: &str| after[table] - before[table];
    let orders = i64::try_from(drafts.len()).expect("a small number");
    assert_eq!(new("task"), orders, "one task for each order: {after:#?}");
    assert_eq!(after["dead_letter"], 0);
}
