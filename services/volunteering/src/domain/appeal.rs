//! An appeal against being noted as absent (缺席申诉): why, and what was answered.

use kernel::{AccountId, OrgPath, SignUpId, Timestamp, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

named! {
    /// How far an appeal has come (缺席申诉状态).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = SignUpAppealState)]
    pub(crate) enum AppealState {
        /// 待处理
        Open = "open",
        /// 成立
        Upheld = "upheld",
        /// 不成立
        Dismissed = "dismissed",
    }
}

/// An appeal; there is one for each absence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Appeal {
    pub(crate) sign_up: SignUpId,
    pub(crate) account: AccountId,
    /// Place of the activity.
    pub(crate) org_path: OrgPath,
    /// Why, in the volunteer's words.
    pub(crate) reason: String,
    pub(crate) state: AppealState,
    /// What those who decided said.
    pub(crate) answer: Option<String>,
    pub(crate) decided_by: Option<AccountId>,
    pub(crate) opened_at: Timestamp,
    pub(crate) decided_at: Option<Timestamp>,
}

impl Appeal {
    /// Decides it.
    pub(crate) fn decide(
        &mut self,
        state: AppealState,
        (by, answer): (AccountId, String),
        now: Timestamp,
    ) {
        self.state = state;
        self.answer = Some(answer);
        self.decided_by = Some(by);
        self.decided_at = Some(now);
    }
}
