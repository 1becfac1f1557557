//! What queries cost on PostgreSQL once there are 100,000 orders: as much as with few.
#![expect(clippy::unwrap_used, reason = "tests may")]

use std::time::Duration;

use ::store::{Database, Writes, partitions};
use kernel::{AccountId, OrderId, OrgCode, Role, Timestamp, TypedId};
use testkit::Storage;
use testkit::plans::{assert_flat, fill, tables_read};
use uuid::Uuid;

use crate::app::search_orders::{SearchOrders, search_orders};
use crate::app::testing::Bench;
use crate::domain::assist::PartState;
use crate::domain::search::{Query, Traits};
use crate::store::figures::{
    Dimension, list_cells, list_cells_of, list_due, list_kept, list_opened,
};
use crate::store::households::{list_homes, list_households};
use crate::store::listing::{
    Among, Selection, Walk, list_orders, list_with, tests::SCOPE, tests::lists,
};
use crate::store::merges::{find_numbered, has_moved_on, list_merges, list_split_off};
use crate::store::neighbours::{Cohort, count_clusters, list_neighbours};
use crate::store::orgs::list_children;
use crate::store::parts::list_parts;
use crate::store::precedents::list_precedents;
use crate::store::publications::list_publications;
use crate::store::timeline::{list_entries, list_inputs};
use crate::store::{orders, overdue, standing};

/// Orders, numbered from 1; order N was made N microseconds after the epoch.
const ORDERS: u128 = 100_000;

/// The order with a number.
fn id(number: u128) -> OrderId {
    OrderId::from_uuid(Uuid::from_u128(
        0x0193_0000_0000_7000_8000_0000_0000_0000 + number,
    ))
}

