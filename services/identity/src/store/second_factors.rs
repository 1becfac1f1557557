//! Second factors and recovery codes.

use kernel::{AccountId, Timestamp};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
};
use store::{StoreError, Tx, affected_one};

use crate::domain::SecondFactor;

mod row {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "second_factor")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: kernel::AccountId,
        pub sealed_secret: Option<Vec<u8>>,
        pub sealed_pending: Option<Vec<u8>>,
        pub enrolled_at: Option<kernel::Timestamp>,
        pub last_step: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod code {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "recovery_code")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: kernel::AccountId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest: Vec<u8>,
        pub used_at: Option<kernel::Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Finds the second factor of an account: one that counts, one that waits to be confirmed, or both.
pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Option<SecondFactor>, StoreError> {
    let row = row::Entity::find_by_id(account).one(connection).await?;
    Ok(row.map(|row| SecondFactor {
        sealed_secret: row.sealed_secret,
        sealed_pending: row.sealed_pending,
        enrolled_at: row.enrolled_at,
        last_step: row.last_step,
    }))
}

/// Keeps a secret that waits to be confirmed, in place of one that waited before.
pub(crate) async fn save_pending(
    tx: &Tx,
    account: AccountId,
    sealed: Vec<u8>,
) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        account_id: Set(account),
        sealed_secret: Set(None),
        sealed_pending: Set(Some(sealed)),
        enrolled_at: Set(None),
        last_step: Set(0),
    };
    row::Entity::insert(row)
        .on_conflict(
            OnConflict::column(row::Column::AccountId)
                .update_column(row::Column::SealedPending)
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Makes the pending secret the one that counts; the code that confirmed it is used up.
pub(crate) async fn activate(
    tx: &Tx,
    account: AccountId,
    pending: &[u8],
    step: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let saved = row::Entity::update_many()
        .set(row::ActiveModel {
            sealed_secret: Set(Some(pending.to_vec())),
            sealed_pending: Set(None),
            enrolled_at: Set(Some(now)),
            last_step: Set(step),
            ..Default::default()
        })
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::SealedPending.eq(pending.to_vec()))
        .exec(tx)
        .await?;
    affected_one(saved.rows_affected)
}

/// Keeps the secret that counts, sealed anew; another one that counts meanwhile stays.
pub(crate) async fn save_sealed(
    tx: &Tx,
    account: AccountId,
    before: &[u8],
    sealed: &[u8],
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .set(row::ActiveModel {
            sealed_secret: Set(Some(sealed.to_vec())),
            ..Default::default()
        })
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::SealedSecret.eq(before.to_vec()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Uses the code of a step up; false when it, or a later one, was used before.
pub(crate) async fn use_step(tx: &Tx, account: AccountId, step: i64) -> Result<bool, StoreError> {
    let used = row::Entity::update_many()
        .set(row::ActiveModel {
            last_step: Set(step),
            ..Default::default()
        })
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::LastStep.lt(step))
        .exec(tx)
        .await?;
    Ok(used.rows_affected == 1)
}

/// Uses a recovery code up; false when there is none with this digest, or it was used before.
pub(crate) async fn use_recovery_code(
    tx: &Tx,
    account: AccountId,
    digest: &[u8],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let used = code::Entity::update_many()
        .set(code::ActiveModel {
            used_at: Set(Some(now)),
            ..Default::default()
        })
        .filter(code::Column::AccountId.eq(account))
        .filter(code::Column::Digest.eq(digest.to_vec()))
        .filter(code::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(used.rows_affected == 1)
}

/// Keeps the digests of new recovery codes in place of all older ones.
pub(crate) async fn replace_recovery_codes(
    tx: &Tx,
    account: AccountId,
    digests: &[[u8; 32]],
) -> Result<(), StoreError> {
    forget_recovery_codes(tx, account).await?;
    let rows = digests.iter().map(|digest| code::ActiveModel {
        account_id: Set(account),
        digest: Set(digest.to_vec()),
        used_at: Set(None),
    });
    code::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Counts the recovery codes that are still good.
pub(crate) async fn count_recovery_codes(tx: &Tx, account: AccountId) -> Result<u64, StoreError> {
    let unused = code::Entity::find()
        .filter(code::Column::AccountId.eq(account))
        .filter(code::Column::UsedAt.is_null());
    Ok(unused.count(tx).await?)
}

/// Removes the second factor of an account with all its codes; false when it has none.
pub(crate) async fn remove(tx: &Tx, account: AccountId) -> Result<bool, StoreError> {
    forget_recovery_codes(tx, account).await?;
    let gone = row::Entity::delete_by_id(account).exec(tx).await?;
    Ok(gone.rows_affected == 1)
}

async fn forget_recovery_codes(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    code::Entity::delete_many()
        .filter(code::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}
