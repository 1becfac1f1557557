//! Set a second factor up (绑定二次验证): a secret for the app, then a code that shows it arrived.

use auth::Ctx;
use kernel::AccountId;
use problem::{Category, Fact, Kind};
use store::{StoreError, Tx};

use super::caller::OK;
use super::prove_password::{ProveError, prove_password};
use super::spend_code::{CodeError, open_secret, recovery_digest, refusal, sealed_for, spend_code};
use super::{Caller, Identity, Proof};
use crate::crypto::{
    RandomError, SealError, TotpSecret, folded_recovery_code, generate_recovery_code,
};
use crate::domain::{Password, RECOVERY_CODES, Username};
use crate::store::{access_log, accounts, second_factors};

/// A secret that waits to be confirmed.
pub(crate) struct Enrolment {
    pub(crate) secret: TotpSecret,
    pub(crate) username: Username,
}

/// Codes for whoever lost the telephone: shown once.
pub(crate) struct RecoveryCodes(pub(crate) Vec<String>);

/// Why no second factor is set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EnrolError {
    #[error("the account cannot be used any more")]
    CallerUnknown,
    #[error("nothing waits to be confirmed")]
    NothingPending,
    #[error(transparent)]
    Prove(#[from] ProveError),
    #[error(transparent)]
    Code(#[from] CodeError),
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for EnrolError {
    fn fact(&self) -> Fact {
        match self {
            Self::CallerUnknown => Fact::new(
                Kind::Unauthenticated,
                "token-invalid",
                "访问令牌无效",
                "the access token is not valid",
            ),
            Self::NothingPending => Fact::new(
                Kind::Conflict,
                "enrolment-missing",
                "请先获取绑定密钥",
                "ask for a secret first",
            ),
            Self::Prove(error) => error.fact(),
            Self::Code(error) => error.fact(),
            Self::Random(error) => error.fact(),
            Self::Seal(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Makes a secret for the caller. It takes the password, and a code of the second factor that there is.
pub(crate) async fn enrol_second_factor(
    app: &Identity,
    ctx: &Ctx,
    current: &Password,
    code: Option<&str>,
) -> Result<Enrolment, EnrolError> {
    let account = prove_password(app, ctx, current).await?.account;
    let caller = Caller::from(ctx);
    let known = second_factors::find(app.db.reader(), account.id).await?;
    if known.is_some_and(|factor| factor.sealed_secret.is_some()) {
        spend_code(app, &caller, account.id, code.unwrap_or_default()).await?;
    }
    Ok(Enrolment {
        secret: propose(app, &caller, account.id).await?,
        username: account.username,
    })
}

/// Lets the caller's new secret count.
pub(crate) async fn confirm_second_factor(
    app: &Identity,
    ctx: &Ctx,
    code: &str,
) -> Result<RecoveryCodes, EnrolError> {
    confirm(app, &Caller::from(ctx), ctx.principal.account, code).await
}

/// Makes a secret that counts from its confirmation on; one made before is forgotten.
pub(super) async fn propose(
    app: &Identity,
    caller: &Caller,
    account: AccountId,
) -> Result<TotpSecret, EnrolError> {
    let secret = TotpSecret::generate()?;
    let sealed = app.seals.seal(&sealed_for(account), secret.as_bytes())?;
    let entry = caller.entry(&account, OK);
    app.db
        .maintain("second_factor.propose", async |tx| {
            still_used(&tx, account).await?;
            second_factors::save_pending(&tx, account, sealed.clone()).await?;
            access_log::append(&tx, &entry).await?;
            Ok::<_, EnrolError>(())
        })
        .await?;
    Ok(secret)
}

/// Lets the proposed secret count, and gives out recovery codes.
pub(super) async fn confirm(
    app: &Identity,
    caller: &Caller,
    account: AccountId,
    code: &str,
) -> Result<RecoveryCodes, EnrolError> {
    let owner = account.to_string();
    app.check_attempt(Proof::Code(&owner), caller.source, caller.now)
        .await
        .map_err(CodeError::from)?;
    let known = second_factors::find(app.db.reader(), account).await?;
    let Some(pending) = known.and_then(|factor| factor.sealed_pending) else {
        return Err(EnrolError::NothingPending);
    };
    let Some(step) = open_secret(app, account, &pending)?.step_of(code, caller.now) else {
        return Err(refusal(app, caller, account).await.into());
    };
    let codes = make_codes()?;
    let entry = caller.acting(account).entry(&account, OK);
    app.db
        .maintain("second_factor.confirm", async |tx| {
            still_used(&tx, account).await?;
            second_factors::activate(&tx, account, &pending, step, caller.now).await?;
            keep_codes(&tx, app, account, &codes).await?;
            access_log::append(&tx, &entry).await?;
            Ok::<_, EnrolError>(())
        })
        .await?;
    Ok(codes)
}

/// Locks an account that is not closed: nothing of its holder's is written any more once it is.
pub(super) async fn still_used(tx: &Tx, account: AccountId) -> Result<(), EnrolError> {
    let used = accounts::lock_active(tx, account).await?;
    used.map(|_| ()).ok_or(EnrolError::CallerUnknown)
}

/// Makes a set of recovery codes.
pub(super) fn make_codes() -> Result<RecoveryCodes, RandomError> {
    let codes = (0..RECOVERY_CODES).map(|_| generate_recovery_code());
    codes.collect::<Result<_, _>>().map(RecoveryCodes)
}

/// Keeps the digests of recovery codes in place of all older ones.
pub(super) async fn keep_codes(
    tx: &Tx,
    app: &Identity,
    account: AccountId,
    codes: &RecoveryCodes,
) -> Result<(), StoreError> {
    let folded = codes.0.iter().filter_map(|code| folded_recovery_code(code));
    let digests: Vec<[u8; 32]> = folded
        .map(|code| recovery_digest(app, account, &code))
        .collect();
    second_factors::replace_recovery_codes(tx, account, &digests).await
}
