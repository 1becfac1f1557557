//! Who follows which order (关注).
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use std::collections::HashMap;

use ::store::{CHUNK, StoreError, Tx};
use kernel::{AccountId, OrderId, Timestamp};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use row::{ActiveModel, Column, Entity};

mod row {
    use kernel::{AccountId, OrderId, Timestamp};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_follower")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account: AccountId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: OrderId,
        pub at: Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table, for statements that look whether an order is followed.
pub(super) use row::{Column::OrderId as BY_ORDER, Entity as TABLE};

/// Has an account follow an order; that it does so already is fine.
pub(crate) async fn insert_follower(
    tx: &Tx,
    account: AccountId,
    order: OrderId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let follower = ActiveModel {
        account: Set(account),
        order_id: Set(order),
        at: Set(at),
    };
    let keep = OnConflict::columns([Column::Account, Column::OrderId])
        .do_nothing()
        .to_owned();
    Entity::insert(follower)
        .on_conflict(keep)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Has whoever follows an order follow another one too.
pub(crate) async fn copy_followers(
    tx: &Tx,
    from: OrderId,
    to: OrderId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let following: Vec<AccountId> = Entity::find()
        .select_only()
        .column(Column::Account)
        .filter(Column::OrderId.eq(from))
        .into_tuple()
        .all(tx)
        .await?;
    let keep = OnConflict::columns([Column::Account, Column::OrderId])
        .do_nothing()
        .to_owned();
    for chunk in following.chunks(CHUNK) {
        let followers = chunk.iter().map(|account| ActiveModel {
            account: Set(*account),
            order_id: Set(to),
            at: Set(at),
        });
        Entity::insert_many(followers)
            .on_conflict(keep.clone())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// Has an account no longer follow an order.
pub(crate) async fn delete_follower(
    tx: &Tx,
    account: AccountId,
    order: OrderId,
) -> Result<(), StoreError> {
    Entity::delete_by_id((account, order)).exec(tx).await?;
    Ok(())
}

/// Tells whether an account follows an order.
pub(crate) async fn is_follower(
    db: &impl ConnectionTrait,
    account: AccountId,
    order: OrderId,
) -> Result<bool, StoreError> {
    let found = Entity::find_by_id((account, order)).one(db).await?;
    Ok(found.is_some())
}

/// Counts the orders that an account follows.
pub(crate) async fn count_followed(
    db: &impl ConnectionTrait,
    account: AccountId,
) -> Result<u64, StoreError> {
    let mine = Entity::find().filter(Column::Account.eq(account));
    Ok(mine.count(db).await?)
}

/// Lists the orders that an account follows, behind one of them, the newest order first.
pub(crate) async fn list_followed(
    db: &impl ConnectionTrait,
    account: AccountId,
    before: OrderId,
    limit: u64,
) -> Result<Vec<OrderId>, StoreError> {
    Ok(Entity::find()
        .select_only()
        .column(Column::OrderId)
        .filter(Column::Account.eq(account))
        .filter(Column::OrderId.lt(before))
        .order_by_desc(Column::OrderId)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}

/// Lists who follows an order, behind one of them.
pub(crate) async fn list_followers(
    db: &impl ConnectionTrait,
    order: OrderId,
    behind: Option<AccountId>,
    limit: u64,
) -> Result<Vec<AccountId>, StoreError> {
    let mut following = Entity::find()
        .select_only()
        .column(Column::Account)
        .filter(Column::OrderId.eq(order))
        .order_by_asc(Column::Account)
        .limit(limit);
    if let Some(behind) = behind {
        following = following.filter(Column::Account.gt(behind));
    }
    Ok(following.into_tuple().all(db).await?)
}

/// Counts the followers of some orders.
pub(crate) async fn count_followers(
    db: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, i64>, StoreError> {
    let counted: Vec<(OrderId, i64)> = Entity::find()
        .select_only()
        .column(Column::OrderId)
        .column_as(Column::Account.count(), "followers")
        .filter(Column::OrderId.is_in(orders.iter().copied()))
        .group_by(Column::OrderId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(counted.into_iter().collect())
}

/// Tells which of some orders an account follows.
pub(crate) async fn list_following_of(
    db: &impl ConnectionTrait,
    account: AccountId,
    orders: &[OrderId],
) -> Result<Vec<OrderId>, StoreError> {
    Ok(Entity::find()
        .select_only()
        .column(Column::OrderId)
        .filter(Column::Account.eq(account))
        .filter(Column::OrderId.is_in(orders.iter().copied()))
        .into_tuple()
        .all(db)
        .await?)
}
