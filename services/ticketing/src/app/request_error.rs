//! Why a side request was not made, shown or taken further.

use ::store::StoreError;
use kernel::{CursorError, OrderId, RequestId};
use problem::{Category, Fact, Kind};

use super::access::AccessError;
use super::advance::AdvanceError;
use super::place::PlaceError;
use crate::domain::request::RequestRefusal;

/// Why a side request was not made, shown or taken further.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestError {
    /// The place does not serve.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// There is no such order for the caller.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// There is no such request for the caller.
    #[error("no request {0} for this caller")]
    NotFound(RequestId),
    /// There is no such step.
    #[error("no step {0:?}")]
    UnknownStep(String),
    /// The request has another version than `If-Match` says.
    #[error("the request changed since the caller read it")]
    VersionMoved,
    /// The rules refuse.
    #[error(transparent)]
    Refused(#[from] RequestRefusal),
    /// An approval could not be carried out.
    #[error(transparent)]
    Advance(#[from] AdvanceError),
    /// A member of the body is missing, or does not belong to the kind.
    #[error("member {0} does not fit the kind")]
    Member(&'static str),
    /// Some evidence is no attachment of the order.
    #[error("unknown evidence")]
    UnknownEvidence,
    /// Only a conference names a unit.
    #[error("only a conference names a unit")]
    UnitNotNamed,
    /// The cursor is not one of this list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The order runs by a definition that this installation lacks.
    #[error("no definition for order {0}")]
    DefinitionMissing(OrderId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for RequestError {
    fn fact(&self) -> Fact {
        match self {
            Self::Place(error) => error.fact(),
            Self::Access(error) => error.fact(),
            Self::Advance(error) => error.fact(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
            Self::DefinitionMissing(_) => Fact::internal(),
            Self::Refused(refusal) => refused(*refusal),
            Self::NotFound(_) => Fact::new(
                Kind::NotFound,
                "request-not-found",
                "没有这个申请",
                "there is no such request",
            ),
            Self::UnknownStep(_) => Fact::new(
                Kind::NotFound,
                "unknown-step",
                "没有这个步骤：须为 submit、withdraw、approve、refuse、review、end",
                "there is no such step: submit, withdraw, approve, refuse, review, end",
            ),
            Self::VersionMoved => Fact::new(
                Kind::Precondition,
                "version-moved",
                "申请已有变化，请刷新后重试",
                "the request has changed; read it again and retry",
            ),
            Self::Member(pointer) => Fact::new(
                Kind::Invalid,
                "member-of-kind",
                "此项缺失、为空或不属于该种申请",
                "missing, empty, or not a member of this kind of request",
            )
            .at(*pointer),
            Self::UnknownEvidence => Fact::new(
                Kind::Invalid,
                "unknown-evidence",
                "佐证须为该工单的附件",
                "evidence must be attachments of the order",
            )
            .at("/evidence"),
            Self::UnitNotNamed => Fact::new(
                Kind::Invalid,
                "unit-not-named",
                "仅会商同意退单时可指定承办单位，且须在本区",
                "only a conference that agrees to a return names a unit, of the district",
            )
            .at("/unit"),
        }
    }
}

fn refused(refusal: RequestRefusal) -> Fact {
    let (kind, slug) = match refusal {
        RequestRefusal::NotAllowed => (Kind::Forbidden, "request-not-allowed"),
        RequestRefusal::ConflictOfInterest => (Kind::Forbidden, "conflict-of-interest"),
        RequestRefusal::NotNow => (Kind::Conflict, "request-not-now"),
        RequestRefusal::OutOfOrder => (Kind::Conflict, "step-out-of-order"),
        RequestRefusal::WindowOver => (Kind::Conflict, "return-window-over"),
        RequestRefusal::Final => (Kind::Conflict, "decision-final"),
        RequestRefusal::Open => (Kind::Conflict, "request-open"),
        RequestRefusal::Clock => (Kind::Conflict, "clock-not-extendable"),
        RequestRefusal::TooMuch => (Kind::Invalid, "asked-too-much"),
    };
    let detail = refusal.detail();
    Fact::new(kind, slug, detail.zh, detail.en)
}
