//! Says what recorded orders would meet under another definition, before it is used (试运行).

use ::store::StoreError;
use auth::Ctx;
use kernel::{OrderId, OrgCode};
use problem::{Category, Fact, FieldError, Kind, Message};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::access::STAFF;
use super::place::{PlaceError, asked_place};
use super::show_workflows::NoWorkflow;
use crate::domain::workflow::rehearse::{Recorded, Rehearsal};
use crate::domain::workflow::{LoadError, parse};
use crate::store::listing::{Among, Selection, Walk, list_orders};
use crate::store::scopes::scope_of;
use crate::store::timeline::list_steps;

/// Most orders of one rehearsal.
pub(crate) const MOST_ORDERS: u32 = 500;

/// What is to be rehearsed.
#[derive(Debug, Clone)]
pub(crate) struct RehearseWorkflow {
    /// The workflow whose orders are taken.
    pub(crate) name: String,
    /// The definition file.
    pub(crate) definition: String,
    /// Only orders at or below this place; the caller's widest scope where it is left out.
    pub(crate) org_code: Option<OrgCode>,
    /// How many orders, the newest ones.
    pub(crate) orders: u32,
}

/// What recorded orders would meet under a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct WorkflowRehearsalView {
    /// The workflow.
    pub(crate) workflow: String,
    /// The version of the definition that was tried.
    pub(crate) version: u32,
    /// Orders whose recorded steps were taken again.
    pub(crate) orders: u64,
    /// Of those, all steps could be taken.
    pub(crate) passed: u64,
    /// Of those, a step would be refused.
    pub(crate) refused: u64,
    /// Steps that could be taken.
    pub(crate) steps: u64,
    /// Where and why, the most frequent first.
    pub(crate) obstacles: Vec<WorkflowObstacleView>,
}

/// A step that would be refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct WorkflowObstacleView {
    /// The state before the step.
    pub(crate) state: String,
    /// The action.
    pub(crate) action: String,
    /// `unknown_action` 没有此动作, `wrong_state` 状态不允许, `not_allowed` 身份不允许, `input` 表单不符, `leads_elsewhere` 去向不符.
    pub(crate) why: String,
    /// How many orders it stops.
    pub(crate) orders: u64,
    /// One of them.
    pub(crate) example: OrderId,
}

/// Why nothing was rehearsed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RehearseError {
    /// The place does not serve.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// There is no such workflow.
    #[error(transparent)]
    NoWorkflow(#[from] NoWorkflow),
    /// The definition is refused.
    #[error("the definition is refused")]
    Unsound(#[source] LoadError),
    /// The definition is one of another workflow.
    #[error("the definition is of workflow {0:?}")]
    OtherWorkflow(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for RehearseError {
    fn fact(&self) -> Fact {
        match self {
            Self::Place(error) => error.fact(),
            Self::NoWorkflow(error) => error.fact(),
            Self::Store(error) => error.fact(),
            Self::Unsound(error) => unsound(error),
            Self::OtherWorkflow(_) => Fact::new(
                Kind::Invalid,
                "other-workflow",
                "定义的 name 须与地址中的流程相同",
                "the definition's name must be that of the address",
            )
            .at("/definition"),
        }
    }
}

/// Says everything that is wrong with a definition, each with its line and key.
pub(super) fn unsound(error: &LoadError) -> Fact {
    let said = error.problems.iter().map(|problem| {
        let place = match problem.line {
            Some(line) => format!("第 {line} 行 {}", problem.place),
            None => problem.place.clone(),
        };
        let zh = format!("{place}：{}", problem.reason.zh);
        let en = match problem.line {
            Some(line) => format!("line {line} {}: {}", problem.place, problem.reason.en),
            None => format!("{}: {}", problem.place, problem.reason.en),
        };
        FieldError::new("/definition".to_owned(), Message::new(zh, en))
    });
    Fact::new(
        Kind::Invalid,
        "definition-unsound",
        "流程定义有误",
        "the definition is not sound",
    )
    .with_fields(said.collect())
}

/// Takes the recorded steps of the newest orders again, by the definition; nothing is written.
pub(crate) async fn rehearse_workflow(
    app: &App,
    ctx: &Ctx,
    wanted: &RehearseWorkflow,
) -> Result<WorkflowRehearsalView, RehearseError> {
    if app.workflows.latest(&wanted.name).is_none() {
        return Err(NoWorkflow::named(&wanted.name).into());
    }
    let definition = parse("definition", &wanted.definition).map_err(RehearseError::Unsound)?;
    if definition.name != wanted.name {
        return Err(RehearseError::OtherWorkflow(definition.name));
    }
    let db = app.db.reader();
    let place = asked_place(db, ctx, STAFF, wanted.org_code.as_ref()).await?;
    let place = place.path;
    let selection = Selection {
        among: Among::Scope {
            code: scope_of(&place),
            categories: Vec::new(),
        },
        below: None,
        state: None,
        workflow: Some(wanted.name.clone()),
        overdue: None,
        supervised: None,
        walk: Walk::Newest(None),
        limit: u64::from(wanted.orders.clamp(1, MOST_ORDERS)),
    };
    let orders: Vec<OrderId> = list_orders(db, &selection)
        .await?
        .into_iter()
        .map(|order| order.id)
        .collect();
    let mut steps = list_steps(db, &orders).await?;
    let mut rehearsal = Rehearsal::default();
    for order in orders {
        let recorded: Vec<Recorded> = steps.remove(&order).unwrap_or_default();
        rehearsal.add(&definition, order, &recorded);
    }
    Ok(view(wanted, definition.version, rehearsal))
}

fn view(wanted: &RehearseWorkflow, version: u32, rehearsal: Rehearsal) -> WorkflowRehearsalView {
    let met = rehearsal.obstacles.into_iter();
    let mut obstacles: Vec<WorkflowObstacleView> = met
        .map(|(obstacle, (orders, example))| WorkflowObstacleView {
            state: obstacle.state,
            action: obstacle.action,
            why: obstacle.why.name().to_owned(),
            orders,
            example,
        })
        .collect();
    obstacles.sort_by_key(|obstacle| std::cmp::Reverse(obstacle.orders));
    WorkflowRehearsalView {
        workflow: wanted.name.clone(),
        version,
        orders: rehearsal.orders,
        passed: rehearsal.passed,
        refused: rehearsal.orders.saturating_sub(rehearsal.passed),
        steps: rehearsal.steps,
        obstacles,
    }
}
