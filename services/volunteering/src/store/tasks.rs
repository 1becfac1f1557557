//! Reading and writing tasks.

use kernel::{AccountId, OrderId, OrgPath, TaskId, Version};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany,
};
use store::{CHUNK, StoreError, Tx, Writes};

use super::json;
use super::relocations::hold_at;
use super::roster_scene::Locked;
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
            team_mate: None,
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

/// Loads many tasks, in the order of their ids: whoever holds several takes them in this order.
pub(crate) async fn load_many_tasks(
    db: &impl ConnectionTrait,
    ids: &[TaskId],
    locked: Locked,
) -> Result<Vec<Task>, StoreError> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let query = Entity::find()
            .filter(Column::Id.is_in(chunk.iter().copied()))
            .order_by_asc(Column::Id);
        found.extend(to_tasks(locked.on(query).all(db).await?)?);
    }
    Ok(found)
}

/// Reads and holds tasks at or below a place that wait or that someone has.
pub(crate) async fn hold_tasks_at(
    tx: &Tx,
    place: &OrgPath,
    most: u64,
) -> Result<Vec<Task>, StoreError> {
    let running = [TaskState::Open, TaskState::Claimed].map(name_of);
    let query = Entity::find().filter(Column::State.is_in(running));
    to_tasks(hold_at(tx, (query, Column::OrgPath, Column::Id), place, most).await?)
}

/// Saves where a task is, which is held; its version stays, for the task itself has not changed.
pub(crate) async fn save_task_place(tx: &Tx, task: &Task) -> Result<(), StoreError> {
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

/// A change of a task that is where it was read, at the version that was read.
fn update(row: ActiveModel, (id, place): (TaskId, &OrgPath), seen: Version) -> UpdateMany<Entity> {
    let row = ActiveModel { id: NotSet, ..row };
    Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(id))
        .filter(Column::OrgPath.eq(place.as_str()))
        .filter(Column::Version.eq(seen))
}

/// The row without its place: only an offer and a move of its organisation change that.
fn placeless(task: &Task) -> Result<ActiveModel, StoreError> {
    Ok(ActiveModel {
        org_path: NotSet,
        ..row_of(task)?
    })
}

fn row_of(task: &Task) -> Result<ActiveModel, StoreError> {
    let positions = task.is_group().then(|| json::write(&task.positions));
    Ok(ActiveModel {
        positions: Set(positions.transpose()?),
        ..ActiveModel::from(task)
    })
}

/// Saves a task over the version before; where it went to another place since it was read, everything that was decided
/// about it is decided again.
pub(crate) async fn save_task(tx: &Tx, task: &Task, seen: Version) -> Result<(), StoreError> {
    let done = update(placeless(task)?, (task.id, &task.org_path), seen);
    if done.exec(tx).await?.rows_affected == 1 {
        return Ok(());
    }
    Err(outrun(tx, task, seen).await?)
}

/// Saves a task that was offered again, perhaps at another place, over the one before.
pub(crate) async fn save_offered(tx: &Tx, task: &Task, before: &Task) -> Result<(), StoreError> {
    let done = update(row_of(task)?, (before.id, &before.org_path), before.version);
    if done.exec(tx).await?.rows_affected == 1 {
        return Ok(());
    }
    Err(outrun(tx, before, before.version).await?)
}

/// Saves a claim if the task is still open; says whether it was.
pub(crate) async fn take_task(tx: &Tx, task: &Task, seen: Version) -> Result<bool, StoreError> {
    let open = Column::State.eq(name_of(TaskState::Open));
    let done = update(placeless(task)?, (task.id, &task.org_path), seen).filter(open);
    if done.exec(tx).await?.rows_affected == 1 {
        return Ok(true);
    }
    match outrun(tx, task, seen).await? {
        StoreError::Stale => Ok(false),
        moved => Err(moved),
    }
}

/// Why a task was not saved: only its place is another by now, or more than that.
async fn outrun(tx: &Tx, task: &Task, seen: Version) -> Result<StoreError, StoreError> {
    let now = find_task(tx, task.id).await?;
    let moved = now.is_some_and(|now| now.version == seen && now.org_path != task.org_path);
    Ok(if moved {
        StoreError::raced()
    } else {
        StoreError::Stale
    })
}
