//! A sign-in of someone who must have a second factor and has none: it may only set one up.

use problem::{Category, Fact};

use super::begin_session::{self, BeginError};
use super::enrol_second_factor::{EnrolError, Enrolment, RecoveryCodes, confirm, propose};
use super::pass_second_factor::{PassError, account_of};
use super::{Caller, Identity, Tokens};
use crate::domain::SignInMethod;

/// Why nothing is set up, or no session begins.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EnrolAtSignInError {
    #[error(transparent)]
    Challenge(#[from] PassError),
    #[error(transparent)]
    Enrol(#[from] EnrolError),
    #[error(transparent)]
    Begin(#[from] BeginError),
}

impl Category for EnrolAtSignInError {
    fn fact(&self) -> Fact {
        match self {
            Self::Challenge(error) => error.fact(),
            Self::Enrol(error) => error.fact(),
            Self::Begin(error) => error.fact(),
        }
    }
}

/// Makes the secret.
pub(crate) async fn enrol_at_sign_in(
    app: &Identity,
    caller: &Caller,
    challenge: &str,
) -> Result<Enrolment, EnrolAtSignInError> {
    let (account, _) = account_of(app, caller, challenge, true).await?;
    let caller = caller.acting(account.id);
    Ok(Enrolment {
        secret: propose(app, &caller, account.id).await?,
        username: account.username,
    })
}

/// Checks the first code, and begins the session.
pub(crate) async fn confirm_at_sign_in(
    app: &Identity,
    caller: &Caller,
    challenge: &str,
    code: &str,
) -> Result<(Tokens, RecoveryCodes), EnrolAtSignInError> {
    let (account, shown) = account_of(app, caller, challenge, true).await?;
    let codes = confirm(app, caller, account.id, code).await?;
    let shown = shown.with_factor(Some(caller.now));
    let tokens = begin_session::begin(app, caller, shown, SignInMethod::SecondFactor).await?;
    Ok((tokens, codes))
}
