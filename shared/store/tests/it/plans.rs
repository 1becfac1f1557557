//! What messaging costs on PostgreSQL with 100,000 rows in each of its tables: as much as with few.

use store::{IdempotencyKey, StoreError, idempotency, inbox, outbox};
use testkit::Storage;
use testkit::plans::{assert_flat, fill};

use super::{AccountId, TypedId, Uuid, at, event, record};

const FILL: [&str; 3] = [
    "INSERT INTO outbox (event_id, aggregate, body, created_at)
    SELECT ('00000000-0000-0000-0000-' || lpad(to_hex(n), 12, '0'))::uuid, 'a' || n % 1000, repeat('x', 400), n
    FROM generate_series(1, 100000) n",
    "INSERT INTO inbox (consumer, event_id, handled_at)
    SELECT consumer, event_id, created_at * 1000000 FROM outbox, unnest(ARRAY['one', 'two']) consumer",
    "INSERT INTO idempotency (account_id, operation, key, fingerprint, answer, created_at)
    SELECT event_id, 'test', 'k', 'f', '0', created_at * 1000000 FROM outbox",
];

#[tokio::test]
async fn messaging_costs_no_more_with_100_000_rows() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = &storage.migrated("test", Vec::new).await;
    fill(db, &FILL).await;
    for after in [0, 50_000] {
        let pending = assert_flat(db, 600, outbox::list_pending(db, after, 256)).await;
        assert_eq!(pending.unwrap().len(), 256);
    }
    let delivered: Vec<i64> = (1..=256).collect();
    let removed = outbox::remove(db, &delivered);
    assert_flat(db, 600, removed).await.unwrap();
    let appended = db.write("test.append", |tx| async move {
        outbox::append(&tx, vec![record(200_000)]).await
    });
    assert_flat(db, 3, appended).await.unwrap();
    let events = [event(5), event(200_000)];
    let claimed = db.write("test.claim", |tx| async move {
        inbox::claim(&tx, "one", &events, at(1)).await
    });
    assert_eq!(assert_flat(db, 10, claimed).await.unwrap().len(), 1);
    let forgotten = assert_flat(db, 3_000, inbox::forget(db, at(90_000), 1_000)).await;
    assert_eq!(forgotten.unwrap(), 1_000);
    let key = &IdempotencyKey {
        account: AccountId::from_uuid(Uuid::from_u128(77)),
        operation: "test",
        key: "k".to_owned(),
        fingerprint: "f".to_owned(),
        at: at(0),
    };
    assert_flat(db, 30, idempotency::forget(db, at(10)))
        .await
        .unwrap();
    let answered = db.write("test.once", |tx| async move {
        idempotency::once(&tx, Some(key), async { Ok::<_, StoreError>(1) }).await
    });
    assert_eq!(assert_flat(db, 2, answered).await.unwrap(), 0);
}
