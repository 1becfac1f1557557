//! Sign in with a telephone and the code sent to it (手机验证码登录); the first time opens an account.

use kernel::{AccountId, IdSourceExt, TextError, TypedId, Version};
use problem::{Category, Fact, Kind};
use store::{StoreError, Tx};

use super::begin_session::{self, BeginError, Shown, SignedIn};
use super::caller::OK;
use super::request_phone_code::{digest_of, index_of};
use super::{AttemptError, Caller, Identity, Proof, register_account};
use crate::crypto::equal;
use crate::domain::{Account, AccountStatus, Mobile, SignInMethod, UsernameError};
use crate::store::phones::{self, PhoneIndex};
use crate::store::{access_log, accounts};

/// Times that one code may be tried.
const TRIES: i32 = 5;
/// What an account that signs in by telephone has instead of a password's hash.
const NO_PASSWORD: &str = "";

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenPhoneSessionError {
    /// Another code, over, tried too often, or of a suspended account: the answer does not tell which.
    #[error("the code does not fit")]
    CodeInvalid,
    #[error(transparent)]
    Attempt(#[from] AttemptError),
    #[error("a made-up name: {0}")]
    Username(#[from] UsernameError),
    #[error("a made-up name: {0}")]
    DisplayName(#[from] TextError),
    #[error(transparent)]
    Begin(#[from] BeginError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for OpenPhoneSessionError {
    fn fact(&self) -> Fact {
        match self {
            Self::CodeInvalid => Fact::new(
                Kind::Unauthenticated,
                "phone-code-invalid",
                "验证码不正确或已失效",
                "the code is not right, or is over",
            ),
            Self::Attempt(error) => error.fact(),
            Self::Username(_) | Self::DisplayName(_) => Fact::internal(),
            Self::Begin(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Checks the code and begins a session, or asks for the second factor.
pub(crate) async fn open_phone_session(
    app: &Identity,
    caller: &Caller,
    phone: &Mobile,
    code: &str,
) -> Result<SignedIn, OpenPhoneSessionError> {
    let index = index_of(app, phone);
    let owner = format!("telephone {}", u128::from_be_bytes(half(&index)));
    let (proof, source, now) = (Proof::Code(&owner), caller.source, caller.now);
    app.check_attempt(proof, source, now).await?;
    let digest = digest_of(app, phone, code);
    let new = new_account(app, caller)?;
    let (account, was_out) = app
        .db
        .write("phone.sign_in", async |tx| {
            let known = phones::try_code(&tx, &index, TRIES, now).await?;
            let was_out = phones::is_code_out(&tx, &index, now).await?;
            if !known.is_some_and(|known| equal(&known, &digest)) {
                return Ok::<_, StoreError>((None, was_out));
            }
            phones::forget_code(&tx, &index).await?;
            let account = account_of(&tx, app, caller, &index, &new).await?;
            Ok((account, was_out))
        })
        .await?;
    let Some(account) = account else {
        // where no code is out there is nothing to guess: who tries all the same must not be able to lock
        // the holder of the telephone out
        let counted = if was_out { proof } else { Proof::Secret };
        app.count_failure(counted, source, now).await?;
        let refusal = OpenPhoneSessionError::CodeInvalid;
        let entry = caller.entry(&"", refusal.fact().slug);
        app.db
            .maintain("phone.refuse", async |tx| {
                access_log::append(&tx, &entry).await
            })
            .await?;
        return Err(refusal);
    };
    app.settle_success(proof, source, now).await?;
    let shown = Shown::otherwise(account);
    Ok(begin_session::sign_in(app, caller, shown, SignInMethod::Phone).await?)
}

/// The account of a telephone whose code fits, opened if there is none; `None` when it is suspended.
async fn account_of(
    tx: &Tx,
    app: &Identity,
    caller: &Caller,
    index: &PhoneIndex,
    new: &Account,
) -> Result<Option<AccountId>, StoreError> {
    if let Some(id) = phones::find_account(tx, index).await? {
        let account = accounts::find_account(tx, id).await?;
        let active = account.filter(|account| account.status == AccountStatus::Active);
        return Ok(active.map(|account| account.id));
    }
    let caller = caller.acting(new.id);
    register_account::add(tx, app, &caller, new, NO_PASSWORD).await?;
    phones::insert_login(tx, index, new.id, caller.now).await?;
    access_log::append(tx, &caller.entry(&new.id, OK)).await?;
    Ok(Some(new.id))
}

/// An account whose name says nothing of its holder.
fn new_account(app: &Identity, caller: &Caller) -> Result<Account, OpenPhoneSessionError> {
    let id: AccountId = app.ids.next();
    Ok(Account {
        id,
        username: format!("resident-{}", id.uuid().simple()).parse()?,
        display_name: "居民".parse()?,
        status: AccountStatus::Active,
        version: Version::FIRST,
        created_at: caller.now,
    })
}

/// Enough of an index to count attempts by.
fn half(index: &PhoneIndex) -> [u8; 16] {
    index.first_chunk().copied().unwrap_or_default()
}
