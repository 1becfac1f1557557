//! Sign in with name and password (登录).

use std::time::Duration;

use kernel::{IdSourceExt, SessionId};
use problem::{Category, Fact, Kind};
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
    fn fact(&self) -> Fact {
        match self {
            Self::CredentialsInvalid => Fact::new(
                Kind::Unauthenticated,
                "credentials-invalid",
                "用户名或密码不正确",
                "username or password is not right",
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
            Self::Random(_) | Self::Signing(_) => Fact::internal(),
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
            let entry = caller.entry(&subject.unwrap_or_default(), refusal.fact().slug);
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
