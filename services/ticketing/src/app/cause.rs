//! Why something changes: what outgoing events say about their origin.

use auth::{Ctx, PublicCtx};
use bus::{Envelope, EventMeta};
use chassis::telemetry::begin_trace;
use kernel::{AccountId, EventId, IdSource, IdSourceExt, Timestamp};

use crate::domain::order::Order;

/// The origin of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cause {
    /// The one instant of everything that changes.
    pub(crate) now: Timestamp,
    actor: Option<AccountId>,
    correlation_id: String,
    causation_id: Option<EventId>,
    traceparent: Option<String>,
}

impl Cause {
    /// A request.
    pub(crate) fn request(ctx: &Ctx) -> Self {
        Self {
            now: ctx.now,
            actor: Some(ctx.principal.account),
            correlation_id: ctx.trace.trace_id.clone(),
            causation_id: None,
            traceparent: Some(ctx.trace.traceparent()),
        }
    }

    /// A request of somebody who is not signed in.
    pub(crate) fn anybody(ctx: &PublicCtx) -> Self {
        Self {
            now: ctx.now,
            actor: None,
            correlation_id: ctx.trace.trace_id.clone(),
            causation_id: None,
            traceparent: Some(ctx.trace.traceparent()),
        }
    }

    /// An event about somebody.
    pub(crate) fn event(event: &Envelope, actor: Option<AccountId>, now: Timestamp) -> Self {
        Self {
            now,
            actor,
            correlation_id: event.correlation_id.clone(),
            causation_id: Some(event.id),
            traceparent: event.traceparent.clone(),
        }
    }

    /// The service itself; each begins a trace, so it is made when there is something to do.
    pub(crate) fn schedule(now: Timestamp) -> Self {
        let trace = begin_trace();
        Self {
            now,
            actor: None,
            correlation_id: trace.trace_id.clone(),
            causation_id: None,
            traceparent: Some(trace.traceparent()),
        }
    }

    /// Describes an event about an order.
    pub(crate) fn meta(&self, ids: &dyn IdSource, order: &Order) -> EventMeta {
        EventMeta {
            id: ids.next(),
            subject: order.id.to_string(),
            aggregate_version: order.version.get(),
            time: self.now,
            district: order.org_code.district().to_owned(),
            actor: self.actor.map(|account| account.to_string()),
            correlation_id: self.correlation_id.clone(),
            causation_id: self.causation_id,
            traceparent: self.traceparent.clone(),
        }
    }
}
