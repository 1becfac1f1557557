use bus::Amqp;
use bus::amqp::dead::DeadMessage;
use bus::conformance::{Happened, World};
use bus::{Subscriber, Subscription};
use contracts::Event;
use lapin::BasicProperties;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use testkit::eventually;

use super::Broker;

async fn dead_letters(bus: &Amqp, count: usize) -> Vec<DeadMessage> {
    eventually("the broker keeps the dead", async || {
        let dead = bus.dead("reader", 100).await.unwrap();
        (dead.len() >= count).then_some(dead)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_no_event_is_kept_with_the_reason_and_holds_up_nobody() {
    let Some(broker) = Broker::new() else {
        return;
    };
    let world = World::start(&broker, World::quick()).await;
    let (connection, channel) = broker.channel().await;
    channel
        .confirm_select(ConfirmSelectOptions::default())
        .await
        .unwrap();
    for body in [&b"{\"specversion\":\"1.0\"}"[..], &b"\xff\xfe"[..]] {
        channel
            .basic_publish(
                format!("{}.events", broker.config().prefix).into(),
                "420105.probe.thing.happened".into(),
                BasicPublishOptions::default(),
                body,
                BasicProperties::default(),
            )
            .await
            .unwrap()
            .await
            .unwrap();
    }
    world.emit(&[world.event("a", 1)]).await;
    world.listener().probe.committed(1).await;
    let bus = broker.bus();
    let dead = dead_letters(&bus, 2).await;
    assert_eq!(dead[0].body, b"{\"specversion\":\"1.0\"}");
    assert!(
        dead[0]
            .reason
            .starts_with("envelope does not read: missing field"),
        "{}",
        dead[0].reason
    );
    assert!(
        dead[1].reason.starts_with("invalid utf-8"),
        "{}",
        dead[1].reason
    );
    assert_eq!(bus.replay_dead("reader", 9).await.unwrap(), 2);
    assert_eq!(dead_letters(&bus, 2).await.len(), 2, "dead once more");
    connection.close(200, "done".into()).await.unwrap();
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_over_which_every_process_dies_is_called_dead_by_the_broker() {
    let Some(mut broker) = Broker::new() else {
        return;
    };
    broker.config_mut().delivery_limit = 2;
    let world = World::build(
        &broker,
        World::quick(),
        vec![("reader", bus::conformance::Probe::default())],
    )
    .await;
    let event = world.event("a", 1);
    world.publish(std::slice::from_ref(&event)).await;
    let bus = broker.bus();
    let subscription = Subscription {
        consumer: "reader",
        types: vec![Happened::TYPE],
    };
    for _ in 0..3 {
        let mut queue = bus.subscribe(&subscription).await.unwrap();
        let taken = queue.next(1).await.unwrap();
        assert_eq!(taken[0].envelope, event);
        drop((queue, taken));
    }
    let dead = dead_letters(&bus, 1).await;
    assert_eq!(dead[0].reason, "delivery_limit");
    assert_eq!(dead[0].id, Some(event.id.to_string()));
    assert_eq!(bus.replay_dead("reader", 9).await.unwrap(), 1);
    let mut queue = bus.subscribe(&subscription).await.unwrap();
    assert_eq!(queue.next(1).await.unwrap()[0].envelope, event);
}
