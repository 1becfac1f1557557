//! The commands that look after figures and bulletins.

use scenarios::{Cluster, Installation, order};
use sea_orm::ConnectionTrait;
use store::{Database, StoreConfig, StoreError};

#[tokio::test]
async fn figures_are_compared_with_the_event_log_and_made_anew() {
    let installation = Installation::new();
    let server = installation.start().await;
    let requester = server.sign_in(&installation.account("resident")).await;
    order::open(&requester, &order::five_order("楼道照明灯不亮")).await;
    server.settled().await;
    assert!(server.interrupt().await.success());

    let run = async |arguments: &[&str]| installation.run(arguments).await;
    let told = run(&["statistics", "verify"]).await.expect(0);
    assert!(told.contains("相符") && told.contains("1 工单"), "{told}");
    let told = run(&["verify"]).await.expect(0);
    assert!(told.contains("0 份"), "{told}");

    change(&installation, "UPDATE figure_cell SET sums = '{\"opened\":7}' WHERE scope_code = '/' AND dimension = 'all'").await;
    let found = run(&["statistics", "verify"]).await;
    let told = found.said();
    found.expect(1);
    assert!(told.contains("opened 7 kept, 1 by the log"), "{told}");
    run(&["statistics", "rebuild"]).await.expect(0);
    run(&["statistics", "verify"]).await.expect(0);

    let forged = "INSERT INTO bulletin (seq, org_code, period, district, month, body, before, hash, published_at)
        VALUES (1, '420105000000', '2025Q1', '420105', '2025-04', '{}', '0', '0', 0)";
    change(&installation, forged).await;
    let found = run(&["verify"]).await;
    let told = found.said();
    found.expect(1);
    assert!(
        told.contains("#1 420105000000 2025Q1: the hash of the one before is another"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn going_through_everything_takes_the_time_that_it_needs() {
    let Some(cluster) = Cluster::start().await else {
        return;
    };
    // no request would be answered within this
    let hasty = [("LINLI_STORE__SILENCE_TIMEOUT_MS", "1")];
    for command in [
        &["statistics", "rebuild"][..],
        &["statistics", "verify"],
        &["verify"],
    ] {
        cluster.run_with(&hasty, command).await.expect(0);
    }
    cluster.stop().await;
}

async fn change(installation: &Installation, statement: &str) {
    let file = installation.data().join("ticketing.sqlite");
    let db = Database::open_file(&file, &StoreConfig::default())
        .await
        .expect("the database opens");
    let changed = db.write("test.change", |tx| async move {
        tx.execute_unprepared(statement).await?;
        Ok::<_, StoreError>(())
    });
    changed.await.expect("it is changed");
    db.close().await.expect("it closes");
}
