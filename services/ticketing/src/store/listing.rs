//! Lists of orders, by keyset, each along an index of its own.

use ::store::StoreError;
use kernel::{AccountId, OrderId, OrgCode, OrgPath, Timestamp, Version};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, Order,
    QueryFilter, QueryOrder, QuerySelect, RelationDef, Select,
};

use super::from_json;
use super::tables::{
    order_scope, overdue_scope, panel_seat, project_scope, supervised_scope, work_order,
};
use crate::domain::clock::RunningClock;
use crate::domain::project;
use crate::domain::search::Traits;

/// An order as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Listed {
    pub(crate) id: OrderId,
    pub(crate) number: String,
    pub(crate) workflow: String,
    pub(crate) workflow_version: i64,
    pub(crate) state: String,
    pub(crate) round: i64,
    pub(crate) org_code: OrgCode,
    pub(crate) org_path: OrgPath,
    pub(crate) org_name: String,
    pub(crate) unit_path: Option<OrgPath>,
    pub(crate) requester: Option<AccountId>,
    pub(crate) assignee: Option<AccountId>,
    pub(crate) confidential: bool,
    pub(crate) title: String,
    pub(crate) category: Option<String>,
    pub(crate) channel: String,
    pub(crate) supervised: bool,
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) version: Version,
}

/// Whose orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Among {
    /// Those that an account asked for.
    Requested(AccountId),
    /// Those that an account handles.
    Assigned(AccountId),
    /// Those that an account was drawn to judge.
    Panel(AccountId),
    /// Those under a node of the organisation tree.
    Scope {
        /// The node, `/` for the city.
        code: String,
        /// Beginnings of the categories that the caller may see; empty for all.
        categories: Vec<String>,
    },
}

/// Which orders, and from where on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selection {
    /// Whose.
    pub(crate) among: Among,
    /// Only those in this state.
    pub(crate) state: Option<String>,
    /// Only those of this workflow.
    pub(crate) workflow: Option<String>,
    /// Only those below or at this node, where `among` is not a scope.
    pub(crate) below: Option<String>,
    /// Only those whose running limit was missed (true) or was not (false) at this time.
    pub(crate) overdue: Option<(bool, Timestamp)>,
    /// Only those that are under supervision (true) or are not (false).
    pub(crate) supervised: Option<bool>,
    /// Where the page begins.
    pub(crate) walk: Walk,
    /// Most orders of the page.
    pub(crate) limit: u64,
}

/// In which order, and behind what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Walk {
    /// Newest first, behind this one.
    Newest(Option<OrderId>),
    /// By last change, oldest first, behind this change.
    Changed(Timestamp, Option<OrderId>),
    /// Those that a search came upon, in no order.
    Given,
}

/// An order with its text.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Found {
    #[sea_orm(nested)]
    pub(crate) listed: Listed,
    pub(crate) content: String,
}

/// Lists orders.
pub(crate) async fn list_orders(
    db: &impl ConnectionTrait,
    selection: &Selection,
) -> Result<Vec<Listed>, StoreError> {
    let query = ordered(filtered(selection), selection).limit(selection.limit);
    Ok(query.into_model::<Listed>().all(db).await?)
}

/// An order with its limits, as they are stored.
#[derive(Debug, FromQueryResult)]
struct Timed {
    #[sea_orm(nested)]
    listed: Listed,
    clocks: String,
}

/// Lists orders with their limits.
pub(crate) async fn list_timed(
    db: &impl ConnectionTrait,
    selection: &Selection,
) -> Result<Vec<(Listed, Vec<RunningClock>)>, StoreError> {
    let query = ordered(filtered(selection), selection)
        .column(work_order::Column::Clocks)
        .limit(selection.limit);
    let rows = query.into_model::<Timed>().all(db).await?;
    let rows = rows.into_iter();
    rows.map(|row| Ok((row.listed, from_json(&row.clocks)?)))
        .collect()
}

