//! Saving a row over the version that was read.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, EntityTrait, Iterable, PrimaryKeyToColumn, QueryFilter};

use crate::{StoreError, Tx, affected_one};

/// Saves what is set of a row over the row of this key, if that has the version that was read. The key
/// itself is never written.
///
/// # Errors
/// [`StoreError::Stale`] when another version is there by now; the database refuses.
pub async fn save_over<A>(tx: &Tx, mut row: A, key: Expr, seen: Expr) -> Result<(), StoreError>
where
    A: ActiveModelTrait + Send,
{
    for part in <A::Entity as EntityTrait>::PrimaryKey::iter() {
        row.not_set(part.into_column());
    }
    let done = A::Entity::update_many()
        .set(row)
        .filter(key)
        .filter(seen)
        .exec(tx)
        .await?;
    affected_one(done.rows_affected)
}
