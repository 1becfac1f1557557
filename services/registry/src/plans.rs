//! What queries cost on PostgreSQL in a tree of 100,000 nodes: as much as their sub-tree, or their page.
#![expect(clippy::unwrap_used, reason = "tests may")]

use contracts::registry::OrgKind;
use kernel::{AccountId, ImportId, OrgPath, Timestamp, TypedId, VenueId};
use store::Database;
use testkit::Storage;
use testkit::plans::{assert_flat, fill};

use crate::domain::history::Effective;
use crate::domain::import::{ImportState, Outcome};
use crate::domain::list_entry::{ListKind, Topic};
use crate::domain::party_figures::COVERED;
use crate::domain::post::PostKind;
use crate::store::{
    Entries, Holders, Listing, Next, ReportedBy, bring_into_community, count_ahead,
    count_members_reported, count_units_reported, count_with_party, count_within, end_what_is_at,
    find_past, list_below, list_bookings_in, list_children, list_due, list_entries, list_grids,
    list_import_rows, list_imports, list_posts, list_report_ins, list_reshaped, list_resting,
    list_under_way_of, list_vacant, list_without_party, rebase_below, sum_grid_members,
};

/// 200 streets in ten districts, 500 communities in each; a past state, a grid row, a post, a report-in,
/// an entry of a list and a commitment for each community.
const FILL: [&str; 10] = [
    "CREATE TEMP TABLE made AS SELECT n, '4201' || lpad((n / 10000 + 1)::text, 2, '0') AS district,
        '4201' || lpad((n / 10000 + 1)::text, 2, '0') || lpad((n / 500 % 20 + 1)::text, 3, '0') AS street,
        lpad((n % 500 + 1)::text, 3, '0') AS number,
        ('01930000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id
    FROM generate_series(0, 99999) n",
    "INSERT INTO organisation (id, code, path, parent_code, kind, name, folded_name, sort_key, valid_from,
        version, created_at, updated_at)
    SELECT id, street || number, '/' || district || '000000/' || street || '000/' || street || number || '/',
        street || '000', CASE WHEN n % 5 = 0 THEN 'grid' ELSE 'community' END, '社区', '社区',
        street || number, n, 1, n, n FROM made",
    "INSERT INTO organisation_period (code, since, until, kind, name, ended_by)
    SELECT street || number, '2000-01-01', '2010-01-01', 'community', '村', 'renamed' FROM made",
    "INSERT INTO grid (code, community_code, duties, version, revision, updated_at)
    SELECT street || number, street || '000', '[]', 1, n, n FROM made",
    "INSERT INTO post (id, kind, org_code, account_id, state, since, seat, version, created_at, updated_at)
    SELECT id, 'contact', street || number, id, 'appointed', '2020-01-01', n::text, 1, n, n FROM made",
    "INSERT INTO report_in (id, community_code, account_id, state, seat, version, created_at, updated_at)
    SELECT id, street || '000', id, 'confirmed', n::text, 1, n, n FROM made",
    "INSERT INTO list_entry (id, kind, topic, tags, title, detail, owner_code, place_code, district, taken,
        state, account_id, version, created_at, updated_at)
    SELECT id, CASE WHEN n % 2 = 0 THEN 'need' ELSE 'resource' END, CASE WHEN n % 10 < 5 THEN 'venue' ELSE 'care' END,
        '[]', '场地', '', street || number, street || number, district, 0, 'open', id, 1, n, n FROM made",
    "INSERT INTO sheet_import (id, resource, account_id, actor_id, session_id, grants, traceparent, state, rows,
        cursor, created, changed, unchanged, refused, undone, kept, version, created_at, updated_at)
    SELECT id, 'venues', (CASE WHEN n % 1000 = 0 THEN '01930000-0000-7000-8000-000000000000' ELSE id::text END)::uuid,
        id, id, '[]', '', CASE WHEN n % 1000 = 0 THEN 'applying' ELSE 'applied' END, 1, 1, 1, 0, 0, 0, 0, 0, 1, n, n
    FROM made",
    "INSERT INTO sheet_import_row (import_id, position, line, cells, outcome, errors)
    SELECT '01930000-0000-7000-8000-000000000000', n + 1, n + 2, '[]',
        CASE WHEN n % 100 = 0 THEN 'refused' ELSE 'created' END, '[]' FROM made",
    "INSERT INTO commitment (id, agreement_id, position, by_code, what, measure, due_on, state)
    SELECT id, id, 1, street || '000', '划线', '一处', '2026-12-31', 'open' FROM made",
];

