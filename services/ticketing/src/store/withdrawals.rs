//! Publications that were taken down again (撤下晒单): no list has them any more, and their texts are gone; that there was
//! one, and that it was taken down, is told.

use ::store::{StoreError, Tx, Writes};
use kernel::{AccountId, OrderId, PublicationId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::publications::Publication;
use super::result_tables::{publication, publication_scope, withdrawal_scope};
use super::scopes::scopes_above;

/// That a publication was taken down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GonePublication {
    /// The publication.
    pub(crate) id: PublicationId,
    /// The order's number.
    pub(crate) number: String,
    /// Name of its place when it was published.
    pub(crate) org_name: String,
    /// When it was published.
    pub(crate) published_at: Timestamp,
    /// When it was taken down.
    pub(crate) withdrawn_at: Timestamp,
}

/// Takes a publication down; false where it was before.
pub(crate) async fn withdraw(
    tx: &Tx,
    writes: &mut Writes,
    taken: &Publication,
    (by, reason): (AccountId, &str),
    at: Timestamp,
) -> Result<bool, StoreError> {
    use publication::Column as C;
    let changed = publication::Entity::update_many()
        .col_expr(C::Title, Expr::value(""))
        .col_expr(C::Summary, Expr::value(""))
        .col_expr(C::WithdrawnAt, Expr::value(at))
        .col_expr(C::WithdrawnBy, Expr::value(by))
        .col_expr(C::WithdrawReason, Expr::value(reason))
        .filter(C::Id.eq(taken.id))
        .filter(C::WithdrawnAt.is_null())
        .exec(tx)
        .await?;
    if changed.rows_affected == 0 {
        return Ok(false);
    }
    let scopes = scopes_above(&taken.org_path);
    publication_scope::Entity::delete_many()
        .filter(publication_scope::Column::ScopeCode.is_in(scopes.iter().map(String::as_str)))
        .filter(publication_scope::Column::PublicationId.eq(taken.id))
        .exec(tx)
        .await?;
    let told = scopes.into_iter();
    writes.insert(told.map(|scope_code| withdrawal_scope::ActiveModel {
        scope_code: Set(scope_code),
        withdrawn_at: Set(at),
        publication_id: Set(taken.id),
    }));
    Ok(true)
}

/// Tells whether what was published of an order was taken down.
pub(crate) async fn is_withdrawn(
    db: &impl ConnectionTrait,
    order: OrderId,
) -> Result<bool, StoreError> {
    use publication::Column as C;
    let gone: Option<PublicationId> = publication::Entity::find()
        .select_only()
        .column(C::Id)
        .filter(C::OrderId.eq(order))
        .filter(C::WithdrawnAt.is_not_null())
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(gone.is_some())
}

/// Lists what was taken down below or at a node, the latest first.
pub(crate) async fn list_withdrawn(
    db: &impl ConnectionTrait,
    scope: &str,
    limit: u64,
) -> Result<Vec<GonePublication>, StoreError> {
    use withdrawal_scope::Column as C;
    let ids: Vec<PublicationId> = withdrawal_scope::Entity::find()
        .select_only()
        .column(C::PublicationId)
        .filter(C::ScopeCode.eq(scope))
        .order_by_desc(C::WithdrawnAt)
        .order_by_desc(C::PublicationId)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = publication::Entity::find()
        .filter(publication::Column::Id.is_in(ids))
        .all(db)
        .await?;
    let mut found: Vec<GonePublication> = rows
        .into_iter()
        .filter_map(|row| {
            Some(GonePublication {
                id: row.id,
                number: row.number,
                org_name: row.org_name,
                published_at: row.published_at,
                withdrawn_at: row.withdrawn_at?,
            })
        })
        .collect();
    found.sort_unstable_by_key(|one| std::cmp::Reverse((one.withdrawn_at, one.id)));
    Ok(found)
}
