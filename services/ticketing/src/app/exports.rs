//! Exports of orders (导出): asked for, shown, cancelled and downloaded by their own caller only.

use std::time::Duration;

use ::store::{StoreError, idempotency};
use auth::{Ctx, Grant};
use chassis::http::{Limit, Page};
use kernel::{Cursor, CursorError, ExportId, IdSourceExt, OrgCode, OrgPath, Timestamp, Version};
use problem::{Category, Fact, Kind, Locale};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::access::STAFF;
use super::list_orders::{ListOrdersError, allowed_categories, scope_of_staff};
use crate::domain::export::{ExportFormat, ExportState};
use crate::store::exports::{
    StoredExport, count_running, delete_parts, find_export, insert_export, list_exports,
    save_export,
};
use crate::store::{from_json, to_json};

/// The list, for its cursors.
const LIST: &str = "order-exports";
/// Exports of an account that are made at a time.
const MOST_OWN: u64 = 2;
/// Exports that are made at a time in all.
const MOST: u64 = 50;
/// How long an export is kept.
const KEPT: Duration = Duration::from_hours(7 * 24);

/// Which orders an export has, and in which form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OpenExport {
    /// The form.
    pub(crate) format: ExportFormat,
    /// Only those in this state.
    pub(crate) state: Option<String>,
    /// Only those of this workflow.
    pub(crate) workflow: Option<String>,
    /// Only those at or below this place or unit; the caller's widest scope where it is left out.
    pub(crate) org_code: Option<OrgCode>,
    /// Only those that missed their limit, or those that did not.
    pub(crate) overdue: Option<bool>,
    /// Only those under supervision, until they end, or those that are not.
    pub(crate) supervised: Option<bool>,
    /// Only those of this category or of those below it.
    pub(crate) category: Option<String>,
    /// Only those that came in here.
    pub(crate) channel: Option<String>,
    /// Only those opened at this time or later.
    pub(crate) from: Option<Timestamp>,
    /// Only those opened before this time.
    pub(crate) to: Option<Timestamp>,
}

/// What is wanted, with what the caller might see when it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// Which orders.
    pub(crate) orders: OpenExport,
    /// The node below which they are.
    pub(crate) scope: OrgPath,
    /// Beginnings of the categories that the caller might see; empty for all.
    pub(crate) categories: Vec<String>,
    /// In Chinese, or in English.
    pub(crate) english: bool,
    /// The time that overdue is told by.
    pub(crate) as_of: Timestamp,
}

impl Wanted {
    /// Returns the language of the file.
    pub(crate) fn locale(&self) -> Locale {
        if self.english { Locale::En } else { Locale::Zh }
    }
}

/// An export (导出任务).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct OrderExportView {
    /// The export.
    pub(crate) id: ExportId,
    /// `csv` or `xlsx`.
    #[schema(value_type = String, example = "csv")]
    pub(crate) format: ExportFormat,
    /// `running`, `ready`, `failed` or `cancelled`.
    #[schema(value_type = String, example = "running")]
    pub(crate) state: ExportState,
    /// Why it failed: `too_many_rows` or `broke_off`.
    pub(crate) reason: Option<String>,
    /// Orders so far.
    pub(crate) rows: u64,
    /// When it was asked for.
    pub(crate) created_at: Timestamp,
    /// When it last came on.
    pub(crate) updated_at: Timestamp,
    /// Until when it is kept.
    pub(crate) expires_at: Timestamp,
}

/// Why an export is not made, shown or handed out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    /// The caller has none of that id.
    #[error("no export {0} of this caller")]
    NotFound(ExportId),
    /// The range is not the caller's.
    #[error(transparent)]
    Range(#[from] ListOrdersError),
    /// The caller has enough under way.
    #[error("the caller has {MOST_OWN} exports under way")]
    TooManyOwn,
    /// There are enough under way.
    #[error("{MOST} exports are under way")]
    TooMany,
    /// The file is not there, or no longer.
    #[error("the export is not ready")]
    NotReady,
    /// The caller may no longer see what is in it.
    #[error("the caller may no longer see what the export holds")]
    OutOfScope,
    /// The period ends before it begins.
    #[error("the period ends before it begins")]
    Period,
    /// The workbook was not made.
    #[error("the workbook was not made")]
    Workbook,
    /// A page went while the workbook was made: the export was cancelled or forgotten.
    #[error("a page of the export is gone")]
    Cut,
    /// The cursor is none of this list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ExportError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound(_) => Fact::new(
                Kind::NotFound,
                "export-not-found",
                "没有这个导出任务",
                "there is no such export",
            ),
            Self::Range(error) => error.fact(),
            Self::TooManyOwn => Fact::new(
                Kind::Conflict,
                "too-many-exports",
                format!("同时最多 {MOST_OWN} 个导出任务"),
                format!("at most {MOST_OWN} exports at a time"),
            ),
            Self::TooMany => Fact::new(
                Kind::TooMany,
                "exports-busy",
                "导出任务过多，请稍后再试",
                "too many exports are under way; try again later",
            )
            .after(60),
            Self::NotReady => Fact::new(
                Kind::Conflict,
                "export-not-ready",
                "导出文件尚未生成，或已取消",
                "the file is not there, or no longer",
            ),
            Self::OutOfScope => Fact::new(
                Kind::Forbidden,
                "outside-scope",
                "导出内容已不在您的职责范围内",
                "what the export holds is outside your scope by now",
            ),
            Self::Period => Fact::new(
                Kind::Invalid,
                "invalid-period",
                "起始时间须早于截止时间",
                "the period must begin before it ends",
            )
            .at("/to"),
            Self::Workbook => Fact::internal(),
            Self::Cut => Fact::new(
                Kind::Conflict,
                "export-gone",
                "导出已取消或过期",
                "the export was cancelled or is over",
            ),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Shows an export to its caller.
