use auth::Ctx;
use kernel::{AccountId, CursorError, Named, TaskId};
use problem::{Category, Fact, FieldError, Kind, Message};
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, Writes, idempotency};

use super::App;
use super::claim_task::ClaimError;
use super::page::{PageWanted, Paged};
use super::pass_on_places::pass_on_place;
use super::pass_on_tasks::pass_on;
use super::standing::{find_waiting, unmet_by};
use crate::domain::invitation::{Invitation, InvitationOrigin, InvitationState, MOST_INVITED};
use crate::domain::runner::runs;
use crate::domain::standing::Requirement;
use crate::domain::task::Task;
use crate::domain::volunteer::VolunteerState;
use crate::events::{self, Cause};
use crate::store::{
    find_invitation, find_kept_place, find_task, find_volunteer_of, hold_task, list_invitations,
    list_invitations_of, load_tasks, put_invitation,
};

/// Name of the caller's invitations in their cursors.
const MINE: &str = "my-task-invitations";

/// Invites somebody to take a task.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct InviteToTask {
    pub(crate) task: TaskId,
    pub(crate) account: AccountId,
}

/// Why somebody isn't invited, or an invitation not answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvitationError {
    #[error(transparent)]
    Task(#[from] ClaimError),
    #[error("no such invitation")]
    NotFound,
    #[error("no certified volunteer")]
    NoVolunteer,
    #[error("not a candidate: {0:?}")]
    NoCandidate(Vec<Requirement>),
    #[error("has said no")]
    Refused,
    #[error("too many are invited")]
    TooMany,
    #[error("not in this state")]
    State,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Adds the rules that are not met to what is told.
pub(super) fn with_unmet(fact: Fact, unmet: &[Requirement]) -> Fact {
    let field = |rule: &Requirement| {
        let (zh, en) = rule.says();
        FieldError::new(format!("/{}", rule.name()), Message::new(zh, en))
    };
    fact.with_fields(unmet.iter().map(field).collect())
}

impl Category for InvitationError {
    fn fact(&self) -> Fact {
        match self {
            Self::Task(error) => error.fact(),
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "invitation-not-found",
                "没有这个邀请",
                "there is no such invitation",
            ),
            Self::NoVolunteer => Fact::new(
                Kind::Invalid,
                "not-a-volunteer-there",
                "此人不是已认证的志愿者",
                "this is no certified volunteer",
            )
            .at("/account_id"),
            Self::NoCandidate(unmet) => with_unmet(
                Fact::new(
                    Kind::Conflict,
                    "not-a-candidate",
                    "此人不符合接单条件",
                    "this person may not take the task",
                ),
                unmet,
            ),
            Self::Refused => Fact::new(
                Kind::Conflict,
                "invitation-refused",
                "此人已谢绝该任务",
                "this person has said no to the task",
            ),
            Self::TooMany => Fact::new(
                Kind::Conflict,
                "too-many-invitations",
                format!("一个任务最多邀请 {MOST_INVITED} 人"),
                format!("at most {MOST_INVITED} people are invited to a task"),
            ),
            Self::State => Fact::new(
                Kind::Conflict,
                "step-not-possible",
                "当前状态不能进行此操作",
                "not possible in the present state",
            ),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Invites one candidate; whoever is invited already stays so, and whose invitation lapsed is asked again.
pub(crate) async fn invite_to_task(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &InviteToTask,
) -> Result<Invitation, InvitationError> {
    app.db
        .write("task.invite", |tx| async move {
            idempotency::once(&tx, key, Box::pin(invite(app, ctx, command, &tx))).await
        })
        .await
}

async fn invite(
    app: &App,
    ctx: &Ctx,
    command: &InviteToTask,
    tx: &Tx,
) -> Result<Invitation, InvitationError> {
    // however many are asked at once, no more than may be
    hold_task(tx, command.task).await?;
    let task = find_waiting(tx, ctx, command.task).await?;
    let account = command.account;
    let known = find_invitation(tx, task.id, account).await?;
    match known
        .as_ref()
        .map(|known| (known, known.state_at(&task, ctx.now)))
    {
        Some((known, InvitationState::Invited)) => return Ok(known.clone()),
        Some((_, InvitationState::Refused)) => return Err(InvitationError::Refused),
        Some(_) | None => {}
    }
    if known.is_none() && count_invited(tx, task.id).await? >= MOST_INVITED {
        return Err(InvitationError::TooMany);
    }
    let volunteer = find_volunteer_of(tx, account).await?;
    let certified = volunteer.filter(|one| one.state == VolunteerState::Certified);
    if certified.is_none() {
        return Err(InvitationError::NoVolunteer);
    }
    let mut against = unmet_by(app, tx, &task, (account, ctx.now)).await?;
    if task.was_asked_by(account) {
        against.push(Requirement::NotRequester);
    }
    if task.is_barred_by(&exclusions::list_of(tx, account).await?) {
        against.push(Requirement::NotExcluded);
    }
    if !against.is_empty() {
        return Err(InvitationError::NoCandidate(against));
    }
    let until = ctx.now.plus(app.catalogue.task.invitation_time());
    let by = (ctx.principal.account, ctx.now);
    let invitation = Invitation::ask((task.id, account), known.as_ref(), by, until);
    put_invitation(tx, &invitation).await?;
    let told = events::invited(app.ids.as_ref(), Cause::Caller(ctx), &task, &invitation);
    let mut writes = Writes::default();
    bus::emit_with(&mut writes, &[told]);
    writes.run(tx).await?;
    Ok(invitation)
}

/// How many dispatchers have invited; those of the list are not theirs.
async fn count_invited(tx: &Tx, task: TaskId) -> Result<usize, StoreError> {
    let list = list_invitations(tx, task).await?.into_iter();
    let theirs = list.filter(|known| known.origin == InvitationOrigin::Dispatcher);
    Ok(theirs.count())
}

/// Lets the caller say no to a task; again is fine. Where it was kept for them, the next of its list is asked.
pub(crate) async fn refuse_invitation(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    id: TaskId,
) -> Result<Invitation, InvitationError> {
    app.db
        .write("task.refuse_invitation", |tx| async move {
            let effect = async {
                let held = hold_task(&tx, id).await?;
                let mut task = held.ok_or(InvitationError::NotFound)?;
                let found = find_invitation(&*tx, id, ctx.principal.account).await?;
                let mut invitation = found.ok_or(InvitationError::NotFound)?;
                match invitation.state_at(&task, ctx.now) {
                    InvitationState::Refused => return Ok(invitation),
                    InvitationState::Invited => {}
                    _ => return Err(InvitationError::State),
                }
                invitation.state = InvitationState::Refused;
                invitation.updated_at = ctx.now;
                put_invitation(&tx, &invitation).await?;
                let kept = find_kept_place(&*tx, id, invitation.account).await?;
                if let Some(kept) = kept {
                    pass_on_place(app, &tx, Cause::Caller(ctx), (&mut task, &kept)).await?;
                } else if task.kept_for(invitation.account).is_some() {
                    pass_on(app, &tx, Cause::Caller(ctx), &mut task).await?;
                }
                Ok(invitation)
            };
            idempotency::once(&tx, key, Box::pin(effect)).await
        })
        .await
}

/// Shows dispatchers of the place what became of the invitations to a task.
pub(crate) async fn list_task_invitations(
    app: &App,
    ctx: &Ctx,
    id: TaskId,
) -> Result<Vec<Invitation>, InvitationError> {
    let db = app.db.reader();
    let task = find_task(db, id).await?;
    let task = task.filter(|task| runs(&ctx.principal, &task.org_path));
    let task = task.ok_or(ClaimError::NotFound)?;
    let found = list_invitations(db, id).await?.into_iter();
    Ok(found
        .map(|invitation| by_now(invitation, &task, ctx))
        .collect())
}

fn by_now(mut invitation: Invitation, task: &Task, ctx: &Ctx) -> Invitation {
    invitation.state = invitation.state_at(task, ctx.now);
    invitation
}

/// Lists what the caller is or was invited to, the newest tasks first.
pub(crate) async fn list_my_invitations(
    app: &App,
    ctx: &Ctx,
    wanted: &PageWanted,
) -> Result<Paged<Invitation>, InvitationError> {
    let after = wanted.after(MINE)?;
    let (db, account) = (app.db.reader(), ctx.principal.account);
    let found = list_invitations_of(db, account, after, wanted.rows()).await?;
    let (page, next) = wanted.cut(MINE, found, |invitation| invitation.task);
    let ids: Vec<TaskId> = page.iter().map(|invitation| invitation.task).collect();
    let tasks = load_tasks(db, &ids).await?;
    let shown = page.into_iter().filter_map(|invitation| {
        let task = tasks.iter().find(|task| task.id == invitation.task)?;
        Some(by_now(invitation, task, ctx))
    });
    Ok((shown.collect(), next))
}
