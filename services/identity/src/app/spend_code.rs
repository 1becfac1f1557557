//! Use a code of the second factor up: that of the app, or a recovery code.

use kernel::AccountId;
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::{AttemptError, Caller, Identity, Proof};
use crate::crypto::{SealError, TotpSecret, folded_recovery_code};
use crate::store::{access_log, second_factors};

/// Why a code is not good.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CodeError {
    /// Another code, used before, or there is no second factor: the answer does not tell which.
    #[error("the code is not good")]
    Wrong,
    #[error(transparent)]
    Attempt(#[from] AttemptError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for CodeError {
    fn fact(&self) -> Fact {
        match self {
            Self::Wrong => Fact::new(
                Kind::Invalid,
                "code-wrong",
                "验证码不正确或已用过",
                "the code is not right, or was used before",
            )
            .at("/code"),
            Self::Attempt(error) => error.fact(),
            Self::Seal(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// What a sealed secret of the account is sealed for.
pub(super) fn sealed_for(account: AccountId) -> String {
    format!("second factor of {account}")
}

/// Digest of a folded recovery code, which says nothing to whoever has only the database.
pub(super) fn recovery_digest(app: &Identity, account: AccountId, folded: &str) -> [u8; 32] {
    app.seals
        .index("recovery code", &format!("{account} {folded}"))
}

/// Opens a sealed secret of the account.
pub(super) fn open_secret(
    app: &Identity,
    account: AccountId,
    sealed: &[u8],
) -> Result<TotpSecret, SealError> {
    let plain = app.seals.open(&sealed_for(account), sealed)?;
    TotpSecret::from_bytes(&plain).ok_or(SealError::Broken)
}

/// Uses a code up; wrong ones slow further attempts down, whichever operation they come through.
pub(super) async fn spend_code(
    app: &Identity,
    caller: &Caller,
    account: AccountId,
    code: &str,
) -> Result<(), CodeError> {
    let owner = account.to_string();
    let (proof, source, now) = (Proof::Code(&owner), caller.source, caller.now);
    app.check_attempt(proof, source, now).await?;
    let factor = second_factors::find(app.db.reader(), account).await?;
    let sealed = factor.and_then(|factor| factor.sealed_secret);
    let secret = match &sealed {
        Some(sealed) => Some(open_secret(app, account, sealed)?),
        None => None,
    };
    let step = secret.as_ref().and_then(|secret| secret.step_of(code, now));
    let anew = match (&secret, &sealed) {
        // of an older sealing key: it goes over to the newest as it is used
        (Some(secret), Some(sealed)) if !app.seals.is_current(sealed) => {
            let anew = app.seals.seal(&sealed_for(account), secret.as_bytes())?;
            Some((sealed.as_slice(), anew))
        }
        _ => None,
    };
    let recovery = folded_recovery_code(code).map(|code| recovery_digest(app, account, &code));
    let good = app
        .db
        .maintain("second_factor.use", async |tx| match (step, &recovery) {
            (Some(step), _) => {
                if let Some((before, anew)) = &anew {
                    second_factors::save_sealed(&tx, account, before, anew).await?;
                }
                second_factors::use_step(&tx, account, step).await
            }
            (None, Some(digest)) => {
                second_factors::use_recovery_code(&tx, account, digest, now).await
            }
            (None, None) => Ok(false),
        })
        .await?;
    if good {
        app.settle_success(proof, source, now).await?;
        return Ok(());
    }
    Err(refusal(app, caller, account).await)
}

/// Counts a wrong code and puts it on record.
pub(super) async fn refusal(app: &Identity, caller: &Caller, account: AccountId) -> CodeError {
    let owner = account.to_string();
    let counted = app
        .count_failure(Proof::Code(&owner), caller.source, caller.now)
        .await;
    if let Err(error) = counted {
        return error.into();
    }
    let entry = caller.entry(&account, CodeError::Wrong.fact().slug);
    let noted = app
        .db
        .maintain("second_factor.refuse", async |tx| {
            access_log::append(&tx, &entry).await
        })
        .await;
    match noted {
        Ok(()) => CodeError::Wrong,
        Err(error) => CodeError::Store(error),
    }
}
