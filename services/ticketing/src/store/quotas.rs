//! What districts may take in (every version is kept), and what they have taken in.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use ::store::{StoreError, Tx};
use kernel::{AccountId, OrderId, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::count;
use super::tables::order_scope;
use crate::domain::quota::Quota;

mod version {
    use kernel::{AccountId, Timestamp};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "quota")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub district: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub orders_per_day: Option<i64>,
        pub attachments_gib: Option<i64>,
        pub reason: String,
        pub author: AccountId,
        pub at: Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod day {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "quota_day")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub district: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: String,
        pub orders: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod storage {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "attachment_storage")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub district: String,
        pub bytes: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A version of what a district may take in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredQuota {
    /// Six digits.
    pub(crate) district: String,
    /// Counts up from 1.
    pub(crate) version: i64,
    /// The limits.
    pub(crate) quota: Quota,
    /// Why it was set.
    pub(crate) reason: String,
    /// Who set it.
    pub(crate) author: AccountId,
    /// When.
    pub(crate) at: Timestamp,
}

/// Adds a version.
pub(crate) async fn insert_quota(tx: &Tx, stored: &StoredQuota) -> Result<(), StoreError> {
    let row = version::ActiveModel {
        district: Set(stored.district.clone()),
        version: Set(stored.version),
        orders_per_day: Set(stored.quota.orders_per_day.map(i64::from)),
        attachments_gib: Set(stored.quota.attachments_gib.map(i64::from)),
        reason: Set(stored.reason.clone()),
        author: Set(stored.author),
        at: Set(stored.at),
    };
    version::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Finds the newest version of a district.
pub(crate) async fn find_quota(
    db: &impl ConnectionTrait,
    district: &str,
) -> Result<Option<StoredQuota>, StoreError> {
    let row = version::Entity::find()
        .filter(version::Column::District.eq(district))
        .order_by_desc(version::Column::Version)
        .limit(1)
        .one(db)
        .await?;
    row.map(from_row).transpose()
}

fn from_row(row: version::Model) -> Result<StoredQuota, StoreError> {
    let quota = Quota {
        orders_per_day: row.orders_per_day.map(count).transpose()?,
        attachments_gib: row.attachments_gib.map(count).transpose()?,
    };
    Ok(StoredQuota {
        district: row.district,
        version: row.version,
        quota,
        reason: row.reason,
        author: row.author,
        at: row.at,
    })
}

/// Counts one more order of a day; false, and nothing counted, where there are `most` already.
///
/// Whoever counts waits for those who do so at the same time: the last statement of a transaction.
pub(crate) async fn count_order(
    tx: &Tx,
    district: &str,
    day: &str,
    most: Option<u32>,
) -> Result<bool, StoreError> {
    let orders = || Expr::col((day::Entity, day::Column::Orders));
    let mut again = OnConflict::columns([day::Column::District, day::Column::Day]);
    again.value(day::Column::Orders, orders().add(1));
    if let Some(most) = most {
        again.action_and_where(orders().lt(i64::from(most)));
    }
    let row = day::ActiveModel {
        district: Set(district.to_owned()),
        day: Set(day.to_owned()),
        orders: Set(1),
    };
    let counted = day::Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(tx)
        .await?;
    Ok(counted == 1)
}

/// Counts the orders of a day anew, from the first id that was made on it: they were not counted while nothing limited
/// them.
pub(crate) async fn recount_day(
    tx: &Tx,
    district: &str,
    day: &str,
    first: OrderId,
) -> Result<(), StoreError> {
    let orders = order_scope::Entity::find()
        .filter(order_scope::Column::ScopeCode.eq(format!("{district}000000")))
        .filter(order_scope::Column::OrderId.gte(first))
        .count(tx)
        .await?;
    let row = day::ActiveModel {
        district: Set(district.to_owned()),
        day: Set(day.to_owned()),
        orders: Set(i64::try_from(orders).unwrap_or(i64::MAX)),
    };
    let again = OnConflict::columns([day::Column::District, day::Column::Day])
        .update_column(day::Column::Orders)
        .to_owned();
    day::Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Returns how many orders were counted on a day.
pub(crate) async fn orders_of(
    db: &impl ConnectionTrait,
    district: &str,
    day: &str,
) -> Result<u64, StoreError> {
    let key = (district.to_owned(), day.to_owned());
    let row = day::Entity::find_by_id(key).one(db).await?;
    row.map_or(Ok(0), |row| count(row.orders))
}

/// Adds to the storage that a district's attachments take; false, and nothing added, where that would be more than `most`.
///
/// Whoever adds waits for those who do so at the same time: the last statement of a transaction.
pub(crate) async fn add_storage(
    tx: &Tx,
    district: &str,
    bytes: u64,
    most: Option<u64>,
) -> Result<bool, StoreError> {
    if most.is_some_and(|most| bytes > most) {
        return Ok(false);
    }
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    let sum = || Expr::col((storage::Entity, storage::Column::Bytes)).add(bytes);
    let mut again = OnConflict::column(storage::Column::District);
    again.value(storage::Column::Bytes, sum());
    if let Some(most) = most {
        again.action_and_where(sum().lte(i64::try_from(most).unwrap_or(i64::MAX)));
    }
    let row = storage::ActiveModel {
        district: Set(district.to_owned()),
        bytes: Set(bytes),
    };
    let added = storage::Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(tx)
        .await?;
    Ok(added == 1)
}

/// Returns the bytes that a district's attachments take.
pub(crate) async fn storage_of(
    db: &impl ConnectionTrait,
    district: &str,
) -> Result<u64, StoreError> {
    let row = storage::Entity::find_by_id(district.to_owned())
        .one(db)
        .await?;
    row.map_or(Ok(0), |row| count(row.bytes))
}
