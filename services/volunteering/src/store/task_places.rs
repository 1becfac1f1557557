//! Reading and writing who fills which position of a group task. Whoever changes one holds the row of its task.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::{AccountId, Named, TaskId, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{CHUNK, StoreError, Tx, Writes};

use self::row::{ActiveModel, Column, Entity, Model};
use super::json;
use crate::domain::group::{MOST_PLACES, PlaceState, TaskPlace};

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "task_place")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub task_id: kernel::TaskId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub account: kernel::AccountId,
        pub position: i64,
        pub state: String,
        pub ticket: i64,
        pub since: kernel::Timestamp,
        pub until: Option<kernel::Timestamp>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl TryFrom<Model> for TaskPlace {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            task: row.task_id,
            account: row.account,
            position: json::count(row.position)?,
            state: json::named(&row.state)?,
            ticket: row.ticket,
            since: row.since,
            until: row.until,
        })
    }
}

fn read(rows: Vec<Model>) -> Result<Vec<TaskPlace>, StoreError> {
    rows.into_iter().map(TaskPlace::try_from).collect()
}

/// Finds the place that somebody fills.
pub(crate) async fn find_place(
    db: &impl ConnectionTrait,
    task: TaskId,
    account: AccountId,
) -> Result<Option<TaskPlace>, StoreError> {
    let query = Entity::find_by_id((task, account));
    let held = query.filter(Column::State.eq(PlaceState::Held.name()));
    held.one(db).await?.map(TaskPlace::try_from).transpose()
}

/// Finds the place that somebody fills, or that is kept for them.
pub(crate) async fn find_running_place(
    db: &impl ConnectionTrait,
    task: TaskId,
    account: AccountId,
) -> Result<Option<TaskPlace>, StoreError> {
    let query = Entity::find_by_id((task, account));
    let running = query.filter(Column::State.ne(PlaceState::Done.name()));
    running.one(db).await?.map(TaskPlace::try_from).transpose()
}

/// Finds the place that is kept for somebody who waited.
pub(crate) async fn find_kept_place(
    db: &impl ConnectionTrait,
    task: TaskId,
    account: AccountId,
) -> Result<Option<TaskPlace>, StoreError> {
    let query = Entity::find_by_id((task, account));
    let kept = query.filter(Column::State.eq(PlaceState::Kept.name()));
    kept.one(db).await?.map(TaskPlace::try_from).transpose()
}

/// Lists places that were kept for somebody until now, the longest first.
pub(crate) async fn list_kept_due(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<(TaskId, AccountId)>, StoreError> {
    Ok(Entity::find()
        .select_only()
        .column(Column::TaskId)
        .column(Column::Account)
        .filter(Column::Until.lte(now))
        .order_by_asc(Column::Until)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}

/// Lists the places of a task that are filled, the first who came first; there is an upper bound.
pub(crate) async fn list_places(
    db: &impl ConnectionTrait,
    task: TaskId,
) -> Result<Vec<TaskPlace>, StoreError> {
    let query = Entity::find()
        .filter(Column::TaskId.eq(task))
        .filter(Column::State.eq(PlaceState::Held.name()))
        .order_by_asc(Column::Ticket)
        .limit(MOST_PLACES);
    read(query.all(db).await?)
}

/// Lists the places that one person fills, or filled, in some tasks.
pub(crate) async fn list_places_in(
    db: &impl ConnectionTrait,
    account: AccountId,
    tasks: &[TaskId],
) -> Result<Vec<TaskPlace>, StoreError> {
    let mut found = Vec::new();
    for chunk in tasks.chunks(CHUNK) {
        let query = Entity::find()
            .filter(Column::Account.eq(account))
            .filter(Column::TaskId.is_in(chunk.iter().copied()))
            .filter(Column::State.ne(PlaceState::Kept.name()));
        found.extend(read(query.all(db).await?)?);
    }
    Ok(found)
}

/// Lists the tasks in which somebody fills or filled a place, the newest first.
pub(crate) async fn list_tasks_of_member(
    db: &impl ConnectionTrait,
    account: AccountId,
    after: Option<TaskId>,
    limit: u64,
) -> Result<Vec<TaskId>, StoreError> {
    let mut query = Entity::find()
        .select_only()
        .column(Column::TaskId)
        .filter(Column::Account.eq(account))
        .filter(Column::State.ne(PlaceState::Kept.name()))
        .order_by_desc(Column::TaskId)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(Column::TaskId.lt(after));
    }
    Ok(query.into_tuple().all(db).await?)
}

/// Lists the tasks in which some people fill places now.
pub(super) async fn list_held_places(
    db: &impl ConnectionTrait,
    accounts: &[AccountId],
) -> Result<Vec<(AccountId, TaskId)>, StoreError> {
    let query = Entity::find()
        .select_only()
        .column(Column::Account)
        .column(Column::TaskId)
        .filter(Column::Account.is_in(accounts.iter().copied()))
        .filter(Column::State.eq(PlaceState::Held.name()));
    Ok(query.into_tuple().all(db).await?)
}

/// Saves a place over the one that the same person filled before in the same task.
pub(crate) fn put_place(writes: &mut Writes, place: &TaskPlace) {
    let row = ActiveModel {
        task_id: Set(place.task),
        account: Set(place.account),
        position: Set(i64::from(place.position)),
        state: Set(place.state.name().to_owned()),
        ticket: Set(place.ticket),
        since: Set(place.since),
        until: Set(place.until),
    };
    let known = OnConflict::columns([Column::TaskId, Column::Account])
        .update_columns([
            Column::Position,
            Column::State,
            Column::Ticket,
            Column::Since,
            Column::Until,
        ])
        .to_owned();
    writes.upsert([row], &known);
}

/// Ends somebody's place: they took no part.
pub(crate) async fn delete_place(
    tx: &Tx,
    task: TaskId,
    account: AccountId,
) -> Result<(), StoreError> {
    Entity::delete_by_id((task, account)).exec(tx).await?;
    Ok(())
}

/// Ends all places of a task, and what is kept of them: nobody took part.
pub(crate) async fn delete_places(tx: &Tx, task: TaskId) -> Result<(), StoreError> {
    let running = Entity::delete_many().filter(Column::TaskId.eq(task));
    let running = running.filter(Column::State.ne(PlaceState::Done.name()));
    running.exec(tx).await?;
    Ok(())
}

/// Notes that those who fill the places of a task have done it; nothing is kept for anybody any more.
pub(crate) fn finish_places(writes: &mut Writes, task: TaskId) {
    let kept = Entity::delete_many().filter(Column::TaskId.eq(task));
    writes.add(kept.filter(Column::State.eq(PlaceState::Kept.name())));
    let done = Entity::update_many()
        .col_expr(Column::State, Expr::value(PlaceState::Done.name()))
        .filter(Column::TaskId.eq(task))
        .filter(Column::State.eq(PlaceState::Held.name()));
    writes.add(done);
}
