//! Accounts.

use kernel::{AccountId, Version};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use store::{StoreError, Tx, affected_one};

use super::corrupt;
use crate::domain::{Account, AccountStatus, Username};

mod row {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "account")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::AccountId,
        pub username: String,
        pub display_name: String,
        pub password_hash: String,
        pub status: String,
        pub version: kernel::Version,
        pub created_at: kernel::Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

const ACTIVE: &str = "active";
const SUSPENDED: &str = "suspended";
const CLOSED: &str = "closed";

fn status_text(status: AccountStatus) -> &'static str {
    match status {
        AccountStatus::Active => ACTIVE,
        AccountStatus::Suspended => SUSPENDED,
        AccountStatus::Closed => CLOSED,
    }
}

/// An account with its password's hash, for those who check passwords.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) account: Account,
    pub(crate) password_hash: String,
}

impl TryFrom<row::Model> for Credentials {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let status = match row.status.as_str() {
            ACTIVE => AccountStatus::Active,
            SUSPENDED => AccountStatus::Suspended,
            CLOSED => AccountStatus::Closed,
            other => return Err(corrupt("account.status", other)),
        };
        Ok(Self {
            account: Account {
                id: row.id,
                username: row
                    .username
                    .parse()
                    .map_err(|error| corrupt("account.username", error))?,
                display_name: row
                    .display_name
                    .parse()
                    .map_err(|error| corrupt("account.display_name", error))?,
                status,
                version: row.version,
                created_at: row.created_at,
            },
            password_hash: row.password_hash,
        })
    }
}

/// Inserts an account; false when the name is taken.
pub(crate) async fn insert_account(
    tx: &Tx,
    account: &Account,
    password_hash: &str,
) -> Result<bool, StoreError> {
    let row = row::ActiveModel {
        id: Set(account.id),
        username: Set(account.username.as_str().to_owned()),
        display_name: Set(account.display_name.as_str().to_owned()),
        password_hash: Set(password_hash.to_owned()),
        status: Set(status_text(account.status).to_owned()),
        version: Set(account.version),
        created_at: Set(account.created_at),
    };
    let inserted = row::Entity::insert(row)
        .on_conflict(
            OnConflict::column(row::Column::Username)
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    Ok(inserted == 1)
}

/// Finds an account with its password's hash by the name to sign in with.
pub(crate) async fn find_by_username(
    connection: &impl ConnectionTrait,
    username: &Username,
) -> Result<Option<Credentials>, StoreError> {
    let query = row::Entity::find().filter(row::Column::Username.eq(username.as_str()));
    query
        .one(connection)
        .await?
        .map(Credentials::try_from)
        .transpose()
}

/// Finds an account with its password's hash.
pub(crate) async fn find_credentials(
    connection: &impl ConnectionTrait,
    id: AccountId,
) -> Result<Option<Credentials>, StoreError> {
    let row = row::Entity::find_by_id(id).one(connection).await?;
    row.map(Credentials::try_from).transpose()
}

/// Finds an account with its password's hash, and keeps others from changing it until the transaction ends.
pub(crate) async fn lock_credentials(
    tx: &Tx,
    id: AccountId,
) -> Result<Option<Credentials>, StoreError> {
    let row = row::Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    row.map(Credentials::try_from).transpose()
}

/// Finds an account that can be used, and keeps others from closing or suspending it until the transaction
/// ends: what is written for its holder is written before that, or not at all.
pub(crate) async fn lock_active(tx: &Tx, id: AccountId) -> Result<Option<Account>, StoreError> {
    let found = lock_credentials(tx, id).await?.map(|found| found.account);
    Ok(found.filter(|account| account.status == AccountStatus::Active))
}

/// Loads an account that must be there, and keeps others from changing it until the transaction ends.
pub(crate) async fn lock_account(tx: &Tx, id: AccountId) -> Result<Account, StoreError> {
    let found = lock_credentials(tx, id).await?;
    found
        .map(|found| found.account)
        .ok_or_else(|| corrupt("account", id))
}

/// Finds an account.
pub(crate) async fn find_account(
    db: &impl ConnectionTrait,
    id: AccountId,
) -> Result<Option<Account>, StoreError> {
    Ok(find_credentials(db, id).await?.map(|found| found.account))
}

/// Lists accounts in the order in which they were opened.
pub(crate) async fn list_accounts(
    tx: &Tx,
    username: Option<&Username>,
    after: Option<AccountId>,
    limit: u64,
) -> Result<Vec<Account>, StoreError> {
    let mut query = row::Entity::find()
        .order_by_asc(row::Column::Id)
        .limit(limit);
    if let Some(username) = username {
        query = query.filter(row::Column::Username.eq(username.as_str()));
    }
    if let Some(after) = after {
        query = query.filter(row::Column::Id.gt(after));
    }
    let mut accounts = Vec::new();
    for row in query.all(tx).await? {
        accounts.push(Credentials::try_from(row)?.account);
    }
    Ok(accounts)
}

/// Saves status and version of an account that had the version `before`.
pub(crate) async fn save_account(
    tx: &Tx,
    account: &Account,
    before: Version,
) -> Result<(), StoreError> {
    let changed = row::ActiveModel {
        status: Set(status_text(account.status).to_owned()),
        version: Set(account.version),
        ..Default::default()
    };
    save(tx, account.id, before, changed).await
}

/// Counts the version of an account up, whatever it was; `None` when there is no such account.
pub(crate) async fn count_up(tx: &Tx, id: AccountId) -> Result<Option<Account>, StoreError> {
    let next = Expr::col(row::Column::Version).add(1);
    row::Entity::update_many()
        .col_expr(row::Column::Version, next)
        .filter(row::Column::Id.eq(id))
        .exec(tx)
        .await?;
    find_account(tx, id).await
}

/// Saves the name for others of an account that had the version `before`.
pub(crate) async fn rename_account(
    tx: &Tx,
    account: &Account,
    before: Version,
) -> Result<(), StoreError> {
    let renamed = row::ActiveModel {
        display_name: Set(account.display_name.as_str().to_owned()),
        version: Set(account.version),
        ..Default::default()
    };
    save(tx, account.id, before, renamed).await
}

/// Saves an account that is closed for good, with a password that nobody knows.
pub(crate) async fn close_account(
    tx: &Tx,
    account: &Account,
    password_hash: &str,
    before: Version,
) -> Result<(), StoreError> {
    let closed = row::ActiveModel {
        username: Set(account.username.as_str().to_owned()),
        display_name: Set(account.display_name.as_str().to_owned()),
        password_hash: Set(password_hash.to_owned()),
        status: Set(status_text(account.status).to_owned()),
        version: Set(account.version),
        ..Default::default()
    };
    save(tx, account.id, before, closed).await
}

async fn save(
    tx: &Tx,
    id: AccountId,
    before: Version,
    change: row::ActiveModel,
) -> Result<(), StoreError> {
    store::save_over(
        tx,
        change,
        row::Column::Id.eq(id),
        row::Column::Version.eq(before),
    )
    .await
}

/// Saves another password hash in place of the one that was checked.
///
/// The version stays: it counts what others can see of an account.
pub(crate) async fn save_password(
    tx: &Tx,
    known: &Credentials,
    password_hash: &str,
) -> Result<(), StoreError> {
    let saved = row::Entity::update_many()
        .set(row::ActiveModel {
            password_hash: Set(password_hash.to_owned()),
            ..Default::default()
        })
        .filter(row::Column::Id.eq(known.account.id))
        .filter(row::Column::PasswordHash.eq(known.password_hash.as_str()))
        .exec(tx)
        .await?;
    affected_one(saved.rows_affected)
}
