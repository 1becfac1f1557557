//! What a district does otherwise (区级调整): limits, quorum and policies of a definition, by data.
//!
//! States, actions and who takes them stay as they are; the result is checked as strictly as a file. It has a version of
//! its own, by which the orders that begin with it go on to their end.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::definition::Definition;
use super::load;
use super::place::{Place, Report};
use super::problem::{LoadError, ProblemKind};
use super::spec::DefinitionSpec;

/// Most versions that one district can make of its definitions.
pub const MOST_VERSIONS: u32 = 999;

/// What a district does otherwise; what is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Override {
    /// How many rounds one level has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_rounds: Option<u32>,
    /// Limits, by the name of the clock.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, LimitOverride>,
    /// How results are judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewOverride>,
    /// How those who asked are called back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback: Option<CallbackOverride>,
    /// Side requests, by their kind.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub requests: BTreeMap<String, RequestOverride>,
    /// Most open parts of assisting units at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_parts: Option<u32>,
    /// How results are verified, by the beginning of a category's code: `word`, `photo` or `both`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub verification: BTreeMap<String, String>,
}

/// Another limit: exactly one of the first three, or only the last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitOverride {
    /// In natural hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<u32>,
    /// In hours of working time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_hours: Option<u32>,
    /// In working days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_days: Option<u32>,
    /// Where there is danger to life, in natural hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emergency_hours: Option<u32>,
}

/// Another way to judge.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReviewOverride {
    /// How many residents are drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub panel: Option<u32>,
    /// How many votes decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quorum: Option<u32>,
    /// The least mean score that passes, times 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pass_mean_x100: Option<u32>,
    /// Whether more than half of the votes must say "solved".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solved_majority: Option<bool>,
    /// What becomes of it below the quorum: `votes` or `unjudged`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below_quorum: Option<String>,
    /// By how many hours it is made longer, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extend_hours: Option<u32>,
}

/// Another way to call back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CallbackOverride {
    /// Half-days in which nobody was reached until it ends as not reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tries: Option<u32>,
    /// The least satisfaction that is content with a solved matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_from: Option<u8>,
    /// How long the link of a message is good for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_hours: Option<u32>,
}

/// Another measure of a side request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RequestOverride {
    /// The most that can be asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
    /// From which number, or from how many days on, the upper level decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upper_from: Option<u32>,
    /// From how many units on a return goes to a conference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upper_units: Option<u32>,
}

/// Numbers a district's version so that it meets no version of a file and none of another district.
#[must_use]
pub fn version_of(district: &str, number: u32) -> Option<u32> {
    let digits: u32 = district.parse().ok().filter(|_| district.len() == 6)?;
    let fits = (1..=MOST_VERSIONS).contains(&number) && digits > 0;
    fits.then(|| digits.saturating_mul(1_000).saturating_add(number))
}

/// Applies what a district does otherwise to a definition file.
///
/// # Errors
/// The file, or what becomes of it, is refused: with everything that is wrong.
pub fn apply(
    (file, text): (&str, &str),
    changes: &Override,
    version: u32,
) -> Result<Definition, LoadError> {
    load::parse_changed(file, text, |spec, report| {
        change(spec, changes, report);
        spec.version = version;
    })
}

fn change(spec: &mut DefinitionSpec, changes: &Override, report: &mut Report<'_>) {
    let mut unknown = |key: &'static str, zh: String, en: String| {
        report.add(ProblemKind::UnknownWord, &Place::top(key), zh, en);
    };
    set(&mut spec.max_rounds, changes.max_rounds);
    let policies = changes.verification.clone();
    spec.verification.extend(policies);
    for (name, limit) in &changes.limits {
        let Some(clock) = spec.clocks.iter_mut().find(|clock| clock.name == *name) else {
            let zh = format!("流程没有计时 {name:?}");
            unknown("limits", zh, format!("there is no clock {name:?}"));
            continue;
        };
        if limit
            .hours
            .or(limit.work_hours)
            .or(limit.work_days)
            .is_some()
        {
            clock.hours = limit.hours;
            clock.work_hours = limit.work_hours;
            clock.work_days = limit.work_days;
        }
        clock.emergency_hours = limit.emergency_hours.or(clock.emergency_hours);
    }
    match (&mut spec.review, &changes.review) {
        (Some(review), Some(other)) => {
            set(&mut review.panel, other.panel);
            set(&mut review.quorum, other.quorum);
            set(&mut review.pass_mean_x100, other.pass_mean_x100);
            set(&mut review.solved_majority, other.solved_majority);
            review.below_quorum = other.below_quorum.clone().or(review.below_quorum.take());
            review.extend_hours = other.extend_hours.or(review.extend_hours);
        }
        (None, Some(_)) => unknown(
            "review",
            "流程没有评议".to_owned(),
            "the workflow has no review".to_owned(),
        ),
        _ => {}
    }
    match (&mut spec.callback, &changes.callback) {
        (Some(callback), Some(other)) => {
            set(&mut callback.tries, other.tries);
            set(&mut callback.content_from, other.content_from);
            set(&mut callback.link_hours, other.link_hours);
        }
        (None, Some(_)) => unknown(
            "callback",
            "流程没有回访".to_owned(),
            "the workflow does not call back".to_owned(),
        ),
        _ => {}
    }
    for (kind, other) in &changes.requests {
        let Some(request) = spec.requests.iter_mut().find(|known| known.kind == *kind) else {
            let zh = format!("流程没有申请 {kind:?}");
            unknown("requests", zh, format!("there is no request {kind:?}"));
            continue;
        };
        request.most = other.most.or(request.most);
        request.upper_from = other.upper_from.or(request.upper_from);
        request.upper_units = other.upper_units.or(request.upper_units);
    }
    match (&mut spec.assist, changes.most_parts) {
        (Some(assist), Some(most)) => assist.most = most,
        (None, Some(_)) => unknown(
            "most_parts",
            "流程没有协办".to_owned(),
            "the workflow knows no assisting units".to_owned(),
        ),
        _ => {}
    }
}

fn set<T>(value: &mut T, other: Option<T>) {
    if let Some(other) = other {
        *value = other;
    }
}
