//! How many orders and requests there are where, for the gauges: what is read depends on days, districts and what is
//! waited for, never on how many orders there were.

use std::collections::BTreeMap;

use ::store::StoreError;
use kernel::{Named, OrgCode};
use sea_orm::sea_query::{Alias, Asterisk, Expr, Func, Order, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::figure_tables::{figure_cell, figure_due};
use super::figures::Dimension;
use super::request_tables::request_scope;
use super::scopes::CITY;
use super::tables::org;
use super::{count, from_json};
use crate::domain::request::{RequestKind, RequestState};
use crate::domain::statistics::Counts;
use crate::domain::statistics::Sums;

/// Kind of an organisation that is a district.
const DISTRICT: &str = "district";

/// Lists the districts, the first ones by code.
pub(crate) async fn list_districts(
    db: &impl ConnectionTrait,
    limit: u64,
) -> Result<Vec<OrgCode>, StoreError> {
    Ok(org::Entity::find()
        .select_only()
        .column(org::Column::Code)
        .filter(org::Column::Kind.eq(DISTRICT))
        .order_by_asc(org::Column::Code)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}

/// Adds up the counts of orders opened since a day, by workflow and state, over the whole city.
pub(crate) async fn count_states(
    db: &impl ConnectionTrait,
    since: &str,
) -> Result<BTreeMap<String, u64>, StoreError> {
    let cells = list_since(db, [CITY.to_owned()], Dimension::State, since).await?;
    let mut states: BTreeMap<String, u64> = BTreeMap::new();
    for (_, state, counts) in cells {
        *states.entry(state).or_default() += counts.opened;
    }
    Ok(states)
}

/// Adds up the counts of orders opened since a day, by node; a node without orders is left out.
pub(crate) async fn count_places(
    db: &impl ConnectionTrait,
    districts: &[OrgCode],
    since: &str,
) -> Result<BTreeMap<String, Counts>, StoreError> {
    let scopes = districts.iter().map(|code| code.as_str().to_owned());
    let scopes = scopes.chain([CITY.to_owned()]);
    let cells = list_since(db, scopes, Dimension::All, since).await?;
    let mut places: BTreeMap<String, Counts> = BTreeMap::new();
    for (scope, _, counts) in cells {
        places.entry(scope).or_default().add(&counts);
    }
    Ok(places)
}

async fn list_since(
    db: &impl ConnectionTrait,
    scopes: impl IntoIterator<Item = String>,
    dimension: Dimension,
    since: &str,
) -> Result<Vec<(String, String, Counts)>, StoreError> {
    use figure_cell::Column as C;
    let rows: Vec<(String, String, String)> = figure_cell::Entity::find()
        .select_only()
        .columns([C::ScopeCode, C::Value, C::Sums])
        .filter(C::ScopeCode.is_in(scopes))
        .filter(C::Dimension.eq(dimension.name()))
        .filter(C::Day.gte(since))
        .into_tuple()
        .all(db)
        .await?;
    let mut cells = Vec::with_capacity(rows.len());
    for (scope, value, sums) in rows {
        let sums: Sums = from_json(&sums)?;
        cells.push((scope, value, sums.counts));
    }
    Ok(cells)
}

/// Counts the requests that somebody has to decide, by kind.
pub(crate) async fn count_requests(
    db: &impl ConnectionTrait,
) -> Result<BTreeMap<String, u64>, StoreError> {
    use request_scope::Column as C;
    let waiting = [RequestState::Pending, RequestState::Conference];
    let rows: Vec<(String, i64)> = request_scope::Entity::find()
        .select_only()
        .column(C::Kind)
        .column_as(C::RequestId.count(), "requests")
        .filter(C::ScopeCode.eq(CITY))
        .filter(C::Kind.is_in(RequestKind::ALL.iter().map(|kind| kind.name())))
        .filter(C::State.is_in(waiting.map(RequestState::name)))
        .group_by(C::Kind)
        .into_tuple()
        .all(db)
        .await?;
    let mut kinds = BTreeMap::new();
    for (kind, requests) in rows {
        kinds.insert(kind, count(requests)?);
    }
    Ok(kinds)
}

/// Counts the changes that the figures do not show yet, up to a number.
pub(crate) async fn count_due(db: &impl ConnectionTrait, most: u64) -> Result<u64, StoreError> {
    let mut some = Query::select();
    some.expr(Expr::val(1))
        .from(figure_due::Entity)
        // along the key: what lies behind the last one counted is not looked at
        .order_by(figure_due::Column::OrderId, Order::Asc)
        .limit(most);
    let mut counted = Query::select();
    counted
        .expr_as(Func::count(Expr::col(Asterisk)), "changes")
        .from_subquery(some, Alias::new("some"));
    let row = db.query_one(&counted).await?;
    let changes = row.map_or(Ok(0), |row| row.try_get("", "changes"))?;
    count(changes)
}
