//! What happened to an order: one row per change, never altered.

use std::collections::HashMap;

use ::store::{StoreError, Writes};
use kernel::{AccountId, OrderId, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::Value;

use super::follower_due::{self, FollowerDue};
use super::tables::order_event::{ActiveModel, Column, Entity, Model};
use super::{count, figures, from_json, to_json};
use crate::domain::callback::{Recorded, Solved};
use crate::domain::workflow::rehearse::Recorded as RecordedStep;

/// Orders of one statement.
const CHUNK: usize = 100;

/// One change of an order (时间线).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// The order.
    pub(crate) order_id: OrderId,
    /// The version that the order had afterwards.
    pub(crate) seq: i64,
    /// What sort of change: `opened`, `advanced` or `overdue`.
    pub(crate) kind: String,
    /// The action; empty unless `advanced`.
    pub(crate) action: String,
    /// The state before; empty for `opened`.
    pub(crate) from_state: String,
    /// The state after.
    pub(crate) to_state: String,
    /// The round in which it happened.
    pub(crate) round: u32,
    /// Who did it.
    pub(crate) actor: Option<AccountId>,
    /// In which capacity.
    pub(crate) capacity: String,
    /// The checked form.
    pub(crate) input: Value,
    /// What followed.
    pub(crate) facts: Vec<Value>,
    /// Whether a limit that ended here had been missed.
    pub(crate) late: bool,
    /// When.
    pub(crate) at: Timestamp,
}

/// Appends changes.
pub(crate) fn insert_entries(writes: &mut Writes, entries: &[Entry]) -> Result<(), StoreError> {
    let rows: Result<Vec<_>, _> = entries.iter().map(to_row).collect();
    writes.insert(rows?);
    // what happened changes what the order adds to the figures
    figures::mark_due(
        writes,
        entries.iter().map(|entry| (entry.order_id, entry.seq)),
    );
    let moved = entries.iter().filter(|entry| {
        // who opens an order is followed by nobody yet
        !entry.from_state.is_empty() && entry.from_state != entry.to_state
    });
    for entry in moved {
        follower_due::mark(
            writes,
            &FollowerDue {
                order_id: entry.order_id,
                seq: entry.seq,
                from_state: entry.from_state.clone(),
                actor: entry.actor,
                behind: None,
            },
        );
    }
    Ok(())
}

/// Lists all changes of some orders, each order's oldest first.
pub(crate) async fn list_logs(
    db: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<Vec<Entry>, StoreError> {
    let rows = Entity::find()
        .filter(Column::OrderId.is_in(orders.iter().copied()))
        .order_by_asc(Column::OrderId)
        .order_by_asc(Column::Seq)
        .all(db)
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Lists changes of an order behind `after`, oldest first.
pub(crate) async fn list_entries(
    db: &impl ConnectionTrait,
    order: OrderId,
    after: i64,
    limit: u64,
) -> Result<Vec<Entry>, StoreError> {
    let rows = Entity::find()
        .filter(Column::OrderId.eq(order))
        .filter(Column::Seq.gt(after))
        .order_by_asc(Column::Seq)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Lists the steps that orders have taken, in their order; in as many statements as there are hundreds of orders.
pub(crate) async fn list_steps(
    db: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Vec<RecordedStep>>, StoreError> {
    let mut steps: HashMap<OrderId, Vec<RecordedStep>> = HashMap::new();
    for some in orders.chunks(CHUNK) {
        let rows = Entity::find()
            .filter(Column::OrderId.is_in(some.iter().copied()))
            .filter(Column::Kind.eq("advanced"))
            .order_by_asc(Column::OrderId)
            .order_by_asc(Column::Seq)
            .all(db)
            .await?;
        for row in rows {
            let step = RecordedStep {
                input: from_json(&row.input)?,
                action: row.action,
                from: row.from_state,
                to: row.to_state,
                capacity: row.capacity,
            };
            steps.entry(row.order_id).or_default().push(step);
        }
    }
    Ok(steps)
}

/// When what was written into a form.
pub(crate) type Said = (Timestamp, Value);

/// Lists what was said with some actions on some orders, no more than a page of them: each order's oldest first.
pub(crate) async fn list_inputs(
    db: &impl ConnectionTrait,
    orders: &[OrderId],
    actions: &[String],
) -> Result<HashMap<OrderId, Vec<Said>>, StoreError> {
    let rows: Vec<(OrderId, Timestamp, String)> = Entity::find()
        .select_only()
        .columns([Column::OrderId, Column::At, Column::Input])
        .filter(Column::OrderId.is_in(orders.iter().copied()))
        .filter(Column::Action.is_in(actions.iter().map(String::as_str)))
        .order_by_asc(Column::OrderId)
        .order_by_asc(Column::Seq)
        .into_tuple()
        .all(db)
        .await?;
    let mut found: HashMap<OrderId, Vec<Said>> = HashMap::new();
    for (order, at, input) in rows {
        let said = (at, from_json(&input)?);
        found.entry(order).or_default().push(said);
    }
    Ok(found)
}

fn to_row(entry: &Entry) -> Result<ActiveModel, StoreError> {
    // who answers by themselves was reached, and half solved is not solved
    let called_back = callback_of(entry);
    let answer = |names: &[&str]| {
        let found = names.iter().find_map(|name| entry.input.get(name));
        found.and_then(Value::as_bool)
    };
    let scores = ["score", "satisfaction"];
    let score = scores.iter().find_map(|name| entry.input.get(name));
    Ok(ActiveModel {
        order_id: Set(entry.order_id),
        seq: Set(entry.seq),
        kind: Set(entry.kind.clone()),
        action: Set(entry.action.clone()),
        from_state: Set(entry.from_state.clone()),
        to_state: Set(entry.to_state.clone()),
        round: Set(i64::from(entry.round)),
        actor: Set(entry.actor),
        capacity: Set(entry.capacity.clone()),
        input: Set(to_json(&entry.input)?),
        facts: Set(to_json(&entry.facts)?),
        late: Set(entry.late),
        reached: Set(match &called_back {
            Some(callback) => Some(callback.answer.is_some()),
            None => answer(&["reached"]),
        }),
        solved: Set(match &called_back {
            Some(callback) => callback.answer.map(|answer| answer.solved == Solved::Yes),
            None => answer(&["solved", "passed", "found"]),
        }),
        score: Set(score.and_then(Value::as_i64)),
        at: Set(entry.at),
    })
}

/// Finds what came of a callback.
fn callback_of(entry: &Entry) -> Option<Recorded> {
    let is_callback =
        |fact: &&Value| fact.get("kind").and_then(Value::as_str) == Some("called_back");
    let fact = entry.facts.iter().find(is_callback)?;
    serde_json::from_value(fact.get("callback")?.clone()).ok()
}

fn from_row(row: Model) -> Result<Entry, StoreError> {
    Ok(Entry {
        order_id: row.order_id,
        seq: row.seq,
        kind: row.kind,
        action: row.action,
        from_state: row.from_state,
        to_state: row.to_state,
        round: count(row.round)?,
        actor: row.actor,
        capacity: row.capacity,
        input: from_json(&row.input)?,
        facts: from_json(&row.facts)?,
        late: row.late,
        at: row.at,
    })
}
