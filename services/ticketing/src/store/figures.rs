//! Figures as they are kept: what each order adds, and the sums of that by place, day and facet.
//!
//! A change of an order leaves a row in `figure_due` in its own transaction; the sums follow in batches. So the rows of
//! a whole city, which every order adds to, are never waited for by those who work on orders.

use std::collections::BTreeMap;

use ::store::{CHUNK, StoreError, Tx, Writes};
use kernel::{Named, OrderId, OrgPath, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult,
    QueryFilter, QueryOrder, QuerySelect,
};

use super::figure_tables::{figure_cell, figure_due, figure_order, figure_turn};
use super::request_tables::order_exclusion;
use super::scopes::hidden;
use super::tables::{order_scope, work_order};
use super::{from_json, to_json};
use crate::domain::order::Order;
use crate::domain::request::Metric;
use crate::domain::statistics::Sums;

kernel::named! {
    /// By what figures are kept.
    #[derive(serde::Serialize, PartialOrd, Ord)]
    pub(crate) enum Dimension {
        /// All orders.
        All = "all",
        /// By workflow (流程).
        Workflow = "workflow",
        /// By workflow and state (状态): how many there are, nothing else.
        State = "state",
        /// By category (类别).
        Category = "category",
        /// By channel (渠道).
        Channel = "channel",
    }
}

/// Which sum.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CellKey {
    /// The node, `/` for the city.
    pub(crate) scope: String,
    /// By what.
    pub(crate) dimension: Dimension,
    /// The day on which the orders were opened, in the zone of the business.
    pub(crate) day: String,
    /// The facet; empty for all, and for orders without one.
    pub(crate) value: String,
}

impl CellKey {
    fn written(&self) -> String {
        let dimension = self.dimension.name();
        format!("{}|{dimension}|{}|{}", self.scope, self.day, self.value)
    }
}

/// What an order adds, and to which sums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The order.
    pub(crate) order_id: OrderId,
    /// The day on which it was opened.
    pub(crate) day: String,
    /// The nodes above its place and its unit.
    pub(crate) scopes: Vec<String>,
    /// Its workflow, state, category and channel.
    pub(crate) facets: [String; 4],
    /// What it adds.
    pub(crate) sums: Sums,
}

/// What is known of an order beside its log.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Facts {
    pub(crate) id: OrderId,
    pub(crate) workflow: String,
    pub(crate) workflow_version: i64,
    pub(crate) org_path: OrgPath,
    pub(crate) unit_path: Option<OrgPath>,
    pub(crate) category: Option<String>,
    pub(crate) channel: String,
    pub(crate) created_at: Timestamp,
}

/// A row that says that an order is to be looked at again.
pub(crate) type Due = figure_due::Model;

/// Says that what happened to orders changes the figures.
pub(crate) fn mark_due(writes: &mut Writes, changes: impl Iterator<Item = (OrderId, i64)>) {
    mark(writes, changes, "event");
}

/// Says that an order counts somewhere else now.
pub(crate) fn mark_moved(writes: &mut Writes, order: &Order) {
    mark(
        writes,
        std::iter::once((order.id, order.version.get())),
        "moved",
    );
}

fn mark(writes: &mut Writes, changes: impl Iterator<Item = (OrderId, i64)>, why: &str) {
    let rows = changes.map(|(order_id, seq)| figure_due::ActiveModel {
        order_id: Set(order_id),
        seq: Set(seq),
        why: Set(why.to_owned()),
    });
    writes.upsert(rows, &OnConflict::new().do_nothing().to_owned());
}

/// Says that every order is to be looked at again.
pub(crate) async fn mark_all(tx: &Tx) -> Result<(), StoreError> {
    let all = "INSERT INTO figure_due (order_id, seq, why) SELECT id, version, 'rebuild' FROM work_order WHERE true ON CONFLICT DO NOTHING";
    tx.execute_unprepared(all).await?;
    Ok(())
}

