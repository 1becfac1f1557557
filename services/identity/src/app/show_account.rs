//! One account with its grants: the caller's own, or another one.

use auth::Ctx;
use kernel::AccountId;
use problem::{Category, Kind, Message};
use store::StoreError;

use super::caller::OK;
use super::{Caller, Identity};
use crate::domain::{Account, HeldGrant};
use crate::store::{access_log, accounts, grants};

/// An account with the grants that count now or will.
#[derive(Debug, Clone)]
pub(crate) struct AccountFacts {
    pub(crate) account: Account,
    pub(crate) grants: Vec<HeldGrant>,
}

/// Why no account is shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShowAccountError {
    #[error("no such account")]
    AccountUnknown,
    /// The token is good, its account is not here: made by another installation's data.
    #[error("the account of the token does not exist")]
    CallerUnknown,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ShowAccountError {
    fn kind(&self) -> Kind {
        match self {
            Self::AccountUnknown => Kind::NotFound,
            Self::CallerUnknown => Kind::Unauthenticated,
            Self::Store(error) => error.kind(),
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::AccountUnknown => "account-not-found",
            Self::CallerUnknown => "token-invalid",
            Self::Store(error) => error.slug(),
        }
    }

    fn detail(&self) -> Message {
        match self {
            Self::AccountUnknown => Message::new("没有这个账号", "there is no such account"),
            Self::CallerUnknown => Message::new("访问令牌无效", "the access token is not valid"),
            Self::Store(error) => error.detail(),
        }
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Store(error) => error.retry_after(),
            _ => None,
        }
    }
}

/// Shows the caller's own account.
pub(crate) async fn show_me(app: &Identity, ctx: &Ctx) -> Result<AccountFacts, ShowAccountError> {
    let id = ctx.principal.account;
    app.db
        .read("account.me", async |tx| {
            let Some(account) = accounts::find_account(&tx, id).await? else {
                return Err(ShowAccountError::CallerUnknown);
            };
            let grants = grants::list_held(&tx, &[id], ctx.now).await?;
            Ok(AccountFacts { account, grants })
        })
        .await
}

/// Shows an account to an administrator, and notes that it was read.
pub(crate) async fn show_account(
    app: &Identity,
    ctx: &Ctx,
    id: AccountId,
) -> Result<AccountFacts, ShowAccountError> {
    let entry = Caller::from(ctx).entry(&id, OK);
    app.db
        .maintain("account.show", async |tx| {
            let Some(account) = accounts::find_account(&tx, id).await? else {
                return Err(ShowAccountError::AccountUnknown);
            };
            access_log::append(&tx, &entry).await?;
            let grants = grants::list_held(&tx, &[id], ctx.now).await?;
            Ok(AccountFacts { account, grants })
        })
        .await
}
