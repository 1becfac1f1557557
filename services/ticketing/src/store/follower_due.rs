//! Orders whose followers are to be told that they moved (关注): one row an order, however often it moved meanwhile.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use ::store::{StoreError, Tx, Writes};
use kernel::AccountId;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::followers;
use row::{Column, Entity};

mod row {
    use kernel::{AccountId, OrderId};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "follower_due")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: OrderId,
        pub seq: i64,
        pub from_state: String,
        pub actor: Option<AccountId>,
        pub behind: Option<AccountId>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// An order that moved, the version it has since, the state before, who moved it, and the last follower who was told.
pub(crate) type FollowerDue = row::Model;

/// Remembers that an order moved, if anybody follows it: a part of the trip that stores the step, since nearly no order
/// is followed and each would pay for a question of its own. What was due before is told with it.
pub(crate) fn mark(writes: &mut Writes, moved: &FollowerDue) {
    let due = Query::select()
        .column(followers::BY_ORDER)
        .expr(Expr::val(moved.seq))
        .expr(Expr::val(moved.from_state.clone()))
        .expr(Expr::val(moved.actor))
        .expr(Expr::val(None::<AccountId>))
        .from(followers::TABLE)
        .and_where(Expr::col(followers::BY_ORDER).eq(moved.order_id))
        .limit(1)
        .to_owned();
    let columns = [
        Column::OrderId,
        Column::Seq,
        Column::FromState,
        Column::Actor,
        Column::Behind,
    ];
    let latest = OnConflict::column(Column::OrderId)
        .update_columns([
            Column::Seq,
            Column::FromState,
            Column::Actor,
            Column::Behind,
        ])
        .to_owned();
    let mut insert = Query::insert();
    insert.into_table(Entity).columns(columns);
    // as many columns as values, which is all that it refuses
    if insert.select_from(due).is_ok() {
        insert.on_conflict(latest);
        writes.add_statement(insert);
    }
}

/// Lists what is due, by order.
pub(crate) async fn list_due(
    db: &impl ConnectionTrait,
    limit: u64,
) -> Result<Vec<FollowerDue>, StoreError> {
    let due = Entity::find().order_by_asc(Column::OrderId).limit(limit);
    Ok(due.all(db).await?)
}

/// Remembers how far the followers of an order were told; one that moved again meanwhile begins anew.
pub(crate) async fn save_told(
    tx: &Tx,
    due: &FollowerDue,
    told: AccountId,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::Behind, Expr::value(told))
        .filter(Column::OrderId.eq(due.order_id))
        .filter(Column::Seq.eq(due.seq))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets an order whose followers were all told, unless it moved again meanwhile.
pub(crate) async fn delete_due(tx: &Tx, due: &FollowerDue) -> Result<(), StoreError> {
    Entity::delete_many()
        .filter(Column::OrderId.eq(due.order_id))
        .filter(Column::Seq.eq(due.seq))
        .exec(tx)
        .await?;
    Ok(())
}
