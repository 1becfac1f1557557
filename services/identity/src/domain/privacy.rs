//! Requests about one's own data (个人信息权利请求, PIPL 44 to 50).

use kernel::{AccountId, PrivacyRequestId, Timestamp, Version};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Requests of one account that wait at a time.
pub const MAX_OPEN_REQUESTS: usize = 10;

/// What is asked for (请求类型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrivacyKind {
    /// A copy of all (查阅、复制): answered at once.
    Export,
    /// The name for others put right (更正).
    Correct,
    /// Contacts used for nothing but storage (限制处理).
    Restrict,
    /// A restriction taken back, contacts used again (解除限制): done at once.
    Lift,
    /// The account closed and its personal data deleted, but for what the law keeps (注销、删除).
    Erase,
}

impl PrivacyKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Export,
        Self::Correct,
        Self::Restrict,
        Self::Lift,
        Self::Erase,
    ];

    /// Returns the name on the wire and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Export => "export",
            Self::Correct => "correct",
            Self::Restrict => "restrict",
            Self::Lift => "lift",
            Self::Erase => "erase",
        }
    }
}

/// Where a request stands (状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrivacyState {
    /// It waits for an answer (待办).
    Open,
    /// It was done (已办理).
    Granted,
    /// It was refused, with reasons (已拒绝).
    Refused,
}

impl PrivacyState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Open, Self::Granted, Self::Refused];

    /// Returns the name on the wire and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Granted => "granted",
            Self::Refused => "refused",
        }
    }
}

/// Why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AnswerRefused {
    #[error("nobody answers themselves")]
    Oneself,
    #[error("it was answered already")]
    Answered,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PrivacyRequest {
    pub(crate) id: PrivacyRequestId,
    pub(crate) account: AccountId,
    pub(crate) kind: PrivacyKind,
    /// What the person says to it.
    pub(crate) detail: String,
    pub(crate) state: PrivacyState,
    /// What was said to the person, empty while it waits.
    pub(crate) answer: String,
    pub(crate) requested_at: Timestamp,
    pub(crate) due_at: Timestamp,
    pub(crate) answered_by: Option<AccountId>,
    pub(crate) answered_at: Option<Timestamp>,
    pub(crate) version: Version,
}

impl PrivacyRequest {
    /// Grants it at once: nobody has to look at it.
    pub(crate) fn grant_at_once(&mut self) {
        self.state = PrivacyState::Granted;
        self.due_at = self.requested_at;
        self.answered_at = Some(self.requested_at);
    }

    /// Answers it.
    pub(crate) fn answer(
        &mut self,
        by: AccountId,
        granted: bool,
        answer: String,
        now: Timestamp,
    ) -> Result<(), AnswerRefused> {
        if by == self.account {
            return Err(AnswerRefused::Oneself);
        }
        if self.state != PrivacyState::Open {
            return Err(AnswerRefused::Answered);
        }
        self.state = if granted {
            PrivacyState::Granted
        } else {
            PrivacyState::Refused
        };
        self.answer = answer;
        (self.answered_by, self.answered_at) = (Some(by), Some(now));
        self.version = self.version.next();
        Ok(())
    }
}
