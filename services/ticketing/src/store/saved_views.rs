//! Searches that people keep under a name.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use ::store::{StoreError, Tx};
use kernel::{AccountId, Timestamp};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QuerySelect,
};

use row::{ActiveModel, Column, Entity};

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "saved_view")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account: kernel::AccountId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub filter: String,
        pub updated_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A kept search: its name, the filter as JSON, when it was kept.
pub(crate) type StoredView = (String, String, Timestamp);

/// Keeps a search, in the place of one of the same name.
pub(crate) async fn save_view(
    tx: &Tx,
    account: AccountId,
    (name, filter, updated_at): StoredView,
) -> Result<(), StoreError> {
    let view = ActiveModel {
        account: Set(account),
        name: Set(name),
        filter: Set(filter),
        updated_at: Set(updated_at),
    };
    let replace = OnConflict::columns([Column::Account, Column::Name])
        .update_columns([Column::Filter, Column::UpdatedAt])
        .to_owned();
    Entity::insert(view)
        .on_conflict(replace)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Removes a search; that there is none is fine.
pub(crate) async fn delete_view(tx: &Tx, account: AccountId, name: &str) -> Result<(), StoreError> {
    let key = (account, name.to_owned());
    Entity::delete_by_id(key).exec(tx).await?;
    Ok(())
}

/// Counts the searches of an account under other names.
pub(crate) async fn count_others(
    db: &impl ConnectionTrait,
    account: AccountId,
    name: &str,
) -> Result<u64, StoreError> {
    let others = Entity::find()
        .filter(Column::Account.eq(account))
        .filter(Column::Name.ne(name));
    Ok(others.count(db).await?)
}

/// Lists the searches of an account.
pub(crate) async fn list_views(
    db: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Vec<StoredView>, StoreError> {
    Ok(Entity::find()
        .select_only()
        .columns([Column::Name, Column::Filter, Column::UpdatedAt])
        .filter(Column::Account.eq(account))
        .into_tuple()
        .all(db)
        .await?)
}
