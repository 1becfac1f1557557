//! Counts of what services have stored, to see that nothing half-written is left behind.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use store::Database;

/// Tables that requests fill whatever becomes of them: who tried what, which job runs where.
const ASIDE: [&str; 5] = [
    "access_log",
    "lease",
    "seaql_migrations",
    "sign_in_attempt",
    "sqlite_sequence",
];

/// Counts the rows of every table.
pub(crate) async fn count(db: &Database) -> BTreeMap<String, i64> {
    let reader = db.reader();
    let engine = reader.get_database_backend();
    let ask = |sql: String| Statement::from_string(engine, sql);
    let tables = match engine {
        DbBackend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
        _ => "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema()",
    };
    let tables = tables.to_owned();
    let tables = reader
        .query_all_raw(ask(tables))
        .await
        .expect("the tables are listed");
    let mut rows = BTreeMap::new();
    for table in tables {
        let name: String = table.try_get("", "name").expect("a table has a name");
        if ASIDE.contains(&name.as_str()) {
            continue;
        }
        let count = format!("SELECT COUNT(*) AS rows_there FROM \"{name}\"");
        let row = reader
            .query_one_raw(ask(count))
            .await
            .expect("the rows are counted");
        let count = row
            .expect("a count")
            .try_get("", "rows_there")
            .expect("a number");
        rows.insert(name, count);
    }
    rows
}
