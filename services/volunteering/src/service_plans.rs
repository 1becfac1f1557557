//! What queries of voluntary service cost on PostgreSQL with many rows: as much as with few.
#![expect(clippy::unwrap_used, reason = "tests may")]

use kernel::{
    AccountId, ActivityId, OrgPath, RecordEntryId, ServiceRecordId, ShiftId, SignUpId, TeamId,
    Timestamp, TypedId, VolunteerId,
};
use store::Database;
use testkit::Storage;
use testkit::plans::{assert_flat, fill};
use uuid::Uuid;

use crate::domain::record_entry::RecordEntryKind;
use crate::domain::statistics::Measure;
use crate::store::{
    HoursOf, PlaceList, count_places, count_record_entries, find_import_of, find_volunteer_of,
    list_accounts_of, list_around, list_certificate_requests, list_due_certificates,
    list_duties_due, list_ended, list_entry_versions, list_hours, list_hours_at,
    list_hours_objections, list_in, list_in_activity, list_lapsed, list_left_open, list_made,
    list_missed, list_of_activity, list_of_shift, list_of_volunteer, list_page_of_shift,
    list_ratings, list_record_entries, list_record_entries_at, list_served, list_shifts,
    list_time_entries, list_to_come, list_to_remind, list_turns_of, load_hours, load_volunteers,
    overlaps_counted, sum_counted, sum_figures, sum_lifetime, sum_ratings,
};

