//! What searches and lists take among many orders: 400 of them in every run of the tests, as many as
//! `LINLI_SEARCH_ORDERS` says where somebody wants to know; the times are printed.
#![expect(clippy::unwrap_used, reason = "tests may")]

use std::time::{Duration, Instant};

use ::store::{StoreError, Writes};
use auth::Ctx;
use kernel::{Clock, IdSourceExt, OrgPath, Role, Version};

use super::{SearchOrders, search_orders};
use crate::app::index_orders::index_orders;
use crate::app::list_orders::{ListOrders, list_orders};
use crate::app::testing::Bench;
use crate::domain::number::OrderNumber;
use crate::domain::order::Order;
use crate::store::orders::{StoredOrder, insert_orders};
use crate::store::scopes::insert_scopes;
use crate::store::search::insert_terms;

/// Orders of one transaction.
const BATCH: u32 = 500;
/// Compounds among which they are spread.
const COMPOUNDS: u32 = 1_000;
/// How often each search is made.
const REPEATS: usize = 20;

/// What residents write about, each piece of some of the orders.
const PIECES: [&str; 24] = [
    "三单元楼道的路灯坏了",
    "小区门口垃圾桶没有人清运",
    "楼上装修噪音影响孩子学习",
    "电梯一周停运两次",
    "物业收费不公开",
    "地下车库漏水严重",
    "消防通道被车辆占用",
    "广场舞音响太大",
    "自来水发黄有异味",
    "井盖松动容易绊倒",
    "下水道堵塞污水外溢",
    "违章搭建挡住采光",
    "流浪狗在院内伤人",
    "快递柜占用公共绿地",
    "燃气管道检修没有通知",
    "学校门口交通拥堵",
    "停车位被私自加锁",
    "绿化带无人修剪",
    "健身器材损坏",
    "夜间施工到凌晨两点",
    "餐饮店油烟直排",
    "公交站台没有雨棚",
    "人行道地砖破损",
    "外墙瓷砖脱落",
];

fn order(bench: &Bench, number: u32) -> StoredOrder {
    let mut seed = u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut draw = |below: u64| {
        seed ^= seed >> 29;
        seed = seed.wrapping_mul(0xBF58_476D_1CE4_E5B9).wrapping_add(1);
        (seed >> 33) % below
    };
    let mut piece = || {
        let index = usize::try_from(draw(24)).unwrap();
        PIECES.get(index).copied().unwrap_or_default()
    };
    let (title, mut content) = (piece(), String::new());
    for _ in 0..6 {
        content.push_str(piece());
        content.push('，');
    }
    let (house, room) = (number % 97, number % 1_301);
    content = format!("{content}{house}号楼{room}室住户反映，请尽快处理。");
    if number % 50_000 == 77 {
        content.push_str("水痘疫情");
    }
    let path: OrgPath = format!(
        "/420105000000/420105011000/420105011010/420105011010.X{}/",
        number % COMPOUNDS
    )
    .parse()
    .unwrap();
    let now = bench.clock.now();
    let id = bench.app.ids.next();
    let day = now.minus(Duration::from_hours(24 * u64::from(number % 300)));
    let zone = &bench.app.zone;
    StoredOrder {
        order: Order {
            id,
            // of many days: among a million of one day two are the same, and would be drawn again
            number: OrderNumber::derive("WD", id, day, zone, 0),
            workflow: "six-step".to_owned(),
            workflow_version: 1,
            state: "archived".to_owned(),
            round: 1,
            first_round: 1,
            org_code: path.leaf().unwrap(),
            org_path: path,
            unit_path: None,
            unit_reason: None,
            requester: None,
            assignee: None,
            handlers: Vec::new(),
            panel: Vec::new(),
            votes: Vec::new(),
            task_open: false,
            confidential: false,
            title: title.to_owned(),
            content,
            category: None,
            channel: "app".to_owned(),
            location: None,
            clocks: Vec::new(),
            due_at: None,
            wake_at: None,
            supervised: false,
            life_safety: false,
            suggested: None,
            parts: Vec::new(),
            callback_tries: Vec::new(),
            filed_by: None,
            contact: None,
            about: None,
            panel_households: Vec::new(),
            joint_requesters: Vec::new(),
            merged_into: None,
            split_from: None,
            created_at: now,
            updated_at: now,
            version: Version::FIRST,
        },
        org_name: format!("第{}小区", number % COMPOUNDS),
        unit_name: None,
        category_reason: None,
        overdue: false,
    }
}

