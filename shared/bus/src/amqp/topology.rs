//! What there is on the broker: exchanges, a queue and a dead-letter queue for each consumer.

use std::collections::{BTreeSet, HashSet};

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable, LongString, ShortString};
use lapin::{Channel, ExchangeKind};

use super::AmqpConfig;
use crate::Subscription;
use crate::envelope::part;

/// How often a dead message may be looked at.
const LOOKS: i64 = 1_000_000_000;

/// Names and consumers of an installation.
#[derive(Debug, Clone)]
pub(crate) struct Topology {
    prefix: String,
    delivery_limit: u32,
    consumers: Vec<Subscription>,
    wanted: HashSet<&'static str>,
}

impl Topology {
    /// Lays out the consumers of this process and those of the whole system.
    pub(crate) fn new(
        config: &AmqpConfig,
        local: &[Subscription],
        system: &[Subscription],
    ) -> Self {
        let mut consumers: Vec<Subscription> = Vec::new();
        for subscription in local.iter().chain(system) {
            let absent = config
                .without
                .iter()
                .any(|name| name == subscription.consumer);
            if absent || subscription.types.is_empty() {
                continue;
            }
            match consumers
                .iter_mut()
                .find(|known| known.consumer == subscription.consumer)
            {
                Some(known) => known.types.extend(&subscription.types),
                None => consumers.push(subscription.clone()),
            }
        }
        let wanted = consumers
            .iter()
            .flat_map(|subscription| subscription.types.iter().copied())
            .collect();
        Self {
            prefix: config.prefix.clone(),
            delivery_limit: config.delivery_limit,
            consumers,
            wanted,
        }
    }

    /// Says whether some consumer wants events of the type.
    pub(crate) fn is_wanted(&self, kind: &str) -> bool {
        self.wanted.contains(kind)
    }

    /// Names the consumers that have queues.
    pub(crate) fn consumers(&self) -> impl Iterator<Item = &'static str> {
        self.consumers.iter().map(|known| known.consumer)
    }

    pub(crate) fn events(&self) -> ShortString {
        short(&format!("{}.events", self.prefix))
    }

    pub(crate) fn dead(&self) -> ShortString {
        short(&format!("{}.dead", self.prefix))
    }

    pub(crate) fn queue(&self, consumer: &str) -> ShortString {
        short(&format!("{}.{consumer}", self.prefix))
    }

    pub(crate) fn dead_queue(&self, consumer: &str) -> ShortString {
        short(&format!("{}.{consumer}.dead", self.prefix))
    }

    /// Declares everything, as often as one likes.
    ///
    /// Every process declares the queues of all consumers: events are kept for a service from the
    /// installation's first minute on, whichever service starts first.
    pub(crate) async fn declare(&self, channel: &Channel) -> lapin::Result<()> {
        let durable = ExchangeDeclareOptions {
            durable: true,
            ..ExchangeDeclareOptions::default()
        };
        for (name, kind) in [
            (self.events(), ExchangeKind::Topic),
            (self.dead(), ExchangeKind::Direct),
        ] {
            channel
                .exchange_declare(name, kind, durable, FieldTable::default())
                .await?;
        }
        for subscription in &self.consumers {
            self.declare_queue(channel, subscription).await?;
        }
        Ok(())
    }

    /// Declares the two queues of one consumer and what reaches them.
    pub(crate) async fn declare_queue(
        &self,
        channel: &Channel,
        subscription: &Subscription,
    ) -> lapin::Result<()> {
        let consumer = subscription.consumer;
        let durable = QueueDeclareOptions {
            durable: true,
            ..QueueDeclareOptions::default()
        };
        let dead = self.dead_queue(consumer);
        channel.queue_declare(dead.clone(), durable, kept()).await?;
        let bind = QueueBindOptions::default();
        channel
            .queue_bind(
                dead,
                self.dead(),
                short(consumer),
                bind,
                FieldTable::default(),
            )
            .await?;
        channel
            .queue_declare(self.queue(consumer), durable, self.arguments(consumer))
            .await?;
        for pattern in patterns(&subscription.types) {
            channel
                .queue_bind(
                    self.queue(consumer),
                    self.events(),
                    short(&pattern),
                    bind,
                    FieldTable::default(),
                )
                .await?;
        }
        Ok(())
    }

    fn arguments(&self, consumer: &str) -> FieldTable {
        let mut arguments = quorum();
        // One replica of a service handles, the others stand by: with two at work, events of one
        // aggregate that follow each other closely would be handled at the same time, in any order.
        arguments.insert("x-single-active-consumer".into(), AMQPValue::Boolean(true));
        arguments.insert(
            "x-delivery-limit".into(),
            AMQPValue::LongLongInt(self.delivery_limit.into()),
        );
        arguments.insert("x-dead-letter-exchange".into(), text(self.dead().as_str()));
        arguments.insert("x-dead-letter-routing-key".into(), text(consumer));
        // The broker keeps the event until the dead-letter queue has it. It asks for the overflow
        // rule, which never comes to bear: the queue has no limit.
        arguments.insert("x-dead-letter-strategy".into(), text("at-least-once"));
        arguments.insert("x-overflow".into(), text("reject-publish"));
        arguments
    }
}

/// The protocol has no room for names of more than 255 bytes: such a one names nothing.
pub(crate) fn short(text: &str) -> ShortString {
    ShortString::try_new(text).unwrap_or_default()
}

/// Arguments of a queue of dead messages.
///
/// Whoever looks at one takes it and gives it back. From version 4 on the broker drops what was given back twenty times,
/// unless it is told a number; there is none for "never" that all versions take.
fn kept() -> FieldTable {
    let mut arguments = quorum();
    arguments.insert("x-delivery-limit".into(), AMQPValue::LongLongInt(LOOKS));
    arguments
}

fn quorum() -> FieldTable {
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), text("quorum"));
    arguments
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(LongString::from(value))
}

/// Binding keys of event types: any district, any version.
fn patterns(types: &[&'static str]) -> BTreeSet<String> {
    types
        .iter()
        .map(|kind| format!("*.{}.{}.{}", part(kind, 1), part(kind, 2), part(kind, 3)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{AmqpConfig, Topology, patterns};
    use crate::Subscription;

    fn subscription(consumer: &'static str, types: &[&'static str]) -> Subscription {
        Subscription {
            consumer,
            types: types.to_vec(),
        }
    }

    #[test]
    fn a_binding_takes_any_district_and_version() {
        let types = [
            "linli.ticketing.order.opened.v1",
            "linli.ticketing.order.opened.v2",
        ];
        let keys: Vec<String> = patterns(&types).into_iter().collect();
        assert_eq!(keys, ["*.ticketing.order.opened"]);
    }

    #[test]
    fn what_nobody_wants_may_go_nowhere() {
        let config = AmqpConfig {
            without: vec!["volunteering".to_owned()],
            ..AmqpConfig::default()
        };
        let local = [subscription("ticketing", &["linli.a.b.c.v1"])];
        let system = [
            subscription("ticketing", &["linli.a.b.d.v1"]),
            subscription("volunteering", &["linli.a.b.e.v1"]),
        ];
        let topology = Topology::new(&config, &local, &system);
        assert!(topology.is_wanted("linli.a.b.c.v1"));
        assert!(topology.is_wanted("linli.a.b.d.v1"));
        assert!(!topology.is_wanted("linli.a.b.e.v1"));
        assert_eq!(topology.consumers.len(), 1);
    }
}
