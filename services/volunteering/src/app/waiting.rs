//! The waiting lists of a task (候补): who came too late is asked first when it is given back, or when a place of the
//! position that they wait for becomes free.

use auth::Ctx;
use kernel::{AccountId, TaskId};
use problem::{Category, Fact, Kind};
use serde::{Deserialize, Serialize};
use store::{IdempotencyKey, StoreError, Tx, Writes, idempotency};

use super::App;
use super::claim_task::ClaimError;
use super::group_error::GroupError;
use super::pass_on_places::pass_on_place;
use super::pass_on_tasks::pass_on;
use super::seen_task::mark_team_mate;
use super::standing::unmet_by_for;
use crate::domain::invitation::InvitationState;
use crate::domain::runner::runs;
use crate::domain::task::Task;
use crate::domain::waiting::{LEADING, WaitRefusal, Waiting};
use crate::events::Cause;
use crate::store::{
    delete_waiting, find_invitation, find_kept_place, find_place, find_task, find_waiting_of,
    hold_task, insert_waiting, list_waiting, put_invitation,
};

/// Why somebody is not put on the list of a task.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WaitError {
    #[error(transparent)]
    Task(#[from] ClaimError),
    #[error(transparent)]
    Group(#[from] GroupError),
    #[error("refused: {0:?}")]
    Refused(WaitRefusal),
    #[error("the rules know no lists")]
    NoList,
    #[error("{0} people are on the list")]
    Full(u32),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<WaitRefusal> for WaitError {
    fn from(refusal: WaitRefusal) -> Self {
        match refusal {
            WaitRefusal::Closed => Self::Task(ClaimError::Closed),
            other => Self::Refused(other),
        }
    }
}

impl Category for WaitError {
    fn fact(&self) -> Fact {
        let conflict =
            |slug, zh: &'static str, en: &'static str| Fact::new(Kind::Conflict, slug, zh, en);
        match self {
            Self::Task(error) => error.fact(),
            Self::Group(error) => error.fact(),
            Self::Refused(WaitRefusal::FreePlaces) => conflict(
                "position-open",
                "岗位还有名额，可直接认领",
                "the position has free places; take one",
            ),
            Self::Refused(WaitRefusal::OtherList) => conflict(
                "waits-already",
                "您已在本任务的另一候补名单上",
                "you wait for something else of the task",
            ),
            Self::Refused(WaitRefusal::Own) => {
                conflict("own-task", "您已承接此任务", "you have this task")
            }
            Self::Refused(WaitRefusal::Asked) => conflict(
                "task-kept-for-you",
                "任务正为您保留，请接单或谢绝",
                "the task is kept for you; take it or say no",
            ),
            Self::Refused(WaitRefusal::Open | WaitRefusal::Closed) => conflict(
                "task-open",
                "任务待接单，可以直接接单",
                "nobody has the task; it can be taken",
            ),
            Self::NoList => conflict(
                "no-waiting-list",
                "任务不设候补",
                "tasks have no waiting lists",
            ),
            Self::Full(most) => Fact::new(
                Kind::Conflict,
                "waiting-list-full",
                format!("候补名单已满（最多 {most} 人）"),
                format!("the waiting list is full: {most} people at most"),
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Somebody on a list, and how many are asked before them, themselves counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InLine {
    pub(crate) waiting: Waiting,
    pub(crate) position: usize,
}

/// Numbers a list.
fn numbered(line: Vec<Waiting>) -> impl Iterator<Item = InLine> {
    let place = |(position, waiting)| InLine { waiting, position };
    (1..).zip(line).map(place)
}

/// Finds the place of somebody on a list.
pub(super) fn place_of(line: Vec<Waiting>, account: AccountId) -> Option<InLine> {
    numbered(line).find(|place| place.waiting.account == account)
}

/// Puts the caller on the list of a task that somebody else has, or is asked about, or of one of its positions that is
/// full; again changes nothing.
pub(crate) async fn join_waiting(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    which: (TaskId, u32),
) -> Result<InLine, WaitError> {
    app.db
        .write("task.wait", |tx| async move {
            idempotency::once(&tx, key, Box::pin(join(app, ctx, which, &tx))).await
        })
        .await
}

/// Says whether the caller may know that there is such a task.
async fn is_known_to(tx: &Tx, ctx: &Ctx, task: &Task) -> Result<bool, StoreError> {
    let account = ctx.principal.account;
    if task.is_of(account) {
        return Ok(true);
    }
    let mut known = task.clone();
    mark_team_mate(tx, account, std::slice::from_mut(&mut known)).await?;
    Ok(known.is_meant_for(&ctx.principal)
        && !task.is_barred_by(&exclusions::list_of(tx, account).await?))
}

/// Says whether the caller may wait for a position of a task.
async fn may_wait_for_place(
    ctx: &Ctx,
    tx: &Tx,
    (task, position): (&Task, u32),
) -> Result<(), WaitError> {
    let account = ctx.principal.account;
    let wanted = task
        .find_position(&ctx.principal, position)
        .map_err(GroupError::from)?;
    if find_place(tx, task.id, account).await?.is_some() {
        return Err(GroupError::HasOne.into());
    }
    if find_kept_place(tx, task.id, account).await?.is_some() {
        return Err(WaitRefusal::Asked.into());
    }
    if wanted.free() > 0 {
        return Err(WaitRefusal::FreePlaces.into());
    }
    Ok(())
}

async fn join(
    app: &App,
    ctx: &Ctx,
    (id, position): (TaskId, u32),
    tx: &Tx,
) -> Result<InLine, WaitError> {
    // held: nobody gives the task back while a place on its list is found
    let task = hold_task(tx, id).await?.ok_or(ClaimError::NotFound)?;
    let account = ctx.principal.account;
    if !is_known_to(tx, ctx, &task).await? {
        return Err(ClaimError::NotFound.into());
    }
    if task.was_asked_by(account) {
        return Err(ClaimError::OwnOrder.into());
    }
    if position == LEADING {
        task.may_be_waited_for(account)?;
    } else {
        may_wait_for_place(ctx, tx, (&task, position)).await?;
    }
    let known = find_waiting_of(tx, id, account).await?;
    if known.is_some_and(|known| known.position != position) {
        return Err(WaitRefusal::OtherList.into());
    }
    let line = list_waiting(tx, (id, position)).await?;
    let (length, last) = (line.len(), line.last().map(|waiting| waiting.ticket));
    if let Some(known) = place_of(line, account) {
        return Ok(known);
    }
    let most = app.catalogue.task.waiting_most;
    if most == 0 {
        return Err(WaitError::NoList);
    }
    if u32::try_from(length).is_ok_and(|length| length >= most) {
        return Err(WaitError::Full(most));
    }
    let skills = task.skills_of(position);
    let mut unmet = unmet_by_for(app, tx, (&task, &skills), (account, ctx.now)).await?;
    // whoever leads it has it already: it is no other task
    unmet.retain(|rule| !task.is_of(account) || !rule.is_about_load());
    if !unmet.is_empty() {
        return Err(ClaimError::Unmet(unmet).into());
    }
    let waiting = Waiting {
        task: id,
        account,
        position,
        ticket: last.unwrap_or_default().saturating_add(1),
        joined_at: ctx.now,
    };
    let mut writes = Writes::default();
    insert_waiting(&mut writes, &waiting);
    writes.run(tx).await?;
    Ok(InLine {
        waiting,
        position: length.saturating_add(1),
    })
}

/// Takes the caller off whatever list of a task they are on; whoever is asked right now says no by it. Again is fine.
pub(crate) async fn leave_waiting(app: &App, ctx: &Ctx, id: TaskId) -> Result<(), WaitError> {
    app.db
        .write("task.wait_no_more", |tx| async move {
            let found = hold_task(&tx, id).await?;
            let mut task = found.ok_or(ClaimError::NotFound)?;
            let account = ctx.principal.account;
            if task.kept_for(account).is_some() {
                say_no(&tx, ctx, &task).await?;
                return Ok(pass_on(app, &tx, Cause::Caller(ctx), &mut task).await?);
            }
            if let Some(kept) = find_kept_place(&*tx, id, account).await? {
                say_no(&tx, ctx, &task).await?;
                let which = (&mut task, &kept);
                let passed = pass_on_place(app, &tx, Cause::Caller(ctx), which);
                return Ok(Box::pin(passed).await?);
            }
            let waits = find_waiting_of(&*tx, id, account).await?.is_some();
            // of a task that has become none of their business they may still take leave
            if !waits && !is_known_to(&tx, ctx, &task).await? {
                return Err(ClaimError::NotFound.into());
            }
            Ok(delete_waiting(&tx, id, account).await?)
        })
        .await
}

/// Notes that the caller does not want the task that is kept for them, where there is time left to say it.
async fn say_no(tx: &Tx, ctx: &Ctx, task: &Task) -> Result<(), StoreError> {
    let found = find_invitation(tx, task.id, ctx.principal.account).await?;
    let open = |state| state == InvitationState::Invited;
    if let Some(mut invitation) = found.filter(|known| open(known.state_at(task, ctx.now))) {
        invitation.state = InvitationState::Refused;
        invitation.updated_at = ctx.now;
        put_invitation(tx, &invitation).await?;
    }
    Ok(())
}

/// Shows dispatchers of the place who waits for a task, or for one of its positions, the first first.
pub(crate) async fn list_waiting_for(
    app: &App,
    ctx: &Ctx,
    (id, position): (TaskId, u32),
) -> Result<Vec<InLine>, WaitError> {
    let db = app.db.reader();
    let task = find_task(db, id).await?;
    let task = task.filter(|task| runs(&ctx.principal, &task.org_path));
    task.ok_or(ClaimError::NotFound)?;
    Ok(numbered(list_waiting(db, (id, position)).await?).collect())
}

#[cfg(test)]
mod tests;
