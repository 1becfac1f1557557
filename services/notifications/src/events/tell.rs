//! What all events that people are told of have in common.

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::ticketing::OrderFacts;
use store::Tx;

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
    const TYPES: &'static [&'static str] = &[Self::TYPE];
    const PARTIES: Relation;

    /// Returns what notices need of the event.
    fn occurrence(self) -> Occurrence;
}

/// Tells people of events of one type.
pub(super) struct Tell<P> {
    app: Arc<App>,
    payload: PhantomData<fn() -> P>,
}

impl<P: Told> Tell<P> {
    pub(super) fn new(app: &Arc<App>) -> Self {
        Self {
            app: Arc::clone(app),
            payload: PhantomData,
        }
    }
}

#[async_trait]
impl<P: Told> Handler for Tell<P> {
    fn types(&self) -> &'static [&'static str] {
        P::TYPES
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let mut occurrence = event.payload::<P>()?.occurrence();
        match P::PARTIES {
            Relation::Says if occurrence.moved() => {
                let said = Parties {
                    requester: occurrence.requester,
                    assignee: occurrence.assignee,
                };
                parties::save(tx, occurrence.order, said).await?;
            }
            Relation::NeedsThem => {
                let known = parties::find(tx, occurrence.order).await?;
                occurrence.requester = known.requester;
                occurrence.assignee = known.assignee;
            }
            Relation::Says | Relation::None => {}
        }
        Ok(notify(&self.app, tx, event, &occurrence).await?)
    }

    fn committed(&self, events: &[Envelope]) {
        for event in events {
            self.app.streams.committed(event.id);
        }
    }
}

/// Returns what notices need of the facts of an order.
pub(super) fn of_order(event: &'static str, facts: OrderFacts) -> Occurrence {
    Occurrence {
        number: facts.number,
        workflow: facts.workflow,
        state: facts.state,
        due_at: facts.due_at,
        requester: facts.requester,
        assignee: facts.assignee,
        panel: facts.panel,
        roles: facts.waiting_for,
        area: facts.org_path,
        unit: facts.unit_path,
        ..Occurrence::of(event, facts.order_id)
    }
}