/// One order in ten runs and is late, every other one of those is flagged. Every place has a thousandth of
/// all orders, `SCOPE` a fifth.
async fn fill_orders(db: &Database) {
    let november = "2024-11-08T00:00:00Z".parse().unwrap();
    assert_eq!(partitions::make_ahead(db, november).await.unwrap(), 8);
    let uuid = |prefix: &str, number: &str| {
        format!("('{prefix}-' || lpad(to_hex({number}), 12, '0'))::uuid")
    };
    let order = uuid("01930000-0000-7000-8000", "n");
    let survivor = uuid("01930000-0000-7000-8000", "(n / 50 + 1) * 50");
    let account = |of: u32| uuid("00000000-0000-0000-0000", &format!("n % {of} + 1"));
    let (requester, assignee, panel) = (account(5_000), account(500), account(2_000));
    let all = format!("FROM generate_series(1, {ORDERS}) n");
    let scope = format!(
        "unnest(ARRAY['/', 'place' || n % 1000, CASE WHEN n % 5 = 0 OR n % 5000 = 1 THEN '{SCOPE}' ELSE 'other' END])"
    );
    let statements = [
        format!(
            "INSERT INTO work_order (id, number, workflow, workflow_version, state, round, first_round,
                org_code, org_path, org_name, requester, assignee, handlers, panel, votes, task_open,
                confidential, title, content, channel, clocks, due_at, wake_at, overdue, created_at, updated_at, version)
            SELECT {order}, 'WD' || n, CASE WHEN n % 500 = 0 THEN 'secretary-project' ELSE 'six-step' END, 1, CASE WHEN n % 10 = 0 THEN 'dispatched' ELSE 'archived' END,
                1, 1, '{SCOPE}', '/{SCOPE}/', '汉阳区', {requester}, {assignee}, '[]', '[]', '[]', false,
                false, '楼道灯坏了', repeat('三单元楼道灯不亮。', 20), 'app', '[]',
                CASE WHEN n % 10 = 0 THEN n END, CASE WHEN n % 20 = 10 THEN n END, n % 20 = 0, n, n, 3 {all}"
        ),
        format!(
            "INSERT INTO order_scope (scope_code, order_id, state, created_at)
            SELECT {scope}, {order}, CASE WHEN n % 10 = 0 THEN 'dispatched' ELSE 'archived' END, n {all}"
        ),
        // one order in five hundred is a project, as many in the scope as there are
        format!(
            "INSERT INTO project_scope (scope_code, order_id)
            SELECT unnest(ARRAY['/', '{SCOPE}']), {order} {all} WHERE n % 500 = 0"
        ),
        format!(
            "INSERT INTO household_member (account, since, until, org_code, reference)
            SELECT {}, 1, 9223372036854775807, CASE WHEN n % 1000 = 7 THEN '420105011010.X07' ELSE 'place' || n % 1000 END, 'H' || lpad((n / 3000)::text, 4, '0') {all}",
            account(100_000)
        ),
        format!(
            "INSERT INTO overdue_scope (scope_code, order_id) SELECT {scope}, {order} {all} WHERE n % 20 = 0"
        ),
        format!(
            "INSERT INTO supervised_scope (scope_code, order_id) SELECT {scope}, {order} {all} WHERE n % 20 = 0"
        ),
        "UPDATE work_order SET supervised = true WHERE overdue".to_owned(),
        format!(
            "INSERT INTO order_event (order_id, seq, kind, action, from_state, to_state, round, capacity,
                input, facts, late, at)
            SELECT {order}, seq, 'advanced', 'act', 'a', 'b', 1, 'handler', '{{}}', '[]', false, n
            {all}, generate_series(1, 3) seq"
        ),
        format!(
            "INSERT INTO panel_seat (account, order_id, round) SELECT {panel}, {order}, 1 {all} WHERE n % 2 = 1"
        ),
        format!(
            "INSERT INTO publication (id, order_id, number, org_code, org_path, org_name, title, summary,
                workflow, rounds, votes, solved, handled_minutes, published_at)
            SELECT {order}, {order}, 'WD' || n, '{SCOPE}', '/{SCOPE}/', '汉阳区', '楼道灯', '已修好', 'six-step',
                1, 5, 5, 60, n {all} WHERE n % 2 = 0"
        ),
        format!(
            "INSERT INTO publication_scope (scope_code, publication_id) SELECT {scope}, {order} {all} WHERE n % 2 = 0"
        ),
        format!(
            "INSERT INTO part_scope (scope_code, order_id, number, state)
            SELECT {scope}, {order}, 1, CASE WHEN n % 10 = 0 THEN 'asked' ELSE 'done' END {all}"
        ),
        format!(
            "INSERT INTO order_merge (order_id, survivor_id, survivor_seq, body, reason, merged_by, at)
            SELECT {order}, {survivor}, 3, '{{\"state\":\"reported\",\"clocks\":[],\"joint_requesters\":[]}}', '同一处', {requester}, n
            {all} WHERE n % 50 <> 0"
        ),
        format!(
            "INSERT INTO figure_order (order_id, day, scopes, facets, sums)
            SELECT {order}, '2024-11-01', '[]', '[\"\",\"\",\"\",\"\"]', '{{}}' {all}"
        ),
        format!("INSERT INTO figure_due (order_id, seq, why) SELECT {order}, 3, 'event' {all}"),
        format!(
            "INSERT INTO org (code, path, kind, name, parent_path)
            SELECT code, parent || code || '/', CASE WHEN n % 2 = 0 THEN 'compound' ELSE 'department' END, '小区', parent
            FROM (SELECT n, '420105011010.X' || lpad(n::text, 5, '0') AS code,
                CASE WHEN n % 1000 < 2 THEN '/{SCOPE}/' ELSE '/42010501' || lpad((n % 1000)::text, 4, '0') || '/' END AS parent
                FROM generate_series(1, 50000) n) known"
        ),
        // 30 days of 1,500 places
        format!(
            "INSERT INTO figure_cell (cell_key, scope_code, dimension, day, value, sums)
            SELECT 'k' || place || '-' || day, CASE WHEN place = 7 THEN '{SCOPE}' ELSE 'place' || place END, 'all',
                '2024-11-' || lpad(day::text, 2, '0'), '', '{{\"opened\":3}}'
            FROM generate_series(1, 1500) place, generate_series(1, 30) day"
        ),
    ];
    fill(db, &statements).await;
}

