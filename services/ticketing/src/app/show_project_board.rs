//! 挂图作战: the secretaries' projects of a part of the city, each with its light, how far it is and what it has solved.
//!
//! How far a project is, those who run it say with the action whose form asks for a percentage; what they said is read
//! from the timeline of the page's projects in one statement.

use auth::Ctx;
use chassis::http::{Limit, Page};
use kernel::{Cursor, OrderId, OrgCode, Timestamp, Version};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::App;
use super::list_orders::{ListOrdersError, is_hidden, keeps_out, scope_of_staff, shown_title};
use super::view::state_title;
use crate::domain::clock::RunningClock;
use crate::domain::project::{self, Light};
use crate::domain::scan;
use crate::store::listing::{Among, Listed, Selection, Walk, list_timed};
use crate::store::scopes::scope_of;
use crate::store::timeline::{Said, list_inputs};

/// Name of the list in its cursors.
const LIST: &str = "projects";
/// The field of a form that says how far a project is.
const PERCENT: &str = "percent";

/// Which projects.
#[derive(Debug, Clone, Default)]
pub(crate) struct ShowProjectBoard {
    /// At or below this place; none for the caller's widest scope.
    pub(crate) org_code: Option<OrgCode>,
    /// Only those in this state.
    pub(crate) state: Option<String>,
    /// Where the page begins.
    pub(crate) cursor: Option<String>,
    /// How long it is.
    pub(crate) limit: Limit,
}

/// How a project stands to its limit (亮灯).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProjectLight {
    /// 绿灯 (in time).
    Green,
    /// 黄灯 (the end is near).
    Yellow,
    /// 红灯 (late).
    Red,
}

impl From<Light> for ProjectLight {
    fn from(light: Light) -> Self {
        match light {
            Light::Green => Self::Green,
            Light::Yellow => Self::Yellow,
            Light::Red => Self::Red,
        }
    }
}

/// A project on the wall chart (挂图作战).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ProjectView {
    /// 工单 (the order).
    pub(crate) id: OrderId,
    /// 编号 (the number that people use).
    #[schema(example = "SJ20261122-7K2MQ9XR")]
    pub(crate) number: String,
    /// 项目 (what it is about).
    pub(crate) title: String,
    /// 地点 (the place).
    pub(crate) org_code: OrgCode,
    /// 地点名称 (its name).
    pub(crate) org_name: String,
    /// 状态 (state).
    pub(crate) state: String,
    /// 状态名称 (the state in words).
    pub(crate) state_title: String,
    /// 亮灯；没有时限在走的为空 (its light; none where no limit runs).
    pub(crate) light: Option<ProjectLight>,
    /// 完成百分比，按最近一次节点 (percent done, as of the last milestone).
    #[schema(minimum = 0, maximum = 100)]
    pub(crate) percent: Option<u64>,
    /// 最近节点 (the last milestone).
    pub(crate) milestone: Option<String>,
    /// 最近节点时间 (when that was).
    pub(crate) milestone_at: Option<Timestamp>,
    /// 已报节点数 (milestones reported).
    pub(crate) milestones: usize,
    /// 解决问题数，各节点合计 (problems solved, over all milestones).
    pub(crate) problems_solved: u64,
    /// 到期 (when the running limit ends).
    pub(crate) due_at: Option<Timestamp>,
    /// 提出时间 (when it was opened).
    pub(crate) created_at: Timestamp,
    /// 版本 (its version).
    pub(crate) version: Version,
}

/// Lists the projects of a place that the caller works at, the newest first.
pub(crate) async fn show_project_board(
    app: &App,
    ctx: &Ctx,
    wanted: ShowProjectBoard,
) -> Result<Page<ProjectView>, ListOrdersError> {
    let after = wanted.cursor.as_deref();
    let after: Option<OrderId> = after
        .map(|cursor| Cursor::decode(LIST, cursor))
        .transpose()?;
    let (path, categories) = scope_of_staff(app, ctx, wanted.org_code.as_ref()).await?;
    let selection = Selection {
        among: Among::Scope {
            code: scope_of(&path),
            categories,
        },
        state: wanted.state,
        workflow: Some(project::WORKFLOW.to_owned()),
        below: None,
        overdue: None,
        supervised: None,
        walk: Walk::Newest(after),
        limit: wanted.limit.get() + 1,
    };
    let db = app.db.reader();
    let listed = list_timed(db, &selection).await?;
    let size = wanted.limit.size();
    let (mut listed, next) = Cursor::cut(listed, size, |(last, _)| Cursor::encode(LIST, &last.id));
    // a page may be shorter than asked for: what the caller keeps out of is left out
    let exclusions = exclusions::list_of(db, ctx.principal.account).await?;
    listed.retain(|(order, _)| !keeps_out(&exclusions, ctx.principal.account, order));
    let ids: Vec<OrderId> = listed.iter().map(|(order, _)| order.id).collect();
    let mut said = list_inputs(db, &ids, &reporting_actions(app)).await?;
    let items = listed.into_iter().map(|(order, clocks)| {
        let said = said.remove(&order.id).unwrap_or_default();
        view(app, ctx, order, &clocks, &said)
    });
    Ok(Page {
        items: items.collect(),
        next,
    })
}

/// Names the actions of all versions of the workflow by which somebody says how far a project is.
fn reporting_actions(app: &App) -> Vec<String> {
    let mut names = Vec::new();
    let all = app.workflows.iter();
    for definition in all.filter(|definition| definition.name == project::WORKFLOW) {
        let reporting = definition
            .actions
            .iter()
            .filter(|action| action.form.field(PERCENT).is_some());
        names.extend(reporting.map(|action| action.name.clone()));
    }
    names.sort_unstable();
    names.dedup();
    names
}

fn view(
    app: &App,
    ctx: &Ctx,
    order: Listed,
    clocks: &[RunningClock],
    said: &[Said],
) -> ProjectView {
    let version = u32::try_from(order.workflow_version).unwrap_or_default();
    let definition = app.workflows.find(&order.workflow, version);
    let definition = definition.map(AsRef::as_ref);
    let number = |input: &Value, name| input.get(name).and_then(Value::as_u64);
    let last = said.last();
    let milestone = last.and_then(|(_, input)| input.get("milestone")?.as_str());
    let hidden = is_hidden(ctx, &order);
    ProjectView {
        title: shown_title(ctx, &order),
        state_title: state_title(definition, &order.state, ctx.locale),
        light: project::light(clocks, ctx.now).map(Into::into),
        percent: last.and_then(|(_, input)| number(input, PERCENT)),
        milestone: milestone.map(|text| {
            if hidden {
                scan::hidden(text)
            } else {
                text.to_owned()
            }
        }),
        milestone_at: last.map(|(at, _)| *at),
        milestones: said.len(),
        problems_solved: said
            .iter()
            .filter_map(|(_, input)| number(input, "problems_solved"))
            .fold(0, u64::saturating_add),
        id: order.id,
        number: order.number,
        org_code: order.org_code,
        org_name: order.org_name,
        state: order.state,
        due_at: order.due_at,
        created_at: order.created_at,
        version: order.version,
    }
}
