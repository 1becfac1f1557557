//! End an exclusion (解除回避).

use auth::Ctx;
use kernel::{AccountId, ExclusionId};
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::caller::OK;
use super::{Caller, Identity};
use crate::events;
use crate::store::{access_log, accounts, exclusions};

/// Why an exclusion stays.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadmitAccountError {
    #[error("no such exclusion, or it has ended")]
    ExclusionUnknown,
    #[error("nobody ends their own exclusions")]
    Oneself,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ReadmitAccountError {
    fn fact(&self) -> Fact {
        match self {
            Self::ExclusionUnknown => Fact::new(
                Kind::NotFound,
                "exclusion-not-found",
                "没有这项回避，或已解除",
                "there is no such exclusion, or it has ended",
            ),
            Self::Oneself => Fact::new(
                Kind::Forbidden,
                "own-account",
                "不能解除自己的回避",
                "nobody ends their own exclusions",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Ends an exclusion of somebody else.
pub(crate) async fn readmit_account(
    app: &Identity,
    ctx: &Ctx,
    account: AccountId,
    exclusion: ExclusionId,
) -> Result<(), ReadmitAccountError> {
    if account == ctx.principal.account {
        return Err(ReadmitAccountError::Oneself);
    }
    let caller = Caller::from(ctx);
    app.db
        .write("account.readmit", async |tx| {
            let holder = accounts::lock_credentials(&tx, account).await?;
            let holder = holder.ok_or(ReadmitAccountError::ExclusionUnknown)?;
            let mut holder = holder.account;
            let counting = exclusions::list(&tx, account).await?;
            if !counting.iter().any(|known| known.id == exclusion) {
                return Err(ReadmitAccountError::ExclusionUnknown);
            }
            exclusions::end(&tx, exclusion, ctx.principal.account, ctx.now).await?;
            let before = holder.version;
            holder.version = before.next();
            accounts::save_account(&tx, &holder, before).await?;
            let event = events::readmitted(app, &caller, &holder, exclusion);
            bus::emit(&tx, vec![event]).await?;
            access_log::append(&tx, &caller.entry(&exclusion, OK)).await?;
            Ok(())
        })
        .await
}
