//! What tests ask and change in the index of words by hand.
#![expect(clippy::unwrap_used, reason = "tests may")]

use ::store::{Database, StoreError, Tx};
use kernel::OrderId;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::search_tables::{search_member, search_tail};
use super::tables::work_order;

/// Counts the orders of the tail, and those of the segments.
pub(crate) async fn count_indexed(db: &Database) -> (u64, u64) {
    let db = db.reader();
    let tail = search_tail::Entity::find().count(db).await.unwrap();
    (tail, search_member::Entity::find().count(db).await.unwrap())
}

/// Blackens the title of an order, and leaves the tail as an upgrade does: known, but not worked out.
pub(crate) async fn blacken(tx: &Tx, order: OrderId) -> Result<(), StoreError> {
    work_order::Entity::update_many()
        .col_expr(work_order::Column::Title, Expr::value("【已删除】"))
        .filter(work_order::Column::Id.eq(order))
        .exec(tx)
        .await?;
    search_tail::Entity::update_many()
        .col_expr(search_tail::Column::Terms, Expr::value(Vec::<u8>::new()))
        .exec(tx)
        .await?;
    Ok(())
}
