//! The second step of a sign-in (二次验证): a code of the second factor.

use problem::{Category, Fact, Kind};
use store::StoreError;

use super::begin_session::{self, BeginError, Begun};
use super::spend_code::{CodeError, spend_code};
use super::{Caller, Identity, Tokens};
use crate::crypto::Challenge;
use crate::domain::{AccountStatus, SignInMethod};
use crate::store::{accounts, second_factors};

/// Why the sign-in does not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PassError {
    /// Made up, of another step, or over.
    #[error("the sign-in is over")]
    ChallengeInvalid,
    #[error(transparent)]
    Code(#[from] CodeError),
    #[error(transparent)]
    Begin(#[from] BeginError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for PassError {
    fn fact(&self) -> Fact {
        match self {
            Self::ChallengeInvalid => Fact::new(
                Kind::Unauthenticated,
                "challenge-invalid",
                "登录已超时，请重新登录",
                "the sign-in took too long; begin it anew",
            ),
            Self::Code(error) => error.fact(),
            Self::Begin(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Reads a challenge of the wanted step whose account can still be used.
pub(super) async fn account_of(
    app: &Identity,
    caller: &Caller,
    text: &str,
    enrols: bool,
) -> Result<accounts::Credentials, PassError> {
    let challenge = Challenge::parse(text, &app.seals, caller.now)
        .filter(|challenge| challenge.enrols == enrols)
        .ok_or(PassError::ChallengeInvalid)?;
    // whoever set one up meanwhile must show it
    let factor = second_factors::find(app.db.reader(), challenge.account).await?;
    let enrolled = factor.is_some_and(|factor| factor.sealed_secret.is_some());
    if enrolled == enrols {
        return Err(PassError::ChallengeInvalid);
    }
    let known = accounts::find_credentials(app.db.reader(), challenge.account).await?;
    known
        .filter(|known| known.account.status == AccountStatus::Active)
        .ok_or(PassError::ChallengeInvalid)
}

/// Checks the code and begins the session.
pub(crate) async fn pass_second_factor(
    app: &Identity,
    caller: &Caller,
    challenge: &str,
    code: &str,
) -> Result<Tokens, PassError> {
    let account = account_of(app, caller, challenge, false).await?.account.id;
    spend_code(app, caller, account, code).await?;
    Ok(begin_session::begin(
        app,
        caller,
        account,
        Begun::by(app, SignInMethod::SecondFactor),
    )
    .await?)
}
