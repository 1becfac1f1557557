//! Grids: their rows, the changes of the map, what no party organisation looks after.

use contracts::registry::OrgKind;
use kernel::{Named, OrgCode, OrgPath, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{CHUNK, StoreError, Tx};

use super::grid::{ActiveModel, Column, Entity, map, read_shape, to_row};
use super::organisation;
use super::party_figures::own_party;
use super::queries::{to_organisations, within};
use crate::domain::geo::Shape;
use crate::domain::grid::Grid;
use crate::domain::organisation::Organisation;

/// Name of the map's only row.
const MAP: &str = "grids";

/// A grid with its shape by now, and the change of the map that brought it.
pub(crate) type Reshaped = (OrgCode, Option<Shape>, i64);

/// Finds what belongs to a grid.
pub(crate) async fn find_grid(
    db: &impl ConnectionTrait,
    code: &OrgCode,
) -> Result<Option<Grid>, StoreError> {
    let row = Entity::find_by_id(code.clone()).one(db).await?;
    row.map(Grid::try_from).transpose()
}

/// Finds those of the grids that have anything stored, in no particular order.
pub(crate) async fn load_grids(
    db: &impl ConnectionTrait,
    codes: &[OrgCode],
) -> Result<Vec<Grid>, StoreError> {
    let mut found = Vec::with_capacity(codes.len());
    for chunk in codes.chunks(CHUNK) {
        let query = Entity::find().filter(Column::Code.is_in(chunk.iter().cloned()));
        for row in query.all(db).await? {
            found.push(Grid::try_from(row)?);
        }
    }
    Ok(found)
}

/// Lists the grids of communities, at most `limit`.
pub(crate) async fn list_grids_of(
    db: &impl ConnectionTrait,
    communities: &[OrgCode],
    limit: u64,
) -> Result<Vec<Grid>, StoreError> {
    let rows = Entity::find()
        .filter(Column::CommunityCode.is_in(communities.iter().cloned()))
        .order_by_asc(Column::CommunityCode)
        .order_by_asc(Column::Code)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(Grid::try_from).collect()
}

/// Lists one page of a community's grids in the order of their codes.
pub(crate) async fn list_grids(
    db: &impl ConnectionTrait,
    community: &OrgCode,
    after: Option<&OrgCode>,
    limit: u64,
) -> Result<Vec<Grid>, StoreError> {
    let mut query = Entity::find()
        .filter(Column::CommunityCode.eq(community.clone()))
        .order_by_asc(Column::Code)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(Column::Code.gt(after.clone()));
    }
    let rows = query.all(db).await?;
    rows.into_iter().map(Grid::try_from).collect()
}

/// Tells how often the map has changed.
pub(crate) async fn map_revision(db: &impl ConnectionTrait) -> Result<i64, StoreError> {
    let row = map::Entity::find_by_id(MAP).one(db).await?;
    Ok(row.map_or(0, |row| row.revision))
}

/// Counts a change of the map; whoever changes it next waits for this transaction.
pub(crate) async fn next_revision(tx: &Tx) -> Result<i64, StoreError> {
    let first = map::ActiveModel {
        name: Set(MAP.to_owned()),
        revision: Set(1),
    };
    let revision = (map::Entity, map::Column::Revision);
    let count = OnConflict::column(map::Column::Name)
        .value(map::Column::Revision, Expr::col(revision).add(1))
        .to_owned();
    map::Entity::insert(first)
        .on_conflict(count)
        .exec_without_returning(tx)
        .await?;
    map_revision(tx).await
}

/// Lists grids in the order of the changes of the map, behind a change and a grid.
pub(crate) async fn list_reshaped(
    db: &impl ConnectionTrait,
    after: (i64, &str),
    limit: u64,
) -> Result<Vec<Reshaped>, StoreError> {
    // a row value: both engines walk the index from there
    let place = Expr::tuple([Expr::col(Column::Revision), Expr::col(Column::Code)]);
    let last = Expr::tuple([Expr::val(after.0), Expr::val(after.1)]);
    let rows: Vec<(OrgCode, Option<String>, i64)> = Entity::find()
        .select_only()
        .columns([Column::Code, Column::Shape, Column::Revision])
        .filter(place.gt(last))
        .order_by_asc(Column::Revision)
        .order_by_asc(Column::Code)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for (code, shape, revision) in rows {
        let shape = shape.as_deref().map(read_shape).transpose()?;
        found.push((code, shape, revision));
    }
    Ok(found)
}

/// Saves grids, new ones and changed ones, under a change of the map.
///
/// The map's row was taken by [`next_revision`]: nobody else changes a grid meanwhile.
pub(crate) async fn save_grids(tx: &Tx, grids: &[Grid], revision: i64) -> Result<(), StoreError> {
    let replace = OnConflict::column(Column::Code)
        .update_columns([
            Column::CommunityCode,
            Column::Shape,
            Column::Households,
            Column::PartyMembers,
            Column::Duties,
            Column::Version,
            Column::Revision,
            Column::UpdatedAt,
        ])
        .to_owned();
    for chunk in grids.chunks(CHUNK) {
        let rows: Vec<ActiveModel> = chunk
            .iter()
            .map(|grid| to_row(grid, revision))
            .collect::<Result<_, _>>()?;
        Entity::insert_many(rows)
            .on_conflict(replace.clone())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// Puts the grids at or below a place into a community, in one statement over a range of paths.
///
/// The map's row was taken by [`next_revision`]. Their shapes stay: the change of the map has none of them.
pub(crate) async fn bring_into_community(
    tx: &Tx,
    place: &OrgPath,
    community: &OrgCode,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut there = Query::select();
    there
        .column(organisation::Column::Code)
        .from(organisation::Entity)
        .cond_where(within(place))
        .and_where(organisation::Column::Kind.eq(OrgKind::Grid.name()));
    Entity::update_many()
        .col_expr(Column::CommunityCode, Expr::val(community.as_str()))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(now.micros()))
        .filter(Column::CommunityCode.ne(community.clone()))
        .filter(Column::Code.in_subquery(there))
        .exec(tx)
        .await?;
    Ok(())
}

/// Lists open grids at or below a place that have no party organisation of their own, behind a path.
pub(crate) async fn list_without_party(
    db: &impl ConnectionTrait,
    place: &OrgPath,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<Organisation>, StoreError> {
    use organisation::Column as Node;
    let mut query = organisation::Entity::find()
        .filter(Node::Kind.eq(OrgKind::Grid.name()))
        .filter(within(place))
        .filter(Node::ClosedOn.is_null())
        .filter(Expr::exists(own_party()).not())
        .order_by_asc(Node::Path)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(Node::Path.gt(after));
    }
    to_organisations(query.all(db).await?)
}
