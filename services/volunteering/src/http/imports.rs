//! Sheets of proofs, hours and activities (导入): CSV or XLSX, all of a file or nothing of it.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Page, PathId, UploadLimits, ValidQuery};
use kernel::{ImportId, OrgPath, named};
use problem::{Failure, Problem};
use serde::{Deserialize, Serialize};
use tables::ExportFormat;
use utoipa::{IntoParams, ToSchema};

use super::certificate_notices::PlacePageQuery;
use super::import_views::{ServiceImportProblem, ServiceImportReportView, ServiceImportView};
use crate::app::{self, App, ImportError, WantedImport};
use crate::domain::imports::ServiceImportKind;

/// Largest file in bytes.
const MOST_BYTES: usize = 2 * 1024 * 1024;
/// What the files of imports may take.
static LIMITS: UploadLimits = UploadLimits::new(MOST_BYTES, 32);

/// A file in one of the forms of a sheet.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes a body that is no JSON")]
pub(crate) struct ServiceSheetFile(Vec<u8>);

named! {
    /// Form of a template (模板格式).
    #[derive(Default, Serialize, Deserialize, ToSchema)]
    pub(crate) enum ServiceSheetFormat {
        /// 逗号分隔文本
        #[default]
        Csv = "csv",
        /// Excel 工作簿
        Xlsx = "xlsx",
    }
}

/// What is taken over, and for whom.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ServiceImportQuery {
    /// 种类 (what the sheet holds).
    #[param(inline)]
    kind: ServiceImportKind,
    /// 组织：只接收该组织及以下的志愿者和活动 (what is taken over lies at or below this place).
    org_path: OrgPath,
    /// 只检查、不保存 (says what is wrong, stores nothing).
    #[serde(default)]
    dry_run: bool,
}

/// Which template.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ServiceTemplateQuery {
    /// 种类 (what the sheet holds).
    #[param(inline)]
    kind: ServiceImportKind,
    /// 格式，默认 csv (form of the file, csv by default).
    #[serde(default)]
    #[param(inline)]
    format: ServiceSheetFormat,
}

/// 导入模板 / hands out the file that people fill in
///
/// The columns, what each takes and an example; lines that begin with `#` are skipped on import. People are named by
/// their volunteer number alone.
#[utoipa::path(
    operation_id = "show_service_import_template",
    tag = "service-imports",
    params(ServiceTemplateQuery),
    responses((status = 200, description = "模板 / the template", content(
        (ServiceSheetFile = "text/csv"),
        (ServiceSheetFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ))),
)]
#[get("/imports/template")]
pub(crate) async fn show_service_import_template(
    ctx: Ctx,
    query: ValidQuery<ServiceTemplateQuery>,
) -> Result<HttpResponse, Failure> {
    let columns = query.0.kind.columns();
    let (form, body) = match query.0.format {
        ServiceSheetFormat::Csv => {
            let text = tables::sheet::template(columns, ctx.locale);
            (ExportFormat::Csv, text.into_bytes())
        }
        ServiceSheetFormat::Xlsx => {
            let made = tables::sheet::workbook(columns, &[], ctx.locale);
            (ExportFormat::Xlsx, made.map_err(|_| ImportError::BrokeOff)?)
        }
    };
    let name = format!(
        "attachment; filename=\"{}.{}\"",
        kernel::Named::name(query.0.kind),
        form.ending()
    );
    Ok(HttpResponse::Ok()
        .content_type(form.media_type())
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(body))
}

