//! Notices and consents.

use actix_web::{HttpResponse, get, post, put, web};
use auth::{Ctx, PublicCtx};
use chassis::http::{Page, PathId, Valid, ok};
use kernel::{AccountId, GuardianshipId, Line, Timestamp};
use problem::{Failure, Kind, Message, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::publish_notice::PublishNotice;
use crate::app::set_consent::{SetConsent, Standing};
use crate::app::{self, Identity};
use crate::domain::{Choice, Consent, ConsentState, Notice, NoticeText, NoticeTitle, Purpose};

/// 告知书 (a notice).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishNoticeBody {
    /// 处理目的 (purpose).
    purpose: Purpose,
    /// 标题 (title).
    title: NoticeTitle,
    /// 正文 (text).
    text: NoticeText,
    /// 是否涉及敏感个人信息 (about sensitive data).
    #[serde(default)]
    sensitive: bool,
}

/// 告知书的一个版本 (one version of a notice).
#[derive(Serialize, ToSchema)]
pub(crate) struct NoticeView {
    /// 处理目的 (purpose).
    purpose: Purpose,
    /// 版本，自 1 起 (version, from 1).
    #[schema(example = 1)]
    version: i64,
    /// 标题 (title).
    #[schema(example = "办结回访告知书")]
    title: String,
    /// 正文 (text).
    text: String,
    /// 是否涉及敏感个人信息 (about sensitive data).
    sensitive: bool,
    /// 发布时间 (when it was published).
    published_at: Timestamp,
}

impl From<Notice> for NoticeView {
    fn from(notice: Notice) -> Self {
        Self {
            purpose: notice.purpose,
            version: notice.version,
            title: notice.title,
            text: notice.text,
            sensitive: notice.sensitive,
            published_at: notice.published_at,
        }
    }
}

/// 选择 (what is said to a notice).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetConsentBody {
    /// 所读告知书的版本 (version of the notice that was read).
    version: i64,
    /// 同意、拒绝或撤回 (yes, no or no longer).
    choice: Choice,
    /// 渠道 (where it was said).
    #[schema(example = "app")]
    channel: Line<1, 32>,
}

/// 告知书与本人的选择 (a notice, and what was said to it).
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentView {
    /// 处理目的 (purpose).
    purpose: Purpose,
    /// 告知书当前版本 (current version of the notice).
    version: i64,
    /// 标题 (title of the notice).
    title: String,
    /// 是否涉及敏感个人信息 (about sensitive data).
    sensitive: bool,
    /// 状态 (state).
    state: ConsentState,
    /// 是否应询问；拒绝后不再询问，直至告知书更新 (whether to ask: not after a refusal, until the notice is another one).
    ask: bool,
    /// 最近一次选择的时间 (when something was said last).
    #[serde(skip_serializing_if = "Option::is_none")]
    said_at: Option<Timestamp>,
    /// 由谁选择：本人或监护人 (who said it: the person, or a guardian).
    #[serde(skip_serializing_if = "Option::is_none")]
    said_by: Option<AccountId>,
}

/// 对告知书的一次选择 (what was said to a notice once).
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentSaidView {
    /// 处理目的 (purpose).
    purpose: Purpose,
    /// 告知书的版本 (version of the notice).
    version: i64,
    /// 同意、拒绝或撤回 (yes, no or no longer).
    choice: Choice,
    /// 渠道 (where it was said).
    #[schema(example = "app")]
    channel: String,
    /// 何人所选：本人或监护人 (who said it: the person or a guardian).
    by: AccountId,
    /// 时间 (when).
    at: Timestamp,
}

impl From<Consent> for ConsentSaidView {
    fn from(said: Consent) -> Self {
        Self {
            purpose: said.purpose,
            version: said.version,
            choice: said.choice,
            channel: said.channel,
            by: said.by,
            at: said.at,
        }
    }
}

impl From<Standing> for ConsentView {
    fn from(standing: Standing) -> Self {
        let Standing {
            notice,
            state,
            latest,
        } = standing;
        Self {
            purpose: notice.purpose,
            version: notice.version,
            title: notice.title,
            sensitive: notice.sensitive,
            state,
            ask: state.asks(),
            said_at: latest.as_ref().map(|said| said.at),
            said_by: latest.as_ref().map(|said| said.by),
        }
    }
}

