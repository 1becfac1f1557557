//! Requests about one's own data (个人信息权利请求): made, listed, answered.

use auth::Ctx;
use kernel::{IdSourceExt, PrivacyRequestId, Timestamp, Version};
use problem::{Category, Fact, Kind};
use store::{StoreError, Tx};

use super::caller::OK;
use super::{Caller, Identity, close_account};
use crate::crypto::{HashError, generate_password};
use crate::domain::{
    Account, AnswerRefused, DisplayName, MAX_OPEN_REQUESTS, PrivacyKind, PrivacyRequest,
    PrivacyState,
};
use crate::store::{access_log, accounts, contacts, privacy};

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) struct RequestPrivacy {
    pub(crate) kind: PrivacyKind,
    pub(crate) detail: String,
}

/// What staff says to it.
#[derive(Debug, Clone)]
pub(crate) struct AnswerPrivacy {
    pub(crate) granted: bool,
    pub(crate) answer: String,
    /// The right name, where that is asked for.
    pub(crate) display_name: Option<DisplayName>,
}

/// Why a request is not taken or answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrivacyError {
    #[error("no such request")]
    RequestUnknown,
    #[error("the account of the token does not exist")]
    CallerUnknown,
    #[error("an export is had at once, without a request")]
    ExportAtOnce,
    #[error("the same is asked for already, or too much is")]
    AlreadyAsked,
    #[error("a correction needs the right name, nothing else does")]
    NameUnclear,
    #[error("it is not answered")]
    Refused(#[from] AnswerRefused),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for PrivacyError {
    fn fact(&self) -> Fact {
        match self {
            Self::RequestUnknown => Fact::new(
                Kind::NotFound,
                "privacy-request-not-found",
                "没有这项请求",
                "there is no such request",
            ),
            Self::CallerUnknown => Fact::new(
                Kind::Unauthenticated,
                "token-invalid",
                "访问令牌无效",
                "the access token is not valid",
            ),
            Self::ExportAtOnce => Fact::new(
                Kind::Invalid,
                "export-at-once",
                "查阅、复制请直接导出，无需申请",
                "a copy is had at once by the export, without a request",
            )
            .at("/kind"),
            Self::AlreadyAsked => Fact::new(
                Kind::Conflict,
                "privacy-request-exists",
                "同类请求正在办理，或待办请求过多",
                "the same is asked for already, or too many requests wait",
            ),
            Self::NameUnclear => Fact::new(
                Kind::Invalid,
                "display-name-unclear",
                "同意更正时须填写正确的姓名，其他情况不填",
                "a granted correction needs the right name, nothing else does",
            )
            .at("/display_name"),
            Self::Refused(AnswerRefused::Oneself) => Fact::new(
                Kind::Forbidden,
                "own-account",
                "不能办理本人的请求",
                "nobody answers their own requests",
            ),
            Self::Refused(AnswerRefused::Answered) => Fact::new(
                Kind::Conflict,
                "privacy-request-answered",
                "该请求已办结",
                "the request was answered already",
            ),
            Self::Hash(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Takes a request; it is answered within the time that the configuration says. A restriction is lifted
/// at once: whoever asked for it needs nobody's leave to take it back.
pub(crate) async fn request_privacy(
    app: &Identity,
    ctx: &Ctx,
    command: RequestPrivacy,
) -> Result<PrivacyRequest, PrivacyError> {
    if command.kind == PrivacyKind::Export {
        return Err(PrivacyError::ExportAtOnce);
    }
    let account = ctx.principal.account;
    let lifts = command.kind == PrivacyKind::Lift;
    let mut request = PrivacyRequest {
        id: app.ids.next(),
        account,
        kind: command.kind,
        detail: command.detail,
        state: PrivacyState::Open,
        answer: String::new(),
        requested_at: ctx.now,
        due_at: ctx.now.plus(app.config.privacy_answer()),
        answered_by: None,
        answered_at: None,
        version: Version::FIRST,
    };
    if lifts {
        request.grant_at_once();
    }
    let entry = Caller::from(ctx).entry(&request.id, OK);
    app.db
        .maintain("privacy.request", async |tx| {
            // two at once come one after the other
            if accounts::lock_active(&tx, account).await?.is_none() {
                return Err(PrivacyError::CallerUnknown);
            }
            let open = privacy::list_waiting(&tx, account).await?;
            let again = open.iter().any(|known| known.kind == request.kind);
            if !lifts && (again || open.len() >= MAX_OPEN_REQUESTS) {
                return Err(PrivacyError::AlreadyAsked);
            }
            privacy::insert(&tx, &request).await?;
            if lifts {
                contacts::set_restricted(&tx, account, false).await?;
            }
            access_log::append(&tx, &entry).await?;
            Ok(request.clone())
        })
        .await
}

/// Lists the caller's own, newest first.
pub(crate) async fn list_my_requests(
    app: &Identity,
    ctx: &Ctx,
    after: Option<PrivacyRequestId>,
    limit: u64,
) -> Result<Vec<PrivacyRequest>, StoreError> {
    let listed = app.db.read("privacy.mine", async |tx| {
        privacy::list_of(&tx, ctx.principal.account, after, limit).await
    });
    listed.await
}

/// Lists what waits, the first due first.
pub(crate) async fn list_open_requests(
    app: &Identity,
    ctx: &Ctx,
    after: Option<(Timestamp, PrivacyRequestId)>,
    limit: u64,
) -> Result<Vec<PrivacyRequest>, StoreError> {
    let entry = Caller::from(ctx).entry(&"", OK);
    app.db
        .maintain("privacy.list", async |tx| {
            let open = privacy::list_open(&tx, after, limit).await?;
            access_log::append(&tx, &entry).await?;
            Ok(open)
        })
        .await
}

/// Answers somebody else's request, and does what was granted.
pub(crate) async fn answer_request(
    app: &Identity,
    ctx: &Ctx,
    id: PrivacyRequestId,
    command: AnswerPrivacy,
) -> Result<PrivacyRequest, PrivacyError> {
    // nobody signs in to a closed account; hashing it takes time that no transaction should wait
    let locked = app.passwords.hash(&generate_password()?).await?;
    let caller = Caller::from(ctx);
    app.db
        .write("privacy.answer", async |tx| {
            let request = privacy::find(&tx, id).await?;
            let mut request = request.ok_or(PrivacyError::RequestUnknown)?;
            let before = request.version;
            let answer = command.answer.clone();
            request.answer(ctx.principal.account, command.granted, answer, ctx.now)?;
            let corrects = command.granted && request.kind == PrivacyKind::Correct;
            if corrects != command.display_name.is_some() {
                return Err(PrivacyError::NameUnclear);
            }
            // what the holder writes at the same time waits
            let account = accounts::lock_account(&tx, request.account).await?;
            privacy::save(&tx, &request, before).await?;
            if command.granted {
                match request.kind {
                    PrivacyKind::Correct => correct(&tx, account, &command).await?,
                    PrivacyKind::Restrict => {
                        contacts::set_restricted(&tx, request.account, true).await?;
                    }
                    PrivacyKind::Erase => {
                        close_account::close(&tx, app, &caller, request.account, &locked).await?;
                    }
                    // both are done at once and never wait
                    PrivacyKind::Export | PrivacyKind::Lift => {}
                }
            }
            access_log::append(&tx, &caller.entry(&id, OK)).await?;
            Ok(request)
        })
        .await
}

/// Puts the name right.
async fn correct(tx: &Tx, mut account: Account, command: &AnswerPrivacy) -> Result<(), StoreError> {
    let before = account.version;
    account.version = before.next();
    if let Some(name) = &command.display_name {
        account.display_name = name.clone();
    }
    accounts::rename_account(tx, &account, before).await
}
