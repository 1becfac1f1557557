//! What this service tells the others: facts without free text and without persons beyond ids.

use bus::Envelope;
use contracts::ticketing::{
    Escalation, OrderAdvanced, OrderAlerted, OrderAssisted, OrderCallbackInvited,
    OrderCallerInvited, OrderFacts, OrderMerged, OrderOffered, OrderOpened, OrderPetitioned,
    OrderProgressed, OrderPublished, OrderRecalled, OrderRescheduled,
};
use kernel::{AccountId, ContactId, IdSource, Named, PublicationId, Role, Timestamp};
use serde_json::Value;

use crate::app::access::HELPERS;
use crate::app::cause::Cause;
use crate::domain::assist::Part;
use crate::domain::event::DomainEvent;
use crate::domain::order::Order;
use crate::domain::request::{RequestState, SideRequest, deciders};
use crate::domain::workflow::clocks::Reached;
use crate::domain::workflow::definition::STAY;
use crate::domain::workflow::{ActorRule, Definition, Effect, Guard, LevelAction};

/// Tells that an order was opened.
pub(crate) fn opened(
    ids: &dyn IdSource,
    cause: &Cause,
    definition: &Definition,
    order: &Order,
) -> Envelope {
    let payload = OrderOpened {
        order: facts(definition, order),
        channel: order.channel.clone(),
    };
    Envelope::new(cause.meta(ids, order), &payload)
}

/// Tells that the offer of an order is over.
pub(crate) fn recalled(ids: &dyn IdSource, cause: &Cause, order: &Order) -> Envelope {
    Envelope::new(
        cause.meta(ids, order),
        &OrderRecalled { order_id: order.id },
    )
}

/// Tells what an action did: first the step itself, then what followed.
pub(crate) fn advanced(
    ids: &dyn IdSource,
    cause: &Cause,
    definition: &Definition,
    order: &Order,
    events: &[DomainEvent],
    publication: Option<PublicationId>,
) -> Vec<Envelope> {
    let mut envelopes = Vec::new();
    let (mut asked_roles, mut asked_teams) = (Vec::new(), Vec::new());
    for event in events {
        match event {
            DomainEvent::Advanced {
                action,
                from,
                input,
                ..
            } => {
                (asked_roles, asked_teams) = (roles_of(input), teams_of(input));
                let payload = OrderAdvanced {
                    order: facts(definition, order),
                    action: action.clone(),
                    from: from.clone(),
                };
                envelopes.push(Envelope::new(cause.meta(ids, order), &payload));
            }
            DomainEvent::TaskOffered { .. } => {
                let payload = offered(order, &asked_roles, &asked_teams);
                envelopes.push(Envelope::new(cause.meta(ids, order), &payload));
            }
            DomainEvent::TaskWithdrawn { .. } | DomainEvent::TaskFinished { .. } => {
                envelopes.push(recalled(ids, cause, order));
            }
            DomainEvent::Published { .. } => {
                let Some(publication_id) = publication else {
                    continue;
                };
                let payload = OrderPublished {
                    order_id: order.id,
                    number: order.number.as_str().to_owned(),
                    publication_id,
                    org_code: order.org_code.clone(),
                };
                envelopes.push(Envelope::new(cause.meta(ids, order), &payload));
            }
            _ => {}
        }
    }
    envelopes
}

/// Tells that a limit of an order ends at another time.
pub(crate) fn rescheduled(
    ids: &dyn IdSource,
    cause: &Cause,
    definition: &Definition,
    order: &Order,
) -> Envelope {
    let payload = OrderRescheduled {
        order: facts(definition, order),
    };
    Envelope::new(cause.meta(ids, order), &payload)
}

