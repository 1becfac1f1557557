//! How the engine runs statements: what may not cost more because a table has grown.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::Value;
use store::{Database, StoreError};

/// Runs `work` and checks every statement that it ran: none reads a table or an index from end to end, and
/// none touches more than `most` rows (counted on PostgreSQL only).
///
/// The tables should be as large as they get, and their statistics fresh ([`analyze`]). On PostgreSQL the
/// statements run a second time, in a transaction that is rolled back.
///
/// # Panics
/// A statement does, or one fails.
pub async fn assert_flat<T>(db: &Database, most: u64, work: impl Future<Output = T>) -> T {
    let (outcome, statements) = store::recorded(Box::pin(work)).await;
    assert!(!statements.is_empty(), "no statement was run");
    for statement in statements {
        match statement.db_backend {
            DbBackend::Postgres => Box::pin(on_server(db, statement, most)).await,
            _ => on_file(db, statement).await,
        }
    }
    outcome
}

/// Runs `work` and tells which tables its statements read on PostgreSQL, partitions by their own names.
///
/// # Panics
/// A statement fails.
pub async fn tables_read<T>(db: &Database, work: impl Future<Output = T>) -> BTreeSet<String> {
    let (_, statements) = store::recorded(Box::pin(work)).await;
    let mut tables = BTreeSet::new();
    for statement in statements {
        let plan = Box::pin(plan_of(db, statement)).await;
        walk(&plan[0]["Plan"], &mut |node| {
            let run = node["Actual Loops"].as_f64().unwrap_or(0.0) > 0.0;
            if let (true, Some(name)) = (run, node["Relation Name"].as_str()) {
                tables.insert(name.to_owned());
            }
        });
    }
    tables
}

/// Fills tables by statements, however long they take, and refreshes the statistics; on PostgreSQL.
///
/// # Panics
/// The database refuses one.
pub async fn fill<S: AsRef<str> + Sync>(db: &Database, statements: &[S]) {
    let filled = db.write("test.fill", |tx| async move {
        tx.execute_unprepared("SET LOCAL statement_timeout = 0")
            .await?;
        for statement in statements {
            tx.execute_unprepared(statement.as_ref()).await?;
        }
        Ok::<_, StoreError>(())
    });
    filled.await.expect("the tables are filled");
    analyze(db).await;
}

/// Refreshes the statistics that plans are made by.
///
/// # Panics
/// The database refuses.
pub async fn analyze(db: &Database) {
    let done = db.reader().execute_unprepared("ANALYZE").await;
    done.expect("statistics are taken");
}

async fn on_file(db: &Database, mut statement: Statement) {
    let sql = statement.sql.clone();
    statement.sql = format!("EXPLAIN QUERY PLAN {sql}");
    let rows = db.reader().query_all_raw(statement).await;
    for row in rows.expect("a statement has a plan") {
        let step: String = row.try_get("", "detail").expect("a step of a plan");
        let slow = step.contains("SCAN") || step.contains("TEMP B-TREE");
        assert!(!slow, "{step}\n{sql}");
    }
}

/// Runs a statement and tells how, in a transaction that is rolled back.
async fn plan_of(db: &Database, mut statement: Statement) -> Value {
    let sql = statement.sql.clone();
    statement.sql = format!("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}");
    let statement = &statement;
    let planned = db.write("test.plan", |tx| async move {
        let row = tx.query_one_raw(statement.clone()).await;
        let row = row.map_err(StoreError::from)?.expect("a plan");
        // an error, so that what the statement did is rolled back
        Err::<(), _>(Aside::Plan(
            row.try_get_by_index(0).expect("a plan is JSON"),
        ))
    });
    match planned.await {
        Err(Aside::Plan(plan)) => plan,
        other => panic!("{other:?}\n{sql}"),
    }
}

async fn on_server(db: &Database, statement: Statement, most: u64) {
    let sql = statement.sql.clone();
    let plan = plan_of(db, statement).await;
    let mut touched = 0.0;
    walk(&plan[0]["Plan"], &mut |node| {
        let number = |name: &str| node[name].as_f64().unwrap_or(0.0);
        // PostgreSQL gives means of the loops
        let seen = number("Actual Rows") + number("Rows Removed by Filter");
        let seen = seen + number("Rows Removed by Index Recheck");
        touched += seen * number("Actual Loops");
        let whole = node["Node Type"] == "Seq Scan" && seen >= 1_000.0;
        assert!(!whole, "whole table: {plan:#}\n{sql}");
    });
    #[expect(clippy::cast_precision_loss, reason = "limits of tests are small")]
    let most = most as f64;
    assert!(touched <= most, "{touched} rows: {plan:#}\n{sql}");
}

/// How the transaction of a plan ends.
#[derive(Debug, thiserror::Error)]
enum Aside {
    #[error("a plan")]
    Plan(Value),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn walk(node: &Value, look: &mut impl FnMut(&Value)) {
    look(node);
    for child in node["Plans"].as_array().into_iter().flatten() {
        walk(child, look);
    }
}
