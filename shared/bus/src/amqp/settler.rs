//! Acknowledges deliveries of one subscription and puts away what is no event.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use lapin::options::{BasicAckOptions, BasicPublishOptions};
use lapin::types::{AMQPValue, FieldTable, LongString, ShortString};
use lapin::{BasicProperties, Channel, Confirmation};
use tokio::sync::{mpsc, oneshot};

use super::connection::Keeper;
use super::ledger::Ledger;
use super::subscriber::Stream;
use super::topology::short;
use crate::Acker;
use crate::consumer::chain;

/// Header of a dead letter that says why.
pub(crate) const REASON: &str = "linli-reason";
/// Longest time to close a channel.
const CLOSING: Duration = Duration::from_secs(1);

/// Something to be settled.
pub(crate) enum Settle {
    /// The delivery is done.
    Done(u64),
    /// The delivery is no event.
    Bury(Box<Burial>),
}

/// A message that is no event.
pub(crate) struct Burial {
    pub(crate) tag: u64,
    pub(crate) reason: String,
    pub(crate) properties: BasicProperties,
    pub(crate) body: Vec<u8>,
}

/// Passes an acknowledgement on; after the subscription's end it has no effect, and the broker
/// delivers the event again.
pub(crate) struct Slip {
    pub(crate) tag: u64,
    pub(crate) settler: mpsc::UnboundedSender<Settle>,
}

#[async_trait]
impl Acker for Slip {
    async fn ack(self: Box<Self>) {
        // unbounded, yet never longer than the prefetch count
        self.settler.send(Settle::Done(self.tag)).ok();
    }
}

/// The end of a subscription that talks to the broker.
pub(crate) struct Settler {
    pub(crate) consumer: &'static str,
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) channel: Channel,
    pub(crate) ledger: Arc<Mutex<Ledger>>,
    pub(crate) todo: mpsc::UnboundedReceiver<Settle>,
    /// Where dead letters go.
    pub(crate) dead: ShortString,
}

impl Settler {
    /// Settles until the subscription is dropped or the channel fails; closing the channel gives
    /// the rest back.
    pub(crate) async fn run(mut self, mut over: oneshot::Receiver<Stream>) {
        let mut batch = Vec::new();
        let stream = loop {
            let received = tokio::select! {
                biased;
                received = self.todo.recv_many(&mut batch, usize::from(u16::MAX)) => received,
                stream = &mut over => break stream.ok(),
            };
            if received == 0 {
                break None;
            }
            if let Err(error) = self.settle(std::mem::take(&mut batch)).await {
                tracing::debug!(
                    consumer = self.consumer,
                    error,
                    "acknowledgement not passed on"
                );
                self.keeper.suspect();
                break None;
            }
        };
        let closing = self.channel.close(200, "subscription ends".into());
        // Fails when the channel is gone already, which is as well.
        tokio::time::timeout(CLOSING, closing).await.ok();
        drop(stream);
    }

    async fn settle(&mut self, batch: Vec<Settle>) -> Result<(), String> {
        let mut done = Vec::with_capacity(batch.len());
        for one in batch {
            match one {
                Settle::Done(tag) => done.push(tag),
                Settle::Bury(burial) => {
                    let tag = burial.tag;
                    self.bury(*burial).await?;
                    done.push(tag);
                }
            }
        }
        let settlement = {
            let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
            ledger.settle(&done)
        };
        if let Some(tag) = settlement.up_to {
            self.ack(tag, true).await?;
        }
        for tag in settlement.single {
            self.ack(tag, false).await?;
        }
        Ok(())
    }

    /// The channel is never one that lapin has revived, so that a tag cannot mean another delivery.
    async fn ack(&self, tag: u64, multiple: bool) -> Result<(), String> {
        let options = BasicAckOptions { multiple };
        let acknowledged = self.channel.basic_ack(tag, options).await;
        acknowledged.map_err(|error| chain(&error))
    }

    /// Keeps the message with the reason, then lets it be acknowledged: rejected, it would come to
    /// the same queue without one.
    async fn bury(&self, burial: Burial) -> Result<(), String> {
        tracing::error!(
            consumer = self.consumer,
            reason = burial.reason,
            "message is no event and kept as a dead letter of the broker"
        );
        let headers = burial.properties.headers().clone().unwrap_or_default();
        let properties = burial
            .properties
            .with_headers(with_reason(headers, &burial.reason));
        let options = BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        };
        let publishing = async {
            self.channel
                .basic_publish(
                    self.dead.clone(),
                    short(self.consumer),
                    options,
                    &burial.body,
                    properties,
                )
                .await?
                .await
        };
        let limit = self.keeper.config().confirm_timeout();
        match tokio::time::timeout(limit, publishing).await {
            // one at a time on this channel: what is returned is this message
            Ok(Ok(Confirmation::Ack(None))) => Ok(()),
            Ok(Ok(_)) => Err("dead letter not taken by the broker".to_owned()),
            Ok(Err(error)) => Err(chain(&error)),
            Err(_) => Err("dead letter not confirmed within the time limit".to_owned()),
        }
    }
}

fn with_reason(mut headers: FieldTable, reason: &str) -> FieldTable {
    let reason = LongString::from(reason);
    headers.insert(REASON.into(), AMQPValue::LongString(reason));
    headers
}