/// Tells that a side request was made or came a step further.
pub(crate) fn petitioned(
    ids: &dyn IdSource,
    cause: &Cause,
    definition: &Definition,
    order: &Order,
    request: &SideRequest,
) -> Envelope {
    let payload = OrderPetitioned {
        order: facts(definition, order),
        request_id: request.id,
        request_kind: request.ask.kind().name().to_owned(),
        request_state: request.state.name().to_owned(),
        request_number: request.number,
        request_applicant: request.applicant,
        request_deciders: roles_deciding(definition, request),
    };
    Envelope::new(cause.meta(ids, order), &payload)
}

/// Lists the roles that decide on a request that waits.
fn roles_deciding(definition: &Definition, request: &SideRequest) -> Vec<Role> {
    let waits = matches!(
        request.state,
        RequestState::Pending | RequestState::Conference
    );
    let kind = request.ask.kind();
    let rule = definition.requests.iter().find(|rule| rule.kind == kind);
    let Some(rule) = rule.filter(|_| waits) else {
        return Vec::new();
    };
    roles_among(deciders(rule, request))
}

/// Lists the roles of some rules, each once.
fn roles_among(rules: &[ActorRule]) -> Vec<Role> {
    let mut found = Vec::new();
    for rule in rules {
        if let ActorRule::Roles { roles, .. } = rule {
            found.extend(roles.iter().copied());
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Tells how the parts of assisting units have moved.
pub(crate) fn assisted(
    ids: &dyn IdSource,
    cause: &Cause,
    definition: &Definition,
    order: &Order,
    events: &[DomainEvent],
) -> Vec<Envelope> {
    let moved = events.iter().filter_map(|event| match event {
        DomainEvent::PartMoved { part, .. } => order.parts.iter().find(|own| own.number == *part),
        _ => None,
    });
    let tell = |part: &Part| {
        let payload = OrderAssisted {
            order: facts(definition, order),
            part: part.number,
            part_unit: part.path.clone(),
            part_state: part.state.name().to_owned(),
            part_due_at: part.due_at,
        };
        Envelope::new(cause.meta(ids, order), &payload)
    };
    moved.map(tell).collect()
}

/// Who is called back by a link.
pub(crate) enum Invited {
    /// Somebody with an account.
    Requester(AccountId),
    /// Somebody without one, by what staff took in of them.
    Caller(ContactId),
}

/// Tells that who asked is to get a link by which they answer the callback.
pub(crate) fn callback_invited(
    ids: &dyn IdSource,
    cause: &Cause,
    order: &Order,
    (to, token, expires_at): (Invited, String, Timestamp),
) -> Envelope {
    let meta = cause.meta(ids, order);
    let number = order.number.as_str().to_owned();
    match to {
        Invited::Requester(requester) => {
            let payload = OrderCallbackInvited {
                order_id: order.id,
                number,
                org_code: order.org_code.clone(),
                requester,
                token,
                expires_at,
            };
            Envelope::new(meta, &payload)
        }
        Invited::Caller(contact) => {
            let payload = OrderCallerInvited {
                order_id: order.id,
                number,
                org_code: order.org_code.clone(),
                org_path: order.org_path.clone(),
                contact,
                token,
                expires_at,
            };
            Envelope::new(meta, &payload)
        }
    }
}

/// Tells that an order became part of another one, or is no longer.
pub(crate) fn merged(
    ids: &dyn IdSource,
    cause: &Cause,
    definition: &Definition,
    (survivor, merged): (&Order, &Order),
    undone: bool,
) -> Envelope {
    let payload = OrderMerged {
        order: facts(definition, survivor),
        merged_id: merged.id,
        merged_number: merged.number.as_str().to_owned(),
        undone,
    };
    Envelope::new(cause.meta(ids, survivor), &payload)
}

/// Tells a page of those who follow an order how it stands to the matter.
pub(crate) fn progressed(
    ids: &dyn IdSource,
    cause: &Cause,
    order: &Order,
    step: &str,
    followers: Vec<AccountId>,
) -> Envelope {
    let payload = OrderProgressed {
        order_id: order.id,
        number: order.number.as_str().to_owned(),
        workflow: order.workflow.clone(),
        state: order.state.clone(),
        step: step.to_owned(),
        org_code: order.org_code.clone(),
        followers,
    };
    Envelope::new(cause.meta(ids, order), &payload)
}

/// Tells which levels of its limits an order has reached, and who was told.
pub(crate) fn levels_reached(
    ids: &dyn IdSource,
    cause: &Cause,
    definition: &Definition,
    order: &Order,
    (reached, events): (&[Reached], &[DomainEvent]),
) -> Vec<Envelope> {
    let escalated = |wanted: &Reached| {
        events.iter().find_map(|event| match event {
            DomainEvent::Escalated {
                clock,
                level,
                to,
                role,
                ..
            } if *clock == wanted.clock && *level == wanted.level => Some(Escalation {
                scope: to.clone(),
                role: *role,
            }),
            _ => None,
        })
    };
    let tell = |level: &Reached| {
        let payload = OrderAlerted {
            order: facts(definition, order),
            clock: level.clock.clone(),
            level: level.level.clone(),
            missed: level.missed,
            supervised: order.supervised,
            remind: level.actions.contains(&LevelAction::Remind),
            escalated: escalated(level),
        };
        Envelope::new(cause.meta(ids, order), &payload)
    };
    reached.iter().map(tell).collect()
}

fn offered(order: &Order, asked_roles: &[Role], asked_teams: &[String]) -> OrderOffered {
    let roles = if asked_roles.is_empty() {
        HELPERS
    } else {
        asked_roles
    };
    OrderOffered {
        order_id: order.id,
        number: order.number.as_str().to_owned(),
        org_code: order.org_code.clone(),
        org_path: order.org_path.clone(),
        round: order.round,
        category: order.category.clone(),
        roles: roles.to_vec(),
        teams: asked_teams.to_vec(),
        requester: order.requester,
    }
}

/// Reads the roles that a dispatcher picked, where the form has such a field.
fn roles_of(input: &Value) -> Vec<Role> {
    let picked = input.get("roles").and_then(Value::as_array);
    let names = picked.into_iter().flatten().filter_map(Value::as_str);
    names.filter_map(|name| name.parse().ok()).collect()
}

/// Reads the kind of teams that a dispatcher picked beside the roles, where the form has such a field.
fn teams_of(input: &Value) -> Vec<String> {
    let picked = input.get("team").and_then(Value::as_str);
    picked.into_iter().map(str::to_owned).collect()
}

fn facts(definition: &Definition, order: &Order) -> OrderFacts {
    OrderFacts {
        order_id: order.id,
        number: order.number.as_str().to_owned(),
        workflow: order.workflow.clone(),
        state: order.state.clone(),
        round: order.round,
        org_code: order.org_code.clone(),
        org_path: order.org_path.clone(),
        unit_path: order.unit_path.clone(),
        category: order.category.clone(),
        requester: order.requester,
        assignee: order.assignee,
        panel: order.panel.clone(),
        joint_requesters: order.joint_requesters.clone(),
        about: order.about.clone(),
        waiting_for: waiting_for(definition, order),
        due_at: order.due_at,
    }
}

/// Lists the roles whose turn it is. Taking an order back, what leads nowhere by its nature, or what only a missed limit allows, is
/// nobody's turn.
fn waiting_for(definition: &Definition, order: &Order) -> Vec<Role> {
    if order.task_open && order.assignee.is_none() {
        return HELPERS.to_vec();
    }
    let mut waiting = Vec::new();
    for action in &definition.actions {
        let takes_back = [Effect::WithdrawTask, Effect::ClearUnit]
            .iter()
            .any(|effect| action.effects.contains(effect));
        if takes_back
            || action.otherwise.to == STAY
            || action.guards.contains(&Guard::PastDue)
            || !action.from.contains(&order.state)
        {
            continue;
        }
        waiting.extend(roles_among(&action.actors));
    }
    waiting.sort_unstable();
    waiting.dedup();
    waiting
}
