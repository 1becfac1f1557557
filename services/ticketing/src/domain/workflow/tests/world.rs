//! A district with its people, and one order that they move.

use std::sync::{Arc, LazyLock};

use kernel::{AccountId, Role, Timestamp};
use serde_json::{Value, json};

use crate::domain::actor::{Actor, Authority};
use crate::domain::calendar::Calendar;
use crate::domain::event::DomainEvent;
use crate::domain::number::OrderNumber;
use crate::domain::order::{OpenOrder, Order, Unit};
use crate::domain::panel::Homes;
use crate::domain::testing::{account, code, hour, order_id, path};
use crate::domain::verification::Verification;
use crate::domain::workflow::{
    Attempt, Catalogue, Definition, Facts, PanelPool, Refusal, legal_actions, step,
};

pub(super) const DISTRICT: &str = "/420105000000/";
pub(super) const STREET: &str = "/420105000000/420105011000/";
pub(super) const COMMUNITY: &str = "/420105000000/420105011000/420105011010/";
pub(super) const COMPOUND: &str = "/420105000000/420105011000/420105011010/420105011010.X01/";
pub(super) const DEPARTMENT: &str = "/420105000000/420105000000.CG/";

/// Read once: random walks open thousands of orders.
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::bundled().unwrap());
static CALENDAR: LazyLock<Arc<Calendar>> = LazyLock::new(|| Arc::new(Calendar::bundled().unwrap()));

/// The requester.
pub(super) const REQUESTER: u128 = 0;
/// The volunteer who handles.
pub(super) const VOLUNTEER: u128 = 1;

pub(super) fn definition(name: &str) -> Arc<Definition> {
    Arc::clone(CATALOGUE.latest(name).unwrap())
}

/// The newest version of every definition.
pub(super) fn newest() -> Vec<Arc<Definition>> {
    let latest = |name: &str| CATALOGUE.latest(name).unwrap().version;
    let newest = CATALOGUE
        .iter()
        .filter(|definition| definition.version == latest(&definition.name));
    newest.cloned().collect()
}

pub(super) fn person(number: u128, role: Role, over: &str) -> Actor {
    let authority = Authority {
        role,
        path: path(over),
        categories: Vec::new(),
    };
    Actor::Person {
        account: account(number),
        authorities: vec![authority],
    }
}

pub(super) fn resident(number: u128) -> Actor {
    person(number, Role::Resident, COMPOUND)
}

pub(super) fn department() -> Unit {
    Unit {
        code: code("420105000000.CG"),
        path: path(DEPARTMENT),
    }
}

/// Residents 0 to 19 of the compound, one photo, the department.
pub(super) fn facts() -> Facts {
    Facts {
        photos: 1,
        panel: Some(PanelPool {
            seed: "5eed".repeat(16),
            candidates: (0..20).map(account).collect(),
            barred: Vec::new(),
            homes: Homes::new(),
        }),
        unit: Some(department()),
        verification: Verification::default(),
        calendar: calendar(),
    }
}

pub(super) fn calendar() -> Arc<Calendar> {
    Arc::clone(&CALENDAR)
}

pub(super) fn open_command() -> OpenOrder {
    OpenOrder {
        title: "路灯不亮".to_owned(),
        content: "小区东门的路灯不亮".to_owned(),
        org_code: code("420105011010.X01"),
        org_path: path(COMPOUND),
        requester: Some(account(REQUESTER)),
        confidential: false,
        channel: "app".to_owned(),
        location: None,
        categorisation: None,
        route: None,
    }
}

/// An order on its way, and everything that happened to it.
pub(super) struct Case {
    pub(super) definition: Arc<Definition>,
    pub(super) order: Order,
    pub(super) events: Vec<DomainEvent>,
    pub(super) now: Timestamp,
}

impl Case {
    pub(super) fn open(workflow: &str) -> Self {
        Self::open_with(workflow, open_command())
    }

    pub(super) fn open_with(workflow: &str, command: OpenOrder) -> Self {
        let definition = definition(workflow);
        let number: OrderNumber = "WD20261122-7K2MQ9XR".parse().unwrap();
        let now = hour(0);
        let (order, events) =
            Order::open(&definition, command, order_id(1), number, &calendar(), now);
        Self {
            definition,
            order,
            events,
            now,
        }
    }

    /// Tries an action without moving the order.
    pub(super) fn attempt(
        &self,
        actor: &Actor,
        action: &str,
        input: &Value,
        facts: &Facts,
    ) -> Result<(Order, Vec<DomainEvent>), Refusal> {
        step(
            &self.definition,
            &self.order,
            &Attempt {
                action,
                input,
                facts,
            },
            actor,
            self.now,
        )
    }

    /// Takes an action that must succeed.
    pub(super) fn act(&mut self, actor: &Actor, action: &str, input: &Value) -> &mut Self {
        let (order, events) = self
            .attempt(actor, action, input, &facts())
            .unwrap_or_else(|refusal| panic!("{action} in {}: {refusal:?}", self.order.state));
        self.order = order;
        self.events.extend(events);
        self
    }

    /// Takes an action that must be refused.
    pub(super) fn refused(&self, actor: &Actor, action: &str, input: &Value) -> Refusal {
        self.attempt(actor, action, input, &facts())
            .expect_err("a refusal")
    }

    pub(super) fn offered(&self, actor: &Actor) -> Vec<String> {
        let offers = legal_actions(&self.definition, &self.order, actor, self.now);
        offers.into_iter().map(|offer| offer.name).collect()
    }

    pub(super) fn kinds(&self) -> Vec<&'static str> {
        self.events.iter().map(DomainEvent::kind).collect()
    }

    /// Dispatches, accepts for the volunteer.
    pub(super) fn up_to_accepted(&mut self, dispatcher: &Actor) -> &mut Self {
        self.act(dispatcher, "dispatch", &Value::Null);
        self.act(&claimed_by(VOLUNTEER), "accept", &Value::Null)
    }

    pub(super) fn handle(&mut self) -> &mut Self {
        let volunteer = resident(VOLUNTEER);
        self.act(&volunteer, "handle", &json!({"note": "已更换灯泡"}))
    }

    /// Lets the first members of the panel vote alike, until the review is over.
    pub(super) fn vote(&mut self, score: u8, solved: bool) -> &mut Self {
        let panel: Vec<AccountId> = self.order.panel.clone();
        for voter in panel.into_iter().take(3) {
            let voter = Actor::Person {
                account: voter,
                authorities: Vec::new(),
            };
            self.act(&voter, "review", &json!({"score": score, "solved": solved}));
        }
        self
    }
}

/// The volunteering service, on behalf of a volunteer.
pub(super) fn claimed_by(number: u128) -> Actor {
    Actor::System {
        on_behalf_of: Some(account(number)),
    }
}
