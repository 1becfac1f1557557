//! What queries of plans, candidates and fairness cost on PostgreSQL with many rows: as much as with few.
#![expect(clippy::unwrap_used, reason = "tests may")]

use kernel::{AccountId, OrgPath, RosterPlanId, TaskId, Timestamp, TypedId};
use testkit::Storage;
use testkit::plans::{assert_flat, fill};
use uuid::Uuid;

use crate::store::{
    Locked, count_held, count_invitations, count_plans_at_work, count_sign_ups, find_next_plan,
    list_holds_due, list_invitations, list_invitations_of, list_kept_due, list_many_around,
    list_places, list_places_in, list_steps, list_tasks_of_member, list_unwatched, list_waiting,
    load_plans, load_volunteers_of, sum_minutes,
};

const FILL: [&str; 11] = [
    "INSERT INTO volunteer (id, account, number, home, state, facts, version, created_at, updated_at)
    SELECT made.id, made.id, 'V' || n, '/420105000000/', 'certified',
        '{\"preferences\":{\"languages\":[],\"windows\":[],\"weekly_hours\":null,\"kinds\":[]},\"minor_until\":null,\"proofs\":[]}',
        1, n, n
    FROM generate_series(1, 50000) n,
        LATERAL (SELECT ('00000000-0000-0000-0000-' || lpad(to_hex(n), 12, '0'))::uuid AS id) made",
    "INSERT INTO sign_up (id, shift_id, activity_id, account, position, state, ticket, begins_at, ends_at,
        offer_until, version, created_at, updated_at)
    SELECT id, id, id, account, 1, 'confirmed', n, n, n + 1, 9223372036854775807, 1, n, n
    FROM generate_series(1, 200000) n,
        LATERAL (SELECT ('00000000-0000-0000-0003-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
            ('00000000-0000-0000-0000-' || lpad(to_hex(n % 10000), 12, '0'))::uuid AS account) made",
    "INSERT INTO service_hours (id, version, latest, sign_up_id, activity_id, volunteer, org_path, kind, began_at,
        ended_at, minutes, state, at)
    SELECT id, 1, true, id, activity_id, account, '/420105000000/', 'visit', begins_at, ends_at, 60, 'confirmed', begins_at
    FROM sign_up",
    "INSERT INTO task (id, order_id, round, number, org_code, org_path, roles, state, claimed_by, claimed_at, version,
        opened_at, updated_at)
    SELECT id, id, 1, 'WD' || n, '420105000000', '/420105000000/', 'volunteer',
        CASE WHEN n % 100 = 0 THEN 'claimed' ELSE 'done' END, account, n, 1, n, n
    FROM generate_series(1, 200000) n,
        LATERAL (SELECT ('00000000-0000-0000-0004-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
            ('00000000-0000-0000-0000-' || lpad(to_hex(n % 10000), 12, '0'))::uuid AS account) made",
    "INSERT INTO claim_log (task_id, version, step, account, at)
    SELECT id, 2, 'claimed', claimed_by, opened_at FROM task",
    "INSERT INTO task_invitation (task_id, account, state, invited_by, until, created_at, updated_at)
    SELECT id, claimed_by, 'invited', claimed_by, opened_at, opened_at, opened_at FROM task",
    "INSERT INTO task_waiting (task_id, account, ticket, joined_at) SELECT id, claimed_by, 1, opened_at FROM task",
    "INSERT INTO task_place (task_id, account, position, state, ticket, since)
    SELECT id, claimed_by, 1, CASE WHEN claimed_at % 100 = 0 THEN 'held' ELSE 'done' END, 1, opened_at FROM task",
    "UPDATE task_place SET until = since + 10, state = 'kept' WHERE state = 'done' AND since BETWEEN 11 AND 60",
    "UPDATE task SET held_for = claimed_by, held_until = claimed_at, list_until = claimed_at WHERE claimed_at % 1000 = 0",
    "INSERT INTO roster_plan (id, org_path, state, task, reason, asked_by, iteration, attempts, lease_until, version,
        created_at, updated_at)
    SELECT id, '/420105000000/', CASE WHEN n <= 20 THEN 'queued' ELSE 'accepted' END,
        '{\"shifts\":[],\"seed\":1,\"iterations\":1}', '', id, 0, 0, n, 1, n, n
    FROM generate_series(1, 50000) n,
        LATERAL (SELECT ('00000000-0000-0000-0005-' || lpad(to_hex(n), 12, '0'))::uuid AS id) made",
];