/// Forgets all figures.
pub(crate) async fn clear(tx: &Tx) -> Result<(), StoreError> {
    figure_cell::Entity::delete_many().exec(tx).await?;
    figure_order::Entity::delete_many().exec(tx).await?;
    figure_due::Entity::delete_many().exec(tx).await?;
    Ok(())
}

/// Waits until nobody else adds to the sums.
pub(crate) async fn take_turn(tx: &Tx) -> Result<(), StoreError> {
    let turns = Expr::col(figure_turn::Column::Turns).add(1);
    figure_turn::Entity::update_many()
        .col_expr(figure_turn::Column::Turns, turns)
        .filter(figure_turn::Column::Id.eq(1))
        .exec(tx)
        .await?;
    Ok(())
}

/// Lists what is to be looked at, up to a number of changes.
pub(crate) async fn list_due(
    db: &impl ConnectionTrait,
    limit: u64,
) -> Result<Vec<Due>, StoreError> {
    Ok(figure_due::Entity::find()
        .order_by_asc(figure_due::Column::OrderId)
        .order_by_asc(figure_due::Column::Seq)
        .limit(limit)
        .all(db)
        .await?)
}

/// Forgets what was looked at; what came since stays.
pub(crate) async fn remove_due(tx: &Tx, due: &[Due]) -> Result<(), StoreError> {
    use figure_due::Column as C;
    for chunk in due.chunks(CHUNK / 4) {
        let mut any = Condition::any();
        for row in chunk {
            let this = Condition::all()
                .add(C::OrderId.eq(row.order_id))
                .add(C::Seq.eq(row.seq))
                .add(C::Why.eq(row.why.as_str()));
            any = any.add(this);
        }
        figure_due::Entity::delete_many()
            .filter(any)
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Lists what is known of orders beside their logs.
pub(crate) async fn list_facts(
    db: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<Vec<Facts>, StoreError> {
    Ok(facts()
        .filter(work_order::Column::Id.is_in(orders.iter().copied()))
        .into_model::<Facts>()
        .all(db)
        .await?)
}

/// Lists the same of all orders, behind one of them.
pub(crate) async fn list_all_facts(
    db: &impl ConnectionTrait,
    after: Option<OrderId>,
    limit: u64,
) -> Result<Vec<Facts>, StoreError> {
    let mut query = facts();
    if let Some(after) = after {
        query = query.filter(work_order::Column::Id.gt(after));
    }
    Ok(query
        .order_by_asc(work_order::Column::Id)
        .limit(limit)
        .into_model::<Facts>()
        .all(db)
        .await?)
}

fn facts() -> sea_orm::Select<work_order::Entity> {
    use work_order::Column as C;
    work_order::Entity::find().select_only().columns([
        C::Id,
        C::Workflow,
        C::WorkflowVersion,
        C::OrgPath,
        C::UnitPath,
        C::Category,
        C::Channel,
        C::CreatedAt,
    ])
}

/// Lists the figures that don't count some orders, and since when (剔除).
pub(crate) async fn list_excluded(
    db: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<Vec<(OrderId, Metric, Timestamp)>, StoreError> {
    let rows = order_exclusion::Entity::find()
        .filter(order_exclusion::Column::OrderId.is_in(orders.iter().copied()))
        .all(db)
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let metric = serde_json::from_value(serde_json::Value::String(row.metric));
        let metric = metric.map_err(|error| StoreError::Corrupt(error.to_string()))?;
        found.push((row.order_id, metric, row.at));
    }
    Ok(found)
}

/// Finds what orders added so far.
pub(crate) async fn list_kept(
    db: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<BTreeMap<OrderId, Kept>, StoreError> {
    let mut found = BTreeMap::new();
    for chunk in orders.chunks(CHUNK) {
        let rows = figure_order::Entity::find()
            .filter(figure_order::Column::OrderId.is_in(chunk.iter().copied()))
            .all(db)
            .await?;
        for row in rows {
            let kept = from_row(row)?;
            found.insert(kept.order_id, kept);
        }
    }
    Ok(found)
}

/// Keeps what orders add.
pub(crate) fn save_kept(writes: &mut Writes, kept: &[Kept]) -> Result<(), StoreError> {
    use figure_order::Column as C;
    let mut rows = Vec::with_capacity(kept.len());
    for kept in kept {
        rows.push(figure_order::ActiveModel {
            order_id: Set(kept.order_id),
            day: Set(kept.day.clone()),
            scopes: Set(to_json(&kept.scopes)?),
            facets: Set(to_json(&kept.facets)?),
            sums: Set(to_json(&kept.sums)?),
        });
    }
    let again = OnConflict::column(C::OrderId)
        .update_columns([C::Day, C::Scopes, C::Facets, C::Sums])
        .to_owned();
    writes.upsert(rows, &again);
    Ok(())
}

fn from_row(row: figure_order::Model) -> Result<Kept, StoreError> {
    Ok(Kept {
        order_id: row.order_id,
        day: row.day,
        scopes: from_json(&row.scopes)?,
        facets: from_json(&row.facets)?,
        sums: from_json(&row.sums)?,
    })
}

/// Finds sums.
pub(crate) async fn find_cells<'a>(
    db: &impl ConnectionTrait,
    keys: impl Iterator<Item = &'a CellKey>,
) -> Result<BTreeMap<CellKey, Sums>, StoreError> {
    let keys: Vec<String> = keys.map(CellKey::written).collect();
    let mut found = BTreeMap::new();
    for chunk in keys.chunks(CHUNK) {
        let rows = figure_cell::Entity::find()
            .filter(figure_cell::Column::CellKey.is_in(chunk.iter().map(String::as_str)))
            .all(db)
            .await?;
        for row in rows {
            let (key, sums) = cell(row)?;
            found.insert(key, sums);
        }
    }
    Ok(found)
}

/// Saves sums; those of nothing go.
pub(crate) async fn save_cells(
    tx: &Tx,
    writes: &mut Writes,
    cells: &BTreeMap<CellKey, Sums>,
) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(cells.len());
    let mut gone = Vec::new();
    for (key, sums) in cells {
        if sums.is_empty() {
            gone.push(key.written());
            continue;
        }
        rows.push(figure_cell::ActiveModel {
            cell_key: Set(key.written()),
            scope_code: Set(key.scope.clone()),
            dimension: Set(key.dimension.name().to_owned()),
            day: Set(key.day.clone()),
            value: Set(key.value.clone()),
            sums: Set(to_json(sums)?),
        });
    }
    for chunk in gone.chunks(CHUNK) {
        figure_cell::Entity::delete_many()
            .filter(figure_cell::Column::CellKey.is_in(chunk.iter().map(String::as_str)))
            .exec(tx)
            .await?;
    }
    let again = OnConflict::column(figure_cell::Column::CellKey)
        .update_column(figure_cell::Column::Sums)
        .to_owned();
    writes.upsert(rows, &again);
    Ok(())
}

/// Lists the sums of a node over some days.
pub(crate) async fn list_cells(
    db: &impl ConnectionTrait,
    (scope, dimension): (&str, Dimension),
    (from, to): (&str, &str),
) -> Result<Vec<(CellKey, Sums)>, StoreError> {
    let rows = figure_cell::Entity::find()
        .filter(figure_cell::Column::ScopeCode.eq(scope))
        .filter(figure_cell::Column::Dimension.eq(dimension.name()))
        .filter(figure_cell::Column::Day.gte(from))
        .filter(figure_cell::Column::Day.lte(to))
        .all(db)
        .await?;
    rows.into_iter().map(cell).collect()
}

/// Lists the sums of some nodes over some days, in as many statements as there are hundreds of nodes.
pub(crate) async fn list_cells_of(
    db: &impl ConnectionTrait,
    scopes: &[String],
    (from, to): (&str, &str),
) -> Result<Vec<(CellKey, Sums)>, StoreError> {
    let mut found = Vec::new();
    for some in scopes.chunks(CHUNK) {
        let rows = figure_cell::Entity::find()
            .filter(figure_cell::Column::ScopeCode.is_in(some.iter().map(String::as_str)))
            .filter(figure_cell::Column::Dimension.eq(Dimension::All.name()))
            .filter(figure_cell::Column::Day.gte(from))
            .filter(figure_cell::Column::Day.lte(to))
            .all(db)
            .await?;
        for row in rows {
            found.push(cell(row)?);
        }
    }
    Ok(found)
}

/// Lists all sums by key, behind one of them.
pub(crate) async fn list_all_cells(
    db: &impl ConnectionTrait,
    after: Option<String>,
    limit: u64,
) -> Result<(Vec<(CellKey, Sums)>, Option<String>), StoreError> {
    let mut query = figure_cell::Entity::find();
    if let Some(after) = after {
        query = query.filter(figure_cell::Column::CellKey.gt(after));
    }
    let rows = query
        .order_by_asc(figure_cell::Column::CellKey)
        .limit(limit)
        .all(db)
        .await?;
    let last = rows.last().map(|row| row.cell_key.clone());
    let cells: Result<_, StoreError> = rows.into_iter().map(cell).collect();
    Ok((cells?, last))
}

fn cell(row: figure_cell::Model) -> Result<(CellKey, Sums), StoreError> {
    let dimension = Dimension::from_name(&row.dimension);
    let dimension =
        dimension.ok_or_else(|| StoreError::Corrupt(format!("dimension {:?}", row.dimension)))?;
    let key = CellKey {
        scope: row.scope_code,
        dimension,
        day: row.day,
        value: row.value,
    };
    Ok((key, from_json(&row.sums)?))
}

/// Lists orders of a node by when they were opened, the newest first, behind one of them.
pub(crate) async fn list_opened(
    db: &impl ConnectionTrait,
    scope: &str,
    (from, to): (Timestamp, Timestamp),
    after: Option<(Timestamp, OrderId)>,
    limit: u64,
) -> Result<Vec<(Timestamp, OrderId)>, StoreError> {
    use order_scope::Column as C;
    let mut query = order_scope::Entity::find()
        .select_only()
        .columns([C::CreatedAt, C::OrderId])
        .filter(C::ScopeCode.eq(scope))
        .filter(C::CreatedAt.gte(from));
    query = match after {
        Some((at, id)) => query.filter(C::CreatedAt.lte(at)).filter(
            Condition::any()
                .add(C::CreatedAt.lt(at))
                .add(C::OrderId.lt(id)),
        ),
        None => query.filter(C::CreatedAt.lt(to)),
    };
    Ok(query
        .order_by_desc(C::CreatedAt)
        .order_by_desc(C::OrderId)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}

/// Lists the same, those about the node or a unit below it too: for what only counts them.
pub(crate) async fn list_all_opened(
    db: &impl ConnectionTrait,
    scope: &str,
    period: (Timestamp, Timestamp),
    after: Option<(Timestamp, OrderId)>,
    limit: u64,
) -> Result<Vec<(Timestamp, OrderId)>, StoreError> {
    let mut found = list_opened(db, scope, period, after, limit).await?;
    found.extend(list_opened(db, &hidden(scope), period, after, limit).await?);
    found.sort_unstable_by_key(|order| std::cmp::Reverse(*order));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// Counts by plain SQL, for tests.
#[cfg(test)]
pub(crate) async fn count_by(db: &impl ConnectionTrait, query: &str) -> Result<i64, StoreError> {
    let ask = sea_orm::Statement::from_string(db.get_database_backend(), query.to_owned());
    let row = db.query_one_raw(ask).await?;
    let row = row.ok_or_else(|| StoreError::Corrupt("no row".to_owned()))?;
    Ok(row.try_get_by_index(0)?)
}
