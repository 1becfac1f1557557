//! Keep an account out of the orders of an organisation or a person (回避).

use auth::Ctx;
use kernel::{AccountId, ExclusionId, IdSourceExt, OrgCode};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use store::{StoreError, Tx, idempotency};

use super::caller::OK;
use super::{Caller, Identity};
use crate::domain::{About, Account, AccountStatus, Exclusion, MAX_EXCLUSIONS};
use crate::events;
use crate::store::{access_log, accounts, exclusions};

/// Who keeps out of what; exactly one of the two is given.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ExcludeAccount {
    pub(crate) account: AccountId,
    pub(crate) organisation: Option<OrgCode>,
    pub(crate) person: Option<AccountId>,
    pub(crate) reason: String,
}

/// Why an account is not excluded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExcludeAccountError {
    #[error("no such account")]
    AccountUnknown,
    /// The token is good, its account is not here: made by another installation's data.
    #[error("the account of the token does not exist")]
    CallerUnknown,
    #[error("neither or both of organisation and person are named")]
    AboutUnclear,
    #[error("nobody keeps out of their own orders: nobody handles them anyway")]
    Oneself,
    #[error("the account is excluded already")]
    AlreadyExcluded,
    #[error("too many exclusions")]
    TooMany,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ExcludeAccountError {
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
            Self::AboutUnclear => Fact::new(
                Kind::Invalid,
                "exclusion-unclear",
                "单位和个人须填且只填一项",
                "name either an organisation or a person",
            )
            .at("/organisation"),
            Self::Oneself => Fact::new(
                Kind::Invalid,
                "exclusion-of-oneself",
                "不能以本人为回避对象",
                "an account cannot keep out of its own orders",
            )
            .at("/person"),
            Self::AlreadyExcluded => Fact::new(
                Kind::Conflict,
                "exclusion-exists",
                "该账号已有此项回避",
                "the account keeps out of these orders already",
            ),
            Self::TooMany => Fact::new(
                Kind::Conflict,
                "exclusions-too-many",
                "该账号的回避过多，请先解除旧的",
                "the account has too many exclusions; end old ones first",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Excludes an account: the security administrator anybody, everybody themselves.
pub(crate) async fn exclude_account(
    app: &Identity,
    ctx: &Ctx,
    command: ExcludeAccount,
) -> Result<Exclusion, ExcludeAccountError> {
    let Some(about) = About::one_of(command.organisation.clone(), command.person) else {
        return Err(ExcludeAccountError::AboutUnclear);
    };
    if command.person == Some(command.account) {
        return Err(ExcludeAccountError::Oneself);
    }
    let key = ctx.idempotency(&command);
    let exclusion = Exclusion {
        id: app.ids.next(),
        account: command.account,
        about,
        reason: command.reason,
        created_by: ctx.principal.account,
        created_at: ctx.now,
    };
    app.db
        .write("account.exclude", async |tx| {
            let kept = idempotency::once(&tx, key.as_ref(), async {
                insert(&tx, app, ctx, &exclusion).await?;
                Ok::<ExclusionId, ExcludeAccountError>(exclusion.id)
            });
            let id = kept.await?;
            let all = exclusions::list(&tx, exclusion.account).await?;
            let kept = all.into_iter().find(|known| known.id == id);
            kept.ok_or_else(|| StoreError::Stale.into())
        })
        .await
}

async fn insert(
    tx: &Tx,
    app: &Identity,
    ctx: &Ctx,
    exclusion: &Exclusion,
) -> Result<(), ExcludeAccountError> {
    let own = exclusion.account == ctx.principal.account;
    let known = accounts::lock_credentials(tx, exclusion.account).await?;
    // nobody writes for a closed account of theirs; that of somebody else may be suspended
    let usable = |account: &Account| !own || account.status == AccountStatus::Active;
    let known = known.map(|known| known.account).filter(usable);
    let Some(mut account) = known else {
        return Err(if own {
            ExcludeAccountError::CallerUnknown
        } else {
            ExcludeAccountError::AccountUnknown
        });
    };
    let counting = exclusions::list(tx, account.id).await?;
    if counting.iter().any(|known| known.about == exclusion.about) {
        return Err(ExcludeAccountError::AlreadyExcluded);
    }
    if counting.len() >= MAX_EXCLUSIONS {
        return Err(ExcludeAccountError::TooMany);
    }
    let before = account.version;
    account.version = before.next();
    accounts::save_account(tx, &account, before).await?;
    exclusions::insert(tx, exclusion).await?;
    let caller = Caller::from(ctx);
    let event = events::excluded(app, &caller, &account, exclusion);
    bus::emit(tx, vec![event]).await?;
    access_log::append(tx, &caller.entry(&exclusion.id, OK)).await?;
    Ok(())
}
