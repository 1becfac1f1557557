//! Side requests as the API shows them.

use auth::Ctx;
use kernel::{AttachmentId, Named, OrderId, OrgCode, RequestId, Timestamp, Version};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use crate::domain::request::{Ask, Metric};
use crate::store::requests::StoredRequest;

/// A side request (附加申请).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct RequestView {
    /// The request.
    pub(crate) id: RequestId,
    /// The order.
    pub(crate) order_id: OrderId,
    /// `return` 退单, `extend` 延期, `suspend` 挂账, `exclude` 剔除 or `terminate` 终止.
    pub(crate) kind: String,
    /// `draft`, `pending`, `conference`, `approved`, `refused`, `withdrawn` or `ended`.
    pub(crate) state: String,
    /// How many of its kind the order has had, itself included.
    pub(crate) number: u32,
    /// Why.
    pub(crate) reason: String,
    /// Of a return or a termination: the ground.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ground: Option<String>,
    /// Of an extension: the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clock: Option<String>,
    /// Of an extension: by so many working days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) work_days: Option<u32>,
    /// Of a suspension: what is done until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) plan: Option<String>,
    /// Of a suspension: until when at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<Timestamp>,
    /// Of an exclusion: from which figures.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    #[schema(value_type = Vec<String>)]
    pub(crate) metrics: Vec<Metric>,
    /// Of an exclusion: what shows why.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) evidence: Vec<AttachmentId>,
    /// The unit that asks.
    pub(crate) unit_code: Option<OrgCode>,
    /// What was said about the decision.
    pub(crate) note: Option<String>,
    /// The unit that a conference named.
    pub(crate) named_unit: Option<OrgCode>,
    /// Whether a conference decides or has decided: its decision is a precedent.
    pub(crate) conference: bool,
    /// When a suspension is to be looked at next.
    pub(crate) review_at: Option<Timestamp>,
    /// Whether the caller made it.
    pub(crate) mine: bool,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
    /// Its version, for `If-Match`.
    pub(crate) version: Version,
}

/// Shows a request to a caller.
pub(crate) fn request_view(_app: &App, ctx: &Ctx, stored: &StoredRequest) -> RequestView {
    let request = &stored.request;
    let mut view = RequestView {
        id: request.id,
        order_id: request.order_id,
        kind: request.ask.kind().name().to_owned(),
        state: request.state.name().to_owned(),
        number: request.number,
        reason: request.reason.clone(),
        ground: None,
        clock: None,
        work_days: None,
        plan: None,
        until: None,
        metrics: Vec::new(),
        evidence: Vec::new(),
        unit_code: request.unit.clone(),
        note: request.note.clone(),
        named_unit: request.named_unit.clone(),
        conference: stored.conference,
        review_at: request.review_at,
        mine: request.applicant == ctx.principal.account,
        created_at: request.created_at,
        updated_at: request.updated_at,
        version: request.version,
    };
    match request.ask.clone() {
        Ask::Return { ground } | Ask::Terminate { ground } => view.ground = Some(ground),
        Ask::Extend { clock, work_days } => {
            view.clock = Some(clock);
            view.work_days = Some(work_days);
        }
        Ask::Suspend { plan, until } => {
            view.plan = Some(plan);
            view.until = Some(until);
        }
        Ask::Exclude { metrics, evidence } => {
            view.metrics = metrics;
            view.evidence = evidence;
        }
    }
    view
}
