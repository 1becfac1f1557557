//! What failed lately, by keyed digest of whom it was tried at and of where it came from. One count for
//! all replicas.

use kernel::Timestamp;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use store::{StoreError, Tx};

use super::corrupt;
use crate::domain::Pace;

mod row {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "failed_attempt")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest: Vec<u8>,
        pub clear_at: kernel::Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Whom or where from, as a keyed digest that says nothing to whoever has only the database.
pub(crate) type AttemptDigest = [u8; 32];

/// Lists which of these have failures, and when their debts will have worn off.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    digests: &[AttemptDigest],
) -> Result<Vec<(AttemptDigest, Timestamp)>, StoreError> {
    let wanted = digests.iter().map(|digest| digest.to_vec());
    let rows = row::Entity::find()
        .filter(row::Column::Digest.is_in(wanted))
        .all(connection)
        .await?;
    let known = rows.into_iter().map(|row| {
        let digest = row.digest.try_into();
        let digest = digest.map_err(|_| corrupt("failed_attempt.digest", "not 32 bytes"))?;
        Ok((digest, row.clear_at))
    });
    known.collect()
}

/// Counts a failure, unless there were too many already: whatever happens at the same time, in one
/// statement. Says whether it was counted.
pub(crate) async fn count(
    tx: &Tx,
    digest: &AttemptDigest,
    pace: Pace,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let known = || Expr::col((row::Entity, row::Column::ClearAt));
    let recovery = i64::try_from(pace.recovery.as_micros()).unwrap_or(i64::MAX);
    let debt = CaseStatement::new()
        .case(known().gt(now), known())
        .finally(now);
    let row = row::ActiveModel {
        digest: Set(digest.to_vec()),
        clear_at: Set(pace.after_one_more(None, now)),
    };
    let again = OnConflict::column(row::Column::Digest)
        .value(row::Column::ClearAt, Expr::expr(debt).add(recovery))
        .action_and_where(known().lte(pace.limit(now)))
        .to_owned();
    let counted = row::Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(tx)
        .await?;
    Ok(counted == 1)
}

/// Forgives the failures at a name whose holder has come.
pub(crate) async fn forgive(tx: &Tx, digest: &AttemptDigest) -> Result<(), StoreError> {
    row::Entity::delete_by_id(digest.to_vec()).exec(tx).await?;
    Ok(())
}

/// Forgets some of those whose debts have worn off; returns how many.
pub(crate) async fn forget_clear(tx: &Tx, now: Timestamp, limit: u64) -> Result<u64, StoreError> {
    let clear: Vec<Vec<u8>> = row::Entity::find()
        .select_only()
        .column(row::Column::Digest)
        .filter(row::Column::ClearAt.lte(now))
        .order_by_asc(row::Column::ClearAt)
        .limit(limit)
        .into_tuple()
        .all(tx)
        .await?;
    let gone = row::Entity::delete_many()
        .filter(row::Column::Digest.is_in(clear))
        // somebody may have failed again meanwhile
        .filter(row::Column::ClearAt.lte(now))
        .exec(tx)
        .await?;
    Ok(gone.rows_affected)
}
