//! Change one's own password (修改密码).

use auth::Ctx;
use problem::{Category, Fact, Kind, Message};
use store::StoreError;

use super::caller::OK;
use super::prove_password::{ProveError, prove_password};
use super::{Caller, Identity};
use crate::crypto::HashError;
use crate::domain::{ChosenPassword, Password, WeakPassword};
use crate::store::{access_log, accounts, sessions};

/// The password that counts, and the one that shall.
pub(crate) struct ChangePassword {
    pub(crate) current: Password,
    pub(crate) new: Password,
}

/// Why the password stays as it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangePasswordError {
    #[error("the new password is weak")]
    Weak(#[source] WeakPassword),
    #[error(transparent)]
    Prove(#[from] ProveError),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ChangePasswordError {
    fn fact(&self) -> Fact {
        match self {
            Self::Weak(weakness) => Fact::said(
                Kind::Invalid,
                "password-weak",
                Message::bilingual(&weakness.to_string()),
            )
            .at("/new_password"),
            Self::Prove(error) => error.fact(),
            Self::Hash(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Changes the caller's password and ends the account's other sessions.
pub(crate) async fn change_password(
    app: &Identity,
    ctx: &Ctx,
    command: ChangePassword,
) -> Result<(), ChangePasswordError> {
    let (id, now) = (ctx.principal.account, ctx.now);
    let known = prove_password(app, ctx, &command.current).await?;
    let chosen = ChosenPassword::check(command.new, &known.account.username)
        .map_err(ChangePasswordError::Weak)?;
    let hash = app.passwords.hash(chosen.password()).await?;
    let entry = Caller::from(ctx).entry(&id, OK);
    app.db
        .maintain("password.change", async |tx| {
            accounts::save_password(&tx, &known, &hash).await?;
            sessions::revoke_sessions(&tx, id, Some(ctx.principal.session), now).await?;
            access_log::append(&tx, &entry).await?;
            Ok(())
        })
        .await
}
