//! Why a callback by a message was not begun, shown or answered.

use std::time::Duration;

use ::store::StoreError;
use kernel::OrderId;
use problem::{Category, Fact, Kind};

use super::access::AccessError;
use super::advance::AdvanceError;
use super::guesses::TooManyGuesses;

/// Why a callback by a message was not begun, shown or answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallbackError {
    /// There is no such order for the caller.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The workflow of the order doesn't call back.
    #[error("the workflow of the order does not call back")]
    NoCallback,
    /// The definition names an action that it doesn't have.
    #[error("the definition of order {0} names an action that it does not have")]
    DefinitionBroken(OrderId),
    /// The order doesn't wait for its callback.
    #[error("the order does not wait for its callback")]
    NotNow,
    /// The caller doesn't call back here.
    #[error("the caller does not call back about this order")]
    NotAllowed,
    /// Nobody asked for it with an account, and no contact was taken in.
    #[error("nobody who can be reached asked for the order")]
    NobodyAsked,
    /// A message was sent a short while ago.
    #[error("a message was sent a short while ago")]
    InvitedAlready,
    /// There is no such link, or it is good no longer: which of these is nobody's business.
    #[error("no such link")]
    NoLink,
    /// Too many tokens that are none came from there.
    #[error("too many unknown links")]
    TooMany {
        /// How long to wait.
        wait: Duration,
    },
    /// The answer was refused, or failed.
    #[error(transparent)]
    Advance(#[from] AdvanceError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<TooManyGuesses> for CallbackError {
    fn from(guesses: TooManyGuesses) -> Self {
        Self::TooMany { wait: guesses.wait }
    }
}

impl Category for CallbackError {
    fn fact(&self) -> Fact {
        let conflict = |slug, zh, en| Fact::new(Kind::Conflict, slug, zh, en);
        match self {
            Self::Access(error) => error.fact(),
            Self::Advance(error) => error.fact(),
            Self::Store(error) => error.fact(),
            Self::DefinitionBroken(_) => Fact::internal(),
            Self::NoCallback => conflict(
                "no-callback",
                "该流程不设回访",
                "the workflow of this order does not call back",
            ),
            Self::NotNow => conflict(
                "wrong-state",
                "工单不在回访环节",
                "the order does not wait for its callback",
            ),
            Self::NobodyAsked => conflict(
                "nobody-asked",
                "该工单没有可联系的诉求人：既无账号，也未登记联系信息",
                "nobody who can be reached asked for this order: no account, and no contact",
            ),
            Self::InvitedAlready => conflict(
                "invited-already",
                "刚发送过回访短信，请稍后再发",
                "a message was sent a short while ago",
            ),
            Self::NotAllowed => Fact::new(
                Kind::Forbidden,
                "not-allowed",
                "您不能对此工单回访",
                "you may not call back about this order",
            ),
            Self::NoLink => Fact::new(
                Kind::Invalid,
                "callback-link-invalid",
                "链接无效、已使用或已过期",
                "the link is unknown, used or expired",
            )
            .at("/token"),
            Self::TooMany { wait } => Fact::new(
                Kind::TooMany,
                "too-many-attempts",
                "尝试过于频繁，请稍后再试",
                "too many attempts; try again later",
            )
            .after(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).max(1)),
        }
    }
}
