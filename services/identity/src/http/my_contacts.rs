//! The caller's own contacts.

use actix_web::{HttpResponse, delete, get, post, put, web};
use auth::Ctx;
use chassis::http::{Page, PathId, Valid, created, no_content, ok, ok_with_etag};
use kernel::ContactId;
use problem::{Failure, Problem};

use super::contacts::{ContactBody, ContactView, page};
use crate::app::{self, Identity};

/// 登记本人联系信息。
///
/// Keeps a contact of the caller's own.
#[utoipa::path(
    operation_id = "register_my_contact", tag = "me",
    params(("Idempotency-Key" = Option<String>, Header, description = "重复请求只生效一次 / makes a repetition harmless")),
    request_body = ContactBody,
    responses(
        (status = 201, description = "已登记，内容脱敏 / kept, shown masked", body = ContactView),
        (status = 409, description = "联系信息过多 / too many", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/me/contacts")]
pub(crate) async fn register_my_contact(
    identity: web::Data<Identity>,
    ctx: Ctx,
    body: Valid<ContactBody>,
) -> Result<HttpResponse, Failure> {
    let facts = app::register_contact::register_my_contact(&identity, &ctx, body.0.into()).await?;
    let view = ContactView::from(&facts);
    let location = format!("/api/identity/v1/me/contacts/{}", view.id);
    Ok(created(&location, view.version, &view))
}

/// 本人的联系信息，脱敏。
///
/// Lists the caller's own contacts, masked.
#[utoipa::path(
    operation_id = "list_my_contacts", tag = "me",
    responses((status = 200, description = "全部联系信息 / all of them", body = Page<ContactView>)),
    security(("bearer" = [])),
)]
#[get("/me/contacts")]
pub(crate) async fn list_my_contacts(
    identity: web::Data<Identity>,
    ctx: Ctx,
) -> Result<HttpResponse, Failure> {
    let found = app::my_contacts::list_my_contacts(&identity, &ctx).await?;
    Ok(ok(&page(&found)))
}

/// 本人的一条联系信息，明文。
///
/// Shows a contact of the caller's own in clear; the reading is logged.
#[utoipa::path(
    operation_id = "show_my_contact", tag = "me",
    params(("id" = ContactId, Path)),
    responses((status = 200, description = "联系信息 / the contact", body = ContactView)),
    security(("bearer" = [])),
)]
#[get("/me/contacts/{id}")]
pub(crate) async fn show_my_contact(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<ContactId>,
) -> Result<HttpResponse, Failure> {
    let facts = app::my_contacts::show_my_contact(&identity, &ctx, id.0).await?;
    let view = ContactView::from(&facts);
    Ok(ok_with_etag(view.version, &view))
}

/// 修改本人的联系信息。
///
/// Puts other content in place of a contact of the caller's own; what is left out is gone.
#[utoipa::path(
    operation_id = "change_my_contact", tag = "me",
    params(
        ("id" = ContactId, Path),
        ("If-Match" = Option<String>, Header, description = "版本 / version"),
    ),
    request_body = ContactBody,
    responses(
        (status = 200, description = "已修改，内容脱敏 / changed, shown masked", body = ContactView),
        (status = 409, description = "同时被修改 / changed meanwhile", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "已被修改 / the contact changed", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[put("/me/contacts/{id}")]
pub(crate) async fn change_my_contact(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<ContactId>,
    body: Valid<ContactBody>,
) -> Result<HttpResponse, Failure> {
    let change = app::my_contacts::change_my_contact;
    let facts = change(&identity, &ctx, id.0, body.0.into()).await?;
    let view = ContactView::from(&facts);
    Ok(ok_with_etag(view.version, &view))
}

/// 删除本人的联系信息。
///
/// Deletes a contact of the caller's own; its key goes with it.
#[utoipa::path(
    operation_id = "delete_my_contact", tag = "me",
    params(
        ("id" = ContactId, Path),
        ("If-Match" = Option<String>, Header, description = "版本 / version"),
    ),
    responses(
        (status = 204, description = "已删除 / deleted"),
        (status = 400, description = "If-Match 格式有误 / malformed If-Match", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "同时被修改 / changed meanwhile", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "已被修改 / the contact changed", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[delete("/me/contacts/{id}")]
pub(crate) async fn delete_my_contact(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<ContactId>,
) -> Result<HttpResponse, Failure> {
    app::my_contacts::delete_my_contact(&identity, &ctx, id.0).await?;
    Ok(no_content())
}
