//! Change one's own password (修改密码).

use std::time::Duration;

use auth::Ctx;
use problem::{Category, Fact, Kind, Message};
use store::StoreError;

use super::caller::OK;
use super::{Caller, Identity, seconds};
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
    #[error("the current password does not fit")]
    CurrentWrong,
    #[error("the new password is weak")]
    Weak(#[source] WeakPassword),
    #[error("the account of the token does not exist")]
    CallerUnknown,
    #[error("too many failed attempts")]
    TooManyAttempts { wait: Duration },
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ChangePasswordError {
    fn fact(&self) -> Fact {
        match self {
            Self::CurrentWrong => Fact::new(
                Kind::Invalid,
                "current-password-wrong",
                "当前密码不正确",
                "the current password is not right",
            )
            .at("/current_password"),
            Self::Weak(weakness) => Fact::said(
                Kind::Invalid,
                "password-weak",
                Message::bilingual(&weakness.to_string()),
            )
            .at("/new_password"),
            Self::CallerUnknown => Fact::new(
                Kind::Unauthenticated,
                "token-invalid",
                "访问令牌无效",
                "the access token is not valid",
            ),
            Self::TooManyAttempts { wait } => Fact::new(
                Kind::TooMany,
                "too-many-attempts",
                "失败次数过多，请稍后再试",
                "too many failed attempts; try again later",
            )
            .after(seconds(*wait)),
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
    let caller = Caller::from(ctx);
    let Some(known) = accounts::find_credentials(app.db.reader(), id).await? else {
        return Err(ChangePasswordError::CallerUnknown);
    };
    let chosen = ChosenPassword::check(command.new, &known.account.username)
        .map_err(ChangePasswordError::Weak)?;
    let name = known.account.username.as_str();
    let too_many = |wait| ChangePasswordError::TooManyAttempts { wait };
    app.attempts
        .check(name, ctx.source, now)
        .map_err(too_many)?;
    let stored = Some(known.password_hash.as_str());
    if !app.passwords.verify(&command.current, stored).await? {
        app.attempts
            .failed(name, ctx.source, now)
            .map_err(too_many)?;
        let refusal = ChangePasswordError::CurrentWrong;
        let entry = caller.entry(&id, refusal.fact().slug);
        app.db
            .maintain("password.refuse", async |tx| {
                access_log::append(&tx, &entry).await
            })
            .await?;
        return Err(refusal);
    }
    app.attempts
        .check(name, ctx.source, now)
        .map_err(too_many)?;
    app.attempts.succeeded(name);
    let hash = app.passwords.hash(chosen.password()).await?;
    let entry = caller.entry(&id, OK);
    app.db
        .maintain("password.change", async |tx| {
            accounts::save_password(&tx, &known, &hash).await?;
            sessions::revoke_sessions(&tx, id, Some(ctx.principal.session), now).await?;
            access_log::append(&tx, &entry).await?;
            Ok(())
        })
        .await
}
