//! Stands for the services that hear of orders.

use std::sync::Mutex;

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use chassis::{Deps, Module, Service, StartError};
use contracts::Event;
use contracts::ticketing::{OrderCallbackInvited, OrderCallerInvited, OrderProgressed};
use store::Tx;

/// What was heard by this process, which runs one test.
static HEARD: Mutex<Vec<Envelope>> = Mutex::new(Vec::new());

/// Keeps what it hears.
pub(crate) const LISTENER: Module = Module {
    name: "listener",
    migrations: Vec::new,
    build: listener,
    audit: chassis::no_facts,
};

struct Listener;

#[async_trait]
impl Handler for Listener {
    fn types(&self) -> &'static [&'static str] {
        &[
            OrderCallbackInvited::TYPE,
            OrderCallerInvited::TYPE,
            OrderProgressed::TYPE,
        ]
    }

    async fn handle(&self, _: &Tx, _: &Envelope) -> Result<(), HandlerError> {
        Ok(())
    }

    fn committed(&self, events: &[Envelope]) {
        HEARD.lock().unwrap().extend_from_slice(events);
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a module's build may fail")]
fn listener(_: Deps) -> Result<Service, StartError> {
    Ok(Service::new("listener").handler(Listener))
}

/// What was heard of an order, in its order.
pub(crate) fn heard<P: Event>(order: &str) -> Vec<P> {
    let heard = HEARD.lock().unwrap();
    let about = heard
        .iter()
        .filter(|event| event.subject == order && event.kind == P::TYPE);
    about.map(|event| event.payload().unwrap()).collect()
}