/// 100,000 bookings of a hundred venues by a hundred people.
const BOOKED: [&str; 1] = [
    "INSERT INTO booking (id, venue_id, account_id, starts_at, ends_at, state, version, created_at)
    SELECT ('01930000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
        ('01930000-0000-7000-8000-' || lpad(to_hex(n % 100), 12, '0'))::uuid,
        ('01930000-0000-7000-8000-' || lpad(to_hex(n % 100), 12, '0'))::uuid, n, n + 1,
        CASE WHEN n % 3 = 0 THEN 'cancelled' ELSE 'booked' END, 1, n
    FROM generate_series(0, 99999) n",
];

async fn city(storage: &Storage) -> Database {
    let db = storage
        .migrated("registry", crate::migrations::migrations)
        .await;
    fill(&db, &FILL).await;
    db
}

#[tokio::test]
async fn queries_cost_their_subtree_or_their_page_in_a_tree_of_100_000_nodes() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = &city(&storage).await;
    let reader = db.reader();
    let street: OrgPath = "/420103000000/420103007000/".parse().unwrap();
    let whole: OrgPath = "/420103000000/".parse().unwrap();
    let code = "420103007123".parse().unwrap();
    for (kind, after) in [
        (None, None),
        (Some(OrgKind::Community), None),
        (
            Some(OrgKind::Community),
            Some(format!("{street}420103007400/")),
        ),
    ] {
        let listing = Listing {
            kind,
            after,
            ..Listing::default()
        };
        let page = assert_flat(db, 520, list_below(reader, &street, &listing, 51)).await;
        assert_eq!(page.unwrap().len(), 51);
    }
    let count = assert_flat(db, 1_100, count_within(reader, &street, 20_002)).await;
    assert_eq!(count.unwrap(), 500);
    let few = assert_flat(db, 2_100, count_within(reader, &whole, 1_000)).await;
    assert_eq!(few.unwrap(), 1_000);
    let street_code = "420103007000".parse().unwrap();
    let children = list_children(reader, &street_code, 51);
    assert_eq!(assert_flat(db, 520, children).await.unwrap().len(), 51);
    let gaps = list_without_party(reader, &street, None, 51);
    assert_eq!(assert_flat(db, 520, gaps).await.unwrap().len(), 51);
    let covered = count_with_party(reader, &street, &COVERED);
    assert!(assert_flat(db, 3_000, covered).await.unwrap().is_empty());
    let units = count_units_reported(reader, &street, &[OrgKind::ResidentUnit]);
    assert_eq!(assert_flat(db, 3_000, units).await.unwrap(), 0);
    let members = count_members_reported(reader, &street);
    assert_eq!(assert_flat(db, 5_000, members).await.unwrap(), 0);
    let grids = sum_grid_members(reader, &street);
    assert_eq!(assert_flat(db, 5_000, grids).await.unwrap(), 0);
    let vacant = list_vacant(
        reader,
        &street,
        OrgKind::Grid,
        PostKind::GridWorker,
        None,
        51,
    );
    assert_eq!(assert_flat(db, 520, vacant).await.unwrap().len(), 51);
    let past = find_past(reader, &code, "2005-01-01".parse().unwrap());
    assert!(assert_flat(db, 2, past).await.unwrap().is_some());
    let shapes = list_reshaped(reader, (50_000, ""), 100);
    assert_eq!(assert_flat(db, 202, shapes).await.unwrap().len(), 100);
    let holders = Holders::At(code);
    let posts = list_posts(reader, &holders, false, None, 51);
    assert_eq!(assert_flat(db, 52, posts).await.unwrap().len(), 1);
    let due = list_due(
        reader,
        &street_code,
        "2027-01-01".parse().unwrap(),
        None,
        51,
    );
    assert_eq!(assert_flat(db, 104, due).await.unwrap().len(), 51);
    for topic in [None, Some(Topic::Venue)] {
        let market = Entries::Market {
            district: "420103".to_owned(),
            kind: ListKind::Resource,
            topic,
        };
        let entries = list_entries(reader, &market, None, 51);
        assert_eq!(assert_flat(db, 104, entries).await.unwrap().len(), 51);
    }
    let at = ReportedBy::At(street_code, None);
    let reports = list_report_ins(reader, &at, None, 51);
    assert_eq!(assert_flat(db, 104, reports).await.unwrap().len(), 51);
}

