use kernel::CursorError;
use problem::{Category, Fact, Kind};
use store::StoreError;

use crate::domain::volunteer::Unfit;

/// Why a volunteer or a proof is not registered, changed or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VolunteerError {
    #[error("no such volunteer for the caller")]
    NotFound,
    #[error("the caller is no volunteer yet")]
    NotRegistered,
    #[error("the caller is a volunteer already")]
    Registered,
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("the home is no place")]
    NoHome,
    #[error("{0} is not in the rules")]
    Unknown(&'static str),
    #[error("a window or a term ends before it begins")]
    Term(&'static str),
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error("unfit: {0:?}")]
    Unfit(Unfit),
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Unfit> for VolunteerError {
    fn from(unfit: Unfit) -> Self {
        Self::Unfit(unfit)
    }
}

/// What a caller is told who is no volunteer.
pub(super) fn not_registered() -> Fact {
    Fact::new(
        Kind::NotFound,
        "not-a-volunteer",
        "您尚未注册为志愿者",
        "you are no registered volunteer yet",
    )
}

/// What a caller is told who names a volunteer whom they do not run.
pub(super) fn no_volunteer() -> Fact {
    Fact::new(
        Kind::NotFound,
        "volunteer-not-found",
        "没有这名志愿者",
        "there is no such volunteer",
    )
}

/// What a caller is told who acts where their grants do not reach.
pub(super) fn out_of_scope() -> Fact {
    Fact::new(
        Kind::Forbidden,
        "out-of-scope",
        "超出您的管理范围",
        "outside your scope",
    )
}

/// What a caller is told who has seen another version than the stored one.
pub(super) fn version_changed() -> Fact {
    Fact::new(
        Kind::Precondition,
        "version-changed",
        "内容已变化，请刷新后重试",
        "it has changed; read it again and retry",
    )
}

/// What a caller is told who names something that the rules do not have.
pub(super) fn not_in_rules(pointer: &str) -> Fact {
    Fact::new(
        Kind::Invalid,
        "not-in-service-rules",
        "志愿服务规则中没有此项",
        "the rules of service do not have this",
    )
    .at(pointer)
}

impl Category for VolunteerError {
    fn fact(&self) -> Fact {
        let fact = |kind, slug, zh: &'static str, en: &'static str| Fact::new(kind, slug, zh, en);
        match self {
            Self::NotFound => no_volunteer(),
            Self::NotRegistered => not_registered(),
            Self::Registered => fact(
                Kind::Conflict,
                "volunteer-registered",
                "您已注册为志愿者",
                "you are a registered volunteer already",
            ),
            Self::OutOfScope => out_of_scope(),
            Self::NoHome => fact(
                Kind::Invalid,
                "home-not-a-place",
                "所属组织须为具体的社区或单位",
                "the home must be a community or a unit",
            )
            .at("/home"),
            Self::Unknown(pointer) => not_in_rules(pointer),
            Self::Term(pointer) => fact(
                Kind::Invalid,
                "term-reversed",
                "结束须晚于开始",
                "the end must be after the beginning",
            )
            .at(*pointer),
            Self::OtherVersion => version_changed(),
            Self::Unfit(Unfit::State) => fact(
                Kind::Conflict,
                "step-not-possible",
                "当前状态不能进行此操作",
                "not possible in the present state",
            ),
            Self::Unfit(Unfit::Own) => fact(
                Kind::Forbidden,
                "own-confirmation",
                "不能确认自己的信息",
                "nobody confirms their own facts",
            ),
            Self::Unfit(Unfit::NoProof) => fact(
                Kind::NotFound,
                "proof-not-found",
                "没有这项证明",
                "there is no such proof",
            ),
            Self::Unfit(Unfit::TooMany) => fact(
                Kind::Conflict,
                "too-many-proofs",
                "证明数量已达上限",
                "there are too many proofs already",
            ),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}
