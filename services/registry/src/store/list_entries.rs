//! Reading and writing entries of the lists.

use jiff::civil::Date;
use kernel::{ListEntryId, Named, OrgCode, Timestamp, Version};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use store::{StoreError, Tx};

use super::list_entry::{ActiveModel, Column, Entity, Model};
use crate::domain::list_entry::{EntryState, ListEntry, ListKind, Topic};

/// Which entries to list.
#[derive(Debug, Clone)]
pub(crate) enum Entries {
    /// Those of an organisation, whatever became of them.
    Of(OrgCode),
    /// The open ones of a list in a district, perhaps on one topic.
    Market {
        /// Six digits.
        district: String,
        kind: ListKind,
        topic: Option<Topic>,
    },
}

fn read(rows: Vec<Model>) -> Result<Vec<ListEntry>, StoreError> {
    rows.into_iter().map(ListEntry::try_from).collect()
}

/// Inserts an entry.
pub(crate) async fn insert_entry(tx: &Tx, entry: &ListEntry) -> Result<(), StoreError> {
    Entity::insert(ActiveModel::from(entry))
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Saves how far an entry has come, over the version before.
pub(crate) async fn save_entry(
    tx: &Tx,
    entry: &ListEntry,
    seen: Version,
) -> Result<(), StoreError> {
    let done = Entity::update_many()
        .col_expr(Column::State, Expr::value(entry.state.name()))
        .col_expr(Column::Version, Expr::value(entry.version))
        .col_expr(Column::UpdatedAt, Expr::value(entry.updated_at))
        .filter(Column::Id.eq(entry.id))
        .filter(Column::Version.eq(seen))
        .exec(tx)
        .await?;
    store::affected_one(done.rows_affected)
}

/// Takes a quantity from an entry if it can be claimed and has as much left; says whether it was so. The row decides,
/// however many ask at once.
pub(crate) async fn take(
    tx: &Tx,
    id: ListEntryId,
    quantity: u32,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let after = Expr::col(Column::Taken).add(i64::from(quantity));
    let live = EntryState::ALL.iter().filter(|state| state.is_live());
    let fits = Condition::any()
        .add(Column::Quantity.is_null())
        .add(after.clone().lte(Expr::col(Column::Quantity)));
    let done = Entity::update_many()
        .col_expr(Column::Taken, after)
        .col_expr(Column::Version, Expr::col(Column::Version).add(1_i64))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::State.is_in(live.map(|state| state.name())))
        .filter(fits)
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Gives a quantity back to an entry.
pub(crate) async fn give_back(
    tx: &Tx,
    id: ListEntryId,
    quantity: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    let quantity = i64::from(quantity);
    let done = Entity::update_many()
        .col_expr(Column::Taken, Expr::col(Column::Taken).sub(quantity))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1_i64))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::Taken.gte(quantity))
        .exec(tx)
        .await?;
    store::affected_one(done.rows_affected)
}

/// Finds an entry.
pub(crate) async fn find_entry(
    db: &impl ConnectionTrait,
    id: ListEntryId,
) -> Result<Option<ListEntry>, StoreError> {
    let row = Entity::find_by_id(id).one(db).await?;
    row.map(ListEntry::try_from).transpose()
}

/// Lists entries, the newest first.
pub(crate) async fn list_entries(
    db: &impl ConnectionTrait,
    which: &Entries,
    after: Option<ListEntryId>,
    limit: u64,
) -> Result<Vec<ListEntry>, StoreError> {
    let mut query = match which {
        Entries::Of(owner) => Entity::find().filter(Column::OwnerCode.eq(owner.clone())),
        Entries::Market {
            district,
            kind,
            topic,
        } => {
            let open = Entity::find()
                .filter(Column::District.eq(district.as_str()))
                .filter(Column::Kind.eq(kind.name()))
                .filter(Column::State.eq(EntryState::Open.name()));
            match topic {
                Some(topic) => open.filter(Column::Topic.eq(topic.name())),
                None => open,
            }
        }
    };
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    read(query.order_by_desc(Column::Id).limit(limit).all(db).await?)
}

/// Lists open entries whose last day is before `today`.
pub(crate) async fn list_ended(
    db: &impl ConnectionTrait,
    today: Date,
    limit: u64,
) -> Result<Vec<ListEntry>, StoreError> {
    let rows = Entity::find()
        .filter(Column::State.eq(EntryState::Open.name()))
        .filter(Column::TermUntil.lt(today.to_string()))
        .order_by_asc(Column::TermUntil)
        .limit(limit)
        .all(db)
        .await?;
    read(rows)
}
