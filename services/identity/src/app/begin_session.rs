//! What follows when someone has shown who they are: a session, or a further step of the sign-in.

use std::time::Duration;

use kernel::{AccountId, ClientId, IdSourceExt, SessionId, Timestamp};
use problem::{Category, Fact, Kind};
use store::{StoreError, Tx};

use super::caller::OK;
use super::{Caller, Identity, Tokens, tokens};
use crate::crypto::{Challenge, RandomError, RefreshToken, SealError, SigningError, sha256};
use crate::domain::{
    Account, AccountStatus, Demand, Entry, HeldGrant, Scope, Session, SignInMethod,
};
use crate::store::accounts::Credentials;
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
    /// The account was suspended or closed, or its password changed, since the first step.
    #[error("the sign-in was overtaken")]
    Overtaken,
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
            Self::Overtaken => Fact::new(
                Kind::Unauthenticated,
                "sign-in-overtaken",
                "账号刚有变更，请重新登录",
                "the account has just changed; sign in again",
            ),
            Self::Store(error) => error.fact(),
            Self::Random(_) | Self::Seal(_) | Self::Signing(_) => Fact::internal(),
        }
    }
}

/// What somebody has shown in the first step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) account: AccountId,
    /// Digest of the password's hash, where it was a password.
    pub(super) password: Option<[u8; 32]>,
    /// When the second factor that was shown had been set up, where one was.
    pub(super) factor: Option<Timestamp>,
}

impl Shown {
    /// The password that belongs to this hash.
    pub(super) fn password(known: &Credentials) -> Self {
        Self {
            account: known.account.id,
            password: Some(sha256(known.password_hash.as_bytes())),
            factor: None,
        }
    }

    /// Something else than a password.
    pub(super) fn otherwise(account: AccountId) -> Self {
        Self {
            account,
            password: None,
            factor: None,
        }
    }

    /// The same, with the second factor that was set up then.
    pub(super) fn with_factor(self, enrolled_at: Option<Timestamp>) -> Self {
        Self {
            factor: enrolled_at,
            ..self
        }
    }

    /// Says whether it still opens the account as it is now.
    pub(super) fn fits(&self, known: &Credentials) -> bool {
        let same = |shown| shown == sha256(known.password_hash.as_bytes());
        known.account.status == AccountStatus::Active && self.password.is_none_or(same)
    }
}

/// Begins a session, or asks for the second factor.
pub(super) async fn sign_in(
    app: &Identity,
    caller: &Caller,
    shown: Shown,
    method: SignInMethod,
) -> Result<SignedIn, BeginError> {
    let (policy, account) = (app.config.second_factor_policy(), shown.account);
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
            let tokens = begin(app, caller, shown, method).await?;
            Ok(SignedIn::Session(tokens))
        }
        Demand::Later(from) => {
            let tokens = begin(app, caller, shown, method).await?;
            Ok(SignedIn::Session(Tokens {
                second_factor_from: Some(from),
                ..tokens
            }))
        }
        Demand::Code => challenge(app, caller, shown, false),
        Demand::Enrolment => challenge(app, caller, shown, true),
    }
}

fn challenge(
    app: &Identity,
    caller: &Caller,
    shown: Shown,
    enrols: bool,
) -> Result<SignedIn, BeginError> {
    let challenge = Challenge {
        account: shown.account,
        enrols,
        ends_at: caller.now.plus(CHALLENGE_LIFE),
        password: shown.password,
    };
    Ok(SignedIn::Challenge(Challenged {
        text: challenge.to_text(&app.seals)?,
        enrols,
        expires_in: CHALLENGE_LIFE,
    }))
}

/// A session that is about to begin.
pub(super) struct Opening {
    pub(super) id: SessionId,
    method: SignInMethod,
    /// The registered application that gets it; none is one of our own apps.
    client: Option<ClientId>,
    refresh: RefreshToken,
}

/// One that has begun, once its transaction is committed.
pub(super) struct Opened {
    pub(super) account: Account,
    session: Session,
    held: Vec<HeldGrant>,
}

impl Opening {
    /// Makes the first refresh token up.
    pub(super) fn prepare(
        app: &Identity,
        method: SignInMethod,
        client: Option<ClientId>,
    ) -> Result<Self, RandomError> {
        let id = app.ids.next();
        Ok(Self {
            id,
            method,
            client,
            refresh: RefreshToken::generate(id)?,
        })
    }

    /// What is put on record about it.
    pub(super) fn entry(&self, caller: &Caller, account: AccountId) -> Entry {
        caller.acting(account).entry(&self.id, OK)
    }

    /// Inserts the session; `None` when what was shown no longer opens the account.
    ///
    /// The account is locked first. Whatever ends its sessions changes it as well: it waits and ends this
    /// one too, or it came first and is seen here.
    pub(super) async fn open(
        &self,
        tx: &Tx,
        app: &Identity,
        caller: &Caller,
        shown: Shown,
        scope: Scope,
    ) -> Result<Option<Opened>, StoreError> {
        let known = accounts::lock_credentials(tx, shown.account).await?;
        let Some(Credentials { account, .. }) = known.filter(|known| shown.fits(known)) else {
            return Ok(None);
        };
        if shown.factor.is_some() {
            let factor = second_factors::find(tx, shown.account).await?;
            if factor.and_then(|factor| factor.enrolled_at) != shown.factor {
                return Ok(None);
            }
        }
        let session = Session {
            id: self.id,
            account: account.id,
            generation: 1,
            current: self.refresh.digest(),
            previous: None,
            sealed: None,
            created_at: caller.now,
            rotated_at: caller.now,
            expires_at: caller.now.plus(app.config.session_life()),
            revoked_at: None,
            method: self.method,
            source: self.entry(caller, account.id).source,
            client_id: self.client.map(|id| id.to_string()),
            scope,
        };
        sessions::insert_session(tx, &session).await?;
        let held = grants::list_held(tx, &[account.id], caller.now).await?;
        Ok(Some(Opened {
            account,
            session,
            held,
        }))
    }

    /// Signs what its holder gets.
    pub(super) fn tokens(
        self,
        app: &Identity,
        caller: &Caller,
        opened: &Opened,
    ) -> Result<Tokens, SigningError> {
        let of = (opened.account.version, caller.now);
        tokens::issue(app, &opened.session, &opened.held, self.refresh, of)
    }
}

/// Begins a session, in one of our own apps, of an account that has shown all it must.
pub(super) async fn begin(
    app: &Identity,
    caller: &Caller,
    shown: Shown,
    method: SignInMethod,
) -> Result<Tokens, BeginError> {
    let opening = Opening::prepare(app, method, None)?;
    let opened = app
        .db
        .maintain("session.open", async |tx| {
            // our own apps are let by no scope
            let scope = Scope::default();
            let opened = opening.open(&tx, app, caller, shown, scope).await?;
            let entry = match &opened {
                Some(_) => opening.entry(caller, shown.account),
                None => caller.entry(&shown.account, BeginError::Overtaken.fact().slug),
            };
            access_log::append(&tx, &entry).await?;
            Ok::<_, StoreError>(opened)
        })
        .await?;
    let opened = opened.ok_or(BeginError::Overtaken)?;
    Ok(opening.tokens(app, caller, &opened)?)
}
