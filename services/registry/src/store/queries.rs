//! Reading and writing nodes.

use contracts::registry::OrgKind;
use kernel::{Named, OrgCode, OrgPath, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Select,
};
use store::{CHUNK, StoreError, Tx};

use super::organisation::{ActiveModel, Column, Entity, Model};
use super::search;
use crate::domain::organisation::Organisation;

/// Which nodes to list, in the order of their codes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listing {
    /// Directly under this node.
    pub(crate) parent_code: Option<OrgCode>,
    /// Answering to this party organisation.
    pub(crate) superior_code: Option<OrgCode>,
    /// Of this kind.
    pub(crate) kind: Option<OrgKind>,
    /// Those that are closed, too.
    pub(crate) closed: bool,
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

/// The nodes of a list, wherever it begins.
fn filtered(listing: &Listing) -> Select<Entity> {
    let mut query = Entity::find();
    if let Some(parent_code) = &listing.parent_code {
        query = query.filter(Column::ParentCode.eq(parent_code.clone()));
    }
    if let Some(superior_code) = &listing.superior_code {
        query = query.filter(Column::SuperiorCode.eq(superior_code.clone()));
    }
    if let Some(kind) = listing.kind {
        query = query.filter(Column::Kind.eq(kind.name()));
    }
    if !listing.closed {
        query = query.filter(Column::ClosedOn.is_null());
    }
    query
}

/// The nodes at or below a place: a range of paths, whatever else is in the tree.
pub(super) fn within(path: &OrgPath) -> Condition {
    Condition::all()
        .add(Column::Path.gte(path.as_str()))
        .add(Column::Path.lt(path.range_end()))
}

/// Lists the nodes at or below a place in the order of their paths, behind `listing.after`.
pub(crate) async fn list_below(
    db: &impl ConnectionTrait,
    place: &OrgPath,
    listing: &Listing,
    limit: u64,
) -> Result<Vec<Organisation>, StoreError> {
    let mut query = filtered(listing)
        .filter(within(place))
        .order_by_asc(Column::Path)
        .limit(limit);
    if let Some(after) = &listing.after {
        query = query.filter(Column::Path.gt(after.as_str()));
    }
    to_organisations(query.all(db).await?)
}

/// Lists nodes in the order of their codes.
pub(crate) async fn list_organisations(
    db: &impl ConnectionTrait,
    listing: &Listing,
    limit: u64,
) -> Result<Vec<Organisation>, StoreError> {
    let mut query = filtered(listing).order_by_asc(Column::SortKey).limit(limit);
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
    let mut query = filtered(listing)
        .filter(Column::UpdatedAt.gte(since))
        .order_by_asc(Column::UpdatedAt)
        .order_by_asc(Column::SortKey)
        .limit(limit);
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
