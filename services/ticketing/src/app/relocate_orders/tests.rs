#![expect(clippy::unwrap_used, reason = "tests may")]

use ::store::StoreError;
use kernel::{Clock, IdSourceExt, OrderId, Role};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use super::relocate_orders;
use crate::app::access::actor_of;
use crate::app::advance::{decide, take};
use crate::app::cause::Cause;
use crate::app::testing::{Bench, PLACE};
use crate::store::orders::{StoredOrder, find_order};
use crate::store::relocations::{Relocation, insert_relocation};
use crate::store::scopes::scopes_of;
use crate::store::tables::order_scope;

/// The compound, in another community.
const MOVED: &str = "/420105000000/420105011000/420105011011/420105011010.X01/";

async fn stored(bench: &Bench, id: OrderId) -> StoredOrder {
    let found = find_order(bench.app.db.reader(), id).await.unwrap();
    found.unwrap()
}

/// Moves the compound with its orders.
async fn relocate(bench: &Bench) {
    let moved = &Relocation {
        id: bench.app.ids.next(),
        code: "420105011010.X01".parse().unwrap(),
        from: PLACE.parse().unwrap(),
        to: MOVED.parse().unwrap(),
        after: None,
    };
    let told = bench.app.db.write("test.move", |tx| async move {
        insert_relocation(&tx, moved).await
    });
    told.await.unwrap();
    bench.settle(MOVED, "compound", "江欣苑小区").await;
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

    relocate(&bench).await;
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
    let rows = order_scope::Entity::find()
        .filter(order_scope::Column::OrderId.eq(id))
        .order_by_asc(order_scope::Column::ScopeCode);
    let rows = rows.all(app.db.reader()).await.unwrap();
    let found: Vec<String> = rows.into_iter().map(|row| row.scope_code).collect();
    let mut wanted = scopes_of(&after.order);
    wanted.sort_unstable();
    assert_eq!(found, wanted);
    assert!(found.iter().any(|scope| scope == "420105011011"));
}
