//! Open an account (开户).

use auth::Ctx;
use kernel::{IdSourceExt, Version};
use problem::{Category, Fact, Kind, Message};
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx, idempotency};

use super::caller::OK;
use super::{AccountFacts, Caller, Identity};
use crate::crypto::{HashError, generate_password};
use crate::domain::{
    Account, AccountStatus, ChosenPassword, DisplayName, Password, Username, WeakPassword,
};
use crate::events;
use crate::store::{access_log, accounts};

/// Whose account; without a password one is made up.
pub(crate) struct RegisterAccount {
    pub(crate) username: Username,
    pub(crate) display_name: DisplayName,
    pub(crate) password: Option<Password>,
}

/// A new account, with the password that was made up for it.
pub(crate) struct Registered {
    pub(crate) facts: AccountFacts,
    pub(crate) generated: Option<Password>,
}

/// What is kept under an idempotency key: never a password.
#[derive(Serialize, Deserialize)]
struct Answer {
    id: kernel::AccountId,
    created_at: kernel::Timestamp,
}

/// Why no account was opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegisterAccountError {
    #[error("the username is taken")]
    UsernameTaken,
    #[error("the password is weak")]
    Weak(#[source] WeakPassword),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for RegisterAccountError {
    fn fact(&self) -> Fact {
        match self {
            Self::UsernameTaken => Fact::new(
                Kind::Conflict,
                "username-taken",
                "用户名已被占用",
                "the username is taken",
            )
            .at("/username"),
            Self::Weak(weakness) => Fact::said(
                Kind::Invalid,
                "password-weak",
                Message::bilingual(&weakness.to_string()),
            )
            .at("/password"),
            Self::Hash(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Opens an account without any grant. A made-up password is handed out this once: a repetition
/// of the request (same `Idempotency-Key`) shows the account without it.
pub(crate) async fn register_account(
    app: &Identity,
    ctx: &Ctx,
    command: RegisterAccount,
) -> Result<Registered, RegisterAccountError> {
    let key = ctx.idempotency(&(command.username.as_str(), command.display_name.as_str()));
    let mut generated = None;
    let password = match command.password {
        Some(password) => {
            let checked = ChosenPassword::check(password, &command.username);
            checked
                .map_err(RegisterAccountError::Weak)?
                .password()
                .clone()
        }
        None => generated.insert(generate_password()?).clone(),
    };
    let hash = app.passwords.hash(&password).await?;
    let caller = Caller::from(ctx);
    let mut account = Account {
        id: app.ids.next(),
        username: command.username,
        display_name: command.display_name,
        status: AccountStatus::Active,
        version: Version::FIRST,
        created_at: ctx.now,
    };
    let answer = app
        .db
        .write("account.register", async |tx| {
            idempotency::once(&tx, key.as_ref(), async {
                if !add(&tx, app, &caller, &account, &hash).await? {
                    return Err(RegisterAccountError::UsernameTaken);
                }
                access_log::append(&tx, &caller.entry(&account.id, OK)).await?;
                Ok(Answer {
                    id: account.id,
                    created_at: account.created_at,
                })
            })
            .await
        })
        .await?;
    if answer.id != account.id {
        generated = None;
        account.id = answer.id;
        account.created_at = answer.created_at;
    }
    Ok(Registered {
        facts: AccountFacts {
            account,
            grants: Vec::new(),
        },
        generated,
    })
}

/// Inserts an account with its event; false when the name is taken. The caller puts it on record.
pub(crate) async fn add(
    tx: &Tx,
    app: &Identity,
    caller: &Caller,
    account: &Account,
    password_hash: &str,
) -> Result<bool, StoreError> {
    if !accounts::insert_account(tx, account, password_hash).await? {
        return Ok(false);
    }
    bus::emit(tx, vec![events::registered(app, caller, account)]).await?;
    Ok(true)
}
