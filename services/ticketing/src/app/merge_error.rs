//! Why orders were not merged, taken apart or split.

use ::store::StoreError;
use kernel::OrderId;
use problem::{Category, Fact, Kind};

use super::access::AccessError;
use super::advance::AdvanceError;
use super::open_order::OpenOrderError;
use crate::domain::merge::MergeRefusal;

/// Why orders were not merged, taken apart or split.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MergeError {
    /// There is no such order for the caller.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The caller may not know of the order that is to go on.
    #[error("no order {0} for this caller")]
    UnknownSurvivor(OrderId),
    /// The order has another version than `If-Match` says.
    #[error("the order changed since the caller read it")]
    VersionMoved,
    /// The rules refuse.
    #[error(transparent)]
    Refused(#[from] MergeRefusal),
    /// An order that has ended, or that the caller doesn't work on, is not split.
    #[error("the order can't be split")]
    NotSplit,
    /// A photo that is to go along is none of the order.
    #[error("unknown photos")]
    UnknownPhotos,
    /// The caller doesn't work on the order.
    #[error("the caller does not work on the order")]
    NotAllowed,
    /// The workflow's own action could not be taken.
    #[error(transparent)]
    Advance(#[from] AdvanceError),
    /// The second matter could not be opened.
    #[error(transparent)]
    Open(#[from] OpenOrderError),
    /// The order runs by a definition that this installation lacks.
    #[error("no definition for order {0}")]
    DefinitionMissing(OrderId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for MergeError {
    fn fact(&self) -> Fact {
        match self {
            Self::Access(error) => error.fact(),
            Self::Advance(error) => error.fact(),
            Self::Open(error) => error.fact(),
            Self::Store(error) => error.fact(),
            Self::DefinitionMissing(_) => Fact::internal(),
            Self::Refused(refusal) => refused(*refusal),
            Self::UnknownSurvivor(_) => Fact::new(
                Kind::Invalid,
                "survivor-not-found",
                "没有这个并入的工单",
                "there is no such order to merge into",
            )
            .at("/into"),
            Self::VersionMoved => Fact::new(
                Kind::Precondition,
                "version-moved",
                "工单已有变化，请刷新后重试",
                "the order has changed; read it again and retry",
            ),
            Self::NotSplit => Fact::new(
                Kind::Conflict,
                "order-not-split",
                "已结束的工单不能分案",
                "an order that has ended is not split",
            ),
            Self::UnknownPhotos => Fact::new(
                Kind::Invalid,
                "unknown-photos",
                "照片须为原工单的照片，且不得重复",
                "photos must be those of the order, each once",
            )
            .at("/photos"),
            Self::NotAllowed => Fact::new(
                Kind::Forbidden,
                "split-not-allowed",
                "您不能对此工单分案",
                "you may not split this order",
            ),
        }
    }
}

fn refused(refusal: MergeRefusal) -> Fact {
    let (kind, slug) = match refusal {
        MergeRefusal::Same => (Kind::Invalid, "merge-same"),
        MergeRefusal::NotAllowed => (Kind::Forbidden, "merge-not-allowed"),
        MergeRefusal::NotNow => (Kind::Conflict, "merge-not-now"),
        MergeRefusal::OtherDistrict => (Kind::Conflict, "merge-other-district"),
        MergeRefusal::Confidential => (Kind::Conflict, "merge-confidential"),
        MergeRefusal::OtherUnit => (Kind::Conflict, "merge-other-unit"),
        MergeRefusal::RequestOpen => (Kind::Conflict, "merge-request-open"),
        MergeRefusal::NotMerged => (Kind::Conflict, "not-merged"),
        MergeRefusal::MovedOn => (Kind::Conflict, "merge-moved-on"),
    };
    let detail = refusal.detail();
    let fact = Fact::new(kind, slug, detail.zh, detail.en);
    match refusal {
        MergeRefusal::Same => fact.at("/into"),
        _ => fact,
    }
}
