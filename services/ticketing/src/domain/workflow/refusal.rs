//! Why the engine refused an action.

use super::guard::Guard;
use crate::domain::scan::Finding;
use crate::domain::wording::Bilingual;
use kernel::Named;

/// A mistake at one place of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputProblem {
    /// The JSON pointer.
    pub pointer: String,
    /// What is wrong.
    pub reason: Bilingual,
}

/// A refusal: a fact, not a status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The order runs by another definition or version than the one given.
    #[error("the order runs by another definition")]
    OtherDefinition,
    /// The workflow has no such action.
    #[error("the workflow has no action {0:?}")]
    UnknownAction(String),
    /// The actor may not take this action on this order.
    #[error("the actor may not take this action")]
    NotAllowed,
    /// The action can't be taken in the present state.
    #[error("the action cannot be taken in state {state:?}")]
    WrongState {
        /// The present state.
        state: String,
    },
    /// A guard does not hold.
    #[error("guard {} does not hold", .0.name())]
    Guard(Guard),
    /// The input is not what the form asks for.
    #[error("the input does not fit the form")]
    Invalid(Vec<InputProblem>),
    /// A text to be published holds personal data.
    #[error("the text holds personal data")]
    PersonalData(Vec<Finding>),
    /// The caller did not look up a fact that the action depends on.
    #[error("the fact {0:?} was not looked up")]
    MissingFact(&'static str),
}

/// What a refusal means for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// There is nothing of that name.
    NotFound,
    /// This actor may not.
    Forbidden,
    /// Not now.
    Conflict,
    /// Not with this input.
    Invalid,
    /// A fault of ours.
    Internal,
}

impl Refusal {
    /// Refuses one place of the input.
    #[must_use]
    pub fn invalid(pointer: &str, reason: Bilingual) -> Self {
        Self::Invalid(vec![InputProblem {
            pointer: pointer.to_owned(),
            reason,
        }])
    }

    /// Tells what the refusal means for the caller.
    #[must_use]
    pub fn kind(&self) -> RefusalKind {
        match self {
            Self::UnknownAction(_) => RefusalKind::NotFound,
            Self::NotAllowed | Self::Guard(Guard::NotHandler | Guard::NotRequester) => {
                RefusalKind::Forbidden
            }
            Self::Guard(
                Guard::HasPhoto | Guard::PhotoByPolicy | Guard::CleanText | Guard::UnitInDistrict,
            )
            | Self::Invalid(_)
            | Self::PersonalData(_) => RefusalKind::Invalid,
            Self::WrongState { .. } | Self::Guard(_) => RefusalKind::Conflict,
            Self::OtherDefinition | Self::MissingFact(_) => RefusalKind::Internal,
        }
    }

    /// Returns a stable word for the refusal, for the problem's type.
    #[must_use]
    pub fn slug(&self) -> &'static str {
        match self {
            Self::UnknownAction(_) => "unknown-action",
            Self::NotAllowed => "action-not-allowed",
            Self::WrongState { .. } => "action-out-of-order",
            Self::Guard(Guard::HasPhoto | Guard::PhotoByPolicy) => "photo-missing",
            Self::Guard(Guard::NotHandler | Guard::NotRequester) => "conflict-of-interest",
            Self::Guard(Guard::NotVoted) => "already-voted",
            Self::Guard(Guard::NotConfidential) => "order-confidential",
            Self::Guard(_) => "action-guarded",
            Self::Invalid(_) => "invalid-input",
            Self::PersonalData(_) => "personal-data",
            Self::OtherDefinition | Self::MissingFact(_) => "internal",
        }
    }

    /// Returns what the caller reads.
    #[must_use]
    pub fn detail(&self) -> Bilingual {
        match self {
            Self::UnknownAction(_) => {
                Bilingual::new("该流程没有此动作", "the workflow has no such action")
            }
            Self::NotAllowed => Bilingual::new(
                "您不能对此工单执行该动作",
                "you may not take this action on this order",
            ),
            Self::WrongState { .. } => Bilingual::new(
                "工单当前状态不能执行该动作",
                "the action cannot be taken in the order's present state",
            ),
            Self::Guard(guard) => guard.demand(),
            Self::Invalid(_) => {
                Bilingual::new("填写内容不符合要求", "the input does not fit the form")
            }
            Self::PersonalData(_) => Guard::CleanText.demand(),
            Self::OtherDefinition | Self::MissingFact(_) => {
                Bilingual::new("内部错误", "internal error")
            }
        }
    }

    /// Returns the places of the input that are wrong.
    #[must_use]
    pub fn input_problems(&self) -> Vec<InputProblem> {
        match self {
            Self::Invalid(problems) => problems.clone(),
            Self::PersonalData(findings) => findings
                .iter()
                .map(|finding| InputProblem {
                    pointer: finding.pointer.clone(),
                    reason: finding.reason(),
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}
