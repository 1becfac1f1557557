//! Orders of one place and time: those that a new one is compared with, and how many there are of what.

use ::store::StoreError;
use kernel::{AccountId, GeoPoint, OrderId, OrgCode, OrgPath, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, Order, QueryFilter,
    QueryOrder, QuerySelect, RelationDef, Select,
};

use super::grids::order_grid;
use super::tables::{order_scope, work_order};

/// An order, as far as it is compared or followed.
#[derive(Debug, Clone, PartialEq, FromQueryResult)]
pub(crate) struct Neighbour {
    pub(crate) id: OrderId,
    pub(crate) number: String,
    pub(crate) workflow: String,
    pub(crate) workflow_version: i64,
    pub(crate) state: String,
    pub(crate) org_code: OrgCode,
    pub(crate) org_path: OrgPath,
    pub(crate) org_name: String,
    pub(crate) unit_path: Option<OrgPath>,
    pub(crate) about: Option<OrgCode>,
    pub(crate) requester: Option<AccountId>,
    pub(crate) confidential: bool,
    pub(crate) title: String,
    pub(crate) content: String,
    pub(crate) category: Option<String>,
    pub(crate) lon: Option<f64>,
    pub(crate) lat: Option<f64>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Neighbour {
    /// Where it is on the map.
    pub(crate) fn location(&self) -> Option<GeoPoint> {
        GeoPoint::new(self.lon?, self.lat?).ok()
    }

    /// Where it is: its place, and its unit's if it has one.
    pub(crate) fn places(&self) -> Vec<&OrgPath> {
        [Some(&self.org_path), self.unit_path.as_ref()]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// Lists the newest orders under a node that are not confidential, since a time.
pub(crate) async fn list_neighbours(
    db: &impl ConnectionTrait,
    scope: &str,
    since: Timestamp,
    limit: u64,
) -> Result<Vec<Neighbour>, StoreError> {
    let found = columns()
        .join(JoinType::InnerJoin, scopes())
        .filter(order_scope::Column::ScopeCode.eq(scope))
        .filter(order_scope::Column::CreatedAt.gte(since))
        .filter(work_order::Column::Confidential.eq(false))
        // whoever it is about might be the one who asks
        .filter(work_order::Column::About.is_null())
        .order_by(order_scope::Column::CreatedAt, Order::Desc)
        .limit(limit);
    Ok(found.into_model::<Neighbour>().all(db).await?)
}

/// Finds some orders.
pub(crate) async fn list_given(
    db: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<Vec<Neighbour>, StoreError> {
    let found = columns().filter(work_order::Column::Id.is_in(orders.iter().copied()));
    Ok(found.into_model::<Neighbour>().all(db).await?)
}

fn columns() -> Select<work_order::Entity> {
    use work_order::Column as C;
    work_order::Entity::find().select_only().columns([
        C::Id,
        C::Number,
        C::Workflow,
        C::WorkflowVersion,
        C::State,
        C::OrgCode,
        C::OrgPath,
        C::OrgName,
        C::UnitPath,
        C::About,
        C::Requester,
        C::Confidential,
        C::Title,
        C::Content,
        C::Category,
        C::Lon,
        C::Lat,
        C::CreatedAt,
        C::UpdatedAt,
    ])
}

fn scopes() -> RelationDef {
    work_order::Entity::belongs_to(order_scope::Entity)
        .from(work_order::Column::Id)
        .to(order_scope::Column::OrderId)
        .into()
}

/// Which orders are counted: those opened in a period below or at a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cohort {
    /// The node, `/` for the city.
    pub(crate) scope: String,
    /// From this instant on.
    pub(crate) from: Timestamp,
    /// Before this instant.
    pub(crate) to: Timestamp,
    /// In this grid only.
    pub(crate) grid: Option<OrgCode>,
    /// Of this category only, or those below it.
    pub(crate) category: Option<String>,
}

/// Orders of one category at one place.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Cluster {
    /// The grid, or the place where no grid is known.
    pub(crate) org_code: OrgCode,
    pub(crate) org_name: String,
    pub(crate) category: String,
    pub(crate) total: i64,
}

/// Counts the orders of a period under a node by grid, or place where no grid is known, and category, the largest groups
/// first.
pub(crate) async fn count_clusters(
    db: &impl ConnectionTrait,
    cohort: &Cohort,
    least: i64,
    limit: u64,
) -> Result<Vec<Cluster>, StoreError> {
    use work_order::Column as C;
    let total = || C::Id.count();
    let grid = || Expr::col((order_grid::Entity, order_grid::Column::GridCode));
    let place = || Func::coalesce([grid(), Expr::col((work_order::Entity, C::OrgCode))]);
    let mut counted = work_order::Entity::find()
        .select_only()
        .column_as(Expr::expr(place()), "org_code")
        .column(C::Category)
        .column_as(C::OrgName.max(), "org_name")
        .column_as(total(), "total")
        .join(JoinType::InnerJoin, scopes())
        .join(JoinType::LeftJoin, grids())
        .filter(order_scope::Column::ScopeCode.eq(cohort.scope.as_str()))
        .filter(order_scope::Column::CreatedAt.gte(cohort.from))
        .filter(order_scope::Column::CreatedAt.lt(cohort.to))
        .filter(C::Category.is_not_null())
        .group_by(Expr::expr(place()))
        .group_by(C::Category)
        .having(total().gte(least))
        .order_by(total(), Order::Desc)
        .order_by(Expr::expr(place()), Order::Asc)
        .order_by(C::Category, Order::Asc)
        .limit(limit);
    if let Some(code) = &cohort.grid {
        let inside = grid().eq(code.as_str());
        counted = counted.filter(inside.or(C::OrgCode.eq(code.clone())));
    }
    if let Some(category) = &cohort.category {
        // one of the table's codes, which are digits
        counted = counted.filter(C::Category.starts_with(category.as_str()));
    }
    Ok(counted.into_model::<Cluster>().all(db).await?)
}

fn grids() -> RelationDef {
    work_order::Entity::belongs_to(order_grid::Entity)
        .from(work_order::Column::Id)
        .to(order_grid::Column::OrderId)
        .into()
}
