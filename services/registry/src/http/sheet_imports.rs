use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{self, Limit, Page, PathId, ValidQuery};
use kernel::{ImportId, Timestamp, Version};
use problem::{Failure, Locale, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::{self, App, Origin};
use crate::domain::import::{Import, ImportRow, ImportState, ImportStopReason, Outcome};
use crate::domain::sheet::{CellError, Resource};

/// Which page of the caller's imports to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportsQuery {
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// Which rows to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RowsQuery {
    /// 只要这一结果的 (those with this outcome only).
    outcome: Option<Outcome>,
    /// 上一页的 next (`next` of the page before).
    cursor: Option<String>,
    /// 每页条数 (items on a page).
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// An import of a sheet (表格导入).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SheetImportView {
    /// 编号 (its id).
    id: ImportId,
    /// 表格 (which sheet).
    resource: Resource,
    /// 进度状态 (how far it has come).
    state: ImportState,
    /// 中止原因 (why it was stopped, or not taken back to its end).
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_because: Option<ImportStopReason>,
    /// 总行数 (rows of the file).
    rows: u32,
    /// 已处理行数 (rows worked on, forward or back).
    done: u32,
    /// 新增 (rows that made something).
    created: u32,
    /// 有变动 (rows that changed something).
    changed: u32,
    /// 未变 (rows that found it so).
    unchanged: u32,
    /// 未接受 (rows refused).
    refused: u32,
    /// 已撤销 (rows taken back).
    undone: u32,
    /// 未能撤销 (rows that could not be taken back).
    kept: u32,
    /// 版本 (its version).
    version: Version,
    /// 收到时间 (when it was sent).
    created_at: Timestamp,
    /// 最近进展 (when it last came on).
    updated_at: Timestamp,
}

/// A row of an import.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportRowView {
    /// 行号，从 1 起 (line in the file, from 1).
    line: u32,
    /// 结果 (what became of it).
    outcome: Outcome,
    /// 新增或变动之物的代码或编号 (code or id of what it made or changed).
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// 问题 (what is wrong with it, or why it could not be taken back).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<CellErrorView>,
}

/// What is wrong with a cell or a row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CellErrorView {
    /// 列，英文表头；整行时没有 (the column by its English header; none for the whole row).
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    /// 原因 (what is wrong).
    detail: String,
}

impl CellErrorView {
    pub(super) fn all(errors: &[CellError], locale: Locale) -> Vec<Self> {
        let views = errors.iter().map(|error| Self {
            column: error.column.clone(),
            detail: error.text(locale).to_owned(),
        });
        views.collect()
    }
}

impl From<Import> for SheetImportView {
    fn from(import: Import) -> Self {
        let counts = import.counts;
        Self {
            done: import.done(),
            id: import.id,
            resource: import.resource,
            state: import.state,
            stopped_because: import.stopped_because,
            rows: import.rows,
            created: counts.created,
            changed: counts.changed,
            unchanged: counts.unchanged,
            refused: counts.refused,
            undone: counts.undone,
            kept: counts.kept,
            version: import.version,
            created_at: import.created_at,
            updated_at: import.updated_at,
        }
    }
}

impl ImportRowView {
    fn new(row: ImportRow, locale: Locale) -> Self {
        Self {
            line: row.line,
            outcome: row.answer.outcome,
            subject: row.answer.subject,
            errors: CellErrorView::all(&row.answer.errors, locale),
        }
    }
}

/// 我的导入 / lists the caller's imports, the newest first
#[utoipa::path(
    operation_id = "list_sheet_imports",
    tag = "sheets",
    params(ImportsQuery),
    responses((status = 200, description = "一页导入 / a page of imports", body = Page<SheetImportView>)),
)]
#[get("/sheet-imports")]
pub(crate) async fn list_sheet_imports(
    app: web::Data<App>,
    ctx: Ctx,
    query: ValidQuery<ImportsQuery>,
) -> Result<HttpResponse, Failure> {
    let (cursor, limit) = (query.0.cursor.as_deref(), query.0.limit.size());
    let (found, next) = app::list_imports(&app, ctx.principal.account, cursor, limit).await?;
    let items = found.into_iter().map(SheetImportView::from).collect();
    Ok(http::ok(&Page { items, next }))
}

/// 导入进度 / shows how far an import has come
#[utoipa::path(
    operation_id = "show_sheet_import",
    tag = "sheets",
    params(("id" = ImportId, Path, description = "导入编号 / its id")),
    responses((status = 200, description = "导入 / the import", body = SheetImportView)),
)]
#[get("/sheet-imports/{id}")]
pub(crate) async fn show_sheet_import(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ImportId>,
) -> Result<HttpResponse, Failure> {
    let import = app::show_import(&app, &ctx.principal, id.0).await?;
    Ok(http::ok_with_etag(
        import.version,
        &SheetImportView::from(import),
    ))
}

/// 逐行结果 / lists what became of the rows, in the order in which they are worked on
#[utoipa::path(
    operation_id = "list_sheet_import_rows",
    tag = "sheets",
    params(("id" = ImportId, Path, description = "导入编号 / its id"), RowsQuery),
    responses((status = 200, description = "一页行 / a page of rows", body = Page<ImportRowView>)),
)]
#[get("/sheet-imports/{id}/rows")]
pub(crate) async fn list_sheet_import_rows(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ImportId>,
    query: ValidQuery<RowsQuery>,
) -> Result<HttpResponse, Failure> {
    let RowsQuery {
        outcome,
        cursor,
        limit,
    } = query.0;
    let (principal, limit) = (&ctx.principal, limit.size());
    let rows = app::list_import_rows(&app, principal, id.0, outcome, cursor.as_deref(), limit);
    let (found, next) = rows.await?;
    let items = found.into_iter();
    let items = items
        .map(|row| ImportRowView::new(row, ctx.locale))
        .collect();
    Ok(http::ok(&Page { items, next }))
}

/// 撤销导入 / takes an import back
///
/// What it made or changed and nobody changed since: new organisations are closed, new posts and venues
/// removed, names and grids get what they had before. The rows say what was taken back and what was not.
#[utoipa::path(
    operation_id = "undo_sheet_import",
    tag = "sheets",
    params(("id" = ImportId, Path, description = "导入编号 / its id")),
    responses(
        (status = 200, description = "正在撤销 / it is being taken back", body = SheetImportView),
        (status = 409, description = "未导入完或已撤销 / not applied, or undone already", body = Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/sheet-imports/{id}/actions/undo")]
pub(crate) async fn undo_sheet_import(
    app: web::Data<App>,
    ctx: Ctx,
    id: PathId<ImportId>,
) -> Result<HttpResponse, Failure> {
    let (app, origin) = (app.into_inner(), Origin::of(&ctx));
    let key = ctx.idempotency(&id.0);
    let import = app::undo_import(&app, &origin, &ctx.principal, key.as_ref(), id.0).await?;
    Ok(http::ok_with_etag(
        import.version,
        &SheetImportView::from(import),
    ))
}
