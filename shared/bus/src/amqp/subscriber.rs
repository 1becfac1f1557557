//! Deliveries of one consumer.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures_util::{FutureExt, StreamExt};
use lapin::options::{BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

use super::connection::{Keeper, Line};
use super::ledger::Ledger;
use super::settler::{Burial, Settle, Settler, Slip};
use super::topology::Topology;
use crate::consumer::chain;
use crate::{Deliveries, Delivery, Envelope, Subscription};

/// Messages as they come.
pub(crate) type Stream = Pin<Box<lapin::Consumer>>;

/// Opens the consumer's queue on a channel of its own.
pub(crate) async fn open(
    keeper: &Arc<Keeper>,
    topology: &Topology,
    subscription: &Subscription,
    line: &Line,
    tasks: &TaskTracker,
) -> lapin::Result<Queue> {
    let consumer = subscription.consumer;
    let channel = line.channel().await?;
    // The queue may have been removed since the process connected.
    topology.declare_queue(&channel, subscription).await?;
    let prefetch = keeper.config().prefetch_of(consumer);
    channel
        .basic_qos(prefetch, BasicQosOptions::default())
        .await?;
    let stream = channel
        .basic_consume(
            topology.queue(consumer),
            "".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        )
        .await?;
    let ledger = Arc::<Mutex<Ledger>>::default();
    let (sender, todo) = mpsc::unbounded_channel();
    let settler = Settler {
        consumer,
        keeper: Arc::clone(keeper),
        channel,
        ledger: Arc::clone(&ledger),
        todo,
        dead: topology.dead(),
    };
    let (over, queue_over) = oneshot::channel();
    tasks.spawn(settler.run(queue_over));
    Ok(Queue {
        consumer,
        stream: Some(Box::pin(stream)),
        keeper: Arc::clone(keeper),
        ledger,
        settler: sender,
        over: Some(over),
    })
}

/// An open queue. Its channel closes when it is dropped, after the acknowledgements made so far.
pub(crate) struct Queue {
    consumer: &'static str,
    /// None when the channel has failed or was closed.
    stream: Option<Stream>,
    keeper: Arc<Keeper>,
    ledger: Arc<Mutex<Ledger>>,
    settler: mpsc::UnboundedSender<Settle>,
    over: Option<oneshot::Sender<Stream>>,
}

#[async_trait]
impl Deliveries for Queue {
    async fn next(&mut self, limit: usize) -> Option<Vec<Delivery>> {
        let mut taken = Vec::new();
        loop {
            // A message that is no event makes the loop go round: nothing has been taken then.
            let first = self.stream.as_mut()?.next().await;
            self.take(first, &mut taken);
            // From here on nothing waits, so that nothing taken can be dropped with this future.
            while taken.len() < limit
                && let Some(stream) = self.stream.as_mut()
                && let Some(more) = stream.next().now_or_never()
            {
                self.take(more, &mut taken);
            }
            if !taken.is_empty() {
                return Some(taken);
            }
        }
    }
}

impl Queue {
    /// Takes in what the stream says, its end included: it says so only once.
    fn take(
        &mut self,
        said: Option<lapin::Result<lapin::message::Delivery>>,
        taken: &mut Vec<Delivery>,
    ) {
        let delivery = match said {
            Some(Ok(delivery)) => delivery,
            Some(Err(error)) => {
                tracing::debug!(
                    consumer = self.consumer,
                    error = chain(&error),
                    "queue failed"
                );
                return self.end();
            }
            None => return self.end(),
        };
        let tag = delivery.delivery_tag;
        self.ledger
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .open(tag);
        match read(&delivery.data) {
            Ok(envelope) => taken.push(Delivery {
                envelope,
                acker: Box::new(Slip {
                    tag,
                    settler: self.settler.clone(),
                }),
            }),
            Err(reason) => {
                let burial = Box::new(Burial {
                    tag,
                    reason,
                    properties: delivery.properties,
                    body: delivery.data,
                });
                self.settler.send(Settle::Bury(burial)).ok();
            }
        }
    }

    fn end(&mut self) {
        self.keeper.suspect();
        self.hand_back();
    }

    /// Leaves the stream to the settler, which closes the channel. Dropped before, it would only
    /// cancel the subscription: the next replica would go on behind the events still open here.
    fn hand_back(&mut self) {
        if let (Some(over), Some(stream)) = (self.over.take(), self.stream.take()) {
            over.send(stream).ok();
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.hand_back();
    }
}

fn read(body: &[u8]) -> Result<Envelope, String> {
    let text = std::str::from_utf8(body).map_err(|error| chain(&error))?;
    Envelope::from_json(text).map_err(|error| chain(&error))
}
