use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, post, web};
use auth::Ctx;
use chassis::http::{self, UploadLimits, ValidQuery};
use futures_util::stream;
use kernel::{Named, OrgCode};
use problem::{Failure, Kind, Message, Problem};
use serde::{Deserialize, Serialize};
use store::StoreError;
use utoipa::{IntoParams, ToSchema};

use super::sheet_imports::{CellErrorView, SheetImportView};
use crate::app::{self, App, Export, ImportSheet, Origin, Report};
use crate::domain::sheet::{
    BOM, Format, MOST_BYTES, Resource, csv_header, csv_line, template, workbook,
};

/// What the files of imports may take.
static LIMITS: UploadLimits = UploadLimits::new(MOST_BYTES, 64);
/// Refused rows that a dry run tells one by one.
const MOST_TOLD: usize = 1_000;

/// A file in one of the forms of a sheet.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes a body that is no JSON")]
pub(crate) struct SheetFile(Vec<u8>);

/// Which form a file has.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TemplateQuery {
    /// 格式 (form of the file, csv by default).
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// What to export.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// 从哪个组织起，含其下 (the node whose part of the tree is exported).
    below: OrgCode,
    /// 格式 (form of the file, csv by default).
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// 只检查、不保存 (says what would happen, stores nothing).
    #[serde(default)]
    dry_run: bool,
}

/// What a file would do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SheetReportView {
    /// 表中行数 (rows of the file).
    rows: usize,
    /// 将新增 (new).
    created: u32,
    /// 将变动 (changed).
    changed: u32,
    /// 未变 (as before).
    unchanged: u32,
    /// 不予接受 (refused).
    refused: u32,
    /// 不予接受的行，至多 1000 (rows that are refused, at most 1000 of them).
    problems: Vec<RowProblemView>,
}

/// What is wrong with a row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowProblemView {
    /// 行号，从 1 起 (line in the file, from 1).
    line: u32,
    /// 问题 (what is wrong).
    errors: Vec<CellErrorView>,
}

impl SheetReportView {
    fn new(report: Report, locale: problem::Locale) -> Self {
        let counts = report.counts;
        let refused = report.refused.into_iter().take(MOST_TOLD);
        Self {
            rows: report.rows,
            created: counts.created,
            changed: counts.changed,
            unchanged: counts.unchanged,
            refused: counts.refused,
            problems: refused
                .map(|row| RowProblemView {
                    line: row.line,
                    errors: CellErrorView::all(&row.answer.errors, locale),
                })
                .collect(),
        }
    }
}

fn resource(path: &web::Path<String>) -> Result<Resource, Failure> {
    Resource::from_name(path).ok_or_else(|| {
        problem::quick(
            Kind::NotFound,
            "not-found",
            Message::new("没有这种表格", "there is no such sheet"),
        )
    })
}

fn file(resource: Resource, format: Format) -> HttpResponseBuilder {
    let name = format!(
        "attachment; filename=\"{}.{}\"",
        resource.name(),
        format.name()
    );
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(format.media_type())
        .insert_header((header::CONTENT_DISPOSITION, name));
    answer
}

/// 表格模板 / hands out the file that people fill in
///
/// The columns, what each takes and an example; lines that begin with `#` are skipped on import.
#[utoipa::path(
    operation_id = "show_sheet_template",
    tag = "sheets",
    params(("resource" = Resource, Path, description = "表格 / which sheet"), TemplateQuery),
    responses((status = 200, description = "模板 / the template", content(
        (SheetFile = "text/csv"),
        (SheetFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ))),
)]
#[get("/sheets/{resource}/template")]
pub(crate) async fn show_sheet_template(
    ctx: Ctx,
    path: web::Path<String>,
    query: ValidQuery<TemplateQuery>,
) -> Result<HttpResponse, Failure> {
    let (resource, format) = (resource(&path)?, query.0.format);
    let mut answer = file(resource, format);
    Ok(match format {
        Format::Csv => answer.body(template(resource, ctx.locale)),
        Format::Xlsx => {
            let made = workbook(resource, &[], ctx.locale);
            answer.body(made.map_err(app::SheetError::from)?)
        }
    })
}

