//! Which steps, states and limits make which figure (统计口径), read from `rules/figures.toml`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::Counts;
use super::measures::FigureWeights;
use super::scoring::Scoring;
use crate::domain::wording::Bilingual;
use crate::domain::workflow::{Catalogue, Definition};

/// The rules that are built in, and their text.
pub const BUNDLED: (&str, &str) = (
    "rules/figures.toml",
    include_str!("../../../rules/figures.toml"),
);

/// Stands for every workflow.
const ANY: &str = "*";

/// How a state stands to the matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Somebody has something to do.
    Open,
    /// Over with a result (办结).
    Closed,
    /// Not accepted (不予受理).
    Declined,
    /// Taken back (撤单).
    Withdrawn,
    /// Ended without a result (终止).
    Terminated,
    /// Made by mistake (作废).
    Voided,
    /// Part of another order (并单).
    Merged,
    /// With another desk (转接).
    Transferred,
}

/// What a step is to the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// 受理.
    Accept,
    /// 派单.
    Dispatch,
    /// 退回, after a request.
    Return,
    /// 退单, by itself.
    GiveBack,
    /// 收回改派.
    Recall,
    /// 签收、接单.
    Take,
    /// 先行联系.
    Contact,
    /// 处置反馈.
    Report,
    /// 核查.
    Verify,
    /// 回访.
    CallBack,
    /// 评单.
    Vote,
    /// 重开.
    Reopen,
    /// 报告节点, of a secretary's project.
    Milestone,
    /// 直接答复.
    Direct,
    /// 自办, by the grid.
    SelfHandle,
    /// 核实, before it is taken up.
    CheckReport,
    /// 街道评价: the place scores the unit.
    JudgeUnit,
    /// 部门评价: the unit scores the place.
    JudgePlace,
}

