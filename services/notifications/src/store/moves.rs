//! Moves of organisations, by which a place of before is known by now.

use std::time::Duration;

use kernel::{EventId, OrgMove, OrgPath, Timestamp};
use sea_orm::sea_query::{BinOper, Expr, ExprTrait, Func, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use store::{StoreError, Tx};

use super::tables::{holder, org_move};

/// How long others may take to hear of a move: what they tell meanwhile has the place before.
const HEARD_BY: Duration = Duration::from_hours(1);

/// Moves since an instant, the first one first.
pub(crate) struct Moves(Vec<OrgMove>);

impl Moves {
    /// Lists those that others may not have heard of at `then`, and all since.
    pub(crate) async fn around(tx: &Tx, then: Timestamp) -> Result<Self, StoreError> {
        Self::since(tx, then.minus(HEARD_BY)).await
    }

    async fn since(tx: &Tx, then: Timestamp) -> Result<Self, StoreError> {
        let rows = org_move::Entity::find()
            .filter(org_move::Column::At.gte(then))
            .order_by_asc(org_move::Column::At)
            .order_by_asc(org_move::Column::Id)
            .all(tx)
            .await?;
        let moves = rows.into_iter().map(|row| OrgMove {
            from: row.from_path,
            to: row.to_path,
        });
        Ok(Self(moves.collect()))
    }

    /// Finds where a place of then is by now.
    pub(crate) fn place_by_now(&self, place: &OrgPath) -> OrgPath {
        OrgMove::place_after(&self.0, place.clone())
    }
}

/// Follows an organisation that was moved, with the holders at or below it, in whatever order moves are heard of.
pub(crate) async fn follow(
    tx: &Tx,
    id: EventId,
    moved: OrgMove,
    at: Timestamp,
) -> Result<(), StoreError> {
    let Moves(later) = Moves::since(tx, at).await?;
    let (from, to) = (moved.from.clone(), moved.to.clone());
    for pass in moved.passes(later) {
        rebase_holders(tx, &pass).await?;
    }
    let row = org_move::ActiveModel {
        id: Set(id),
        from_path: Set(from),
        to_path: Set(to),
        at: Set(at),
    };
    let known = OnConflict::column(org_move::Column::Id)
        .do_nothing()
        .to_owned();
    org_move::Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Lets the holders at or below the place that was left follow, in one statement over a range of paths.
async fn rebase_holders(tx: &Tx, moved: &OrgMove) -> Result<(), StoreError> {
    let OrgMove { from, to } = moved;
    let kept = i32::try_from(from.as_str().len()).unwrap_or(i32::MAX);
    // paths are ASCII: characters are bytes
    let rest = Func::cust("substr")
        .arg(Expr::col(holder::Column::Path))
        .arg(kept.saturating_add(1));
    let path = Expr::val(to.as_str()).binary(BinOper::Custom("||"), rest);
    holder::Entity::update_many()
        .col_expr(holder::Column::Path, path)
        .filter(holder::Column::Path.gte(from.as_str()))
        .filter(holder::Column::Path.lt(from.range_end()))
        .exec(tx)
        .await?;
    Ok(())
}
