//! A copy of all that is kept of the caller (查阅、复制个人信息).

use auth::Ctx;
use kernel::{IdSourceExt, Version};
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::caller::OK;
use super::set_consent::{self, Standing};
use super::vault::ContactFacts;
use super::{AccountFacts, Caller, Identity};
use crate::crypto::SealError;
use crate::domain::{
    Exclusion, Guardianship, LogQuery, Logged, PrivacyKind, PrivacyRequest, PrivacyState,
};
use crate::store::{access_log, accounts, contacts, exclusions, grants, guardianships, privacy};

/// Entries of the access log and requests in a copy, the newest.
const MOST: u64 = 1_000;

/// All of it.
pub(crate) struct Export {
    pub(crate) account: AccountFacts,
    pub(crate) contacts: Vec<ContactFacts>,
    pub(crate) consents: Vec<Standing>,
    pub(crate) exclusions: Vec<Exclusion>,
    pub(crate) guardianships: Vec<Guardianship>,
    pub(crate) requests: Vec<PrivacyRequest>,
    pub(crate) acts: Vec<Logged>,
}

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    #[error("the account of the token does not exist")]
    CallerUnknown,
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ExportError {
    fn fact(&self) -> Fact {
        match self {
            Self::CallerUnknown => Fact::new(
                Kind::Unauthenticated,
                "token-invalid",
                "访问令牌无效",
                "the access token is not valid",
            ),
            Self::Seal(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Copies it, and keeps that it was copied as an answered request.
pub(crate) async fn export_my_data(app: &Identity, ctx: &Ctx) -> Result<Export, ExportError> {
    let account = ctx.principal.account;
    let request = PrivacyRequest {
        id: app.ids.next(),
        account,
        kind: PrivacyKind::Export,
        detail: String::new(),
        state: PrivacyState::Granted,
        answer: String::new(),
        requested_at: ctx.now,
        due_at: ctx.now,
        answered_by: None,
        answered_at: Some(ctx.now),
        version: Version::FIRST,
    };
    let entry = Caller::from(ctx).entry(&request.id, OK);
    let acts = LogQuery {
        account: Some(account),
        subject: None,
        before: None,
        limit: MOST,
    };
    app.db
        .maintain("privacy.export", async |tx| {
            let Some(own) = accounts::find_account(&*tx, account).await? else {
                return Err(ExportError::CallerUnknown);
            };
            privacy::insert(&tx, &request).await?;
            access_log::append(&tx, &entry).await?;
            let mut opened = Vec::new();
            for sealed in contacts::list_of(&tx, account).await? {
                opened.push(app.open_contact(sealed)?);
            }
            let mut bonds = guardianships::list_of_guardian(&tx, account).await?;
            bonds.extend(guardianships::list_of_minor(&tx, account).await?);
            Ok(Export {
                account: AccountFacts {
                    grants: grants::list_held(&*tx, &[account], ctx.now).await?,
                    account: own,
                },
                contacts: opened,
                consents: set_consent::standings(&tx, account).await?,
                exclusions: exclusions::list(&tx, account).await?,
                guardianships: bonds,
                requests: privacy::list_of(&tx, account, None, MOST).await?,
                acts: access_log::list(&tx, &acts).await?,
            })
        })
        .await
}
