//! Photos of orders.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Page, PathId};
use kernel::{AttachmentId, Named, OrderId};
use problem::{Failure, Kind, Message, Problem};
use utoipa::ToSchema;

use super::{cached, upload};
use crate::app::{self, App, attach_photo::AttachmentView};

/// The bytes of a photo.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes a body that is no JSON")]
pub(crate) struct PhotoFile(Vec<u8>);

/// A form with one file.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the form; the file is read as it arrives"
)]
pub(crate) struct PhotoForm {
    /// 照片 (the photo).
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// 上传照片 / attaches a photo
///
/// JPEG, PNG or WebP by its content, at most 10 MiB and 20 photos an order. Metadata (EXIF, XMP, IPTC, comments,
/// texts, thumbnails) is cut out before the photo is stored; of EXIF only the turn of the camera stays. Send it as
/// the field `file` of `multipart/form-data`, or as the body itself.
#[utoipa::path(
    operation_id = "attach_photo",
    tag = "attachments",
    params(
        ("id" = OrderId, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "重复请求只生效一次 / makes a repetition harmless"),
    ),
    request_body(content(
        (PhotoForm = "multipart/form-data"),
        (PhotoFile = "image/jpeg"),
        (PhotoFile = "image/png"),
        (PhotoFile = "image/webp"),
    )),
    responses(
        (status = 201, description = "已上传 / attached", body = AttachmentView),
        (status = 409, description = "工单已结束或照片已满 / the order has ended or has its photos", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/orders/{id}/attachments")]
pub(crate) async fn attach_photo(
    app: web::Data<App>,
    ctx: Ctx,
    PathId(order): PathId<OrderId>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Failure> {
    // before the body is read: whoever may not attach need not send it
    app::attach_photo::load_open_to_photos(app.db.reader(), &app, &ctx, order).await?;
    let upload = upload::read(&request, body).await?;
    let content = upload.content.clone();
    let view = app::attach_photo::attach_photo(app.into_inner(), ctx, order, content).await?;
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, view.url.as_str()))
        .json(view))
}

/// 照片列表 / lists the photos of an order
#[utoipa::path(
    operation_id = "list_attachments",
    tag = "attachments",
    params(("id" = OrderId, Path)),
    responses((status = 200, description = "全部照片，先传在前 / all photos, oldest first", body = Page<AttachmentView>)),
)]
#[get("/orders/{id}/attachments")]
pub(crate) async fn list_attachments(
    app: web::Data<App>,
    ctx: Ctx,
    PathId(order): PathId<OrderId>,
) -> Result<HttpResponse, Failure> {
    let items = app::show_attachment::list_attachments(&app, &ctx, order).await?;
    Ok(http::ok(&Page { items, next: None }))
}

/// 查看照片 / shows a photo
#[utoipa::path(
    operation_id = "show_attachment",
    tag = "attachments",
    params(("id" = OrderId, Path), ("attachment_id" = AttachmentId, Path)),
    responses(
        (status = 200, description = "照片 / the photo", content(
            (PhotoFile = "image/jpeg"),
            (PhotoFile = "image/png"),
            (PhotoFile = "image/webp"),
        )),
        (status = 304, description = "未变 / not changed"),
    ),
)]
#[get("/orders/{id}/attachments/{attachment_id}")]
pub(crate) async fn show_attachment(
    app: web::Data<App>,
    ctx: Ctx,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let (order, id) = path.into_inner();
    let (Ok(order), Ok(id)) = (order.parse::<OrderId>(), id.parse::<AttachmentId>()) else {
        return Err(nothing());
    };
    let photo = app::show_attachment::find_attachment(&app, &ctx, order, id).await?;
    let tag = format!("\"{}\"", photo.digest);
    let keeping = [
        (header::ETAG, tag.as_str()),
        (header::CACHE_CONTROL, "private, max-age=3600"),
    ];
    if cached::has(&request, &tag) {
        return Ok(cached::not_modified(&keeping));
    }
    let name = format!("inline; filename=\"{id}.{}\"", photo.kind.name());
    let content = app::show_attachment::read_attachment(&app, id).await?;
    let mut answer = HttpResponse::Ok();
    for header in keeping {
        answer.insert_header(header);
    }
    Ok(answer
        .content_type(photo.kind.media_type())
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ))
        .body(content))
}

fn nothing() -> Failure {
    problem::quick(
        Kind::NotFound,
        "not-found",
        Message::new("没有这个编号的资源", "there is nothing with this id"),
    )
}
