//! Accounts whose access ended before their tokens do: what one replica of a service has heard, for the
//! others to read.

use kernel::{AccountId, Timestamp, Version};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::{Database, StoreError, Tx, tables::ended_access};

/// An account whose tokens of before are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedAccess {
    /// The account.
    pub account: AccountId,
    /// Tokens that say an earlier version of it are refused.
    pub version: Version,
    /// From then on no such token is left.
    pub until: Timestamp,
}

/// Remembers what was heard at `now`; what is known of the account already is replaced.
///
/// # Errors
/// The database refuses.
pub async fn note(tx: &Tx, ended: &EndedAccess, now: Timestamp) -> Result<(), StoreError> {
    let row = ended_access::ActiveModel {
        account_id: Set(ended.account),
        version: Set(ended.version),
        ends_at: Set(ended.until),
        heard_at: Set(now),
    };
    let known = OnConflict::column(ended_access::Column::AccountId)
        .update_columns([
            ended_access::Column::Version,
            ended_access::Column::EndsAt,
            ended_access::Column::HeardAt,
        ])
        .to_owned();
    ended_access::Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Lists what was heard since `since`.
///
/// # Errors
/// The database is out of reach.
pub async fn list_heard(
    database: &Database,
    since: Timestamp,
) -> Result<Vec<EndedAccess>, StoreError> {
    let rows = ended_access::Entity::find()
        .filter(ended_access::Column::HeardAt.gte(since))
        .all(database.reader())
        .await?;
    let ended = rows.into_iter().map(|row| EndedAccess {
        account: row.account_id,
        version: row.version,
        until: row.ends_at,
    });
    Ok(ended.collect())
}

/// Forgets what was heard before `before`; returns how many.
///
/// # Errors
/// The database refuses.
pub async fn forget(database: &Database, before: Timestamp) -> Result<u64, StoreError> {
    let gone = database.maintain("ended_access.forget", async |tx| {
        let old = ended_access::Entity::delete_many()
            .filter(ended_access::Column::HeardAt.lt(before))
            .exec(&*tx)
            .await?;
        Ok::<_, StoreError>(old.rows_affected)
    });
    gone.await
}
