//! Requests about one's own data.

use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{Limit, Page, PathId, Valid, ValidQuery, ok};
use kernel::{AccountId, ContactId, Cursor, PrivacyRequestId, Text, Timestamp};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::access_log::AccessEntryView;
use super::consents::{ConsentSaidView, ConsentView};
use super::contacts::ContactView;
use super::exclusions::ExclusionView;
use super::guardianships::GuardianshipView;
use super::my_sessions::SessionView;
use super::sort_key;
use super::views::AccountView;
use crate::app::privacy_requests::{AnswerPrivacy, RequestPrivacy};
use crate::app::{self, Identity};
use crate::domain::{
    ContactField, DisplayName, PrivacyKind, PrivacyRequest, PrivacyState, Reveal, RevealState,
};

/// Names of the lists within cursors.
const MINE: &str = "my-privacy-requests";
const OPEN: &str = "privacy-requests";

/// 个人信息请求 (what is asked for).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestPrivacyBody {
    /// 类型；查阅、复制请直接导出 (kind; a copy is had at once by the export).
    kind: PrivacyKind,
    /// 说明 (what the person says to it).
    detail: Text<2, 1_000>,
}

/// 办理结果 (an answer).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerRequestBody {
    /// 是否同意 (whether it is done).
    granted: bool,
    /// 答复；拒绝须说明理由 (answer; a refusal carries reasons).
    answer: Text<4, 1_000>,
    /// 更正后的姓名、称呼，仅用于同意更正 (the right name, for a granted correction only).
    display_name: Option<DisplayName>,
}

/// 个人信息请求 (a request).
#[derive(Serialize, ToSchema)]
pub(crate) struct PrivacyRequestView {
    /// Its id.
    id: PrivacyRequestId,
    /// 账号 (account).
    account: AccountId,
    /// 类型 (kind).
    kind: PrivacyKind,
    /// 说明 (what the person says to it).
    #[schema(example = "姓名有误")]
    detail: String,
    /// 状态 (state).
    state: PrivacyState,
    /// 答复 (what was answered, empty while it waits).
    answer: String,
    /// 提出时间 (when it was asked for).
    requested_at: Timestamp,
    /// 应办结时间 (when it is due).
    due_at: Timestamp,
    /// 办结时间 (when it was answered).
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<Timestamp>,
}

impl From<PrivacyRequest> for PrivacyRequestView {
    fn from(request: PrivacyRequest) -> Self {
        Self {
            id: request.id,
            account: request.account,
            kind: request.kind,
            detail: request.detail,
            state: request.state,
            answer: request.answer,
            requested_at: request.requested_at,
            due_at: request.due_at,
            answered_at: request.answered_at,
        }
    }
}

/// 本人全部信息 (all that is kept of the caller).
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportView {
    /// 账号与授权 (account and grants).
    account: AccountView,
    /// 联系信息，明文 (contacts, in clear).
    contacts: Vec<ContactView>,
    /// 对各告知书的选择 (what was said to each notice).
    consents: Vec<ConsentView>,
    /// 回避 (exclusions).
    exclusions: Vec<ExclusionView>,
    /// 监护关系 (guardianships).
    guardianships: Vec<GuardianshipView>,
    /// 个人信息请求，最新在前 (requests, newest first).
    requests: Vec<PrivacyRequestView>,
    /// 本人操作记录，最新在前 (the caller's own acts in the access log, newest first).
    acts: Vec<AccessEntryView>,
    /// 登录会话，含七天内已结束的，最新在前 (sessions, those that ended within seven days too, newest first).
    sessions: Vec<SessionView>,
    /// 对告知书历次选择，含监护人代为的 (all that was said to notices, by a guardian too).
    said: Vec<ConsentSaidView>,
    /// 对本人联系信息的查看申请，最新在前 (requests to see the person's contacts, newest first).
    reveals: Vec<ExportedRevealView>,
    /// 每类至多一千条；为真表示尚有更早的未列出 (each kind has a thousand rows at most; whether there are more).
    truncated: bool,
}

/// 对本人联系信息的一次查看申请 (a request to see a contact of the person's).
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportedRevealView {
    /// 联系信息 (contact).
    contact: ContactId,
    /// 字段 (fields).
    fields: Vec<ContactField>,
    /// 事由 (reason).
    #[schema(example = "回访核实办理结果")]
    reason: String,
    /// 状态 (state).
    state: RevealState,
    /// 申请时间 (when).
    requested_at: Timestamp,
}

impl From<Reveal> for ExportedRevealView {
    fn from(reveal: Reveal) -> Self {
        Self {
            contact: reveal.contact,
            fields: reveal.fields,
            reason: reveal.reason,
            state: reveal.state,
            requested_at: reveal.requested_at,
        }
    }
}

/// Which requests.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListRequestsQuery {
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    limit: Limit,
}

