//! To whom tasks are open: one row for each organisation above an open task.

use kernel::{OrgPath, TaskId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{StoreError, Writes};

use super::tables::{audience, open_task_scope};
use crate::domain::audience::Audience;
use crate::domain::task::Task;

/// Scope of a grant for the whole city, which has no code.
const WHOLE_CITY: &str = "/";

pub(super) fn scope_code(path: &OrgPath) -> String {
    path.leaf()
        .map_or_else(|| WHOLE_CITY.to_owned(), |code| code.to_string())
}

pub(super) fn scope_codes(path: &OrgPath) -> Vec<String> {
    path.ancestors().iter().map(scope_code).collect()
}

/// Shows an open task to those it is meant for.
pub(crate) fn show_task(writes: &mut Writes, task: &Task) {
    let roles = task.audience.to_string();
    let audience = audience::ActiveModel {
        roles: Set(roles.clone()),
    };
    let known = OnConflict::column(audience::Column::Roles)
        .do_nothing()
        .to_owned();
    writes.upsert([audience], &known);
    let above = scope_codes(&task.org_path).into_iter();
    let rows = above.map(|scope_code| open_task_scope::ActiveModel {
        scope_code: Set(scope_code),
        roles: Set(roles.clone()),
        task_id: Set(task.id),
    });
    // a group task may be shown already, for those who fill its places
    let shown = OnConflict::columns([
        open_task_scope::Column::ScopeCode,
        open_task_scope::Column::Roles,
        open_task_scope::Column::TaskId,
    ])
    .do_nothing()
    .to_owned();
    writes.upsert(rows, &shown);
}

/// Shows a task that is open, hides one that is not.
pub(crate) fn list_task(writes: &mut Writes, task: &Task) {
    if task.is_listed() {
        show_task(writes, task);
    } else {
        hide_task(writes, task);
    }
}

/// Hides a task that is no longer open; place and audience are those that it was shown under.
pub(crate) fn hide_task(writes: &mut Writes, task: &Task) {
    let shown = open_task_scope::Entity::delete_many()
        .filter(open_task_scope::Column::ScopeCode.is_in(scope_codes(&task.org_path)))
        .filter(open_task_scope::Column::Roles.eq(task.audience.to_string()))
        .filter(open_task_scope::Column::TaskId.eq(task.id));
    writes.add(shown);
}

/// Lists every set of roles that tasks were ever offered to; there are few.
pub(crate) async fn list_audiences(db: &impl ConnectionTrait) -> Result<Vec<Audience>, StoreError> {
    let rows = audience::Entity::find().all(db).await?;
    let read = rows.into_iter().map(|row| {
        row.roles
            .parse()
            .map_err(|_| StoreError::Corrupt(format!("audience {}", row.roles)))
    });
    read.collect()
}

/// Counts open tasks by audience, over the whole city.
pub(crate) async fn count_open(
    db: &impl ConnectionTrait,
) -> Result<Vec<(String, u64)>, StoreError> {
    // an audience whose tasks are all taken has no row of its own
    let mut open: Vec<(String, u64)> = Vec::new();
    for audience in list_audiences(db).await? {
        open.push((audience.to_string(), 0));
    }
    let rows: Vec<(String, i64)> = open_task_scope::Entity::find()
        .select_only()
        .column(open_task_scope::Column::Roles)
        .column_as(open_task_scope::Column::TaskId.count(), "tasks")
        .filter(open_task_scope::Column::ScopeCode.eq(WHOLE_CITY))
        .group_by(open_task_scope::Column::Roles)
        .into_tuple()
        .all(db)
        .await?;
    for (roles, tasks) in rows {
        let tasks = u64::try_from(tasks).unwrap_or_default();
        match open.iter_mut().find(|(known, _)| *known == roles) {
            Some((_, count)) => *count = tasks,
            None => open.push((roles, tasks)),
        }
    }
    Ok(open)
}

/// Lists open tasks at or below a place for one audience, the newest first.
pub(crate) async fn list_open(
    db: &impl ConnectionTrait,
    place: &OrgPath,
    audience: &Audience,
    after: Option<TaskId>,
    limit: u64,
) -> Result<Vec<TaskId>, StoreError> {
    let mut query = open_task_scope::Entity::find()
        .filter(open_task_scope::Column::ScopeCode.eq(scope_code(place)))
        .filter(open_task_scope::Column::Roles.eq(audience.to_string()))
        .order_by_desc(open_task_scope::Column::TaskId)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(open_task_scope::Column::TaskId.lt(after));
    }
    let rows = query.all(db).await?;
    Ok(rows.into_iter().map(|row| row.task_id).collect())
}