/// Puts words into the index: one that every order has, and one that order 12,345 may have.
async fn fill_words(db: &Database) {
    let order = "('01930000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid";
    let mut statements = vec![format!(
        "INSERT INTO search_member (order_id, place) SELECT {order}, n - 1 FROM generate_series(1, {ORDERS}) n"
    )];
    let segments = "generate_series(0, 24) n";
    for slot in Query::parse("楼道").unwrap().slices() {
        statements.push(format!(
            "INSERT INTO search_slice (slot, segment, bits) SELECT {slot}, n, decode(repeat('ff', 512), 'hex') FROM {segments}"
        ));
    }
    for slot in Query::parse("井盖").unwrap().slices() {
        statements.push(format!(
            "INSERT INTO search_slice (slot, segment, bits) SELECT {slot}, n,
                decode(repeat('00', 7) || CASE WHEN n = 3 THEN '01' ELSE '00' END, 'hex') FROM {segments}"
        ));
    }
    fill(db, &statements).await;
}

/// Looks for a word that all orders of a fifth of the city have, and for one that none has.
async fn look_for_words(bench: &Bench) {
    fill_words(&bench.app.db).await;
    let ctx = bench.caller_at(Role::DistrictOperator, &format!("/{SCOPE}/"));
    for (words, found) in [("楼道", 50), ("井盖", 0), ("漏水", 0)] {
        let query = SearchOrders {
            words: words.to_owned(),
            ..SearchOrders::default()
        };
        let work = search_orders(&bench.app, &ctx, query);
        let page = assert_flat(&bench.app.db, 10_000, work).await.unwrap();
        assert_eq!((page.items.len(), page.next.is_some()), (found, found > 0));
    }
}

/// Makes a page of an export, and looks up who lives together.
async fn look_at_exports_and_households(db: &Database) {
    let reader = db.reader();
    // a page of an export, of an order in five
    let all = Selection {
        among: Among::Scope {
            code: SCOPE.to_owned(),
            categories: Vec::new(),
        },
        state: None,
        workflow: None,
        below: None,
        overdue: None,
        supervised: None,
        walk: Walk::Newest(Some(id(90_000))),
        limit: 50,
    };
    let any = Traits::default();
    let page = list_with(reader, &all, &any);
    assert_eq!(assert_flat(db, 5_000, page).await.unwrap().len(), 50);
    let residents: Vec<AccountId> = (1..=100)
        .map(|number| AccountId::from_uuid(Uuid::from_u128(number)))
        .collect();
    let homes = list_homes(reader, &residents, 1);
    assert_eq!(assert_flat(db, 500, homes).await.unwrap().len(), 100);
    let place: OrgCode = "420105011010.X07".parse().unwrap();
    let households = list_households(reader, &place, "H0005", 11);
    assert_eq!(assert_flat(db, 500, households).await.unwrap().len(), 11);
}

/// The gauges cost days and places, and what waits, up to a number.
async fn count_what_stands(db: &Database) {
    let reader = db.reader();
    let places = [SCOPE.parse().unwrap()];
    let running = standing::count_places(reader, &places, "2024-11-01");
    assert_flat(db, 200, running).await.unwrap();
    let states = standing::count_states(reader, "2024-11-01");
    assert_flat(db, 200, states).await.unwrap();
    let districts = standing::list_districts(reader, 40);
    assert_flat(db, 50, districts).await.unwrap();
    let requests = standing::count_requests(reader);
    assert_flat(db, 50, requests).await.unwrap();
    let due = standing::count_due(reader, 2_000);
    assert_eq!(assert_flat(db, 7_000, due).await.unwrap(), 2_000);
}

