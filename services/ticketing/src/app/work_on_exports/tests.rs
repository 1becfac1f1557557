#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use auth::{Ctx, Grant, Principal};
use chassis::http::Limit;
use kernel::{Clock, IdSourceExt, Role};
use problem::Category;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::app::exports::{
    OpenExport, OrderExportView, cancel_export, list_own_exports, load_ready, open_export,
    show_export,
};
use crate::app::open_at::HowItCame;
use crate::app::open_order::{OpenOrder, open_order};
use crate::app::testing::{Bench, PLACE};
use crate::domain::export::ExportFormat;

fn caller(bench: &Bench, role: Role, path: &str) -> Ctx {
    let principal = Principal {
        account: bench.app.ids.next(),
        session: bench.app.ids.next(),
        grants: vec![Grant::new(role, path.parse().unwrap())],
    };
    Ctx::internal(principal, "test", bench.clock.now())
}

async fn orders(bench: &Bench, count: usize) {
    let resident = caller(bench, Role::Resident, PLACE);
    let place: OrgPath = PLACE.parse().unwrap();
    for number in 0..count {
        let command = OpenOrder {
            workflow: "six-step".to_owned(),
            title: format!("=路灯不亮{number}"),
            content: "楼道的路灯不亮。".to_owned(),
            category: None,
            org_code: place.leaf().unwrap(),
            location: None,
            confidential: false,
            client_id: None,
            intake: HowItCame::default(),
        };
        open_order(&bench.app, &resident, command).await.unwrap();
    }
}

async fn open(bench: &Bench, who: &Ctx, format: ExportFormat) -> OrderExportView {
    let command = OpenExport {
        format,
        ..OpenExport::default()
    };
    open_export(&bench.app, who, command).await.unwrap()
}

async fn numbers(bench: &Bench, export: &OrderExportView) -> Vec<String> {
    let mut numbers = Vec::new();
    let mut page = 0;
    while let Some(rows) = read_page(&bench.app, export.id, page).await.unwrap() {
        numbers.extend(rows.into_iter().map(|row| row[0].clone()));
        page += 1;
    }
    numbers
}

#[tokio::test]
async fn an_export_goes_on_where_it_was_broken_off() {
    let bench = Bench::new().await;
    orders(&bench, 5).await;
    let staff = caller(&bench, Role::CompoundDispatcher, PLACE);
    let export = open(&bench, &staff, ExportFormat::Csv).await;
    // a page at a time, as processes come and go
    for rows in [2, 4, 5] {
        assert_eq!(make_pages(&bench.app, 2, 1).await.unwrap(), 1);
        let seen = show_export(&bench.app, &staff, export.id).await.unwrap();
        assert_eq!(seen.rows, rows);
        assert_eq!(seen.state == ExportState::Ready, rows == 5);
    }
    assert_eq!(make_pages(&bench.app, 2, 1).await.unwrap(), 0);
    let found = numbers(&bench, &export).await;
    let mut distinct = found.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!((found.len(), distinct.len()), (5, 5));
    let (_, wanted) = load_ready(&bench.app, &staff, export.id).await.unwrap();
    assert_eq!(header(&wanted).first().unwrap(), "工单编号");
}

