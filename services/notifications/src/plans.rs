//! What queries cost on PostgreSQL with 100,000 messages, a fifth of them to one account: as much as with
//! few.
#![expect(clippy::unwrap_used, reason = "tests may")]

use kernel::{AccountId, MessageId, Role, Timestamp, TypedId};
use testkit::Storage;
use testkit::plans::{assert_flat, fill};
use uuid::Uuid;

use crate::store::{holders, messages};

const FILL: [&str; 3] = [
    "INSERT INTO message (id, account_id, event_id, kind, title_zh, title_en, body_zh, body_en, subject_type,
        subject_id, created_at, read_at)
    SELECT id, account, id, 'order.opened', '诉求已受理', 'Your request was taken in', '编号 WD1', 'Number WD1',
        'order', id, n, CASE WHEN n % 10 > 0 THEN n END
    FROM generate_series(1, 100000) n,
        LATERAL (SELECT ('01930000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
            ('00000000-0000-0000-0000-' || lpad(to_hex(CASE WHEN n % 5 = 0 THEN 1 ELSE n % 1000 + 2 END), 12, '0')
            )::uuid AS account) made",
    "INSERT INTO inbox_state SELECT account_id, count(*) FILTER (WHERE read_at IS NULL) FROM message GROUP BY 1",
    "INSERT INTO holder (grant_id, account_id, role, org_code)
    SELECT id, account_id, 'volunteer', 'place' || created_at % 1000 FROM message",
];

#[tokio::test]
async fn queries_cost_no_more_with_100_000_messages() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = &storage
        .migrated("notifications", crate::migrations::migrations)
        .await;
    fill(db, &FILL).await;
    let message = |number: u128| {
        MessageId::from_uuid(Uuid::from_u128(
            0x0193_0000_0000_7000_8000_0000_0000_0000 + number,
        ))
    };
    for account in [1, 8] {
        let account = AccountId::from_uuid(Uuid::from_u128(account));
        for before in [None, Some(message(99_999))] {
            let page = messages::list_before(db, account, false, before, 51);
            assert_eq!(assert_flat(db, 1_000, page).await.unwrap().len(), 51);
            let unread = messages::list_before(db, account, true, before, 51);
            assert_flat(db, 2_000, unread).await.unwrap();
        }
        let page = messages::list_after(db, account, message(50_000), 51);
        assert_flat(db, 1_000, page).await.unwrap();
        let newest = assert_flat(db, 10, messages::find_newest(db, account)).await;
        assert!(newest.unwrap().is_some());
        assert_flat(db, 3, messages::count_unread(db, account))
            .await
            .unwrap();
    }
    let old = Timestamp::from_micros(50_000).unwrap();
    let forgotten = assert_flat(db, 5_000, messages::forget_read(db, old)).await;
    assert_eq!(forgotten.unwrap(), 500);
    let told = db.write("test.holders", |tx| async move {
        let level = "/420105000000/".parse().unwrap();
        holders::list_at(&tx, &[Role::Volunteer, Role::PartyMember], &level, 100).await
    });
    assert_flat(db, 100, told).await.unwrap();
    let read = db.write("test.read", |tx| async move {
        let account = AccountId::from_uuid(Uuid::from_u128(1));
        messages::mark_read(&tx, account, message(99_990), old).await
    });
    assert!(assert_flat(db, 20, read).await.unwrap());
}
