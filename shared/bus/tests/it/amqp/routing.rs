use bus::conformance::{Happened, Probe, World};
use bus::{Envelope, Publisher, Subscription};
use contracts::Event;
use futures_util::StreamExt;
use lapin::options::{
    BasicConsumeOptions, BasicPublishOptions, ConfirmSelectOptions, QueueDeleteOptions,
};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Confirmation, Connection};
use testkit::eventually;

use super::Broker;
use super::broker::connected;

fn reader() -> Subscription {
    Subscription {
        consumer: "reader",
        types: vec![Happened::TYPE],
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wanted_event_that_no_queue_takes_is_a_failure_until_the_queue_is_back() {
    let Some(broker) = Broker::new() else {
        return;
    };
    let world = World::build(&broker, World::quick(), vec![("reader", Probe::default())]).await;
    let bus = broker.bus();
    let (connection, channel) = broker.channel().await;
    channel
        .queue_delete(broker.queue("reader").into(), QueueDeleteOptions::default())
        .await
        .unwrap();
    let unwanted = Envelope {
        kind: "linli.probe.thing.forgotten.v1".to_owned(),
        ..world.event("b", 1)
    };
    let run = vec![world.event("a", 1), unwanted, world.event("a", 2)];
    let answers = bus.publish(run.clone()).await;
    let answers: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(answers, [false, true, false]);
    // the bus declares again what was removed
    eventually("what was removed is declared again", async || {
        let answers = bus.publish(run.clone()).await;
        answers.iter().all(Result::is_ok).then_some(())
    })
    .await;
    connection.close(200, "done".into()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_of_a_long_mixed_load_gets_its_own_answer() {
    let Some(broker) = Broker::new() else {
        return;
    };
    // It wants a type, but its queue is not there: what returns comes between what is taken.
    let missing = Subscription {
        consumer: "other",
        types: vec!["linli.probe.thing.missed.v1"],
    };
    let files = crate::Files::new();
    let world = World::build(&files, World::quick(), Vec::new()).await;
    let bus = broker.start(&[reader(), missing]);
    connected(&bus).await;
    let (connection, channel) = broker.channel().await;
    for _ in 0..10 {
        channel
            .queue_delete(broker.queue("other").into(), QueueDeleteOptions::default())
            .await
            .unwrap();
        let run: Vec<Envelope> = (0..200)
            .map(|number| {
                let event = world.event(&format!("s{number}"), 1);
                if number % 3 == 0 {
                    Envelope {
                        kind: "linli.probe.thing.missed.v1".to_owned(),
                        ..event
                    }
                } else {
                    event
                }
            })
            .collect();
        for (number, answer) in bus.publish(run).await.iter().enumerate() {
            assert_eq!(answer.is_ok(), number % 3 != 0, "{number}: {answer:?}");
        }
        // Not by way of the bus, which would declare once more: in the middle of the next round.
        let key = world
            .event("last", 1)
            .routing_key()
            .replace("happened", "missed");
        let exchange = broker.exchange();
        eventually("what was removed is declared again", async || {
            routed(&connection, &exchange, &key).await.then_some(())
        })
        .await;
        let last = Envelope {
            kind: "linli.probe.thing.missed.v1".to_owned(),
            ..world.event("last", 1)
        };
        assert_eq!(bus.publish(vec![last]).await, [Ok(())]);
    }
    connection.close(200, "done".into()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_says_outside_what_a_broker_needs() {
    let Some(broker) = Broker::new() else {
        return;
    };
    let world = World::build(&broker, World::quick(), vec![("reader", Probe::default())]).await;
    let event = Envelope {
        traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        ..world.event("a", 1)
    };
    world.publish(std::slice::from_ref(&event)).await;
    let (connection, channel) = broker.channel().await;
    let mut stream = channel
        .basic_consume(
            broker.queue("reader").into(),
            "".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        )
        .await
        .unwrap();
    let message = stream.next().await.unwrap().unwrap();
    assert_eq!(message.routing_key.as_str(), "420105.probe.thing.happened");
    let properties = &message.properties;
    let id = properties.message_id().clone().unwrap();
    assert_eq!(id.as_str(), event.id.to_string());
    assert_eq!(*properties.delivery_mode(), Some(2));
    let headers = properties.headers().clone().unwrap();
    assert!(headers.contains_key("traceparent"));
    assert_eq!(
        Envelope::from_json(std::str::from_utf8(&message.data).unwrap()).unwrap(),
        event
    );
    connection.close(200, "done".into()).await.unwrap();
}

/// Says whether the broker has a queue for what is published under `key`.
async fn routed(connection: &Connection, exchange: &str, key: &str) -> bool {
    let channel = connection.create_channel().await.unwrap();
    channel
        .confirm_select(ConfirmSelectOptions::default())
        .await
        .unwrap();
    let options = BasicPublishOptions {
        mandatory: true,
        ..BasicPublishOptions::default()
    };
    let properties = BasicProperties::default();
    let published = channel
        .basic_publish(exchange.into(), key.into(), options, b"{}", properties)
        .await;
    let answer = published.unwrap().await.unwrap();
    matches!(answer, Confirmation::Ack(None))
}
