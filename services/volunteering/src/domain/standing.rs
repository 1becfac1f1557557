//! Who may take a task and who comes first (候选人): every rule with whether it is met, and what puts one before another.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::Date;
use kernel::{OrgPath, Timestamp, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::catalogue::ServiceKind;
use super::volunteer::{Lack, Needs, Volunteer, VolunteerState};
use super::waiting::{LONGEST_LIST, Precedence};
use super::windows::hold;

/// Seconds of a minute.
const MINUTE: u64 = 60;
/// A price that is certainly wrong.
const DEAR: i64 = 1_000_000;
/// Dearest that load may be, for searches that square it.
const MOST_LOAD: i64 = 10_000;
/// Most tasks that anybody may be asked for by one dispatch.
const MOST_EACH: u32 = 20;
/// How far back load and experience are looked at.
pub(crate) const LATELY: Duration = Duration::from_hours(24 * 30);

/// Skills that orders of a category need (类别所需技能).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CategorySkills {
    /// Beginning of the category's code.
    pub(crate) category: String,
    pub(crate) skills: Vec<String>,
}

/// Rules of taking tasks (接单规则); a limit of nothing is none.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskRules {
    /// Most tasks of one person at a time.
    pub(crate) at_once: u32,
    /// Minutes after giving one back.
    pub(crate) cool_down_minutes: u32,
    /// Hours of silence after which somebody is reminded.
    pub(crate) remind_hours: u32,
    /// Hours of silence after which a task is taken back.
    pub(crate) take_back_hours: u32,
    /// Hours to answer an invitation.
    pub(crate) invitation_hours: u32,
    /// Most people on the waiting list of a task.
    pub(crate) waiting_most: u32,
    /// Minutes for which a task is kept for one of them.
    pub(crate) waiting_minutes: u32,
    /// Minutes for which it is kept for all of them together.
    pub(crate) waiting_minutes_in_all: u32,
    /// Price of each service of late.
    pub(crate) load: i64,
    /// Price of each level of the tree between a home and the task.
    pub(crate) away: i64,
    /// Price of having no time now.
    pub(crate) busy: i64,
    /// Price of never having done the like.
    pub(crate) unfamiliar: i64,
    /// Price of a task that a dispatch finds nobody for.
    pub(crate) unassigned: i64,
    /// Most tasks that a dispatch asks one person for.
    pub(crate) each: u32,
    #[serde(default)]
    pub(crate) skill: Vec<CategorySkills>,
}

impl TaskRules {
    /// Says why these cannot be used, if so.
    pub(crate) fn is_wrong(&self, known: impl Fn(&str) -> bool) -> Option<String> {
        let prices = [
            self.load,
            self.away,
            self.busy,
            self.unfamiliar,
            self.unassigned,
        ];
        if prices.iter().any(|price| !(0..=DEAR).contains(price)) {
            return Some("prices must be between 0 and 1000000".to_owned());
        }
        if !(1..=MOST_EACH).contains(&self.each) {
            return Some(format!(
                "one person is asked for 1 to {MOST_EACH} tasks at a time"
            ));
        }
        if self.load > MOST_LOAD {
            return Some(format!("the price of load must be {MOST_LOAD} at most"));
        }
        if self.invitation_hours == 0 {
            return Some("hours to answer an invitation must be at least one".to_owned());
        }
        if self.waiting_most > LONGEST_LIST {
            return Some(format!("a waiting list has {LONGEST_LIST} people at most"));
        }
        if self.waiting_most > 0
            && !(1..=self.waiting_minutes_in_all).contains(&self.waiting_minutes)
        {
            return Some(
                "minutes for one of a waiting list must be at least one, and no more than for all"
                    .to_owned(),
            );
        }
        if self.take_back_hours > 0 && self.remind_hours >= self.take_back_hours {
            return Some("people must be reminded before a task is taken back".to_owned());
        }
        let mut skills = self.skill.iter().flat_map(|of| &of.skills);
        let unknown = skills.find(|skill| !known(skill))?;
        Some(format!("unknown skill {unknown}"))
    }

    /// Says whether a claim has to be weighed at all.
    pub(crate) fn limit_claims(&self, category: Option<&str>) -> bool {
        self.at_once > 0 || self.cool_down_minutes > 0 || !self.skills_of(category).is_empty()
    }

    /// Lists the skills that an order of a category needs.
    pub(crate) fn skills_of(&self, category: Option<&str>) -> Vec<String> {
        let Some(category) = category else {
            return Vec::new();
        };
        let of = self
            .skill
            .iter()
            .filter(|of| category.starts_with(&of.category));
        let mut skills: Vec<String> = of.flat_map(|of| of.skills.iter().cloned()).collect();
        skills.sort_unstable();
        skills.dedup();
        skills
    }

