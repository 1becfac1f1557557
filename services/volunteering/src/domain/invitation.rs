//! An invitation to take a task (邀请接单): a dispatcher or its waiting list asks one person, who claims it, says no, or
//! lets it lapse.

use kernel::{AccountId, TaskId, Timestamp, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::task::{Task, TaskState};

/// Most people whom dispatchers invite to one task.
pub(crate) const MOST_INVITED: usize = 50;
/// Most invitations to one task that are shown, those of its waiting list among them.
pub(crate) const MOST_SHOWN: u64 = 200;

named! {
    /// What became of an invitation (邀请状态).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = TaskInvitationState)]
    pub(crate) enum InvitationState {
        /// 待答复
        Invited = "invited",
        /// 已接单
        Claimed = "claimed",
        /// 已谢绝
        Refused = "refused",
        /// 逾期未答复
        Lapsed = "lapsed",
        /// 任务已由他人承接或已结束
        Void = "void",
    }
}

named! {
    /// Why somebody is asked (邀请来源).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = TaskInvitationOrigin)]
    pub(crate) enum InvitationOrigin {
        /// 派单员邀请
        Dispatcher = "dispatcher",
        /// 候补递补
        WaitingList = "waiting_list",
    }
}

impl InvitationOrigin {
    /// What an answer that was kept before there were lists says.
    pub(crate) const fn dispatcher() -> Self {
        Self::Dispatcher
    }
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Invitation {
    pub(crate) task: TaskId,
    pub(crate) account: AccountId,
    pub(crate) state: InvitationState,
    #[serde(default = "InvitationOrigin::dispatcher")]
    pub(crate) origin: InvitationOrigin,
    /// The position of a group task that it is about; nothing for the task itself.
    #[serde(default)]
    pub(crate) position: Option<u32>,
    /// Of those who waited, they themselves.
    pub(crate) invited_by: AccountId,
    pub(crate) until: Timestamp,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Invitation {
    /// What a dispatcher asks of somebody, over what they were asked before.
    pub(crate) fn ask(
        (task, account): (TaskId, AccountId),
        known: Option<&Self>,
        (invited_by, now): (AccountId, Timestamp),
        until: Timestamp,
    ) -> Self {
        Self {
            task,
            account,
            state: InvitationState::Invited,
            origin: InvitationOrigin::Dispatcher,
            position: None,
            invited_by,
            until,
            created_at: known.map_or(now, |known| known.created_at),
            updated_at: now,
        }
    }

    /// What became of it by now: nobody has to write down that it was accepted, or that time has passed.
    pub(crate) fn state_at(&self, task: &Task, now: Timestamp) -> InvitationState {
        // places are there as long as somebody leads
        let (own, wanted) = match self.position {
            Some(_) => (false, TaskState::Claimed),
            None => (task.is_of(self.account), TaskState::Open),
        };
        match self.state {
            InvitationState::Invited if own => InvitationState::Claimed,
            InvitationState::Invited if task.state != wanted => InvitationState::Void,
            InvitationState::Invited if self.until <= now => InvitationState::Lapsed,
            state => state,
        }
    }
}
