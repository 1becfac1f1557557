//! Suspend an account, or let it sign in again (停用、恢复).

use auth::Ctx;
use kernel::AccountId;
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::caller::OK;
use super::{AccountFacts, Caller, Identity};
use crate::domain::AccountStatus;
use crate::events;
use crate::store::{access_log, accounts, grants, sessions};

/// Why the status stays.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetAccountStatusError {
    #[error("no such account")]
    AccountUnknown,
    #[error("nobody suspends themselves")]
    Oneself,
    #[error("the account is closed for good")]
    Closed,
    #[error("the account changed since the caller saw it")]
    Precondition,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for SetAccountStatusError {
    fn fact(&self) -> Fact {
        match self {
            Self::AccountUnknown => Fact::new(
                Kind::NotFound,
                "account-not-found",
                "没有这个账号",
                "there is no such account",
            ),
            Self::Oneself => Fact::new(
                Kind::Forbidden,
                "own-account",
                "不能停用或恢复自己的账号",
                "nobody suspends or resumes their own account",
            ),
            Self::Closed => Fact::new(
                Kind::Conflict,
                "account-closed",
                "账号已注销，不能恢复或停用",
                "the account is closed for good",
            ),
            Self::Precondition => Fact::new(
                Kind::Precondition,
                "version-changed",
                "账号已被修改，请刷新后重试",
                "the account changed meanwhile; read it again",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Sets the status; suspending ends the account's sessions, and its access tokens at once. The same status again changes nothing.
pub(crate) async fn set_account_status(
    app: &Identity,
    ctx: &Ctx,
    id: AccountId,
    status: AccountStatus,
) -> Result<AccountFacts, SetAccountStatusError> {
    if id == ctx.principal.account {
        return Err(SetAccountStatusError::Oneself);
    }
    let caller = Caller::from(ctx);
    app.db
        .write("account.set_status", async |tx| {
            let Some(mut account) = accounts::find_account(&*tx, id).await? else {
                return Err(SetAccountStatusError::AccountUnknown);
            };
            if ctx.if_match.is_some_and(|seen| seen != account.version) {
                return Err(SetAccountStatusError::Precondition);
            }
            if account.status == AccountStatus::Closed {
                return Err(SetAccountStatusError::Closed);
            }
            let changed = account.status != status;
            if changed {
                let before = account.version;
                account.status = status;
                account.version = before.next();
                accounts::save_account(&tx, &account, before).await?;
                if status == AccountStatus::Suspended {
                    sessions::revoke_sessions(&tx, id, None, ctx.now).await?;
                    bus::emit(&tx, vec![events::disconnected(app, &caller, &account)]).await?;
                }
            }
            let grants = grants::list_held(&*tx, &[id], ctx.now).await?;
            if changed {
                access_log::append(&tx, &caller.entry(&id, OK)).await?;
            }
            Ok(AccountFacts { account, grants })
        })
        .await
}
