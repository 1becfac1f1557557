//! Plans (方案): what a search proposes and a person decides about. A roster gives places of shifts to volunteers, a
//! repair fills what became free in one, a dispatch gives open tasks to volunteers.

use kernel::{AccountId, OrgPath, RosterPlanId, ShiftId, TaskId, Timestamp, Version, named};
use serde::{Deserialize, Serialize};
use solver::ReadError;
use utoipa::ToSchema;

use super::dispatch::Dispatch;
use super::roster::Roster;

/// Most volunteers of a plan.
pub(crate) const MOST_VOLUNTEERS: usize = 2_000;
/// Most steps of a search.
pub(crate) const MOST_ITERATIONS: u64 = 20_000_000;
/// Steps of a search that nobody said more about.
pub(crate) const ITERATIONS: u64 = 500_000;
/// Plans of one organisation that wait or are worked on.
pub(crate) const MOST_AT_ONCE: u64 = 3;
/// Load beyond this counts no more: fairness must never cost as much as an empty place.
pub(crate) const MOST_RECENT: u32 = 40;

named! {
    /// What a plan is for (方案类型).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = ServicePlanKind)]
    pub(crate) enum PlanKind {
        /// 排班
        Roster = "roster",
        /// 批量派单
        Dispatch = "dispatch",
        /// 缺岗修补
        Repair = "repair",
    }
}

impl PlanKind {
    /// What a plan is that was kept before there were others.
    const fn roster() -> Self {
        Self::Roster
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
pub(crate) struct Scope {
    #[serde(default = "PlanKind::roster")]
    pub(crate) kind: PlanKind,
    /// The shifts of a roster, or of its repair.
    #[serde(default)]
    pub(crate) shifts: Vec<ShiftId>,
    /// The tasks of a dispatch.
    #[serde(default)]
    pub(crate) tasks: Vec<TaskId>,
    pub(crate) seed: u64,
    pub(crate) iterations: u64,
}

/// How far a search has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlanProgress {
    pub(crate) iteration: u64,
    /// Price of the best plan so far.
    pub(crate) incumbent: Option<i64>,
    /// No plan is cheaper, where that is known.
    pub(crate) bound: Option<i64>,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) id: RosterPlanId,
    pub(crate) org_path: OrgPath,
    pub(crate) asked_by: AccountId,
    pub(crate) state: PlanState,
    #[serde(alias = "task")]
    pub(crate) scope: Scope,
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

impl Plan {
    /// Goes to another state.
    pub(crate) fn enter(&mut self, state: PlanState, now: Timestamp) {
        self.state = state;
        self.version = self.version.next();
        self.updated_at = now;
    }
}

/// Why a search makes no plan.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Planless {
    /// There is nothing left to plan, or nobody waits for it.
    #[error("nothing to plan")]
    Nothing,
    /// The solver does not take the model: a defect of ours.
    #[error("the model is refused")]
    Refused(#[source] ReadError),
}

impl Planless {
    /// Its code.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing_to_plan",
            Self::Refused(_) => "model_refused",
        }
    }
}

/// What a plan says, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum PlanResult {
    /// Of tasks.
    Dispatch(Dispatch),
    /// Of shifts: a roster or its repair.
    Roster(Roster),
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may")]

    use super::{PlanKind, PlanResult, Scope};

    #[test]
    fn what_was_kept_before_there_were_kinds_is_of_rosters() {
        let scope: Scope =
            serde_json::from_str(r#"{"shifts":[],"seed":1,"iterations":2}"#).unwrap();
        assert_eq!(scope.kind, PlanKind::Roster);
        assert!(scope.tasks.is_empty());
        let body = r#"{"price":7,"assignments":[],"unfilled":[],"placed":[],"left_out":[]}"#;
        match serde_json::from_str(body).unwrap() {
            PlanResult::Roster(found) => {
                assert_eq!(
                    (found.price, found.kept.len(), found.replaced.len()),
                    (7, 0, 0)
                );
            }
            PlanResult::Dispatch(found) => panic!("{found:?}"),
        }
        let body = r#"{"price":1,"chosen":[],"unassigned":[],"asked":[],"not_asked":[]}"#;
        let found = serde_json::from_str(body).unwrap();
        assert!(matches!(found, PlanResult::Dispatch(_)));
    }
}
