//! Orders: one row each, changed under their version.

use std::collections::HashSet;

use ::store::{StoreError, Tx, Writes, affected_one};
use kernel::{GeoPoint, OrderId};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    UpdateMany,
};

use super::tables::work_order::{ActiveModel, Column, Entity, Model};
use super::{count, from_json, to_json};
use crate::domain::order::Order;
use crate::domain::wording::Bilingual;

/// An order with what the store keeps beside it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredOrder {
    /// The order.
    pub(crate) order: Order,
    /// Name of its place, as of when it came there.
    pub(crate) org_name: String,
    /// Name of the unit that handles it.
    pub(crate) unit_name: Option<String>,
    /// Why the category.
    pub(crate) category_reason: Option<Bilingual>,
    /// Whether the sweep has flagged the running limit as missed.
    pub(crate) overdue: bool,
}

/// Inserts a new order; false when its id or its number is taken.
pub(crate) async fn insert_order(tx: &Tx, stored: &StoredOrder) -> Result<bool, StoreError> {
    let inserted = Entity::insert(to_row(stored)?)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(inserted == 1)
}

/// Inserts new orders whose ids and numbers are known to be free.
pub(crate) fn insert_orders(
    writes: &mut Writes,
    orders: &[&StoredOrder],
) -> Result<(), StoreError> {
    let rows: Result<Vec<_>, _> = orders.iter().copied().map(to_row).collect();
    writes.insert(rows?);
    Ok(())
}

/// Finds which of these numbers are given.
pub(crate) async fn find_taken_numbers(
    db: &impl ConnectionTrait,
    numbers: impl Iterator<Item = &str>,
) -> Result<HashSet<String>, StoreError> {
    let taken: Vec<String> = Entity::find()
        .select_only()
        .column(Column::Number)
        .filter(Column::Number.is_in(numbers))
        .into_tuple()
        .all(db)
        .await?;
    Ok(taken.into_iter().collect())
}

fn to_row(stored: &StoredOrder) -> Result<ActiveModel, StoreError> {
    let order = &stored.order;
    Ok(ActiveModel {
        id: Set(order.id),
        number: Set(order.number.as_str().to_owned()),
        workflow: Set(order.workflow.clone()),
        workflow_version: Set(i64::from(order.workflow_version)),
        state: Set(order.state.clone()),
        round: Set(i64::from(order.round)),
        first_round: Set(i64::from(order.first_round)),
        org_code: Set(order.org_code.clone()),
        org_path: Set(order.org_path.clone()),
        org_name: Set(stored.org_name.clone()),
        unit_path: Set(order.unit_path.clone()),
        unit_name: Set(stored.unit_name.clone()),
        routing_reason: Set(order.unit_reason.as_ref().map(to_json).transpose()?),
        requester: Set(order.requester),
        assignee: Set(order.assignee),
        handlers: Set(to_json(&order.handlers)?),
        panel: Set(to_json(&order.panel)?),
        votes: Set(to_json(&order.votes)?),
        task_open: Set(order.task_open),
        confidential: Set(order.confidential),
        title: Set(order.title.clone()),
        content: Set(order.content.clone()),
        category: Set(order.category.clone()),
        category_reason: Set(stored.category_reason.as_ref().map(to_json).transpose()?),
        channel: Set(order.channel.clone()),
        lon: Set(order.location.map(GeoPoint::lon)),
        lat: Set(order.location.map(GeoPoint::lat)),
        clocks: Set(to_json(&order.clocks)?),
        due_at: Set(order.due_at),
        wake_at: Set(order.wake_at),
        supervised: Set(order.supervised),
        life_safety: Set(order.life_safety),
        overdue: Set(stored.overdue),
        filed_by: Set(order.filed_by),
        contact_id: Set(order.contact),
        panel_households: Set(to_json(&order.panel_households)?),
        callback_tries: Set(to_json(&order.callback_tries)?),
        suggested_assist: Set(order.suggested.as_ref().map(to_json).transpose()?),
        parts: Set(to_json(&order.parts)?),
        joint_requesters: Set(to_json(&order.joint_requesters)?),
        about: Set(order.about.clone()),
        merged_into: Set(order.merged_into),
        split_from: Set(order.split_from),
        created_at: Set(order.created_at),
        updated_at: Set(order.updated_at),
        version: Set(order.version),
    })
}

/// Finds an order.
pub(crate) async fn find_order(
    db: &impl ConnectionTrait,
    id: OrderId,
) -> Result<Option<StoredOrder>, StoreError> {
    let row = Entity::find_by_id(id).one(db).await?;
    row.map(from_row).transpose()
}

