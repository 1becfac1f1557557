use problem::{Category, Fact, Kind};
use store::StoreError;

use super::claim_task::ClaimError;
use super::volunteer_error::not_in_rules;
use crate::domain::group::GroupRefusal;

/// Why positions of a task are not set, shown, taken or left.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GroupError {
    #[error(transparent)]
    Task(#[from] ClaimError),
    #[error("no such position")]
    NoPosition,
    #[error("nobody leads it yet")]
    NoLead,
    #[error("enough people have it")]
    Full,
    #[error("the caller has a position already")]
    HasOne,
    #[error("the caller does not have the position")]
    NotOwn,
    #[error("{0} names what the rules do not have")]
    Unknown(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<GroupRefusal> for GroupError {
    fn from(refusal: GroupRefusal) -> Self {
        match refusal {
            GroupRefusal::NotForCaller => ClaimError::NotFound.into(),
            GroupRefusal::OwnOrder => ClaimError::OwnOrder.into(),
            GroupRefusal::Taken => ClaimError::Taken.into(),
            GroupRefusal::Kept { until } => ClaimError::Kept { until }.into(),
            GroupRefusal::Closed => ClaimError::Closed.into(),
            GroupRefusal::NoPosition => Self::NoPosition,
            GroupRefusal::NoLead => Self::NoLead,
            GroupRefusal::Full => Self::Full,
        }
    }
}

impl Category for GroupError {
    fn fact(&self) -> Fact {
        let conflict =
            |slug, zh: &'static str, en: &'static str| Fact::new(Kind::Conflict, slug, zh, en);
        match self {
            Self::Task(error) => error.fact(),
            Self::NoPosition => Fact::new(
                Kind::NotFound,
                "position-not-found",
                "任务没有这个岗位",
                "the task has no such position",
            ),
            Self::NoLead => conflict(
                "task-needs-lead",
                "任务还没有负责人，请先接单",
                "nobody leads the task yet; take it first",
            ),
            Self::Full => conflict(
                "position-full",
                "岗位已满",
                "enough people have the position",
            ),
            Self::HasOne => conflict(
                "has-position",
                "您已有本任务的岗位",
                "you have a position of the task already",
            ),
            Self::NotOwn => conflict(
                "position-not-taken",
                "您没有这个岗位",
                "you do not have the position",
            ),
            Self::Unknown(pointer) => not_in_rules(pointer),
            Self::Store(error) => error.fact(),
        }
    }
}
