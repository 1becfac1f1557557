//! Calendars of districts: every version is kept.

use ::store::{StoreError, Writes};
use kernel::{AccountId, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::tables::calendar::{ActiveModel, Column, Entity, Model};
use super::{from_json, to_json};
use crate::domain::calendar::CalendarSpec;

/// The name under which the calendar of the whole city is kept.
pub(crate) const CITY: &str = "city";

/// A version of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredCalendar {
    /// Six digits, or [`CITY`].
    pub(crate) district: String,
    /// Counts up from 1.
    pub(crate) version: i64,
    /// The calendar.
    pub(crate) spec: CalendarSpec,
    /// Why it was changed.
    pub(crate) reason: String,
    /// Who changed it.
    pub(crate) author: AccountId,
    /// When.
    pub(crate) at: Timestamp,
}

/// Adds a version.
pub(crate) fn insert_calendar(
    writes: &mut Writes,
    calendar: &StoredCalendar,
) -> Result<(), StoreError> {
    writes.insert([ActiveModel {
        district: Set(calendar.district.clone()),
        version: Set(calendar.version),
        body: Set(to_json(&calendar.spec)?),
        reason: Set(calendar.reason.clone()),
        author: Set(calendar.author),
        at: Set(calendar.at),
    }]);
    Ok(())
}

/// Finds the newest version of a district's own calendar.
pub(crate) async fn find_calendar(
    db: &impl ConnectionTrait,
    district: &str,
) -> Result<Option<StoredCalendar>, StoreError> {
    let row = Entity::find()
        .filter(Column::District.eq(district))
        .order_by_desc(Column::Version)
        .limit(1)
        .one(db)
        .await?;
    row.map(from_row).transpose()
}

/// Lists all versions of a district's own calendar, the first one first.
pub(crate) async fn list_versions(
    db: &impl ConnectionTrait,
    district: &str,
) -> Result<Vec<StoredCalendar>, StoreError> {
    let rows = Entity::find()
        .filter(Column::District.eq(district))
        .order_by_asc(Column::Version)
        .all(db)
        .await?;
    rows.into_iter().map(from_row).collect()
}

fn from_row(row: Model) -> Result<StoredCalendar, StoreError> {
    Ok(StoredCalendar {
        district: row.district,
        version: row.version,
        spec: from_json(&row.body)?,
        reason: row.reason,
        author: row.author,
        at: row.at,
    })
}
