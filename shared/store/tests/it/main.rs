//! What the store promises, on either engine.
#![expect(clippy::unwrap_used, reason = "tests may")]

mod partitions;
mod plans;
mod postgres;
mod silence;
mod sqlite;
mod writes;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use kernel::{AccountId, EventId, Timestamp, TypedId};
use sea_orm::ConnectionTrait;
use store::{
    Database, IdempotencyKey, MigrationState, OutboxRecord, StoreError, blobs::Blobs, dead_letter,
    idempotency, inbox, lease, outbox,
};
use tempfile::TempDir;
use testkit::Storage;
use uuid::Uuid;

async fn migrated() -> (Database, Storage) {
    let storage = Storage::new().await;
    (storage.migrated("test", Vec::new).await, storage)
}

fn event(number: u128) -> EventId {
    EventId::from_uuid(Uuid::from_u128(number))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000).unwrap()
}

fn record(number: u128) -> OutboxRecord {
    OutboxRecord {
        event_id: event(number),
        aggregate: "a".to_owned(),
        body: format!("{{\"number\":{number}}}"),
        created_at: at(0),
    }
}

#[tokio::test]
async fn migrating_twice_changes_nothing_and_a_newer_schema_is_recognised() {
    let (db, _storage) = migrated().await;
    store::migrate(&db, Vec::new).await.unwrap();
    let state = store::migration_state(&db, Vec::new).await.unwrap();
    assert_eq!(state, MigrationState::Current);
    db.write("test.newer", |tx| async move {
        let sql =
            "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_future', 0)";
        tx.execute_unprepared(sql).await?;
        Ok::<_, StoreError>(())
    })
    .await
    .unwrap();
    let state = store::migration_state(&db, Vec::new).await.unwrap();
    assert!(matches!(state, MigrationState::Newer(_)));
    assert!(store::migrate(&db, Vec::new).await.is_err());
}

