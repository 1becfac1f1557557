//! Telephones that sign in, and the codes under way to them. The numbers themselves are not here.

use kernel::{AccountId, Timestamp};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect};
use store::{StoreError, Tx};

mod login {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "phone_login")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub phone_index: Vec<u8>,
        pub account_id: kernel::AccountId,
        pub created_at: kernel::Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod code {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "phone_code")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub phone_index: Vec<u8>,
        pub digest: Vec<u8>,
        pub tries: i32,
        pub expires_at: kernel::Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Blind index of a telephone number.
pub(crate) type PhoneIndex = [u8; 32];

/// Keeps a code in place of one sent before.
pub(crate) async fn save_code(
    tx: &Tx,
    phone: &PhoneIndex,
    digest: &[u8; 32],
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let row = code::ActiveModel {
        phone_index: Set(phone.to_vec()),
        digest: Set(digest.to_vec()),
        tries: Set(0),
        expires_at: Set(expires_at),
    };
    let replaced = OnConflict::column(code::Column::PhoneIndex)
        .update_columns([
            code::Column::Digest,
            code::Column::Tries,
            code::Column::ExpiresAt,
        ])
        .to_owned();
    code::Entity::insert(row)
        .on_conflict(replaced)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Counts a try and returns the digest of the code; `None` when there is none, it is over, or was
/// tried `most` times.
pub(crate) async fn try_code(
    tx: &Tx,
    phone: &PhoneIndex,
    most: i32,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, StoreError> {
    // counting first locks the row: of many tries at once no more than these learn the digest
    let counted = code::Entity::update_many()
        .col_expr(code::Column::Tries, Expr::col(code::Column::Tries).add(1))
        .filter(code::Column::PhoneIndex.eq(phone.to_vec()))
        .filter(code::Column::Tries.lt(most))
        .filter(code::Column::ExpiresAt.gt(now))
        .exec(tx)
        .await?;
    if counted.rows_affected == 0 {
        return Ok(None);
    }
    let row = code::Entity::find_by_id(phone.to_vec()).one(tx).await?;
    Ok(row.map(|row| row.digest))
}

/// Says whether a code is out to a telephone, however often it was tried.
pub(crate) async fn is_code_out(
    tx: &Tx,
    phone: &PhoneIndex,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row = code::Entity::find_by_id(phone.to_vec()).one(tx).await?;
    Ok(row.is_some_and(|row| row.expires_at > now))
}

/// Uses a code up.
pub(crate) async fn forget_code(tx: &Tx, phone: &PhoneIndex) -> Result<(), StoreError> {
    code::Entity::delete_by_id(phone.to_vec()).exec(tx).await?;
    Ok(())
}

/// Forgets some of the codes that were over before `before`; returns how many.
pub(crate) async fn forget_old_codes(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    let old: Vec<Vec<u8>> = code::Entity::find()
        .select_only()
        .column(code::Column::PhoneIndex)
        .filter(code::Column::ExpiresAt.lt(before))
        .limit(u64::try_from(store::CHUNK).unwrap_or(u64::MAX))
        .into_tuple()
        .all(tx)
        .await?;
    if old.is_empty() {
        return Ok(0);
    }
    // one that was sent anew meanwhile stays
    let gone = code::Entity::delete_many()
        .filter(code::Column::PhoneIndex.is_in(old))
        .filter(code::Column::ExpiresAt.lt(before))
        .exec(tx)
        .await?;
    Ok(gone.rows_affected)
}

/// Finds the account that signs in with this telephone.
pub(crate) async fn find_account(
    tx: &Tx,
    phone: &PhoneIndex,
) -> Result<Option<AccountId>, StoreError> {
    let row = login::Entity::find_by_id(phone.to_vec()).one(tx).await?;
    Ok(row.map(|row| row.account_id))
}

/// Lets an account sign in with this telephone.
pub(crate) async fn insert_login(
    tx: &Tx,
    phone: &PhoneIndex,
    account: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = login::ActiveModel {
        phone_index: Set(phone.to_vec()),
        account_id: Set(account),
        created_at: Set(now),
    };
    login::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Forgets every telephone that signs in to an account.
pub(crate) async fn forget_logins(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    login::Entity::delete_many()
        .filter(login::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}