    /// After how long a silence something happens, and how much later a task is taken back.
    pub(crate) fn silence(&self) -> Option<Silence> {
        if self.take_back_hours == 0 {
            return None;
        }
        let hours = |hours: u32| Duration::from_hours(u64::from(hours));
        let reminds = self.remind_hours > 0;
        let first = if reminds {
            self.remind_hours
        } else {
            self.take_back_hours
        };
        Some(Silence {
            first: hours(first),
            then: hours(self.take_back_hours.saturating_sub(first)),
            reminds,
        })
    }

    /// For how long those who wait come first.
    pub(crate) fn precedence(&self) -> Precedence {
        let minutes = |minutes: u32| Duration::from_secs(u64::from(minutes) * MINUTE);
        Precedence {
            each: minutes(self.waiting_minutes),
            all: minutes(self.waiting_minutes_in_all),
        }
    }

    /// How long somebody has to answer an invitation.
    pub(crate) fn invitation_time(&self) -> Duration {
        Duration::from_hours(u64::from(self.invitation_hours))
    }

    /// The pause after giving a task back.
    pub(crate) fn cool_down(&self) -> Duration {
        Duration::from_secs(u64::from(self.cool_down_minutes) * MINUTE)
    }
}

/// How long somebody who has a task may be silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Silence {
    /// Until the reminder; until the end where nobody is reminded.
    pub(crate) first: Duration,
    /// From the reminder to the end.
    pub(crate) then: Duration,
    /// Whether anybody is reminded.
    pub(crate) reminds: bool,
}

named! {
    /// What somebody must be to take a task (接单条件).
    #[derive(PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
    #[schema(as = TaskRequirement)]
    pub(crate) enum Requirement {
        /// 任务待接单
        Open = "open",
        /// 角色和地点相符
        Audience = "audience",
        /// 不是诉求人本人
        NotRequester = "not_requester",
        /// 无须回避
        NotExcluded = "not_excluded",
        /// 志愿者身份未停用
        NotSuspended = "not_suspended",
        /// 符合年龄、监护人同意、保险要求
        Protected = "protected",
        /// 具备类别所需技能
        Skills = "skills",
        /// 同时承接未达上限
        AtOnce = "at_once",
        /// 退回后的冷却期已过
        CoolDown = "cool_down",
    }
}

impl Requirement {
    /// Says whether it is about other tasks, and not about this one.
    pub(crate) const fn is_about_load(self) -> bool {
        matches!(self, Self::AtOnce | Self::CoolDown)
    }

    /// Says it, in Chinese and in English.
    pub(crate) const fn says(self) -> (&'static str, &'static str) {
        match self {
            Self::Open => ("任务待接单", "nobody has the task"),
            Self::Audience => ("角色和地点相符", "role and place are those it is meant for"),
            Self::NotRequester => ("不是诉求人本人", "not the one who asked"),
            Self::NotExcluded => ("无须回避", "keeps out of nothing about it"),
            Self::NotSuspended => ("志愿者身份未停用", "is not suspended as a volunteer"),
            Self::Protected => (
                "符合此类服务对年龄、监护人同意和保险的要求",
                "is of age, or has the consent and the insurance that the service needs",
            ),
            Self::Skills => (
                "具备该类别所需的有效技能证明",
                "has valid proofs of the skills that the category needs",
            ),
            Self::AtOnce => (
                "同时承接的任务未达上限",
                "has fewer tasks at a time than the limit",
            ),
            Self::CoolDown => (
                "退回后的冷却期已过",
                "the pause after giving one back is over",
            ),
        }
    }
}

named! {
    /// What puts one candidate before another (候选人排序理由).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = TaskCandidateReason)]
    pub(crate) enum Reason {
        /// 近期负担
        Load = "load",
        /// 不在同一小区或单位
        Away = "away",
        /// 此刻不便
        Busy = "busy",
        /// 近期未办过同类
        Unfamiliar = "unfamiliar",
        /// 在同一小区或单位
        SamePlace = "same_place",
        /// 近期办过同类
        Familiar = "familiar",
        /// 所派队伍的队员
        TeamMate = "team_mate",
    }
}

