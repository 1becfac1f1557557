//! Reading and writing waiting lists of tasks. Whoever changes one holds the row of its task.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::{AccountId, TaskId, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use store::{StoreError, Tx, Writes};

use self::row::{ActiveModel, Column, Entity, Model};
use super::json;
use super::tables::task;
use crate::domain::waiting::{LEADING, LONGEST_LIST, Waiting};

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "task_waiting")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub task_id: kernel::TaskId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub account: kernel::AccountId,
        pub position: i64,
        pub ticket: i64,
        pub joined_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl TryFrom<Model> for Waiting {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            task: row.task_id,
            account: row.account,
            position: json::count(row.position)?,
            ticket: row.ticket,
            joined_at: row.joined_at,
        })
    }
}

/// Finds what somebody waits for in a task.
pub(crate) async fn find_waiting_of(
    db: &impl ConnectionTrait,
    task: TaskId,
    account: AccountId,
) -> Result<Option<Waiting>, StoreError> {
    let row = Entity::find_by_id((task, account)).one(db).await?;
    row.map(Waiting::try_from).transpose()
}

/// Lists who waits for a position of a task, or for leading it, the first first; there is an upper bound.
pub(crate) async fn list_waiting(
    db: &impl ConnectionTrait,
    (task, position): (TaskId, u32),
) -> Result<Vec<Waiting>, StoreError> {
    let rows = Entity::find()
        .filter(Column::TaskId.eq(task))
        .filter(Column::Position.eq(i64::from(position)))
        .order_by_asc(Column::Ticket)
        .limit(u64::from(LONGEST_LIST))
        .all(db)
        .await?;
    rows.into_iter().map(Waiting::try_from).collect()
}

/// Puts somebody on a list.
pub(crate) fn insert_waiting(writes: &mut Writes, waiting: &Waiting) {
    writes.insert([ActiveModel {
        task_id: Set(waiting.task),
        account: Set(waiting.account),
        position: Set(waiting.position.into()),
        ticket: Set(waiting.ticket),
        joined_at: Set(waiting.joined_at),
    }]);
}

/// Takes somebody off a list, if they are on it.
pub(crate) async fn delete_waiting(
    tx: &Tx,
    task: TaskId,
    account: AccountId,
) -> Result<(), StoreError> {
    Entity::delete_by_id((task, account)).exec(tx).await?;
    Ok(())
}

/// The same with other writes.
pub(crate) fn drop_own_waiting(writes: &mut Writes, task: TaskId, account: AccountId) {
    let own = Entity::delete_many().filter(Column::TaskId.eq(task));
    writes.add(own.filter(Column::Account.eq(account)));
}

/// Ends the lists of the positions of a task: nobody takes part in it any more.
pub(crate) fn drop_position_waiting(writes: &mut Writes, task: TaskId) {
    let of = Entity::delete_many().filter(Column::TaskId.eq(task));
    writes.add(of.filter(Column::Position.ne(i64::from(LEADING))));
}

/// Ends the lists of a task.
pub(crate) fn drop_waiting(writes: &mut Writes, task: TaskId) {
    writes.add(Entity::delete_many().filter(Column::TaskId.eq(task)));
}

/// Lists tasks that were kept for somebody until now, the longest first.
pub(crate) async fn list_holds_due(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<TaskId>, StoreError> {
    Ok(task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .filter(task::Column::HeldUntil.lte(now))
        .order_by_asc(task::Column::HeldUntil)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}
