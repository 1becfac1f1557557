use kernel::{CursorError, OrgCode};
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::change_error::{organisation_unknown, out_of_scope, version_changed};
use crate::domain::agreement::{WrongStep, WrongTerms};

/// Why an agreement or a commitment is not made, changed or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AgreementError {
    #[error("no such agreement or commitment")]
    NotFound,
    #[error("organisation {code} does not exist")]
    PartyUnknown { code: OrgCode, pointer: String },
    #[error("no such alliance, or a party is no member of it")]
    AllianceUnknown,
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("wrong terms: {0:?}")]
    WrongTerms(WrongTerms),
    #[error("no step from here: {0:?}")]
    WrongStep(WrongStep),
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<WrongTerms> for AgreementError {
    fn from(why: WrongTerms) -> Self {
        Self::WrongTerms(why)
    }
}

impl From<WrongStep> for AgreementError {
    fn from(why: WrongStep) -> Self {
        Self::WrongStep(why)
    }
}

impl Category for AgreementError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound | Self::WrongStep(WrongStep::NoCommitment) => Fact::new(
                Kind::NotFound,
                "agreement-not-found",
                "没有这个协议或承诺事项",
                "there is no such agreement or commitment",
            ),
            Self::PartyUnknown { code, pointer } => organisation_unknown(code).at(pointer.as_str()),
            Self::AllianceUnknown => Fact::new(
                Kind::Invalid,
                "alliance-unknown",
                "没有这个联盟，或有参与方不是其成员",
                "there is no such alliance, or a party is no member of it",
            )
            .at("/alliance_id"),
            Self::OutOfScope | Self::WrongStep(WrongStep::OtherParty) => out_of_scope(),
            Self::WrongTerms(why) => wrong_terms(*why),
            Self::WrongStep(WrongStep::SamePerson) => Fact::new(
                Kind::Conflict,
                "same-person",
                "同一人不能代表两方签署，也不能既报告又确认",
                "one person cannot consent for two parties, nor confirm what they reported themselves",
            ),
            Self::WrongStep(WrongStep::State) => Fact::new(
                Kind::Conflict,
                "agreement-in-other-state",
                "当前状态不能执行该操作",
                "it is in a state that does not allow this",
            ),
            Self::OtherVersion => version_changed(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

fn wrong_terms(why: WrongTerms) -> Fact {
    let (zh, en, pointer) = match why {
        WrongTerms::Days => (
            "截止日期不能早于开始日期，也不能早于今天",
            "the last day must not be before the first one, nor before today",
            "/term_until".to_owned(),
        ),
        WrongTerms::PartyTwice => (
            "同一组织不能重复",
            "an organisation is a party once",
            "/parties".to_owned(),
        ),
        WrongTerms::NoParty(index) => (
            "承诺方须为协议一方",
            "only a party can promise something",
            format!("/commitments/{index}/by_code"),
        ),
        WrongTerms::DueOutside(index) => (
            "完成期限须在协议期限之内",
            "it must be due within the term",
            format!("/commitments/{index}/due_on"),
        ),
    };
    Fact::new(Kind::Invalid, "terms-not-possible", zh, en).at(pointer)
}
