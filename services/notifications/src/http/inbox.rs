use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{Limit, PathId, ValidQuery, no_content, ok};
use kernel::MessageId;
use problem::Failure;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::{InboxView, MessageView, UnreadView};
use crate::app::list_messages::ListMessages;
use crate::app::{self, App};

/// Which messages to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InboxQuery {
    /// 只看未读 (only what is unread).
    #[serde(default)]
    unread: bool,
    /// 上一页给出的游标 (cursor of the page before).
    cursor: Option<String>,
    /// 每页条数，1 到 200，默认 50 (items on a page).
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// 我的消息，新的在前 (the caller's messages, newest first).
#[utoipa::path(
    operation_id = "list_messages",
    tag = "inbox",
    params(InboxQuery),
    responses((status = 200, description = "一页消息 / one page", body = InboxView)),
)]
#[get("/inbox")]
pub(crate) async fn list_messages(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<InboxQuery>,
) -> Result<HttpResponse, Failure> {
    let InboxQuery {
        unread,
        cursor,
        limit,
    } = query.0;
    let query = ListMessages {
        unread_only: unread,
        cursor,
        limit,
    };
    let page = app::list_messages::list_messages(&app, &ctx, query).await?;
    let items = page.items.into_iter();
    Ok(ok(&InboxView {
        items: items
            .map(|message| MessageView::of(message, ctx.locale))
            .collect(),
        next: page.next,
    }))
}

/// 我的未读数 (how many of the caller's messages are unread).
#[utoipa::path(
    operation_id = "count_unread_messages",
    tag = "inbox",
    responses((status = 200, description = "未读数 / the number", body = UnreadView)),
)]
#[get("/inbox/unread-count")]
pub(crate) async fn count_unread_messages(
    app: web::Data<App>,
    ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    let unread = app::count_unread::count_unread(&app, &ctx).await?;
    Ok(ok(&UnreadView { unread }))
}

/// 标为已读；重复标记不变 (marks a message as read; again changes nothing).
#[utoipa::path(
    operation_id = "read_message",
    tag = "inbox",
    params(("id" = MessageId, Path, description = "消息编号 / the message")),
    responses((status = 204, description = "已读 / read")),
)]
#[post("/inbox/{id}/read")]
pub(crate) async fn read_message(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<MessageId>,
) -> Result<HttpResponse, Failure> {
    app::read_message::read_message(&app, &ctx, id.0).await?;
    Ok(no_content())
}

/// 全部标为已读 (marks all of the caller's messages as read).
#[utoipa::path(
    operation_id = "read_all_messages",
    tag = "inbox",
    responses((status = 204, description = "全部已读 / all read")),
)]
#[post("/inbox/read-all")]
pub(crate) async fn read_all_messages(
    app: web::Data<App>,
    ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    let marked = app::read_all_messages::read_all_messages(&app, &ctx).await?;
    tracing::debug!(marked, "messages marked as read");
    Ok(no_content())
}
