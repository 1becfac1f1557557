//! What all events that people are told of have in common.

use std::collections::HashMap;
use std::slice;
use std::sync::Arc;

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::identity::AccountReminded;
use contracts::ticketing::{
    OrderAdvanced, OrderAlerted, OrderAssisted, OrderCallbackInvited, OrderFacts, OrderMerged,
    OrderOpened, OrderPetitioned, OrderProgressed, OrderPublished,
};
use contracts::volunteering::{
    CertificateIssued, CertificateRevoked, HoursObjectionAnswered, SignUpChanged, SignUpReminded,
    TaskClaimed, TaskInvited, TaskOpened, TaskReleased, TaskReminded,
};
use kernel::OrderId;
use store::{Tx, Writes};

use crate::app::App;
use crate::app::notify::notify;
use crate::domain::occurrence::Occurrence;
use crate::store::parties::{self, Parties};

/// How an event stands to the parties of its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// It says them; they are remembered when the order moves.
    Says,
    /// It does not say them; they are looked up.
    NeedsThem,
    /// It is not about them.
    None,
}

/// An event that people are told of.
pub(super) trait Told: Event + 'static {
    const PARTIES: Relation;

    /// Returns what notices need of the event.
    fn occurrence(self) -> Occurrence;
}

/// Reads an event of one type.
type Read = fn(&Envelope) -> Result<(Relation, Occurrence), HandlerError>;

const TYPES: &[&str] = &[
    OrderOpened::TYPE,
    OrderAdvanced::TYPE,
    OrderPublished::TYPE,
    OrderAlerted::TYPE,
    OrderAssisted::TYPE,
    OrderMerged::TYPE,
    OrderPetitioned::TYPE,
    OrderProgressed::TYPE,
    OrderCallbackInvited::TYPE,
    TaskOpened::TYPE,
    TaskClaimed::TYPE,
    TaskInvited::TYPE,
    TaskReleased::TYPE,
    TaskReminded::TYPE,
    AccountReminded::TYPE,
    SignUpChanged::TYPE,
    SignUpReminded::TYPE,
    CertificateIssued::TYPE,
    CertificateRevoked::TYPE,
    HoursObjectionAnswered::TYPE,
];

/// In the order of [`TYPES`].
const READERS: [Read; TYPES.len()] = [
    read::<OrderOpened>,
    read::<OrderAdvanced>,
    read::<OrderPublished>,
    read::<OrderAlerted>,
    read::<OrderAssisted>,
    read::<OrderMerged>,
    read::<OrderPetitioned>,
    read::<OrderProgressed>,
    read::<OrderCallbackInvited>,
    read::<TaskOpened>,
    read::<TaskClaimed>,
    read::<TaskInvited>,
    read::<TaskReleased>,
    read::<TaskReminded>,
    read::<AccountReminded>,
    read::<SignUpChanged>,
    read::<SignUpReminded>,
    read::<CertificateIssued>,
    read::<CertificateRevoked>,
    read::<HoursObjectionAnswered>,
];

fn read<P: Told>(event: &Envelope) -> Result<(Relation, Occurrence), HandlerError> {
    Ok((P::PARTIES, event.payload::<P>()?.occurrence()))
}

fn read_any(event: &Envelope) -> Result<(Relation, Occurrence), HandlerError> {
    let mut readers = TYPES.iter().zip(READERS);
    let reader = readers.find(|(kind, _)| **kind == event.kind);
    let (_, read) = reader.ok_or_else(|| HandlerError::Poison("unknown type".to_owned()))?;
    read(event)
}

/// Tells people of what happens: one handler for all of it, since the more events are told of
/// together, the fewer statements each costs.
pub(super) struct Tell(pub(super) Arc<App>);

#[async_trait]
impl Handler for Tell {
    fn types(&self) -> &'static [&'static str] {
        TYPES
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let event = Arc::new(event.clone());
        self.handle_all(tx, slice::from_ref(&event)).await
    }

    async fn handle_all(&self, tx: &Tx, events: &[Arc<Envelope>]) -> Result<(), HandlerError> {
        let mut happened = Vec::with_capacity(events.len());
        for event in events {
            happened.push(read_any(event)?);
        }
        let mut writes = Writes::default();
        add_parties(tx, &mut writes, &mut happened).await?;
        let occurrences: Vec<(&Envelope, Occurrence)> = events
            .iter()
            .map(AsRef::as_ref)
            .zip(happened.into_iter().map(|(_, occurrence)| occurrence))
            .collect();
        Ok(notify(&self.0, tx, writes, &occurrences).await?)
    }

    fn committed(&self, events: &[Envelope]) {
        for event in events {
            self.0.streams.committed(event.id);
        }
    }
}

/// Remembers the parties that events say, and gives them to those that need them.
async fn add_parties(
    tx: &Tx,
    writes: &mut Writes,
    happened: &mut [(Relation, Occurrence)],
) -> Result<(), HandlerError> {
    let in_need = happened
        .iter()
        .filter(|(relation, _)| *relation == Relation::NeedsThem);
    let in_need: Vec<OrderId> = in_need
        .filter_map(|(_, occurrence)| occurrence.subject.order())
        .collect();
    let mut known = parties::list(tx, &in_need).await?;
    let mut said: HashMap<OrderId, Parties> = HashMap::new();
    for (relation, occurrence) in happened {
        let Some(order) = occurrence.subject.order() else {
            continue;
        };
        match relation {
            Relation::Says if occurrence.moved() => {
                let parties = Parties {
                    requester: occurrence.requester,
                    assignee: occurrence.assignee,
                };
                known.insert(order, parties);
                said.insert(order, parties);
            }
            Relation::NeedsThem => {
                let parties = known.get(&order).copied().unwrap_or_default();
                occurrence.requester = parties.requester;
                occurrence.assignee = parties.assignee;
            }
            Relation::Says | Relation::None => {}
        }
    }
    parties::save(writes, said);
    Ok(())
}

/// Returns what notices need of the facts of an order.
pub(super) fn of_order(event: &'static str, facts: OrderFacts) -> Occurrence {
    Occurrence {
        number: facts.number,
        workflow: facts.workflow,
        state: facts.state,
        due_at: facts.due_at,
        requester: facts.requester,
        joint_requesters: facts.joint_requesters,
        about: facts.about,
        assignee: facts.assignee,
        panel: facts.panel,
        roles: facts.waiting_for,
        area: facts.org_path,
        unit: facts.unit_path,
        ..Occurrence::of(event, facts.order_id)
    }
}