pub(crate) fn export_view(export: &StoredExport) -> Result<OrderExportView, StoreError> {
    let wanted: Wanted = from_json(&export.wanted)?;
    Ok(OrderExportView {
        id: export.id,
        format: wanted.orders.format,
        state: export.state,
        reason: Some(export.reason.clone()).filter(|reason| !reason.is_empty()),
        rows: export.rows,
        created_at: export.created_at,
        updated_at: export.updated_at,
        expires_at: export.expires_at,
    })
}

/// Asks for an export; it is made page by page afterwards.
pub(crate) async fn open_export(
    app: &App,
    ctx: &Ctx,
    command: OpenExport,
) -> Result<OrderExportView, ExportError> {
    if let (Some(from), Some(to)) = (command.from, command.to)
        && from >= to
    {
        return Err(ExportError::Period);
    }
    let key = ctx.idempotency(&command);
    let (scope, categories) = scope_of_staff(app, ctx, command.org_code.as_ref()).await?;
    let wanted = Wanted {
        orders: command,
        scope,
        categories,
        english: ctx.locale == Locale::En,
        as_of: ctx.now,
    };
    let export = &StoredExport {
        id: app.ids.next(),
        account: ctx.principal.account,
        state: ExportState::Running,
        wanted: to_json(&wanted)?,
        reason: String::new(),
        rows: 0,
        parts: 0,
        behind: None,
        failures: 0,
        created_at: ctx.now,
        updated_at: ctx.now,
        expires_at: ctx.now.plus(KEPT),
        version: Version::FIRST,
    };
    let key = key.as_ref();
    app.db
        .write("export.open", |tx| async move {
            let effect = async {
                let (own, all) = count_running(&*tx, export.account).await?;
                if own >= MOST_OWN {
                    return Err(ExportError::TooManyOwn);
                }
                if all >= MOST {
                    return Err(ExportError::TooMany);
                }
                insert_export(&tx, export).await?;
                Ok(export_view(export)?)
            };
            idempotency::once(&tx, key, Box::pin(effect)).await
        })
        .await
}

/// Lists the caller's exports, the newest first.
pub(crate) async fn list_own_exports(
    app: &App,
    ctx: &Ctx,
    cursor: Option<&str>,
    limit: Limit,
) -> Result<Page<OrderExportView>, ExportError> {
    let behind = match cursor {
        Some(text) => Some(Cursor::decode(LIST, text)?),
        None => None,
    };
    let account = ctx.principal.account;
    let found = list_exports(app.db.reader(), account, behind, limit.get() + 1).await?;
    let (found, next) = Cursor::cut(found, limit.size(), |last| Cursor::encode(LIST, &last.id));
    let items: Result<Vec<_>, StoreError> = found.iter().map(export_view).collect();
    Ok(Page {
        items: items?,
        next,
    })
}

/// Finds an export of the caller.
async fn own(app: &App, ctx: &Ctx, id: ExportId) -> Result<StoredExport, ExportError> {
    let found = find_export(app.db.reader(), ctx.principal.account, id).await?;
    found.ok_or(ExportError::NotFound(id))
}

/// Shows how far an export has come.
pub(crate) async fn show_export(
    app: &App,
    ctx: &Ctx,
    id: ExportId,
) -> Result<OrderExportView, ExportError> {
    Ok(export_view(&own(app, ctx, id).await?)?)
}

/// Cancels an export, or takes its file away; again is fine.
pub(crate) async fn cancel_export(
    app: &App,
    ctx: &Ctx,
    id: ExportId,
) -> Result<OrderExportView, ExportError> {
    let account = ctx.principal.account;
    app.db
        .write("export.cancel", |tx| async move {
            let found = find_export(&*tx, account, id).await?;
            let before = found.ok_or(ExportError::NotFound(id))?;
            if matches!(before.state, ExportState::Cancelled | ExportState::Failed) {
                return Ok(export_view(&before)?);
            }
            let after = StoredExport {
                state: ExportState::Cancelled,
                parts: 0,
                updated_at: ctx.now,
                version: before.version.next(),
                ..before.clone()
            };
            save_export(&tx, before.version, &after).await?;
            delete_parts(&tx, id).await?;
            Ok(export_view(&after)?)
        })
        .await
}

/// Finds an export whose file is there, and which its caller may still see.
pub(crate) async fn load_ready(
    app: &App,
    ctx: &Ctx,
    id: ExportId,
) -> Result<(StoredExport, Wanted), ExportError> {
    let export = own(app, ctx, id).await?;
    if export.state != ExportState::Ready || export.expires_at < ctx.now {
        return Err(ExportError::NotReady);
    }
    let wanted: Wanted = from_json(&export.wanted)?;
    let staff = ctx.principal.grants.iter();
    let covering: Vec<&Grant> = staff
        .filter(|grant| STAFF.contains(&grant.role) && grant.path.contains(&wanted.scope))
        .collect();
    let allowed = allowed_categories(&covering);
    let within = |code: &String| allowed.iter().any(|known| code.starts_with(known.as_str()));
    let all = allowed.is_empty()
        || (!wanted.categories.is_empty() && wanted.categories.iter().all(within));
    if covering.is_empty() || !all {
        return Err(ExportError::OutOfScope);
    }
    Ok((export, wanted))
}