/// Why rules were refused.
#[derive(Debug, thiserror::Error)]
pub enum FigureRulesError {
    /// Not TOML of the right shape; the message names the line.
    #[error("{file}: 统计口径结构有误 (malformed rules of figures): {source}")]
    Malformed {
        /// The file.
        file: String,
        /// What the reader says.
        #[source]
        source: toml::de::Error,
    },
    /// A rule that makes no sense.
    #[error("{file}:{line}: {name}: {reason}")]
    Wrong {
        /// The file.
        file: String,
        /// The line that names it.
        line: usize,
        /// What is wrong.
        name: String,
        /// Why.
        reason: Bilingual,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    version: u32,
    weights: FigureWeights,
    #[serde(default)]
    scoring: Scoring,
    publication: PublicationSpec,
    repetition: RepetitionSpec,
    phases: PhasesSpec,
    steps: BTreeMap<StepKind, Vec<String>>,
    states: StatesSpec,
    limits: LimitsSpec,
    channels: ChannelsSpec,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct PhasesSpec {
    closed: Vec<String>,
    declined: Vec<String>,
    withdrawn: Vec<String>,
    terminated: Vec<String>,
    voided: Vec<String>,
    merged: Vec<String>,
    transferred: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublicationSpec {
    objection_work_days: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RepetitionSpec {
    days: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatesSpec {
    callback: BTreeSet<String>,
    publishable: BTreeSet<String>,
    published: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsSpec {
    filing: BTreeSet<String>,
    contact: BTreeSet<String>,
    handle: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelsSpec {
    grid: BTreeSet<String>,
}

/// The rules.
#[derive(Debug, Clone)]
pub struct FigureRules {
    /// Their version, which is published with what they gave.
    pub version: u32,
    /// Weights of the three rates.
    pub weights: FigureWeights,
    /// How a score is made of the figures.
    pub scoring: Scoring,
    /// How long one may object to figures before they are published, in working days.
    pub objection_work_days: u32,
    /// Within how many days a matter that is brought forward again is a repeated one.
    pub(super) repeated_within_days: u64,
    phases: BTreeMap<String, Phase>,
    steps: BTreeMap<(String, String), StepKind>,
    pub(super) callback: BTreeSet<String>,
    pub(super) publishable: BTreeSet<String>,
    pub(super) published: BTreeSet<String>,
    pub(super) filing: BTreeSet<String>,
    pub(super) contact: BTreeSet<String>,
    pub(super) handle: BTreeSet<String>,
    pub(super) grid: BTreeSet<String>,
}

impl FigureRules {
    /// Reads the rules that are built in.
    ///
    /// # Errors
    /// The file is wrong; a test shows that it isn't.
    pub fn bundled(workflows: &Catalogue) -> Result<Self, FigureRulesError> {
        Self::parse(BUNDLED.0, BUNDLED.1, workflows)
    }

    /// Reads rules; `file` only names it in errors.
    ///
    /// # Errors
    /// Not of the right shape, a name used twice, a step that no workflow has, weights that are no whole.
    pub fn parse(file: &str, text: &str, workflows: &Catalogue) -> Result<Self, FigureRulesError> {
        let spec: Spec = toml::from_str(text).map_err(|source| FigureRulesError::Malformed {
            file: file.to_owned(),
            source,
        })?;
        let wrong = |name: &str, zh: &str, en: &str| FigureRulesError::Wrong {
            file: file.to_owned(),
            line: line_of(text, name),
            name: name.to_owned(),
            reason: Bilingual::new(zh, en),
        };
        if spec.weights.sum() != 100 {
            return Err(wrong(
                "weights",
                "权重之和须为 100",
                "the weights must add up to 100",
            ));
        }
        let unknown = |one: &&String| Counts::default().get(one).is_none();
        let counts = spec.scoring.deductions.iter().map(|one| &one.count);
        if let Some(count) = counts.clone().find(unknown) {
            return Err(wrong(count, "没有这个数", "there is no such count"));
        }
        if spec.scoring.deducts() && counts.count() == 0 {
            return Err(wrong(
                "scoring",
                "扣分制须列出扣分项",
                "a scheme of deductions must say what costs points",
            ));
        }
        let mut scored = spec.scoring.workflows.keys();
        if let Some(name) = scored.find(|name| workflows.latest(name).is_none()) {
            return Err(wrong(name, "没有这个流程", "there is no such workflow"));
        }
        let mut phases = BTreeMap::new();
        for (states, phase) in [
            (spec.phases.closed, Phase::Closed),
            (spec.phases.declined, Phase::Declined),
            (spec.phases.withdrawn, Phase::Withdrawn),
            (spec.phases.terminated, Phase::Terminated),
            (spec.phases.voided, Phase::Voided),
            (spec.phases.merged, Phase::Merged),
            (spec.phases.transferred, Phase::Transferred),
        ] {
            for state in states {
                if phases.contains_key(&state) {
                    return Err(wrong(&state, "状态重复", "the state is named twice"));
                }
                phases.insert(state, phase);
            }
        }
        let mut steps = BTreeMap::new();
        for (kind, names) in spec.steps {
            for name in names {
                let Some((workflow, action)) = name.split_once('/') else {
                    return Err(wrong(&name, "须为“流程/动作”", "must be workflow/action"));
                };
                if workflow != ANY && !has_action(workflows, workflow, action) {
                    return Err(wrong(&name, "没有这个动作", "no workflow has this action"));
                }
                let key = (workflow.to_owned(), action.to_owned());
                if steps.insert(key, kind).is_some() {
                    return Err(wrong(&name, "动作重复", "the action is named twice"));
                }
            }
        }
        Ok(Self {
            version: spec.version,
            weights: spec.weights,
            scoring: spec.scoring,
            objection_work_days: spec.publication.objection_work_days,
            repeated_within_days: spec.repetition.days,
            phases,
            steps,
            callback: spec.states.callback,
            publishable: spec.states.publishable,
            published: spec.states.published,
            filing: spec.limits.filing,
            contact: spec.limits.contact,
            handle: spec.limits.handle,
            grid: spec.channels.grid,
        })
    }

    /// Says how a state stands to the matter.
    #[must_use]
    pub fn phase(&self, definition: Option<&Definition>, state: &str) -> Phase {
        match self.phases.get(state) {
            Some(phase) => *phase,
            None if definition.is_some_and(|known| known.is_terminal(state)) => Phase::Closed,
            None => Phase::Open,
        }
    }

    /// Says what a step is.
    #[must_use]
    pub fn step(&self, workflow: &str, action: &str) -> Option<StepKind> {
        let of = |workflow: &str| self.steps.get(&(workflow.to_owned(), action.to_owned()));
        of(workflow).or_else(|| of(ANY)).copied()
    }
}

fn has_action(workflows: &Catalogue, workflow: &str, action: &str) -> bool {
    let mut versions = workflows.iter().filter(|known| known.name == workflow);
    versions.any(|known| known.action(action).is_some())
}

/// Finds the first line that names something.
fn line_of(text: &str, name: &str) -> usize {
    let quoted = format!("\"{name}\"");
    let section = format!("[{name}]");
    let line = text
        .lines()
        .position(|line| line.contains(&quoted) || line.contains(&section));
    line.map_or(1, |line| line.saturating_add(1))
}
