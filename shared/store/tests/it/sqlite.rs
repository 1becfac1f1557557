//! What holds for SQLite files only.

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use store::StoreError;
use testkit::Storage;

#[tokio::test]
async fn what_is_committed_after_the_database_ended_a_transaction_is_there() {
    let storage = Storage::files();
    let db = storage.migrated("test", Vec::new).await;
    db.write("test.table", async |tx| {
        tx.execute_unprepared("CREATE TABLE thing (id INTEGER PRIMARY KEY)")
            .await?;
        Ok::<_, StoreError>(())
    })
    .await
    .unwrap();
    let insert = async |how: &'static str, id: i64| {
        let sql = format!("INSERT {how} INTO thing VALUES ({id})");
        db.write("test.insert", |tx| {
            let sql = sql.clone();
            async move {
                tx.execute_unprepared(&sql).await?;
                Ok::<_, StoreError>(())
            }
        })
        .await
    };
    insert("", 1).await.unwrap();
    for id in 2..10 {
        // the database rolls back by itself, as it does on a full disk
        insert("OR ROLLBACK", 1).await.unwrap_err();
        // an ordinary failure rolls back what is open
        insert("", 1).await.unwrap_err();
        insert("", id).await.unwrap();
    }
    // nobody closes the first handle: what another one sees is what a crash would leave
    let other = storage.open("test").await;
    let count = "SELECT COUNT(*) AS things FROM thing";
    let count = Statement::from_string(DbBackend::Sqlite, count);
    let row = other.reader().query_one_raw(count).await.unwrap().unwrap();
    assert_eq!(row.try_get::<i64>("", "things").unwrap(), 9);
}

#[tokio::test]
async fn sqlite_is_built_so_that_bound_values_do_not_prepare_a_statement_anew() {
    let storage = Storage::files();
    let db = storage.open("test").await;
    let options = Statement::from_string(DbBackend::Sqlite, "PRAGMA compile_options");
    let rows = db.reader().query_all_raw(options).await.unwrap();
    let options: Vec<String> = rows
        .iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect();
    let has = |name: &str| options.iter().any(|option| option == name);
    assert!(has("ENABLE_QPSG"), "see .cargo/config.toml: {options:?}");
    assert!(!has("ENABLE_MEMORY_MANAGEMENT"), "one lock for all caches");
}
