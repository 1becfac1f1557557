//! A host with volunteering, and a ticketing that only says what the test tells it to.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bus::{Envelope, EventMeta, Handler, HandlerError};
use chassis::{Module, Service};
use contracts::Event;
use contracts::ticketing::{OrderOffered, OrderRecalled};
use contracts::volunteering::TYPES;
use kernel::{IdSourceExt, OrderId, OrgPath, Role, TaskId};
use store::{StoreError, Tx};
use testkit::{Caller, FrozenClock, TestHost, eventually};

use crate::TASKS;

/// Says what the test tells it to.
const TICKETING: Module = Module {
    name: "ticketing",
    migrations: Vec::new,
    build: |_| Ok(Service::new("ticketing")),
    audit: chassis::no_facts,
};

/// Hears what volunteering says.
const LISTENER: Module = Module {
    name: "notifications",
    migrations: Vec::new,
    build: |_| Ok(Service::new("notifications").handler(Listener)),
    audit: chassis::no_facts,
};

/// Events heard by all tests of this process; a test looks for its own tasks'.
static HEARD: Mutex<Vec<Envelope>> = Mutex::new(Vec::new());

struct Listener;

#[async_trait]
impl Handler for Listener {
    fn types(&self) -> &'static [&'static str] {
        TYPES
    }

    async fn handle(&self, _: &Tx, _: &Envelope) -> Result<(), HandlerError> {
        Ok(())
    }

    fn committed(&self, events: &[Envelope]) {
        HEARD.lock().unwrap().extend_from_slice(events);
    }
}

pub(crate) struct Stage {
    pub(crate) host: TestHost,
}

impl Stage {
    pub(crate) async fn start() -> Self {
        Self {
            host: TestHost::start(&[TICKETING, volunteering::MODULE, LISTENER]).await,
        }
    }

    /// The same with a clock that the test turns.
    pub(crate) async fn start_at(clock: Arc<FrozenClock>) -> Self {
        Self {
            host: TestHost::start_at(&[TICKETING, volunteering::MODULE, LISTENER], clock).await,
        }
    }

    /// Runs a job once.
    pub(crate) async fn run(&self, job: &str) -> u64 {
        let deps = self.host.deps("volunteering").clone();
        let service = (volunteering::MODULE.build)(deps).unwrap();
        let mut schedules = service.schedules().iter();
        let schedule = schedules.find(|schedule| schedule.name() == job);
        schedule.unwrap().run_once().await.unwrap()
    }

    /// A volunteer of a place.
    pub(crate) fn volunteer(&self, path: &str) -> Caller {
        self.host.caller(&[(Role::Volunteer, path)])
    }

    /// An order of a place, offered to volunteers and party members, as ticketing would say it.
    pub(crate) fn order(&self, path: &str) -> OrderOffered {
        let org_path: OrgPath = path.parse().unwrap();
        OrderOffered {
            order_id: self.host.deps("ticketing").ids.next(),
            number: "WD20261122-00000001".to_owned(),
            org_code: org_path.leaf().unwrap(),
            org_path,
            round: 1,
            category: Some("0102".to_owned()),
            roles: vec![Role::Volunteer, Role::PartyMember],
            teams: Vec::new(),
            requester: None,
        }
    }

    /// Offers an order and waits until the whole city's volunteers see its task.
    pub(crate) async fn offer(&self, order: &OrderOffered) -> String {
        self.say(order.order_id, vec![order.clone()]).await;
        self.task_of(order.order_id).await
    }

    /// Waits until an order has a task.
    pub(crate) async fn task_of(&self, order: OrderId) -> String {
        let city = self
            .host
            .caller(&[(Role::Volunteer, "/"), (Role::PartyMember, "/")]);
        let path = format!("{TASKS}?order_id={order}");
        eventually("the task opens", async || {
            let page = city.get(&path).await.expect(200);
            page["items"][0]["id"].as_str().map(str::to_owned)
        })
        .await
    }

    pub(crate) async fn recall(&self, order: OrderId) {
        self.say(order, vec![OrderRecalled { order_id: order }])
            .await;
    }

    /// Says events about one order, in this order.
    pub(crate) async fn say<P: Event>(&self, order: OrderId, payloads: Vec<P>) {
        let deps = self.host.deps("ticketing");
        let (deps, payloads) = (&deps, &payloads);
        let said: Result<(), StoreError> = deps
            .db
            .write("test.say", |tx| async move {
                let envelopes = payloads.iter().map(|payload| {
                    let meta = EventMeta {
                        id: deps.ids.next(),
                        subject: order.to_string(),
                        aggregate_version: 1,
                        time: deps.clock.now(),
                        district: "420105".to_owned(),
                        actor: None,
                        correlation_id: "test".to_owned(),
                        causation_id: None,
                        traceparent: None,
                    };
                    Envelope::new(meta, payload)
                });
                bus::emit(&tx, envelopes.collect()).await
            })
            .await;
        said.unwrap();
    }

    /// Waits until so many events about a task have been heard; returns their types' verbs.
    pub(crate) async fn heard(&self, task: &str, count: usize) -> Vec<String> {
        let task: TaskId = task.parse().unwrap();
        self.heard_of(&task.to_string(), count).await
    }

    /// The same of anything.
    pub(crate) async fn heard_of(&self, subject: &str, count: usize) -> Vec<String> {
        eventually("the events are heard", async || {
            let heard = HEARD.lock().unwrap();
            let mut mine: Vec<_> = heard
                .iter()
                .filter(|event| event.subject == subject)
                .collect();
            mine.sort_by_key(|event| event.aggregate_version);
            let verbs: Vec<_> = mine
                .iter()
                .map(|event| event.kind.split('.').nth(3).unwrap().to_owned())
                .collect();
            (verbs.len() >= count).then_some(verbs)
        })
        .await
    }
}
