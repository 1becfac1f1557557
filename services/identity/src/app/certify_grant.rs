//! Stand for a grant for another term (复核授权).

use auth::Ctx;
use kernel::{AccountId, GrantId};
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::caller::OK;
use super::{Caller, Identity, authority};
use crate::domain::{Beyond, HeldGrant, is_certified};
use crate::store::{access_log, accounts, grants};

/// Why a grant is not certified.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertifyGrantError {
    #[error("no such grant, or it has ended")]
    GrantUnknown,
    #[error("nobody certifies their own grants")]
    Oneself,
    #[error("the caller could not grant it")]
    Beyond(#[source] Beyond),
    #[error("grants of this role are not certified")]
    NotNeeded,
    #[error("the account changed since the caller saw it")]
    Precondition,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for CertifyGrantError {
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
                "不能复核自己的授权",
                "nobody certifies their own grants",
            ),
            Self::Beyond(beyond) => authority::fact(*beyond),
            Self::NotNeeded => Fact::new(
                Kind::Conflict,
                "certification-not-needed",
                "此角色的授权无需复核",
                "grants of this role need no certification",
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

/// Certifies a grant: it counts for another term from now.
pub(crate) async fn certify_grant(
    app: &Identity,
    ctx: &Ctx,
    account: AccountId,
    grant: GrantId,
) -> Result<HeldGrant, CertifyGrantError> {
    if account == ctx.principal.account {
        return Err(CertifyGrantError::Oneself);
    }
    let until = ctx.now.plus(app.config.certification());
    let entry = Caller::from(ctx).entry(&grant, OK);
    app.db
        .maintain("grant.certify", async |tx| {
            if let Some(seen) = ctx.if_match {
                let owner = accounts::lock_credentials(&tx, account).await?;
                let owner = owner.ok_or(CertifyGrantError::GrantUnknown)?.account;
                if seen != owner.version {
                    return Err(CertifyGrantError::Precondition);
                }
            }
            let held = grants::list_held(&*tx, &[account], ctx.now).await?;
            let Some(mut held) = held.into_iter().find(|held| held.id == grant) else {
                return Err(CertifyGrantError::GrantUnknown);
            };
            authority::check(&tx, ctx, &authority::wanted_for(&held))
                .await?
                .map_err(CertifyGrantError::Beyond)?;
            if !is_certified(held.role) {
                return Err(CertifyGrantError::NotNeeded);
            }
            grants::certify_grant(&tx, grant, until).await?;
            access_log::append(&tx, &entry).await?;
            held.certified_until = Some(until);
            Ok(held)
        })
        .await
}
