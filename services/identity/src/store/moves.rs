//! Rows follow an organisation that was moved.

use kernel::{OrgCode, OrgPath};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Select};
use store::{StoreError, Tx};
use uuid::Uuid;

/// Gives the rows of `query` at or below a node that was moved their new paths.
///
/// They are found by the node's code, not by where it was: events of different nodes come in any order.
/// That reads the whole table once, which a move is rare enough for.
pub(super) async fn follow<E: EntityTrait>(
    tx: &Tx,
    query: Select<E>,
    id: E::Column,
    path: E::Column,
    code: &OrgCode,
    to: &OrgPath,
) -> Result<(), StoreError> {
    let below: Vec<(Uuid, OrgPath)> = query
        .select_only()
        .columns([id, path])
        .filter(path.contains(format!("/{code}/")))
        .into_tuple()
        .all(tx)
        .await?;
    for (row, before) in below {
        let mut above = before.ancestors().into_iter();
        let from = above.find(|above| above.leaf().as_ref() == Some(code));
        let Some(place) = from.and_then(|from| before.rebased(&from, to)) else {
            continue;
        };
        if place != before {
            E::update_many()
                .col_expr(path, Expr::value(place))
                .filter(id.eq(row))
                .exec(tx)
                .await?;
        }
    }
    Ok(())
}