#[tokio::test]
async fn queries_cost_no_more_with_100_000_orders() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let bench = Bench::on(storage).await;
    let db = &bench.app.db;
    fill_orders(db).await;
    for list in lists() {
        // a page of 51, an entry of an index and a row each, and what the filters pass over
        let rows = assert_flat(db, 5_000, list_orders(db.reader(), &list)).await;
        assert!(!rows.unwrap().is_empty(), "{list:?}");
    }
    let reader = db.reader();
    let projects: Vec<_> = (1..=50).map(|number| id(number * 500)).collect();
    let actions = ["act".to_owned()];
    let said = list_inputs(reader, &projects, &actions);
    assert_eq!(assert_flat(db, 500, said).await.unwrap().len(), 50);
    // the orders of the test are of one month
    let touched = tables_read(db, list_entries(reader, id(500), 0, 200)).await;
    assert!(touched.into_iter().eq(["order_event_202411"]));
    let timeline = list_entries(reader, id(500), 0, 200);
    assert_eq!(assert_flat(db, 10, timeline).await.unwrap().len(), 3);
    let now = Timestamp::UNIX_EPOCH.plus(Duration::from_millis(50));
    let missed = overdue::list_woken(reader, now, None, 200);
    let missed = assert_flat(db, 1_000, missed).await.unwrap();
    assert_eq!(missed.len(), 200);
    let behind = overdue::list_woken(reader, now, missed.last().copied(), 200);
    assert_eq!(assert_flat(db, 1_000, behind).await.unwrap().len(), 200);
    // orders of the assisting units of a place, and those that are part of one
    let waiting = list_parts(reader, SCOPE, PartState::Asked, Some((id(50_000), 1)), 51);
    assert_eq!(assert_flat(db, 500, waiting).await.unwrap().len(), 51);
    let merged = list_merges(reader, id(500), 200);
    assert_eq!(assert_flat(db, 200, merged).await.unwrap().len(), 49);
    let moved = has_moved_on(reader, id(500), 2);
    assert!(assert_flat(db, 10, moved).await.unwrap());
    let numbered = find_numbered(reader, "WD77");
    assert_eq!(assert_flat(db, 10, numbered).await.unwrap(), Some(id(77)));
    let split_off = list_split_off(reader, id(500), 200);
    assert!(assert_flat(db, 10, split_off).await.unwrap().is_empty());
    let taken = orders::find_taken_numbers(reader, ["WD77", "WD78", "WD0"].into_iter());
    assert_eq!(assert_flat(db, 20, taken).await.unwrap().len(), 2);
    look_at_exports_and_households(db).await;
    let published = list_publications(reader, SCOPE, None, 51);
    assert_eq!(assert_flat(db, 500, published).await.unwrap().len(), 51);
    // a month of figures costs its days, however many orders they had
    let month = list_cells(
        reader,
        (SCOPE, Dimension::All),
        ("2024-11-01", "2024-11-30"),
    );
    assert_eq!(assert_flat(db, 60, month).await.unwrap().len(), 30);
    let parent = format!("/{SCOPE}/").parse().unwrap();
    let places = list_children(reader, &parent, &["compound", "street"], 200);
    assert_eq!(assert_flat(db, 500, places).await.unwrap().len(), 50);
    let nodes: Vec<String> = (100..150).map(|place| format!("place{place}")).collect();
    let below = list_cells_of(reader, &nodes, ("2024-11-01", "2024-11-30"));
    assert_eq!(assert_flat(db, 4_000, below).await.unwrap().len(), 1_500);
    let waiting = list_due(reader, 400);
    assert_eq!(assert_flat(db, 900, waiting).await.unwrap().len(), 400);
    count_what_stands(db).await;
    let until = Timestamp::UNIX_EPOCH.plus(Duration::from_secs(1));
    let opened = list_opened(reader, SCOPE, (Timestamp::UNIX_EPOCH, until), None, 1_000);
    let opened = assert_flat(db, 3_500, opened).await.unwrap();
    assert_eq!(opened.len(), 1_000);
    let ids: Vec<_> = opened.iter().take(100).map(|(_, id)| *id).collect();
    assert_eq!(
        assert_flat(db, 250, list_kept(reader, &ids))
            .await
            .unwrap()
            .len(),
        100
    );
    let behind = list_opened(
        reader,
        SCOPE,
        (Timestamp::UNIX_EPOCH, until),
        opened.last().copied(),
        100,
    );
    assert_eq!(assert_flat(db, 500, behind).await.unwrap().len(), 100);
    let cohort = Cohort {
        scope: "place7".to_owned(),
        from: Timestamp::UNIX_EPOCH,
        to: now,
        grid: None,
        category: None,
    };
    look_for_words(&bench).await;
    let newest = list_neighbours(reader, SCOPE, Timestamp::UNIX_EPOCH, 200);
    assert_eq!(assert_flat(db, 2_000, newest).await.unwrap().len(), 200);
    let groups = count_clusters(reader, &cohort, 3, 100);
    assert_eq!(assert_flat(db, 1_000, groups).await.unwrap(), []);
    let decided = list_precedents(reader, SCOPE, "01", 50);
    assert_eq!(assert_flat(db, 1_000, decided).await.unwrap(), []);
    let sweeping = db.write("test.clear", |tx| async move {
        let mut writes = Writes::default();
        overdue::remove_overdue(&mut writes, id(200));
        writes.run(&tx).await
    });
    assert_flat(db, 20, sweeping).await.unwrap();
}
