use bus::conformance::{Backend, Happened, Probe, World};
use bus::{InProc, PublishError, Publisher, SubscribeError, Subscriber, Subscription};
use contracts::Event;

use crate::Files;

fn subscription(consumer: &'static str) -> Subscription {
    Subscription {
        consumer,
        types: vec![Happened::TYPE],
    }
}

async fn events(count: i64) -> Vec<bus::Envelope> {
    let files = Files::new();
    let world = World::build(&files, World::quick(), Vec::new()).await;
    (1..=count)
        .map(|version| world.event("a", version))
        .collect()
}

#[tokio::test]
async fn an_event_that_nobody_wants_is_taken_over_at_once() {
    let bus = InProc::new(&[], 8);
    assert_eq!(bus.publish(events(2).await).await, [Ok(()), Ok(())]);
}

#[tokio::test]
async fn an_event_is_taken_over_when_the_last_consumer_is_done_with_it() {
    let bus = InProc::new(&[subscription("one"), subscription("two")], 8);
    let mut one = bus.subscribe(&subscription("one")).await.unwrap();
    let publishing = {
        let bus = bus.clone();
        let events = events(1).await;
        tokio::spawn(async move { bus.publish(events).await })
    };
    for delivery in one.next(9).await.unwrap() {
        delivery.acker.ack().await;
    }
    tokio::task::yield_now().await;
    assert!(
        !publishing.is_finished(),
        "the other consumer has not even started"
    );
    let mut two = bus.subscribe(&subscription("two")).await.unwrap();
    for delivery in two.next(9).await.unwrap() {
        delivery.acker.ack().await;
    }
    assert_eq!(publishing.await.unwrap(), [Ok(())]);
}

#[tokio::test]
async fn a_consumer_that_stops_gives_back_the_whole_rest_of_a_run() {
    let bus = InProc::new(&[subscription("one")], 2);
    let mut queue = bus.subscribe(&subscription("one")).await.unwrap();
    let publishing = {
        let bus = bus.clone();
        let events = events(5).await;
        tokio::spawn(async move { bus.publish(events).await })
    };
    let mut taken = queue.next(2).await.unwrap();
    taken.remove(0).acker.ack().await;
    drop(queue);
    // The next subscription must not get the end of a run whose middle was given back.
    let mut next = bus.subscribe(&subscription("one")).await.unwrap();
    drop(taken);
    let interrupted = Err(PublishError::Interrupted);
    assert_eq!(
        publishing.await.unwrap(),
        [
            Ok(()),
            interrupted.clone(),
            interrupted.clone(),
            interrupted.clone(),
            interrupted
        ]
    );
    let publishing = {
        let bus = bus.clone();
        let events = events(1).await;
        tokio::spawn(async move { bus.publish(events).await })
    };
    let taken = next.next(9).await.unwrap();
    assert_eq!(taken.len(), 1);
    for delivery in taken {
        delivery.acker.ack().await;
    }
    assert_eq!(publishing.await.unwrap(), [Ok(())]);
}

#[tokio::test]
async fn an_undeclared_consumer_is_refused() {
    let bus = InProc::new(&[subscription("one")], 2);
    assert!(matches!(
        bus.subscribe(&subscription("other")).await.map(|_| ()),
        Err(SubscribeError::Undeclared("other"))
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_stay_in_the_outbox_until_their_consumer_is_done() {
    let files = Files::new();
    let mut world = World::build(&files, World::quick(), vec![("reader", Probe::gated())]).await;
    world.start_consumers();
    world.start_relay();
    let events: Vec<_> = (1..=20).map(|version| world.event("a", version)).collect();
    world.emit(&events).await;
    world.listener().probe.runs(1).await;
    assert_eq!(world.waiting().await, 20);
    world.listener().probe.let_through(1_000);
    world.listener().probe.committed(20).await;
    let emitter = world.emitter().clone();
    world.stop().await;
    assert_eq!(store::outbox::count_pending(&emitter).await.unwrap(), 0);
    let reopened = files.database("emitter").await;
    assert_eq!(store::outbox::count_pending(&reopened).await.unwrap(), 0);
}