/// 导出本人信息。
///
/// Copies all that is kept of the caller; that it was copied is kept as an answered request.
#[utoipa::path(
    operation_id = "export_my_data", tag = "privacy",
    responses(
        (status = 201, description = "本人全部信息 / all of it", body = ExportView),
        (status = 429, description = "今日导出次数过多 / too many copies today", body = Problem, content_type = "application/problem+json",
            headers(("Retry-After" = i32, description = "秒 / seconds"))),
    ),
    security(("bearer" = [])),
)]
#[post("/me/data-exports")]
pub(crate) async fn export_my_data(
    identity: web::Data<Identity>,
    ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    let all = app::export_my_data::export_my_data(&identity, &ctx).await?;
    let session = |session| SessionView::new(session, ctx.principal.session);
    let view = ExportView {
        account: AccountView::new(&all.account, ctx.now),
        contacts: all.contacts.iter().map(ContactView::from).collect(),
        consents: all.consents.into_iter().map(Into::into).collect(),
        exclusions: all.exclusions.into_iter().map(Into::into).collect(),
        guardianships: all.guardianships.into_iter().map(Into::into).collect(),
        requests: all.requests.into_iter().map(Into::into).collect(),
        acts: all.acts.into_iter().map(Into::into).collect(),
        sessions: all.sessions.into_iter().map(session).collect(),
        said: all.said.into_iter().map(Into::into).collect(),
        reveals: all.reveals.into_iter().map(Into::into).collect(),
        truncated: all.truncated,
    };
    Ok(HttpResponse::Created().json(view))
}

/// 提出个人信息请求：更正、限制处理、注销。
///
/// Asks for a correction, a restriction or the closing of the account; it is answered within the time
/// that is shown.
#[utoipa::path(
    operation_id = "request_privacy", tag = "privacy",
    request_body = RequestPrivacyBody,
    responses(
        (status = 201, description = "已受理 / taken", body = PrivacyRequestView),
        (status = 409, description = "同类请求正在办理 / asked for already", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/me/privacy-requests")]
pub(crate) async fn request_privacy(
    identity: web::Data<Identity>,
    ctx: Ctx,
    body: Valid<RequestPrivacyBody>,
) -> Result<HttpResponse, Failure> {
    let command = RequestPrivacy {
        kind: body.0.kind,
        detail: body.0.detail.into_string(),
    };
    let request = app::privacy_requests::request_privacy(&identity, &ctx, command).await?;
    Ok(HttpResponse::Created().json(PrivacyRequestView::from(request)))
}

/// 本人的个人信息请求，最新在前。
///
/// Lists the caller's own requests, newest first.
#[utoipa::path(
    operation_id = "list_my_privacy_requests", tag = "privacy",
    params(ListRequestsQuery),
    responses((status = 200, description = "一页请求 / a page", body = Page<PrivacyRequestView>)),
    security(("bearer" = [])),
)]
#[get("/me/privacy-requests")]
pub(crate) async fn list_my_privacy_requests(
    identity: web::Data<Identity>,
    ctx: Ctx,
    query: ValidQuery<ListRequestsQuery>,
) -> Result<HttpResponse, Failure> {
    let ValidQuery(ListRequestsQuery { cursor, limit }) = query;
    let after = sort_key::<PrivacyRequestId>(MINE, cursor.as_deref())?;
    let list = app::privacy_requests::list_my_requests;
    let found = list(&identity, &ctx, after, limit.get() + 1).await?;
    Ok(ok(&page(found, limit, |last| {
        Cursor::encode(MINE, &last.id)
    })))
}

/// 待办的个人信息请求，先到期在前。
///
/// Lists requests that wait for an answer, the first due first; the reading is logged.
#[utoipa::path(
    operation_id = "list_privacy_requests", tag = "privacy",
    params(ListRequestsQuery),
    responses((status = 200, description = "一页请求 / a page", body = Page<PrivacyRequestView>)),
    security(("bearer" = [])),
)]
#[get("/privacy-requests")]
pub(crate) async fn list_privacy_requests(
    identity: web::Data<Identity>,
    ctx: Ctx,
    query: ValidQuery<ListRequestsQuery>,
) -> Result<HttpResponse, Failure> {
    let ValidQuery(ListRequestsQuery { cursor, limit }) = query;
    let after = sort_key::<(Timestamp, PrivacyRequestId)>(OPEN, cursor.as_deref())?;
    let list = app::privacy_requests::list_open_requests;
    let found = list(&identity, &ctx, after, limit.get() + 1).await?;
    let next = |last: &PrivacyRequest| Cursor::encode(OPEN, &(last.due_at, last.id));
    Ok(ok(&page(found, limit, next)))
}

/// One more than shown tells whether there is another page.
fn page(
    found: Vec<PrivacyRequest>,
    limit: Limit,
    cursor: impl Fn(&PrivacyRequest) -> String,
) -> Page<PrivacyRequestView> {
    let (found, next) = Cursor::cut(found, limit.size(), cursor);
    Page {
        items: found.into_iter().map(PrivacyRequestView::from).collect(),
        next,
    }
}

/// 办理个人信息请求。
///
/// Answers somebody else's request. What is granted is done at once: the name is put right, contacts are
/// used for nothing but storage, or the account is closed, its contacts are deleted and its grants end.
#[utoipa::path(
    operation_id = "answer_privacy_request", tag = "privacy",
    params(("id" = PrivacyRequestId, Path)),
    request_body = AnswerRequestBody,
    responses(
        (status = 200, description = "已办结 / answered", body = PrivacyRequestView),
        (status = 409, description = "已办结，或同时被修改 / answered already, or changed meanwhile", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/privacy-requests/{id}/actions/answer")]
pub(crate) async fn answer_privacy_request(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<PrivacyRequestId>,
    body: Valid<AnswerRequestBody>,
) -> Result<HttpResponse, Failure> {
    let command = AnswerPrivacy {
        granted: body.0.granted,
        answer: body.0.answer.into_string(),
        display_name: body.0.display_name,
    };
    let answer = app::privacy_requests::answer_request;
    let request = answer(&identity, &ctx, id.0, command).await?;
    Ok(ok(&PrivacyRequestView::from(request)))
}
