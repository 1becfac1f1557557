//! What follows when someone has shown who they are: a session, or a further step of the sign-in.

use std::time::Duration;

use kernel::{AccountId, IdSourceExt, SessionId};
use problem::{Category, Fact};
use store::StoreError;

use super::caller::OK;
use super::{Caller, Identity, Tokens, tokens};
use crate::crypto::{Challenge, RandomError, RefreshToken, SealError, SigningError};
use crate::domain::{Demand, Session, SignInMethod};
use crate::store::{access_log, accounts, grants, second_factors, sessions};

/// Time in which the next step of a sign-in must follow.
const CHALLENGE_LIFE: Duration = Duration::from_mins(5);

/// How far a sign-in came.
pub(crate) enum SignedIn {
    /// There is a session.
    Session(Tokens),
    /// A second factor is wanted, or must be set up first.
    Challenge(Challenged),
}

/// The next step of a sign-in.
pub(crate) struct Challenged {
    pub(crate) text: String,
    pub(crate) enrols: bool,
    pub(crate) expires_in: Duration,
}

/// Why no session begins though the first step was passed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BeginError {
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Signing(#[from] SigningError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for BeginError {
    fn fact(&self) -> Fact {
        match self {
            Self::Store(error) => error.fact(),
            Self::Random(_) | Self::Seal(_) | Self::Signing(_) => Fact::internal(),
        }
    }
}

/// Begins a session, or asks for the second factor.
pub(super) async fn sign_in(
    app: &Identity,
    caller: &Caller,
    account: AccountId,
    method: SignInMethod,
) -> Result<SignedIn, BeginError> {
    let policy = app.config.second_factor_policy();
    let demand = app
        .db
        .read("session.demand", async |tx| {
            let factor = second_factors::find(tx.as_ref(), account).await?;
            let enrolled = factor.is_some_and(|factor| factor.sealed_secret.is_some());
            let held = grants::list_held(&*tx, &[account], caller.now).await?;
            Ok::<_, StoreError>(policy.demand(&held, enrolled, caller.now))
        })
        .await?;
    match demand {
        Demand::Nothing => {
            let tokens = begin(app, caller, account, Begun::by(app, method)).await?;
            Ok(SignedIn::Session(tokens))
        }
        Demand::Later(from) => {
            let tokens = begin(app, caller, account, Begun::by(app, method)).await?;
            Ok(SignedIn::Session(Tokens {
                second_factor_from: Some(from),
                ..tokens
            }))
        }
        Demand::Code => challenge(app, caller, account, false),
        Demand::Enrolment => challenge(app, caller, account, true),
    }
}

fn challenge(
    app: &Identity,
    caller: &Caller,
    account: AccountId,
    enrols: bool,
) -> Result<SignedIn, BeginError> {
    let challenge = Challenge {
        account,
        enrols,
        ends_at: caller.now.plus(CHALLENGE_LIFE),
    };
    Ok(SignedIn::Challenge(Challenged {
        text: challenge.to_text(&app.seals)?,
        enrols,
        expires_in: CHALLENGE_LIFE,
    }))
}

/// How a session comes about.
pub(super) struct Begun {
    pub(super) id: SessionId,
    pub(super) method: SignInMethod,
    /// The registered application that gets it.
    pub(super) client_id: Option<String>,
}

impl Begun {
    /// In one of our own apps.
    pub(super) fn by(app: &Identity, method: SignInMethod) -> Self {
        Self {
            id: app.ids.next(),
            method,
            client_id: None,
        }
    }
}

/// Begins a session of an account that has shown all it must.
pub(super) async fn begin(
    app: &Identity,
    caller: &Caller,
    account: AccountId,
    begun: Begun,
) -> Result<Tokens, BeginError> {
    let id = begun.id;
    let refresh = RefreshToken::generate(id)?;
    let entry = caller.acting(account).entry(&id, OK);
    let session = Session {
        id,
        account,
        generation: 1,
        current: refresh.digest(),
        previous: None,
        sealed: None,
        created_at: caller.now,
        rotated_at: caller.now,
        expires_at: caller.now.plus(app.config.session_life()),
        revoked_at: None,
        method: begun.method,
        source: entry.source.clone(),
        client_id: begun.client_id,
    };
    let (version, held) = app
        .db
        .maintain("session.open", async |tx| {
            let version = accounts::load_account(&tx, account).await?.version;
            sessions::insert_session(&tx, &session).await?;
            access_log::append(&tx, &entry).await?;
            let held = grants::list_held(&*tx, &[account], caller.now).await?;
            Ok::<_, StoreError>((version, held))
        })
        .await?;
    let of = (version, caller.now);
    Ok(tokens::issue(app, &session, &held, refresh, of)?)
}
