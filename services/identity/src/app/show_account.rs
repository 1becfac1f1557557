//! One account with its grants: the caller's own, or another one.

use auth::Ctx;
use kernel::AccountId;
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::caller::OK;
use super::{Caller, Identity};
use crate::domain::{Account, HeldGrant};
use crate::store::{access_log, accounts, grants, sessions};

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
    fn fact(&self) -> Fact {
        match self {
            Self::AccountUnknown => Fact::new(
                Kind::NotFound,
                "account-not-found",
                "没有这个账号",
                "there is no such account",
            ),
            Self::CallerUnknown => Fact::new(
                Kind::Unauthenticated,
                "token-invalid",
                "访问令牌无效",
                "the access token is not valid",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Shows the caller's own account.
pub(crate) async fn show_me(app: &Identity, ctx: &Ctx) -> Result<AccountFacts, ShowAccountError> {
    let id = ctx.principal.account;
    app.db
        .read("account.me", async |tx| {
            let Some(account) = accounts::find_account(&*tx, id).await? else {
                return Err(ShowAccountError::CallerUnknown);
            };
            let grants = grants::list_held(&*tx, &[id], ctx.now).await?;
            Ok(AccountFacts { account, grants })
        })
        .await
}

/// Shows whom a token is about, and says whether its holder may know the name: our own apps, machines, and
/// applications that were let.
pub(crate) async fn show_bearer(
    app: &Identity,
    ctx: &Ctx,
) -> Result<(Account, bool), ShowAccountError> {
    let principal = &ctx.principal;
    app.db
        .read("account.bearer", async |tx| {
            let session = sessions::find_session(&*tx, principal.session).await?;
            let named = session.is_none_or(|session| session.acts() || session.scope.profile);
            let account = accounts::find_account(&*tx, principal.account).await?;
            let account = account.ok_or(ShowAccountError::CallerUnknown)?;
            Ok((account, named))
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
            let Some(account) = accounts::find_account(&*tx, id).await? else {
                return Err(ShowAccountError::AccountUnknown);
            };
            let grants = grants::list_held(&*tx, &[id], ctx.now).await?;
            access_log::append(&tx, &entry).await?;
            Ok(AccountFacts { account, grants })
        })
        .await
}
