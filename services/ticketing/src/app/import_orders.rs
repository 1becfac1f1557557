//! Takes over messages of another system as orders (批量导入).
//!
//! Each message becomes one order of the six-step loop, with a proposed category and unit and the reasons of both; what
//! no rule routes goes to the district's catch-all queue. A message that came before stays the order it became.

use std::collections::{HashMap, HashSet};

use ::store::{StoreError, Tx, idempotency};
use auth::Ctx;
use kernel::{IdSourceExt, OrderId, OrgCode, Role};
use problem::{Category, FieldError, Kind};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::App;
use super::cause::Cause;
use super::import_rows::{ImportRow, Message, check};
use super::open_order::opened_entry;
use super::routing::DistrictUnits;
use super::view::words;
use crate::domain::number::OrderNumber;
use crate::domain::order::{Categorisation, OpenOrder, Order};
use crate::domain::wording::Bilingual;
use crate::domain::workflow::Definition;
use crate::events::outgoing;
use crate::store::orders::{StoredOrder, find_taken_numbers, insert_orders};
use crate::store::orgs::{Org, find_org};
use crate::store::references::{find_references, insert_references};
use crate::store::scopes::insert_scopes;
use crate::store::timeline::{Entry, insert_entries};

/// Most rows of one request.
pub(crate) const MOST_ROWS: usize = 200;
/// The workflow that messages run by.
const WORKFLOW: &str = "six-step";
/// Roles that may import.
const OPERATORS: &[Role] = &[Role::DistrictOperator, Role::PlatformOperator];

/// Messages to take over.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ImportOrders {
    /// Where they come from.
    pub(crate) channel: String,
    /// The place they belong to.
    pub(crate) org_code: OrgCode,
    /// Only say what would happen.
    pub(crate) dry_run: bool,
    /// The messages.
    pub(crate) rows: Vec<ImportRow>,
}

/// What became of the rows (导入结果).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ImportView {
    /// 只检查 (nothing was stored).
    pub(crate) dry_run: bool,
    /// 新增 (became orders).
    pub(crate) created: usize,
    /// 已有 (had become orders before).
    pub(crate) existing: usize,
    /// 未接受 (refused).
    pub(crate) refused: usize,
    /// 逐行结果，次序不变 (the rows, in the order sent).
    pub(crate) rows: Vec<ImportedRowView>,
}

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ImportedRowView {
    /// 行序号，从 0 起 (place of the row, from 0).
    pub(crate) index: usize,
    /// 来源编号 (id in the other system).
    pub(crate) external_id: String,
    /// 结果 (outcome).
    pub(crate) outcome: ImportOutcome,
    /// 未接受的原因 (why it was refused).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// 工单 (the order; none on a dry run).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order_id: Option<OrderId>,
    /// 工单编号 (number of a new order).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<String>,
    /// 类别 (proposed category).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) category: Option<String>,
    /// 归类理由 (why this category, or none).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) category_reason: Option<String>,
    /// 承办单位 (proposed unit).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit_code: Option<OrgCode>,
    /// 分派理由 (why this unit).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) routing_reason: Option<String>,
}

/// Outcome of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ImportOutcome {
    /// 新增
    Created,
    /// 已有
    Exists,
    /// 未接受
    Refused,
}

/// Why nothing is imported.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    /// More rows than one transaction should hold.
    #[error("more than {MOST_ROWS} rows")]
    TooManyRows,
    /// The channel's name is not one.
    #[error("not a channel name {0:?}")]
    BadChannel(String),
    /// There is no such place.
    #[error("unknown place {0}")]
    UnknownPlace(OrgCode),
    /// The caller does not run the platform there.
    #[error("place {0} is outside the caller's scope")]
    OutOfScope(OrgCode),
    /// The workflow is not installed.
    #[error("the workflow {WORKFLOW} is missing")]
    WorkflowMissing,
    /// Another import took some of the messages over meanwhile.
    #[error("another import was faster")]
    Overtaken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ImportError {
    fn kind(&self) -> Kind {
        match self {
            Self::TooManyRows | Self::BadChannel(_) | Self::UnknownPlace(_) => Kind::Invalid,
            Self::OutOfScope(_) => Kind::Forbidden,
            Self::WorkflowMissing => Kind::Internal,
            Self::Overtaken => Kind::Conflict,
            Self::Store(error) => error.kind(),
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::TooManyRows => "too-many-rows",
            Self::BadChannel(_) => "invalid-channel",
            Self::UnknownPlace(_) => "unknown-place",
            Self::OutOfScope(_) => "out-of-scope",
            Self::WorkflowMissing => "internal",
            Self::Overtaken => "import-overtaken",
            Self::Store(error) => error.slug(),
        }
    }

    fn detail(&self) -> problem::Message {
        let (zh, en) = match self {
            Self::TooManyRows => {
                return problem::Message::new(
                    format!("一次最多导入 {MOST_ROWS} 行"),
                    format!("at most {MOST_ROWS} rows at once"),
                );
            }
            Self::BadChannel(_) => (
                "渠道名只能含字母、数字、连字符和下划线",
                "a channel name has letters, digits, hyphens and underscores only",
            ),
            Self::UnknownPlace(_) => ("没有这个组织", "there is no such place"),
            Self::OutOfScope(_) => ("该组织不在您的授权范围内", "this place is outside your scope"),
            Self::WorkflowMissing => ("内部错误", "internal error"),
            Self::Overtaken => (
                "另一次导入已接收其中的消息，请重试",
                "another import took some of the messages over; try again",
            ),
            Self::Store(error) => return error.detail(),
        };
        problem::Message::new(zh, en)
    }

    fn fields(&self) -> Vec<FieldError> {
        let pointer = match self {
            Self::TooManyRows => "/rows",
            Self::BadChannel(_) => "/channel",
            Self::UnknownPlace(_) | Self::OutOfScope(_) => "/org_code",
            _ => return Vec::new(),
        };
        vec![FieldError::new(pointer, self.detail())]
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Store(error) => error.retry_after(),
            _ => None,
        }
    }
}

