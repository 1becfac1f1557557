//! A broker with one durable queue for each consumer and one active subscription of it.

use std::collections::VecDeque;

use store::outbox::Pending;

use super::context::{Context, Event, MS, SECOND, Time};
use super::plan::{Fault, Plan, Variant};
use super::{relay, worker};

/// How long a relay waits for a confirmation that does not come.
const UNCONFIRMED: Time = SECOND;

/// What reaches the broker.
#[derive(Debug)]
pub(super) enum Request {
    Publish(relay::Place, Vec<Pending>, u32),
    Subscribe(worker::Place),
    Ack {
        connection: usize,
        tag: u64,
    },
    /// A connection ends on this side.
    Close(usize),
}

#[derive(Default)]
struct Queue {
    ready: VecDeque<i64>,
    /// In the order of delivery.
    unacked: VecDeque<(u64, i64)>,
    active: Option<usize>,
    /// Connections that come next.
    standby: VecDeque<usize>,
}

struct Connection {
    worker: worker::Place,
    queue: usize,
    open: bool,
    /// When the last of what is on its way arrives, by direction: a connection keeps order.
    out: Time,
    back: Time,
}

pub(super) struct Broker {
    queues: Vec<Queue>,
    connections: Vec<Connection>,
    tags: u64,
    pub(super) down_until: Time,
}

impl Broker {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            queues: (0..plan.consumers).map(|_| Queue::default()).collect(),
            connections: Vec::new(),
            tags: 0,
            down_until: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        let empty = |queue: &Queue| queue.ready.is_empty() && queue.unacked.is_empty();
        self.queues.iter().all(empty)
    }

    /// Returns how many connections there are or were.
    pub(super) fn connections(&self) -> usize {
        self.connections.len()
    }
}

impl Context {
    pub(super) fn request(&mut self, request: Request) {
        match request {
            Request::Publish(place, run, failures) => self.publish(place, run, failures),
            Request::Subscribe(worker) => self.subscribe(worker),
            Request::Ack { connection, tag } => {
                let Connection { queue, open, .. } = self.broker.connections[connection];
                if open {
                    let unacked = &mut self.broker.queues[queue].unacked;
                    unacked.retain(|(other, _)| *other != tag);
                    self.deliver(queue);
                }
            }
            Request::Close(connection) => self.close(connection),
        }
    }

    /// Takes over some rows from the front of a run and confirms some from the front of these.
    fn publish(&mut self, place: relay::Place, run: Vec<Pending>, failures: u32) {
        let mut taken = run.len();
        if self.now < self.broker.down_until {
            taken = 0;
        } else if self.strikes(Fault::Publish) {
            taken = self.below(run.len() + 1);
        }
        let cut = taken < run.len();
        for row in run.iter().take(taken) {
            for queue in 0..self.broker.queues.len() {
                self.enqueue(queue, row.seq);
            }
        }
        if let Some(half) = run.get(taken)
            && self.now >= self.broker.down_until
        {
            // It reached the first queue only, so it is not confirmed.
            self.enqueue(0, half.seq);
        }
        let lost = taken > 0 && self.strikes(Fault::Confirm);
        let confirmed = if lost { self.below(taken) } else { taken };
        for queue in 0..self.broker.queues.len() {
            self.deliver(queue);
        }
        let wait = if cut || lost {
            self.between(0, UNCONFIRMED)
        } else {
            0
        };
        let hop = self.hop();
        let landed = relay::Input::Landed(run, confirmed, failures);
        self.after(hop + wait, Event::Relay(place, landed));
    }

    fn enqueue(&mut self, queue: usize, seq: i64) {
        let times = if self.strikes(Fault::Duplicate) { 2 } else { 1 };
        for _ in 0..times {
            let overtakes = if self.strikes(Fault::Reorder) {
                self.below(4)
            } else {
                0
            };
            let name = self.outbox.event(seq).aggregate;
            let ready = &self.broker.queues[queue].ready;
            let others = ready
                .iter()
                .rev()
                .take(overtakes)
                .take_while(|other| self.outbox.event(**other).aggregate != name)
                .count();
            let at = ready.len() - others;
            self.broker.queues[queue].ready.insert(at, seq);
        }
    }

    /// Sends what the active connection may hold unacknowledged.
    fn deliver(&mut self, queue: usize) {
        let Some(connection) = self.broker.queues[queue].active else {
            return;
        };
        while self.broker.queues[queue].unacked.len() < self.plan.config.queue
            && let Some(seq) = self.broker.queues[queue].ready.pop_front()
        {
            self.broker.tags += 1;
            let tag = self.broker.tags;
            self.broker.queues[queue].unacked.push_back((tag, seq));
            let arrival = self.now + self.hop();
            let link = &mut self.broker.connections[connection];
            link.out = link.out.max(arrival);
            let (at, worker) = (link.out, link.worker);
            let input = worker::Input::Delivered {
                connection,
                tag,
                seq,
            };
            self.at(at, Event::Worker(worker, input));
        }
    }

    fn subscribe(&mut self, worker: worker::Place) {
        let hop = self.hop();
        if self.now < self.broker.down_until || self.strikes(Fault::Publish) {
            self.after(hop, Event::Worker(worker, worker::Input::Refused));
            return;
        }
        let queue = worker.consumer;
        let connection = self.broker.connections.len();
        self.broker.connections.push(Connection {
            worker,
            queue,
            open: true,
            out: self.now + hop,
            back: 0,
        });
        self.after(
            hop,
            Event::Worker(worker, worker::Input::Opened(connection)),
        );
        if self.broker.queues[queue].active.is_none() {
            self.broker.queues[queue].active = Some(connection);
            self.deliver(queue);
        } else {
            self.broker.queues[queue].standby.push_back(connection);
        }
    }

    /// A worker acknowledges; the acknowledgement may be lost together with the connection.
    pub(super) fn ack(&mut self, connection: usize, tag: u64) {
        let arrival = self.now + self.hop();
        let link = &mut self.broker.connections[connection];
        link.back = link.back.max(arrival);
        let at = link.back;
        let request = if self.strikes(Fault::Ack) {
            Request::Close(connection)
        } else {
            Request::Ack { connection, tag }
        };
        self.at(at, Event::Broker(request));
    }

    /// Ends a connection: what was not acknowledged is delivered again, before everything else.
    pub(super) fn close(&mut self, connection: usize) {
        let Connection {
            worker,
            queue,
            open,
            ..
        } = self.broker.connections[connection];
        if !open {
            return;
        }
        self.tell(|| format!("broker: connection {connection} of {worker:?} ends"));
        self.broker.connections[connection].open = false;
        let last = self.is(Variant::RequeueLast);
        let lane = &mut self.broker.queues[queue];
        if lane.active == Some(connection) {
            let unacked = std::mem::take(&mut lane.unacked);
            if last {
                lane.ready.extend(unacked.into_iter().map(|(_, seq)| seq));
            } else {
                for (_, seq) in unacked.into_iter().rev() {
                    lane.ready.push_front(seq);
                }
            }
            lane.active = lane.standby.pop_front();
            self.deliver(queue);
        } else {
            lane.standby.retain(|other| *other != connection);
        }
        // The other side may go on for a while without a notion of it.
        let half_open = self.between(0, 1_500 * MS);
        let notice = if self.is_calm() { 0 } else { half_open };
        let arrival = self.now + self.hop();
        let at = arrival.max(self.broker.connections[connection].out) + notice;
        self.at(at, Event::Worker(worker, worker::Input::Closed(connection)));
    }
}