/// 导入证明、服务时长或活动 / takes a sheet over, all of it or nothing
///
/// The body is the file: CSV (UTF-8 or GB18030) or XLSX, told apart by what they hold, at most 2 MiB and 2,000 rows,
/// headers in Chinese or English in any order. Columns about a person are refused. Proofs and hours wait for somebody
/// else than the sender to confirm them; activities are drafts. The same content for the same organisation is the same
/// import, which is answered again.
#[utoipa::path(
    operation_id = "import_service_sheet",
    tag = "service-imports",
    params(ServiceImportQuery),
    request_body(content(
        (ServiceSheetFile = "text/csv"),
        (ServiceSheetFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (ServiceSheetFile = "application/octet-stream"),
    )),
    responses(
        (status = 200, description = "试运行结果，或此前已导入的同一文件 / what is wrong, or the import that took the same over before", body = ServiceImportAnswer),
        (status = 201, description = "已导入 / taken over", body = ServiceImportView, headers(("Location" = String))),
        (status = 413, description = "文件过大 / the file is too large", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "不是表格 / no sheet", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "文件不可读或有错误的行，未导入任何内容 / the file does not read, or lines are wrong; nothing was taken over", body = ServiceImportProblem, content_type = "application/problem+json"),
    ),
)]
#[post("/imports")]
pub(crate) async fn import_service_sheet(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<ServiceImportQuery>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Failure> {
    let ServiceImportQuery {
        kind,
        org_path: place,
        dry_run,
    } = query.0;
    let upload = LIMITS.read_sheet(&request, body).await?;
    let content = upload.content.into();
    let wanted = WantedImport {
        kind,
        place,
        content,
    };
    if dry_run {
        let report = app::check_import(&app, &ctx, wanted).await?;
        let view = ServiceImportReportView::new(report, ctx.locale);
        return Ok(http::ok(&ServiceImportAnswer::Report(view)));
    }
    match app::import_sheet(&app, &ctx, wanted).await {
        Ok((import, true)) => {
            let location = format!("/api/volunteering/v1/imports/{}", import.id);
            let version = import.version;
            let view = ServiceImportView::from(import);
            Ok(http::created(&location, version, &view))
        }
        Ok((import, false)) => Ok(answer(ServiceImportView::from(import))),
        Err(ImportError::Wrong(report)) => Ok(ServiceImportProblem::respond(report, &ctx)),
        Err(error) => Err(error.into()),
    }
}

/// What is wrong with a file, or the import that took the same over before.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ServiceImportAnswer {
    /// 试运行结果 (of a dry run).
    Report(ServiceImportReportView),
    /// 此前的导入 (the import).
    Import(ServiceImportView),
}

fn answer(view: ServiceImportView) -> HttpResponse {
    http::ok_with_etag(view.version(), &ServiceImportAnswer::Import(view))
}

/// 导入记录 / lists the imports at or below a place, the newest first
#[utoipa::path(
    operation_id = "list_service_imports",
    tag = "service-imports",
    params(PlacePageQuery),
    responses((status = 200, description = "一页导入 / a page of imports", body = Page<ServiceImportView>)),
)]
#[get("/imports")]
pub(crate) async fn list_service_imports(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<PlacePageQuery>,
) -> Result<HttpResponse, Failure> {
    let (place, wanted) = query.0.wanted();
    let (found, next) = app::list_imports(&app, &ctx, &place, &wanted).await?;
    let items = found.into_iter().map(ServiceImportView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 导入情况 / shows an import to those who run its place
#[utoipa::path(
    operation_id = "show_service_import",
    tag = "service-imports",
    params(("id" = ImportId, Path, description = "导入编号 / its id")),
    responses((status = 200, description = "导入 / the import", body = ServiceImportView)),
)]
#[get("/imports/{id}")]
pub(crate) async fn show_service_import(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ImportId>,
) -> Result<HttpResponse, Failure> {
    let view = ServiceImportView::from(app::show_import(&app, &ctx, id.0).await?);
    Ok(http::ok_with_etag(view.version(), &view))
}

/// 撤销导入 / takes an import back as a whole
///
/// While nothing of it was confirmed or published: proofs are withdrawn, hours get a version more that says so,
/// activities are put away with their shifts. Nothing is deleted.
#[utoipa::path(
    operation_id = "undo_service_import",
    tag = "service-imports",
    params(("id" = ImportId, Path, description = "导入编号 / its id")),
    responses(
        (status = 200, description = "已撤销 / taken back", body = ServiceImportView),
        (status = 409, description = "已有内容被确认或发布 / something of it was confirmed or published", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "版本已变化 / another version by now", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/imports/{id}/undo")]
pub(crate) async fn undo_service_import(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ImportId>,
) -> Result<HttpResponse, Failure> {
    let view = ServiceImportView::from(app::undo_import(&app, &ctx, id.0).await?);
    Ok(http::ok_with_etag(view.version(), &view))
}
