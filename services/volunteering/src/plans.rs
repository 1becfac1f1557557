//! What queries cost on PostgreSQL with 100,000 open tasks: as much as with few.
#![expect(clippy::unwrap_used, reason = "tests may")]

use kernel::{AccountId, OrderId, Role, TaskId, TypedId};
use testkit::Storage;
use testkit::plans::{assert_flat, fill};
use uuid::Uuid;

use crate::domain::audience::Audience;
use crate::store::{
    find_task, list_audiences, list_held, list_of_claimant, list_of_order, list_open, load_tasks,
};

const FILL: [&str; 3] = [
    "INSERT INTO task (id, order_id, round, number, org_code, org_path, roles, state, claimed_by, version,
        opened_at, updated_at)
    SELECT id, id, 1, 'WD' || n, '420105000000', '/420105000000/', 'volunteer',
        CASE WHEN n % 2 = 0 THEN 'open' ELSE 'done' END, CASE WHEN n % 2 = 1 THEN account END, 1, n, n
    FROM generate_series(1, 200000) n,
        LATERAL (SELECT ('01930000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
            ('00000000-0000-0000-0000-' || lpad(to_hex(n % 1000), 12, '0'))::uuid AS account) made",
    "INSERT INTO open_task_scope (scope_code, roles, task_id)
    SELECT unnest(ARRAY['/', '420105000000']), roles, id FROM task WHERE state = 'open'",
    "INSERT INTO audience VALUES ('volunteer')",
];

#[tokio::test]
async fn queries_cost_no_more_with_100_000_open_tasks() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = &storage
        .migrated("volunteering", crate::migrations::migrations)
        .await;
    fill(db, &FILL).await;
    let reader = db.reader();
    let audience = Audience::of(&[Role::Volunteer]);
    let place = "/420105000000/".parse().unwrap();
    for after in [None, Some(TaskId::from_uuid(Uuid::max()))] {
        let open = list_open(reader, &place, &audience, after, 51);
        let open = assert_flat(db, 500, open).await.unwrap();
        assert_eq!(open.len(), 51);
        let tasks = assert_flat(db, 500, load_tasks(reader, &open)).await;
        assert_eq!(tasks.unwrap().len(), 51);
    }
    assert_flat(db, 5, list_audiences(reader)).await.unwrap();
    let account = AccountId::from_uuid(Uuid::from_u128(7));
    let mine = list_of_claimant(reader, account, None, 51);
    assert_eq!(assert_flat(db, 500, mine).await.unwrap().len(), 51);
    let first = 0x0193_0000_0000_7000_8000_0000_0000_0001;
    let task = find_task(reader, TaskId::from_uuid(Uuid::from_u128(first)));
    let task = assert_flat(db, 5, task).await.unwrap();
    assert_eq!(
        task.unwrap().claimed_by,
        Some(AccountId::from_uuid(Uuid::from_u128(1)))
    );
    let held = assert_flat(db, 10, list_held(reader, account)).await;
    assert_eq!(held.unwrap(), []);
    let of_order = list_of_order(reader, OrderId::from_uuid(Uuid::from_u128(first)));
    assert_eq!(assert_flat(db, 10, of_order).await.unwrap().len(), 1);
}
