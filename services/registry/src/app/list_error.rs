use kernel::{CursorError, OrgCode};
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::change_error::{organisation_unknown, out_of_scope, version_changed};

/// Why an entry of a list or a claim is not made, changed or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListError {
    #[error("no such entry or claim")]
    NotFound,
    #[error("organisation {code} does not exist")]
    PlaceUnknown {
        code: OrgCode,
        pointer: &'static str,
    },
    #[error("no entry for {0}")]
    EntryUnknown(&'static str),
    #[error("neither an organisation nor a district is named")]
    NoneNamed,
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("the term ends before it begins or is over")]
    WrongTerm,
    #[error("not counted")]
    NotCounted,
    #[error("claimed already")]
    Already,
    #[error("not as much left")]
    NotEnough,
    #[error("whoever asked cannot confirm")]
    SamePerson,
    #[error("not from its state")]
    WrongState,
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ListError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "list-entry-not-found",
                "没有这个清单事项或认领",
                "there is no such list entry or claim",
            ),
            Self::PlaceUnknown { code, pointer } => organisation_unknown(code).at(*pointer),
            Self::EntryUnknown(pointer) => Fact::new(
                Kind::Invalid,
                "list-entry-unknown",
                "没有这个清单事项，或它不能这样认领",
                "there is no such list entry, or it cannot be claimed like that",
            )
            .at(*pointer),
            Self::NoneNamed => Fact::new(
                Kind::Invalid,
                "invalid-input",
                "须填写所属组织或区县代码",
                "name an organisation or a district",
            )
            .at("/district_code"),
            Self::OutOfScope => out_of_scope(),
            Self::WrongTerm => Fact::new(
                Kind::Invalid,
                "term-not-possible",
                "截止日期不能早于开始日期，也不能早于今天",
                "the last day must not be before the first one, nor before today",
            )
            .at("/term_until"),
            Self::NotCounted => Fact::new(
                Kind::Invalid,
                "not-counted",
                "只有需求和资源可以填写数量",
                "only needs and resources have a quantity",
            )
            .at("/quantity"),
            Self::Already => Fact::new(
                Kind::Conflict,
                "claimed-already",
                "这两个事项之间已有认领",
                "there is a claim between these two entries already",
            ),
            Self::NotEnough => Fact::new(
                Kind::Conflict,
                "not-enough-left",
                "剩余数量不足，或事项已结束",
                "there is not as much left, or the entry has ended",
            ),
            Self::SamePerson => Fact::new(
                Kind::Conflict,
                "same-person",
                "提出认领的人不能代对方确认",
                "whoever asked cannot confirm for the other side",
            ),
            Self::WrongState => Fact::new(
                Kind::Conflict,
                "list-entry-in-other-state",
                "当前状态不能执行该操作",
                "it is in a state that does not allow this",
            ),
            Self::OtherVersion => version_changed(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}
