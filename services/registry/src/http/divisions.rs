use actix_web::{HttpResponse, post, web};
use auth::Ctx;
use chassis::http::{self, Valid};
use problem::{Failure, Locale};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::day::Day;
use crate::app::{self, App, ImportDivisions, Origin};
use crate::domain::division::{Outcome, RawDivision};

/// Divisions to take over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportDivisionsBody {
    /// 只检查、不保存 (says what would happen, stores nothing).
    #[serde(default)]
    dry_run: bool,
    /// 生效日期，默认今天 (day from which the rows count, today by default).
    #[serde(default)]
    effective_on: Option<Day>,
    /// 行，至多 500 (the rows, at most 500).
    #[schema(max_items = 500)]
    rows: Vec<DivisionRow>,
}

/// One division (行政区划). Each member is checked row by row.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DivisionRow {
    /// 12 位区划代码 (12-digit area code).
    #[schema(example = "420105011010")]
    code: String,
    /// 名称 (name).
    name: String,
    /// 级别 (level): city, district, street, community.
    #[schema(example = "community")]
    level: String,
    /// 上级代码 (code of the area above).
    #[serde(default)]
    parent_code: Option<String>,
    /// 已撤销 (the area is no more).
    #[serde(default)]
    withdrawn: bool,
}

/// What became of the rows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DivisionImportView {
    /// 只检查 (nothing was stored).
    dry_run: bool,
    /// 新增 (new).
    created: usize,
    /// 未变 (as before).
    unchanged: usize,
    /// 更名 (renamed).
    renamed: usize,
    /// 划转 (under another area).
    moved: usize,
    /// 撤销 (no more).
    withdrawn: usize,
    /// 代码重新启用 (their codes used again).
    restored: usize,
    /// 未接受 (refused).
    refused: usize,
    /// 逐行结果 (the rows, in the order sent).
    rows: Vec<RowView>,
}

/// What became of one row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowView {
    /// 行序号，从 0 起 (place of the row, from 0).
    index: usize,
    /// 结果 (outcome).
    outcome: OutcomeView,
    /// 未接受的原因 (why it was refused).
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Outcome of a row.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OutcomeView {
    /// 新增
    Created,
    /// 未变
    Unchanged,
    /// 更名
    Renamed,
    /// 划转
    Moved,
    /// 撤销
    Withdrawn,
    /// 代码重新启用
    Restored,
    /// 未接受
    Refused,
}

impl DivisionImportView {
    fn new(dry_run: bool, outcomes: &[Outcome], locale: Locale) -> Self {
        let mut view = Self {
            dry_run,
            created: 0,
            unchanged: 0,
            renamed: 0,
            moved: 0,
            withdrawn: 0,
            restored: 0,
            refused: 0,
            rows: Vec::with_capacity(outcomes.len()),
        };
        for (index, outcome) in outcomes.iter().enumerate() {
            let (count, outcome, reason) = match outcome {
                Outcome::Created => (&mut view.created, OutcomeView::Created, None),
                Outcome::Unchanged => (&mut view.unchanged, OutcomeView::Unchanged, None),
                Outcome::Renamed => (&mut view.renamed, OutcomeView::Renamed, None),
                Outcome::Moved => (&mut view.moved, OutcomeView::Moved, None),
                Outcome::Withdrawn => (&mut view.withdrawn, OutcomeView::Withdrawn, None),
                Outcome::Restored => (&mut view.restored, OutcomeView::Restored, None),
                Outcome::Refused(why) => {
                    let reason = why.message().text(locale).to_owned();
                    (&mut view.refused, OutcomeView::Refused, Some(reason))
                }
            };
            *count += 1;
            view.rows.push(RowView {
                index,
                outcome,
                reason,
            });
        }
        view
    }
}

/// 导入行政区划 / takes over divisions
///
/// One transaction; every row gets its own answer. Rows may stand in any order, parents come in
/// the same request or an earlier one; a row whose parent is unknown becomes a root. Another name, another
/// parent or `withdrawn` changes what is there from `effective_on` on; what was stays in its history.
#[utoipa::path(
    operation_id = "import_divisions",
    tag = "divisions",
    request_body = ImportDivisionsBody,
    responses((status = 200, description = "逐行结果 / what became of the rows", body = DivisionImportView)),
)]
#[post("/divisions/imports")]
pub(crate) async fn import_divisions(
    app: web::Data<App>,
    ctx: Ctx,
    body: Valid<ImportDivisionsBody>,
) -> Result<HttpResponse, Failure> {
    let Valid(ImportDivisionsBody {
        dry_run,
        effective_on,
        rows,
    }) = body;
    let command = ImportDivisions {
        dry_run,
        effective_on: effective_on.map(Day::date),
        rows: rows.into_iter().map(RawDivision::from).collect(),
    };
    let key = ctx.idempotency(&command);
    let outcomes = app::import_divisions(&app, &Origin::of(&ctx), key.as_ref(), &command).await?;
    Ok(http::ok(&DivisionImportView::new(
        dry_run, &outcomes, ctx.locale,
    )))
}

impl From<DivisionRow> for RawDivision {
    fn from(row: DivisionRow) -> Self {
        Self {
            code: row.code,
            name: row.name,
            level: row.level,
            parent_code: row.parent_code.unwrap_or_default(),
            withdrawn: row.withdrawn,
        }
    }
}
