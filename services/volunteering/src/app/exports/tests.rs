#![expect(clippy::unwrap_used, reason = "tests may")]

use std::collections::BTreeSet;

use kernel::{AccountId, ActivityId, IdSourceExt, OrgPath, Role, ShiftId, Timestamp};
use store::Writes;

use super::*;
use crate::app::testing::{Bench, PLACE};
use crate::domain::exports::ServiceExportFormat;
use crate::domain::sign_up::{SignUp, SignUpState};
use crate::store::insert_sign_up;

fn export(bench: &Bench, table: &str, expires_at: Timestamp) -> ServiceExport {
    let now = bench.app.clock.now();
    ServiceExport {
        id: bench.app.ids.next(),
        account: bench.app.ids.next(),
        wanted: WantedExport {
            table: table.to_owned(),
            format: ServiceExportFormat::Csv,
            place: PLACE.parse::<OrgPath>().unwrap(),
            from: None,
            to: None,
            english: false,
        },
        state: ExportState::Running,
        reason: None,
        rows: 0,
        parts: 0,
        behind: Behind::default(),
        failures: 0,
        created_at: now,
        updated_at: now,
        expires_at,
        version: Version::FIRST,
    }
}

async fn insert(bench: &Bench, export: &ServiceExport) {
    let inserted = bench.app.db.write("test.export", |tx| async move {
        insert_export(&tx, export).await
    });
    inserted.await.unwrap();
}

/// Puts so many sign-ups on the list of a shift.
async fn sign_ups(bench: &Bench, (activity, shift): (ActivityId, ShiftId), count: u32) {
    let now = bench.app.clock.now();
    let made: Result<(), StoreError> = bench
        .app
        .db
        .write("test.sign_ups", |tx| async move {
            let mut writes = Writes::default();
            for ticket in 0..count {
                let sign_up = SignUp {
                    id: bench.app.ids.next(),
                    shift,
                    activity,
                    account: bench.app.ids.next::<AccountId>(),
                    position: 1,
                    state: SignUpState::Confirmed,
                    ticket,
                    begins_at: now,
                    ends_at: now,
                    offer_until: None,
                    checked_in_at: None,
                    checked_out_at: None,
                    appealed: false,
                    version: Version::FIRST,
                    created_at: now,
                    updated_at: now,
                };
                insert_sign_up(&mut writes, &sign_up);
            }
            writes.run(&tx).await
        })
        .await;
    made.unwrap();
}

#[tokio::test]
async fn a_page_of_sign_ups_has_an_upper_bound_and_none_is_lost_or_twice() {
    let bench = Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    // the newest activity is read first; one of them fills more than two pages, one a page to the last row
    for count in [3, 200, 450, 0, 5] {
        let activity = bench.activity(&staff, "clean_up").await;
        let shift = bench.shift(&staff, activity, (48, 5)).await;
        sign_ups(&bench, (activity, shift), count).await;
    }
    let table = bench.app.tables.get("sign_ups").unwrap();
    let mut export = export(&bench, "sign_ups", bench.app.clock.now());
    let (mut sizes, mut seen) = (Vec::new(), BTreeSet::new());
    loop {
        let (rows, behind) = next_page(&bench.app, &export, table).await.unwrap();
        sizes.push(rows.len());
        for row in rows {
            assert!(seen.insert(row.first().unwrap().clone()), "{row:?}");
        }
        // somebody opens another one meanwhile: it is not part of what was asked for, and nothing is read again
        if sizes.len() == 1 {
            bench.activity(&staff, "visit").await;
        }
        let Some(behind) = behind else { break };
        export.behind = behind;
    }
    assert_eq!(seen.len(), 658);
    assert!(sizes.iter().all(|rows| *rows <= 200), "{sizes:?}");
}

#[tokio::test]
async fn retention_keeps_up_with_more_than_a_batch() {
    let bench = Bench::new().await;
    let over = bench.app.clock.now().minus(Duration::from_secs(1));
    for _ in 0..FORGOTTEN * 2 + 3 {
        insert(&bench, &export(&bench, "hours", over)).await;
    }
    let forgotten = forget_old_exports(&bench.app).await.unwrap();
    assert_eq!(forgotten, FORGOTTEN * 2 + 3);
}

#[tokio::test]
async fn an_export_that_somebody_went_on_with_is_not_given_up() {
    let bench = Bench::new().await;
    let before = export(&bench, "hours", bench.app.clock.now());
    insert(&bench, &before).await;
    let after = before.page(0, Some(Behind::default()), bench.app.clock.now());
    save(&bench.app, &after, (before.version, None))
        .await
        .unwrap();
    let failed = before.fail(bench.app.clock.now());
    give_up(&bench.app, &failed, before.version).await.unwrap();
    let found = find_export(bench.app.db.reader(), before.account, before.id).await;
    assert_eq!(found.unwrap().unwrap().failures, 0);
}
