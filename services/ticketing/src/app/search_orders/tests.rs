//! Orders are found wherever they are in the index, by statements that cost no more when the tables grow.
#![expect(clippy::unwrap_used, reason = "tests may")]

use std::time::Duration;

use kernel::{OrderId, Role};
use testkit::{Storage, plans};

use super::{LIMITS, Limits, SearchOrders, search_within};
use crate::app::index_orders::index_orders;
use crate::app::list_orders::ListOrders;
use crate::app::open_at::HowItCame;
use crate::app::open_order::{OpenOrder, open_order};
use crate::app::testing::{Bench, PLACE};
use crate::store::search_testing::{blacken, count_indexed, deal_out};

/// All ways through the index: candidates at once; stretches of the scope; one of those, and then candidates.
const WAYS: [Limits; 3] = [
    LIMITS,
    Limits {
        stretch: 4,
        stretches: 2,
        chunk: 1,
        texts: 5,
    },
    Limits {
        stretch: 2,
        stretches: 2,
        chunk: 3,
        texts: 7,
    },
];

async fn open(bench: &Bench, ctx: &auth::Ctx, title: &str) -> OrderId {
    let path: kernel::OrgPath = PLACE.parse().unwrap();
    let command = OpenOrder {
        workflow: "six-step".to_owned(),
        title: title.to_owned(),
        content: "内容".to_owned(),
        category: None,
        org_code: path.leaf().unwrap(),
        location: None,
        confidential: false,
        client_id: None,
        intake: HowItCame::default(),
    };
    bench.clock.advance(Duration::from_secs(1));
    open_order(&bench.app, &bench.now(ctx), command)
        .await
        .unwrap()
        .id
}

/// Finds orders on all pages of `size`.
async fn find(
    bench: &Bench,
    ctx: &auth::Ctx,
    words: &str,
    size: &str,
    limits: Limits,
) -> Vec<OrderId> {
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let query = SearchOrders {
            words: words.to_owned(),
            list: ListOrders {
                cursor,
                limit: serde_json::from_str(size).unwrap(),
                ..ListOrders::default()
            },
            ..SearchOrders::default()
        };
        let work = search_within(&bench.app, ctx, query, limits);
        let page = plans::assert_flat(&bench.app.db, 5_000, work)
            .await
            .unwrap();
        found.extend(page.items.iter().map(|item| item.id));
        match page.next {
            Some(next) => cursor = Some(next),
            None => return found,
        }
    }
}

#[tokio::test]
async fn orders_are_found_in_the_tail_and_in_every_segment() {
    for storage in [Storage::files(), Storage::new().await] {
        let mut bench = Bench::on(storage).await;
        bench.app.config.search_segment = 5;
        let (resident, staff) = (
            bench.caller(Role::Resident),
            bench.caller(Role::CompoundDispatcher),
        );
        let (mut lamps, mut covers) = (Vec::new(), Vec::new());
        for number in 0..13 {
            let lamp = open(&bench, &resident, &format!("路灯{number}")).await;
            lamps.insert(0, lamp);
            if number % 4 == 0 {
                covers.insert(0, open(&bench, &resident, "井盖").await);
            }
        }
        assert_eq!(count_indexed(&bench.app.db).await, (17, 0));
        for indexed in [0, 15] {
            if indexed > 0 {
                assert_eq!(index_orders(&bench.app).await.unwrap(), indexed);
                assert_eq!(count_indexed(&bench.app.db).await, (2, 15));
            }
            for limits in WAYS {
                for ctx in [&staff, &resident] {
                    for size in ["3", "50"] {
                        let all = find(&bench, ctx, "路灯", size, limits).await;
                        assert_eq!(all, lamps, "{size} {limits:?}");
                        let some = find(&bench, ctx, "井盖 内容", size, limits).await;
                        assert_eq!(some, covers, "{size} {limits:?}");
                    }
                    assert_eq!(find(&bench, ctx, "路灯 井盖", "9", limits).await, []);
                    assert_eq!(find(&bench, ctx, "灯路", "9", limits).await, []);
                }
            }
        }
        let later = open(&bench, &resident, "路灯又坏").await;
        lamps.insert(0, later);
        for limits in WAYS {
            assert_eq!(find(&bench, &staff, "路灯", "50", limits).await, lamps);
        }
        assert_eq!(count_indexed(&bench.app.db).await.1, 15);
    }
}

#[tokio::test]
async fn orders_that_were_late_are_found_in_their_turn() {
    let mut bench = Bench::new().await;
    bench.app.config.search_segment = 6;
    let (resident, staff) = (
        bench.caller(Role::Resident),
        bench.caller(Role::CompoundDispatcher),
    );
    let mut lamps = Vec::new();
    for _ in 0..13 {
        lamps.insert(0, open(&bench, &resident, "路灯").await);
    }
    assert_eq!(index_orders(&bench.app).await.unwrap(), 12);
    let dealt = bench
        .app
        .db
        .write("test.deal", |tx| async move { deal_out(&tx).await });
    dealt.await.unwrap();
    for limits in WAYS {
        for size in ["1", "4", "50"] {
            let all = find(&bench, &staff, "路灯", size, limits).await;
            assert_eq!(all, lamps, "{size} {limits:?}");
        }
    }
}

#[tokio::test]
async fn a_text_that_was_blackened_is_not_found_and_old_orders_are_once_indexed() {
    let mut bench = Bench::new().await;
    bench.app.config.search_segment = 2;
    let (resident, staff) = (
        bench.caller(Role::Resident),
        bench.caller(Role::CompoundDispatcher),
    );
    let secret = open(&bench, &resident, "张家漏水").await;
    let other = open(&bench, &resident, "楼上漏水").await;
    let db = &bench.app.db;
    let write = db.write(
        "test.blacken",
        |tx| async move { blacken(&tx, secret).await },
    );
    write.await.unwrap();
    for indexed in [false, true] {
        if indexed {
            assert_eq!(index_orders(&bench.app).await.unwrap(), 2);
        }
        assert_eq!(find(&bench, &staff, "漏水", "9", LIMITS).await, [other]);
        assert_eq!(find(&bench, &staff, "张家", "9", LIMITS).await, []);
        assert_eq!(find(&bench, &staff, "已删除", "9", LIMITS).await, [secret]);
    }
}
