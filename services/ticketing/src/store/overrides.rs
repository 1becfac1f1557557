//! What districts do otherwise than a workflow's file: every version is kept, for the orders that run by it.

use ::store::{StoreError, Writes};
use kernel::{AccountId, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::merge_tables::workflow_override::{ActiveModel, Column, Entity, Model};
use super::{count, from_json, to_json};
use crate::domain::workflow::district::Override;

/// A version of what a district does otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredOverride {
    /// The workflow.
    pub(crate) workflow: String,
    /// Six digits.
    pub(crate) district: String,
    /// Its version, as orders keep it.
    pub(crate) version: u32,
    /// The version of the file that it changes.
    pub(crate) base: u32,
    /// What is otherwise.
    pub(crate) changes: Override,
    /// Why.
    pub(crate) reason: String,
    /// Who published it.
    pub(crate) author: AccountId,
    /// When.
    pub(crate) at: Timestamp,
}

/// Adds a version.
pub(crate) fn insert_override(
    writes: &mut Writes,
    stored: &StoredOverride,
) -> Result<(), StoreError> {
    writes.insert([ActiveModel {
        workflow: Set(stored.workflow.clone()),
        district: Set(stored.district.clone()),
        version: Set(i64::from(stored.version)),
        base: Set(i64::from(stored.base)),
        body: Set(to_json(&stored.changes)?),
        reason: Set(stored.reason.clone()),
        author: Set(stored.author),
        at: Set(stored.at),
    }]);
    Ok(())
}

/// Lists the versions of a district, the newest first.
pub(crate) async fn list_overrides(
    db: &impl ConnectionTrait,
    (workflow, district): (&str, &str),
    limit: u64,
) -> Result<Vec<StoredOverride>, StoreError> {
    let rows = Entity::find()
        .filter(Column::Workflow.eq(workflow))
        .filter(Column::District.eq(district))
        .order_by_desc(Column::Version)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Lists every version of every district: there are as many as were ever published.
pub(crate) async fn list_all(db: &impl ConnectionTrait) -> Result<Vec<StoredOverride>, StoreError> {
    let rows = Entity::find().all(db).await?;
    rows.into_iter().map(from_row).collect()
}

fn from_row(row: Model) -> Result<StoredOverride, StoreError> {
    Ok(StoredOverride {
        workflow: row.workflow,
        district: row.district,
        version: count(row.version)?,
        base: count(row.base)?,
        changes: from_json(&row.body)?,
        reason: row.reason,
        author: row.author,
        at: row.at,
    })
}
