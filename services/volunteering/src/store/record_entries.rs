//! Trainings and awards of the record: versions are appended; which one is the latest is all that changes.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use jiff::civil::Date;
use kernel::{AccountId, Named, OrgPath, RecordEntryId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use store::{StoreError, Tx, Writes, affected_one};

use self::row::{ActiveModel, Column, Entity, Model};
use super::json;
use super::relocations::{hold_at, page_at};
use crate::domain::record_entry::{MOST_ENTRIES, RecordEntry, RecordEntryKind, RecordEntryState};

/// Versions of entries.
mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "record_entry")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::RecordEntryId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: kernel::Version,
        pub latest: bool,
        pub volunteer: kernel::AccountId,
        pub org_path: kernel::OrgPath,
        pub kind: String,
        /// As the facts say; `YYYY-MM-DD` sorts.
        pub first_day: String,
        pub facts: String,
        pub state: String,
        pub reason: Option<String>,
        pub entered_by: kernel::AccountId,
        pub at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl TryFrom<Model> for RecordEntry {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            version: row.version,
            volunteer: row.volunteer,
            kind: json::named(&row.kind)?,
            said: json::read(&row.facts)?,
            issuer: row.org_path,
            state: json::named(&row.state)?,
            reason: row.reason,
            entered_by: row.entered_by,
            at: row.at,
        })
    }
}

fn all(rows: Vec<Model>) -> Result<Vec<RecordEntry>, StoreError> {
    rows.into_iter().map(RecordEntry::try_from).collect()
}

/// Appends a version as the latest.
pub(crate) fn insert_record_entry(
    writes: &mut Writes,
    entry: &RecordEntry,
) -> Result<(), StoreError> {
    writes.insert([ActiveModel {
        id: Set(entry.id),
        version: Set(entry.version),
        latest: Set(true),
        volunteer: Set(entry.volunteer),
        org_path: Set(entry.issuer.clone()),
        kind: Set(entry.kind.name().to_owned()),
        first_day: Set(entry.said.from.to_string()),
        facts: Set(json::write(&entry.said)?),
        state: Set(entry.state.name().to_owned()),
        reason: Set(entry.reason.clone()),
        entered_by: Set(entry.entered_by),
        at: Set(entry.at),
    }]);
    Ok(())
}

/// Notes that a version is no longer the latest; refuses where another one followed it meanwhile.
pub(crate) async fn supersede_record_entry(tx: &Tx, seen: &RecordEntry) -> Result<(), StoreError> {
    let done = Entity::update_many()
        .col_expr(Column::Latest, Expr::value(false))
        .filter(Column::Id.eq(seen.id))
        .filter(Column::Version.eq(seen.version))
        // the next version is at the same place: it must not be left where the entry no longer is
        .filter(Column::OrgPath.eq(seen.issuer.as_str()))
        .filter(Column::Latest.eq(true))
        .exec(tx)
        .await?;
    affected_one(done.rows_affected)
}

/// Lists the versions of an entry, the latest first; there are few.
pub(crate) async fn list_entry_versions(
    db: &impl ConnectionTrait,
    id: RecordEntryId,
) -> Result<Vec<RecordEntry>, StoreError> {
    let query = Entity::find().filter(Column::Id.eq(id));
    all(query.order_by_desc(Column::Version).all(db).await?)
}

/// Lists the latest versions of a volunteer's entries, the newest entry first.
pub(crate) async fn list_record_entries(
    db: &impl ConnectionTrait,
    volunteer: AccountId,
    after: Option<RecordEntryId>,
    limit: u64,
) -> Result<Vec<RecordEntry>, StoreError> {
    let mut query = Entity::find()
        .filter(Column::Volunteer.eq(volunteer))
        .filter(Column::Latest.eq(true));
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    let rows = query.order_by_desc(Column::Id).limit(limit);
    all(rows.all(db).await?)
}

/// Lists those of a volunteer's entries that stand, the newest first; there are no more than a record holds.
pub(crate) async fn list_standing_entries(
    db: &impl ConnectionTrait,
    volunteer: AccountId,
) -> Result<Vec<RecordEntry>, StoreError> {
    let mut entries = list_record_entries(db, volunteer, None, MOST_ENTRIES).await?;
    entries.retain(|entry| entry.state == RecordEntryState::Valid);
    Ok(entries)
}

/// Counts a volunteer's entries.
pub(crate) async fn count_record_entries(
    db: &impl ConnectionTrait,
    volunteer: AccountId,
) -> Result<u64, StoreError> {
    let of = Entity::find()
        .filter(Column::Volunteer.eq(volunteer))
        .filter(Column::Latest.eq(true));
    Ok(of.count(db).await?)
}

/// Lists the latest versions of entries of a kind at or below a place that began in some days, by place and entry.
pub(crate) async fn list_record_entries_at(
    db: &impl ConnectionTrait,
    (place, kind): (&OrgPath, RecordEntryKind),
    (from, to): (Option<Date>, Option<Date>),
    after: Option<&(OrgPath, RecordEntryId)>,
    limit: u64,
) -> Result<Vec<RecordEntry>, StoreError> {
    let mut query = Entity::find()
        .filter(Column::Latest.eq(true))
        .filter(Column::Kind.eq(kind.name()));
    if let Some(from) = from {
        query = query.filter(Column::FirstDay.gte(from.to_string()));
    }
    if let Some(to) = to {
        query = query.filter(Column::FirstDay.lte(to.to_string()));
    }
    let of = (query, Column::OrgPath, Column::Id);
    all(page_at(db, of, (place, after), limit).await?)
}

/// Reads and holds versions of entries at or below a place that are the latest.
pub(crate) async fn hold_record_entries_at(
    tx: &Tx,
    place: &OrgPath,
    most: u64,
) -> Result<Vec<RecordEntry>, StoreError> {
    let latest = Entity::find().filter(Column::Latest.eq(true));
    all(hold_at(tx, (latest, Column::OrgPath, Column::Id), place, most).await?)
}

/// Saves whose an entry is, whose latest version is held; no version follows from it.
pub(crate) async fn save_record_entry_place(
    tx: &Tx,
    entry: &RecordEntry,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::OrgPath, Expr::value(entry.issuer.clone()))
        .filter(Column::Id.eq(entry.id))
        .exec(tx)
        .await?;
    Ok(())
}