fn id<I: TypedId>(kind: u128, number: u128) -> I {
    I::from_uuid(Uuid::from_u128((kind << 48) | number))
}

#[tokio::test]
async fn plans_candidates_and_fairness_cost_no_more_with_200_000_rows() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = &storage
        .migrated("volunteering", crate::migrations::migrations)
        .await;
    fill(db, &FILL).await;
    let reader = db.reader();
    let at = |micros| Timestamp::from_micros(micros).unwrap();
    let next = assert_flat(db, 50, find_next_plan(reader, at(100))).await;
    assert_eq!(next.unwrap().unwrap().created_at, at(1));
    let place: OrgPath = "/420105000000/".parse().unwrap();
    let at_work = assert_flat(db, 100, count_plans_at_work(reader, &place)).await;
    assert_eq!(at_work.unwrap(), 20);
    let ids: Vec<RosterPlanId> = (1..=20).map(|n| id(5, n)).collect();
    let plans = assert_flat(db, 100, load_plans(reader, &ids)).await;
    assert_eq!(plans.unwrap().len(), 20);
    let accounts: Vec<AccountId> = (1..=20).map(|n| id(0, n)).collect();
    let span = (at(0), at(1_000_000));
    let people = load_volunteers_of(reader, &accounts, Locked::No);
    assert_eq!(assert_flat(db, 100, people).await.unwrap().len(), 20);
    let around = assert_flat(db, 1_000, list_many_around(reader, &accounts, span)).await;
    assert_eq!(around.unwrap().len(), 400);
    let steps = assert_flat(db, 1_000, list_steps(reader, &accounts, span)).await;
    assert_eq!(steps.unwrap().len(), 400);
    let held = assert_flat(db, 1_000, count_held(reader, &accounts)).await;
    assert!(held.unwrap().is_empty());
    let minutes = assert_flat(db, 1_000, sum_minutes(reader, &accounts, span)).await;
    assert_eq!(minutes.unwrap().first().map(|sum| sum.1), Some(20 * 60));
    let sign_ups = assert_flat(db, 1_000, count_sign_ups(reader, &accounts, span)).await;
    assert_eq!(sign_ups.unwrap().len(), 20);
    let invited = count_invitations(reader, &accounts, span, at(1));
    assert_eq!(assert_flat(db, 1_000, invited).await.unwrap().len(), 400);
    let one = list_invitations(reader, id::<TaskId>(4, 7));
    assert_eq!(assert_flat(db, 50, one).await.unwrap().len(), 1);
    let mine = list_invitations_of(reader, id(0, 7), None, 11);
    assert_eq!(assert_flat(db, 100, mine).await.unwrap().len(), 11);
    let line = assert_flat(db, 50, list_waiting(reader, (id(4, 7), 0))).await;
    assert_eq!(line.unwrap().len(), 1);
    let places = assert_flat(db, 50, list_places(reader, id(4, 100))).await;
    assert_eq!(places.unwrap().len(), 1);
    let tasks = [id(4, 7), id(4, 8)];
    let own = list_places_in(reader, id(0, 7), &tasks);
    assert_eq!(assert_flat(db, 50, own).await.unwrap().len(), 1);
    let part = list_tasks_of_member(reader, id(0, 7), None, 11);
    assert_eq!(assert_flat(db, 100, part).await.unwrap().len(), 11);
    let kept = assert_flat(db, 500, list_holds_due(reader, at(50_000), 20)).await;
    assert_eq!(kept.unwrap().len(), 20);
    let due = assert_flat(db, 50, list_kept_due(reader, at(100), 20)).await;
    assert_eq!(due.unwrap().len(), 20);
    let late = assert_flat(db, 1_000, list_unwatched(reader, at(150_000), 200)).await;
    assert_eq!(late.unwrap().len(), 200);
}
