//! A server of databases that is not there yet.

use chassis::{Config, HostError, Offline, Parts};
use testkit::Storage;
use testkit::chaos::{Direction, Proxy};

use crate::SLOW;

/// A configuration whose databases are behind the proxy.
fn config(storage: &Storage, url: String) -> Config {
    let mut config = Config {
        data: storage.folder().join("data"),
        ..Config::default()
    };
    config.database.url = Some(url);
    config
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_to_serve_waits_for_a_server_that_starts_late() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let (proxy, url) = Proxy::before(storage.url().unwrap(), 1).await;
    proxy.cut().await;
    let config = config(&storage, url);
    let sources = figment::Figment::new();
    let parts = Parts::default();
    let at_once = Offline::open(&[SLOW], &config, &sources, &parts).await;
    assert!(
        matches!(at_once.err(), Some(HostError::Database { .. })),
        "a command says so at once"
    );
    let opening = tokio::spawn(async move {
        let opened = Offline::open_patiently(&[SLOW], &config, &sources, &parts).await;
        opened.map(Offline::close).unwrap().await;
    });
    // it does not answer yet: the first try waits in the backlog, and is reset
    proxy.stall(Direction::Both).await;
    testkit::eventually("it has tried", async || {
        (proxy.connections() > 0).then_some(())
    })
    .await;
    proxy.cut().await;
    assert!(!opening.is_finished(), "it goes on trying");
    proxy.pass().await;
    opening.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_refuses_for_good_is_not_waited_for() {
    let Some(storage) = Storage::postgres().await else {
        return;
    };
    let begun = std::time::Instant::now();
    let nowhere = storage.url().unwrap().replace("linli_test_", "nowhere_");
    let config = config(&storage, nowhere);
    let sources = figment::Figment::new();
    let opened = Offline::open_patiently(&[SLOW], &config, &sources, &Parts::default()).await;
    assert!(matches!(opened.err(), Some(HostError::Database { .. })));
    assert!(begun.elapsed() < std::time::Duration::from_secs(20));
}