#[tokio::test]
async fn what_is_at_one_place_costs_no_more_among_100_000() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = &city(&storage).await;
    fill(db, &BOOKED).await;
    let reader = db.reader();
    let street = "420103007000".parse().unwrap();
    let grids = list_grids(reader, &street, None, 51);
    assert_eq!(assert_flat(db, 104, grids).await.unwrap().len(), 51);
    let first: AccountId =
        AccountId::from_uuid("01930000-0000-7000-8000-000000000001".parse().unwrap());
    let bookings = list_bookings_in(reader, VenueId::from_uuid(first.uuid()), None, 51);
    assert_eq!(assert_flat(db, 104, bookings).await.unwrap().len(), 51);
    let now = Timestamp::from_micros(99_900).unwrap();
    let ahead = db.write("test.ahead", |tx| async move {
        count_ahead(&tx, first, now).await
    });
    assert_eq!(assert_flat(db, 20, ahead).await.unwrap(), 1);
    let codes = &["420103007123".parse().unwrap()];
    let when = Effective {
        on: "2026-11-26".parse().unwrap(),
        now,
    };
    let ended = db.write("test.end", |tx| async move {
        end_what_is_at(&tx, codes, when).await
    });
    assert_flat(db, 50, ended).await.unwrap();
    let place: &OrgPath = &"/420103000000/420103007000/420103007123/".parse().unwrap();
    let community = &"420103007124".parse().unwrap();
    let brought = db.write("test.bring", |tx| async move {
        bring_into_community(&tx, place, community, now).await
    });
    assert_flat(db, 50, brought).await.unwrap();
}

#[tokio::test]
async fn imports_cost_their_page_among_100_000() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = &city(&storage).await;
    let reader = db.reader();
    let busy: ImportId =
        ImportId::from_uuid("01930000-0000-7000-8000-000000000000".parse().unwrap());
    let sender = AccountId::from_uuid(busy.uuid());
    let own = list_imports(reader, sender, None, 51);
    assert_eq!(assert_flat(db, 104, own).await.unwrap().len(), 51);
    let resting = list_resting(
        reader,
        ImportState::Applying,
        Timestamp::from_micros(1_000_000).unwrap(),
        51,
    );
    assert_eq!(assert_flat(db, 104, resting).await.unwrap().len(), 51);
    let under_way = list_under_way_of(reader, sender);
    assert_eq!(assert_flat(db, 110, under_way).await.unwrap().len(), 1);
    for outcome in [None, Some(Outcome::Refused)] {
        for next in [Next::Behind(50_000), Next::UpTo(50_000)] {
            let rows = list_import_rows(reader, busy, next, outcome, 51);
            assert_eq!(assert_flat(db, 104, rows).await.unwrap().len(), 51);
        }
    }
}

#[tokio::test]
async fn a_move_touches_its_subtree_only() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = &city(&storage).await;
    let from: &OrgPath = &"/420103000000/420103007000/".parse().unwrap();
    let to: &OrgPath = &"/420104000000/420103007000/".parse().unwrap();
    let moved = db.write("test.move", |tx| async move {
        rebase_below(&tx, from, to, Timestamp::UNIX_EPOCH).await
    });
    assert_eq!(assert_flat(db, 600, moved).await.unwrap(), 500);
}
