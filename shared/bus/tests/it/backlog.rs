//! A full outbox, with poison in it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bus::conformance::{Backend, Plan, Probe, World};
use bus::{BusConfig, Envelope};
use store::Engine;
use testkit::eventually;

use crate::outcome::{drained, exactly_once_in_order};

/// Events of one transaction of the emitting service.
const BATCH: usize = 5_000;
/// Far more than it takes on a machine that has other things to do as well.
const LIMIT: Duration = Duration::from_mins(15);

/// What a debug build drains within a minute; the 100,000 of the issue with `LINLI_TEST_LONG=1`.
fn size(engine: Engine) -> i64 {
    match (std::env::var("LINLI_TEST_LONG").as_deref(), engine) {
        (Ok("1"), _) => 100_000,
        (_, Engine::Sqlite) => 20_000,
        (_, Engine::Postgres) => 5_000,
    }
}

async fn a_full_outbox_drains(backend: &dyn Backend) {
    let config = BusConfig {
        relay_lease_ms: 5_000,
        ..World::quick()
    };
    let mut world = World::build(backend, config, vec![("reader", Probe::default())]).await;
    let mut events: Vec<Envelope> = (0..size(world.emitter().engine()))
        .map(|number| world.event(&format!("s{}", number % 997), number))
        .collect();
    let begun = Instant::now();
    for batch in events.chunks(BATCH) {
        world.emit(batch).await;
    }
    let filled = begun.elapsed();
    // one in the middle that nobody can handle, until somebody repairs the handler
    let poison = events[events.len() / 2].clone();
    let probe = Arc::clone(&world.listener().probe);
    probe.plan(poison.id, Some(Plan::Poison("no such order")));

    let begun = Instant::now();
    world.start_consumers();
    world.start_relay();
    let others = events.len() - 1;
    tokio::time::timeout(LIMIT, probe.passed(others))
        .await
        .unwrap_or_else(|_| panic!("{LIMIT:?} are too long for {others} events"));
    let emptied = begun.elapsed();
    eprintln!("{others} events: filled in {filled:?}, drained in {emptied:?}");
    drained(&world).await;
    let letter = eventually("a dead letter", async || {
        store::dead_letter::list(&world.listener().db, 9)
            .await
            .unwrap()
            .pop()
    })
    .await;
    assert_eq!(
        (letter.event_id, letter.reason.as_str()),
        (poison.id, "no such order")
    );
    events.retain(|event| event.id != poison.id);
    exactly_once_in_order(&world, &events).await;

    probe.plan(poison.id, None);
    let reader = world.listener().db.clone();
    world.start_relay_of("reader", reader.clone());
    assert!(world.replay(poison.id).await.unwrap());
    probe.committed(events.len() + 1).await;
    let last = world.listener().effects().await.pop().unwrap();
    assert_eq!(last.event, poison.id);
    assert_eq!(store::dead_letter::count(&reader).await.unwrap(), 0);
    world.stop().await;
}

mod in_process {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_full_outbox_drains() {
        super::a_full_outbox_drains(&crate::Stored::new().await).await;
    }
}

mod over_a_broker {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_full_outbox_drains() {
        if let Some(broker) = crate::amqp::Broker::new() {
            super::a_full_outbox_drains(&broker).await;
        }
    }
}
