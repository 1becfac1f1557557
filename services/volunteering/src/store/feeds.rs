//! Calendar feeds: the token itself is nowhere, only its digest.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::{AccountId, CalendarFeedId};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use store::{StoreError, Tx};

use self::row::{ActiveModel, Column, Entity, Model};
use crate::domain::feed::Feed;

/// Feeds.
mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "calendar_feed")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::CalendarFeedId,
        pub token_hash: String,
        pub account: kernel::AccountId,
        pub team_id: Option<kernel::TeamId>,
        pub created_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl From<Model> for Feed {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            account: row.account,
            team: row.team_id,
            created_at: row.created_at,
        }
    }
}

/// Inserts a feed under the digest of its token.
pub(crate) async fn insert_feed(
    tx: &Tx,
    feed: &Feed,
    token_hash: String,
) -> Result<(), StoreError> {
    let row = ActiveModel {
        id: Set(feed.id),
        token_hash: Set(token_hash),
        account: Set(feed.account),
        team_id: Set(feed.team),
        created_at: Set(feed.created_at),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Counts the feeds of an account.
pub(crate) async fn count_feeds(
    db: &impl ConnectionTrait,
    account: AccountId,
) -> Result<u64, StoreError> {
    let query = Entity::find().filter(Column::Account.eq(account));
    Ok(query.count(db).await?)
}

/// Finds a feed by the digest of its token.
pub(crate) async fn find_feed(
    db: &impl ConnectionTrait,
    token_hash: &str,
) -> Result<Option<Feed>, StoreError> {
    let query = Entity::find().filter(Column::TokenHash.eq(token_hash));
    Ok(query.one(db).await?.map(Feed::from))
}

/// Lists the feeds of an account, the newest first; there are few.
pub(crate) async fn list_feeds(
    db: &impl ConnectionTrait,
    account: AccountId,
    limit: u64,
) -> Result<Vec<Feed>, StoreError> {
    let rows = Entity::find()
        .filter(Column::Account.eq(account))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Feed::from).collect())
}

/// Removes a feed of an account; says whether there was one.
pub(crate) async fn delete_feed(
    tx: &Tx,
    id: CalendarFeedId,
    account: AccountId,
) -> Result<bool, StoreError> {
    let done = Entity::delete_many()
        .filter(Column::Id.eq(id))
        .filter(Column::Account.eq(account))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}
