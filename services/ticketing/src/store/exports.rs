//! Exports of orders: the jobs, and what is made of them page by page.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use ::store::{StoreError, Tx};
use kernel::{AccountId, ExportId, Named, OrderId, Timestamp, Version};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::{count, from_json, to_json};
use crate::domain::export::ExportState;

mod job {
    use kernel::{AccountId, ExportId, OrderId, Timestamp, Version};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_export")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ExportId,
        pub account: AccountId,
        pub state: String,
        pub wanted: String,
        pub reason: String,
        pub rows_made: i64,
        pub parts: i64,
        pub behind: Option<OrderId>,
        pub failures: i64,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
        pub expires_at: Timestamp,
        pub version: Version,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod part {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_export_part")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub export_id: kernel::ExportId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub body: String,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// An export under way, or what has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredExport {
    /// The export.
    pub(crate) id: ExportId,
    /// Whose it is.
    pub(crate) account: AccountId,
    /// How far it has come.
    pub(crate) state: ExportState,
    /// What is wanted, as JSON.
    pub(crate) wanted: String,
    /// Why it failed; empty otherwise.
    pub(crate) reason: String,
    /// Rows so far.
    pub(crate) rows: u64,
    /// Pages so far.
    pub(crate) parts: u32,
    /// The last order of the page before.
    pub(crate) behind: Option<OrderId>,
    /// Pages that failed one after the other.
    pub(crate) failures: u32,
    /// When it was asked for.
    pub(crate) created_at: Timestamp,
    /// When it last came on.
    pub(crate) updated_at: Timestamp,
    /// Until when it is kept.
    pub(crate) expires_at: Timestamp,
    /// The stored version.
    pub(crate) version: Version,
}

impl TryFrom<job::Model> for StoredExport {
    type Error = StoreError;

    fn try_from(row: job::Model) -> Result<Self, StoreError> {
        let state = ExportState::from_name(&row.state);
        Ok(Self {
            id: row.id,
            account: row.account,
            state: state.ok_or_else(|| StoreError::Corrupt(format!("state {}", row.state)))?,
            wanted: row.wanted,
            reason: row.reason,
            rows: count(row.rows_made)?,
            parts: count(row.parts)?,
            behind: row.behind,
            failures: count(row.failures)?,
            created_at: row.created_at,
            updated_at: row.updated_at,
            expires_at: row.expires_at,
            version: row.version,
        })
    }
}

fn row_of(export: &StoredExport) -> job::ActiveModel {
    job::ActiveModel {
        id: Set(export.id),
        account: Set(export.account),
        state: Set(export.state.name().to_owned()),
        wanted: Set(export.wanted.clone()),
        reason: Set(export.reason.clone()),
        rows_made: Set(i64::try_from(export.rows).unwrap_or(i64::MAX)),
        parts: Set(i64::from(export.parts)),
        behind: Set(export.behind),
        failures: Set(i64::from(export.failures)),
        created_at: Set(export.created_at),
        updated_at: Set(export.updated_at),
        expires_at: Set(export.expires_at),
        version: Set(export.version),
    }
}

/// Stores a new export.
pub(crate) async fn insert_export(tx: &Tx, export: &StoredExport) -> Result<(), StoreError> {
    job::Entity::insert(row_of(export))
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Saves an export over the version that was read; `export` has the next one already.
///
/// # Errors
/// [`StoreError::Stale`] when somebody else was faster.
pub(crate) async fn save_export(
    tx: &Tx,
    before: Version,
    export: &StoredExport,
) -> Result<(), StoreError> {
    let saved = job::Entity::update_many()
        .set(row_of(export))
        .filter(job::Column::Id.eq(export.id))
        .filter(job::Column::Version.eq(before))
        .exec(tx)
        .await?;
    if saved.rows_affected == 1 {
        Ok(())
    } else {
        Err(StoreError::Stale)
    }
}

/// Finds an export of an account.
pub(crate) async fn find_export(
    db: &impl ConnectionTrait,
    account: AccountId,
    id: ExportId,
) -> Result<Option<StoredExport>, StoreError> {
    let own = job::Entity::find_by_id(id).filter(job::Column::Account.eq(account));
    own.one(db).await?.map(TryInto::try_into).transpose()
}

/// Finds the export whose turn it is: the one that has rested longest.
pub(crate) async fn find_next(
    db: &impl ConnectionTrait,
) -> Result<Option<StoredExport>, StoreError> {
    let next = job::Entity::find()
        .filter(job::Column::State.eq(ExportState::Running.name()))
        .order_by_asc(job::Column::UpdatedAt)
        .one(db)
        .await?;
    next.map(TryInto::try_into).transpose()
}

/// Counts the exports that are being made: of an account, and in all.
pub(crate) async fn count_running(
    db: &impl ConnectionTrait,
    account: AccountId,
) -> Result<(u64, u64), StoreError> {
    let running = || job::Entity::find().filter(job::Column::State.eq(ExportState::Running.name()));
    let own = running().filter(job::Column::Account.eq(account));
    Ok((own.count(db).await?, running().count(db).await?))
}

/// Lists the exports of an account, the newest first, behind one of them.
pub(crate) async fn list_exports(
    db: &impl ConnectionTrait,
    account: AccountId,
    behind: Option<ExportId>,
    limit: u64,
) -> Result<Vec<StoredExport>, StoreError> {
    let mut own = job::Entity::find().filter(job::Column::Account.eq(account));
    if let Some(behind) = behind {
        own = own.filter(job::Column::Id.lt(behind));
    }
    let rows = own
        .order_by_desc(job::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Adds a page.
pub(crate) async fn insert_part(
    tx: &Tx,
    export: ExportId,
    number: u32,
    rows: &[Vec<String>],
) -> Result<(), StoreError> {
    let page = part::ActiveModel {
        export_id: Set(export),
        number: Set(i64::from(number)),
        body: Set(to_json(rows)?),
    };
    part::Entity::insert(page)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Reads a page.
pub(crate) async fn find_part(
    db: &impl ConnectionTrait,
    export: ExportId,
    number: u32,
) -> Result<Option<Vec<Vec<String>>>, StoreError> {
    let key = (export, i64::from(number));
    let page = part::Entity::find_by_id(key).one(db).await?;
    page.map(|page| from_json(&page.body)).transpose()
}

/// Removes the pages of an export.
pub(crate) async fn delete_parts(tx: &Tx, export: ExportId) -> Result<(), StoreError> {
    part::Entity::delete_many()
        .filter(part::Column::ExportId.eq(export))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets exports whose time is over; returns how many.
pub(crate) async fn forget_exports(tx: &Tx, now: Timestamp, most: u64) -> Result<u64, StoreError> {
    let over: Vec<ExportId> = job::Entity::find()
        .select_only()
        .column(job::Column::Id)
        .filter(job::Column::ExpiresAt.lt(now))
        .order_by_asc(job::Column::ExpiresAt)
        .limit(most)
        .into_tuple()
        .all(tx)
        .await?;
    part::Entity::delete_many()
        .filter(part::Column::ExportId.is_in(over.iter().copied()))
        .exec(tx)
        .await?;
    let gone = job::Entity::delete_many()
        .filter(job::Column::Id.is_in(over))
        .exec(tx)
        .await?;
    Ok(gone.rows_affected)
}
