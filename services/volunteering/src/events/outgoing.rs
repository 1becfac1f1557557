use auth::Ctx;
use bus::{Envelope, EventMeta};
use contracts::volunteering::{TaskClaimed, TaskInvited, TaskOpened, TaskReleased, TaskReminded};
use kernel::{AccountId, IdSource, IdSourceExt, Named, Timestamp};

use super::service::Cause;
use crate::domain::invitation::{Invitation, InvitationOrigin};
use crate::domain::task::Task;

/// A task waits for someone.
pub(crate) fn opened(ids: &dyn IdSource, cause: &Envelope, task: &Task) -> Envelope {
    let (subject, version) = (task.id.to_string(), task.version.get());
    Envelope::new(
        EventMeta::caused_by(cause, ids.next(), subject, version, task.updated_at),
        &TaskOpened {
            task_id: task.id,
            order_id: task.order_id,
            number: task.number.clone(),
            org_path: task.org_path.clone(),
            roles: task.audience.roles().to_vec(),
            requester: task.requester,
        },
    )
}

/// The caller took a task.
pub(crate) fn claimed(ids: &dyn IdSource, ctx: &Ctx, task: &Task) -> Envelope {
    let (task_id, order_id) = (task.id, task.order_id);
    let volunteer = ctx.principal.account;
    Envelope::new(
        by_caller(ids, ctx, task),
        &TaskClaimed {
            task_id,
            order_id,
            volunteer,
        },
    )
}

/// Somebody is asked to take a task: by the caller, or because they waited for it and it was given back.
pub(crate) fn invited(
    ids: &dyn IdSource,
    cause: Cause<'_>,
    task: &Task,
    invitation: &Invitation,
) -> Envelope {
    let listed = invitation.origin == InvitationOrigin::WaitingList;
    Envelope::new(
        caused(ids, cause, task),
        &TaskInvited {
            task_id: task.id,
            order_id: task.order_id,
            number: task.number.clone(),
            org_path: task.org_path.clone(),
            volunteer: invitation.account,
            due_at: invitation.until,
            origin: listed.then(|| invitation.origin.name().to_owned()),
            position: invitation.position,
        },
    )
}

/// Somebody who has a task has been silent for long.
pub(crate) fn reminded(
    ids: &dyn IdSource,
    task: &Task,
    volunteer: AccountId,
    (due_at, now): (Timestamp, Timestamp),
) -> Envelope {
    Envelope::new(
        by_job(ids, task, now),
        &TaskReminded {
            task_id: task.id,
            order_id: task.order_id,
            number: task.number.clone(),
            org_path: task.org_path.clone(),
            volunteer,
            due_at,
        },
    )
}

/// The caller gave a task back.
pub(crate) fn released(ids: &dyn IdSource, ctx: &Ctx, task: &Task) -> Envelope {
    let (task_id, order_id) = (task.id, task.order_id);
    let volunteer = ctx.principal.account;
    Envelope::new(
        by_caller(ids, ctx, task),
        &TaskReleased {
            task_id,
            order_id,
            volunteer,
            reason: None,
        },
    )
}

/// Somebody who takes part in a group task leads it from now on.
pub(crate) fn handed_over(
    ids: &dyn IdSource,
    cause: Cause<'_>,
    task: &Task,
    volunteer: AccountId,
) -> Envelope {
    Envelope::new(
        caused(ids, cause, task),
        &TaskClaimed {
            task_id: task.id,
            order_id: task.order_id,
            volunteer,
        },
    )
}

/// Why a task is taken back from somebody who did not give it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TakenBack {
    /// 催办后收回: silent for too long.
    Silence,
    /// 志愿者停用: no volunteer by now.
    Suspended,
}

impl TakenBack {
    const fn code(self) -> &'static str {
        match self {
            Self::Silence => "silence",
            Self::Suspended => "suspended",
        }
    }
}

/// A task was taken back.
pub(crate) fn taken_back(
    ids: &dyn IdSource,
    cause: Cause<'_>,
    task: &Task,
    (volunteer, why): (AccountId, TakenBack),
) -> Envelope {
    let (task_id, order_id) = (task.id, task.order_id);
    Envelope::new(
        caused(ids, cause, task),
        &TaskReleased {
            task_id,
            order_id,
            volunteer,
            reason: Some(why.code().to_owned()),
        },
    )
}

fn caused(ids: &dyn IdSource, cause: Cause<'_>, task: &Task) -> EventMeta {
    match cause {
        Cause::Caller(ctx) => by_caller(ids, ctx, task),
        Cause::Job(now) => by_job(ids, task, now),
    }
}

fn by_job(ids: &dyn IdSource, task: &Task, time: Timestamp) -> EventMeta {
    let subject = task.id.to_string();
    EventMeta {
        id: ids.next(),
        aggregate_version: task.version.get(),
        time,
        district: task.org_code.district().to_owned(),
        actor: None,
        correlation_id: subject.clone(),
        causation_id: None,
        traceparent: None,
        subject,
    }
}

fn by_caller(ids: &dyn IdSource, ctx: &Ctx, task: &Task) -> EventMeta {
    EventMeta {
        id: ids.next(),
        subject: task.id.to_string(),
        aggregate_version: task.version.get(),
        time: ctx.now,
        district: task.org_code.district().to_owned(),
        actor: Some(ctx.principal.account.to_string()),
        correlation_id: ctx.trace.trace_id.clone(),
        causation_id: None,
        traceparent: Some(ctx.trace.traceparent()),
    }
}
