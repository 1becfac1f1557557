//! What statistics are made of, counted by the database along the orders of one scope and period.
//!
//! Both queries walk `order_scope` by (scope, opening time): their cost depends on the orders of that place and
//! period, not on how many there are in all.

use ::store::StoreError;
use kernel::Timestamp;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, IntoCondition, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter,
    QuerySelect, RelationDef, Select,
};

use super::tables::{order_event, order_scope, work_order};

/// Which orders are counted: those opened in a period below or at a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cohort {
    /// The node, `/` for the city.
    pub(crate) scope: String,
    /// From this instant on.
    pub(crate) from: Timestamp,
    /// Before this instant.
    pub(crate) to: Timestamp,
}

/// Orders of one workflow in one state.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct StateCount {
    pub(crate) workflow: String,
    pub(crate) state: String,
    pub(crate) total: i64,
    /// Of those, a running limit has passed.
    pub(crate) past_due: i64,
    /// Of those, more than one round was needed.
    pub(crate) reworked: i64,
    /// Of those, a limit was missed on the way, keeping the file afterwards left aside.
    pub(crate) missed: i64,
}

/// Steps of one kind.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct StepCount {
    pub(crate) action: String,
    pub(crate) from_state: String,
    pub(crate) to_state: String,
    pub(crate) total: i64,
    /// How many orders took such a step.
    pub(crate) orders: i64,
    /// Of the steps, taken in time.
    pub(crate) in_time: i64,
    /// Of the steps, the resident was reached.
    pub(crate) reached: i64,
    /// Of the steps, "solved" or "passed".
    pub(crate) solved: i64,
    /// Of the steps, a score of 4 or 5 of 5.
    pub(crate) satisfied: i64,
}

/// Counts the orders of a cohort by workflow and state.
pub(crate) async fn count_states(
    db: &impl ConnectionTrait,
    cohort: &Cohort,
    filing: &[&str],
    now: Timestamp,
) -> Result<Vec<StateCount>, StoreError> {
    let missed = Query::select()
        .expr(Expr::val(1))
        .from(order_event::Entity)
        .and_where(
            Expr::col((order_event::Entity, order_event::Column::OrderId))
                .equals((work_order::Entity, work_order::Column::Id)),
        )
        .and_where(order_event::Column::Late.eq(true))
        .and_where(order_event::Column::Action.is_not_in(filing.iter().copied()))
        .take();
    Ok(within(cohort)
        .join(JoinType::InnerJoin, orders())
        .column(work_order::Column::Workflow)
        .column(order_scope::Column::State)
        .column_as(order_scope::Column::OrderId.count(), "total")
        .column_as(count_if(work_order::Column::DueAt.lt(now)), "past_due")
        .column_as(count_if(work_order::Column::Round.gt(1)), "reworked")
        .column_as(count_if(Expr::exists(missed)), "missed")
        .group_by(work_order::Column::Workflow)
        .group_by(order_scope::Column::State)
        .into_model::<StateCount>()
        .all(db)
        .await?)
}

/// Counts the steps taken on the orders of a cohort.
pub(crate) async fn count_steps(
    db: &impl ConnectionTrait,
    cohort: &Cohort,
) -> Result<Vec<StepCount>, StoreError> {
    Ok(within(cohort)
        .join(JoinType::InnerJoin, events())
        .column(order_event::Column::Action)
        .column(order_event::Column::FromState)
        .column(order_event::Column::ToState)
        .column_as(order_event::Column::Seq.count(), "total")
        .column_as(
            Expr::col((order_event::Entity, order_event::Column::OrderId)).count_distinct(),
            "orders",
        )
        .column_as(count_if(order_event::Column::Late.eq(false)), "in_time")
        .column_as(count_if(order_event::Column::Reached.eq(true)), "reached")
        .column_as(count_if(order_event::Column::Solved.eq(true)), "solved")
        .column_as(count_if(order_event::Column::Score.gte(4)), "satisfied")
        .filter(order_event::Column::Kind.eq("advanced"))
        .group_by(order_event::Column::Action)
        .group_by(order_event::Column::FromState)
        .group_by(order_event::Column::ToState)
        .into_model::<StepCount>()
        .all(db)
        .await?)
}

fn within(cohort: &Cohort) -> Select<order_scope::Entity> {
    order_scope::Entity::find().select_only().filter(
        Condition::all()
            .add(order_scope::Column::ScopeCode.eq(cohort.scope.as_str()))
            .add(order_scope::Column::CreatedAt.gte(cohort.from))
            .add(order_scope::Column::CreatedAt.lt(cohort.to)),
    )
}

/// Counts the rows for which a condition holds; a whole number on every engine, unlike a sum.
fn count_if(condition: impl IntoCondition) -> Expr {
    let matching: Expr = CaseStatement::new().case(condition, Expr::val(1)).into();
    matching.count()
}

fn orders() -> RelationDef {
    order_scope::Entity::belongs_to(work_order::Entity)
        .from(order_scope::Column::OrderId)
        .to(work_order::Column::Id)
        .into()
}

fn events() -> RelationDef {
    order_scope::Entity::belongs_to(order_event::Entity)
        .from(order_scope::Column::OrderId)
        .to(order_event::Column::OrderId)
        .into()
}
