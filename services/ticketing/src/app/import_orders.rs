//! Takes over messages of another system as orders (批量导入).
//!
//! Each message becomes one order of the six-step loop, with a proposed category and unit and the reasons of both; what
//! no rule routes goes to the district's catch-all queue. A message that came before stays the order it became.

use ::store::{StoreError, Tx, Writes, idempotency};
use auth::Ctx;
use kernel::{OrderId, OrgCode, Role};
use problem::{Category, Fact, Kind};
use sea_orm::ConnectionTrait;
use serde::Serialize;

use super::App;
use super::calendars::calendar_of;
use super::cause::Cause;
use super::given_category::Given;
use super::import_plan::{CheckedRow, Made, Planner};
use super::import_rows::{ImportRow, check};
use super::import_view::ImportView;
use super::place::{PlaceError, find_place_within};
use super::routing::DistrictUnits;
use crate::events::outgoing;
use crate::store::orders::insert_orders;
use crate::store::references::{find_references, insert_references};
use crate::store::scopes::insert_scopes;
use crate::store::search::insert_terms;
use crate::store::timeline::insert_entries;

/// Most rows of one request.
pub(crate) const MOST_ROWS: usize = 200;
/// The workflow that messages run by.
const WORKFLOW: &str = "six-step";
/// Roles that may import.
pub(crate) const OPERATORS: &[Role] = &[Role::DistrictOperator, Role::PlatformOperator];

/// Messages to take over.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ImportOrders {
    /// Where they come from.
    pub(crate) channel: String,
    /// The place they belong to.
    pub(crate) org_code: OrgCode,
    /// The code set of the rows' categories; ours where there is none.
    pub(crate) code_set: Option<String>,
    /// Only say what would happen.
    pub(crate) dry_run: bool,
    /// The messages.
    pub(crate) rows: Vec<ImportRow>,
}

/// Why nothing is imported.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    /// The place does not serve.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// More rows than one transaction should hold.
    #[error("more than {MOST_ROWS} rows")]
    TooManyRows,
    /// There is no such code set.
    #[error("unknown code set {0:?}")]
    UnknownCodeSet(String),
    /// The channel's name is not one.
    #[error("not a channel name {0:?}")]
    BadChannel(String),
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
    fn fact(&self) -> Fact {
        match self {
            Self::Place(error) => error.fact(),
            Self::TooManyRows => Fact::new(
                Kind::Invalid,
                "too-many-rows",
                format!("一次最多导入 {MOST_ROWS} 行"),
                format!("at most {MOST_ROWS} rows at once"),
            )
            .at("/rows"),
            Self::UnknownCodeSet(_) => Fact::new(
                Kind::Invalid,
                "unknown-code-set",
                "没有这个对照编码",
                "there is no such code set",
            )
            .at("/code_set"),
            Self::BadChannel(_) => Fact::new(
                Kind::Invalid,
                "invalid-channel",
                "渠道名只能含字母、数字、连字符和下划线",
                "a channel name has letters, digits, hyphens and underscores only",
            )
            .at("/channel"),
            Self::WorkflowMissing => Fact::internal(),
            Self::Overtaken => Fact::new(
                Kind::Conflict,
                "import-overtaken",
                "另一次导入已接收其中的消息，请重试",
                "another import took some of the messages over; try again",
            ),
            Self::Store(error) => error.fact(),
        }
    }
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
    let given = Given::of(app, command.code_set.as_deref())?;
    let checked: Vec<CheckedRow> = command
        .rows
        .iter()
        .map(|row| {
            let message = check(row)?;
            let category = given.category(row.category_code.as_deref());
            let category = category
                .unwrap_or_else(|| app.categories.propose(&message.title, &message.content));
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
                insert(app, &tx, &command.channel, &made, cause).await?;
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
    let definition = app
        .workflows
        .latest_in(WORKFLOW, command.org_code.district())
        .ok_or(ImportError::WorkflowMissing)?;
    let place = find_place_within(db, ctx, OPERATORS, &command.org_code).await?;
    let messages = checked.iter().flatten();
    let asked: Vec<&str> = messages
        .map(|(message, _)| message.external_id.as_str())
        .collect();
    let known = find_references(db, &command.channel, &asked).await?;
    let planner = Planner {
        app,
        ctx,
        command,
        definition,
        units: DistrictUnits::of(db, app, &place).await?,
        place,
        calendar: calendar_of(app, db, command.org_code.district()).await?,
    };
    planner.plan(db, checked, known).await
}

/// Puts the new orders with all that belongs to them into the store, some statements for all of them.
async fn insert(
    app: &App,
    tx: &Tx,
    channel: &str,
    made: &[Made],
    cause: &Cause,
) -> Result<(), ImportError> {
    if made.is_empty() {
        return Ok(());
    }
    let stored: Vec<_> = made.iter().map(|new| &new.stored).collect();
    let orders: Vec<_> = made.iter().map(|new| &new.stored.order).collect();
    let entries: Vec<_> = made.iter().map(|new| new.entry.clone()).collect();
    let references: Vec<(&str, OrderId)> = made
        .iter()
        .map(|new| (new.external_id.as_str(), new.stored.order.id))
        .collect();
    if !insert_references(tx, channel, &references).await? {
        return Err(ImportError::Overtaken);
    }
    let mut writes = Writes::default();
    insert_orders(&mut writes, &stored)?;
    insert_entries(&mut writes, &entries)?;
    insert_scopes(&mut writes, &orders);
    let texts = stored.iter().map(|new| (&new.order, new.org_name.as_str()));
    insert_terms(&mut writes, texts);
    let mut events = Vec::with_capacity(made.len());
    for order in orders {
        if let Some(definition) = app.workflows.find(&order.workflow, order.workflow_version) {
            events.push(outgoing::opened(app.ids.as_ref(), cause, definition, order));
        }
    }
    bus::emit_with(&mut writes, &events);
    Ok(writes.run(tx).await?)
}
