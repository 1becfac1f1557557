//! Connections to a server that is not heard any more.

use sea_orm::sea_query::Query;
use store::{Database, Location, StoreConfig, StoreError};
use testkit::Storage;
use testkit::chaos::Proxy;
use tokio::task::JoinSet;

#[tokio::test]
async fn what_was_given_up_gives_no_dead_connection_back() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    storage.migrated("test", Vec::new).await;
    let Location::Server { url, schema } = storage.location("test") else {
        panic!("a server");
    };
    let (far, through) = Proxy::before(&url, 1).await;
    let (near, url) = Proxy::before(&through, 2).await;
    let config = StoreConfig {
        silence_timeout_ms: 4_000,
        ..StoreConfig::default()
    };
    let db = Database::open(&Location::Server { url, schema }, &config)
        .await
        .unwrap();
    let run = async || {
        let mut runs = JoinSet::new();
        for _ in 0..config.server_writers {
            let db = db.clone();
            let statement = Query::select().expr(1).to_owned();
            runs.spawn(async move { db.execute("test.word", &statement).await });
        }
        runs.join_all().await
    };
    for word in run().await {
        assert_eq!(word.unwrap(), 1);
    }
    // the server ends them, and tells the service nothing
    near.half_open().await;
    far.cut().await;
    far.pass().await;
    let mut given_up = 0;
    for word in run().await {
        match word {
            Ok(_) => {}
            Err(StoreError::TimedOut) => given_up += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(given_up > 0, "no connection was silent");
    for word in run().await {
        assert_eq!(word.unwrap(), 1);
    }
}
