//! What is known of those who take tasks: what they have, did of late and gave back.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use std::collections::{HashMap, HashSet};

use kernel::{AccountId, TaskId, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use store::{CHUNK, StoreError, Tx};

use super::tables::{claim_log, task};
use super::task_places::list_held_places;
use super::tasks::name_of;
use crate::domain::task::TaskState;

mod claimant {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "task_claimant")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account: kernel::AccountId,
        pub claims: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod watch {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "task_watch")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub task_id: kernel::TaskId,
        pub claimed_at: kernel::Timestamp,
        pub due_at: kernel::Timestamp,
        pub reminded: bool,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// How long somebody who has a task may still be silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Watch {
    pub(crate) task: TaskId,
    /// The claim it is about.
    pub(crate) claimed_at: Timestamp,
    pub(crate) due_at: Timestamp,
    /// Whether they have been told.
    pub(crate) reminded: bool,
}

/// Lists what is due, the longest first.
pub(crate) async fn list_watches_due(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<TaskId>, StoreError> {
    Ok(watch::Entity::find()
        .select_only()
        .column(watch::Column::TaskId)
        .filter(watch::Column::DueAt.lte(now))
        .order_by_asc(watch::Column::DueAt)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}

/// Finds how long somebody may still be silent about a task; nobody else decides meanwhile. Where nothing was known
/// there is a row from here on, of no claim: one that is not there cannot be held.
pub(crate) async fn hold_watch(tx: &Tx, task: TaskId) -> Result<Option<Watch>, StoreError> {
    let first = watch::ActiveModel {
        task_id: Set(task),
        claimed_at: Set(Timestamp::UNIX_EPOCH),
        due_at: Set(Timestamp::UNIX_EPOCH),
        reminded: Set(false),
    };
    let known = OnConflict::column(watch::Column::TaskId)
        .do_nothing()
        .to_owned();
    watch::Entity::insert(first)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    let row = watch::Entity::find_by_id(task)
        .lock_exclusive()
        .one(tx)
        .await?;
    Ok(row.map(|row| Watch {
        task: row.task_id,
        claimed_at: row.claimed_at,
        due_at: row.due_at,
        reminded: row.reminded,
    }))
}

/// Saves how long somebody may still be silent.
pub(crate) async fn put_watch(tx: &Tx, watch: &Watch) -> Result<(), StoreError> {
    let row = watch::ActiveModel {
        task_id: Set(watch.task),
        claimed_at: Set(watch.claimed_at),
        due_at: Set(watch.due_at),
        reminded: Set(watch.reminded),
    };
    let known = OnConflict::column(watch::Column::TaskId)
        .update_columns([
            watch::Column::ClaimedAt,
            watch::Column::DueAt,
            watch::Column::Reminded,
        ])
        .to_owned();
    watch::Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Watches a task no longer.
pub(crate) async fn drop_watch(tx: &Tx, task: TaskId) -> Result<(), StoreError> {
    watch::Entity::delete_by_id(task).exec(tx).await?;
    Ok(())
}

/// A step that somebody took with a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoggedStep {
    pub(crate) task: TaskId,
    pub(crate) account: AccountId,
    /// Whether it was taken, and not given back.
    pub(crate) claimed: bool,
    pub(crate) at: Timestamp,
}

/// Lets one claim of a person be decided at a time: what counts their tasks sees those before.
pub(crate) async fn hold_claimant(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    let first = claimant::ActiveModel {
        account: Set(account),
        claims: Set(0),
    };
    let known = OnConflict::column(claimant::Column::Account)
        .do_nothing()
        .to_owned();
    claimant::Entity::insert(first)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    // the row belongs to this transaction from here on
    claimant::Entity::update_many()
        .col_expr(
            claimant::Column::Claims,
            Expr::col(claimant::Column::Claims).add(1),
        )
        .filter(claimant::Column::Account.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}

/// Counts the tasks that some people have, or fill a place of.
pub(crate) async fn count_held(
    db: &impl ConnectionTrait,
    accounts: &[AccountId],
) -> Result<HashMap<AccountId, u32>, StoreError> {
    let mut held: HashMap<AccountId, HashSet<TaskId>> = HashMap::new();
    for chunk in accounts.chunks(CHUNK) {
        let led: Vec<(AccountId, TaskId)> = task::Entity::find()
            .select_only()
            .column(task::Column::ClaimedBy)
            .column(task::Column::Id)
            .filter(task::Column::ClaimedBy.is_in(chunk.iter().copied()))
            .filter(task::Column::State.eq(name_of(TaskState::Claimed)))
            .into_tuple()
            .all(db)
            .await?;
        // whoever leads a task may fill a place of it as well: that is one task
        for (account, task) in led.into_iter().chain(list_held_places(db, chunk).await?) {
            held.entry(account).or_default().insert(task);
        }
    }
    let count = |(account, tasks): (AccountId, HashSet<TaskId>)| {
        (account, u32::try_from(tasks.len()).unwrap_or(u32::MAX))
    };
    Ok(held.into_iter().map(count).collect())
}

/// Lists the tasks that somebody has, or fills a place of, in the order of their ids: whoever holds several takes them in
/// this order.
pub(crate) async fn list_held(
    db: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Vec<TaskId>, StoreError> {
    let mut held: Vec<TaskId> = task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .filter(task::Column::ClaimedBy.eq(account))
        .filter(task::Column::State.eq(name_of(TaskState::Claimed)))
        .into_tuple()
        .all(db)
        .await?;
    let places = list_held_places(db, &[account]).await?;
    held.extend(places.into_iter().map(|(_, task)| task));
    held.sort_unstable();
    held.dedup();
    Ok(held)
}

/// Lists what some people took and gave back within a span.
pub(crate) async fn list_steps(
    db: &impl ConnectionTrait,
    accounts: &[AccountId],
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<LoggedStep>, StoreError> {
    let mut steps = Vec::new();
    for chunk in accounts.chunks(CHUNK) {
        let rows = claim_log::Entity::find()
            .filter(claim_log::Column::Account.is_in(chunk.iter().copied()))
            .filter(claim_log::Column::At.gte(from))
            .filter(claim_log::Column::At.lt(until))
            .all(db)
            .await?;
        steps.extend(rows.into_iter().filter_map(|row| {
            let claimed = match row.step.as_str() {
                "claimed" | "joined" => true,
                "released" | "taken_back" | "left" => false,
                _ => return None,
            };
            Some(LoggedStep {
                task: row.task_id,
                account: row.account?,
                claimed,
                at: row.at,
            })
        }));
    }
    Ok(steps)
}

/// Lists tasks that somebody has had since before, and that nobody watches yet.
pub(crate) async fn list_unwatched(
    db: &impl ConnectionTrait,
    since: Timestamp,
    limit: u64,
) -> Result<Vec<TaskId>, StoreError> {
    // of this claim, not of one before
    let watched = watch::Entity::find()
        .select_only()
        .column(watch::Column::TaskId)
        .filter(
            Expr::col((watch::Entity, watch::Column::TaskId))
                .equals((task::Entity, task::Column::Id)),
        )
        .filter(
            Expr::col((watch::Entity, watch::Column::ClaimedAt))
                .equals((task::Entity, task::Column::ClaimedAt)),
        )
        .into_query();
    Ok(task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .filter(task::Column::State.eq(name_of(TaskState::Claimed)))
        .filter(task::Column::ClaimedAt.lte(since))
        .filter(Expr::exists(watched).not())
        .order_by_asc(task::Column::ClaimedAt)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}
