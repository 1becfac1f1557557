//! Connections to a server that is not heard any more.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Query;
use store::{Database, Location, StoreConfig, StoreError};
use testkit::Storage;
use testkit::chaos::{Direction, Proxy};
use tokio::task::JoinSet;

/// A database behind two proxies: the far one ends its connections for the server, the near one tells the service
/// nothing.
struct Remote {
    near: Proxy,
    far: Proxy,
    db: Database,
    _storage: Storage,
}

impl Remote {
    async fn open(config: &StoreConfig) -> Option<Self> {
        let storage = Storage::postgres().await?;
        storage.migrated("test", Vec::new).await;
        let Location::Server { url, schema } = storage.location("test") else {
            panic!("a server");
        };
        let (far, through) = Proxy::before(&url, 1).await;
        let (near, url) = Proxy::before(&through, 2).await;
        let location = Location::Server { url, schema };
        let db = Database::open(&location, config).await.unwrap();
        Some(Self {
            near,
            far,
            db,
            _storage: storage,
        })
    }

    /// The server ends every connection, and tells the service nothing; new ones are let through.
    async fn goes_away_without_a_word(&self) {
        self.near.half_open().await;
        self.far.cut().await;
        self.far.pass().await;
    }
}

/// A connection that dies while the driver asks it whether it lives is lost to its pool for ever.
#[tokio::test]
async fn connections_lost_on_their_way_back_are_replaced() {
    let config = StoreConfig {
        server_writers: 1,
        server_readers: 1,
        acquire_timeout_ms: 500,
        ..StoreConfig::default()
    };
    let Some(remote) = Remote::open(&config).await else {
        return;
    };
    let (db, word) = (&remote.db, Query::select().expr(1).to_owned());
    // nothing else runs between the end of the work and the stall: what the driver asks is not answered
    db.execute("test.word", &word).await.unwrap();
    remote.near.stall(Direction::Both).await;
    remote.goes_away_without_a_word().await;
    let lost = db.execute("test.word", &word).await.unwrap_err();
    assert!(StoreError::is_unavailable_in(&lost), "{lost}");
    assert_eq!(db.execute("test.word", &word).await.unwrap(), 1);
}

/// A statement outside of a transaction is bounded as a transaction is.
#[tokio::test]
async fn a_read_that_is_not_answered_ends() {
    let config = StoreConfig {
        server_readers: 1,
        silence_timeout_ms: 500,
        ..StoreConfig::default()
    };
    let Some(remote) = Remote::open(&config).await else {
        return;
    };
    let (reader, word) = (remote.db.reader(), Query::select().expr(1).to_owned());
    reader.query_one(&word).await.unwrap();
    // one that has just answered is asked at once
    remote.near.stall(Direction::Back).await;
    let silent = StoreError::from(reader.query_one(&word).await.unwrap_err());
    assert!(StoreError::is_unavailable_in(&silent), "{silent}");
    remote.near.pass().await;
    assert!(reader.query_one(&word).await.unwrap().is_some());
}

#[tokio::test]
async fn what_was_given_up_gives_no_dead_connection_back() {
    let config = StoreConfig {
        silence_timeout_ms: 4_000,
        ..StoreConfig::default()
    };
    let Some(remote) = Remote::open(&config).await else {
        return;
    };
    let db = &remote.db;
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
    remote.goes_away_without_a_word().await;
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