/// 现行告知书。
///
/// Lists the current version of every notice.
#[utoipa::path(
    operation_id = "list_notices", tag = "privacy",
    responses((status = 200, description = "全部告知书 / all of them", body = Page<NoticeView>)),
)]
#[get("/notices")]
pub(crate) async fn list_notices(
    identity: web::Data<Identity>,
    _ctx: PublicCtx,
) -> Result<HttpResponse, Failure> {
    let found = app::publish_notice::list_notices(&identity).await?;
    let items = found.into_iter().map(NoticeView::from).collect();
    Ok(ok(&Page { items, next: None }))
}

/// 发布告知书。
///
/// Publishes a notice, or the next version of it: whoever answered an older one is asked again.
#[utoipa::path(
    operation_id = "publish_notice", tag = "privacy",
    request_body = PublishNoticeBody,
    responses(
        (status = 201, description = "已发布 / published", body = NoticeView),
        (status = 409, description = "同时被修改，或过多 / changed meanwhile, or too many", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/notices")]
pub(crate) async fn publish_notice(
    identity: web::Data<Identity>,
    ctx: Ctx,
    body: Valid<PublishNoticeBody>,
) -> Result<HttpResponse, Failure> {
    let command = PublishNotice {
        purpose: body.0.purpose,
        title: body.0.title.into_string(),
        text: body.0.text.into_string(),
        sensitive: body.0.sensitive,
    };
    let notice = app::publish_notice::publish_notice(&identity, &ctx, command).await?;
    Ok(HttpResponse::Created().json(NoticeView::from(notice)))
}

/// 本人对各告知书的选择。
///
/// Lists the current notices with what the caller said to each, and whether to ask.
#[utoipa::path(
    operation_id = "list_my_consents", tag = "privacy",
    responses((status = 200, description = "全部 / all of them", body = Page<ConsentView>)),
    security(("bearer" = [])),
)]
#[get("/me/consents")]
pub(crate) async fn list_my_consents(
    identity: web::Data<Identity>,
    ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    let found = app::set_consent::list_my_consents(&identity, &ctx).await?;
    let items = found.into_iter().map(ConsentView::from).collect();
    Ok(ok(&Page { items, next: None }))
}

/// 同意、拒绝或撤回。
///
/// Records what the caller says to the current version of a notice; the same again changes nothing. A
/// child with a guardian cannot consent, only refuse and withdraw.
#[utoipa::path(
    operation_id = "set_my_consent", tag = "privacy",
    params(("purpose" = Purpose, Path)),
    request_body = SetConsentBody,
    responses(
        (status = 200, description = "已记录 / recorded", body = ConsentView),
        (status = 409, description = "告知书已更新，或此前未同意 / another version, or nothing was given", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[put("/me/consents/{purpose}")]
pub(crate) async fn set_my_consent(
    identity: web::Data<Identity>,
    ctx: Ctx,
    purpose: web::Path<String>,
    body: Valid<SetConsentBody>,
) -> Result<HttpResponse, Failure> {
    let command = command(&purpose, body.0)?;
    let standing = app::set_consent::set_my_consent(&identity, &ctx, command).await?;
    Ok(ok(&ConsentView::from(standing)))
}

/// 监护人代未成年人选择。
///
/// Records what the caller says for a child under 14 whose guardian they are.
#[utoipa::path(
    operation_id = "set_ward_consent", tag = "privacy",
    params(("id" = GuardianshipId, Path), ("purpose" = Purpose, Path)),
    request_body = SetConsentBody,
    responses(
        (status = 200, description = "已记录 / recorded", body = ConsentView),
        (status = 409, description = "告知书已更新，或此前未同意 / another version, or nothing was given", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[put("/me/guardianships/{id}/consents/{purpose}")]
pub(crate) async fn set_ward_consent(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<GuardianshipId>,
    path: web::Path<(String, String)>,
    body: Valid<SetConsentBody>,
) -> Result<HttpResponse, Failure> {
    let command = command(&path.1, body.0)?;
    let standing = app::set_consent::set_ward_consent(&identity, &ctx, id.0, command).await?;
    Ok(ok(&ConsentView::from(standing)))
}

/// What is no purpose names no notice.
fn command(purpose: &str, body: SetConsentBody) -> Result<SetConsent, Failure> {
    let purpose = purpose.parse().map_err(|_| {
        problem::quick(
            Kind::NotFound,
            "notice-not-found",
            Message::new(
                "没有此处理目的的告知书",
                "there is no notice of this purpose",
            ),
        )
    })?;
    Ok(SetConsent {
        purpose,
        version: body.version,
        choice: body.choice,
        channel: body.channel.into_string(),
    })
}