const FILL: [&str; 15] = [
    "INSERT INTO volunteer (id, account, number, home, state, facts, version, created_at, updated_at)
    SELECT made.id, made.id, 'V' || n, '/420105000000/', 'certified',
        '{\"preferences\":{\"languages\":[],\"windows\":[],\"weekly_hours\":null,\"kinds\":[]},\"minor_until\":null,\"proofs\":[]}',
        1, n, n
    FROM generate_series(1, 100000) n,
        LATERAL (SELECT ('00000000-0000-0000-0000-' || lpad(to_hex(n), 12, '0'))::uuid AS id) made",
    "INSERT INTO place_list (list, scope_code, id)
    SELECT 'volunteer.certified', unnest(ARRAY['/', '420105000000']), id FROM volunteer",
    "INSERT INTO activity (id, org_path, kind, state, facts, secret, duty_due, version, created_at, updated_at)
    SELECT ('00000000-0000-0000-0001-' || lpad(to_hex(n), 12, '0'))::uuid, '/420105000000/', 'visit', 'recruiting',
        '{}', 's', CASE WHEN n < 10 THEN 0 ELSE 9223372036854775807 END, 1, n, n
    FROM generate_series(1, 10000) n",
    "INSERT INTO shift (id, activity_id, begins_at, ends_at, state, facts, next_ticket, reminded, version, on_duty_team)
    SELECT ('00000000-0000-0000-0002-' || lpad(to_hex(n), 12, '0'))::uuid,
        ('00000000-0000-0000-0001-' || lpad(to_hex(n / 10), 12, '0'))::uuid, n, n + 1, 'open',
        '{\"positions\":[],\"on_duty\":null}', 1, n > 10, 1,
        CASE WHEN n % 1000 = 0 THEN '00000000-0000-0000-0008-000000000001'::uuid END
    FROM generate_series(1, 100000) n",
    "INSERT INTO sign_up (id, shift_id, activity_id, account, position, state, ticket, begins_at, ends_at,
        offer_until, version, created_at, updated_at)
    SELECT ('00000000-0000-0000-0003-' || lpad(to_hex(n), 12, '0'))::uuid,
        ('00000000-0000-0000-0002-' || lpad(to_hex(n / 10), 12, '0'))::uuid,
        ('00000000-0000-0000-0001-' || lpad(to_hex(n / 100), 12, '0'))::uuid,
        ('00000000-0000-0000-0000-' || lpad(to_hex(n % 5000), 12, '0'))::uuid, 1,
        CASE WHEN n % 20000 = 0 THEN 'checked_in' ELSE 'confirmed' END, n, n / 10, n / 10 + 1,
        CASE WHEN n < 10 THEN 1 ELSE 9223372036854775807 END, 1, n, n
    FROM generate_series(1, 200000) n",
    "INSERT INTO service_hours (id, version, latest, sign_up_id, activity_id, volunteer, org_path, kind, began_at,
        ended_at, minutes, state, at)
    SELECT id, 1, true, id, activity_id, account, '/420105000000/', 'visit', begins_at, ends_at, 60, 'confirmed', begins_at
    FROM sign_up",
    "INSERT INTO certificate (id, number, volunteer, facts, issuer, state, version, issued_at, due_at)
    SELECT ('00000000-0000-0000-0005-' || lpad(to_hex(n), 12, '0'))::uuid, 'N' || n,
        ('00000000-0000-0000-0000-' || lpad(to_hex(n % 5000), 12, '0'))::uuid, '{}', '/420105000000/', 'valid', 1, n,
        CASE WHEN n < 10 THEN n END
    FROM generate_series(1, 100000) n",
    "INSERT INTO service_figure (scope_code, day, measure, kind, amount)
    SELECT CASE WHEN n % 50 = 0 THEN '420105000000' ELSE 'P' || n % 50 END, 20000 + n / 200, 'minutes', 'k' || n % 200, n
    FROM generate_series(1, 100000) n",
    "INSERT INTO time_entry (account, number, kind, reservation_id, minutes, by_account, at)
    SELECT ('00000000-0000-0000-0000-' || lpad(to_hex(n % 1000), 12, '0'))::uuid, n / 1000, 'reserved',
        ('00000000-0000-0000-0006-' || lpad(to_hex(n), 12, '0'))::uuid, 10,
        ('00000000-0000-0000-0000-' || lpad(to_hex(n % 1000), 12, '0'))::uuid, n
    FROM generate_series(1, 100000) n",
    "INSERT INTO service_import (id, content_key, kind, org_path, account, state, rows, made, version, created_at)
    SELECT ('00000000-0000-0000-0007-' || lpad(to_hex(n), 12, '0'))::uuid, 'content ' || n, 'hours', '/420105000000/',
        ('00000000-0000-0000-0000-' || lpad(to_hex(n % 1000), 12, '0'))::uuid, 'applied', 10, 10, 1, n
    FROM generate_series(1, 10000) n",
    "INSERT INTO service_import_line (import_id, line, subject, number)
    SELECT id, n, id, 0 FROM service_import, generate_series(1, 10) n",
    "INSERT INTO service_rating (record_id, rated_by, number, latest, volunteer, score, rater, at)
    SELECT id, 'organiser', 1, true, account, 5, account, begins_at FROM sign_up",
    "INSERT INTO record_entry (id, version, latest, volunteer, org_path, kind, first_day, facts, state, entered_by, at)
    SELECT id, 1, true, account, '/420105000000/', 'training', '2026-01-05', '{\"title\":\"t\",\"from\":\"2026-01-05\"}',
        'valid', account, begins_at FROM sign_up",
    "INSERT INTO hours_objection (id, record_id, record_version, open_of, volunteer, org_path, reason, state,
        by_confirmer, version, created_at)
    SELECT id, id, 1, id, account, '/420105000000/', 'r', 'open', false, 1, begins_at FROM sign_up",
    "INSERT INTO certificate_request (id, volunteer, volunteer_id, org_path, first_day, last_day, state, version,
        created_at, updated_at)
    SELECT id, account, account, '/420105000000/', '2026-01-05', '2026-01-06', 'made', 1, begins_at, begins_at FROM sign_up",
];

fn id<I: TypedId>(kind: u128, number: u128) -> I {
    I::from_uuid(Uuid::from_u128((kind << 48) | number))
}

