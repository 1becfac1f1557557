//! Side requests: making them, listing them, taking them further.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{Limit, Page, PathId, Valid, ValidQuery, created, ok, ok_with_etag};
use kernel::{AttachmentId, Line, OrderId, OrgCode, RequestId, Text, Timestamp};
use problem::Failure;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::app::list_requests::ListRequests;
use crate::app::open_request::OpenRequest;
use crate::app::request_error::RequestError;
use crate::app::request_view::RequestView;
use crate::app::take_request_step::TakeRequestStep;
use crate::domain::request::{Ask, Metric, RequestKind, RequestState};
use crate::{App, app};

/// A side request to be made (附加申请); which members it has depends on its kind.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenRequestBody {
    /// `return` 退单 (with `ground`), `extend` 延期 (`clock`, `work_days`), `suspend` 挂账 (`plan`, `until`), `exclude`
    /// 剔除 (`metrics`, `evidence`) or `terminate` 终止 (`ground`).
    #[schema(value_type = String, example = "extend")]
    kind: RequestKind,
    /// Why.
    reason: Text<1, 1000>,
    /// Whether it is handed in later.
    #[serde(default)]
    draft: bool,
    /// The rule that says so.
    #[serde(default)]
    ground: Option<Text<1, 500>>,
    /// The clock to be made longer.
    #[serde(default)]
    clock: Option<Line<1, 40>>,
    /// By so many working days.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 366)]
    work_days: Option<u32>,
    /// What is done until then (专项计划).
    #[serde(default)]
    plan: Option<Text<1, 2000>>,
    /// Until when at most.
    #[serde(default)]
    until: Option<Timestamp>,
    /// From which figures: `response`, `solved`, `satisfaction`, `timely`.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 4)]
    metrics: Option<Vec<Metric>>,
    /// Attachments of the order that show why.
    #[serde(default)]
    #[schema(max_items = 20)]
    evidence: Option<Vec<AttachmentId>>,
}

/// Most attachments that can be named as evidence.
const MOST_EVIDENCE: usize = 20;

impl OpenRequestBody {
    /// Takes what belongs to the kind; anything else is wrong.
    fn ask(self) -> Result<(Ask, String, bool), RequestError> {
        let missing = |pointer| RequestError::Member(pointer);
        let Self {
            kind,
            ground,
            clock,
            work_days,
            plan,
            until,
            metrics,
            evidence,
            ..
        } = self;
        let strange = [
            (
                "/ground",
                ground.is_some() && !matches!(kind, RequestKind::Return | RequestKind::Terminate),
            ),
            ("/clock", clock.is_some() && kind != RequestKind::Extend),
            (
                "/work_days",
                work_days.is_some() && kind != RequestKind::Extend,
            ),
            ("/plan", plan.is_some() && kind != RequestKind::Suspend),
            ("/until", until.is_some() && kind != RequestKind::Suspend),
            (
                "/metrics",
                metrics.is_some() && kind != RequestKind::Exclude,
            ),
            (
                "/evidence",
                evidence.is_some() && kind != RequestKind::Exclude,
            ),
        ];
        if let Some((pointer, _)) = strange.into_iter().find(|(_, strange)| *strange) {
            return Err(RequestError::Member(pointer));
        }
        let ground = ground.map(Text::into_string);
        let ask = match kind {
            RequestKind::Return => Ask::Return {
                ground: ground.ok_or(missing("/ground"))?,
            },
            RequestKind::Terminate => Ask::Terminate {
                ground: ground.ok_or(missing("/ground"))?,
            },
            RequestKind::Extend => Ask::Extend {
                clock: clock.ok_or(missing("/clock"))?.into_string(),
                work_days: work_days.ok_or(missing("/work_days"))?,
            },
            RequestKind::Suspend => Ask::Suspend {
                plan: plan.ok_or(missing("/plan"))?.into_string(),
                until: until.ok_or(missing("/until"))?,
            },
            RequestKind::Exclude => exclude(metrics, evidence)?,
        };
        Ok((ask, self.reason.into_string(), self.draft))
    }
}

fn exclude(
    metrics: Option<Vec<Metric>>,
    evidence: Option<Vec<AttachmentId>>,
) -> Result<Ask, RequestError> {
    let mut metrics = metrics.unwrap_or_default();
    metrics.sort_unstable();
    metrics.dedup();
    let evidence = evidence.unwrap_or_default();
    if metrics.is_empty() {
        return Err(RequestError::Member("/metrics"));
    }
    // nothing is left out on somebody's word alone
    if !(1..=MOST_EVIDENCE).contains(&evidence.len()) {
        return Err(RequestError::Member("/evidence"));
    }
    Ok(Ask::Exclude { metrics, evidence })
}

