//! Counts of who reported in, and of what has a party organisation; they cost the part of the tree that is asked for.

use contracts::registry::OrgKind;
use kernel::{Named, OrgPath};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use store::StoreError;

use super::organisation::{Column as Node, Entity as Nodes, named};
use super::queries::within;
use super::{grid, report_in};
use crate::domain::kind;
use crate::domain::report_in::ReportInState;

/// The open party organisations directly below the node of the outer query.
pub(super) fn own_party() -> SelectStatement {
    let below = Alias::new("below");
    let column = |column: Node| Expr::col((below.clone(), column));
    Query::select()
        .expr(Expr::val(1))
        .from_as(Nodes, below.clone())
        .and_where(column(Node::ParentCode).equals((Nodes, Node::Code)))
        .and_where(column(Node::Kind).is_in(kind::PARTY.map(OrgKind::name)))
        .and_where(column(Node::ClosedOn).is_null())
        .to_owned()
}

fn count(number: Option<i64>) -> u64 {
    u64::try_from(number.unwrap_or_default()).unwrap_or_default()
}

/// Counts open places of some kinds at or below a place that have a party organisation of their own.
pub(crate) async fn count_with_party(
    db: &impl ConnectionTrait,
    place: &OrgPath,
    kinds: &[OrgKind],
) -> Result<Vec<(OrgKind, u64)>, StoreError> {
    let rows: Vec<(String, i64)> = Nodes::find()
        .select_only()
        .column(Node::Kind)
        .column_as(Node::Id.count(), "places")
        .filter(within(place))
        .filter(Node::ClosedOn.is_null())
        .filter(Node::Kind.is_in(kinds.iter().map(|kind| kind.name())))
        .filter(Expr::exists(own_party()))
        .group_by(Node::Kind)
        .into_tuple()
        .all(db)
        .await?;
    rows.into_iter()
        .map(|(kind, places)| Ok((named(&kind)?, count(Some(places)))))
        .collect()
}

/// Counts the open units of some kinds at or below a place whom a community has confirmed.
pub(crate) async fn count_units_reported(
    db: &impl ConnectionTrait,
    place: &OrgPath,
    kinds: &[OrgKind],
) -> Result<u64, StoreError> {
    use report_in::Column as Reported;
    let confirmed = Query::select()
        .expr(Expr::val(1))
        .from(report_in::Entity)
        .and_where(Expr::col((report_in::Entity, Reported::UnitCode)).equals((Nodes, Node::Code)))
        .and_where(
            Expr::col((report_in::Entity, Reported::State)).eq(ReportInState::Confirmed.name()),
        )
        .to_owned();
    let found: Option<i64> = Nodes::find()
        .select_only()
        .column_as(Node::Id.count(), "units")
        .filter(within(place))
        .filter(Node::ClosedOn.is_null())
        .filter(Node::Kind.is_in(kinds.iter().map(|kind| kind.name())))
        .filter(Expr::exists(confirmed))
        .into_tuple()
        .one(db)
        .await?;
    Ok(count(found))
}

/// Counts the people whom communities at or below a place have confirmed as members that report in.
pub(crate) async fn count_members_reported(
    db: &impl ConnectionTrait,
    place: &OrgPath,
) -> Result<u64, StoreError> {
    use report_in::Column as Reported;
    let column = |column: Reported| Expr::col((report_in::Entity, column));
    let query = Query::select()
        .expr_as(column(Reported::AccountId).count_distinct(), "members")
        .from(Nodes)
        .inner_join(
            report_in::Entity,
            column(Reported::CommunityCode).equals((Nodes, Node::Code)),
        )
        .cond_where(within(place))
        .and_where(Expr::col((Nodes, Node::ClosedOn)).is_null())
        .and_where(column(Reported::State).eq(ReportInState::Confirmed.name()))
        .and_where(column(Reported::UnitCode).is_null())
        .to_owned();
    let row = db.query_one(&query).await?;
    let found = row
        .map(|row| row.try_get::<i64>("", "members"))
        .transpose()?;
    Ok(count(found))
}

/// Sums up the members that the open grids at or below a place say they have.
pub(crate) async fn sum_grid_members(
    db: &impl ConnectionTrait,
    place: &OrgPath,
) -> Result<u64, StoreError> {
    let members = Expr::col((grid::Entity, grid::Column::PartyMembers));
    // PostgreSQL sums up into another type
    let sum = Expr::expr(Func::sum(members)).cast_as("bigint");
    let query = Query::select()
        .expr_as(sum, "members")
        .from(Nodes)
        .inner_join(
            grid::Entity,
            Expr::col((grid::Entity, grid::Column::Code)).equals((Nodes, Node::Code)),
        )
        .cond_where(within(place))
        .and_where(Expr::col((Nodes, Node::ClosedOn)).is_null())
        .to_owned();
    let row = db.query_one(&query).await?;
    let found = row.map(|row| row.try_get::<Option<i64>>("", "members"));
    Ok(count(found.transpose()?.flatten()))
}
