//! What is done with a sign-up (报名办理动作).

use kernel::Timestamp;
use serde::Serialize;

use super::SignUpState;
use crate::domain::appeal::AppealState;

/// A step with a sign-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SignUpStep {
    /// 确认候补名额, by the volunteer
    Accept,
    /// 谢绝候补名额, by the volunteer
    Decline,
    /// 退出, by the volunteer
    Withdraw,
    /// 缺席申诉, by the volunteer
    Appeal {
        /// Why.
        reason: String,
    },
    /// 录用, by those who run the activity
    Admit,
    /// 不录用
    Refuse,
    /// 记缺席
    MarkAbsent {
        /// Why an appeal does not stand.
        answer: Option<String>,
    },
    /// 准予缺席
    Excuse {
        /// What is said to an appeal.
        answer: Option<String>,
    },
    /// 补记到场: who came and could not check in or out
    Attended {
        /// When they came.
        from: Timestamp,
        /// When they left.
        until: Timestamp,
        /// What is said to an appeal.
        answer: Option<String>,
    },
}

impl SignUpStep {
    /// Says whether it is for the volunteer to take, and nobody else.
    pub(crate) fn is_own(&self) -> bool {
        matches!(
            self,
            Self::Accept | Self::Decline | Self::Withdraw | Self::Appeal { .. }
        )
    }

    /// How it decides an appeal against being noted as absent, with what is said to it.
    pub(crate) fn verdict(&self, state: SignUpState) -> Option<(AppealState, Option<&str>)> {
        if state != SignUpState::Appealed {
            return None;
        }
        let (verdict, answer) = match self {
            Self::MarkAbsent { answer } => (AppealState::Dismissed, answer),
            Self::Excuse { answer } | Self::Attended { answer, .. } => {
                (AppealState::Upheld, answer)
            }
            _ => return None,
        };
        Some((verdict, answer.as_deref()))
    }
}
