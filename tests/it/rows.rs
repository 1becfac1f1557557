//! Counts of what services have stored, to see that nothing half-written is left behind.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use store::Database;

/// Tables that requests fill whatever becomes of them: who tried what, which job runs where; and those that follow
/// what was stored a moment later: figures, what followers are told of, and grids of orders.
const ASIDE: [&str; 12] = [
    "access_log",
    "figure_cell",
    "figure_due",
    "figure_order",
    "figure_turn",
    "follower_due",
    "grid_due",
    "lease",
    "order_grid",
    "seaql_migrations",
    "sign_in_attempt",
    "sqlite_sequence",
];

/// Tables of the connection's schema; a partition's rows are counted with its table's.
const TABLES_OF_SCHEMA: &str = "SELECT relname::text AS name FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
    AND NOT relispartition";

/// Counts the rows of every table.
pub(crate) async fn count(db: &Database) -> BTreeMap<String, i64> {
    let reader = db.reader();
    let backend = reader.get_database_backend();
    let ask = |sql: String| Statement::from_string(backend, sql);
    let tables = if backend == DbBackend::Postgres {
        TABLES_OF_SCHEMA
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    };
    let tables = reader
        .query_all_raw(ask(tables.to_owned()))
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
