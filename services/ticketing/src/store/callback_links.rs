//! Links of messages by which who asked answers the callback without an account; what is kept of a token is its hash.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use ::store::{StoreError, Tx};
use kernel::{OrderId, Timestamp};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::count;
use row::{ActiveModel, Column, Entity};

mod row {
    use kernel::{OrderId, Timestamp};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "callback_link")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: OrderId,
        pub token_hash: String,
        pub round: i64,
        pub expires_at: Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A link that was sent and not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CallbackLink {
    /// The order that it is about.
    pub(crate) order_id: OrderId,
    /// The hash of its token.
    pub(crate) token_hash: String,
    /// The round that is judged by it.
    pub(crate) round: u32,
    /// Until when it is good.
    pub(crate) expires_at: Timestamp,
}

impl TryFrom<row::Model> for CallbackLink {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        Ok(Self {
            order_id: row.order_id,
            token_hash: row.token_hash,
            round: count(row.round)?,
            expires_at: row.expires_at,
        })
    }
}

/// Finds the link of an order.
pub(crate) async fn find_link(
    db: &impl ConnectionTrait,
    order: OrderId,
) -> Result<Option<CallbackLink>, StoreError> {
    let row = Entity::find_by_id(order).one(db).await?;
    row.map(TryInto::try_into).transpose()
}

/// Finds a link by the hash of its token.
pub(crate) async fn find_link_by_hash(
    db: &impl ConnectionTrait,
    token_hash: &str,
) -> Result<Option<CallbackLink>, StoreError> {
    let link = Entity::find().filter(Column::TokenHash.eq(token_hash));
    link.one(db).await?.map(TryInto::try_into).transpose()
}

/// Keeps a link, in the place of an earlier one of the order.
pub(crate) async fn save_link(tx: &Tx, link: &CallbackLink) -> Result<(), StoreError> {
    let row = ActiveModel {
        order_id: Set(link.order_id),
        token_hash: Set(link.token_hash.clone()),
        round: Set(i64::from(link.round)),
        expires_at: Set(link.expires_at),
    };
    let replace = OnConflict::column(Column::OrderId)
        .update_columns([Column::TokenHash, Column::Round, Column::ExpiresAt])
        .to_owned();
    Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Uses a link up; returns whether it was still there.
pub(crate) async fn take_link(tx: &Tx, link: &CallbackLink) -> Result<bool, StoreError> {
    let gone = Entity::delete_many()
        .filter(Column::OrderId.eq(link.order_id))
        .filter(Column::TokenHash.eq(link.token_hash.as_str()))
        .exec(tx)
        .await?;
    Ok(gone.rows_affected == 1)
}

/// Forgets links that are good no longer; returns how many.
pub(crate) async fn forget_links(tx: &Tx, now: Timestamp) -> Result<u64, StoreError> {
    let past = Entity::delete_many().filter(Column::ExpiresAt.lt(now));
    Ok(past.exec(tx).await?.rows_affected)
}
