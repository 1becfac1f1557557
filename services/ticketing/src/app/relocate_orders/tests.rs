#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::time::Duration;

use ::store::StoreError;
use kernel::{Clock, IdSourceExt, OrderId, OrgPath, Role};
use serde_json::json;

use super::relocate_orders;
use crate::app::access::actor_of;
use crate::app::advance::{decide, take};
use crate::app::assist_order::{AskForPart, ask_for_part};
use crate::app::cause::Cause;
use crate::app::testing::{Bench, PLACE};
use crate::domain::assist::PartState;
use crate::store::orders::{StoredOrder, find_order, save_order};
use crate::store::relocations::{Relocation, insert_relocation};
use crate::store::scopes::scopes_of;
use crate::store::testing::list_scopes_of;

/// The compound, in another community.
const MOVED: &str = "/420105000000/420105011000/420105011011/420105011010.X01/";

async fn stored(bench: &Bench, id: OrderId) -> StoredOrder {
    let found = find_order(bench.app.db.reader(), id).await.unwrap();
    found.unwrap()
}

/// Moves an organisation with its order.
async fn relocate(bench: &Bench, from: &str, to: &str) {
    let to: OrgPath = to.parse().unwrap();
    let moved = &Relocation {
        id: bench.app.ids.next(),
        code: to.leaf().unwrap(),
        from: from.parse().unwrap(),
        to,
        after: None,
    };
    let told = bench.app.db.write("test.move", |tx| async move {
        insert_relocation(&tx, moved).await
    });
    told.await.unwrap();
    assert_eq!(relocate_orders(&bench.app).await.unwrap(), 1);
}

#[tokio::test]
async fn a_step_decided_before_a_move_writes_no_old_place_back() {
    let bench = Bench::new().await;
    let id = bench
        .open(&bench.caller(Role::Resident), "five-order", None)
        .await;
    let (app, dispatcher) = (&bench.app, bench.caller(Role::CompoundDispatcher));
    let before = stored(&bench, id).await;
    let actor = actor_of(&dispatcher.principal);
    let action = ("dispatch", &json!({}));
    let now = bench.clock.now();
    let step = decide(app, app.db.reader(), &before, action, &actor, now).await;
    let step = &step.unwrap();

    relocate(&bench, PLACE, MOVED).await;
    let cause = &Cause::schedule(now);
    let taken = app.db.write("test.take", |tx| async move {
        take(app, &tx, step, cause).await
    });
    assert!(matches!(taken.await, Err(StoreError::Stale)));
    // judged anew it is taken where the order is now
    let dispatcher = bench.caller_at(Role::CompoundDispatcher, MOVED);
    bench.act(&dispatcher, id, "dispatch", json!({})).await;
    let after = stored(&bench, id).await;
    assert_eq!(after.order.org_path, MOVED.parse().unwrap());
    let found = list_scopes_of(app.db.reader(), id).await.unwrap();
    let mut wanted = scopes_of(&after.order);
    wanted.sort_unstable();
    assert_eq!(found, wanted);
    assert!(found.iter().any(|scope| scope == "420105011011"));
}

#[tokio::test]
async fn nor_does_a_change_of_a_part_that_was_read_before() {
    const WATER: &str = "/420105000000/420105000000.SW/";
    const ELSEWHERE: &str = "/420105000000/420105011000/420105000000.SW/";
    let bench = Bench::new().await;
    bench.settle(WATER, "department", "区水务局").await;
    let order = bench.in_hand().await;
    let part = AskForPart {
        order_id: order.id,
        unit: "420105000000.SW".parse().unwrap(),
        asked: "请配合".to_owned(),
    };
    ask_for_part(&bench.app, &bench.now(&order.liaison), part)
        .await
        .unwrap();
    let before = &stored(&bench, order.id).await;
    let mut after = before.clone();
    after.order.parts[0].state = PartState::Accepted;
    after.order.version = before.order.version.next();
    let after = &after;

    bench.clock.advance(Duration::from_secs(1));
    relocate(&bench, WATER, ELSEWHERE).await;
    let saved = bench.app.db.write("test.save", |tx| async move {
        save_order(&tx, before, after).await
    });
    assert!(matches!(saved.await, Err(StoreError::Stale)));
    let now = stored(&bench, order.id).await.order.parts;
    assert_eq!(now[0].path, ELSEWHERE.parse().unwrap());
}
