//! Publishing with confirmations, several runs at once.
//!
//! A few carriers share the work. Each has a channel of its own and publishes one load at a time:
//! everything that waits at that moment, pipelined, then all the confirmations.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use futures_util::future::{BoxFuture, MaybeDone, join_all, maybe_done};
use lapin::options::BasicPublishOptions;
use lapin::types::{AMQPValue, FieldTable, LongString, ShortString};
use lapin::{BasicProperties, Channel, Confirmation};
use tokio::sync::{Mutex, mpsc, oneshot};

use super::connection::{Keeper, Line};
use super::topology::{Topology, short};
use crate::consumer::chain;
use crate::{Envelope, PublishError};

/// Loads under way at once.
const CARRIERS: usize = 4;
/// Most events in one load, unless a single run is longer.
const LOAD: usize = 256;
/// Most runs that wait for a carrier; behind them the relays wait.
const WAITING: usize = 1_024;
/// Delivery mode of a message that survives the broker's restart.
const PERSISTENT: u8 = 2;

type Answers = Vec<Result<(), PublishError>>;
type Sending = MaybeDone<BoxFuture<'static, lapin::Result<Confirmation>>>;

/// One call of `publish`.
pub(crate) struct Job {
    pub(crate) run: Vec<Envelope>,
    pub(crate) answer: oneshot::Sender<Answers>,
}

/// Starts the carriers; they end when the sender is dropped.
pub(crate) fn start(keeper: &Arc<Keeper>, topology: &Arc<Topology>) -> mpsc::Sender<Job> {
    let (sender, jobs) = mpsc::channel(WAITING);
    let jobs = Arc::new(Mutex::new(jobs));
    for _ in 0..CARRIERS {
        let carrier = Carrier {
            keeper: Arc::clone(keeper),
            topology: Arc::clone(topology),
            exchange: topology.events(),
            open: None,
        };
        tokio::spawn(carrier.run(Arc::clone(&jobs)));
    }
    sender
}

struct Carrier {
    keeper: Arc<Keeper>,
    topology: Arc<Topology>,
    exchange: ShortString,
    open: Option<(Arc<Line>, Channel)>,
}

impl Carrier {
    async fn run(mut self, jobs: Arc<Mutex<mpsc::Receiver<Job>>>) {
        loop {
            let load = {
                let mut waiting = jobs.lock().await;
                let Some(first) = waiting.recv().await else {
                    return;
                };
                let mut size = first.run.len();
                let mut load = vec![first];
                while size < LOAD
                    && let Ok(next) = waiting.try_recv()
                {
                    size += next.run.len();
                    load.push(next);
                }
                load
            };
            self.carry(load).await;
        }
    }

    async fn carry(&mut self, load: Vec<Job>) {
        let mut events = Vec::new();
        let mut shares = Vec::with_capacity(load.len());
        for job in load {
            shares.push((job.run.len(), job.answer));
            events.extend(job.run);
        }
        let mut outcomes = self.publish(&events).await.into_iter();
        for (size, answer) in shares {
            let share = outcomes.by_ref().take(size).collect();
            // nobody waits when the relay has stopped: the events are still in the outbox
            answer.send(share).ok();
        }
    }

    /// Publishes a load; answers for each event.
    async fn publish(&mut self, events: &[Envelope]) -> Answers {
        let (line, channel) = match self.channel().await {
            Ok(open) => open,
            Err(reason) => return vec![Err(PublishError::Broker(reason)); events.len()],
        };
        let mut sending: Vec<Sending> = events
            .iter()
            .map(|event| maybe_done(self.send(&channel, event)))
            .collect();
        // The first look at each puts its frames on the way: in order, and without a pause in
        // which frames could change places.
        std::future::poll_fn(|context| {
            for one in &mut sending {
                let _ = Pin::new(one).poll(context);
            }
            Poll::Ready(())
        })
        .await;
        let limit = self.keeper.config().confirm_timeout();
        let all = join_all(sending.iter_mut());
        if tokio::time::timeout(limit, all).await.is_err() {
            self.open = None;
            // A broker that says it takes nothing needs no other connection, but time.
            if !line.is_blocked() {
                self.keeper
                    .distrust(&line, "no confirmation within the time limit");
            }
        }
        let results = sending.iter_mut().map(|one| Pin::new(one).take_output());
        let answers = judge(events, results.collect());
        if answers.iter().any(Result::is_err) {
            if answers.contains(&Err(unroutable())) {
                self.keeper.declare_again();
            }
            // A channel that failed stays failed. What came late must not answer for the next load.
            self.open = None;
            self.keeper.suspect();
        }
        answers
    }

