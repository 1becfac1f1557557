#![expect(clippy::unwrap_used, reason = "tests may")]

use kernel::{AccountId, Clock, IdSourceExt, OrderId, Role};
use serde_json::json;

use super::{PAGE, tell_followers};
use crate::app::testing::Bench;
use crate::store::follower_due::list_due;
use crate::store::followers::{delete_follower, insert_follower};

async fn follow(bench: &Bench, order: OrderId, many: u64) -> Vec<AccountId> {
    let accounts: Vec<AccountId> = (0..many).map(|_| bench.app.ids.next()).collect();
    let (following, now) = (&accounts, bench.clock.now());
    let saved = bench.app.db.write("test.follow", |tx| async move {
        for account in following {
            insert_follower(&tx, *account, order, now).await?;
        }
        Ok::<_, ::store::StoreError>(())
    });
    saved.await.unwrap();
    accounts
}

async fn waiting(bench: &Bench) -> usize {
    list_due(bench.app.db.reader(), 10).await.unwrap().len()
}

#[tokio::test]
async fn followers_are_told_page_by_page_and_orders_that_nobody_follows_wait_for_nothing() {
    let bench = Bench::new().await;
    let resident = bench.caller(Role::Resident);
    let dispatcher = bench.caller(Role::CompoundDispatcher);
    let alone = bench.open(&resident, "five-order", None).await;
    bench.act(&dispatcher, alone, "dispatch", json!({})).await;
    assert_eq!(waiting(&bench).await, 0);

    let id = bench.open(&resident, "five-order", None).await;
    let many = PAGE * 5 + 7;
    let followers = follow(&bench, id, many).await;
    // who moves it and who asked hear of it otherwise
    let (asker, mover) = (resident.principal.account, dispatcher.principal.account);
    let saved = bench.app.db.write("test.follow", |tx| async move {
        let now = kernel::Timestamp::UNIX_EPOCH;
        insert_follower(&tx, asker, id, now).await?;
        insert_follower(&tx, mover, id, now).await
    });
    saved.await.unwrap();
    bench.act(&dispatcher, id, "dispatch", json!({})).await;
    assert_eq!(waiting(&bench).await, 1);
    // four pages a turn
    let first = tell_followers(&bench.app).await.unwrap();
    assert!((PAGE * 4 - 2..=PAGE * 4).contains(&first), "{first}");
    let last = *followers.iter().max().unwrap();
    let left = bench.app.db.write("test.unfollow", |tx| async move {
        delete_follower(&tx, last, id).await
    });
    left.await.unwrap();
    // whoever stopped following meanwhile hears nothing
    let rest = tell_followers(&bench.app).await.unwrap();
    assert_eq!((first + rest, waiting(&bench).await), (many - 1, 0));
    assert_eq!(tell_followers(&bench.app).await.unwrap(), 0);
}

#[tokio::test]
async fn an_order_that_moves_on_meanwhile_is_told_of_as_it_is_by_then() {
    let bench = Bench::new().await;
    let order = bench.in_hand().await;
    follow(&bench, order.id, 3).await;
    let report = json!({"handling_note": "已修", "public_answer": "已修好"});
    bench
        .act(&order.liaison, order.id, "feedback", report)
        .await;
    let inspector = bench.caller_at(Role::Inspector, "/420105000000/");
    let failed = json!({"passed": false});
    bench.act(&inspector, order.id, "verify", failed).await;
    assert_eq!(waiting(&bench).await, 1);
    assert_eq!(tell_followers(&bench.app).await.unwrap(), 3);
    assert_eq!(tell_followers(&bench.app).await.unwrap(), 0);
}
