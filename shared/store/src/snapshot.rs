//! Copies of several SQLite files as of one moment.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Row};

use crate::StoreError;
use crate::postgres::refused;

/// Longest wait for the writer of a file to finish what it is at.
const PATIENCE: Duration = Duration::from_secs(30);

/// Copies files, whose services may be at work, as they all are at one moment. The copies are whole
/// databases by themselves, without a log beside them.
///
/// Services tell each other what they did: a copy that had the sender's side of an event and not the
/// receiver's would lose it, the other way round it would happen twice. So nobody writes to any of the
/// files until all are copied; writers wait meanwhile, as they do for one another.
///
/// # Errors
/// A file is missing, a copy is there already, the disk is full, or a writer does not finish.
pub async fn copy_files(copies: &[(PathBuf, PathBuf)]) -> Result<(), StoreError> {
    let mut held = Vec::new();
    for (from, _) in copies {
        let mut connection = open(from).await?;
        run(&mut connection, "BEGIN IMMEDIATE").await?;
        held.push(connection);
    }
    for (from, to) in copies {
        let mut connection = open(from).await?;
        let target = to.to_string_lossy().into_owned();
        sqlx::query("VACUUM INTO ?")
            .bind(target)
            .execute(&mut connection)
            .await
            .map_err(refused)?;
        connection.close().await.map_err(refused)?;
    }
    for mut connection in held {
        run(&mut connection, "ROLLBACK").await?;
        connection.close().await.map_err(refused)?;
    }
    Ok(())
}

/// Reads a file through; the first thing that is wrong with it, if any.
///
/// # Errors
/// It is no database, or does not open.
pub async fn find_damage(file: &Path) -> Result<Option<String>, StoreError> {
    let mut connection = open(file).await?;
    let row = sqlx::query("PRAGMA integrity_check(1)")
        .fetch_one(&mut connection)
        .await
        .map_err(refused)?;
    let said: String = row.try_get(0).map_err(refused)?;
    connection.close().await.map_err(refused)?;
    Ok((said != "ok").then_some(said))
}

async fn open(file: &Path) -> Result<SqliteConnection, StoreError> {
    SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(PATIENCE)
        .disable_statement_logging()
        .connect()
        .await
        .map_err(refused)
}

async fn run(connection: &mut SqliteConnection, statement: &'static str) -> Result<(), StoreError> {
    let done = sqlx::query(statement).execute(connection).await;
    done.map(|_| ()).map_err(refused)
}
