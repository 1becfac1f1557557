//! Ask for the password again before something that a stolen access token must not be enough for.

use auth::Ctx;
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::{AttemptError, Caller, Identity, Proof};
use crate::crypto::HashError;
use crate::domain::Password;
use crate::store::accounts::Credentials;
use crate::store::{access_log, accounts};

/// Why the caller has not shown who they are.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProveError {
    #[error("the current password does not fit")]
    CurrentWrong,
    #[error("the account of the token does not exist")]
    CallerUnknown,
    #[error(transparent)]
    Attempt(#[from] AttemptError),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ProveError {
    fn fact(&self) -> Fact {
        match self {
            Self::CurrentWrong => Fact::new(
                Kind::Invalid,
                "current-password-wrong",
                "当前密码不正确",
                "the current password is not right",
            )
            .at("/current_password"),
            Self::CallerUnknown => Fact::new(
                Kind::Unauthenticated,
                "token-invalid",
                "访问令牌无效",
                "the access token is not valid",
            ),
            Self::Attempt(error) => error.fact(),
            Self::Hash(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Checks the caller's own password; failures count as failed sign-ins.
pub(super) async fn prove_password(
    app: &Identity,
    ctx: &Ctx,
    current: &Password,
) -> Result<Credentials, ProveError> {
    let (id, now) = (ctx.principal.account, ctx.now);
    let Some(known) = accounts::find_credentials(app.db.reader(), id).await? else {
        return Err(ProveError::CallerUnknown);
    };
    let proof = Proof::Password(known.account.username.as_str());
    app.check_attempt(proof, ctx.source, now).await?;
    let stored = Some(known.password_hash.as_str());
    if !app.passwords.verify(current, stored).await? {
        app.count_failure(proof, ctx.source, now).await?;
        let refusal = ProveError::CurrentWrong;
        let entry = Caller::from(ctx).entry(&id, refusal.fact().slug);
        app.db
            .maintain("password.refuse", async |tx| {
                access_log::append(&tx, &entry).await
            })
            .await?;
        return Err(refusal);
    }
    app.settle_success(proof, ctx.source, now).await?;
    Ok(known)
}
