//! Corrections of calendars that running orders have yet to follow.

use ::store::{StoreError, Tx};
use kernel::{OrderId, Timestamp};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
};

use super::scopes::list_all_at;
use super::tables::recount::{ActiveModel, Column, Entity, Model};

/// A correction that is on its way through the orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recount {
    /// Six digits, or the city.
    pub(crate) district: String,
    /// The version of the calendar that the orders are to follow.
    pub(crate) version: i64,
    /// The state whose orders follow now; empty before the first.
    pub(crate) state: String,
    /// The last order of that state that has followed.
    pub(crate) after: Option<OrderId>,
}

/// Begins a correction anew; one of the same district that is on its way is taken over by it.
pub(crate) async fn begin_recount(
    tx: &Tx,
    district: &str,
    version: i64,
    not_before: Timestamp,
) -> Result<(), StoreError> {
    let row = ActiveModel {
        district: Set(district.to_owned()),
        version: Set(version),
        not_before: Set(not_before),
        state: Set(String::new()),
        after: Set(None),
    };
    let again = OnConflict::column(Column::District)
        .update_columns([
            Column::Version,
            Column::NotBefore,
            Column::State,
            Column::After,
        ])
        .to_owned();
    Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Finds a correction whose time has come.
pub(crate) async fn find_due(
    db: &impl ConnectionTrait,
    now: Timestamp,
) -> Result<Option<Recount>, StoreError> {
    let row = Entity::find()
        .filter(Column::NotBefore.lte(now))
        .order_by_asc(Column::District)
        .one(db)
        .await?;
    Ok(row.map(from_row))
}

/// Remembers how far a correction has come; false when it was begun anew meanwhile.
pub(crate) async fn save_progress(
    tx: &Tx,
    recount: &Recount,
    state: &str,
    after: Option<OrderId>,
) -> Result<bool, StoreError> {
    let saved = Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::After, Expr::value(after))
        .filter(Column::District.eq(recount.district.as_str()))
        .filter(Column::Version.eq(recount.version))
        .exec(tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Forgets a correction that all orders have followed.
pub(crate) async fn end_recount(tx: &Tx, recount: &Recount) -> Result<(), StoreError> {
    Entity::delete_many()
        .filter(Column::District.eq(recount.district.as_str()))
        .filter(Column::Version.eq(recount.version))
        .exec(tx)
        .await?;
    Ok(())
}

/// Lists orders of a scope in a state, those about a unit there too, behind one of them.
pub(crate) async fn list_in_state(
    db: &impl ConnectionTrait,
    scope: &str,
    state: &str,
    after: Option<OrderId>,
    limit: u64,
) -> Result<Vec<OrderId>, StoreError> {
    list_all_at(db, scope, Some(state), after, limit).await
}

fn from_row(row: Model) -> Recount {
    Recount {
        district: row.district,
        version: row.version,
        state: row.state,
        after: row.after,
    }
}