async fn fill(bench: &Bench, orders: u32) {
    let mut first = 0;
    while first < orders {
        let batch: Vec<StoredOrder> = (first..orders.min(first + BATCH))
            .map(|number| order(bench, number))
            .collect();
        let batch = &batch;
        let filled = bench.app.db.write("test.fill", |tx| async move {
            let mut writes = Writes::default();
            let all: Vec<&StoredOrder> = batch.iter().collect();
            insert_orders(&mut writes, &all)?;
            let orders: Vec<&Order> = batch.iter().map(|stored| &stored.order).collect();
            insert_scopes(&mut writes, &orders);
            let texts = batch
                .iter()
                .map(|stored| (&stored.order, stored.org_name.as_str()));
            insert_terms(&mut writes, texts);
            writes.run(&tx).await?;
            Ok::<_, StoreError>(())
        });
        filled.await.unwrap();
        first += BATCH;
        if first % 20_000 == 0 {
            index_orders(&bench.app).await.unwrap();
        }
    }
    while index_orders(&bench.app).await.unwrap() > 0 {}
}

/// Prints what most of them took and what nearly all did; returns all, sorted.
fn tell(what: &str, mut times: Vec<Duration>) -> Vec<Duration> {
    times.sort_unstable();
    let nth = |index: usize| times.get(index).copied().unwrap_or_default();
    let (half, most) = (nth(times.len() / 2), nth(times.len() * 95 / 100));
    println!("{what}: p50 {half:?} p95 {most:?}");
    times
}

async fn list(bench: &Bench, who: &str, ctx: &Ctx) {
    let of = |state: Option<&str>, overdue| ListOrders {
        state: state.map(str::to_owned),
        overdue,
        ..ListOrders::default()
    };
    for (what, query, any) in [
        ("list", of(None, None), true),
        ("list by state", of(Some("archived"), None), true),
        (
            "list by a state that none has",
            of(Some("reported"), None),
            false,
        ),
        ("list of the overdue", of(None, Some(true)), false),
    ] {
        let mut times = Vec::new();
        for _ in 0..REPEATS {
            let begun = Instant::now();
            let page = list_orders(&bench.app, ctx, query.clone()).await.unwrap();
            times.push(begun.elapsed());
            assert_eq!(!page.items.is_empty(), any, "{what}");
        }
        tell(&format!("{what}, {who}"), times);
    }
}

#[tokio::test]
async fn a_search_takes_as_long_among_many_orders_as_among_few() {
    let asked = std::env::var("LINLI_SEARCH_ORDERS").ok();
    let orders: u32 = asked.map_or(400, |number| number.parse().unwrap());
    let mut bench = Bench::new().await;
    if orders < 10_000 {
        bench.app.config.search_segment = 100;
    }
    fill(&bench, orders).await;
    let city = bench.caller_at(Role::PlatformOperator, "/");
    let compound = bench.caller_at(
        Role::CompoundDispatcher,
        "/420105000000/420105011000/420105011010/420105011010.X7/",
    );
    let mut all = Vec::new();
    for (what, ctx, words, least) in [
        ("common word, city", &city, "路灯", 20),
        ("common word, compound", &compound, "路灯", 0),
        ("two words, city", &city, "漏水 路灯", 20),
        ("rare word, city", &city, "水痘", 1),
        ("rare word, compound", &compound, "水痘", 0),
        ("no such word, city", &city, "龙卷风", 0),
        ("place, city", &city, "第7小区", 1),
        ("long words, city", &city, "消防通道被车辆占用 96号楼", 0),
    ] {
        let mut times = Vec::new();
        for _ in 0..REPEATS {
            let query = SearchOrders {
                words: words.to_owned(),
                list: ListOrders::default(),
                ..SearchOrders::default()
            };
            let begun = Instant::now();
            let page = search_orders(&bench.app, ctx, query).await.unwrap();
            times.push(begun.elapsed());
            assert!(page.items.len() >= least, "{what}: {}", page.items.len());
            let ids: Vec<_> = page.items.iter().map(|item| item.id).collect();
            assert!(ids.is_sorted_by(|one, other| one > other), "{what}");
        }
        all.extend(tell(what, times));
    }
    all.sort_unstable();
    let p95 = all.get(all.len() * 95 / 100).copied().unwrap_or_default();
    println!("{orders} orders: p95 of all {p95:?}");
    assert!(p95 < Duration::from_secs(5), "{p95:?}");
    list(&bench, "city", &city).await;
    list(&bench, "compound", &compound).await;
}
