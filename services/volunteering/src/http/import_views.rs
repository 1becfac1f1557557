//! What is shown of imports, and said of files that are wrong.

use actix_web::HttpResponse;
use auth::Ctx;
use kernel::{AccountId, ImportId, OrgPath, Timestamp, Version};
use problem::{Failure, Locale, Problem};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{ImportError, ImportReport};
use crate::domain::imports::{
    LineError, MOST_TOLD, ServiceImport, ServiceImportKind, ServiceImportState,
};

/// An import (导入).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceImportView {
    /// 编号 (its id).
    id: ImportId,
    /// 种类 (what the sheet held).
    kind: ServiceImportKind,
    /// 组织 (for whom it was taken over).
    org_path: OrgPath,
    /// 导入人，其不得确认所导入的时长 (who sent it, and does not confirm its hours).
    account_id: AccountId,
    /// 状态 (state).
    state: ServiceImportState,
    /// 行数 (rows of the file).
    rows: u32,
    /// 形成的证明、服务记录或活动数 (proofs, records or activities that were made).
    made: u32,
    /// 版本 (its version).
    version: Version,
    /// 导入时间 (when it was taken over).
    created_at: Timestamp,
    /// 撤销时间 (when it was taken back).
    undone_at: Option<Timestamp>,
}

impl ServiceImportView {
    /// Its version.
    pub(super) fn version(&self) -> Version {
        self.version
    }
}

impl From<ServiceImport> for ServiceImportView {
    fn from(import: ServiceImport) -> Self {
        Self {
            id: import.id,
            kind: import.kind,
            org_path: import.org_path,
            account_id: import.account,
            state: import.state,
            rows: import.rows,
            made: import.made,
            version: import.version,
            created_at: import.created_at,
            undone_at: import.undone_at,
        }
    }
}

/// What is wrong with a line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceLineError {
    /// 行号，从 1 起 (line in the file, from 1).
    line: u32,
    /// 列，英文表头；整行时没有 (the column by its English header; none for the whole line).
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    /// 错误代码，固定不变 (stable name, to decide by).
    #[schema(example = "overlap")]
    code: String,
    /// 原因 (what is wrong; never what stands in the cell).
    detail: String,
}

impl ServiceLineError {
    /// Tells the first of them.
    fn first(errors: Vec<LineError>, locale: Locale) -> Vec<Self> {
        let told = errors.into_iter().take(MOST_TOLD);
        told.map(|LineError { line, error }| Self {
            line,
            detail: error.text(locale).to_owned(),
            column: error.column,
            code: error.code.into_owned(),
        })
        .collect()
    }
}

/// What a file would do (试运行).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceImportReportView {
    /// 行数 (rows of the file).
    rows: usize,
    /// 错误数 (how many things are wrong).
    wrong: usize,
    /// 错误，至多 200 条 (what is wrong, at most 200 of them).
    lines: Vec<ServiceLineError>,
    /// 同一文件此前的导入 (the import that took the same over before).
    #[serde(skip_serializing_if = "Option::is_none")]
    import_id: Option<ImportId>,
}

impl ServiceImportReportView {
    pub(super) fn new(report: ImportReport, locale: Locale) -> Self {
        Self {
            rows: report.rows,
            wrong: report.errors.len(),
            lines: ServiceLineError::first(report.errors, locale),
            import_id: report.known,
        }
    }
}

/// A problem (RFC 9457) that names the lines of a file; without them where the file does not read at all.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceImportProblem {
    #[serde(flatten)]
    problem: Problem,
    /// 行数 (rows of the file).
    #[schema(required = false)]
    rows: usize,
    /// 错误数 (how many things are wrong).
    #[schema(required = false)]
    wrong: usize,
    /// 错误，至多 200 条 (what is wrong, at most 200 of them).
    #[schema(required = false)]
    lines: Vec<ServiceLineError>,
}

impl ServiceImportProblem {
    /// Answers a file of which nothing was taken over.
    pub(super) fn respond(report: ImportReport, ctx: &Ctx) -> HttpResponse {
        let failure = Failure::from(ImportError::Wrong(report.clone()));
        let problem = failure.problem(ctx.locale, Some(&ctx.trace.trace_id));
        HttpResponse::build(failure.kind().status())
            .content_type("application/problem+json")
            .insert_header(("Content-Language", ctx.locale.tag()))
            .insert_header(("Cache-Control", "no-store"))
            .json(Self {
                problem,
                rows: report.rows,
                wrong: report.errors.len(),
                lines: ServiceLineError::first(report.errors, ctx.locale),
            })
    }
}
