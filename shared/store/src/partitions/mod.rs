//! Tables that grow for ever, in months: on PostgreSQL a partition each, on SQLite one plain table.
//!
//! Ids are UUIDv7 and begin with their milliseconds, so a month is a range of ids. Keys and
//! `ON CONFLICT` stay as they are, what names an id touches one partition, and a month may go as a
//! whole. Ids of any other time are in the default partition.

mod month;

use kernel::Timestamp;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, QueryResult, Statement};
use sea_orm_migration::prelude::{DbErr, PostgresQueryBuilder, SchemaManager};
use sea_orm_migration::sea_query::TableCreateStatement;

use self::month::Month;
use crate::{Database, Engine, StoreError, Tx};

/// Months made ahead, besides the one that runs.
const AHEAD: usize = 3;

/// Rows removed from a default partition in one transaction.
const FEW: u64 = 1_000;

/// Upkeep waits for locks for a moment only: those who come behind it wait as long.
const IMPATIENT: &str = "SET LOCAL lock_timeout = '1s'";

/// Makes `table`, whose primary key and unique indexes have the UUID column `key`; on PostgreSQL in
/// months, with a partition for all other ids only. [`make_ahead`] adds the months.
///
/// # Errors
/// The database refuses.
pub async fn create_table(
    manager: &SchemaManager<'_>,
    (name, key): (&str, &str),
    table: TableCreateStatement,
) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return manager.create_table(table).await;
    }
    let table = table.to_string(PostgresQueryBuilder);
    let connection = manager.get_connection();
    for statement in [
        format!(r#"{table} PARTITION BY RANGE ("{key}")"#),
        format!(r#"CREATE TABLE "{name}_default" PARTITION OF "{name}" DEFAULT"#),
    ] {
        connection.execute_unprepared(&statement).await?;
    }
    Ok(())
}

/// A table in months, with the column that says which.
#[derive(Debug, FromQueryResult)]
struct Monthly {
    name: String,
    key: String,
}

impl Monthly {
    fn partition(&self, month: Month) -> String {
        format!("{}_{month}", self.name)
    }
}

/// Makes the partitions of this month and the next three for all tables in months; returns how many
/// were missing. Does nothing on SQLite.
///
/// # Errors
/// The database refuses, or others held its locks for too long; what was made stays.
pub async fn make_ahead(database: &Database, now: Timestamp) -> Result<u64, StoreError> {
    if database.engine() == Engine::Sqlite {
        return Ok(0);
    }
    let mut made = 0;
    for table in list_monthly(database).await? {
        let known = list_partitions(database, &table.name).await?;
        let months = std::iter::successors(Some(Month::of(now)), |month| Some(month.next()));
        for month in months.take(1 + AHEAD) {
            if !known.contains(&table.partition(month)) {
                made += u64::from(make(database, &table, month).await?);
            }
        }
    }
    Ok(made)
}

/// Refreshes the statistics of tables in months: the server does so by itself for partitions, and
/// not for the table as a whole. Does nothing on SQLite.
///
/// # Errors
/// The database refuses.
pub async fn analyze(database: &Database) -> Result<(), StoreError> {
    if database.engine() == Engine::Sqlite {
        return Ok(());
    }
    for Monthly { name, .. } in list_monthly(database).await? {
        let analyze = &format!(r#"ANALYZE "{name}""#);
        database
            .maintain(
                "partitions.analyze",
                |tx| async move { run(&tx, analyze).await },
            )
            .await?;
    }
    Ok(())
}

/// Makes a month. Rows of it that are in the default partition move: the month could not be
/// attached while they are there. Attaching lets others write to the table meanwhile, and only those
/// whose ids go to the default partition wait.
async fn make(database: &Database, table: &Monthly, month: Month) -> Result<bool, StoreError> {
    let (name, key, part) = (&table.name, &table.key, &table.partition(month));
    let (from, to) = (month.first_id(), month.next().first_id());
    let statements = &[
        format!(r#"CREATE TABLE "{part}" (LIKE "{name}" INCLUDING ALL)"#),
        format!(r#"LOCK TABLE "{name}_default" IN ACCESS EXCLUSIVE MODE"#),
        format!(
            r#"WITH moved AS (
                DELETE FROM "{name}_default" WHERE "{key}" >= '{from}' AND "{key}" < '{to}' RETURNING *
            ) INSERT INTO "{part}" SELECT * FROM moved"#
        ),
        format!(
            r#"ALTER TABLE "{name}" ATTACH PARTITION "{part}" FOR VALUES FROM ('{from}') TO ('{to}')"#
        ),
    ];
    database
        .maintain("partitions.make", |tx| async move {
            run(&tx, IMPATIENT).await?;
            // replicas that start together: the second finds the work done
            run(
                &tx,
                "SELECT pg_advisory_xact_lock(hashtextextended('linli.partitions.' || current_schema(), 0))",
            )
            .await?;
            if exists(&tx, part).await? {
                return Ok(false);
            }
            for statement in statements {
                run(&tx, statement).await?;
            }
            Ok::<_, StoreError>(true)
        })
        .await
}

/// Forgets rows of a table in months whose `column`, a time, is before `before`: months that are over
/// and have no later row go as a whole, and from the default partition rows go; returns how many
/// months and rows. In other months all rows stay. Does nothing on SQLite.
///
/// # Errors
/// The database refuses, or others held its locks for too long; what went before stays forgotten.
pub async fn forget_months(
    database: &Database,
    table: &str,
    column: &str,
    before: Timestamp,
) -> Result<u64, StoreError> {
    if database.engine() == Engine::Sqlite {
        return Ok(0);
    }
    let mut gone = 0;
    for partition in list_partitions(database, table).await? {
        let month = partition
            .strip_prefix(table)
            .and_then(|rest| rest.strip_prefix('_'));
        if let Some(month) = month.and_then(Month::parse)
            && month.is_over_at(before)
        {
            gone += u64::from(drop_month(database, table, &partition, column, before).await?);
        }
    }
    Ok(gone + forget_others(database, table, column, before).await?)
}

async fn drop_month(
    database: &Database,
    table: &str,
    partition: &str,
    column: &str,
    before: Timestamp,
) -> Result<bool, StoreError> {
    let before = before.micros();
    // before the locks, which every other transaction waits for
    let busy = &format!(r#"SELECT 1 FROM "{partition}" WHERE "{column}" >= {before} LIMIT 1"#);
    if database.reader().query_one_raw(sql(busy)).await?.is_some() {
        return Ok(false);
    }
    let lock = &format!(r#"LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE"#);
    let drop = &format!(r#"DROP TABLE "{partition}""#);
    database
        .maintain("partitions.drop", |tx| async move {
            run(&tx, IMPATIENT).await?;
            run(&tx, lock).await?;
            if !exists(&tx, partition).await? || tx.query_one_raw(sql(busy)).await?.is_some() {
                return Ok(false);
            }
            run(&tx, drop).await?;
            Ok::<_, StoreError>(true)
        })
        .await
}

async fn forget_others(
    database: &Database,
    table: &str,
    column: &str,
    before: Timestamp,
) -> Result<u64, StoreError> {
    let before = before.micros();
    let delete = &format!(
        r#"DELETE FROM "{table}_default" WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM "{table}_default" WHERE "{column}" < {before} LIMIT {FEW}))"#
    );
    let mut gone = 0;
    loop {
        let rows = database
            .maintain("partitions.forget", |tx| async move {
                let done = tx.execute_unprepared(delete).await?;
                Ok::<_, StoreError>(done.rows_affected())
            })
            .await?;
        gone += rows;
        if rows < FEW {
            return Ok(gone);
        }
    }
}

/// Lists the tables in months.
async fn list_monthly(database: &Database) -> Result<Vec<Monthly>, StoreError> {
    let rows = database.reader().query_all_raw(sql(
        "SELECT c.relname::text AS name, a.attname::text AS key
        FROM pg_partitioned_table t
        JOIN pg_class c ON c.oid = t.partrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = t.partattrs[0]
        WHERE c.relnamespace = current_schema()::regnamespace AND t.partstrat = 'r'
            AND a.atttypid = 'uuid'::regtype
        ORDER BY 1",
    ));
    let rows = rows.await?;
    let tables = rows.iter().map(|row| Monthly::from_query_result(row, ""));
    Ok(tables.collect::<Result<_, DbErr>>()?)
}

/// Lists the partitions of a table, oldest month first.
async fn list_partitions(database: &Database, table: &str) -> Result<Vec<String>, StoreError> {
    let rows = database
        .reader()
        .query_all_raw(Statement::from_sql_and_values(
            DbBackend::Postgres,
            "SELECT p.relname::text FROM pg_inherits i
        JOIN pg_class p ON p.oid = i.inhrelid
        JOIN pg_class c ON c.oid = i.inhparent
        WHERE c.relname = $1 AND c.relnamespace = current_schema()::regnamespace
        ORDER BY 1",
            [table.into()],
        ));
    let rows = rows.await?;
    let names = rows.iter().map(|row: &QueryResult| row.try_get_by_index(0));
    Ok(names.collect::<Result<_, DbErr>>()?)
}

async fn exists(tx: &Tx, table: &str) -> Result<bool, StoreError> {
    let asked = format!(r#"SELECT 1 WHERE to_regclass('"{table}"') IS NOT NULL"#);
    Ok(tx.query_one_raw(sql(&asked)).await?.is_some())
}

async fn run(tx: &Tx, statement: &str) -> Result<(), StoreError> {
    tx.execute_unprepared(statement).await?;
    Ok(())
}

fn sql(text: &str) -> Statement {
    Statement::from_string(DbBackend::Postgres, text)
}
