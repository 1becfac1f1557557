//! Shows the workflow definitions (工作流), so that apps can explain where an order stands.

use std::sync::Arc;

use auth::Ctx;
use kernel::{Named, Role};
use problem::{Category, Fact, Kind, Locale};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::view::words;
use crate::domain::calendar::Limit;
use crate::domain::workflow::{Action, ActorRule, Definition, Over};

/// A workflow definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct WorkflowView {
    /// The name, for `workflow` of a new order.
    pub(crate) name: String,
    /// The version that new orders begin with.
    pub(crate) version: u32,
    /// The title.
    pub(crate) title: String,
    /// The first state.
    pub(crate) initial: String,
    /// How many rounds one level has.
    pub(crate) max_rounds: u32,
    /// The states.
    pub(crate) states: Vec<StateView>,
    /// The actions.
    pub(crate) actions: Vec<WorkflowActionView>,
    /// The time limits.
    pub(crate) clocks: Vec<ClockView>,
    /// How results are judged; absent where they are not.
    pub(crate) review: Option<ReviewRuleView>,
}

/// A state of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct StateView {
    /// The name.
    pub(crate) name: String,
    /// The title.
    pub(crate) title: String,
    /// Whether orders end here.
    pub(crate) terminal: bool,
}

/// An action of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct WorkflowActionView {
    /// The name.
    pub(crate) name: String,
    /// The title.
    pub(crate) title: String,
    /// The states in which it can be taken.
    pub(crate) from: Vec<String>,
    /// The states it can lead to.
    pub(crate) to: Vec<String>,
    /// Roles that may take it, over the order's place or unit.
    pub(crate) roles: Vec<WorkflowRole>,
    /// Relations to the order that may take it.
    pub(crate) relations: Vec<String>,
    /// Whether the platform takes it by itself.
    pub(crate) automatic: bool,
    /// What must hold.
    pub(crate) guards: Vec<String>,
    /// JSON Schema of the form.
    #[schema(value_type = Object)]
    pub(crate) form: Arc<serde_json::Value>,
}

/// A role that may take an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct WorkflowRole {
    /// The role.
    pub(crate) role: Role,
    /// What it must cover: `area` or `unit`.
    pub(crate) over: &'static str,
}

/// A time limit of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ClockView {
    /// The name.
    pub(crate) name: String,
    /// The title.
    pub(crate) title: String,
    /// Entering one of these states starts it.
    pub(crate) starts_on: Vec<String>,
    /// Entering one of these states stops it.
    pub(crate) stops_on: Vec<String>,
    /// Taking one of these actions stops it.
    pub(crate) stops_with: Vec<String>,
    /// It stands still in these states.
    pub(crate) pauses_on: Vec<String>,
    /// How long it runs, in natural hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hours: Option<u32>,
    /// How long it runs, in hours of working time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) work_hours: Option<u32>,
    /// How long it runs, in working days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) work_days: Option<u32>,
    /// How long it runs where there is danger to life, in natural hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) emergency_hours: Option<u32>,
    /// Whether it only says until when something may be done.
    pub(crate) window: bool,
    /// Its levels of warning and breach.
    pub(crate) levels: Vec<String>,
}

/// How results are judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ReviewRuleView {
    /// The action that casts a vote.
    pub(crate) action: String,
    /// How many residents are drawn.
    pub(crate) panel: u32,
    /// How many votes decide.
    pub(crate) quorum: u32,
    /// The least mean score that passes, times 100.
    pub(crate) pass_mean_x100: u32,
    /// Whether more than half must say "solved".
    pub(crate) solved_majority: bool,
    /// Whether households are drawn, and vote once each (按户).
    pub(crate) by_household: bool,
}

/// All workflows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct WorkflowList {
    /// The newest version of each.
    pub(crate) items: Vec<WorkflowView>,
}

/// There is no such workflow.
#[derive(Debug, thiserror::Error)]
#[error("no workflow {0:?}")]
pub(crate) struct NoWorkflow(String);

