//! Months of a table on PostgreSQL: made ahead, filled, forgotten.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kernel::{EventId, Timestamp, TypedId};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use store::{Database, StoreError, inbox, partitions};
use testkit::Storage;
use testkit::plans::tables_read;
use uuid::Uuid;

const DAY: i64 = 86_400 * 1_000_000;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The event with a number that was made at an instant.
fn event(at: Timestamp, number: u128) -> EventId {
    let millis = u128::try_from(at.micros() / 1_000).unwrap();
    EventId::from_uuid(Uuid::from_u128(millis << 80 | 7 << 76 | 2 << 62 | number))
}

async fn claim(db: &Database, events: &[EventId], at: Timestamp) -> usize {
    let claimed = db.write("test.claim", |tx| async move {
        inbox::claim(&tx, "one", events, at).await
    });
    claimed.await.unwrap().len()
}

/// Partitions of the inbox, with the number of their rows.
async fn months(db: &Database) -> Vec<(String, i64)> {
    let rows = db.reader().query_all_raw(Statement::from_string(
        DbBackend::Postgres,
        "SELECT i.inhrelid::regclass::text, count(n.event_id) FROM pg_inherits i
        LEFT JOIN inbox n ON n.tableoid = i.inhrelid
        WHERE i.inhparent = 'inbox'::regclass GROUP BY 1 ORDER BY 1",
    ));
    let rows = rows.await.unwrap().into_iter();
    rows.map(|row| {
        let name = row.try_get_by_index(0).unwrap();
        (name, row.try_get_by_index(1).unwrap())
    })
    .collect()
}

fn named(months: &[(String, i64)]) -> Vec<(&str, i64)> {
    months
        .iter()
        .map(|(name, rows)| (name.as_str(), *rows))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn this_month_and_the_next_three_are_made_once() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = storage.migrated("test", Vec::new).await;
    let now = time("2026-11-22T08:00:00Z");
    let (one, other) = tokio::join!(
        partitions::make_ahead(&db, now),
        partitions::make_ahead(&db, now)
    );
    assert_eq!(one.unwrap() + other.unwrap(), 4);
    assert_eq!(partitions::make_ahead(&db, now).await.unwrap(), 0);
    let later = time("2026-12-01T00:00:00Z");
    assert_eq!(partitions::make_ahead(&db, later).await.unwrap(), 1);
    let first = |text| event(time(text), 0);
    let events = [
        first("2026-10-31T23:59:59.999Z"),
        first("2026-11-01T00:00:00Z"),
        first("2026-11-30T23:59:59.999Z"),
        first("2027-03-31T23:59:59.999Z"),
        first("2027-04-01T00:00:00Z"),
    ];
    assert_eq!(claim(&db, &events, now).await, 5);
    assert_eq!(
        claim(&db, &events, now).await,
        0,
        "the key holds in every month"
    );
    partitions::analyze(&db).await.unwrap();
    assert_eq!(
        named(&months(&db).await),
        [
            ("inbox_202611", 2),
            ("inbox_202612", 0),
            ("inbox_202701", 0),
            ("inbox_202702", 0),
            ("inbox_202703", 1),
            ("inbox_default", 2),
        ]
    );
}

#[tokio::test]
async fn what_names_an_id_reads_one_partition() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = storage.migrated("test", Vec::new).await;
    let now = time("2026-11-22T08:00:00Z");
    partitions::make_ahead(&db, now).await.unwrap();
    let event = event(now, 1);
    claim(&db, &[event], now).await;
    let asked = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT handled_at FROM inbox WHERE consumer = $1 AND event_id = $2",
        ["one".into(), event.into()],
    );
    let read = tables_read(&db, db.reader().query_one_raw(asked)).await;
    assert!(read.into_iter().eq(["inbox_202611"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_late_month_move_while_others_write() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = storage.migrated("test", Vec::new).await;
    let now = time("2026-11-22T08:00:00Z");
    let over = Arc::new(AtomicBool::new(false));
    let writing = (0..3_u128).map(|writer| {
        let (db, over) = (db.clone(), Arc::clone(&over));
        tokio::spawn(async move {
            let mut written = 0;
            while !over.load(Ordering::Relaxed) || written < 10 {
                let event = event(now, writer << 32 | written);
                assert_eq!(claim(&db, &[event], now).await, 1);
                assert_eq!(claim(&db, &[event], now).await, 0);
                written += 1;
            }
            written
        })
    });
    let writing: Vec<_> = writing.collect();
    testkit::eventually("some are in the default partition", async || {
        (months(&db).await.first()?.1 > 20).then_some(())
    })
    .await;
    assert_eq!(partitions::make_ahead(&db, now).await.unwrap(), 4);
    over.store(true, Ordering::Relaxed);
    let mut written = 0;
    for writer in writing {
        written += i64::try_from(writer.await.unwrap()).unwrap();
    }
    let months = months(&db).await;
    assert_eq!(months.first(), Some(&("inbox_202611".to_owned(), written)));
    assert_eq!(months.last(), Some(&("inbox_default".to_owned(), 0)));
}

#[tokio::test]
async fn a_month_goes_when_it_is_over_and_nothing_in_it_is_needed() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = storage.migrated("test", Vec::new).await;
    let start = time("2026-08-15T00:00:00Z");
    partitions::make_ahead(&db, start).await.unwrap();
    let before = time("2026-11-15T00:00:00Z");
    let day_before = Timestamp::from_micros(before.micros() - DAY).unwrap();
    for (made, handled) in [
        ("2026-08-20T00:00:00Z", day_before),
        ("2026-09-20T00:00:00Z", day_before),
        // handled late: it may come again
        ("2026-09-20T00:00:01Z", before),
        ("2026-11-02T00:00:00Z", day_before),
        ("2020-01-01T00:00:00Z", day_before),
        ("2020-01-01T00:00:01Z", before),
    ] {
        claim(&db, &[event(time(made), 1)], handled).await;
    }
    let forgotten = partitions::forget_months(&db, "inbox", "handled_at", before);
    assert_eq!(forgotten.await.unwrap(), 3, "two months and a row");
    assert_eq!(
        named(&months(&db).await),
        [
            ("inbox_202609", 2),
            ("inbox_202611", 1),
            ("inbox_default", 1)
        ]
    );
    let late = event(time("2026-08-20T00:00:00Z"), 2);
    assert_eq!(claim(&db, &[late], before).await, 1, "its month is gone");
    assert_eq!(claim(&db, &[late], before).await, 0);
}

#[tokio::test]
async fn a_file_has_plain_tables() {
    let storage = Storage::files();
    let db = storage.migrated("test", Vec::new).await;
    let now = time("2026-11-22T08:00:00Z");
    assert_eq!(partitions::make_ahead(&db, now).await.unwrap(), 0);
    partitions::analyze(&db).await.unwrap();
    let forgotten = partitions::forget_months(&db, "inbox", "handled_at", now);
    assert_eq!(forgotten.await.unwrap(), 0);
    let tables = db.reader().query_all_raw(Statement::from_string(
        DbBackend::Sqlite,
        "SELECT name FROM sqlite_master WHERE name LIKE 'inbox%' ORDER BY name",
    ));
    let names = tables.await.map_err(StoreError::from).unwrap();
    let names = names.iter().map(|row| row.try_get_by_index(0).unwrap());
    assert_eq!(
        names.collect::<Vec<String>>(),
        ["inbox", "inbox_by_handled_at"]
    );
}
