//! Do without a second factor: one's own (解除绑定), or that of someone who lost it (重置).

use auth::Ctx;
use kernel::AccountId;
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::caller::OK;
use super::prove_password::{ProveError, prove_password};
use super::spend_code::{CodeError, spend_code};
use super::{Caller, Identity};
use crate::domain::Password;
use crate::store::{access_log, accounts, grants, second_factors, sessions};

/// Why the second factor stays.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RemoveError {
    #[error("a role of the account asks for it")]
    Required,
    #[error("no such account")]
    AccountUnknown,
    #[error("nobody resets their own")]
    Oneself,
    #[error(transparent)]
    Prove(#[from] ProveError),
    #[error(transparent)]
    Code(#[from] CodeError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for RemoveError {
    fn fact(&self) -> Fact {
        match self {
            Self::Required => Fact::new(
                Kind::Conflict,
                "second-factor-required",
                "本账号的角色须使用二次验证，不能解除",
                "a role of this account asks for a second factor; it cannot be removed",
            ),
            Self::AccountUnknown => Fact::new(
                Kind::NotFound,
                "account-not-found",
                "没有这个账号",
                "there is no such account",
            ),
            Self::Oneself => Fact::new(
                Kind::Forbidden,
                "own-account",
                "不能重置自己的二次验证",
                "nobody resets their own second factor",
            ),
            Self::Prove(error) => error.fact(),
            Self::Code(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Removes the caller's own; it takes the password and a code.
pub(crate) async fn remove_second_factor(
    app: &Identity,
    ctx: &Ctx,
    current: &Password,
    code: &str,
) -> Result<(), RemoveError> {
    let (caller, id) = (Caller::from(ctx), ctx.principal.account);
    prove_password(app, ctx, current).await?;
    let policy = app.config.second_factor_policy();
    let held = app
        .db
        .read("second_factor.required", async |tx| {
            grants::list_held(&*tx, &[id], ctx.now).await
        })
        .await?;
    if policy.required_from(&held, ctx.now).is_some() {
        return Err(RemoveError::Required);
    }
    spend_code(app, &caller, id, code).await?;
    let entry = caller.entry(&id, OK);
    app.db
        .maintain("second_factor.remove", async |tx| {
            second_factors::remove(&tx, id).await?;
            access_log::append(&tx, &entry).await?;
            Ok(())
        })
        .await
}

/// Removes the second factor of another account and ends its sessions; its holder sets up a new one.
pub(crate) async fn reset_second_factor(
    app: &Identity,
    ctx: &Ctx,
    id: AccountId,
) -> Result<(), RemoveError> {
    if id == ctx.principal.account {
        return Err(RemoveError::Oneself);
    }
    let entry = Caller::from(ctx).entry(&id, OK);
    app.db
        .maintain("second_factor.reset", async |tx| {
            // a sign-in with the factor that goes waits, or is ended here
            if accounts::lock_credentials(&tx, id).await?.is_none() {
                return Err(RemoveError::AccountUnknown);
            }
            if second_factors::remove(&tx, id).await? {
                sessions::revoke_sessions(&tx, id, None, ctx.now).await?;
            }
            access_log::append(&tx, &entry).await?;
            Ok(())
        })
        .await
}
