//! Bulletins: nobody waits for an objection window, so what needs one that is over is written into the store.

use scenarios::order::COMPOUND;
use sea_orm::ConnectionTrait;
use serde_json::json;
use store::StoreError;

use crate::world::World;

/// One that is published, one whose window is open, one whose window is over.
const PUBLISHED: &str = "2024Q4";
const OPEN: &str = "2025Q2";
const OVER: &str = "2025Q1";

/// The quarter that an operation is about.
pub(super) fn period(operation: &str) -> &'static str {
    match operation {
        "publish_bulletins" => OVER,
        "show_bulletin_issue" | "open_objection" | "answer_objection" => OPEN,
        _ => PUBLISHED,
    }
}

/// Makes one of each.
pub(super) async fn make(world: &World) {
    let db = world.host.database("ticketing").await;
    let body = json!({
        "schema": "linli-bulletin-1", "org_code": COMPOUND, "org_name": "江欣苑示范小区", "period": PUBLISHED,
        "from": "2024-10-01", "to": "2024-12-31", "as_of": "2025-01-20T00:00:00Z", "rules_version": 1, "least": 5,
        "objections": 0, "opened": 0, "categories": [], "rates": [], "sources": [],
    });
    let nobody = if db.reader().get_database_backend() == sea_orm::DbBackend::Postgres {
        "'00000000-0000-0000-0000-000000000000'"
    } else {
        "X'00000000000000000000000000000000'"
    };
    let issue = |period: &str, until: i64| {
        format!(
            "INSERT INTO bulletin_issue (district, period, opened_by, opened_at, objection_until)
            VALUES ('420105', '{period}', {nobody}, 0, {until})"
        )
    };
    let statements = &[
        issue(OPEN, 9_000_000_000_000_000),
        issue(OVER, 1),
        format!(
            "INSERT INTO bulletin_objection (district, period, number, org_code, account, reason, at)
            VALUES ('420105', '{OPEN}', 1, '{COMPOUND}', {nobody}, '口径有误', 0)"
        ),
        format!(
            "INSERT INTO bulletin (seq, org_code, period, district, month, body, before, hash, published_at)
            VALUES (1, '{COMPOUND}', '{PUBLISHED}', '420105', '2025-01', '{body}', '0', '0', 0)"
        ),
    ];
    for statement in statements {
        let made = db.write("test.bulletins", |tx| async move {
            tx.execute_unprepared(statement).await?;
            Ok::<_, StoreError>(())
        });
        made.await.expect("a bulletin is made");
    }
}