impl Reason {
    /// Says it, in Chinese and in English.
    pub(crate) const fn says(self) -> (&'static str, &'static str) {
        match self {
            Self::Load => (
                "近三十天服务和在办任务",
                "services of the last thirty days and tasks at hand",
            ),
            Self::Away => ("不在同一小区或单位", "at home elsewhere"),
            Self::Busy => ("此刻不在可服务时段或有班次", "no time now"),
            Self::Unfamiliar => ("近期未办过同类事项", "did nothing of the kind of late"),
            Self::SamePlace => ("在同一小区或单位", "at home there"),
            Self::Familiar => ("近期办过同类事项", "did the like of late"),
            Self::TeamMate => ("所派队伍的队员", "a member of a team that it is meant for"),
        }
    }
}

/// What is known of somebody who may take a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// Tasks at hand.
    pub(crate) held: u32,
    /// Tasks and shifts of late.
    pub(crate) lately: u32,
    /// When they last gave a task back.
    pub(crate) released_at: Option<Timestamp>,
    /// Categories of the tasks that they took of late.
    pub(crate) did: BTreeSet<String>,
    /// On a shift now.
    pub(crate) on_shift: bool,
}

/// A place and kind of task, as ranking sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'task> {
    pub(crate) place: &'task OrgPath,
    pub(crate) category: Option<&'task str>,
    /// Skills beyond those of the category.
    pub(crate) skills: &'task [String],
}

/// Lists what keeps a registered volunteer from orders' tasks, whatever the limits are (S35, S39); people who are no
/// volunteers take them by their role.
pub(crate) fn unfit(
    kind: Option<&ServiceKind>,
    volunteer: Option<&Volunteer>,
    today: Date,
) -> Vec<Requirement> {
    let mut unfit = Vec::new();
    let Some(volunteer) = volunteer else {
        return unfit;
    };
    if volunteer.state == VolunteerState::Suspended {
        unfit.push(Requirement::NotSuspended);
    }
    let unprotected =
        |lack: &Lack| matches!(lack, Lack::Age | Lack::GuardianConsent | Lack::Insurance);
    let lacks = kind.map(|kind| volunteer.lacks(kind.needs(&[]), (today, today)));
    if lacks.is_some_and(|lacks| lacks.iter().any(unprotected)) {
        unfit.push(Requirement::Protected);
    }
    unfit
}

/// Lists the limits that somebody does not meet; a volunteer who isn't registered has no proofs.
pub(crate) fn unmet(
    rules: &TaskRules,
    wanted: Wanted<'_>,
    (volunteer, record): (Option<&Volunteer>, &Record),
    (today, now): (Date, Timestamp),
) -> Vec<Requirement> {
    let mut unmet = Vec::new();
    let mut skills = rules.skills_of(wanted.category);
    skills.extend_from_slice(wanted.skills);
    let needs = Needs {
        proven: &skills,
        insurance: false,
        minors: true,
    };
    let proven = |volunteer: &Volunteer| {
        !volunteer
            .lacks(needs, (today, today))
            .contains(&Lack::Skill)
    };
    if !skills.is_empty() && !volunteer.is_some_and(proven) {
        unmet.push(Requirement::Skills);
    }
    if rules.at_once > 0 && record.held >= rules.at_once {
        unmet.push(Requirement::AtOnce);
    }
    let pause = rules.cool_down();
    if record.released_at.is_some_and(|at| at.plus(pause) > now) {
        unmet.push(Requirement::CoolDown);
    }
    unmet
}

/// Lists what speaks for and against somebody, with its price: the cheapest comes first.
pub(crate) fn reasons(
    rules: &TaskRules,
    wanted: Wanted<'_>,
    (volunteer, record): (&Volunteer, &Record),
    at: jiff::civil::DateTime,
) -> Vec<(Reason, i64)> {
    let mut found = vec![(
        Reason::Load,
        rules.load * (i64::from(record.lately) + i64::from(record.held)),
    )];
    let (home, place) = (volunteer.home.ancestors(), wanted.place.ancestors());
    let common = home.iter().filter(|node| place.contains(node)).count();
    let levels = i64::try_from(place.len().saturating_sub(common)).unwrap_or_default();
    found.push(if levels == 0 {
        (Reason::SamePlace, 0)
    } else {
        (Reason::Away, rules.away * levels)
    });
    let windows = &volunteer.preferences.windows;
    if record.on_shift || !hold(windows, at) {
        found.push((Reason::Busy, rules.busy));
    }
    let familiar = wanted
        .category
        .is_some_and(|category| record.did.contains(category));
    found.push(if familiar {
        (Reason::Familiar, 0)
    } else {
        (Reason::Unfamiliar, rules.unfamiliar)
    });
    found
}

#[cfg(test)]
mod tests;
