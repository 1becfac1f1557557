//! `kill -9` at any moment loses nothing that was acknowledged and repeats no effect; of single
//! services, see `faults`.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::future::join_all;
use kernel::{IdSource, IdSourceExt, OrderId, SystemIds};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use scenarios::Installation;
use scenarios::order::{self, ORDERS};
use serde_json::json;
use store::{Database, StoreConfig};
use testkit::eventually;
use tokio::sync::Notify;

use crate::lifecycle::{
    Desk, Draft, Patience, People, State, assert_acknowledged, differences, told,
};
use crate::rows;

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

/// Burns down with each step.
struct Fuse {
    left: AtomicU32,
    end: Notify,
}

impl Fuse {
    fn of(steps: u32) -> Self {
        Self {
            left: AtomicU32::new(steps),
            end: Notify::new(),
        }
    }

    fn step(&self) -> ControlFlow<()> {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.end.notify_one();
        }
        ControlFlow::Continue(())
    }

    async fn burnt(&self) {
        self.end.notified().await;
    }
}

/// Takes an order on; where it waits for another service, again and again.
async fn walk(draft: &Draft, people: &People, desk: &Desk, fuse: &Fuse) {
    while let Ok(State::Waits) = draft.go_on(people, desk, || fuse.step()).await {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn kills_between_commit_and_delivery_lose_nothing_and_repeat_nothing() {
    let installation = Installation::new();
    let mut server = installation.start().await;
    let accounts = installation.accounts();
    let sign_in = async |account: &_| server.sign_in(account).await;
    let mut people = People::sign_in(&accounts, sign_in).await;
    server.settled().await;
    let before = stored(&installation, "volunteering").await;

    let ids = SystemIds::default();
    let ids: &dyn IdSource = &ids;
    let mut random = ChaCha8Rng::seed_from_u64(20_261_122);
    let desk = Desk::new(Patience::None);
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
        let walks = open.iter().map(|draft| walk(draft, &people, &desk, &fuse));
        tokio::select! {
            _ = join_all(walks) => {}
            () = fuse.burnt() => {}
        }
        server.kill().await;
        hits += u32::from(undelivered(&installation).await > 0);
        server = installation.start().await;
        people = people.moved(|caller| server.caller(caller.account, caller.token.clone()));
        assert_acknowledged(&people, &desk).await;
        assert_eq!(server.anonymous().get("/livez").await.status, 200);
    }

    println!("{hits} of {kills} kills hit between commit and delivery");

    // everything goes to its end now, and one more order that no kill has met
    drafts.push(Draft::new(ids.next()));
    for draft in &drafts {
        eventually("the order is published", async || {
            let ended = draft.go_on(&people, &desk, || ControlFlow::Continue(()));
            let ended = ended.await.expect("nothing is killed any more");
            (ended == State::Published).then_some(())
        })
        .await;
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
    assert_acknowledged(&people, &desk).await;
    let orders: Vec<OrderId> = drafts.iter().map(|draft| draft.id).collect();
    let untouched = *orders.last().expect("orders");
    let messages = told(&desk, &people.requester).await;
    let messages = &messages[&untouched.to_string()];
    for kind in ["review_wanted", "order_published"] {
        assert_eq!(messages.get(kind), Some(&1), "{messages:#?}");
    }
    let different = differences(&people, &desk, &orders, untouched).await;
    assert_eq!(different, [""; 0]);
    let mine = format!("{ORDERS}?mine=requested");
    let published = format!("{}?org_code={}", order::PUBLICATIONS, order::COMPOUND);
    for list in [mine, published] {
        let count = people.all_of(&desk, &list).await;
        assert_eq!(count, drafts.len(), "once for each draft: {list}");
    }
    assert_eq!(server.interrupt().await.code(), Some(0));

    let after = stored(&installation, "volunteering").await;
    let new = |table: &str| after[table] - before[table];
    let orders = i64::try_from(drafts.len()).expect("a small number");
    assert_eq!(new("task"), orders, "one task for each order: {after:#?}");
    assert_eq!(after["dead_letter"], 0);
}
