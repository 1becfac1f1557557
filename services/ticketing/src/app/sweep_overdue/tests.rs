#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::time::Duration;

use kernel::{OrderId, Role};
use serde_json::{Value, json};

use super::sweep_overdue;
use crate::app::act_on_order::{ActOnOrder, act_on_order};
use crate::app::cause::Cause;
use crate::app::drive_task::accept_claim;
use crate::app::list_orders::{ListOrders, list_orders};
use crate::app::open_order::{OpenOrder, open_order};
use crate::app::show_order::show_order;
use crate::app::show_timeline::show_timeline;
use crate::app::testing::{Bench, PLACE};
use crate::domain::photo::PhotoKind;
use crate::store::attachments::{Attachment, insert_attachment};

const HOUR: Duration = Duration::from_hours(1);

async fn open(bench: &Bench, ctx: &auth::Ctx) -> OrderId {
    let path: kernel::OrgPath = PLACE.parse().unwrap();
    let command = OpenOrder {
        workflow: "five-order".to_owned(),
        title: "路灯不亮".to_owned(),
        content: "楼道路灯坏了".to_owned(),
        category: None,
        org_code: path.leaf().unwrap(),
        location: None,
        confidential: false,
        client_id: None,
    };
    open_order(&bench.app, &bench.now(ctx), command)
        .await
        .unwrap()
        .id
}

async fn act(bench: &Bench, ctx: &auth::Ctx, id: OrderId, action: &str, input: Value) {
    let command = ActOnOrder {
        id,
        action: action.to_owned(),
        input,
    };
    act_on_order(&bench.app, &bench.now(ctx), command)
        .await
        .unwrap();
}

async fn overdue(bench: &Bench, ctx: &auth::Ctx) -> usize {
    let query = ListOrders {
        overdue: Some(true),
        ..ListOrders::default()
    };
    list_orders(&bench.app, &bench.now(ctx), query)
        .await
        .unwrap()
        .items
        .len()
}

#[tokio::test]
async fn a_missed_limit_is_flagged_once_and_forgotten_when_the_order_moves() {
    let bench = Bench::new().await;
    let resident = bench.caller(Role::Resident);
    let dispatcher = bench.caller(Role::CompoundDispatcher);
    let id = open(&bench, &resident).await;
    assert_eq!(sweep_overdue(&bench.app).await.unwrap(), 0);

    bench.clock.advance(HOUR * 25);
    assert_eq!(sweep_overdue(&bench.app).await.unwrap(), 1);
    assert_eq!(sweep_overdue(&bench.app).await.unwrap(), 0);
    assert_eq!(overdue(&bench, &dispatcher).await, 1);
    let view = show_order(&bench.app, &bench.now(&dispatcher), id)
        .await
        .unwrap();
    assert!(view.overdue);
    let limit = chassis::http::Limit::default();
    let told = show_timeline(&bench.app, &bench.now(&resident), id, None, limit)
        .await
        .unwrap();
    assert_eq!(told.items[1].kind, "overdue");
    assert_eq!(told.items[1].actor_role, "system");

    act(&bench, &dispatcher, id, "dispatch", json!({})).await;
    assert_eq!(overdue(&bench, &dispatcher).await, 0);
    let view = show_order(&bench.app, &bench.now(&dispatcher), id)
        .await
        .unwrap();
    assert!(!view.overdue);
    bench.clock.advance(HOUR * 49);
    assert_eq!(sweep_overdue(&bench.app).await.unwrap(), 1);
}

#[tokio::test]
async fn a_review_whose_time_is_over_is_concluded_by_the_system() {
    let bench = Bench::new().await;
    let resident = bench.caller(Role::Resident);
    let dispatcher = bench.caller(Role::CompoundDispatcher);
    let helper = bench.caller(Role::PartyMember);
    let id = open(&bench, &resident).await;
    act(&bench, &dispatcher, id, "dispatch", json!({})).await;
    let app = &bench.app;
    let volunteer = helper.principal.account;
    let cause = &Cause::request(&bench.now(&helper));
    let photo = &Attachment {
        id: kernel::IdSourceExt::next(app.ids.as_ref()),
        order_id: id,
        account: volunteer,
        round: 1,
        kind: PhotoKind::Png,
        size: 1,
        width: 1,
        height: 1,
        digest: String::new(),
        at: cause.now,
    };
    app.db
        .write("test.claim", |tx| async move {
            accept_claim(app, &tx, id, volunteer, cause).await.unwrap();
            insert_attachment(&tx, photo).await
        })
        .await
        .unwrap();
    act(&bench, &helper, id, "handle", json!({"note": "已修好"})).await;
    act(
        &bench,
        &resident,
        id,
        "review",
        json!({"score": 5, "solved": true}),
    )
    .await;
    // the only one who may vote has voted
    let view = show_order(app, &bench.now(&resident), id).await.unwrap();
    assert_eq!(view.state, "reviewed");

    let second = open(&bench, &resident).await;
    act(&bench, &dispatcher, second, "dispatch", json!({})).await;
    let photo = &Attachment {
        id: kernel::IdSourceExt::next(app.ids.as_ref()),
        order_id: second,
        ..photo.clone()
    };
    app.db
        .write("test.claim", |tx| async move {
            accept_claim(app, &tx, second, volunteer, cause)
                .await
                .unwrap();
            insert_attachment(&tx, photo).await
        })
        .await
        .unwrap();
    act(&bench, &helper, second, "handle", json!({"note": "已修好"})).await;
    bench.clock.advance(HOUR * 73);
    // one review is concluded, one publication is late
    assert_eq!(sweep_overdue(app).await.unwrap(), 2);
    let view = show_order(app, &bench.now(&resident), second)
        .await
        .unwrap();
    assert_eq!(view.state, "reviewed");
    let late = show_order(app, &bench.now(&dispatcher), id).await.unwrap();
    assert!(late.overdue);
}
