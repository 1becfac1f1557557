use bus::conformance::{Plan, Probe, World};
use bus::{BusConfig, Envelope};
use kernel::{Clock, SystemClock};
use sea_orm::ConnectionTrait;
use store::OutboxRecord;

use crate::Files;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_no_envelope_is_kept_and_does_not_block_its_aggregate() {
    let files = Files::new();
    let world = World::start(&files, World::quick()).await;
    let event = world.event("a", 1);
    let broken = OutboxRecord {
        event_id: world.event("a", 0).id,
        aggregate: "a".to_owned(),
        body: "{\"specversion\":".to_owned(),
        created_at: SystemClock.now(),
    };
    let (records, emitter) = (&[broken, event.to_record()], world.emitter().clone());
    emitter
        .write("test.emit", |tx| async move {
            store::outbox::append(&tx, records.to_vec()).await
        })
        .await
        .unwrap();
    world.listener().probe.committed(1).await;
    world.stop().await;
    let letters = store::dead_letter::list(&emitter, 9).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].consumer, "relay");
    assert_eq!(letters[0].event_id, records[0].event_id);
    assert!(letters[0].reason.starts_with("envelope does not read: EOF"));
    assert_eq!(store::outbox::count_pending(&emitter).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_one_stuck_aggregate_leaves_room_for_the_others() {
    let files = Files::new();
    let config = BusConfig {
        attempts: u32::MAX,
        relay_batch: 32,
        relay_window: 64,
        relay_run: 8,
        ..World::quick()
    };
    let world = World::start(&files, config).await;
    let storm: Vec<Envelope> = (1..=500)
        .map(|version| world.event("storm", version))
        .collect();
    world.listener().probe.plan(storm[0].id, Some(Plan::Fail));
    world.emit(&storm).await;
    let calm: Vec<Envelope> = (1..=100)
        .map(|number| world.event(&format!("calm{}", number % 20), number))
        .collect();
    world.emit(&calm).await;
    world.listener().probe.committed(100).await;
    let history = world.listener().history().await;
    assert!(history.iter().all(|effect| effect.starts_with("calm")));

    world.listener().probe.plan(storm[0].id, None);
    world.listener().probe.committed(600).await;
    let versions: Vec<i64> = world
        .listener()
        .effects()
        .await
        .into_iter()
        .filter(|effect| effect.subject == "storm")
        .map(|effect| effect.version)
        .collect();
    assert_eq!(versions, (1..=500).collect::<Vec<i64>>());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_status_tells_how_much_waits_and_for_how_long() {
    let files = Files::new();
    let mut world = World::build(&files, World::quick(), vec![("reader", Probe::gated())]).await;
    let hour = std::time::Duration::from_hours(1);
    let old = Envelope {
        time: SystemClock.now().minus(hour),
        ..world.event("a", 1)
    };
    world.emit(&[old, world.event("b", 1)]).await;
    world.start_consumers();
    let status = world.start_relay();
    world.listener().probe.runs(1).await;
    let looked = async {
        while status.pending() < 2 || status.in_memory() < 2 {
            tokio::task::yield_now().await;
        }
    };
    let patience = std::time::Duration::from_secs(30);
    tokio::time::timeout(patience, looked).await.unwrap();
    assert!(status.oldest_age() >= hour);
    assert_eq!(status.failures(), 0);
    world.listener().probe.let_through(9);
    world.listener().probe.committed(2).await;
    world.stop().await;
    assert_eq!(status.published(), 2);
}

/// Found by the simulation, as it happens on PostgreSQL: a row takes its place first and is
/// committed last, when the sweep has passed; then an event of the same aggregate follows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_committed_behind_the_sweep_is_not_overtaken() {
    let files = Files::new();
    let config = BusConfig {
        relay_batch: 4,
        relay_window: 4,
        ..World::quick()
    };
    let mut world = World::build(&files, config, vec![("reader", Probe::gated())]).await;
    let mut events: Vec<Envelope> = (1..=6)
        .map(|number| world.event(&format!("other{number}"), 1))
        .collect();
    events[1] = world.event("late", 1);
    world.emit(&events).await;
    let emitter = world.emitter().clone();
    move_row(&emitter, 2, -2).await;
    world.start_consumers();
    let status = world.start_relay();
    let full = async {
        while status.in_memory() < 4 {
            tokio::task::yield_now().await;
        }
    };
    let patience = std::time::Duration::from_secs(30);
    tokio::time::timeout(patience, full).await.unwrap();
    move_row(&emitter, -2, 2).await;
    world.emit(&[world.event("late", 2)]).await;
    world.listener().probe.let_through(99);
    world.listener().probe.committed(7).await;
    let effects = world.listener().effects().await;
    world.stop().await;
    let late = effects.iter().filter(|effect| effect.subject == "late");
    assert_eq!(
        late.map(|effect| effect.version).collect::<Vec<i64>>(),
        [1, 2]
    );
}

/// Rows before the first place are not seen by a relay, as those that are not committed.
async fn move_row(db: &store::Database, from: i64, to: i64) {
    db.write("test.move", |tx| async move {
        let sql = format!("UPDATE outbox SET seq = {to} WHERE seq = {from}");
        tx.execute_unprepared(&sql).await?;
        Ok::<_, store::StoreError>(())
    })
    .await
    .unwrap();
}
