//! Sign in with name and password (登录).

use std::time::Duration;

use kernel::{IdSourceExt, SessionId};
use problem::{Category, Kind, Message};
use store::StoreError;

use super::caller::OK;
use super::{Caller, Identity, Tokens, seconds, tokens};
use crate::crypto::{HashError, RandomError, RefreshToken, SigningError};
use crate::domain::{Account, AccountStatus, Password, Session, Username};
use crate::store::accounts::Credentials;
use crate::store::{access_log, accounts, grants, sessions};

/// Name and password as typed.
pub(crate) struct OpenSession {
    pub(crate) username: String,
    pub(crate) password: Password,
}

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenSessionError {
    /// No such name, wrong password or a suspended account: the answer does not tell which.
    #[error("credentials do not fit")]
    CredentialsInvalid,
    #[error("too many failed attempts")]
    TooManyAttempts { wait: Duration },
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error(transparent)]
    Signing(#[from] SigningError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for OpenSessionError {
    fn kind(&self) -> Kind {
        match self {
            Self::CredentialsInvalid => Kind::Unauthenticated,
            Self::TooManyAttempts { .. } => Kind::TooMany,
            Self::Hash(error) => error.kind(),
            Self::Random(_) | Self::Signing(_) => Kind::Internal,
            Self::Store(error) => error.kind(),
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::CredentialsInvalid => "credentials-invalid",
            Self::TooManyAttempts { .. } => "too-many-attempts",
            Self::Hash(error) => error.slug(),
            Self::Random(_) | Self::Signing(_) => "internal",
            Self::Store(error) => error.slug(),
        }
    }

    fn detail(&self) -> Message {
        match self {
            Self::CredentialsInvalid => {
                Message::new("用户名或密码不正确", "username or password is not right")
            }
            Self::TooManyAttempts { .. } => Message::new(
                "失败次数过多，请稍后再试",
                "too many failed attempts; try again later",
            ),
            Self::Hash(error) => error.detail(),
            Self::Random(_) | Self::Signing(_) => Message::new("服务内部错误", "internal error"),
            Self::Store(error) => error.detail(),
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

/// Checks name and password and begins a session.
pub(crate) async fn open_session(
    app: &Identity,
    caller: &Caller,
    command: OpenSession,
) -> Result<Tokens, OpenSessionError> {
    let (name, source, now) = (command.username.as_str(), caller.source, caller.now);
    let too_many = |wait| OpenSessionError::TooManyAttempts { wait };
    app.attempts.check(name, source, now).map_err(too_many)?;
    let known = match name.parse::<Username>() {
        Ok(username) => accounts::find_by_username(app.db.reader(), &username).await?,
        Err(_) => None,
    };
    let hash = known.as_ref().map(|known| known.password_hash.as_str());
    let fits = app.passwords.verify(&command.password, hash).await?;
    match known {
        Some(Credentials { account, .. }) if fits && account.status == AccountStatus::Active => {
            // guesses made at the same time may have used up what is allowed
            app.attempts.check(name, source, now).map_err(too_many)?;
            app.attempts.succeeded(name);
            begin(app, caller, &account).await
        }
        known => {
            app.attempts.failed(name, source, now).map_err(too_many)?;
            let subject = known.map(|known| known.account.id.to_string());
            let refusal = OpenSessionError::CredentialsInvalid;
            let entry = caller.entry(&subject.unwrap_or_default(), refusal.slug());
            app.db
                .maintain("session.refuse", async |tx| {
                    access_log::append(&tx, &entry).await
                })
                .await?;
            Err(refusal)
        }
    }
}

async fn begin(
    app: &Identity,
    caller: &Caller,
    account: &Account,
) -> Result<Tokens, OpenSessionError> {
    let id: SessionId = app.ids.next();
    let refresh = RefreshToken::generate(id)?;
    let session = Session {
        id,
        account: account.id,
        generation: 1,
        current: refresh.digest(),
        previous: None,
        sealed: None,
        created_at: caller.now,
        rotated_at: caller.now,
        expires_at: caller.now.plus(app.config.session_life()),
        revoked_at: None,
    };
    let entry = Caller {
        account: Some(account.id),
        ..caller.clone()
    }
    .entry(&id, OK);
    let held = app
        .db
        .maintain("session.open", async |tx| {
            sessions::insert_session(&tx, &session).await?;
            access_log::append(&tx, &entry).await?;
            grants::list_held(&tx, &[account.id], caller.now).await
        })
        .await?;
    Ok(tokens::issue(
        app, account.id, id, &held, refresh, caller.now,
    )?)
}
