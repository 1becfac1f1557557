//! Take a role back (收回授权).

use auth::Ctx;
use kernel::{AccountId, GrantId};
use problem::{Category, Kind, Message};
use store::StoreError;

use super::caller::OK;
use super::{Caller, Identity};
use crate::events;
use crate::store::{access_log, accounts, grants};

/// Why a grant stays.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RevokeGrantError {
    #[error("no such grant, or it has ended")]
    GrantUnknown,
    #[error("nobody revokes their own grants")]
    Oneself,
    #[error("the account changed since the caller saw it")]
    Precondition,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for RevokeGrantError {
    fn kind(&self) -> Kind {
        match self {
            Self::GrantUnknown => Kind::NotFound,
            Self::Oneself => Kind::Forbidden,
            Self::Precondition => Kind::Precondition,
            Self::Store(error) => error.kind(),
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::GrantUnknown => "grant-not-found",
            Self::Oneself => "grant-to-oneself",
            Self::Precondition => "version-changed",
            Self::Store(error) => error.slug(),
        }
    }

    fn detail(&self) -> Message {
        match self {
            Self::GrantUnknown => Message::new(
                "没有这项授权，或已失效",
                "there is no such grant, or it has ended",
            ),
            Self::Oneself => Message::new("不能收回自己的授权", "nobody revokes their own grants"),
            Self::Precondition => Message::new(
                "账号已被修改，请刷新后重试",
                "the account changed meanwhile; read it again",
            ),
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

/// Revokes a grant; access tokens that carry it end within ten minutes.
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
            let Some(mut owner) = accounts::find_account(&tx, account).await? else {
                return Err(RevokeGrantError::GrantUnknown);
            };
            if ctx.if_match.is_some_and(|seen| seen != owner.version) {
                return Err(RevokeGrantError::Precondition);
            }
            let held = grants::list_held(&tx, &[account], ctx.now).await?;
            let Some(held) = held.into_iter().find(|held| held.id == grant) else {
                return Err(RevokeGrantError::GrantUnknown);
            };
            grants::revoke_grant(&tx, &held, ctx.principal.account, ctx.now).await?;
            let before = owner.version;
            owner.version = before.next();
            accounts::save_account(&tx, &owner, before).await?;
            bus::emit(&tx, vec![events::revoked(app, &caller, &owner, &held)]).await?;
            access_log::append(&tx, &caller.entry(&grant, OK)).await?;
            Ok(())
        })
        .await
}
