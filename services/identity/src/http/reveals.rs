//! Requests to see a contact in clear.

use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{Limit, Page, PathId, Valid, ValidQuery, ok};
use kernel::{AccountId, ContactId, Cursor, Line, OrgPath, RevealId, Timestamp};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::contacts::DetailsView;
use super::sort_key;
use crate::app::reveal_contact::{RequestReveal, Revealed};
use crate::app::{self, Identity};
use crate::domain::{ContactField, Decision, Reveal, RevealState};

/// Name of the list within cursors.
const LIST: &str = "reveals";

/// 查看申请 (what is to be seen in clear, and why).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestRevealBody {
    /// 字段，至少一项 (fields, at least one).
    #[schema(min_items = 1)]
    fields: Vec<ContactField>,
    /// 事由 (reason).
    reason: Line<4, 200>,
}

/// 查看申请及其结果 (a request, and what it shows while it is open).
#[derive(Serialize, ToSchema)]
pub(crate) struct RevealView {
    /// Its id.
    id: RevealId,
    /// 联系信息 (contact).
    contact: ContactId,
    /// 所在范围 (place of the contact).
    org_path: OrgPath,
    /// 字段 (fields).
    fields: Vec<ContactField>,
    /// 事由 (reason).
    #[schema(example = "回访核实办理结果")]
    reason: String,
    /// 状态 (state).
    state: RevealState,
    /// 申请人 (who asked).
    requested_by: AccountId,
    /// 申请时间 (when).
    requested_at: Timestamp,
    /// 审批人 (who decided; absent where nobody had to).
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<AccountId>,
    /// 待审批或可查看的截止时间 (end of waiting, or of being open).
    ends_at: Timestamp,
    /// 明文，仅在可查看时 (what was asked for, in clear, while it is open).
    #[serde(skip_serializing_if = "Option::is_none")]
    revealed: Option<DetailsView>,
}

impl From<Reveal> for RevealView {
    fn from(reveal: Reveal) -> Self {
        Self {
            id: reveal.id,
            contact: reveal.contact,
            org_path: reveal.path,
            fields: reveal.fields,
            reason: reveal.reason,
            state: reveal.state,
            requested_by: reveal.requested_by,
            requested_at: reveal.requested_at,
            decided_by: reveal.decided_by,
            ends_at: reveal.ends_at,
            revealed: None,
        }
    }
}

impl From<Revealed> for RevealView {
    fn from(revealed: Revealed) -> Self {
        Self {
            revealed: revealed.details.as_ref().map(DetailsView::from),
            ..Self::from(revealed.reveal)
        }
    }
}

/// Which requests.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListRevealsQuery {
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    limit: Limit,
}

/// 申请查看明文。
///
/// Asks to see fields of a contact in clear, for a reason that is kept. What is not confidential is shown
/// at once and can be opened again for 15 minutes; what is waits a day at most for somebody else.
#[utoipa::path(
    operation_id = "request_reveal", tag = "contacts",
    params(
        ("id" = ContactId, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "重复请求只生效一次 / makes a repetition harmless"),
    ),
    request_body = RequestRevealBody,
    responses((status = 201, description = "已登记；不需审批的附明文 / recorded, in clear where nobody has to decide", body = RevealView)),
    security(("bearer" = [])),
)]
#[post("/contacts/{id}/reveals")]
pub(crate) async fn request_reveal(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<ContactId>,
    body: Valid<RequestRevealBody>,
) -> Result<HttpResponse, Failure> {
    let command = RequestReveal {
        contact: id.0,
        fields: body.0.fields,
        reason: body.0.reason.into_string(),
    };
    let revealed = app::reveal_contact::request_reveal(&identity, &ctx, command).await?;
    Ok(HttpResponse::Created().json(RevealView::from(revealed)))
}

/// 待审批的查看申请。
///
/// Lists requests within the caller's reach that wait for a decision, oldest first; the reading is logged.
#[utoipa::path(
    operation_id = "list_reveals", tag = "contacts",
    params(ListRevealsQuery),
    responses((status = 200, description = "一页申请 / a page", body = Page<RevealView>)),
    security(("bearer" = [])),
)]
#[get("/reveals")]
pub(crate) async fn list_reveals(
    identity: web::Data<Identity>,
    ctx: Ctx,
    query: ValidQuery<ListRevealsQuery>,
) -> Result<HttpResponse, Failure> {
    let ValidQuery(ListRevealsQuery { cursor, limit }) = query;
    let after = sort_key::<RevealId>(LIST, cursor.as_deref())?;
    // one more than shown tells whether there is another page
    let found = app::reveal_contact::list_reveals(&identity, &ctx, after, limit.get() + 1);
    let found = found.await?;
    let (found, next) = Cursor::cut(found, limit.size(), |last| Cursor::encode(LIST, &last.id));
    let items = found.into_iter().map(RevealView::from).collect();
    Ok(ok(&Page { items, next }))
}

/// 查看已获同意的明文。
///
/// Opens an approved request of the caller's own, within 15 minutes; each time is logged.
#[utoipa::path(
    operation_id = "open_reveal", tag = "contacts",
    params(("id" = RevealId, Path)),
    responses(
        (status = 200, description = "明文 / in clear", body = RevealView),
        (status = 400, description = "If-Match 格式有误 / malformed If-Match", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "未获同意或已过期 / not approved, or over", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/reveals/{id}/actions/open")]
pub(crate) async fn open_reveal(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<RevealId>,
) -> Result<HttpResponse, Failure> {
    let revealed = app::reveal_contact::open_reveal(&identity, &ctx, id.0).await?;
    Ok(ok(&RevealView::from(revealed)))
}

/// 同意查看。
///
/// Approves somebody else's request; whoever asked can open it for 15 minutes.
#[utoipa::path(
    operation_id = "approve_reveal", tag = "contacts",
    params(("id" = RevealId, Path)),
    responses(
        (status = 200, description = "已同意 / approved", body = RevealView),
        (status = 400, description = "If-Match 格式有误 / malformed If-Match", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "已审批或已过期 / decided already, or over", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/reveals/{id}/actions/approve")]
pub(crate) async fn approve_reveal(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<RevealId>,
) -> Result<HttpResponse, Failure> {
    decide(&identity, &ctx, id.0, Decision::Approve).await
}

/// 拒绝查看。
///
/// Refuses somebody else's request.
#[utoipa::path(
    operation_id = "refuse_reveal", tag = "contacts",
    params(("id" = RevealId, Path)),
    responses(
        (status = 200, description = "已拒绝 / refused", body = RevealView),
        (status = 400, description = "If-Match 格式有误 / malformed If-Match", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "已审批或已过期 / decided already, or over", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/reveals/{id}/actions/refuse")]
pub(crate) async fn refuse_reveal(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<RevealId>,
) -> Result<HttpResponse, Failure> {
    decide(&identity, &ctx, id.0, Decision::Refuse).await
}

async fn decide(
    identity: &Identity,
    ctx: &Ctx,
    id: RevealId,
    decision: Decision,
) -> Result<HttpResponse, Failure> {
    let reveal = app::reveal_contact::decide_reveal(identity, ctx, id, decision).await?;
    Ok(ok(&RevealView::from(reveal)))
}
