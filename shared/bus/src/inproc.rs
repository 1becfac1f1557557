//! The bus within one process: nothing of its own is durable, the outbox is.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::join_all;
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    Acker, Deliveries, Delivery, Envelope, PublishError, Publisher, SubscribeError, Subscriber,
    Subscription,
};

type Gate = watch::Sender<Option<mpsc::Sender<Delivery>>>;

/// One consumer's way in. Each subscription opens a new channel, so that what is published as one
/// run never goes half to a subscription that ended and half to the next one.
struct Route {
    consumer: &'static str,
    gate: Gate,
}

/// Hands events from relays to the consumers of the same process.
///
/// The consumers are declared when it is built: an event that comes before its consumer runs waits.
pub struct InProc {
    routes: Vec<Route>,
    /// Places in `routes` of the consumers of each type.
    by_type: HashMap<&'static str, Vec<usize>>,
    queue: usize,
}

impl InProc {
    /// Builds the bus for these consumers; in front of each wait at most `queue` events.
    #[must_use]
    pub fn new(subscriptions: &[Subscription], queue: usize) -> Arc<Self> {
        let mut routes: Vec<Route> = Vec::with_capacity(subscriptions.len());
        let mut by_type: HashMap<&'static str, Vec<usize>> = HashMap::new();
        for (index, subscription) in subscriptions.iter().enumerate() {
            routes.push(Route {
                consumer: subscription.consumer,
                gate: watch::Sender::new(None),
            });
            for kind in &subscription.types {
                by_type.entry(kind).or_default().push(index);
            }
        }
        Arc::new(Self {
            routes,
            by_type,
            queue: queue.max(1),
        })
    }
}

/// Puts one consumer's share of a run into its queue, in order.
async fn hand_over(route: &Route, share: Vec<Delivery>) {
    let mut gate = route.gate.subscribe();
    let sender = match gate.wait_for(Option::is_some).await {
        Ok(open) => open.clone(),
        Err(_) => None,
    };
    let Some(sender) = sender else {
        return;
    };
    for delivery in share {
        // The consumer stopped: this delivery and those behind it are dropped, which answers them.
        if sender.send(delivery).await.is_err() {
            return;
        }
    }
}

#[async_trait]
impl Publisher for InProc {
    async fn publish(&self, batch: Vec<Envelope>) -> Vec<Result<(), PublishError>> {
        let mut shares: Vec<(usize, Vec<Delivery>)> = Vec::new();
        let mut answers = Vec::with_capacity(batch.len());
        for envelope in batch {
            let consumers = self.by_type.get(envelope.kind.as_str());
            let mut waiting = Vec::new();
            for index in consumers.into_iter().flatten() {
                let (done, answer) = oneshot::channel();
                waiting.push(answer);
                let delivery = Delivery {
                    envelope: envelope.clone(),
                    acker: Box::new(Done(done)),
                };
                match shares.iter_mut().find(|(known, _)| known == index) {
                    Some((_, share)) => share.push(delivery),
                    None => shares.push((*index, vec![delivery])),
                }
            }
            answers.push(waiting);
        }
        let handing = shares.into_iter().filter_map(|(index, share)| {
            let route = self.routes.get(index)?;
            Some(hand_over(route, share))
        });
        join_all(handing).await;
        let mut outcomes = Vec::with_capacity(answers.len());
        for waiting in answers {
            let done = join_all(waiting).await;
            outcomes.push(if done.iter().all(Result::is_ok) {
                Ok(())
            } else {
                Err(PublishError::Interrupted)
            });
        }
        outcomes
    }
}

#[async_trait]
impl Subscriber for InProc {
    async fn subscribe(
        &self,
        subscription: &Subscription,
    ) -> Result<Box<dyn Deliveries>, SubscribeError> {
        let route = self
            .routes
            .iter()
            .find(|route| route.consumer == subscription.consumer)
            .ok_or(SubscribeError::Undeclared(subscription.consumer))?;
        let (sender, receiver) = mpsc::channel(self.queue);
        route.gate.send_replace(Some(sender.clone()));
        Ok(Box::new(Queue {
            receiver,
            own: sender.downgrade(),
            gate: route.gate.clone(),
        }))
    }
}

struct Done(oneshot::Sender<()>);

#[async_trait]
impl Acker for Done {
    async fn ack(self: Box<Self>) {
        // Nobody waits when the relay has stopped: it asks again after its restart.
        self.0.send(()).ok();
    }
}

struct Queue {
    receiver: mpsc::Receiver<Delivery>,
    own: mpsc::WeakSender<Delivery>,
    gate: Gate,
}

#[async_trait]
impl Deliveries for Queue {
    async fn next(&mut self, limit: usize) -> Option<Vec<Delivery>> {
        let mut taken = Vec::with_capacity(limit.min(self.receiver.len().max(1)));
        match self.receiver.recv_many(&mut taken, limit).await {
            0 => None,
            _ => Some(taken),
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        // From here on publishers wait for the next subscription, unless it has come already.
        let own = self.own.upgrade();
        self.gate.send_if_modified(|open| {
            let mine = matches!((&own, &*open), (Some(own), Some(open)) if own.same_channel(open));
            if mine {
                *open = None;
            }
            mine
        });
    }
}