/// Lists orders by their ids; no more than a page of them.
pub(crate) async fn list_by_ids(
    db: &impl ConnectionTrait,
    ids: &[OrderId],
) -> Result<Vec<StoredOrder>, StoreError> {
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Saves what changed of an order, under the version that was read, and counts the version up. An order that was moved in
/// the tree keeps its version, so where it was read to be counts too.
pub(crate) async fn save_order(
    tx: &Tx,
    before: &StoredOrder,
    after: &StoredOrder,
) -> Result<(), StoreError> {
    let (old, new) = (&before.order, &after.order);
    let mut update = guarded(old, new);
    // an index is rewritten whenever its column is named, so only what changed is named
    macro_rules! changed {
        ($before:expr, $after:expr, $column:ident, $value:expr) => {
            if $before != $after {
                update = update.col_expr(Column::$column, Expr::value($value));
            }
        };
    }
    changed!(
        old.workflow_version,
        new.workflow_version,
        WorkflowVersion,
        i64::from(new.workflow_version)
    );
    changed!(old.state, new.state, State, new.state.as_str());
    changed!(old.round, new.round, Round, i64::from(new.round));
    changed!(
        old.first_round,
        new.first_round,
        FirstRound,
        i64::from(new.first_round)
    );
    changed!(old.org_code, new.org_code, OrgCode, new.org_code.clone());
    changed!(old.org_path, new.org_path, OrgPath, new.org_path.clone());
    changed!(
        before.org_name,
        after.org_name,
        OrgName,
        after.org_name.as_str()
    );
    changed!(
        old.unit_path,
        new.unit_path,
        UnitPath,
        new.unit_path.clone()
    );
    changed!(
        before.unit_name,
        after.unit_name,
        UnitName,
        after.unit_name.clone()
    );
    let reason = new.unit_reason.as_ref().map(to_json).transpose()?;
    changed!(old.unit_reason, new.unit_reason, RoutingReason, reason);
    changed!(old.assignee, new.assignee, Assignee, new.assignee);
    changed!(
        old.handlers,
        new.handlers,
        Handlers,
        to_json(&new.handlers)?
    );
    changed!(old.panel, new.panel, Panel, to_json(&new.panel)?);
    changed!(old.votes, new.votes, Votes, to_json(&new.votes)?);
    changed!(old.task_open, new.task_open, TaskOpen, new.task_open);
    changed!(old.category, new.category, Category, new.category.clone());
    changed!(old.clocks, new.clocks, Clocks, to_json(&new.clocks)?);
    changed!(old.due_at, new.due_at, DueAt, new.due_at);
    changed!(old.wake_at, new.wake_at, WakeAt, new.wake_at);
    changed!(old.supervised, new.supervised, Supervised, new.supervised);
    changed!(
        old.life_safety,
        new.life_safety,
        LifeSafety,
        new.life_safety
    );
    changed!(before.overdue, after.overdue, Overdue, after.overdue);
    changed!(
        old.panel_households,
        new.panel_households,
        PanelHouseholds,
        to_json(&new.panel_households)?
    );
    changed!(
        old.callback_tries,
        new.callback_tries,
        CallbackTries,
        to_json(&new.callback_tries)?
    );
    let suggested = new.suggested.as_ref().map(to_json).transpose()?;
    changed!(old.suggested, new.suggested, SuggestedAssist, suggested);
    changed!(old.parts, new.parts, Parts, to_json(&new.parts)?);
    changed!(
        old.joint_requesters,
        new.joint_requesters,
        JointRequesters,
        to_json(&new.joint_requesters)?
    );
    changed!(
        old.merged_into,
        new.merged_into,
        MergedInto,
        new.merged_into
    );
    affected_one(update.exec(tx).await?.rows_affected)
}

/// Begins to change an order that still is what and where it was when it was read.
fn guarded(old: &Order, new: &Order) -> UpdateMany<Entity> {
    let mut update = Entity::update_many()
        .col_expr(Column::Version, Expr::value(new.version))
        .col_expr(Column::UpdatedAt, Expr::value(new.updated_at))
        .filter(Column::Id.eq(new.id))
        .filter(Column::Version.eq(old.version))
        .filter(Column::OrgPath.eq(old.org_path.clone()));
    update = match &old.unit_path {
        Some(unit) => update.filter(Column::UnitPath.eq(unit.clone())),
        None => update.filter(Column::UnitPath.is_null()),
    };
    if old.parts != new.parts {
        // the paths of parts may have moved too; how they are written down is no measure of that
        update = update.filter(Column::UpdatedAt.eq(old.updated_at));
    }
    update
}

fn from_row(row: Model) -> Result<StoredOrder, StoreError> {
    let corrupt = |error: &dyn std::fmt::Display| StoreError::Corrupt(error.to_string());
    let location = match (row.lon, row.lat) {
        (Some(lon), Some(lat)) => Some(GeoPoint::new(lon, lat).map_err(|error| corrupt(&error))?),
        _ => None,
    };
    let order = Order {
        id: row.id,
        number: row.number.parse().map_err(|error| corrupt(&error))?,
        workflow: row.workflow,
        workflow_version: count(row.workflow_version)?,
        state: row.state,
        round: count(row.round)?,
        first_round: count(row.first_round)?,
        org_code: row.org_code,
        org_path: row.org_path,
        unit_path: row.unit_path,
        unit_reason: row.routing_reason.as_deref().map(from_json).transpose()?,
        requester: row.requester,
        assignee: row.assignee,
        handlers: from_json(&row.handlers)?,
        panel: from_json(&row.panel)?,
        votes: from_json(&row.votes)?,
        task_open: row.task_open,
        confidential: row.confidential,
        title: row.title,
        content: row.content,
        category: row.category,
        channel: row.channel,
        location,
        clocks: from_json(&row.clocks)?,
        due_at: row.due_at,
        wake_at: row.wake_at,
        supervised: row.supervised,
        life_safety: row.life_safety,
        filed_by: row.filed_by,
        contact: row.contact_id,
        panel_households: from_json(&row.panel_households)?,
        callback_tries: from_json(&row.callback_tries)?,
        suggested: row.suggested_assist.as_deref().map(from_json).transpose()?,
        parts: from_json(&row.parts)?,
        joint_requesters: from_json(&row.joint_requesters)?,
        about: row.about,
        merged_into: row.merged_into,
        split_from: row.split_from,
        created_at: row.created_at,
        updated_at: row.updated_at,
        version: row.version,
    };
    Ok(StoredOrder {
        order,
        org_name: row.org_name,
        unit_name: row.unit_name,
        category_reason: row.category_reason.as_deref().map(from_json).transpose()?,
        overdue: row.overdue,
    })
}
