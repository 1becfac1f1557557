//! Signing keys, sealed.

use kernel::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
};
use store::{StoreError, Tx, affected_one};

use crate::domain::KeyTimes;

mod row {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "signing_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub kid: String,
        pub generation: i64,
        pub sealed: Vec<u8>,
        pub made_at: kernel::Timestamp,
        pub signs_from: kernel::Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A signing key as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct SealedKey {
    pub(crate) kid: String,
    pub(crate) times: KeyTimes,
    pub(crate) sealed: Vec<u8>,
    pub(crate) made_at: Timestamp,
}

/// Lists all keys, oldest first: there are two to four.
pub(crate) async fn list(connection: &impl ConnectionTrait) -> Result<Vec<SealedKey>, StoreError> {
    let rows = row::Entity::find()
        .order_by_asc(row::Column::Generation)
        .all(connection)
        .await?;
    let keys = rows.into_iter().map(|row| SealedKey {
        kid: row.kid,
        times: KeyTimes {
            generation: row.generation,
            signs_from: row.signs_from,
        },
        sealed: row.sealed,
        made_at: row.made_at,
    });
    Ok(keys.collect())
}

/// Inserts a key; nothing happens when another replica made one of the same generation, or this one.
pub(crate) async fn insert(tx: &Tx, key: &SealedKey) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        kid: Set(key.kid.clone()),
        generation: Set(key.times.generation),
        sealed: Set(key.sealed.clone()),
        made_at: Set(key.made_at),
        signs_from: Set(key.times.signs_from),
    };
    row::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Lets a key sign from another instant on.
pub(crate) async fn save_turn(tx: &Tx, key: &SealedKey, from: Timestamp) -> Result<(), StoreError> {
    let saved = row::Entity::update_many()
        .set(row::ActiveModel {
            signs_from: Set(from),
            ..Default::default()
        })
        .filter(row::Column::Kid.eq(key.kid.as_str()))
        .filter(row::Column::SignsFrom.eq(key.times.signs_from))
        .exec(tx)
        .await?;
    affected_one(saved.rows_affected)
}

/// Keeps a key sealed anew.
pub(crate) async fn save_sealed(tx: &Tx, kid: &str, sealed: Vec<u8>) -> Result<(), StoreError> {
    row::Entity::update_many()
        .set(row::ActiveModel {
            sealed: Set(sealed),
            ..Default::default()
        })
        .filter(row::Column::Kid.eq(kid))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets keys.
pub(crate) async fn forget(tx: &Tx, generations: &[i64]) -> Result<(), StoreError> {
    if generations.is_empty() {
        return Ok(());
    }
    row::Entity::delete_many()
        .filter(row::Column::Generation.is_in(generations.iter().copied()))
        .exec(tx)
        .await?;
    Ok(())
}
