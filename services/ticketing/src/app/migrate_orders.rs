//! Moves running orders to another version of their definition, a page at a time, only where somebody wants it
//! (在办工单迁移).

use std::collections::BTreeMap;

use ::store::{StoreError, Tx, Writes};
use auth::Ctx;
use kernel::{Cursor, CursorError, OrderId, OrgPath, Role};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::cause::Cause;
use super::record::entry_outside;
use super::show_workflows::{NoWorkflow, find_workflow};
use crate::domain::workflow::Definition;
use crate::domain::workflow::migrate::{Stays, migrate};
use crate::events::outgoing;
use crate::store::listing::{Among, Selection, Walk, list_orders};
use crate::store::orders::{find_order, save_order};
use crate::store::scopes::CITY;
use crate::store::timeline::insert_entries;

const LIST: &str = "migrations";
/// Orders that one call looks at.
const PAGE: u64 = 100;

/// Which orders go on by which version.
#[derive(Debug, Clone)]
pub(crate) struct MigrateOrders {
    /// The workflow.
    pub(crate) workflow: String,
    /// The version that they run by.
    pub(crate) from: u32,
    /// The version that they go on by.
    pub(crate) to: u32,
    /// Whether they are moved, and not only looked at.
    pub(crate) apply: bool,
    /// `next` of the call before.
    pub(crate) cursor: Option<String>,
}

/// What came of one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct OrderMigrationView {
    /// Orders of the version that were looked at.
    pub(crate) looked_at: u64,
    /// Of those, they go on by the other version, or would.
    pub(crate) moved: u64,
    /// Of those, they stay with theirs: `ended` 已结束, `state` 状态不存在, `clock` 计时不存在, `parts` 协办未办结,
    /// `rounds` 轮次已超.
    pub(crate) stay: BTreeMap<String, u64>,
    /// Whether they were moved.
    pub(crate) applied: bool,
    /// Where the next call goes on; absent at the end.
    pub(crate) next: Option<String>,
}

/// Why nothing was moved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MigrateError {
    /// There is no such workflow.
    #[error(transparent)]
    NoWorkflow(#[from] NoWorkflow),
    /// There is no such version.
    #[error("no version {0}")]
    NoVersion(&'static str),
    /// The caller does not run the platform of the city.
    #[error("the caller does not run the platform of the city")]
    NotAllowed,
    /// The cursor is not one of this list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for MigrateError {
    fn fact(&self) -> Fact {
        match self {
            Self::NoWorkflow(error) => error.fact(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
            Self::NoVersion(pointer) => Fact::new(
                Kind::Invalid,
                "no-version",
                "没有这个版本，或两个版本相同",
                "there is no such version, or both are the same",
            )
            .at(*pointer),
            Self::NotAllowed => Fact::new(
                Kind::Forbidden,
                "not-your-city",
                "仅市级平台运营人员可迁移工单",
                "only who runs the platform of the city may move orders to another version",
            ),
        }
    }
}

/// Looks at a page of orders, and moves them where that is wanted.
pub(crate) async fn migrate_orders(
    app: &App,
    ctx: &Ctx,
    command: MigrateOrders,
) -> Result<OrderMigrationView, MigrateError> {
    if !ctx
        .principal
        .holds(Role::PlatformOperator, &OrgPath::root())
    {
        return Err(MigrateError::NotAllowed);
    }
    find_workflow(app, &command.workflow)?;
    let find = |version| app.workflows.find(&command.workflow, version);
    let from = find(command.from).ok_or(MigrateError::NoVersion("/from"))?;
    let to = find(command.to).filter(|_| command.from != command.to);
    let to = to.ok_or(MigrateError::NoVersion("/to"))?;
    let after: Option<OrderId> = match &command.cursor {
        Some(text) => Some(Cursor::decode(LIST, text)?),
        None => None,
    };
    let selection = Selection {
        among: Among::Scope {
            code: CITY.to_owned(),
            categories: Vec::new(),
        },
        below: None,
        state: None,
        workflow: Some(command.workflow.clone()),
        overdue: None,
        supervised: None,
        walk: Walk::Newest(after),
        limit: PAGE,
    };
    let listed = list_orders(app.db.reader(), &selection).await?;
    let full = u64::try_from(listed.len()).is_ok_and(|found| found == PAGE);
    let last = listed.last().filter(|_| full).map(|last| last.id);
    let mut view = OrderMigrationView {
        looked_at: 0,
        moved: 0,
        stay: BTreeMap::new(),
        applied: command.apply,
        next: last.map(|last| Cursor::encode(LIST, &last)),
    };
    let cause = &Cause::request(ctx);
    let of_version = |version: i64| version == i64::from(command.from);
    for order in listed
        .iter()
        .filter(|order| of_version(order.workflow_version))
    {
        let (id, apply) = (order.id, command.apply);
        // each by itself: none waits for a page of others, and what was moved stays moved
        let outcome = app
            .db
            .write("order.migrate", |tx| async move {
                move_one(app, &tx, ctx, (id, apply), (from, to), cause).await
            })
            .await?;
        match outcome {
            // another call was faster
            None => {}
            Some(Ok(())) => {
                view.looked_at += 1;
                view.moved += 1;
            }
            Some(Err(stays)) => {
                view.looked_at += 1;
                *view.stay.entry(stays.name().to_owned()).or_default() += 1;
            }
        }
    }
    Ok(view)
}

async fn move_one(
    app: &App,
    tx: &Tx,
    ctx: &Ctx,
    (id, apply): (OrderId, bool),
    (from, to): (&Definition, &Definition),
    cause: &Cause,
) -> Result<Option<Result<(), Stays>>, StoreError> {
    let found = find_order(tx, id).await?;
    let Some(before) = found.filter(|stored| stored.order.workflow_version == from.version) else {
        return Ok(None);
    };
    let (order, events) = match migrate((from, to), &before.order, cause.now) {
        Err(stays) => return Ok(Some(Err(stays))),
        Ok(_) if !apply => return Ok(Some(Ok(()))),
        Ok(moved) => moved,
    };
    let mut after = before.clone();
    after.order = order;
    after.order.version = before.order.version.next();
    save_order(tx, &before, &after).await?;
    let mut writes = Writes::default();
    let by = (
        Some(ctx.principal.account),
        Role::PlatformOperator.to_string(),
    );
    insert_entries(
        &mut writes,
        &[entry_outside(&after, "migrated", &events, by)?],
    )?;
    let told = outgoing::rescheduled(app.ids.as_ref(), cause, to, &after.order);
    bus::emit_with(&mut writes, &[told]);
    writes.run(tx).await?;
    Ok(Some(Ok(())))
}
