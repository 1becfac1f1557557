//! What holds for PostgreSQL servers only.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use problem::{Category, Kind};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use store::{Database, Location, MigrationState, StoreConfig, StoreError, outbox};
use testkit::Storage;
use tokio::sync::Barrier;

use super::record;

async fn text(db: &Database, sql: &str) -> String {
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let row = db.reader().query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

#[tokio::test]
async fn a_connection_is_in_the_services_own_role_and_schema() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = storage.open("test").await;
    assert_eq!(text(&db, "SELECT current_user::text").await, "linli_test");
    assert_eq!(text(&db, "SHOW search_path").await, "test");
    assert_eq!(text(&db, "SHOW application_name").await, "linli-test");
    assert_eq!(text(&db, "SHOW statement_timeout").await, "10s");
    assert_eq!(text(&db, "SHOW lock_timeout").await, "5s");
    assert_eq!(
        text(&db, "SHOW transaction_isolation").await,
        "repeatable read"
    );
    let written = db.reader().execute_unprepared("CREATE TABLE thing ()");
    assert!(written.await.is_err(), "readers only read");
    // another service's tables are out of reach
    let other = storage.migrated("other", Vec::new).await;
    let refused = db.reader().execute_unprepared("SELECT * FROM other.outbox");
    assert!(refused.await.is_err());
    other.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_start_together_prepare_and_migrate_once() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let starting = (0..8).map(|_| {
        let location = storage.location("together");
        tokio::spawn(async move {
            store::prepare(&location).await?;
            let db = Database::open(&location, &StoreConfig::default()).await?;
            store::migrate(&db, Vec::new).await?;
            let state = store::migration_state(&db, Vec::new).await;
            db.close().await?;
            state
        })
    });
    for start in starting.collect::<Vec<_>>() {
        assert_eq!(start.await.unwrap().unwrap(), MigrationState::Current);
    }
}

#[tokio::test]
async fn a_commit_of_another_process_wakes_the_relay_even_after_its_connection_was_cut() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = storage.migrated("test", Vec::new).await;
    let other = storage.open("test").await;
    let woken = db.committed();
    let wakes = async |number| {
        // what an earlier step left is taken away
        tokio::time::timeout(Duration::from_millis(200), woken.notified())
            .await
            .ok();
        let written = other.write("test.wake", |tx| async move {
            outbox::append(&tx, vec![record(number)]).await
        });
        written.await.unwrap();
        tokio::time::timeout(Duration::from_secs(2), woken.notified())
            .await
            .is_ok()
    };
    testkit::eventually("the first notification", async || {
        wakes(1).await.then_some(())
    })
    .await;
    assert_eq!(storage.cut("LISTEN").await, 1);
    testkit::eventually("a notification after the cut", async || {
        wakes(2).await.then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_transaction_that_goes_on_after_a_failed_statement_is_not_taken_for_committed() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = storage.migrated("test", Vec::new).await;
    let careless = db.write("test.careless", |tx| async move {
        outbox::append(&tx, vec![record(1)]).await?;
        let failing = Statement::from_string(DbBackend::Postgres, "SELECT * FROM nowhere");
        tx.execute_raw(failing).await.unwrap_err();
        Ok::<_, StoreError>(())
    });
    let refused = careless.await.unwrap_err();
    assert_eq!(refused.fact().kind, Kind::Internal);
    assert_eq!(outbox::count_pending(&db).await.unwrap(), 0);
}

#[tokio::test]
async fn a_server_that_goes_away_is_unavailable_and_its_return_is_noticed() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = storage.migrated("test", Vec::new).await;
    let append = async || {
        db.write("test.append", |tx| async move {
            outbox::append(&tx, vec![record(1)]).await
        })
        .await
    };
    append().await.unwrap();
    assert!(storage.cut("").await > 0);
    // every connection of the pool is dead: each fails once at most, and then it works again
    for _ in 0..StoreConfig::default().server_writers {
        if let Err(error) = append().await {
            assert_eq!(error.fact().kind, Kind::Unavailable, "{error:?}");
        }
    }
    append().await.unwrap();
    let unreachable = Location::Server {
        url: "postgres://linli@127.0.0.1:1/linli".to_owned(),
        schema: "test".to_owned(),
    };
    let config = StoreConfig {
        acquire_timeout_ms: 500,
        ..StoreConfig::default()
    };
    let refused = Database::open(&unreachable, &config).await.unwrap_err();
    assert_eq!(refused.fact().kind, Kind::Unavailable, "{refused:?}");
}

#[tokio::test]
async fn waiting_for_a_lock_or_running_on_ends_in_time_and_is_unavailable() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = storage.migrated("test", Vec::new).await;
    let config = StoreConfig {
        lock_timeout_ms: 100,
        statement_timeout_ms: 300,
        ..StoreConfig::default()
    };
    let hurried = Database::open(&storage.location("test"), &config)
        .await
        .unwrap();
    let run = async |sql: &'static str| {
        hurried
            .write("test.hurried", |tx| async move {
                tx.execute_unprepared(sql).await?;
                Ok::<_, StoreError>(())
            })
            .await
    };
    let held = db.write("test.hold", |tx| {
        let run = &run;
        async move {
            tx.execute_unprepared("LOCK TABLE lease").await?;
            Ok::<_, StoreError>(run("LOCK TABLE lease").await)
        }
    });
    let waited = held.await.unwrap().unwrap_err();
    assert_eq!(waited.fact().kind, Kind::Unavailable, "{waited:?}");
    let slow = run("SELECT count(*) FROM generate_series(1, 100000000)")
        .await
        .unwrap_err();
    assert_eq!(slow.fact().kind, Kind::Unavailable, "{slow:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadlock_is_run_again() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let db = storage.migrated("test", Vec::new).await;
    let rows = "INSERT INTO lease VALUES ('a', gen_random_uuid(), 0), ('b', gen_random_uuid(), 0)";
    let inserted = db.write("test.rows", |tx| async move {
        tx.execute_unprepared(rows).await?;
        Ok::<_, StoreError>(())
    });
    inserted.await.unwrap();
    // both have locked their first row before either asks for its second
    let barrier = Arc::new(Barrier::new(2));
    let crossing = |first: &'static str, second: &'static str| {
        let (db, barrier) = (db.clone(), Arc::clone(&barrier));
        tokio::spawn(async move {
            let met = AtomicBool::new(false);
            let (met, barrier) = (&met, &barrier);
            db.write("test.cross", |tx| async move {
                let count =
                    |name| format!("UPDATE lease SET until = until + 1 WHERE name = '{name}'");
                tx.execute_unprepared(&count(first)).await?;
                if !met.swap(true, Ordering::SeqCst) {
                    barrier.wait().await;
                }
                tx.execute_unprepared(&count(second)).await?;
                Ok::<_, StoreError>(())
            })
            .await
        })
    };
    let both = [crossing("a", "b"), crossing("b", "a")];
    for one in both {
        one.await.unwrap().unwrap();
    }
    let sum = "SELECT sum(until)::text FROM lease";
    assert_eq!(text(&db, sum).await, "4");
}
