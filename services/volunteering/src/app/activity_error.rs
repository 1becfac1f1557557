use kernel::CursorError;
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::volunteer_error::{not_in_rules, out_of_scope, version_changed};
use crate::domain::activity::ActivityRefusal;
use crate::domain::changes::ShiftRefusal;

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
    #[error("no such shift")]
    NoShift,
    #[error("the shift stays: {0:?}")]
    Shift(ShiftRefusal),
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

impl From<ShiftRefusal> for ActivityError {
    fn from(refusal: ShiftRefusal) -> Self {
        Self::Shift(refusal)
    }
}

fn shift_fact(refusal: ShiftRefusal) -> Fact {
    match refusal {
        ShiftRefusal::State => Fact::new(
            Kind::Conflict,
            "step-not-possible",
            "班次已取消、已开始，或活动已结束",
            "the shift is cancelled or has begun, or its activity has ended",
        ),
        ShiftRefusal::TimeFixed => Fact::new(
            Kind::Conflict,
            "shift-time-fixed",
            "已有人录用或名额待确认，时间不能更改；请取消后另设班次",
            "somebody has a place, so its time stays; cancel it and add another one",
        )
        .at("/begins_at"),
        ShiftRefusal::FewerThanTaken(index) => Fact::new(
            Kind::Conflict,
            "fewer-than-taken",
            "人数不能少于已占名额",
            "no fewer people than have places",
        )
        .at(format!("/positions/{index}/needed")),
        ShiftRefusal::PositionInUse(index) => Fact::new(
            Kind::Conflict,
            "position-in-use",
            "该岗位已有人报名，不能删除或更改要求",
            "people are on the list of the position: it stays, with what it needs",
        )
        .at(format!("/positions/{index}")),
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
            Self::NoShift => Fact::new(
                Kind::NotFound,
                "shift-not-found",
                "没有这个班次",
                "there is no such shift",
            ),
            Self::Shift(refusal) => shift_fact(*refusal),
            Self::Refused(ActivityRefusal::Fixed(pointer)) => Fact::new(
                Kind::Conflict,
                "activity-published",
                "活动已发布，此项不能更改",
                "the activity is public: this stays as it is",
            )
            .at(*pointer),
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