impl NoWorkflow {
    /// There is none of this name.
    pub(super) fn named(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl Category for NoWorkflow {
    fn fact(&self) -> Fact {
        Fact::new(
            Kind::NotFound,
            "workflow-not-found",
            "没有这个流程",
            "there is no such workflow",
        )
    }
}

/// Shows the newest version of every workflow.
pub(crate) fn list_workflows(app: &App, ctx: &Ctx) -> WorkflowList {
    let newest = app.workflows.iter().filter(|definition| {
        let latest = app.workflows.latest(&definition.name);
        latest.is_some_and(|latest| latest.version == definition.version)
    });
    let items = newest
        .map(|definition| view(definition, ctx.locale))
        .collect();
    WorkflowList { items }
}

/// Shows the newest version of one workflow.
pub(crate) fn show_workflow(app: &App, ctx: &Ctx, name: &str) -> Result<WorkflowView, NoWorkflow> {
    Ok(view(find_workflow(app, name)?, ctx.locale))
}

/// Finds the newest version of a workflow.
pub(crate) fn find_workflow<'a>(app: &'a App, name: &str) -> Result<&'a Definition, NoWorkflow> {
    let definition = app.workflows.latest(name).map(AsRef::as_ref);
    definition.ok_or_else(|| NoWorkflow::named(name))
}

fn view(definition: &Definition, locale: Locale) -> WorkflowView {
    let states = definition.states.iter().map(|state| StateView {
        name: state.name.clone(),
        title: words(&state.title, locale).to_owned(),
        terminal: state.terminal,
    });
    let clocks = definition.clocks.iter().map(|clock| ClockView {
        name: clock.name.clone(),
        title: words(&clock.title, locale).to_owned(),
        starts_on: clock.starts_on.clone(),
        stops_on: clock.stops_on.clone(),
        stops_with: clock.stops_with.clone(),
        pauses_on: clock.pauses_on.clone(),
        hours: match clock.limit {
            Limit::Hours(hours) => Some(hours),
            _ => None,
        },
        work_hours: match clock.limit {
            Limit::WorkHours(hours) => Some(hours),
            _ => None,
        },
        work_days: match clock.limit {
            Limit::WorkDays(days) => Some(days),
            _ => None,
        },
        emergency_hours: clock.emergency_hours,
        window: clock.window,
        levels: clock
            .levels
            .iter()
            .map(|level| level.name.clone())
            .collect(),
    });
    let review = definition.review.as_ref().map(|rule| ReviewRuleView {
        action: rule.action.clone(),
        panel: rule.panel,
        quorum: rule.quorum,
        pass_mean_x100: rule.pass_mean_x100,
        solved_majority: rule.solved_majority,
        by_household: rule.by_household,
    });
    WorkflowView {
        name: definition.name.clone(),
        version: definition.version,
        title: words(&definition.title, locale).to_owned(),
        initial: definition.initial.clone(),
        max_rounds: definition.max_rounds,
        states: states.collect(),
        actions: definition
            .actions
            .iter()
            .map(|action| action_view(action, locale))
            .collect(),
        clocks: clocks.collect(),
        review,
    }
}

fn action_view(action: &Action, locale: Locale) -> WorkflowActionView {
    let mut view = WorkflowActionView {
        name: action.name.clone(),
        title: words(&action.title, locale).to_owned(),
        from: action.from.clone(),
        to: Vec::new(),
        roles: Vec::new(),
        relations: Vec::new(),
        automatic: false,
        guards: action
            .guards
            .iter()
            .map(|guard| guard.name().to_owned())
            .collect(),
        form: Arc::clone(&action.schema),
    };
    for made in action.moves() {
        for to in action.from.iter().map(|from| made.target(from)) {
            if !view.to.iter().any(|known| known == to) {
                view.to.push(to.to_owned());
            }
        }
    }
    for rule in &action.actors {
        match rule {
            ActorRule::Roles { roles, over } => {
                let over = match over {
                    Over::Area => "area",
                    Over::Unit => "unit",
                };
                view.roles
                    .extend(roles.iter().map(|role| WorkflowRole { role: *role, over }));
            }
            ActorRule::Relation(relation) => view.relations.push(relation.name().to_owned()),
            ActorRule::System => view.automatic = true,
        }
    }
    view
}
