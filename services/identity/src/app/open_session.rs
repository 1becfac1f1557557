//! Sign in with name and password (登录).

use problem::{Category, Fact, Kind};
use store::StoreError;

use super::begin_session::{self, BeginError, Shown, SignedIn};
use super::{AttemptError, Caller, Identity, Proof};
use crate::crypto::HashError;
use crate::domain::{AccountStatus, Password, SignInMethod, Username};
use crate::store::{access_log, accounts};

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
    #[error(transparent)]
    Attempt(#[from] AttemptError),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Begin(#[from] BeginError),
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
            Self::Attempt(error) => error.fact(),
            Self::Hash(error) => error.fact(),
            Self::Store(error) => error.fact(),
            Self::Begin(error) => error.fact(),
        }
    }
}

/// Checks name and password and begins a session, or asks for the second factor.
pub(crate) async fn open_session(
    app: &Identity,
    caller: &Caller,
    command: OpenSession,
) -> Result<SignedIn, OpenSessionError> {
    let (name, source, now) = (command.username.as_str(), caller.source, caller.now);
    let proof = Proof::Password(name);
    app.check_attempt(proof, source, now).await?;
    let known = match name.parse::<Username>() {
        Ok(username) => accounts::find_by_username(app.db.reader(), &username).await?,
        Err(_) => None,
    };
    let hash = known.as_ref().map(|known| known.password_hash.as_str());
    let fits = app.passwords.verify(&command.password, hash).await?;
    match known {
        Some(known) if fits && known.account.status == AccountStatus::Active => {
            app.settle_success(proof, source, now).await?;
            let shown = Shown::password(&known);
            Ok(begin_session::sign_in(app, caller, shown, SignInMethod::Password).await?)
        }
        known => {
            app.count_failure(proof, source, now).await?;
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
