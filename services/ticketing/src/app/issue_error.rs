//! Why bulletins are not opened, objected to or published.

use ::store::StoreError;
use kernel::{OrgCode, Timestamp};
use problem::{Category, Fact, Kind};

/// Why nothing is opened, objected to or published.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IssueError {
    /// Not a quarter.
    #[error("{0:?} is no quarter")]
    NoQuarter(String),
    /// The quarter isn't over.
    #[error("quarter {0} is not over")]
    NotOver(String),
    /// There is no such district, or the caller works elsewhere.
    #[error("no district {0} for this caller")]
    NoDistrict(String),
    /// There is no such place in the district, or it isn't the caller's.
    #[error("no place {0} for this caller")]
    NoPlace(OrgCode),
    /// Nothing was opened for the quarter.
    #[error("nothing opened for {0}")]
    NotOpened(String),
    /// The quarter has its bulletins already.
    #[error("{0} was opened before")]
    OpenedBefore(String),
    /// The window is not over, or it is.
    #[error("the objection window is {0}")]
    Window(&'static str),
    /// Who opened the window does not publish.
    #[error("the caller opened the window")]
    OwnIssue,
    /// Objections wait for their answers.
    #[error("{0} objections are not answered")]
    Unanswered(u64),
    /// The caller objected often enough.
    #[error("the caller made {0} objections")]
    Many(u64),
    /// There is no such objection.
    #[error("no objection {0}")]
    NoObjection(i64),
    /// Nobody answers their own.
    #[error("the objection is the caller's own")]
    OwnObjection,
    /// It has its answer.
    #[error("the objection was answered")]
    Answered,
    /// They were published.
    #[error("published at {0}")]
    Published(Timestamp),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for IssueError {
    fn fact(&self) -> Fact {
        let conflict =
            |slug, zh: &'static str, en: &'static str| Fact::new(Kind::Conflict, slug, zh, en);
        match self {
            Self::NoQuarter(_) => Fact::new(
                Kind::Invalid,
                "invalid-period",
                "季度须为 2026Q3 的形式",
                "a quarter looks like 2026Q3",
            )
            .at("/period"),
            Self::NotOver(_) => Fact::new(
                Kind::Invalid,
                "period-not-over",
                "该季度尚未结束",
                "this quarter is not over",
            )
            .at("/period"),
            Self::NoDistrict(_) => Fact::new(
                Kind::NotFound,
                "district-not-found",
                "没有这个区划，或不在您的授权范围内",
                "there is no such district within your scope",
            ),
            Self::NoPlace(_) => Fact::new(
                Kind::Invalid,
                "unknown-place",
                "没有这个组织，或不在您的授权范围内",
                "there is no such place within your scope",
            )
            .at("/org_code"),
            Self::NotOpened(_) => Fact::new(
                Kind::NotFound,
                "bulletins-not-found",
                "该季度尚未公示",
                "nothing was opened for this quarter",
            ),
            Self::OpenedBefore(_) => conflict(
                "bulletins-opened",
                "该季度已公示",
                "this quarter was opened before",
            ),
            Self::Window("over") => conflict(
                "objection-window-over",
                "公示期已过",
                "the objection window is over",
            ),
            Self::Window(_) => conflict(
                "objection-window-open",
                "公示期未满",
                "the objection window is still open",
            ),
            Self::OwnIssue => Fact::new(
                Kind::Forbidden,
                "own-bulletins",
                "发起公示者不得公开",
                "who opened the window does not publish",
            ),
            Self::Unanswered(count) => Fact::new(
                Kind::Conflict,
                "objections-unanswered",
                format!("尚有 {count} 件异议未答复"),
                format!("{count} objections are not answered yet"),
            ),
            Self::Many(most) => Fact::new(
                Kind::Conflict,
                "too-many-objections",
                format!("同一季度最多提出 {most} 件异议"),
                format!("at most {most} objections to the bulletins of a quarter"),
            ),
            Self::NoObjection(_) => Fact::new(
                Kind::NotFound,
                "objection-not-found",
                "没有这件异议",
                "there is no such objection",
            ),
            Self::OwnObjection => Fact::new(
                Kind::Forbidden,
                "own-objection",
                "不得答复本人提出的异议",
                "nobody answers their own objection",
            ),
            Self::Answered => conflict(
                "objection-answered",
                "该异议已答复",
                "this objection has its answer",
            ),
            Self::Published(_) => conflict(
                "bulletins-published",
                "公报已公开",
                "these bulletins are published",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}
