//! Reading and writing tasks.

use kernel::{AccountId, OrderId, OrgPath, TaskId, Version};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany,
};
use store::{StoreError, Tx, Writes};

use super::json;
use super::tables::task::{ActiveModel, Column, Entity, Model};
use crate::domain::task::{Hold, Task, TaskState};

pub(super) fn name_of(state: TaskState) -> &'static str {
    match state {
        TaskState::Open => "open",
        TaskState::Claimed => "claimed",
        TaskState::Done => "done",
        TaskState::Cancelled => "cancelled",
    }
}

pub(super) fn state_from(name: &str) -> Result<TaskState, StoreError> {
    match name {
        "open" => Ok(TaskState::Open),
        "claimed" => Ok(TaskState::Claimed),
        "done" => Ok(TaskState::Done),
        "cancelled" => Ok(TaskState::Cancelled),
        _ => Err(StoreError::Corrupt(format!("task state {name}"))),
    }
}

impl TryFrom<Model> for Task {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let corrupt = |what: &str| StoreError::Corrupt(format!("{what} of task {}", row.id));
        let hold = hold_of(&row);
        Ok(Self {
            id: row.id,
            order_id: row.order_id,
            round: u32::try_from(row.round).map_err(|_| corrupt("round"))?,
            number: row.number,
            org_code: row.org_code,
            org_path: row.org_path,
            category: row.category,
            audience: row.roles.parse().map_err(|_| corrupt("roles"))?,
            requester: row.requester,
            state: state_from(&row.state)?,
            claimed_by: row.claimed_by,
            claimed_at: row.claimed_at,
            hold,
            positions: match &row.positions {
                Some(text) => json::read(text)?,
                None => Vec::new(),
            },
            version: row.version,
            opened_at: row.opened_at,
            updated_at: row.updated_at,
        })
    }
}

impl From<&Task> for ActiveModel {
    fn from(task: &Task) -> Self {
        Self {
            id: Set(task.id),
            order_id: Set(task.order_id),
            round: Set(i64::from(task.round)),
            number: Set(task.number.clone()),
            org_code: Set(task.org_code.clone()),
            org_path: Set(task.org_path.clone()),
            category: Set(task.category.clone()),
            roles: Set(task.audience.to_string()),
            requester: Set(task.requester),
            state: Set(name_of(task.state).to_owned()),
            claimed_by: Set(task.claimed_by),
            claimed_at: Set(task.claimed_at),
            held_for: Set(task.hold.map(|hold| hold.account)),
            held_until: Set(task.hold.map(|hold| hold.until)),
            list_until: Set(task.hold.map(|hold| hold.list_until)),
            // set by whoever saves the task; a new one has none
            positions: NotSet,
            version: Set(task.version),
            opened_at: Set(task.opened_at),
            updated_at: Set(task.updated_at),
        }
    }
}

fn hold_of(row: &Model) -> Option<Hold> {
    Some(Hold {
        account: row.held_for?,
        until: row.held_until?,
        list_until: row.list_until?,
    })
}

fn to_tasks(rows: Vec<Model>) -> Result<Vec<Task>, StoreError> {
    rows.into_iter().map(Task::try_from).collect()
}

/// Finds a task.
pub(crate) async fn find_task(
    db: &impl ConnectionTrait,
    id: TaskId,
) -> Result<Option<Task>, StoreError> {
    let row = Entity::find_by_id(id).one(db).await?;
    row.map(Task::try_from).transpose()
}

/// Finds a task; nobody else decides about it meanwhile.
pub(crate) async fn hold_task(tx: &Tx, id: TaskId) -> Result<Option<Task>, StoreError> {
    let row = Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    row.map(Task::try_from).transpose()
}

/// Lists the tasks of an order, the newest round first; an order has a few.
pub(crate) async fn list_of_order(
    db: &impl ConnectionTrait,
    order_id: OrderId,
) -> Result<Vec<Task>, StoreError> {
    let rows = Entity::find()
        .filter(Column::OrderId.eq(order_id))
        .order_by_desc(Column::Round)
        .all(db)
        .await?;
    to_tasks(rows)
}

/// Lists the tasks that someone has or did, the newest first.
pub(crate) async fn list_of_claimant(
    db: &impl ConnectionTrait,
    account: AccountId,
    after: Option<TaskId>,
    limit: u64,
) -> Result<Vec<Task>, StoreError> {
    let mut query = Entity::find()
        .filter(Column::ClaimedBy.eq(account))
        .order_by_desc(Column::Id)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    to_tasks(query.all(db).await?)
}

/// Loads tasks, the newest first.
pub(crate) async fn load_tasks(
    db: &impl ConnectionTrait,
    ids: &[TaskId],
) -> Result<Vec<Task>, StoreError> {
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .order_by_desc(Column::Id)
        .all(db)
        .await?;
    to_tasks(rows)
}

/// Lists the tasks at or below a place that wait or that someone has.
pub(crate) async fn list_at(
    db: &impl ConnectionTrait,
    place: &OrgPath,
) -> Result<Vec<Task>, StoreError> {
    let running = [TaskState::Open, TaskState::Claimed].map(name_of);
    let rows = Entity::find()
        .filter(Column::OrgPath.gte(place.as_str()))
        .filter(Column::OrgPath.lt(place.range_end()))
        .filter(Column::State.is_in(running))
        .all(db)
        .await?;
    to_tasks(rows)
}

/// Saves where a task is; its version stays, for the task itself has not changed.
pub(crate) async fn save_place(tx: &Tx, task: &Task) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::OrgPath, Expr::value(task.org_path.clone()))
        .filter(Column::Id.eq(task.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Inserts a task.
pub(crate) fn insert_task(writes: &mut Writes, task: &Task) {
    writes.insert([ActiveModel::from(task)]);
}

fn update(task: &Task, seen: Version) -> Result<UpdateMany<Entity>, StoreError> {
    let mut row = ActiveModel::from(task);
    row.id = NotSet;
    let positions = task.is_group().then(|| json::write(&task.positions));
    row.positions = Set(positions.transpose()?);
    Ok(Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(task.id))
        .filter(Column::Version.eq(seen)))
}

/// Saves a task over the version before.
pub(crate) async fn save_task(tx: &Tx, task: &Task, seen: Version) -> Result<(), StoreError> {
    let done = update(task, seen)?.exec(tx).await?;
    store::affected_one(done.rows_affected)
}

/// Saves a claim if the task is still open; says whether it was.
pub(crate) async fn take_task(tx: &Tx, task: &Task, seen: Version) -> Result<bool, StoreError> {
    let open = Column::State.eq(name_of(TaskState::Open));
    let done = update(task, seen)?.filter(open).exec(tx).await?;
    Ok(done.rows_affected == 1)
}