    async fn channel(&mut self) -> Result<(Arc<Line>, Channel), String> {
        if let Some((line, channel)) = &self.open
            && channel.status().connected()
        {
            return Ok((Arc::clone(line), channel.clone()));
        }
        self.open = None;
        let Some(line) = self.keeper.line() else {
            return Err(self.keeper.absence());
        };
        let limit = self.keeper.config().connect_timeout();
        match tokio::time::timeout(limit, line.channel()).await {
            Ok(Ok(channel)) => {
                self.open = Some((Arc::clone(&line), channel.clone()));
                Ok((line, channel))
            }
            Ok(Err(error)) => {
                self.keeper.suspect();
                Err(chain(&error))
            }
            Err(_) => {
                let reason = "no channel within the time limit";
                self.keeper.distrust(&line, reason);
                Err(reason.to_owned())
            }
        }
    }

    fn send(
        &self,
        channel: &Channel,
        event: &Envelope,
    ) -> BoxFuture<'static, lapin::Result<Confirmation>> {
        let channel = channel.clone();
        let exchange = self.exchange.clone();
        let key = short(&event.routing_key());
        let options = BasicPublishOptions {
            // What nobody wants may be thrown away; everything else must reach a queue.
            mandatory: self.topology.is_wanted(&event.kind),
            ..BasicPublishOptions::default()
        };
        let (properties, body) = (properties(event), event.to_json());
        Box::pin(async move {
            channel
                .basic_publish(exchange, key, options, body.as_bytes(), properties)
                .await?
                .await
        })
    }
}

fn properties(event: &Envelope) -> BasicProperties {
    let mut headers = FieldTable::default();
    if let Some(parent) = &event.traceparent {
        let parent = LongString::from(parent.as_str());
        headers.insert("traceparent".into(), AMQPValue::LongString(parent));
    }
    BasicProperties::default()
        .with_content_type("application/cloudevents+json".into())
        .with_delivery_mode(PERSISTENT)
        .with_message_id(event.id.to_string().into())
        .with_type(short(&event.kind))
        .with_app_id(short(&event.source))
        .with_headers(headers)
}

/// Says which events are in the queues for good.
///
/// A message that no queue takes is returned, then confirmed. lapin hands a returned message to
/// whichever confirmation comes next, not to its own: only with all confirmations of the load in
/// hand it is certain which messages came back, and their ids say which they are.
fn judge(
    events: &[Envelope],
    results: Vec<Option<lapin::Result<Confirmation>>>,
) -> Vec<Result<(), PublishError>> {
    let mut returned: HashSet<String> = HashSet::new();
    let mut nameless = false;
    let confirmations: Vec<Result<(), PublishError>> = results
        .into_iter()
        .map(|result| match result {
            None => Err(broker("no confirmation within the time limit")),
            Some(Err(error)) => Err(PublishError::Broker(chain(&error))),
            Some(Ok(Confirmation::NotRequested)) => Err(broker("confirmations are off")),
            Some(Ok(confirmation)) => {
                let taken = confirmation.is_ack();
                if let Some(message) = confirmation.take_message() {
                    match message.properties.message_id() {
                        Some(id) => drop(returned.insert(id.as_str().to_owned())),
                        None => nameless = true,
                    }
                }
                if taken {
                    Ok(())
                } else {
                    Err(broker("refused by the broker"))
                }
            }
        })
        .collect();
    let incomplete = confirmations.iter().any(Result::is_err);
    let mut failed: HashSet<&str> = HashSet::new();
    let mut answers = Vec::with_capacity(events.len());
    for (event, confirmation) in events.iter().zip(confirmations) {
        let answer = if returned.contains(&event.id.to_string()) || nameless {
            Err(unroutable())
        } else if incomplete && !returned.is_empty() {
            // another return may hang on a confirmation that is missing
            confirmation.and(Err(broker("not certain whether a queue took the event")))
        } else {
            confirmation
        };
        answers.push(match answer {
            Ok(()) if failed.contains(event.subject.as_str()) => {
                Err(broker("an earlier event of the same aggregate failed"))
            }
            Ok(()) => Ok(()),
            Err(error) => {
                failed.insert(&event.subject);
                Err(error)
            }
        });
    }
    answers
}

fn unroutable() -> PublishError {
    broker("no queue takes the event")
}

fn broker(reason: &str) -> PublishError {
    PublishError::Broker(reason.to_owned())
}
