//! The first accounts of an installation, made by its operators before anyone can sign in.

mod machines;

use auth::Grant;
use futures_util::future::try_join_all;
use kernel::{AccountId, GrantId, IdSourceExt, OrgPath, Role, Version};
use store::StoreError;

use crate::app::OK;
use crate::app::grant_role::{self, GrantRole, GrantRoleError};
use crate::app::{Caller, Identity, register_account};
use crate::crypto::{HashError, generate_password};
use crate::domain::{
    Account, AccountStatus, ChosenPassword, ClientName, DisplayName, Password, Username,
    WeakPassword, is_administrator,
};
use crate::store::{access_log, accounts, grants};

pub use machines::{MadeMachine, NewMachine, make_machines};

/// An administrator to be made (`linli admin create`).
#[derive(Debug, Clone)]
pub struct NewAdministrator {
    /// Name to sign in with.
    pub username: Username,
    /// Name for others.
    pub display_name: DisplayName,
    /// Password; made up when absent.
    pub password: Option<Password>,
    /// Which of the three; the system administrator when absent, and then only as the very first.
    pub role: Option<Role>,
}

/// An administrator that was made.
#[derive(Debug, Clone)]
pub struct CreatedAdministrator {
    /// The account.
    pub account: AccountId,
    /// Its role.
    pub role: Role,
    /// The password that was made up; it is not stored anywhere.
    pub generated: Option<Password>,
}

/// An account of the demo district.
#[derive(Debug, Clone)]
pub struct SeedAccount {
    /// Name to sign in with.
    pub username: Username,
    /// Name for others.
    pub display_name: DisplayName,
    /// Password.
    pub password: Password,
    /// What it may act as, and where.
    pub grants: Vec<Grant>,
}

/// What became of a seeded account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seeded {
    /// It was made.
    Created(AccountId),
    /// The name was there already; nothing of it was changed.
    Existing(AccountId),
}

impl Seeded {
    /// Returns the account.
    #[must_use]
    pub fn account(self) -> AccountId {
        match self {
            Self::Created(account) | Self::Existing(account) => account,
        }
    }
}

/// Why an account was not made.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// There is an administrator already.
    #[error(
        "已有管理员，请由其在系统中开户 (there is an administrator already; accounts are opened by them)"
    )]
    AdministratorExists,
    /// The role is none of the three.
    #[error("{0} 不是管理员角色 (is not an administrator's role)")]
    NotAdministrator(Role),
    /// There is a machine account of this name.
    #[error(
        "已有机器账号 {0}，其密钥只在建立时显示一次 (there is a machine account of this name; its secret was shown once)"
    )]
    MachineExists(ClientName),
    /// The name is taken.
    #[error("用户名已被占用 (the username is taken)")]
    UsernameTaken,
    /// The password is weak.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// A grant is refused.
    #[error("授权被拒绝：{0} (grant refused)")]
    Grant(String),
    /// No hash could be made.
    #[error("密码处理失败：{0} (password could not be hashed)")]
    Hash(String),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<HashError> for BootstrapError {
    fn from(error: HashError) -> Self {
        Self::Hash(error.to_string())
    }
}

impl From<GrantRoleError> for BootstrapError {
    fn from(error: GrantRoleError) -> Self {
        match error {
            GrantRoleError::Store(error) => Self::Store(error),
            refused => Self::Grant(refused.to_string()),
        }
    }
}

/// Makes an administrator. Without a named role it must be the first of all; with one, the first
/// of that role: afterwards the administrators themselves open accounts and grant roles.
///
/// # Errors
/// An administrator is there, the name is taken, the password is weak, or the store fails.
pub async fn create_first_administrator(
    app: &Identity,
    new: NewAdministrator,
) -> Result<CreatedAdministrator, BootstrapError> {
    let role = new.role.unwrap_or(Role::SystemAdmin);
    if !is_administrator(role) {
        return Err(BootstrapError::NotAdministrator(role));
    }
    let mut generated = None;
    let password = match new.password {
        Some(password) => ChosenPassword::check(password, &new.username)?
            .password()
            .clone(),
        None => generated.insert(generate_password()?).clone(),
    };
    let hash = app.passwords.hash(&password).await?;
    let caller = Caller::system("create_administrator", app.clock.now());
    let existing: Vec<Role> = match new.role {
        Some(role) => vec![role],
        None => Role::ALL
            .iter()
            .copied()
            .filter(|role| is_administrator(*role))
            .collect(),
    };
    let seed = SeedAccount {
        username: new.username,
        display_name: new.display_name,
        password,
        grants: vec![Grant::new(role, OrgPath::root())],
    };
    let made = app.db.write("account.bootstrap", async |tx| {
        if grants::count_held(&tx, &existing, caller.now).await? > 0 {
            return Err(BootstrapError::AdministratorExists);
        }
        insert(&tx, app, &caller, &seed, &hash)
            .await?
            .ok_or(BootstrapError::UsernameTaken)
    });
    Ok(CreatedAdministrator {
        account: made.await?,
        role,
        generated,
    })
}

/// Makes an account with its grants unless its name is there already.
///
/// # Errors
/// A grant mixes an administrator with another role, or the store fails.
pub async fn seed_account(app: &Identity, seed: SeedAccount) -> Result<Seeded, BootstrapError> {
    let known = accounts::find_by_username(app.db.reader(), &seed.username).await?;
    if let Some(known) = known {
        return Ok(Seeded::Existing(known.account.id));
    }
    let hash = app.passwords.hash(&seed.password).await?;
    let caller = Caller::system("seed_account", app.clock.now());
    let made = app.db.write("account.seed", async |tx| {
        insert(&tx, app, &caller, &seed, &hash)
            .await?
            .ok_or(BootstrapError::UsernameTaken)
    });
    made.await.map(Seeded::Created)
}

/// Makes many accounts, hashing their passwords on all cores; the answers keep the order.
///
/// # Errors
/// As [`seed_account`]; those made before the failure stay, and a second run goes on.
pub async fn seed_accounts(
    app: &Identity,
    seeds: Vec<SeedAccount>,
) -> Result<Vec<Seeded>, BootstrapError> {
    let mut done = Vec::with_capacity(seeds.len());
    // groups of a size that the hasher has room for
    for group in seeds.chunks(32) {
        let making = group.iter().map(|seed| seed_account(app, seed.clone()));
        done.extend(try_join_all(making).await?);
    }
    Ok(done)
}

/// `None` when the name is taken.
async fn insert(
    tx: &store::Tx,
    app: &Identity,
    caller: &Caller,
    seed: &SeedAccount,
    password_hash: &str,
) -> Result<Option<AccountId>, BootstrapError> {
    let mut account = Account {
        id: app.ids.next(),
        username: seed.username.clone(),
        display_name: seed.display_name.clone(),
        status: AccountStatus::Active,
        version: Version::FIRST,
        created_at: caller.now,
    };
    if !register_account::add(tx, app, caller, &account, password_hash).await? {
        return Ok(None);
    }
    let before = account.version;
    let mut entries = vec![caller.entry(&account.id, OK)];
    for grant in &seed.grants {
        let id: GrantId = app.ids.next();
        let command = GrantRole {
            account: account.id,
            role: grant.role,
            path: grant.path.clone(),
            categories: grant.categories.clone(),
            valid_from: None,
            valid_until: None,
        };
        grant_role::add(tx, app, caller, &mut account, id, &command).await?;
        entries.push(caller.entry(&id, OK));
    }
    accounts::save_account(tx, &account, before).await?;
    access_log::append_all(tx, &entries).await?;
    Ok(Some(account.id))
}