/// A step of a side request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TakeRequestStepBody {
    /// What is said about it.
    #[serde(default)]
    note: Option<Text<1, 1000>>,
    /// The unit to which a conference gives the order.
    #[serde(default)]
    unit: Option<OrgCode>,
}

/// Which requests a list shows.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListRequestsQuery {
    /// Only those of this kind: `return`, `extend`, `suspend`, `exclude`, `terminate`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    kind: Option<RequestKind>,
    /// Only those in this state, `pending` where it is left out; suspensions that last (挂账) are `approved`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    state: Option<RequestState>,
    /// Only those about orders at or below this place.
    #[serde(default)]
    org_code: Option<OrgCode>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<String>,
    /// Most items of the page.
    #[serde(default)]
    limit: Limit,
}

/// Makes a side request about an order (退单、延期、挂账、剔除、终止).
#[utoipa::path(
    operation_id = "open_request",
    tag = "requests",
    params(("id" = OrderId, Path)),
    request_body = OpenRequestBody,
    responses(
        (status = 201, body = RequestView, headers(("Location" = String), ("ETag" = String))),
        (status = 409, description = "当前状态不能提出，或同类申请正在审批 / not now, or one of the kind is open",
            content_type = "application/problem+json"),
    ),
)]
#[post("/orders/{id}/requests")]
pub(crate) async fn open_request(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<OrderId>,
    body: Valid<OpenRequestBody>,
) -> Result<HttpResponse, Failure> {
    let (ask, reason, draft) = body.0.ask()?;
    let command = OpenRequest {
        order_id: id.0,
        ask,
        reason,
        draft,
    };
    let view = app::open_request::open_request(&app, &ctx, command).await?;
    let location = format!("/api/ticketing/v1/orders/{}/requests", view.order_id);
    Ok(created(&location, view.version, &view))
}

/// Lists the side requests about an order, the first one first.
#[utoipa::path(
    operation_id = "list_order_requests",
    tag = "requests",
    params(("id" = OrderId, Path)),
    responses((status = 200, body = Page<RequestView>)),
)]
#[get("/orders/{id}/requests")]
pub(crate) async fn list_order_requests(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<OrderId>,
) -> Result<HttpResponse, Failure> {
    Ok(ok(&app::list_requests::list_order_requests(
        &app, &ctx, id.0,
    )
    .await?))
}

/// Lists side requests of the caller's part of the organisation tree, the oldest first: what waits for a decision, and
/// the list of suspended orders (挂账清单).
#[utoipa::path(
    operation_id = "list_requests",
    tag = "requests",
    params(ListRequestsQuery),
    responses((status = 200, body = Page<RequestView>)),
)]
#[get("/requests")]
pub(crate) async fn list_requests(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<ListRequestsQuery>,
) -> Result<HttpResponse, Failure> {
    let query = query.0;
    let wanted = ListRequests {
        kind: query.kind,
        state: query.state.unwrap_or(RequestState::Pending),
        org_code: query.org_code,
        cursor: query.cursor,
        limit: query.limit,
    };
    Ok(ok(
        &app::list_requests::list_requests(&app, &ctx, wanted).await?
    ))
}

/// Takes a step of a side request: `submit`, `withdraw`, `approve`, `refuse`, `review`, `end`.
#[utoipa::path(
    operation_id = "take_request_step",
    tag = "requests",
    params(
        ("id" = RequestId, Path),
        ("step" = String, Path, example = "approve"),
        ("If-Match" = Option<String>, Header, description = "已见版本 / version that the caller has seen"),
    ),
    request_body = TakeRequestStepBody,
    responses(
        (status = 200, body = RequestView, headers(("ETag" = String))),
        (status = 409, description = "当前状态不能执行 / out of order", content_type = "application/problem+json"),
    ),
)]
#[post("/requests/{id}/steps/{step}")]
pub(crate) async fn take_request_step(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<RequestId>,
    request: HttpRequest,
    body: Valid<TakeRequestStepBody>,
) -> Result<HttpResponse, Failure> {
    let command = TakeRequestStep {
        id: id.0,
        step: request.match_info().query("step").to_owned(),
        note: body.0.note.map(Text::into_string),
        unit: body.0.unit,
    };
    let view = app::take_request_step::take_request_step(&app, &ctx, command).await?;
    Ok(ok_with_etag(view.version, &view))
}
