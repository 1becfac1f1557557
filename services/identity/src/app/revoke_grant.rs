//! Take a role back (收回授权).

use auth::Ctx;
use kernel::{AccountId, GrantId};
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::caller::OK;
use super::{Caller, Identity, authority};
use crate::domain::Beyond;
use crate::events;
use crate::store::{access_log, accounts, grants};

/// Why a grant stays.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RevokeGrantError {
    #[error("no such grant, or it has ended")]
    GrantUnknown,
    #[error("nobody revokes their own grants")]
    Oneself,
    #[error("the caller could not grant it")]
    Beyond(#[source] Beyond),
    #[error("the account changed since the caller saw it")]
    Precondition,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for RevokeGrantError {
    fn fact(&self) -> Fact {
        match self {
            Self::GrantUnknown => Fact::new(
                Kind::NotFound,
                "grant-not-found",
                "没有这项授权，或已失效",
                "there is no such grant, or it has ended",
            ),
            Self::Oneself => Fact::new(
                Kind::Forbidden,
                "grant-to-oneself",
                "不能收回自己的授权",
                "nobody revokes their own grants",
            ),
            Self::Beyond(beyond) => authority::fact(*beyond),
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

/// Revokes a grant; access tokens that carry it are refused as soon as the services hear of it.
pub(crate) async fn revoke_grant(
    app: &Identity,
    ctx: &Ctx,
    account: AccountId,
    grant: GrantId,
) -> Result<(), RevokeGrantError> {
    if account == ctx.principal.account {
        return Err(RevokeGrantError::Oneself);
    }
    let caller = Caller::from(ctx);
    app.db
        .write("account.revoke", async |tx| {
            let Some(mut owner) = accounts::find_account(&*tx, account).await? else {
                return Err(RevokeGrantError::GrantUnknown);
            };
            if ctx.if_match.is_some_and(|seen| seen != owner.version) {
                return Err(RevokeGrantError::Precondition);
            }
            let held = grants::list_held(&*tx, &[account], ctx.now).await?;
            let Some(held) = held.into_iter().find(|held| held.id == grant) else {
                return Err(RevokeGrantError::GrantUnknown);
            };
            authority::check(&tx, ctx, &authority::wanted_for(&held))
                .await?
                .map_err(RevokeGrantError::Beyond)?;
            let by = Some(ctx.principal.account);
            grants::revoke_grant(&tx, &held, by, ctx.now).await?;
            let before = owner.version;
            owner.version = before.next();
            accounts::save_account(&tx, &owner, before).await?;
            bus::emit(&tx, vec![events::revoked(app, &caller, &owner, &held)]).await?;
            access_log::append(&tx, &caller.entry(&grant, OK)).await?;
            Ok(())
        })
        .await
}
