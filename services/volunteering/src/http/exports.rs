//! Exports of volunteers, what they served and what is on record of it (导出), as tables of one's own and in the shape of
//! the national system.

use actix_web::http::header;
use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Page, PathId, Valid, ValidQuery};
use futures_util::stream;
use kernel::{ExportId, Line, Named, OrgPath, Timestamp};
use problem::{Failure, Locale, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tables::{BOM, ExportFormat, ExportState, csv_line};
use utoipa::ToSchema;

use super::civil::ServiceDay;
use super::sign_ups::SignUpQuery;
use crate::app::{self, App};
use crate::domain::export_job::{ServiceExport, WantedExport};
use crate::domain::exports::ServiceExportFormat;

/// A file of an export.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes a body that is no JSON")]
pub(crate) struct ServiceExportFile(Vec<u8>);

/// What is exported, and in which form.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenServiceExportBody {
    /// 表名，见规则：`hours`、`national_hours` 等 (name of the table, of the rules).
    #[schema(value_type = String, example = "hours")]
    table: Line<1, 40>,
    /// 格式，默认 csv (form; `csv` by default).
    #[serde(default)]
    format: Option<ServiceExportFormat>,
    /// 该组织及以下 (at or below this place).
    org_path: OrgPath,
    /// 起：服务、班次、培训、表彰、证明或活动创建的日期（含当日）；志愿者和队伍不分日期 (first day of the service, the shift, the
    /// training or award, the certificate, or of the opening of the activity; volunteers and teams have none).
    #[serde(default)]
    from: Option<ServiceDay>,
    /// 止：同上（含当日） (last day).
    #[serde(default)]
    to: Option<ServiceDay>,
}

/// An export (导出任务).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceExportView {
    /// 编号 (its id).
    id: ExportId,
    /// 表 (the table).
    table: String,
    /// 格式 (form).
    format: ServiceExportFormat,
    /// 状态：running、ready、failed、cancelled (state).
    #[schema(value_type = String, example = "running")]
    state: ExportState,
    /// 失败原因：`too_many_rows`、`broke_off` (why it failed).
    reason: Option<String>,
    /// 行数 (rows so far).
    rows: u64,
    /// 申请时间 (when it was asked for).
    created_at: Timestamp,
    /// 保存至 (until when it is kept).
    expires_at: Timestamp,
}

impl From<ServiceExport> for ServiceExportView {
    fn from(export: ServiceExport) -> Self {
        Self {
            id: export.id,
            table: export.wanted.table,
            format: export.wanted.format,
            state: export.state,
            reason: export.reason,
            rows: export.rows,
            created_at: export.created_at,
            expires_at: export.expires_at,
        }
    }
}

/// 导出志愿服务数据 / asks for an export; it is made after the answer, and `GET` says how far it has come
///
/// By those who run the place. There is no name, no contact and nobody's own words in it.
#[utoipa::path(
    operation_id = "open_service_export",
    tag = "service-exports",
    request_body = OpenServiceExportBody,
    responses(
        (status = 202, description = "已受理 / taken", body = ServiceExportView, headers(("Location" = String))),
        (status = 409, description = "本人任务过多 / the caller has too many under way", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "任务过多 / too many are under way", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/exports")]
pub(crate) async fn open_service_export(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<OpenServiceExportBody>,
) -> Result<HttpResponse, Failure> {
    let body = body.0;
    let wanted = WantedExport {
        table: body.table.into_string(),
        format: body.format.unwrap_or(ServiceExportFormat::Csv),
        place: body.org_path,
        from: body.from.map(|day| day.0),
        to: body.to.map(|day| day.0),
        english: ctx.locale == Locale::En,
    };
    let made = app::open_export(&app, &ctx, wanted).await?;
    let location = format!("/api/volunteering/v1/exports/{}", made.id);
    Ok(HttpResponse::Accepted()
        .insert_header((header::LOCATION, location))
        .json(ServiceExportView::from(made)))
}

/// 我的导出 / lists the caller's exports, the newest first
#[utoipa::path(
    operation_id = "list_service_exports",
    tag = "service-exports",
    params(SignUpQuery),
    responses((status = 200, description = "一页导出任务 / a page of exports", body = Page<ServiceExportView>)),
)]
#[get("/exports")]
pub(crate) async fn list_service_exports(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<SignUpQuery>,
) -> Result<HttpResponse, Failure> {
    let (found, next) = app::list_my_exports(&app, &ctx, &query.0.wanted()).await?;
    let items = found.into_iter().map(ServiceExportView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 导出进度 / shows how far an export of the caller has come
#[utoipa::path(
    operation_id = "show_service_export",
    tag = "service-exports",
    params(("id" = ExportId, Path, description = "导出任务 / its id")),
    responses((status = 200, description = "导出任务 / the export", body = ServiceExportView)),
)]
#[get("/exports/{id}")]
pub(crate) async fn show_service_export(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ExportId>,
) -> Result<HttpResponse, Failure> {
    let found = app::show_export(&app, &ctx, id.0).await?;
    Ok(http::ok(&ServiceExportView::from(found)))
}

