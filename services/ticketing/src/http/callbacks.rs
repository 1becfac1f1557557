//! Calling back by a message (短信回访).

use actix_web::{HttpResponse, post, web};
use auth::{Ctx, PublicCtx};
use chassis::http::{PathId, Valid, no_content, ok};
use kernel::{OrderId, Text};
use problem::Failure;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::app::callback_links::{CallbackInvitationView, CallbackQuestionView};
use crate::{App, app};

/// The token of a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallbackLinkBody {
    /// The token, as the link has it.
    token: Text<1, 200>,
}

/// Whether the matter is solved.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CallbackSolved {
    /// 已解决.
    Yes,
    /// 部分解决.
    Half,
    /// 未解决.
    No,
}

/// The answer of the holder of a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerCallbackBody {
    /// The token, as the link has it.
    token: Text<1, 200>,
    /// Whether the matter is solved.
    solved: CallbackSolved,
    /// How content with the result, 1 to 5.
    #[schema(minimum = 1, maximum = 5)]
    satisfaction: u8,
    /// How content with the attitude, 1 to 5.
    #[schema(minimum = 1, maximum = 5)]
    attitude: u8,
    /// What else there is to say.
    #[serde(default)]
    comment: Option<Text<1, 500>>,
}

/// Sends who asked a link by which they answer without an account (发送回访短信).
#[utoipa::path(
    operation_id = "request_callback",
    tag = "callbacks",
    params(("id" = OrderId, Path)),
    responses(
        (status = 200, body = CallbackInvitationView),
        (status = 409, description = "不在回访环节，或刚发送过 / not now, or sent a short while ago",
            content_type = "application/problem+json"),
    ),
)]
#[post("/orders/{id}/callback-invitations")]
pub(crate) async fn request_callback(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<OrderId>,
) -> Result<HttpResponse, Failure> {
    Ok(ok(
        &app::callback_links::request_callback(&app, &ctx, id.0).await?
    ))
}

/// 查看回访问题 / shows what the holder of a link is asked
///
/// No login. The token comes in the body, so that no address of a log holds it.
#[utoipa::path(
    operation_id = "show_callback_question",
    tag = "callbacks",
    request_body = CallbackLinkBody,
    responses(
        (status = 200, body = CallbackQuestionView),
        (status = 422, description = "链接无效、已使用或已过期 / unknown, used or expired",
            content_type = "application/problem+json"),
        (status = 429, description = "尝试过于频繁 / too many attempts", content_type = "application/problem+json"),
    ),
)]
#[post("/callback-questions")]
pub(crate) async fn show_callback_question(
    app: web::Data<App>,
    ctx: PublicCtx,
    body: Valid<CallbackLinkBody>,
) -> Result<HttpResponse, Failure> {
    let token = body.0.token.into_string();
    let view = app::callback_links::show_callback_question(&app, &ctx, &token).await?;
    Ok(ok(&view))
}

/// 答复回访 / answers the callback, once
///
/// No login. Not solved, half solved or not content: it is handled again, as its workflow says.
#[utoipa::path(
    operation_id = "answer_callback",
    tag = "callbacks",
    request_body = AnswerCallbackBody,
    responses(
        (status = 204, description = "已收到 / taken"),
        (status = 422, description = "链接无效、已使用或已过期 / unknown, used or expired",
            content_type = "application/problem+json"),
        (status = 409, description = "工单刚有变化，请重试 / the order has just changed; try again",
            content_type = "application/problem+json"),
        (status = 429, description = "尝试过于频繁 / too many attempts", content_type = "application/problem+json"),
    ),
)]
#[post("/callback-answers")]
pub(crate) async fn answer_callback(
    app: web::Data<App>,
    ctx: PublicCtx,
    body: Valid<AnswerCallbackBody>,
) -> Result<HttpResponse, Failure> {
    let body = body.0;
    let mut answer = json!({
        "solved": body.solved,
        "satisfaction": body.satisfaction,
        "attitude": body.attitude,
    });
    if let (Some(comment), Some(object)) = (body.comment, answer.as_object_mut()) {
        object.insert("comment".to_owned(), comment.into_string().into());
    }
    let token = body.token.into_string();
    app::callback_links::answer_callback(&app, &ctx, &token, answer).await?;
    Ok(no_content())
}