/// Lists certain orders, the newest first.
pub(crate) async fn list_certain(
    db: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<Vec<Listed>, StoreError> {
    Ok(columns()
        .filter(work_order::Column::Id.is_in(orders.iter().copied()))
        .into_model::<Listed>()
        .all(db)
        .await?)
}

/// Lists orders with their texts: of `given` those that are selected, or the next page of the selection.
pub(crate) async fn list_texts(
    db: &impl ConnectionTrait,
    selection: &Selection,
    traits: &Traits,
    given: Option<&[OrderId]>,
) -> Result<Vec<Found>, StoreError> {
    use work_order::Column as C;
    let mut query = ordered(filtered(selection), selection)
        .column(C::Content)
        .limit(selection.limit);
    if let Some(given) = given {
        query = query.filter(C::Id.is_in(given.iter().copied()));
    }
    Ok(with(query, traits).into_model::<Found>().all(db).await?)
}

/// Lists orders without their texts: the next page of the selection of those with some traits.
pub(crate) async fn list_with(
    db: &impl ConnectionTrait,
    selection: &Selection,
    traits: &Traits,
) -> Result<Vec<Listed>, StoreError> {
    let query = ordered(filtered(selection), selection).limit(selection.limit);
    Ok(with(query, traits).into_model::<Listed>().all(db).await?)
}

fn with(mut query: Select<work_order::Entity>, traits: &Traits) -> Select<work_order::Entity> {
    use work_order::Column as C;
    if let Some(category) = &traits.category {
        query = query.filter(C::Category.starts_with(category.as_str()));
    }
    if let Some(channel) = &traits.channel {
        query = query.filter(C::Channel.eq(channel.as_str()));
    }
    if let Some(from) = traits.from {
        query = query.filter(C::CreatedAt.gte(from));
    }
    if let Some(to) = traits.to {
        query = query.filter(C::CreatedAt.lt(to));
    }
    query
}

fn columns() -> Select<work_order::Entity> {
    use work_order::Column as C;
    work_order::Entity::find().select_only().columns([
        C::Id,
        C::Number,
        C::Workflow,
        C::WorkflowVersion,
        C::State,
        C::Round,
        C::OrgCode,
        C::OrgPath,
        C::OrgName,
        C::UnitPath,
        C::Requester,
        C::Assignee,
        C::Confidential,
        C::Title,
        C::Category,
        C::Channel,
        C::Supervised,
        C::DueAt,
        C::CreatedAt,
        C::UpdatedAt,
        C::Version,
    ])
}

fn filtered(selection: &Selection) -> Select<work_order::Entity> {
    let mut query = columns();
    query = match &selection.among {
        Among::Requested(account) => query.filter(work_order::Column::Requester.eq(*account)),
        Among::Assigned(account) => query.filter(work_order::Column::Assignee.eq(*account)),
        Among::Panel(account) => query
            .join(JoinType::InnerJoin, seats())
            .filter(panel_seat::Column::Account.eq(*account))
            .filter(
                Expr::col((panel_seat::Entity, panel_seat::Column::Round))
                    .equals((work_order::Entity, work_order::Column::Round)),
            ),
        Among::Scope { code, categories } => {
            let query = match selection.track() {
                Track::Scope => query
                    .join(JoinType::InnerJoin, scopes())
                    .filter(order_scope::Column::ScopeCode.eq(code.as_str())),
                Track::Projects => query
                    .join(JoinType::InnerJoin, project_scopes())
                    .filter(project_scope::Column::ScopeCode.eq(code.as_str())),
                Track::Overdue => query
                    .join(JoinType::InnerJoin, overdue_scopes())
                    .filter(overdue_scope::Column::ScopeCode.eq(code.as_str())),
                Track::Supervised => query
                    .join(JoinType::InnerJoin, supervised_scopes())
                    .filter(supervised_scope::Column::ScopeCode.eq(code.as_str())),
                _ => query.filter(work_order::Column::Id.in_subquery(under(code))),
            };
            match categories.as_slice() {
                [] => query,
                allowed => query.filter(of_categories(allowed)),
            }
        }
    };
    if let Some(state) = &selection.state {
        query = match selection.track() {
            Track::Scope => query.filter(order_scope::Column::State.eq(state.as_str())),
            _ => query.filter(work_order::Column::State.eq(state.as_str())),
        };
    }
    if let Some(workflow) = &selection.workflow {
        query = query.filter(work_order::Column::Workflow.eq(workflow.as_str()));
    }
    if let Some(code) = &selection.below {
        query = query.filter(work_order::Column::Id.in_subquery(under(code)));
    }
    // the track says it already; said twice, PostgreSQL would expect too few rows to walk it
    if let Some(supervised) = selection.supervised
        && !matches!(selection.track(), Track::Supervised)
    {
        query = query.filter(work_order::Column::Supervised.eq(supervised));
    }
    match selection.overdue {
        Some((true, now)) => query.filter(work_order::Column::DueAt.lt(now)),
        Some((false, now)) => query.filter(
            Condition::any()
                .add(work_order::Column::DueAt.is_null())
                .add(work_order::Column::DueAt.gte(now)),
        ),
        None => query,
    }
}

/// The index along which a list walks; ordering by its own column keeps engines from sorting.
#[derive(Clone, Copy)]
enum Track {
    Scope,
    Projects,
    Overdue,
    Supervised,
    Seats,
    Orders,
}

impl Selection {
    fn is_of_projects(&self) -> bool {
        self.workflow.as_deref() == Some(project::WORKFLOW)
    }

    fn track(&self) -> Track {
        match (&self.among, self.walk, self.overdue) {
            (_, Walk::Changed(..) | Walk::Given, _) => Track::Orders,
            (Among::Scope { .. }, _, _) if self.supervised == Some(true) => Track::Supervised,
            (Among::Scope { .. }, _, Some((true, _))) => Track::Overdue,
            // few among many orders: a walk along all of them would pass over the others
            (Among::Scope { .. }, _, _) if self.is_of_projects() => Track::Projects,
            (Among::Scope { .. }, _, _) => Track::Scope,
            (Among::Panel(_), _, _) => Track::Seats,
            _ => Track::Orders,
        }
    }
}

fn ordered(query: Select<work_order::Entity>, selection: &Selection) -> Select<work_order::Entity> {
    match selection.walk {
        Walk::Newest(after) => match selection.track() {
            Track::Scope => newest(query, order_scope::Column::OrderId, after),
            Track::Projects => newest(query, project_scope::Column::OrderId, after),
            Track::Overdue => newest(query, overdue_scope::Column::OrderId, after),
            Track::Supervised => newest(query, supervised_scope::Column::OrderId, after),
            Track::Seats => newest(query, panel_seat::Column::OrderId, after),
            Track::Orders => newest(query, work_order::Column::Id, after),
        },
        Walk::Given => query,
        Walk::Changed(since, after) => {
            let later = match after {
                Some(id) => Condition::any()
                    .add(work_order::Column::UpdatedAt.gt(since))
                    .add(
                        Condition::all()
                            .add(work_order::Column::UpdatedAt.eq(since))
                            .add(work_order::Column::Id.gt(id)),
                    ),
                None => Condition::all(),
            };
            query
                .filter(work_order::Column::UpdatedAt.gte(since))
                .filter(later)
                .order_by(work_order::Column::UpdatedAt, Order::Asc)
                .order_by(work_order::Column::Id, Order::Asc)
        }
    }
}

fn newest(
    query: Select<work_order::Entity>,
    column: impl ColumnTrait,
    after: Option<OrderId>,
) -> Select<work_order::Entity> {
    let query = match after {
        // on both sides of a join: PostgreSQL may walk either, and pages far behind must cost no more
        Some(id) => query
            .filter(column.lt(id))
            .filter(work_order::Column::Id.lt(id)),
        None => query,
    };
    query.order_by(column, Order::Desc)
}

fn of_categories(allowed: &[String]) -> Condition {
    let mut any = Condition::any();
    for code in allowed {
        any = any.add(work_order::Column::Category.starts_with(code.as_str()));
    }
    any
}

/// The orders under a node.
fn under(code: &str) -> SelectStatement {
    let mut ids = Query::select();
    ids.column((order_scope::Entity, order_scope::Column::OrderId))
        .from(order_scope::Entity)
        .and_where(order_scope::Column::ScopeCode.eq(code))
        .and_where(
            Expr::col((order_scope::Entity, order_scope::Column::OrderId))
                .equals((work_order::Entity, work_order::Column::Id)),
        );
    ids
}

fn scopes() -> RelationDef {
    work_order::Entity::belongs_to(order_scope::Entity)
        .from(work_order::Column::Id)
        .to(order_scope::Column::OrderId)
        .into()
}

fn project_scopes() -> RelationDef {
    work_order::Entity::belongs_to(project_scope::Entity)
        .from(work_order::Column::Id)
        .to(project_scope::Column::OrderId)
        .into()
}

fn overdue_scopes() -> RelationDef {
    work_order::Entity::belongs_to(overdue_scope::Entity)
        .from(work_order::Column::Id)
        .to(overdue_scope::Column::OrderId)
        .into()
}

fn supervised_scopes() -> RelationDef {
    work_order::Entity::belongs_to(supervised_scope::Entity)
        .from(work_order::Column::Id)
        .to(supervised_scope::Column::OrderId)
        .into()
}

fn seats() -> RelationDef {
    work_order::Entity::belongs_to(panel_seat::Entity)
        .from(work_order::Column::Id)
        .to(panel_seat::Column::OrderId)
        .into()
}

#[cfg(test)]
pub(crate) mod tests;