/// 取消导出 / cancels an export, or takes its file away; again is fine
#[utoipa::path(
    operation_id = "cancel_service_export",
    tag = "service-exports",
    params(("id" = ExportId, Path, description = "导出任务 / its id")),
    responses(
        (status = 200, description = "已取消 / cancelled", body = ServiceExportView),
        (status = 409, description = "刚有进展，请重试 / it has just come on; try again", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/exports/{id}/cancel")]
pub(crate) async fn cancel_service_export(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ExportId>,
) -> Result<HttpResponse, Failure> {
    let ended = app::cancel_export(&app, &ctx, id.0).await?;
    Ok(http::ok(&ServiceExportView::from(ended)))
}

/// 下载导出文件 / hands out the file of an export to whoever asked for it, while they still run the place
///
/// CSV and JSON come page by page; what a spreadsheet would take for a formula gets an apostrophe in CSV.
#[utoipa::path(
    operation_id = "show_service_export_file",
    tag = "service-exports",
    params(("id" = ExportId, Path, description = "导出任务 / its id")),
    responses(
        (status = 200, description = "文件 / the file", content(
            (ServiceExportFile = "text/csv"),
            (ServiceExportFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (ServiceExportFile = "application/json"),
        )),
        (status = 409, description = "尚未生成 / not ready", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[get("/exports/{id}/file")]
pub(crate) async fn show_service_export_file(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ExportId>,
) -> Result<HttpResponse, Failure> {
    let (export, table) = app::load_ready(&app, &ctx, id.0).await?;
    let (wanted, format) = (&export.wanted, export.wanted.format);
    let kind = match format {
        ServiceExportFormat::Csv => ExportFormat::Csv.media_type(),
        ServiceExportFormat::Xlsx => ExportFormat::Xlsx.media_type(),
        ServiceExportFormat::Json => "application/json",
    };
    let name = format!(
        "attachment; filename=\"{}.{}\"",
        wanted.table,
        format.name()
    );
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(kind)
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    let lines = match format {
        ServiceExportFormat::Xlsx => {
            let header = table.headers(wanted.english);
            return Ok(answer.body(app::workbook(&app, &export, header).await?));
        }
        ServiceExportFormat::Csv => Lines::Csv(table.headers(wanted.english)),
        ServiceExportFormat::Json => Lines::Json(table.headers(true)),
    };
    let begin = (app.clone(), export.id, export.parts, lines, None::<u32>);
    let pages = stream::try_unfold(begin, |(app, id, parts, lines, at)| async move {
        let Some(number) = at else {
            let head = web::Bytes::from(lines.head());
            return Ok(Some((head, (app, id, parts, lines, Some(0)))));
        };
        if number > parts {
            return Ok(None);
        }
        let page = if number == parts {
            lines.tail().to_owned()
        } else {
            let rows = app::read_part(&app, id, number).await?;
            lines.page(&rows, number == 0)
        };
        let next = (app, id, parts, lines, Some(number + 1));
        Ok::<_, ::store::StoreError>(Some((web::Bytes::from(page), next)))
    });
    Ok(answer.streaming(pages))
}

/// How rows are written, with the headers or keys.
enum Lines {
    Csv(Vec<String>),
    Json(Vec<String>),
}

impl Lines {
    fn head(&self) -> String {
        match self {
            Self::Csv(headers) => {
                let line = csv_line(headers.iter().map(String::as_str));
                format!("{BOM}{line}")
            }
            Self::Json(_) => "[".to_owned(),
        }
    }

    fn page(&self, rows: &[Vec<String>], first: bool) -> String {
        let mut text = String::new();
        for (place, row) in rows.iter().enumerate() {
            match self {
                Self::Csv(_) => text.push_str(&csv_line(row.iter().map(String::as_str))),
                Self::Json(keys) => {
                    text.push_str(if first && place == 0 { "\n" } else { ",\n" });
                    let pairs = keys
                        .iter()
                        .cloned()
                        .zip(row.iter().cloned().map(Value::String));
                    let object = Value::Object(pairs.collect::<Map<_, _>>());
                    text.push_str(&object.to_string());
                }
            }
        }
        text
    }

    fn tail(&self) -> &'static str {
        match self {
            Self::Csv(_) => "",
            Self::Json(_) => "\n]\n",
        }
    }
}
