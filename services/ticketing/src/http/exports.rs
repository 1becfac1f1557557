//! Exports of orders (导出).

use actix_web::http::header;
use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{Page, PathId, Valid, ValidQuery, ok};
use futures_util::stream;
use kernel::{ExportId, Line, OrgCode, Timestamp};
use problem::Failure;
use serde::Deserialize;
use utoipa::ToSchema;

use super::orders::PageQuery;
use crate::app::exports::{OpenExport, OrderExportView};
use crate::app::work_on_exports::{header as headers, read_page, workbook};
use crate::domain::export::{BOM, ExportFormat, csv_line};
use crate::{App, app};

/// A file of an export.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes a body that is no JSON")]
pub(crate) struct OrderExportFile(Vec<u8>);

/// Which orders are exported, and in which form.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenOrderExportBody {
    /// `csv` (default) or `xlsx`.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "csv")]
    format: ExportFormat,
    /// Only those in this state.
    #[serde(default)]
    state: Option<Line<1, 40>>,
    /// Only those of this workflow.
    #[serde(default)]
    workflow: Option<Line<1, 40>>,
    /// Only those at or below this place or unit; the caller's widest scope where it is left out.
    #[serde(default)]
    org_code: Option<OrgCode>,
    /// Only those that missed their limit (true) or did not (false).
    #[serde(default)]
    overdue: Option<bool>,
    /// Only those under supervision (true), until they end, or those that are not (false).
    #[serde(default)]
    supervised: Option<bool>,
    /// Only those of this category or of those below it.
    #[serde(default)]
    category: Option<Line<1, 20>>,
    /// Only those that came in here.
    #[serde(default)]
    channel: Option<Line<1, 40>>,
    /// Only those opened at this time or later.
    #[serde(default)]
    from: Option<Timestamp>,
    /// Only those opened before this time.
    #[serde(default)]
    to: Option<Timestamp>,
}

impl From<OpenOrderExportBody> for OpenExport {
    fn from(body: OpenOrderExportBody) -> Self {
        Self {
            format: body.format,
            state: body.state.map(Line::into_string),
            workflow: body.workflow.map(Line::into_string),
            org_code: body.org_code,
            overdue: body.overdue,
            supervised: body.supervised,
            category: body.category.map(Line::into_string),
            channel: body.channel.map(Line::into_string),
            from: body.from,
            to: body.to,
        }
    }
}

/// Asks for an export of the orders of the caller's part of the organisation tree (导出工单).
///
/// It is made after the answer; `GET` says how far it has come. There is no title, no content and no person in it.
#[utoipa::path(
    operation_id = "open_export",
    tag = "exports",
    params(("Idempotency-Key" = Option<String>, Header, description = "重复请求只生效一次 / repeats have one effect")),
    request_body = OpenOrderExportBody,
    responses(
        (status = 202, description = "已受理 / taken", body = OrderExportView, headers(("Location" = String))),
        (status = 409, description = "本人任务过多 / the caller has too many under way",
            content_type = "application/problem+json"),
        (status = 429, description = "任务过多 / too many are under way", content_type = "application/problem+json"),
    ),
)]
#[post("/exports")]
pub(crate) async fn open_export(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<OpenOrderExportBody>,
) -> Result<HttpResponse, Failure> {
    let view = app::exports::open_export(&app, &ctx, body.0.into()).await?;
    let location = format!("/api/ticketing/v1/exports/{}", view.id);
    Ok(HttpResponse::Accepted()
        .insert_header((header::LOCATION, location))
        .json(&view))
}

/// Lists the caller's exports, the newest first (我的导出).
#[utoipa::path(
    operation_id = "list_exports",
    tag = "exports",
    params(PageQuery),
    responses((status = 200, body = Page<OrderExportView>)),
)]
#[get("/exports")]
pub(crate) async fn list_exports(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<PageQuery>,
) -> Result<HttpResponse, Failure> {
    let PageQuery { cursor, limit } = query.0;
    let page = app::exports::list_own_exports(&app, &ctx, cursor.as_deref(), limit).await?;
    Ok(ok(&page))
}

/// Shows how far an export of the caller has come (导出进度).
#[utoipa::path(
    operation_id = "show_export",
    tag = "exports",
    params(("id" = ExportId, Path)),
    responses((status = 200, body = OrderExportView)),
)]
#[get("/exports/{id}")]
pub(crate) async fn show_export(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ExportId>,
) -> Result<HttpResponse, Failure> {
    Ok(ok(&app::exports::show_export(&app, &ctx, id.0).await?))
}

/// Cancels an export, or takes its file away (取消导出); again is fine.
#[utoipa::path(
    operation_id = "cancel_export",
    tag = "exports",
    params(("id" = ExportId, Path)),
    responses(
        (status = 200, body = OrderExportView),
        (status = 409, description = "刚有进展，请重试 / it has just come on; try again",
            content_type = "application/problem+json"),
    ),
)]
#[post("/exports/{id}/cancel")]
pub(crate) async fn cancel_export(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ExportId>,
) -> Result<HttpResponse, Failure> {
    Ok(ok(&app::exports::cancel_export(&app, &ctx, id.0).await?))
}

/// Hands out the file of an export to whoever asked for it, while they may still see what is in it (下载).
///
/// CSV comes page by page; what a spreadsheet would take for a formula gets an apostrophe.
#[utoipa::path(
    operation_id = "show_export_file",
    tag = "exports",
    params(("id" = ExportId, Path)),
    responses(
        (status = 200, description = "文件 / the file", content(
            (OrderExportFile = "text/csv"),
            (OrderExportFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        )),
        (status = 409, description = "尚未生成 / not ready", content_type = "application/problem+json"),
    ),
)]
#[get("/exports/{id}/file")]
pub(crate) async fn show_export_file(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ExportId>,
) -> Result<HttpResponse, Failure> {
    let (export, wanted) = app::exports::load_ready(&app, &ctx, id.0).await?;
    let format = wanted.orders.format;
    let name = format!("attachment; filename=\"orders.{}\"", format.ending());
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(format.media_type())
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    if format == ExportFormat::Xlsx {
        return Ok(answer.body(workbook(&app, &export, &wanted).await?));
    }
    let head = headers(&wanted);
    let head = format!("{BOM}{}", csv_line(head.iter().map(String::as_str)));
    let begin = (app, export.id, export.parts, None::<u32>, head);
    let pages = stream::try_unfold(begin, |(app, id, parts, at, head)| async move {
        let Some(number) = at else {
            let first = web::Bytes::from(head);
            return Ok(Some((first, (app, id, parts, Some(0), String::new()))));
        };
        if number >= parts {
            return Ok(None);
        }
        // a page that is gone breaks the answer off instead of ending it as if it were whole
        let rows = read_page(&app, id, number).await?;
        let rows = rows.ok_or_else(|| ::store::StoreError::Corrupt("a page is gone".to_owned()))?;
        let lines = rows
            .iter()
            .map(|row| csv_line(row.iter().map(String::as_str)));
        let page = web::Bytes::from(lines.collect::<String>());
        let next = (app, id, parts, Some(number + 1), head);
        Ok::<_, ::store::StoreError>(Some((page, next)))
    });
    Ok(answer.streaming(pages))
}
