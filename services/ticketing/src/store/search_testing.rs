//! What tests ask and change in the index of words by hand.
#![expect(clippy::unwrap_used, reason = "tests may")]

use ::store::{Database, StoreError, Tx};
use kernel::OrderId;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};

use super::search_tables::{search_member, search_tail};
use super::tables::work_order;
use crate::domain::search::SEGMENT;

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

/// Deals the orders of the segments out to two of them in turn, as if every second one had been late.
pub(crate) async fn deal_out(tx: &Tx) -> Result<(), StoreError> {
    let newest_last = search_member::Entity::find().order_by_asc(search_member::Column::OrderId);
    let members = newest_last.all(tx).await?;
    search_member::Entity::delete_many().exec(tx).await?;
    let dealt = members.into_iter().enumerate().map(|(number, member)| {
        let place = number % 2 * SEGMENT + number / 2;
        search_member::ActiveModel {
            order_id: Set(member.order_id),
            place: Set(i64::try_from(place).unwrap()),
        }
    });
    search_member::Entity::insert_many(dealt).exec(tx).await?;
    Ok(())
}
