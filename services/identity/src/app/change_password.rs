//! Change one's own password (修改密码).

use std::time::Duration;

use auth::Ctx;
use problem::{Category, FieldError, Kind, Message};
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
    fn kind(&self) -> Kind {
        match self {
            Self::CurrentWrong | Self::Weak(_) => Kind::Invalid,
            Self::CallerUnknown => Kind::Unauthenticated,
            Self::TooManyAttempts { .. } => Kind::TooMany,
            Self::Hash(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::CurrentWrong => "current-password-wrong",
            Self::Weak(_) => "password-weak",
            Self::CallerUnknown => "token-invalid",
            Self::TooManyAttempts { .. } => "too-many-attempts",
            Self::Hash(error) => error.slug(),
            Self::Store(error) => error.slug(),
        }
    }

    fn detail(&self) -> Message {
        match self {
            Self::CurrentWrong => {
                Message::new("当前密码不正确", "the current password is not right")
            }
            Self::Weak(weakness) => Message::bilingual(&weakness.to_string()),
            Self::CallerUnknown => Message::new("访问令牌无效", "the access token is not valid"),
            Self::TooManyAttempts { .. } => Message::new(
                "失败次数过多，请稍后再试",
                "too many failed attempts; try again later",
            ),
            Self::Hash(error) => error.detail(),
            Self::Store(error) => error.detail(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::CurrentWrong => vec![FieldError::new("/current_password", self.detail())],
            Self::Weak(_) => vec![FieldError::new("/new_password", self.detail())],
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::TooManyAttempts { wait } => Some(seconds(*wait)),
            Self::Hash(error) => error.retry_after(),
            Self::Store(error) => error.retry_after(),
            _ => None,
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
        let entry = caller.entry(&id, refusal.slug());
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
