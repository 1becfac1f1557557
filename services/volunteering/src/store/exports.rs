//! Exports and what is made of them page by page.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::{AccountId, ExportId, Named, Timestamp, Version};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use store::{StoreError, Tx};
use tables::ExportState;

use super::json;
use crate::domain::export_job::ServiceExport;

/// Jobs.
mod job {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "service_export")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::ExportId,
        pub account: kernel::AccountId,
        pub state: String,
        pub facts: String,
        pub updated_at: kernel::Timestamp,
        pub expires_at: kernel::Timestamp,
        pub version: kernel::Version,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Pages.
mod part {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "service_export_part")]
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

fn to_row(export: &ServiceExport) -> Result<job::ActiveModel, StoreError> {
    Ok(job::ActiveModel {
        id: Set(export.id),
        account: Set(export.account),
        state: Set(export.state.name().to_owned()),
        facts: Set(json::write(export)?),
        updated_at: Set(export.updated_at),
        expires_at: Set(export.expires_at),
        version: Set(export.version),
    })
}

fn read(row: Option<job::Model>) -> Result<Option<ServiceExport>, StoreError> {
    row.map(|row| json::read(&row.facts)).transpose()
}

/// Inserts an export.
pub(crate) async fn insert_export(tx: &Tx, export: &ServiceExport) -> Result<(), StoreError> {
    let row = to_row(export)?;
    job::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Saves an export over the version before; what is left of one that ended without a file goes.
pub(crate) async fn save_export(
    tx: &Tx,
    export: &ServiceExport,
    seen: Version,
) -> Result<(), StoreError> {
    let key = job::Column::Id.eq(export.id);
    store::save_over(tx, to_row(export)?, key, job::Column::Version.eq(seen)).await?;
    if export.parts == 0 {
        part::Entity::delete_many()
            .filter(part::Column::ExportId.eq(export.id))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Finds an export of an account.
pub(crate) async fn find_export(
    db: &impl ConnectionTrait,
    account: AccountId,
    id: ExportId,
) -> Result<Option<ServiceExport>, StoreError> {
    let own = job::Entity::find_by_id(id).filter(job::Column::Account.eq(account));
    read(own.one(db).await?)
}

/// Finds the export whose turn it is: the one that has rested longest.
pub(crate) async fn find_next_export(
    db: &impl ConnectionTrait,
) -> Result<Option<ServiceExport>, StoreError> {
    let next = job::Entity::find()
        .filter(job::Column::State.eq(ExportState::Running.name()))
        .order_by_asc(job::Column::UpdatedAt);
    read(next.one(db).await?)
}

/// Counts the exports that are being made: of an account, and in all.
pub(crate) async fn count_exports(
    db: &impl ConnectionTrait,
    account: AccountId,
) -> Result<(u64, u64), StoreError> {
    let running = || job::Entity::find().filter(job::Column::State.eq(ExportState::Running.name()));
    let own = running().filter(job::Column::Account.eq(account));
    Ok((own.count(db).await?, running().count(db).await?))
}

/// Lists the exports of an account, the newest first.
pub(crate) async fn list_exports(
    db: &impl ConnectionTrait,
    account: AccountId,
    after: Option<ExportId>,
    limit: u64,
) -> Result<Vec<ServiceExport>, StoreError> {
    let mut own = job::Entity::find()
        .filter(job::Column::Account.eq(account))
        .order_by_desc(job::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        own = own.filter(job::Column::Id.lt(after));
    }
    let rows = own.all(db).await?;
    rows.into_iter().map(|row| json::read(&row.facts)).collect()
}

/// Adds a page.
pub(crate) async fn insert_part(
    tx: &Tx,
    (export, number): (ExportId, u32),
    rows: &[Vec<String>],
) -> Result<(), StoreError> {
    let page = part::ActiveModel {
        export_id: Set(export),
        number: Set(i64::from(number)),
        body: Set(json::write(&rows)?),
    };
    part::Entity::insert(page)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Loads a page; one that is gone breaks the answer off instead of ending it as if it were whole.
pub(crate) async fn load_part(
    db: &impl ConnectionTrait,
    (export, number): (ExportId, u32),
) -> Result<Vec<Vec<String>>, StoreError> {
    let key = (export, i64::from(number));
    let page = part::Entity::find_by_id(key).one(db).await?;
    let page = page.ok_or_else(|| StoreError::Corrupt("a page is gone".to_owned()))?;
    json::read(&page.body)
}

/// Forgets exports whose time is over; tells how many.
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
