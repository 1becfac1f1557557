//! Rosters that are planned ahead (排班方案): who could do which shift, proposed by a search and decided by a person.

mod build;
mod repair;
mod scene;
mod settle;

use kernel::{AccountId, ActivityId, ShiftId, SignUpId, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use repair::plan_repair;
pub(crate) use scene::{Held, Opening, Person, Scene};
pub(crate) use settle::plan_roster;

use super::sign_up::{Obstacle, SignUpState};

/// Most shifts of a plan.
pub(crate) const MOST_SHIFTS: usize = 200;
/// Most places of a plan.
pub(crate) const MOST_PLACES: u32 = 1_000;
/// Most days of a plan.
pub(crate) const MOST_DAYS: u64 = 62;

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
    /// Price of each offer that a repair takes from somebody who has not answered.
    pub(crate) change: i64,
}

impl PlanRules {
    /// Says why these cannot be used, if so.
    pub(crate) fn is_wrong(&self) -> Option<&'static str> {
        const DEAR: i64 = 1_000_000;
        let prices = [self.new_face, self.unwanted, self.change];
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

/// An offer that nobody has answered and that a repair takes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Replaced {
    pub(crate) sign_up: SignUpId,
    pub(crate) shift: ShiftId,
    pub(crate) position: u32,
    pub(crate) account: AccountId,
    pub(crate) price: i64,
    /// What became of it when the plan was accepted; nothing before.
    pub(crate) fate: Option<Fate>,
}

named! {
    /// What became of an offer that a repair takes back (邀约处理结果).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = RosterOfferFate)]
    pub(crate) enum Fate {
        /// 已收回
        Withdrawn = "withdrawn",
        /// 其间已答复或已有人候补，不变
        Changed = "changed",
        /// 接替者不再适用，保留
        Kept = "kept",
    }
}

/// What a plan of shifts says, and what became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Roster {
    /// Price of it all, unfilled places included.
    pub(crate) price: i64,
    pub(crate) assignments: Vec<Assignment>,
    /// Offers without an answer that a repair leaves as they are.
    #[serde(default)]
    pub(crate) kept: Vec<Assignment>,
    pub(crate) unfilled: Vec<Unfilled>,
    /// Offers without an answer that it takes back: those of a repair.
    #[serde(default)]
    pub(crate) replaced: Vec<Replaced>,
    pub(crate) placed: Vec<Placed>,
    pub(crate) left_out: Vec<LeftOut>,
}

#[cfg(test)]
mod tests;
