//! The same request twice has one effect and one answer.

use std::collections::BTreeMap;

use kernel::{AccountId, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::OnConflict,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{CHUNK, Database, StoreError, Tx, tables::idempotency};

/// A caller's key for one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Who sent it; keys of different callers never meet.
    pub account: AccountId,
    /// Operation it was sent to.
    pub operation: &'static str,
    /// The `Idempotency-Key` header.
    pub key: String,
    /// Digest of the request.
    pub fingerprint: String,
    /// When it came.
    pub at: Timestamp,
}

/// Runs `effect` unless this key already has an answer, and keeps the answer with the effect.
///
/// # Errors
/// [`StoreError::KeyReused`] when the key came before with another request; whatever `effect` fails with, in which case nothing is kept.
pub async fn once<T, E>(
    tx: &Tx,
    key: Option<&IdempotencyKey>,
    effect: impl Future<Output = Result<T, E>>,
) -> Result<T, E>
where
    T: Serialize + DeserializeOwned,
    E: From<StoreError>,
{
    let Some(key) = key else {
        return effect.await;
    };
    if let Some(answer) = find_answer(tx, Some(key)).await? {
        return Ok(answer);
    }
    match effect.await {
        Ok(answer) => {
            keep(tx, key, &answer).await?;
            Ok(answer)
        }
        // PostgreSQL lets the same request run twice at once; what refuses the second may be what
        // the first has done. It runs again and finds the answer.
        Err(failure) => match find_answer::<T>(tx, Some(key)).await {
            Ok(Some(_)) => Err(StoreError::raced().into()),
            _ => Err(failure),
        },
    }
}

/// Finds the answer that was kept under a key, for use-cases that decide before their transaction
/// begins; [`once`] asks again in it.
///
/// # Errors
/// [`StoreError::KeyReused`] when the key came before with another request.
pub async fn find_answer<T: DeserializeOwned>(
    db: &impl ConnectionTrait,
    key: Option<&IdempotencyKey>,
) -> Result<Option<T>, StoreError> {
    let Some(key) = key else {
        return Ok(None);
    };
    let known = idempotency::Entity::find()
        .filter(idempotency::Column::AccountId.eq(key.account))
        .filter(idempotency::Column::Operation.eq(key.operation))
        .filter(idempotency::Column::Key.eq(key.key.as_str()))
        .one(db)
        .await?;
    let Some(known) = known else {
        return Ok(None);
    };
    if known.fingerprint != key.fingerprint {
        return Err(StoreError::KeyReused);
    }
    let answer = serde_json::from_str(&known.answer)
        .map_err(|error| StoreError::Corrupt(error.to_string()))?;
    Ok(Some(answer))
}

async fn keep<T: Serialize>(tx: &Tx, key: &IdempotencyKey, answer: &T) -> Result<(), StoreError> {
    let answer =
        serde_json::to_string(answer).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let row = idempotency::ActiveModel {
        account_id: Set(key.account),
        operation: Set(key.operation.to_owned()),
        key: Set(key.key.clone()),
        fingerprint: Set(key.fingerprint.clone()),
        answer: Set(answer),
        created_at: Set(key.at),
    };
    let inserted = idempotency::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([
                idempotency::Column::AccountId,
                idempotency::Column::Operation,
                idempotency::Column::Key,
            ])
            .do_nothing()
            .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    // PostgreSQL lets two transactions get here at once; the second runs again and finds the answer.
    if inserted == 1 {
        Ok(())
    } else {
        Err(StoreError::raced())
    }
}

/// Forgets answers given before `before`, in small transactions; returns how many.
///
/// # Errors
/// The database refuses; what went before stays forgotten.
pub async fn forget(database: &Database, before: Timestamp) -> Result<u64, StoreError> {
    let mut gone = 0;
    loop {
        let batch = list_old(database, before).await?;
        let batch = &batch;
        if batch.is_empty() {
            return Ok(gone);
        }
        gone += database
            .maintain("idempotency.forget", |tx| async move {
                let mut gone = 0;
                // one statement for what the key begins with
                for ((account, operation), keys) in batch {
                    gone += idempotency::Entity::delete_many()
                        .filter(idempotency::Column::AccountId.eq(*account))
                        .filter(idempotency::Column::Operation.eq(operation.as_str()))
                        .filter(idempotency::Column::Key.is_in(keys.iter().map(String::as_str)))
                        .filter(idempotency::Column::CreatedAt.lt(before))
                        .exec(&*tx)
                        .await?
                        .rows_affected;
                }
                Ok::<_, StoreError>(gone)
            })
            .await?;
    }
}

/// Lists a batch of old keys by account and operation.
async fn list_old(
    database: &Database,
    before: Timestamp,
) -> Result<BTreeMap<(AccountId, String), Vec<String>>, StoreError> {
    use idempotency::Column as C;
    let rows: Vec<(AccountId, String, String)> = idempotency::Entity::find()
        .select_only()
        .columns([C::AccountId, C::Operation, C::Key])
        .filter(C::CreatedAt.lt(before))
        .limit(u64::try_from(CHUNK).unwrap_or(u64::MAX))
        .into_tuple()
        .all(database.reader())
        .await?;
    let mut batch: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for (account, operation, key) in rows {
        batch.entry((account, operation)).or_default().push(key);
    }
    Ok(batch)
}