/// 导出表格 / exports what is at or below a place
///
/// CSV comes as it is read, however much it is; a workbook has at most 50,000 rows. What a spreadsheet
/// would take for a formula gets an apostrophe in CSV, which an import takes off again.
#[utoipa::path(
    operation_id = "export_sheet",
    tag = "sheets",
    params(("resource" = Resource, Path, description = "表格 / which sheet"), ExportQuery),
    responses((status = 200, description = "表格 / the sheet", content(
        (SheetFile = "text/csv"),
        (SheetFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ))),
)]
#[get("/sheets/{resource}/export")]
pub(crate) async fn export_sheet(
    app: web::Data<App>,
    ctx: Ctx,
    path: web::Path<String>,
    query: ValidQuery<ExportQuery>,
) -> Result<HttpResponse, Failure> {
    let (resource, format) = (resource(&path)?, query.0.format);
    let origin = Origin::of(&ctx);
    let export = app::open_export(&app, &origin, resource, &query.0.below).await?;
    let mut answer = file(resource, format);
    Ok(match format {
        Format::Csv => {
            let header = format!("{BOM}{}", csv_header(resource, ctx.locale));
            answer.streaming(lines(app, export, header))
        }
        Format::Xlsx => answer.body(app::export_workbook(&app, export, ctx.locale).await?),
    })
}

/// The lines of an export, a page at a time: the next one is read when this one was taken.
fn lines(
    app: web::Data<App>,
    export: Export,
    header: String,
) -> impl futures_util::Stream<Item = Result<web::Bytes, StoreError>> {
    stream::try_unfold(
        (app, export, Some(header)),
        async |(app, mut export, header)| {
            if let Some(header) = header {
                return Ok(Some((web::Bytes::from(header), (app, export, None))));
            }
            let Some(rows) = export.next(&app).await? else {
                return Ok(None);
            };
            let rows = rows.iter().map(|row| row.iter().map(String::as_str));
            let text: String = rows.map(csv_line).collect();
            Ok(Some((web::Bytes::from(text), (app, export, None))))
        },
    )
}

/// 导入表格 / takes a sheet over
///
/// The body is the file: CSV (UTF-8 or GB18030) or XLSX, told apart by what they hold, at most 8 MiB and
/// 50,000 rows, headers in Chinese or English in any order. The rows are worked on after the answer, a
/// few hundred in a transaction; the import says how far it has come. `dry_run` answers at once what
/// would happen, and stores nothing.
#[utoipa::path(
    operation_id = "import_sheet",
    tag = "sheets",
    params(
        ("resource" = Resource, Path, description = "表格 / which sheet"),
        ImportQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "重复请求只生效一次 / makes a repetition harmless"),
    ),
    request_body(content(
        (SheetFile = "text/csv"),
        (SheetFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (SheetFile = "application/octet-stream"),
    )),
    responses(
        (status = 200, description = "试运行结果 / what would happen", body = SheetReportView),
        (status = 201, description = "已收下 / taken over", body = SheetImportView),
        (status = 422, description = "文件不可读 / the file does not read", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/sheets/{resource}/imports")]
pub(crate) async fn import_sheet(
    app: web::Data<App>,
    ctx: Ctx,
    path: web::Path<String>,
    query: ValidQuery<ImportQuery>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Failure> {
    let resource = resource(&path)?;
    let upload = LIMITS.read_sheet(&request, body).await?;
    let content = upload.content.into();
    let (command, origin) = (ImportSheet { resource, content }, Origin::of(&ctx));
    if query.0.dry_run {
        let report = app::check_sheet(&app, &origin, command).await?;
        return Ok(http::ok(&SheetReportView::new(report, ctx.locale)));
    }
    let key = |sent: &serde_json::Value| ctx.idempotency(sent);
    let app = app.into_inner();
    let import = app::import_sheet(&app, &origin, &ctx.principal, key, command).await?;
    let location = format!("/api/registry/v1/sheet-imports/{}", import.id);
    Ok(http::created(
        &location,
        import.version,
        &SheetImportView::from(import),
    ))
}
