use kernel::CursorError;
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::volunteer_error::{not_registered, out_of_scope, version_changed};
use crate::domain::certificate::ObjectionRefusal;
use crate::domain::certificate_request::RequestRefusal;

/// Why a certificate is not issued, ended or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificateError {
    #[error("no such certificate, or volunteer of the caller's")]
    NotFound,
    #[error("it ends before it begins")]
    Term,
    #[error("nothing confirmed in that time")]
    Nothing,
    #[error("nobody certifies themselves")]
    Own,
    #[error("corrected or revoked before")]
    Ended,
    #[error("not issued yet, or before there were documents")]
    NoDocument,
    #[error("refused: {0:?}")]
    Objection(ObjectionRefusal),
    #[error("no such request for the caller")]
    NoRequest,
    #[error("the caller is no volunteer yet")]
    NotRegistered,
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("refused: {0:?}")]
    Request(RequestRefusal),
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error("no random numbers")]
    NoNumber,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ObjectionRefusal> for CertificateError {
    fn from(refusal: ObjectionRefusal) -> Self {
        Self::Objection(refusal)
    }
}

impl From<RequestRefusal> for CertificateError {
    fn from(refusal: RequestRefusal) -> Self {
        Self::Request(refusal)
    }
}

impl Category for CertificateError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "certificate-not-found",
                "没有这份证明",
                "there is no such certificate",
            ),
            Self::Term => Fact::new(
                Kind::Invalid,
                "term-reversed",
                "结束须不早于开始",
                "the end must not be before the beginning",
            )
            .at("/until"),
            Self::Nothing => Fact::new(
                Kind::Conflict,
                "nothing-to-certify",
                "该期间没有已确认的服务",
                "no confirmed service in that time",
            ),
            Self::Own => Fact::new(
                Kind::Forbidden,
                "own-certificate",
                "不能为自己出具证明",
                "nobody certifies their own service",
            ),
            Self::Ended => Fact::new(
                Kind::Conflict,
                "certificate-ended",
                "证明已更正或撤销",
                "it was corrected or revoked before",
            ),
            Self::NoDocument => Fact::new(
                Kind::Conflict,
                "no-document",
                "证明尚在公示，或出具时尚无电子版",
                "it is still announced, or was issued before there were documents",
            ),
            Self::Objection(ObjectionRefusal::Own) => Fact::new(
                Kind::Forbidden,
                "own-certificate",
                "不能对自己的证明提出异议",
                "nobody objects to a certificate of their own",
            ),
            Self::Objection(ObjectionRefusal::State) => Fact::new(
                Kind::Conflict,
                "step-not-possible",
                "当前状态不能进行此操作",
                "not possible in the present state",
            ),
            Self::Objection(ObjectionRefusal::Many) => Fact::new(
                Kind::Conflict,
                "too-many-objections",
                "异议已足够多，正在处理",
                "there are enough objections; they are being decided",
            ),
            Self::Objection(ObjectionRefusal::ManyOwn) => Fact::new(
                Kind::Conflict,
                "too-many-own-objections",
                "您已多次提出异议，均已答复",
                "you have objected often enough; all of it was answered",
            ),
            Self::NoRequest => Fact::new(
                Kind::NotFound,
                "certificate-request-not-found",
                "没有这个证明申请",
                "there is no such request",
            ),
            Self::NotRegistered => not_registered(),
            Self::OutOfScope => out_of_scope(),
            Self::Request(RequestRefusal::Open) => Fact::new(
                Kind::Conflict,
                "certificate-request-open",
                "您已有证明申请待办理",
                "another request of yours waits for its answer",
            ),
            Self::Request(RequestRefusal::Decided) => Fact::new(
                Kind::Conflict,
                "certificate-request-decided",
                "该证明申请已办理",
                "the request was decided before",
            ),
            Self::Request(RequestRefusal::Own) => Fact::new(
                Kind::Forbidden,
                "own-certificate",
                "不能办理自己的证明申请",
                "nobody decides on their own request",
            ),
            Self::Request(RequestRefusal::Days) => Fact::new(
                Kind::Conflict,
                "certificate-request-days",
                "起止日期与申请不一致",
                "the request is for other days",
            ),
            Self::OtherVersion => version_changed(),
            Self::NoNumber => Fact::internal(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}
