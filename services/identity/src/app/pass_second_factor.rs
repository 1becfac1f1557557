//! The second step of a sign-in (二次验证): a code of the second factor.

use problem::{Category, Fact, Kind};
use store::StoreError;

use super::begin_session::{self, BeginError, Shown};
use super::spend_code::{CodeError, spend_code};
use super::{Caller, Identity, Tokens};
use crate::crypto::Challenge;
use crate::domain::{Account, SignInMethod};
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

/// Reads a challenge of the wanted step whose account can still be used, with the password that was shown and
/// the second factor that there is.
pub(super) async fn account_of(
    app: &Identity,
    caller: &Caller,
    text: &str,
    enrols: bool,
) -> Result<(Account, Shown), PassError> {
    let challenge = Challenge::parse(text, &app.seals, caller.now)
        .filter(|challenge| challenge.enrols == enrols)
        .ok_or(PassError::ChallengeInvalid)?;
    // whoever set one up meanwhile must show it
    let factor = second_factors::find(app.db.reader(), challenge.account).await?;
    let counting = factor.filter(|factor| factor.sealed_secret.is_some());
    if counting.is_some() == enrols {
        return Err(PassError::ChallengeInvalid);
    }
    let known = accounts::find_credentials(app.db.reader(), challenge.account).await?;
    let shown = Shown {
        account: challenge.account,
        password: challenge.password,
        factor: counting.and_then(|factor| factor.enrolled_at),
    };
    let known = known.filter(|known| shown.fits(known));
    let known = known.ok_or(PassError::ChallengeInvalid)?;
    Ok((known.account, shown))
}

/// Checks the code and begins the session.
pub(crate) async fn pass_second_factor(
    app: &Identity,
    caller: &Caller,
    challenge: &str,
    code: &str,
) -> Result<Tokens, PassError> {
    let (account, shown) = account_of(app, caller, challenge, false).await?;
    spend_code(app, caller, account.id, code).await?;
    Ok(begin_session::begin(app, caller, shown, SignInMethod::SecondFactor).await?)
}
