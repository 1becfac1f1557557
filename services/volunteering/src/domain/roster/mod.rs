//! Rosters that are planned ahead (排班方案): who could do which shift, proposed by a search and decided by a person.

mod build;
mod scene;
mod settle;

use kernel::{
    AccountId, ActivityId, OrgPath, RosterPlanId, ShiftId, SignUpId, Timestamp, Version, named,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use build::Model;
pub(crate) use scene::{Held, Opening, Person, Scene};
pub(crate) use settle::settle;

use super::sign_up::{Obstacle, SignUpState};

/// Most shifts of a plan.
pub(crate) const MOST_SHIFTS: usize = 200;
/// Most places of a plan.
pub(crate) const MOST_PLACES: u32 = 1_000;
/// Most volunteers of a plan.
pub(crate) const MOST_VOLUNTEERS: usize = 2_000;
/// Most steps of a search.
pub(crate) const MOST_ITERATIONS: u64 = 20_000_000;
/// Steps of a search that nobody said more about.
pub(crate) const ITERATIONS: u64 = 500_000;
/// Most days of a plan.
pub(crate) const MOST_DAYS: u64 = 62;
/// Plans of one organisation that wait or are worked on.
pub(crate) const MOST_AT_ONCE: u64 = 3;

/// What planning costs and asks for (排班规则).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanRules {
    /// Hours to answer a planned place.
    pub(crate) offer_hours: u32,
    /// Most shifts a week of one person.
    pub(crate) shifts_a_week: u32,
    /// Most days of service in a row.
    pub(crate) days_in_a_row: u32,
    /// Prices of an unfilled place, by risk of the service.
    pub(crate) unfilled: [i64; 3],
    /// Price of uneven load.
    pub(crate) fair: i64,
    /// Price of somebody who is new to an activity.
    pub(crate) new_face: i64,
    /// Price of a kind of service or a place that somebody did not wish for.
    pub(crate) unwanted: i64,
}

impl PlanRules {
    /// Says why these cannot be used, if so.
    pub(crate) fn is_wrong(&self) -> Option<&'static str> {
        const DEAR: i64 = 1_000_000;
        let prices = [self.new_face, self.unwanted];
        if self.offer_hours == 0 || self.shifts_a_week == 0 || self.days_in_a_row == 0 {
            return Some("hours to answer, shifts a week and days in a row must be at least one");
        }
        if !self.unfilled.is_sorted() {
            return Some("prices of unfilled places must not fall with the risk");
        }
        let dear = |price: &i64| !(0..=DEAR).contains(price);
        if prices.iter().chain(&self.unfilled).any(dear) || !(0..=10_000).contains(&self.fair) {
            return Some("prices must be between 0 and 1000000, that of fairness at most 10000");
        }
        None
    }
}

named! {
    /// How far a plan has come (方案状态).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = RosterPlanState)]
    pub(crate) enum PlanState {
        /// 排队中
        Queued = "queued",
        /// 求解中
        Solving = "solving",
        /// 待采纳
        Solved = "solved",
        /// 已采纳
        Accepted = "accepted",
        /// 已取消
        Cancelled = "cancelled",
        /// 失败
        Failed = "failed",
    }
}

/// What is to be planned, and with how much effort: the same seed plans the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Task {
    /// The shifts.
    pub(crate) shifts: Vec<ShiftId>,
    pub(crate) seed: u64,
    pub(crate) iterations: u64,
}

/// How far a search has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlanProgress {
    pub(crate) iteration: u64,
    /// Price of the best roster so far.
    pub(crate) incumbent: Option<i64>,
    /// No roster is cheaper, where that is known.
    pub(crate) bound: Option<i64>,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RosterPlan {
    pub(crate) id: RosterPlanId,
    pub(crate) org_path: OrgPath,
    pub(crate) asked_by: AccountId,
    pub(crate) state: PlanState,
    pub(crate) task: Task,
    pub(crate) progress: PlanProgress,
    /// Why it failed.
    pub(crate) reason: Option<String>,
    /// How often somebody began to work on it.
    pub(crate) attempts: u32,
    pub(crate) decided_by: Option<AccountId>,
    pub(crate) version: Version,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl RosterPlan {
    /// Goes to another state.
    pub(crate) fn enter(&mut self, state: PlanState, now: Timestamp) {
        self.state = state;
        self.version = self.version.next();
        self.updated_at = now;
    }
}

named! {
    /// What a planned place costs (计价项).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = RosterCost)]
    pub(crate) enum Cost {
        /// 负担: the more somebody did of late, the dearer
        Load = "load",
        /// 新面孔
        NewFace = "new_face",
        /// 服务类别不在意愿内
        OtherKind = "other_kind",
        /// 不在本人所属组织
        OtherPlace = "other_place",
    }
}

impl Cost {
    /// Says it, in Chinese and in English.
    pub(crate) const fn says(self) -> (&'static str, &'static str) {
        match self {
            Self::Load => ("近期服务负担", "load of late"),
            Self::NewFace => ("初次参加该活动的班次", "new to these shifts"),
            Self::OtherKind => (
                "不在本人意愿的服务类别内",
                "no kind of service they wished for",
            ),
            Self::OtherPlace => ("不在本人所属组织", "not at their home"),
        }
    }
}

/// A place that the plan gives to somebody, and what it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Assignment {
    pub(crate) shift: ShiftId,
    pub(crate) activity: ActivityId,
    pub(crate) position: u32,
    pub(crate) account: AccountId,
    pub(crate) costs: Vec<(Cost, i64)>,
}

/// Places that nobody can take, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unfilled {
    pub(crate) shift: ShiftId,
    pub(crate) position: u32,
    pub(crate) places: u32,
    /// Volunteers who might serve there if they had time.
    pub(crate) able: u32,
    /// What stands against how many, the most first.
    pub(crate) reasons: Vec<(Obstacle, u32)>,
}

/// A place that was given when the plan was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Placed {
    pub(crate) sign_up: SignUpId,
    pub(crate) shift: ShiftId,
    pub(crate) position: u32,
    pub(crate) account: AccountId,
    pub(crate) state: SignUpState,
}

/// What no longer fitted when the plan was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LeftOut {
    pub(crate) shift: ShiftId,
    pub(crate) position: u32,
    pub(crate) account: AccountId,
    pub(crate) reason: Obstacle,
}

/// What a plan says, and what became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlanResult {
    /// Price of it all, unfilled places included.
    pub(crate) price: i64,
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) unfilled: Vec<Unfilled>,
    pub(crate) placed: Vec<Placed>,
    pub(crate) left_out: Vec<LeftOut>,
}

#[cfg(test)]
mod tests;
