//! One schedule from its seed to its end.

use super::context::{Breach, Context, Event, MS, SECOND, Time};
use super::inbox::Inbox;
use super::plan::{Fault, Variant};
use super::relay::{self, Relay};
use super::worker::{self, Worker};

/// Longest virtual time from the end of the faults, or of the last transaction, to an empty outbox:
/// ten polls until everything is looked at, and some pauses.
const DRAINED_WITHIN: Time = 30 * SECOND;

/// Faults that strike at an instant instead of an opportunity.
#[derive(Debug, Clone, Copy)]
pub(super) enum Blow {
    Relay(usize),
    Worker(usize),
    /// A consumer's connection ends.
    Connection(usize),
    /// The broker is away, all connections end.
    Broker(Time),
    /// The database of the writers is away.
    Outbox(Time),
    /// The database of a consumer is away.
    Inbox(usize, Time),
}

/// How a schedule went.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) seed: u64,
    pub(super) breach: Option<(Breach, String)>,
    pub(super) committed: usize,
    /// By fault, how often it struck.
    pub(super) struck: [u64; Fault::ALL.len()],
    /// Virtual time and number of events: equal for equal seeds.
    pub(super) print: (Time, u64),
    pub(super) tale: Option<String>,
}

struct World {
    context: Context,
    relays: Vec<Relay>,
    /// All processes of all consumers.
    workers: Vec<Worker>,
}

/// Runs one schedule; `told` keeps its tale.
pub(super) fn run(seed: u64, variant: Variant, told: bool) -> Report {
    let mut world = World::new(seed, variant, told);
    world.run();
    let context = world.context;
    Report {
        seed,
        committed: context.outbox.committed(),
        struck: context.struck,
        print: (context.now, context.scheduled()),
        breach: context.breach,
        tale: context.tale,
    }
}

impl World {
    fn new(seed: u64, variant: Variant, told: bool) -> Self {
        let mut context = Context::new(seed, variant, told);
        let plan = context.plan.clone();
        context.tell(|| format!("{plan:?}"));
        for relay in 0..plan.relays {
            let start = context.between(0, 100 * MS);
            let life = Some(0);
            context.at(
                start,
                Event::Relay(relay::Place { relay, life }, relay::Input::Start),
            );
        }
        let mut workers = Vec::with_capacity(plan.consumers * plan.replicas);
        for consumer in 0..plan.consumers {
            for _ in 0..plan.replicas {
                let worker = Worker::new(consumer, workers.len());
                let start = context.between(0, 100 * MS);
                context.at(start, Event::Worker(worker.place, worker::Input::Start));
                workers.push(worker);
            }
        }
        for _ in 0..plan.transactions {
            let begin = context.between(0, plan.writing);
            context.at(begin, Event::Write);
        }
        for _ in 0..plan.blows {
            let at = context.between(0, plan.calm - 1);
            let long = context.between(MS, SECOND);
            let blow = match context.below(6) {
                0 => Blow::Relay(context.below(plan.relays)),
                1 => Blow::Worker(context.below(workers.len())),
                2 => Blow::Connection(context.below(workers.len())),
                3 => Blow::Broker(long),
                4 => Blow::Outbox(long),
                _ => Blow::Inbox(context.below(plan.consumers), long),
            };
            context.at(at, Event::Blow(blow));
        }
        Self {
            context,
            relays: (0..plan.relays).map(Relay::new).collect(),
            workers,
        }
    }

    fn run(&mut self) {
        let mut deadline = Time::MAX;
        while self.context.breach.is_none() {
            let Some(event) = self.context.next() else {
                // Nothing will ever happen again.
                if self.is_drained() {
                    return;
                }
                break;
            };
            self.handle(event);
            if self.context.outbox.unsettled > 0 || !self.context.is_calm() {
                continue;
            }
            if self.is_drained() {
                return;
            }
            deadline = deadline.min(self.context.now + DRAINED_WITHIN);
            if self.context.now > deadline {
                break;
            }
        }
        let left = self.left();
        self.context.breach(Breach::Stuck, left);
    }

    fn handle(&mut self, event: Event) {
        let context = &mut self.context;
        match event {
            Event::Write => context.write(),
            Event::Settle(transaction) => context.settle(transaction),
            Event::Statement(place, statement) => context.execute(place, statement),
            Event::Relay(place, input) => self.relays[place.relay].handle(place, input, context),
            Event::Broker(request) => context.request(request),
            Event::Worker(place, input) => {
                self.workers[place.process].handle(place.life, input, context);
            }
            Event::Blow(blow) => self.strike(blow),
        }
    }

    fn strike(&mut self, blow: Blow) {
        let context = &mut self.context;
        context.tell(|| format!("{blow:?}"));
        let now = context.now;
        match blow {
            Blow::Relay(relay) => self.relays[relay].crash(context),
            Blow::Worker(worker) => self.workers[worker].crash(context),
            Blow::Connection(worker) => {
                if let Some(connection) = self.workers[worker].connection {
                    context.close(connection);
                }
            }
            Blow::Broker(long) => {
                context.broker.down_until = now + long;
                for connection in 0..context.broker.connections() {
                    context.close(connection);
                }
            }
            Blow::Outbox(long) => context.outbox.down_until = now + long,
            Blow::Inbox(consumer, long) => context.inboxes[consumer].down_until = now + long,
        }
    }

    fn is_drained(&self) -> bool {
        let context = &self.context;
        let committed = context.outbox.committed();
        context.outbox.rows.is_empty()
            && context.broker.is_empty()
            && context
                .inboxes
                .iter()
                .all(|inbox| inbox.through() == committed)
    }

    fn left(&self) -> String {
        let context = &self.context;
        let through: Vec<usize> = context.inboxes.iter().map(Inbox::through).collect();
        format!(
            "{} committed, {through:?} through by consumer, {:?} in the outbox, broker empty: {}",
            context.outbox.committed(),
            context.outbox.rows,
            context.broker.is_empty(),
        )
    }
}