#[tokio::test]
async fn an_event_commits_with_its_change_or_not_at_all() {
    let (db, _storage) = migrated().await;
    let refused = db
        .write("test.refused", |tx| async move {
            outbox::append(&tx, vec![record(1)]).await?;
            Err::<(), _>(StoreError::Stale)
        })
        .await;
    assert!(matches!(refused, Err(StoreError::Stale)));
    assert_eq!(outbox::count_pending(&db).await.unwrap(), 0);
    db.write("test.committed", |tx| async move {
        outbox::append(&tx, vec![record(2), record(3)]).await
    })
    .await
    .unwrap();
    let pending = outbox::list_pending(&db, 0, 10).await.unwrap();
    assert_eq!(
        pending.iter().map(|row| row.event_id).collect::<Vec<_>>(),
        [event(2), event(3)]
    );
    let delivered: Vec<i64> = pending.iter().map(|row| row.seq).collect();
    // the one that was rolled back may have used a place up
    let second = pending.last().unwrap().seq;
    let ranges = [(0, second), (second, second + 1)];
    let within = outbox::list_pending_within(&db, &ranges, 0, 10);
    let first = pending.get(..1).unwrap();
    assert_eq!(within.await.unwrap(), first, "bounds do not belong to it");
    outbox::remove(&db, &delivered).await.unwrap();
    assert_eq!(outbox::count_pending(&db).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_writers_lose_no_update() {
    let (db, _storage) = migrated().await;
    let writers = (0..40_u128).map(|number| {
        let db = db.clone();
        tokio::spawn(async move {
            db.write("test.concurrent", |tx| async move {
                outbox::append(&tx, vec![record(number)]).await
            })
            .await
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap().unwrap();
    }
    assert_eq!(outbox::count_pending(&db).await.unwrap(), 40);
}

#[tokio::test]
async fn an_event_is_handled_once() {
    let (db, _storage) = migrated().await;
    let events = [event(1), event(2), event(1)];
    let events = &events;
    let claim = async |consumer: &'static str| {
        db.write("test.claim", |tx| async move {
            inbox::claim(&tx, consumer, events, at(1)).await
        })
        .await
        .unwrap()
        .len()
    };
    assert_eq!(claim("first").await, 2);
    assert_eq!(claim("first").await, 0);
    assert_eq!(claim("second").await, 2);
    assert_eq!(inbox::forget(&db, at(2), 100).await.unwrap(), 4);
    assert_eq!(claim("first").await, 2);
}

#[tokio::test]
async fn the_same_key_has_one_effect_and_one_answer() {
    let (db, _storage) = migrated().await;
    let key = |fingerprint: &str| IdempotencyKey {
        account: AccountId::from_uuid(Uuid::from_u128(7)),
        operation: "test",
        key: "k".to_owned(),
        fingerprint: fingerprint.to_owned(),
        at: at(0),
    };
    let runs = AtomicU32::new(0);
    let send = async |key: IdempotencyKey| {
        let (key, runs) = (&key, &runs);
        db.write("test.once", |tx| async move {
            idempotency::once(&tx, Some(key), async {
                Ok::<_, StoreError>(runs.fetch_add(1, Ordering::SeqCst))
            })
            .await
        })
        .await
    };
    assert_eq!(send(key("one")).await.unwrap(), 0);
    assert_eq!(send(key("one")).await.unwrap(), 0);
    assert!(matches!(
        send(key("other")).await,
        Err(StoreError::KeyReused)
    ));
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_lease_has_one_holder_until_it_ends() {
    let (db, _storage) = migrated().await;
    let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let take = async |holder, now| {
        lease::acquire(&db, "job", holder, now, Duration::from_secs(10))
            .await
            .unwrap()
    };
    assert!(take(first, at(0)).await);
    assert!(take(first, at(5)).await);
    assert!(!take(second, at(14)).await);
    assert!(take(second, at(15)).await);
    assert!(!take(first, at(16)).await);
}

#[tokio::test]
async fn a_dead_letter_goes_round_again_when_replayed() {
    let (db, _storage) = migrated().await;
    let letter = dead_letter::DeadLetter {
        consumer: "test".to_owned(),
        event_id: event(9),
        body: record(9).body,
        reason: "poison".to_owned(),
        died_at: at(0),
    };
    let kept = &letter;
    db.write("test.bury", |tx| async move {
        dead_letter::keep(&tx, kept).await
    })
    .await
    .unwrap();
    assert_eq!(dead_letter::list(&db, 10).await.unwrap(), [letter]);
    assert!(dead_letter::replay(&db, event(9), at(1)).await.unwrap());
    assert!(!dead_letter::replay(&db, event(9), at(1)).await.unwrap());
    assert_eq!(dead_letter::count(&db).await.unwrap(), 0);
    assert_eq!(outbox::count_pending(&db).await.unwrap(), 1);
}

#[tokio::test]
async fn a_blob_is_there_whole_or_not_at_all() {
    let folder = TempDir::new().unwrap();
    let blobs = Blobs::new(folder.path().join("blobs"));
    let id = Uuid::from_u128(5);
    assert_eq!(blobs.find(id).await.unwrap(), None);
    blobs.put(id, b"content").await.unwrap();
    assert_eq!(blobs.find(id).await.unwrap().unwrap(), b"content");
    blobs.remove(id).await.unwrap();
    blobs.remove(id).await.unwrap();
    assert_eq!(blobs.find(id).await.unwrap(), None);
    // A file where the folder should be: nothing can be stored, and it is said so.
    std::fs::write(folder.path().join("file"), b"").unwrap();
    let broken = Blobs::new(folder.path().join("file"));
    let refused = broken.put(id, b"content").await.unwrap_err();
    let fact = problem::Category::fact(&refused);
    assert_eq!(fact.kind, problem::Kind::Unavailable);
}

#[tokio::test]
async fn a_committed_change_wakes_whoever_waits() {
    let (db, _storage) = migrated().await;
    let woken = db.committed();
    let waiting = tokio::spawn(async move { woken.notified().await });
    db.write("test.wake", |tx| async move {
        outbox::append(&tx, vec![record(1)]).await
    })
    .await
    .unwrap();
    tokio::time::timeout(Duration::from_secs(5), waiting)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn a_handle_that_outlives_its_transaction_is_an_error() {
    let (db, _storage) = migrated().await;
    let kept = std::sync::Mutex::new(None);
    let kept = &kept;
    let outcome = db
        .write("test.escape", |tx| async move {
            *kept.lock().unwrap() = Some(Arc::clone(&tx));
            Ok::<_, StoreError>(())
        })
        .await;
    assert!(matches!(outcome, Err(StoreError::Escaped)));
}