#[tokio::test]
async fn queries_cost_no_more_with_200_000_sign_ups() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = &storage
        .migrated("volunteering", crate::migrations::migrations)
        .await;
    fill(db, &FILL).await;
    let reader = db.reader();
    let account: AccountId = id(0, 7);
    let (shift, activity): (ShiftId, ActivityId) = (id(2, 500), id(1, 50));
    let at = |micros| Timestamp::from_micros(micros).unwrap();

    let place = "/420105000000/".parse().unwrap();
    for after in [None, Some(id::<VolunteerId>(0, 50_000))] {
        let page = list_in(reader, PlaceList::Certified, &place, after, 51);
        let page = assert_flat(db, 500, page).await.unwrap();
        assert_eq!(page.len(), 51);
        let people = assert_flat(db, 500, load_volunteers(reader, &page)).await;
        assert_eq!(people.unwrap().len(), 51);
    }
    let own = assert_flat(db, 10, find_volunteer_of(reader, account)).await;
    assert!(own.unwrap().is_some());
    let list = assert_flat(db, 50, list_of_shift(reader, shift)).await;
    assert_eq!(list.unwrap().len(), 10);
    let page = list_page_of_shift(reader, shift, None, 51);
    assert_eq!(assert_flat(db, 50, page).await.unwrap().len(), 10);
    let around = list_around(reader, account, (at(0), at(5_000)));
    assert!(!assert_flat(db, 200, around).await.unwrap().is_empty());
    let here = list_in_activity(reader, account, activity);
    assert_eq!(assert_flat(db, 200, here).await.unwrap().len(), 1);
    for after in [None, Some((at(10_000), id::<SignUpId>(3, 100_007)))] {
        let mine = list_of_volunteer(reader, account, after, 11);
        assert_eq!(assert_flat(db, 300, mine).await.unwrap().len(), 11);
    }
    let shifts = assert_flat(db, 100, list_shifts(reader, activity, at(0), None, 51)).await;
    let shifts = shifts.unwrap();
    assert_eq!(shifts.len(), 10);
    let ids: Vec<ShiftId> = shifts.iter().map(|shift| shift.id).collect();
    let places = assert_flat(db, 500, count_places(reader, &ids)).await;
    assert_eq!(places.unwrap().len(), 10);
    let lapsed = assert_flat(db, 100, list_lapsed(reader, at(2), 100)).await;
    assert!(!lapsed.unwrap().is_empty());
    let to_remind = assert_flat(db, 100, list_to_remind(reader, at(1_000_000), 100)).await;
    assert_eq!(to_remind.unwrap().len(), 10);
    let duties = assert_flat(db, 100, list_duties_due(reader, at(5), 100)).await;
    assert_eq!(duties.unwrap().len(), 9);
    let due = assert_flat(db, 100, list_due_certificates(reader, at(100), 100)).await;
    assert_eq!(due.unwrap().len(), 9);
    let month = sum_figures(reader, &place, Some((20_100, 20_130)));
    let month = assert_flat(db, 500, month).await.unwrap();
    assert_eq!(month.kinds(Measure::Minutes).count(), 4);
    let ever = (at(0), at(1_000_000));
    let behind = (place.clone(), id::<ServiceRecordId>(3, 100_000));
    for after in [None, Some(&behind)] {
        let hours = list_hours_at(reader, &place, ever, after, 200);
        assert_eq!(assert_flat(db, 1_000, hours).await.unwrap().len(), 200);
    }
    let some: Vec<AccountId> = (0..50).map(|number| id(0, number)).collect();
    let served = list_served(reader, &some, (at(1_000), at(1_100)));
    let served = assert_flat(db, 3_000, served).await.unwrap();
    assert!(!served.is_empty());
    let numbers = ["V1", "V77", "V99999"];
    let accounts = assert_flat(db, 50, list_accounts_of(reader, &numbers)).await;
    assert_eq!(accounts.unwrap().len(), 3);
    let import = find_import_of(reader, "content 5000");
    assert!(assert_flat(db, 10, import).await.unwrap().is_some());
    let lines = list_made(reader, id(7, 50));
    assert_eq!(assert_flat(db, 100, lines).await.unwrap().len(), 10);
    for (after, left) in [(None, 60), (Some((account, id::<SignUpId>(3, 0))), 60)] {
        let of = list_of_activity(reader, activity, ever, after, 60);
        assert_eq!(assert_flat(db, 500, of).await.unwrap().len(), left);
    }
    let entries = list_time_entries(reader, account, None, 11);
    assert_eq!(assert_flat(db, 100, entries).await.unwrap().len(), 11);
    let counted = assert_flat(db, 300, sum_counted(reader, account, ever)).await;
    assert_eq!(counted.unwrap().first().unwrap().times, 40);
    let lifetime = assert_flat(db, 300, sum_lifetime(reader, account)).await;
    assert_eq!(lifetime.unwrap(), 40 * 60);
    let missed = list_missed(reader, &some, (at(0), at(100)));
    assert!(assert_flat(db, 3_000, missed).await.unwrap().is_empty());
    let ended = list_ended(reader, (at(1_000), at(1_020)), None, 50);
    assert!(assert_flat(db, 5_000, ended).await.unwrap().is_empty());
    what_comes_and_what_is_left_open(db).await;
    let record = load_hours(reader, &[id(3, 100_007)]).await.unwrap();
    let overlaps = overlaps_counted(reader, record.first().unwrap());
    assert!(!assert_flat(db, 300, overlaps).await.unwrap());
    let ratings = assert_flat(db, 200, sum_ratings(reader, account)).await;
    assert_eq!(ratings.unwrap().count, 40);
    papers(db, account).await;
    for of in [HoursOf::Volunteer(account), HoursOf::Activity(activity)] {
        let hours = list_hours(reader, of, None::<ServiceRecordId>, 11);
        assert_eq!(assert_flat(db, 300, hours).await.unwrap().len(), 11);
    }
}

