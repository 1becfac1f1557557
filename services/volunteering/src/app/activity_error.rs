use kernel::CursorError;
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::volunteer_error::{not_in_rules, out_of_scope, version_changed};
use crate::domain::activity::ActivityRefusal;

/// Why an activity or a shift is not made, changed or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ActivityError {
    #[error("no such activity")]
    NotFound,
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("{0} is not in the rules")]
    Unknown(&'static str),
    #[error("no such team at the place")]
    NoTeam,
    #[error("it ends before it begins, is too long, or over")]
    Span(&'static str),
    #[error("a shift begins at that time already")]
    ShiftThere,
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error("refused: {0:?}")]
    Refused(ActivityRefusal),
    #[error("no random numbers")]
    NoSecret,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ActivityRefusal> for ActivityError {
    fn from(refusal: ActivityRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Category for ActivityError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "activity-not-found",
                "没有这项活动",
                "there is no such activity",
            ),
            Self::OutOfScope => out_of_scope(),
            Self::Unknown(pointer) => not_in_rules(pointer),
            Self::NoTeam => Fact::new(
                Kind::Invalid,
                "team-unknown",
                "该组织没有这支队伍",
                "the organisation has no such team",
            )
            .at("/team_id"),
            Self::Span(pointer) => Fact::new(
                Kind::Invalid,
                "shift-span",
                "班次须在今后一年内，时长一分钟至一天",
                "a shift lies within the next year and lasts a minute to a day",
            )
            .at(*pointer),
            Self::ShiftThere => Fact::new(
                Kind::Conflict,
                "shift-there",
                "该时间已有班次",
                "a shift begins at that time already",
            ),
            Self::OtherVersion => version_changed(),
            Self::Refused(ActivityRefusal::State) => Fact::new(
                Kind::Conflict,
                "step-not-possible",
                "当前状态不能进行此操作",
                "not possible in the present state",
            ),
            Self::Refused(ActivityRefusal::RisksUntold) => Fact::new(
                Kind::Conflict,
                "risks-untold",
                "发布前须如实告知风险",
                "the risks must be told before it recruits",
            ),
            Self::Refused(ActivityRefusal::NotAllowed) => Fact::new(
                Kind::Forbidden,
                "not-yours-to-decide",
                "您不能进行此操作",
                "this is not yours to decide",
            ),
            Self::NoSecret => Fact::internal(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}
