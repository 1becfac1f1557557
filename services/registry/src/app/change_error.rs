use kernel::OrgCode;
use problem::{Category, Fact, FieldError, Kind};
use store::StoreError;

use crate::domain::history::Untimely;
use crate::domain::organisation::Refused;

/// Most nodes that go with one that is moved.
pub(crate) const MOST_MOVED: u64 = 20_000;

/// Why a node does not change.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeError {
    #[error("no such organisation")]
    NotFound,
    #[error("organisation {0} does not exist")]
    OtherUnknown(OrgCode),
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error("refused: {0:?}")]
    Refused(Refused),
    #[error("more than {MOST_MOVED} nodes below it")]
    TooLarge,
    #[error("there is still something below it")]
    NotEmpty,
    #[error("not of the same kind, or itself")]
    Unlike,
    #[error("{0} is not directly below it")]
    NoChild(OrgCode),
    #[error("{0} may not be the superior of it")]
    NoSuperior(OrgCode),
    #[error(transparent)]
    Untimely(#[from] Untimely),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Refused> for ChangeError {
    fn from(why: Refused) -> Self {
        match why {
            Refused::Untimely(why) => Self::Untimely(why),
            why => Self::Refused(why),
        }
    }
}

impl Category for ChangeError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "organisation-not-found",
                "没有这个组织",
                "there is no such organisation",
            ),
            Self::OtherUnknown(code) => organisation_unknown(code),
            Self::OutOfScope => out_of_scope(),
            Self::OtherVersion => Fact::new(
                Kind::Precondition,
                "version-changed",
                "组织已被修改，请刷新后重试",
                "the organisation has changed; read it again and retry",
            ),
            Self::Refused(Refused::Misplaced(why)) => {
                let field = FieldError::new(format!("/{}", why.member()), why.message());
                Fact::said(Kind::Invalid, "organisation-misplaced", why.message())
                    .with_fields(vec![field])
            }
            Self::Refused(_) => Fact::new(
                Kind::Conflict,
                "organisation-closed",
                "组织已撤销",
                "the organisation is closed",
            ),
            Self::TooLarge => Fact::new(
                Kind::Conflict,
                "too-large-to-move",
                format!("其下超过 {MOST_MOVED} 个组织，请分批划转其下级"),
                format!("there are more than {MOST_MOVED} organisations below it; move its parts"),
            ),
            Self::NotEmpty => Fact::new(
                Kind::Conflict,
                "organisation-not-empty",
                "其下仍有未撤销的组织",
                "there are organisations below it that are not closed",
            ),
            Self::Unlike => Fact::new(
                Kind::Invalid,
                "organisations-unlike",
                "须为另一个同类型的组织",
                "it must be another organisation of the same kind",
            ),
            Self::NoChild(code) => Fact::new(
                Kind::Invalid,
                "no-child",
                format!("{code} 不是其直接下级"),
                format!("{code} is not directly below it"),
            ),
            Self::NoSuperior(code) => Fact::new(
                Kind::Invalid,
                "no-superior",
                format!("{code} 不能作为其上级党组织：须为同级或上级辖区内级别更高的党组织"),
                format!(
                    "{code} cannot be its superior: that is a wider party organisation at its area or one above"
                ),
            )
            .at("/superior_code"),
            Self::Untimely(why) => why.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// What a caller is told who acts outside of their part of the tree.
pub(crate) fn out_of_scope() -> Fact {
    Fact::new(
        Kind::Forbidden,
        "out-of-scope",
        "该组织不在您的管理范围内",
        "that part of the tree is not yours to change",
    )
}

/// What a caller is told who names an organisation that there is not; the caller of this says where it was named.
pub(crate) fn organisation_unknown(code: &OrgCode) -> Fact {
    Fact::new(
        Kind::Invalid,
        "organisation-unknown",
        format!("组织 {code} 不存在或已撤销"),
        format!("there is no organisation {code}, or it is closed"),
    )
}

/// What a caller is told who has seen another version than the stored one.
pub(crate) fn version_changed() -> Fact {
    Fact::new(
        Kind::Precondition,
        "version-changed",
        "内容已被修改，请刷新后重试",
        "it has changed; read it again and retry",
    )
}
