use auth::{Ctx, Principal, TraceContext};
use bus::EventMeta;
use kernel::{EventId, OrgPath, Role, Timestamp};

use crate::domain::organisation::Organisation;

/// Roles that may change the tree within their scope.
const EDITORS: [Role; 2] = [Role::PlatformOperator, Role::DistrictOperator];

/// Who changes the tree, when, in which trace; the system itself when it seeds.
pub(crate) struct Origin<'a> {
    principal: Option<&'a Principal>,
    trace: TraceContext,
    /// The one instant of everything that is changed.
    pub(crate) now: Timestamp,
}

impl<'a> Origin<'a> {
    /// A caller.
    pub(crate) fn of(ctx: &'a Ctx) -> Self {
        Self {
            principal: Some(&ctx.principal),
            trace: ctx.trace.clone(),
            now: ctx.now,
        }
    }

    /// The system itself.
    pub(crate) fn system(now: Timestamp) -> Self {
        Self {
            principal: None,
            trace: TraceContext::random(),
            now,
        }
    }

    /// Says whether this part of the tree may be changed.
    pub(crate) fn may_edit(&self, path: &OrgPath) -> bool {
        self.principal
            .is_none_or(|principal| principal.holds_any(&EDITORS, path))
    }

    /// Says whether one of the roles is held at this place.
    pub(crate) fn holds_any(&self, roles: &[Role], place: &OrgPath) -> bool {
        self.principal
            .is_none_or(|principal| principal.holds_any(roles, place))
    }

    /// Describes an event about a node.
    pub(crate) fn meta(&self, id: EventId, organisation: &Organisation) -> EventMeta {
        EventMeta {
            id,
            subject: organisation.id.to_string(),
            aggregate_version: organisation.version.get(),
            time: self.now,
            district: organisation.code.district().to_owned(),
            actor: self
                .principal
                .map(|principal| principal.account.to_string()),
            correlation_id: self.trace.trace_id.clone(),
            causation_id: None,
            traceparent: Some(self.trace.traceparent()),
        }
    }
}