/// A row after its own check, with the category that its texts suggest.
type CheckedRow = Result<(Message, Categorisation), Bilingual>;

/// An order to be made, with its place in the request.
struct Made {
    index: usize,
    external_id: String,
    stored: StoredOrder,
    entry: Entry,
}

/// Takes messages over, or only says what would become of them.
pub(crate) async fn import_orders(
    app: &App,
    ctx: &Ctx,
    command: &ImportOrders,
) -> Result<ImportView, ImportError> {
    if command.rows.len() > MOST_ROWS {
        return Err(ImportError::TooManyRows);
    }
    let named = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    if !command.channel.chars().all(named) {
        return Err(ImportError::BadChannel(command.channel.clone()));
    }
    let checked: Vec<CheckedRow> = command
        .rows
        .iter()
        .map(|row| {
            let message = check(row)?;
            let category = app.categories.propose(&message.title, &message.content);
            Ok((message, category))
        })
        .collect();
    let (checked, cause) = (&checked, &Cause::request(ctx));
    if command.dry_run {
        return app
            .db
            .read("orders.import.try", |tx| async move {
                let (view, _) = plan(&*tx, app, ctx, command, checked).await?;
                Ok(view)
            })
            .await;
    }
    let key = ctx.idempotency(command);
    let key = key.as_ref();
    app.db
        .write("orders.import", |tx| async move {
            let effect = async {
                let (view, made) = plan(&*tx, app, ctx, command, checked).await?;
                insert(app, &tx, &command.channel, made, cause).await?;
                Ok(view)
            };
            idempotency::once(&tx, key, effect).await
        })
        .await
}

/// Says what becomes of each row, and makes the orders of the new ones.
async fn plan(
    db: &impl ConnectionTrait,
    app: &App,
    ctx: &Ctx,
    command: &ImportOrders,
    checked: &[CheckedRow],
) -> Result<(ImportView, Vec<Made>), ImportError> {
    let definition = app.workflows.latest(WORKFLOW).ok_or(ImportError::WorkflowMissing)?;
    let place = find_org(db, &command.org_code).await?;
    let place = place.ok_or_else(|| ImportError::UnknownPlace(command.org_code.clone()))?;
    if !ctx.principal.holds_any(OPERATORS, &place.path) {
        return Err(ImportError::OutOfScope(place.code));
    }
    let units = DistrictUnits::of(db, app, &place.code).await?;
    let messages = checked.iter().flatten();
    let asked: Vec<&str> = messages.map(|(message, _)| message.external_id.as_str()).collect();
    let mut known = find_references(db, &command.channel, &asked).await?;
    let mut view = ImportView {
        dry_run: command.dry_run,
        created: 0,
        existing: 0,
        refused: 0,
        rows: Vec::with_capacity(checked.len()),
    };
    let mut made = Vec::new();
    for (index, (row, sent)) in checked.iter().zip(&command.rows).enumerate() {
        let mut shown = ImportedRowView::new(index, &sent.external_id);
        match row {
            Err(reason) => {
                view.refused += 1;
                shown.reason = Some(words(reason, ctx.locale).to_owned());
            }
            Ok((message, category)) => {
                if let Some(order) = known.get(&message.external_id) {
                    view.existing += 1;
                    shown.outcome = ImportOutcome::Exists;
                    shown.order_id = (!command.dry_run || !is_planned(&made, *order)).then_some(*order);
                } else {
                    view.created += 1;
                    let order =
                        make(app, ctx, command, definition, &place, &units, message, category);
                    let entry = entry(ctx, &place, &order, message)?;
                    known.insert(message.external_id.clone(), order.0.order.id);
                    made.push(Made {
                        index,
                        external_id: message.external_id.clone(),
                        stored: order.0,
                        entry,
                    });
                }
            }
        }
        view.rows.push(shown);
    }
    number_apart(db, app, definition, &mut made).await?;
    for new in &made {
        if let Some(shown) = view.rows.get_mut(new.index) {
            shown.fill(&new.stored, command.dry_run, ctx);
        }
    }
    Ok((view, made))
}
