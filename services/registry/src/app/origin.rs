use auth::{Ctx, Principal, TraceContext};
use bus::EventMeta;
use chassis::telemetry::begin_trace;
use kernel::{AccountId, EventId, OrgCode, OrgPath, Role, Timestamp, Version};

use crate::domain::import::Sender;
use crate::domain::organisation::Organisation;

/// Roles that may change the tree within their scope.
const EDITORS: [Role; 2] = [Role::PlatformOperator, Role::DistrictOperator];

/// Roles that speak for organisations within their scope.
const SPEAKERS: [Role; 5] = [
    Role::DepartmentLiaison,
    Role::CommunityDispatcher,
    Role::StreetDispatcher,
    Role::DistrictOperator,
    Role::PlatformOperator,
];

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

    /// Somebody who asked for it earlier.
    pub(crate) fn on_behalf(principal: &'a Principal, trace: TraceContext, now: Timestamp) -> Self {
        Self {
            principal: Some(principal),
            trace,
            now,
        }
    }

    /// Notes down in whose name work goes on after the request.
    pub(crate) fn sender(&self, principal: &Principal) -> Result<Sender, serde_json::Error> {
        Ok(Sender {
            account: principal.account,
            session: principal.session,
            grants: serde_json::to_string(&principal.grants)?,
            traceparent: self.trace.traceparent(),
        })
    }

    /// The system itself; each begins a trace, so it is made when there is something to do.
    pub(crate) fn system(now: Timestamp) -> Self {
        Self {
            principal: None,
            trace: begin_trace(),
            now,
        }
    }

    /// Who it is; nobody where the system itself acts.
    pub(crate) fn account(&self) -> Option<AccountId> {
        self.principal.map(|principal| principal.account)
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

    /// Says whether the caller speaks for an organisation: staff of its place, or its own liaison.
    pub(crate) fn speaks_for(&self, place: &OrgPath) -> bool {
        self.holds_any(&SPEAKERS, place)
    }

    /// Describes an event about a node.
    pub(crate) fn meta(&self, id: EventId, organisation: &Organisation) -> EventMeta {
        let subject = organisation.id.to_string();
        self.meta_of(id, subject, organisation.version, &organisation.code)
    }

    /// Describes an event about something else that belongs to a node.
    pub(crate) fn meta_of(
        &self,
        id: EventId,
        subject: String,
        version: Version,
        place: &OrgCode,
    ) -> EventMeta {
        EventMeta {
            id,
            subject,
            aggregate_version: version.get(),
            time: self.now,
            district: place.district().to_owned(),
            actor: self
                .principal
                .map(|principal| principal.account.to_string()),
            correlation_id: self.trace.trace_id.clone(),
            causation_id: None,
            traceparent: Some(self.trace.traceparent()),
        }
    }
}