#[tokio::test]
async fn exports_take_turns_and_are_bounded() {
    let bench = Bench::new().await;
    orders(&bench, 3).await;
    let staff = caller(&bench, Role::CompoundDispatcher, PLACE);
    let first = open(&bench, &staff, ExportFormat::Csv).await;
    bench.clock.advance(Duration::from_secs(1));
    let second = open(&bench, &bench.now(&staff), ExportFormat::Xlsx).await;
    let refused = open_export(&bench.app, &staff, OpenExport::default()).await;
    assert_eq!(refused.unwrap_err().fact().slug, "too-many-exports");
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(make_pages(&bench.app, 1, 2).await.unwrap(), 2);
    for export in [&first, &second] {
        let seen = show_export(&bench.app, &staff, export.id).await.unwrap();
        assert_eq!(seen.rows, 1);
    }
    // what is cancelled makes room, and its file is gone
    let gone = cancel_export(&bench.app, &staff, first.id).await.unwrap();
    assert_eq!(gone.state, ExportState::Cancelled);
    assert_eq!(numbers(&bench, &first).await, Vec::<String>::new());
    let not_there = load_ready(&bench.app, &staff, first.id).await;
    assert_eq!(not_there.unwrap_err().fact().slug, "export-not-ready");
    assert_eq!(make_pages(&bench.app, 2, 9).await.unwrap(), 2);
    let (export, wanted) = load_ready(&bench.app, &staff, second.id).await.unwrap();
    let bytes = workbook(&bench.app, &export, &wanted).await.unwrap();
    assert!(bytes.starts_with(b"PK"));
    let page = list_own_exports(&bench.app, &staff, None, Limit::default()).await;
    let ids: Vec<ExportId> = page.unwrap().items.iter().map(|own| own.id).collect();
    assert_eq!(ids, [second.id, first.id]);
}

#[tokio::test]
async fn who_lost_the_place_is_handed_nothing_and_others_know_of_nothing() {
    let bench = Bench::new().await;
    orders(&bench, 1).await;
    let staff = caller(&bench, Role::CompoundDispatcher, PLACE);
    let export = open(&bench, &staff, ExportFormat::Csv).await;
    make_pages(&bench.app, 500, 1).await.unwrap();
    load_ready(&bench.app, &staff, export.id).await.unwrap();
    let mut elsewhere = staff.clone();
    let other = PLACE.replace("X01", "X02");
    elsewhere.principal = Arc::new(Principal {
        grants: vec![Grant::new(Role::CompoundDispatcher, other.parse().unwrap())],
        ..(*staff.principal).clone()
    });
    let refused = load_ready(&bench.app, &elsewhere, export.id).await;
    assert_eq!(refused.unwrap_err().fact().slug, "outside-scope");
    let colleague = caller(&bench, Role::CompoundDispatcher, PLACE);
    let hidden = load_ready(&bench.app, &colleague, export.id).await;
    assert_eq!(hidden.unwrap_err().fact().slug, "export-not-found");
    // kept for a week
    bench.clock.advance(Duration::from_hours(7 * 24 + 1));
    let late = load_ready(&bench.app, &bench.now(&staff), export.id).await;
    assert_eq!(late.unwrap_err().fact().slug, "export-not-ready");
    assert_eq!(forget_old_exports(&bench.app).await.unwrap(), 1);
    let forgotten = show_export(&bench.app, &staff, export.id).await;
    assert_eq!(forgotten.unwrap_err().fact().slug, "export-not-found");
}

#[tokio::test]
async fn an_export_that_can_not_be_made_fails_honestly() {
    let bench = Bench::new().await;
    let broken = &StoredExport {
        id: bench.app.ids.next(),
        account: bench.app.ids.next(),
        state: ExportState::Running,
        wanted: "{}".to_owned(),
        reason: String::new(),
        rows: 0,
        parts: 0,
        behind: None,
        failures: 0,
        created_at: bench.clock.now(),
        updated_at: bench.clock.now(),
        expires_at: bench.clock.now(),
        version: kernel::Version::FIRST,
    };
    let saved = bench.app.db.write("test.export", |tx| async move {
        crate::store::exports::insert_export(&tx, broken).await
    });
    saved.await.unwrap();
    assert_eq!(work_on_exports(&bench.app).await.unwrap(), 5);
    let found =
        crate::store::exports::find_export(bench.app.db.reader(), broken.account, broken.id);
    let found = found.await.unwrap().unwrap();
    assert_eq!(
        (found.state, found.reason.as_str()),
        (ExportState::Failed, "broke_off")
    );
    assert_eq!(work_on_exports(&bench.app).await.unwrap(), 0);
}