/// Shifts that somebody may still come to, that are a team's turn, and at which somebody is still checked in.
async fn what_comes_and_what_is_left_open(db: &Database) {
    let reader = db.reader();
    let account: AccountId = id(0, 7);
    let at = |micros| Timestamp::from_micros(micros).unwrap();
    let ever = (at(0), at(1_000_000));
    for (after, left) in [
        (None, 10),
        (Some((at(10_001), id::<ShiftId>(2, 10_000))), 5),
    ] {
        let open = list_left_open(reader, at(1_000_000), after, 50);
        assert_eq!(assert_flat(db, 100, open).await.unwrap().len(), left);
    }
    let to_come = list_to_come(reader, account, at(10_000));
    assert_eq!(assert_flat(db, 300, to_come).await.unwrap().len(), 19);
    for after in [None, Some((at(50_000), id::<ShiftId>(2, 50_000)))] {
        let turns = list_turns_of(reader, id::<TeamId>(8, 1), ever, after, 11);
        assert_eq!(assert_flat(db, 200, turns).await.unwrap().len(), 11);
    }
}

/// What is on record of people: entries, objections, requests, and their exports.
async fn papers(db: &Database, account: AccountId) {
    let reader = db.reader();
    let place: OrgPath = "/420105000000/".parse().unwrap();
    let entries = list_record_entries(reader, account, None, 11);
    assert_eq!(assert_flat(db, 300, entries).await.unwrap().len(), 11);
    let count = assert_flat(db, 300, count_record_entries(reader, account)).await;
    assert_eq!(count.unwrap(), 40);
    let versions = list_entry_versions(reader, id(3, 100_007));
    assert_eq!(assert_flat(db, 10, versions).await.unwrap().len(), 1);
    let behind = (place.clone(), id::<RecordEntryId>(3, 100_000));
    for after in [None, Some(&behind)] {
        let of = (&place, RecordEntryKind::Training);
        let page = list_record_entries_at(reader, of, (None, None), after, 200);
        assert_eq!(assert_flat(db, 1_000, page).await.unwrap().len(), 200);
    }
    let objections = list_hours_objections(reader, id(3, 100_007));
    assert_eq!(assert_flat(db, 10, objections).await.unwrap().len(), 1);
    let requests = list_certificate_requests(reader, account, None, 11);
    assert_eq!(assert_flat(db, 300, requests).await.unwrap().len(), 11);
    let records: Vec<ServiceRecordId> = (0..200).map(|number| id(3, number + 1)).collect();
    let ratings = assert_flat(db, 2_000, list_ratings(reader, &records)).await;
    assert_eq!(ratings.unwrap().len(), 200);
}
