use std::cmp::Reverse;
use std::collections::BTreeSet;

use auth::{Ctx, Principal};
use kernel::{Cursor, CursorError, Exclusions, OrderId, OrgPath, TaskId};
use problem::{Category, Fact};
use serde::Deserialize;
use store::{StoreError, Tx};
use utoipa::ToSchema;

use super::App;
use super::seen_task::{SeenTask, see};
use crate::domain::audience::Audience;
use crate::store::{
    list_audiences, list_of_claimant, list_of_order, list_open, list_tasks_of_member,
    list_team_places, load_tasks,
};

/// Name of the list of open tasks in its cursors.
const OPEN: &str = "open-tasks";
/// Name of the list of the caller's tasks in its cursors.
const MINE: &str = "my-tasks";
/// Most times that the index is read for one page, when the caller may not take much of what it
/// finds there. A page may then be shorter than asked for, and the next one goes on.
const MOST_READS: usize = 4;

/// Which tasks to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WhichTasks {
    /// 可接的任务 (those that the caller may take)
    #[default]
    Open,
    /// 我接的任务 (those that the caller has or did)
    Mine,
}

/// A page of tasks to list.
#[derive(Debug)]
pub(crate) struct ListTasks {
    pub(crate) which: WhichTasks,
    pub(crate) order_id: Option<OrderId>,
    pub(crate) cursor: Option<String>,
    pub(crate) limit: usize,
}

/// Why tasks are not listed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListError {
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ListError {
    fn fact(&self) -> Fact {
        match self {
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// One page, the newest task first, and the cursor of the next page.
type TaskPage = (Vec<SeenTask>, Option<String>);

/// Lists tasks.
pub(crate) async fn list_tasks(
    app: &App,
    ctx: &Ctx,
    wanted: ListTasks,
) -> Result<TaskPage, ListError> {
    let list = match wanted.which {
        WhichTasks::Open => OPEN,
        WhichTasks::Mine => MINE,
    };
    let after = wanted
        .cursor
        .as_deref()
        .map(|cursor| Cursor::decode(list, cursor));
    let after: Option<TaskId> = after.transpose()?;
    if let Some(order_id) = wanted.order_id {
        return of_order(app, ctx, order_id, &wanted).await;
    }
    match wanted.which {
        WhichTasks::Open => {
            let (principal, limit) = (&ctx.principal, wanted.limit);
            app.db
                .read("task.list", |tx| async move {
                    open(&tx, principal, after, limit).await
                })
                .await
        }
        WhichTasks::Mine => mine(app, ctx, after, wanted.limit).await,
    }
}

/// Says whether the caller may take a task, or a place of it that they have not.
fn waits_for(seen: &SeenTask, principal: &Principal, exclusions: &Exclusions) -> bool {
    let task = &seen.task;
    let room = task.has_room_for(principal) && !seen.is_of(principal.account);
    (task.is_open_to(principal) || room) && !task.is_barred_by(exclusions)
}

/// An order has a few tasks: one page holds them.
async fn of_order(
    app: &App,
    ctx: &Ctx,
    order_id: OrderId,
    wanted: &ListTasks,
) -> Result<TaskPage, ListError> {
    let (db, account) = (app.db.reader(), ctx.principal.account);
    let mut tasks = see(db, account, list_of_order(db, order_id).await?).await?;
    let exclusions = exclusions::list_of(db, account).await?;
    tasks.retain(|seen| match wanted.which {
        WhichTasks::Open => waits_for(seen, &ctx.principal, &exclusions),
        WhichTasks::Mine => seen.is_of(account),
    });
    tasks.truncate(wanted.limit);
    Ok((tasks, None))
}

async fn mine(
    app: &App,
    ctx: &Ctx,
    after: Option<TaskId>,
    limit: usize,
) -> Result<TaskPage, ListError> {
    let (db, account, most) = (app.db.reader(), ctx.principal.account, one_more_than(limit));
    let mut tasks = list_of_claimant(db, account, after, most).await?;
    // those that they lead are among them already
    let mut others = list_tasks_of_member(db, account, after, most).await?;
    others.retain(|id| tasks.iter().all(|task| task.id != *id));
    if !others.is_empty() {
        tasks.extend(load_tasks(db, &others).await?);
        tasks.sort_unstable_by_key(|task| Reverse(task.id));
    }
    let more = tasks.len() > limit;
    tasks.truncate(limit);
    let next = tasks
        .last()
        .filter(|_| more)
        .map(|last| Cursor::encode(MINE, &last.id));
    Ok((see(db, account, tasks).await?, next))
}

async fn open(
    tx: &Tx,
    principal: &Principal,
    mut after: Option<TaskId>,
    limit: usize,
) -> Result<TaskPage, ListError> {
    let mut places: Vec<(OrgPath, Audience)> = Vec::new();
    let audiences = list_audiences(tx).await?;
    let own = if audiences
        .iter()
        .any(|audience| !audience.teams().is_empty())
    {
        list_team_places(tx, &[principal.account]).await?
    } else {
        Vec::new()
    };
    for audience in audiences {
        let mut paths = principal.paths_of(audience.roles());
        let mine = own
            .iter()
            .filter(|(_, kind, _)| audience.teams().contains(kind));
        for (_, _, place) in mine {
            if !paths.iter().any(|path| path.contains(place)) {
                paths.push(place.clone());
            }
        }
        places.extend(paths.into_iter().map(|path| (path, audience.clone())));
    }
    let exclusions = exclusions::list_of(tx, principal.account).await?;
    let mut tasks = Vec::new();
    for _ in 0..MOST_READS {
        let want = limit - tasks.len();
        let mut ids = newest(tx, &places, after, want).await?;
        let more = ids.len() > want;
        ids.truncate(want);
        after = ids.last().copied().or(after);
        let found = see(tx, principal.account, load_tasks(tx, &ids).await?).await?;
        let open = |seen: &SeenTask| waits_for(seen, principal, &exclusions);
        tasks.extend(found.into_iter().filter(open));
        if !more {
            return Ok((tasks, None));
        }
        if tasks.len() >= limit {
            break;
        }
    }
    let next = after.map(|after| Cursor::encode(OPEN, &after));
    Ok((tasks, next))
}

/// Merges the newest tasks of all places; one more than wanted shows whether there are others.
async fn newest(
    tx: &Tx,
    places: &[(OrgPath, Audience)],
    after: Option<TaskId>,
    want: usize,
) -> Result<Vec<TaskId>, StoreError> {
    let mut merged = BTreeSet::new();
    for (place, audience) in places {
        merged.extend(list_open(tx, place, audience, after, one_more_than(want)).await?);
    }
    Ok(merged
        .into_iter()
        .rev()
        .take(want.saturating_add(1))
        .collect())
}

fn one_more_than(limit: usize) -> u64 {
    u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1)
}
