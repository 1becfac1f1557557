//! Reading and writing nodes.

use contracts::registry::OrgKind;
use kernel::{OrgCode, Timestamp, Version};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{CHUNK, StoreError, Tx};

use super::organisation::{ActiveModel, Column, Entity, Model};
use super::search;
use crate::domain::kind;
use crate::domain::organisation::Organisation;
use crate::domain::search::sort_key;

/// Which nodes to list, in the order of their codes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listing {
    /// Directly under this node.
    pub(crate) parent_code: Option<OrgCode>,
    /// Of this kind.
    pub(crate) kind: Option<OrgKind>,
    /// Behind this sort key.
    pub(crate) after: Option<String>,
}

/// Where a list of changes stands: time of a change and sort key of the node.
pub(crate) type Change = (Timestamp, String);

pub(super) fn to_organisations(rows: Vec<Model>) -> Result<Vec<Organisation>, StoreError> {
    rows.into_iter().map(Organisation::try_from).collect()
}

/// Finds a node by its code.
pub(crate) async fn find_organisation(
    db: &impl ConnectionTrait,
    code: &OrgCode,
) -> Result<Option<Organisation>, StoreError> {
    let row = Entity::find()
        .filter(Column::Code.eq(code.clone()))
        .one(db)
        .await?;
    row.map(Organisation::try_from).transpose()
}

/// Finds those of the nodes that exist, in no particular order.
pub(crate) async fn load_organisations(
    db: &impl ConnectionTrait,
    codes: &[OrgCode],
) -> Result<Vec<Organisation>, StoreError> {
    let mut found = Vec::with_capacity(codes.len());
    for chunk in codes.chunks(CHUNK) {
        let rows = Entity::find()
            .filter(Column::Code.is_in(chunk.iter().cloned()))
            .all(db)
            .await?;
        found.extend(to_organisations(rows)?);
    }
    Ok(found)
}

/// Lists nodes in the order of their codes.
pub(crate) async fn list_organisations(
    db: &impl ConnectionTrait,
    listing: &Listing,
    limit: u64,
) -> Result<Vec<Organisation>, StoreError> {
    let mut query = Entity::find().order_by_asc(Column::SortKey).limit(limit);
    if let Some(parent_code) = &listing.parent_code {
        query = query.filter(Column::ParentCode.eq(parent_code.clone()));
    }
    if let Some(kind) = listing.kind {
        query = query.filter(Column::Kind.eq(kind::name_of(kind)));
    }
    if let Some(after) = &listing.after {
        query = query.filter(Column::SortKey.gt(after.as_str()));
    }
    to_organisations(query.all(db).await?)
}

/// Lists nodes that changed at or after `since`, in the order of their changes.
pub(crate) async fn list_changes(
    db: &impl ConnectionTrait,
    listing: &Listing,
    since: Timestamp,
    after: Option<&Change>,
    limit: u64,
) -> Result<Vec<Organisation>, StoreError> {
    let mut query = Entity::find()
        .filter(Column::UpdatedAt.gte(since))
        .order_by_asc(Column::UpdatedAt)
        .order_by_asc(Column::SortKey)
        .limit(limit);
    if let Some(parent_code) = &listing.parent_code {
        query = query.filter(Column::ParentCode.eq(parent_code.clone()));
    }
    if let Some(kind) = listing.kind {
        query = query.filter(Column::Kind.eq(kind::name_of(kind)));
    }
    if let Some((at, key)) = after {
        // a row value: both engines walk the index from there
        let place = Expr::tuple([Expr::col(Column::UpdatedAt), Expr::col(Column::SortKey)]);
        let last = Expr::tuple([Expr::val(at.micros()), Expr::val(key.as_str())]);
        query = query.filter(place.gt(last));
    }
    to_organisations(query.all(db).await?)
}

/// Inserts nodes; returns how many of them were not there yet.
pub(crate) async fn insert_organisations(
    tx: &Tx,
    organisations: &[Organisation],
) -> Result<u64, StoreError> {
    let mut inserted = 0;
    for chunk in organisations.chunks(CHUNK) {
        inserted += Entity::insert_many(chunk.iter().map(ActiveModel::from))
            .on_conflict(OnConflict::column(Column::Code).do_nothing().to_owned())
            .exec_without_returning(tx)
            .await?;
    }
    search::insert_pairs(tx, organisations).await?;
    Ok(inserted)
}

/// Saves a new name over the version before.
pub(crate) async fn save_name(
    tx: &Tx,
    organisation: &Organisation,
    seen: Version,
) -> Result<(), StoreError> {
    let row = ActiveModel::from(organisation);
    let done = Entity::update_many()
        .set(ActiveModel {
            name: row.name,
            folded_name: row.folded_name,
            version: row.version,
            updated_at: row.updated_at,
            ..ActiveModel::default()
        })
        .filter(Column::Id.eq(organisation.id))
        .filter(Column::Version.eq(seen))
        .exec(tx)
        .await?;
    store::affected_one(done.rows_affected)?;
    search::delete_pairs(tx, &sort_key(&organisation.code)).await?;
    search::insert_pairs(tx, std::slice::from_ref(organisation)).await
}
