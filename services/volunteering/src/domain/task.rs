//! A task and its states.

use auth::Principal;
use contracts::ticketing::OrderOffered;
use kernel::{AccountId, Exclusions, OrderId, OrgCode, OrgPath, TaskId, Timestamp, Version};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::audience::Audience;
use super::group::TaskPosition;

/// Where a task stands (任务状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TaskState {
    /// 待接单
    Open,
    /// 已接单
    Claimed,
    /// 已完成
    Done,
    /// 已取消
    Cancelled,
}

/// For whom an open task is kept (候补优先): somebody of its waiting list, who is asked whether they take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hold {
    pub(crate) account: AccountId,
    pub(crate) until: Timestamp,
    /// Until when the list comes first, however many of it are asked.
    pub(crate) list_until: Timestamp,
}

/// A task (任务): one round of handling of one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) id: TaskId,
    pub(crate) order_id: OrderId,
    pub(crate) round: u32,
    /// The order's human number.
    pub(crate) number: String,
    pub(crate) org_code: OrgCode,
    pub(crate) org_path: OrgPath,
    pub(crate) category: Option<String>,
    pub(crate) audience: Audience,
    /// A member of a team that it is meant for, as was looked up for who asks about it; never stored.
    #[serde(skip)]
    pub(crate) team_mate: Option<AccountId>,
    /// Who asked; may not take it.
    pub(crate) requester: Option<AccountId>,
    pub(crate) state: TaskState,
    /// Who has it, or did it.
    pub(crate) claimed_by: Option<AccountId>,
    pub(crate) claimed_at: Option<Timestamp>,
    /// Kept for somebody; only while it is open.
    #[serde(default)]
    pub(crate) hold: Option<Hold>,
    /// What it needs several people for; none where one person does it.
    #[serde(default)]
    pub(crate) positions: Vec<TaskPosition>,
    pub(crate) version: Version,
    pub(crate) opened_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// Why a task is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClaimRefusal {
    /// It is none of the caller's business.
    NotForCaller,
    /// The caller asked for the help.
    OwnOrder,
    /// Someone has it.
    Taken,
    /// It is kept for somebody else until then.
    Kept {
        /// When the next one is asked, or everybody may take it.
        until: Timestamp,
    },
    /// It has ended.
    Closed,
}

/// Why a task is not given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReleaseRefusal {
    /// It is none of the caller's business.
    NotForCaller,
    /// Nobody has it.
    NotTaken,
    /// It has ended.
    Closed,
}

/// What a new offer does to the task of its order and round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OfferOutcome {
    /// Nothing: it says what was known, or someone has the task.
    Unchanged,
    /// The task waits under the new facts.
    Waiting,
}

impl Task {
    /// Opens a task.
    pub(crate) fn open(id: TaskId, offer: OrderOffered, now: Timestamp) -> Self {
        Self {
            id,
            order_id: offer.order_id,
            round: offer.round,
            number: offer.number,
            org_code: offer.org_code,
            org_path: offer.org_path,
            category: offer.category,
            audience: Audience::with_teams(&offer.roles, &offer.teams),
            team_mate: None,
            requester: offer.requester,
            state: TaskState::Open,
            claimed_by: None,
            claimed_at: None,
            hold: None,
            positions: Vec::new(),
            version: Version::FIRST,
            opened_at: now,
            updated_at: now,
        }
    }

    /// Takes another offer of the same order and round.
    pub(crate) fn offer_again(&mut self, offer: OrderOffered, now: Timestamp) -> OfferOutcome {
        let mut fresh = Self::open(self.id, offer, now);
        let same = self.org_path == fresh.org_path
            && self.category == fresh.category
            && self.audience == fresh.audience
            && self.requester == fresh.requester;
        match self.state {
            TaskState::Claimed => return OfferOutcome::Unchanged,
            TaskState::Open if same => return OfferOutcome::Unchanged,
            _ => {}
        }
        fresh.version = self.version.next();
        fresh.opened_at = self.opened_at;
        *self = fresh;
        OfferOutcome::Waiting
    }

    /// Says whether the caller's roles and places, or their teams, are those that the task is meant for.
    pub(crate) fn is_meant_for(&self, principal: &Principal) -> bool {
        let roles = self.audience.roles();
        self.team_mate == Some(principal.account)
            || principal.holds_any_for(roles, &self.org_path, self.category.as_deref())
    }

    /// Says whether it is meant for the members of a team of this kind at this place.
    pub(crate) fn is_meant_for_team(&self, kind: &str, place: &OrgPath) -> bool {
        let mut teams = self.audience.teams().iter();
        teams.any(|wanted| wanted == kind) && place.contains(&self.org_path)
    }

    /// Says whether this is who asked.
    pub(crate) fn was_asked_by(&self, account: AccountId) -> bool {
        self.requester == Some(account)
    }

    /// Says whether somebody with these exclusions keeps out of it (回避).
    pub(crate) fn is_barred_by(&self, exclusions: &Exclusions) -> bool {
        exclusions.bar(self.requester, &[&self.org_path])
    }

    /// Says whether it has not ended.
    pub(crate) fn is_running(&self) -> bool {
        matches!(self.state, TaskState::Open | TaskState::Claimed)
    }

    /// Says whether the caller has it, or did it.
    pub(crate) fn is_of(&self, account: AccountId) -> bool {
        self.claimed_by == Some(account)
    }

    /// Says whether it is listed as open: to all that it is meant for, and kept for nobody, or with places to fill.
    pub(crate) fn is_listed(&self) -> bool {
        (self.state == TaskState::Open && self.hold.is_none()) || self.has_free_places()
    }

    /// Until when it is kept for somebody else than this.
    pub(crate) fn kept_from(&self, account: AccountId) -> Option<Timestamp> {
        let hold = self.hold.filter(|hold| hold.account != account)?;
        Some(hold.until)
    }

    /// Until when it is kept for this person.
    pub(crate) fn kept_for(&self, account: AccountId) -> Option<Timestamp> {
        let hold = self.hold.filter(|hold| hold.account == account)?;
        Some(hold.until)
    }

    /// Says whether the caller may take it now.
    pub(crate) fn is_open_to(&self, principal: &Principal) -> bool {
        self.state == TaskState::Open
            && self.kept_from(principal.account).is_none()
            && !self.was_asked_by(principal.account)
            && self.is_meant_for(principal)
    }

    /// Says whether the caller may see it.
    pub(crate) fn is_visible_to(&self, principal: &Principal) -> bool {
        self.is_of(principal.account) || self.is_open_to(principal) || self.has_room_for(principal)
    }

    /// Lets the caller take it.
    pub(crate) fn claim(
        &mut self,
        principal: &Principal,
        now: Timestamp,
    ) -> Result<(), ClaimRefusal> {
        if !self.is_of(principal.account) && !self.is_meant_for(principal) {
            return Err(ClaimRefusal::NotForCaller);
        }
        if self.was_asked_by(principal.account) {
            return Err(ClaimRefusal::OwnOrder);
        }
        match self.state {
            TaskState::Open => {}
            TaskState::Claimed => return Err(ClaimRefusal::Taken),
            TaskState::Done | TaskState::Cancelled => return Err(ClaimRefusal::Closed),
        }
        // whoever it is kept for has it until the next is asked, be that a little late
        if let Some(until) = self.kept_from(principal.account) {
            return Err(ClaimRefusal::Kept { until });
        }
        self.hold = None;
        self.claimed_by = Some(principal.account);
        self.claimed_at = Some(now);
        self.enter(TaskState::Claimed, now);
        Ok(())
    }

    /// Lets the one who has it give it back.
    pub(crate) fn release(
        &mut self,
        principal: &Principal,
        now: Timestamp,
    ) -> Result<(), ReleaseRefusal> {
        if !self.is_visible_to(principal) {
            return Err(ReleaseRefusal::NotForCaller);
        }
        match self.state {
            TaskState::Claimed if self.is_of(principal.account) => {}
            // others see a task that has places for them
            TaskState::Open | TaskState::Claimed => return Err(ReleaseRefusal::NotTaken),
            TaskState::Done | TaskState::Cancelled => return Err(ReleaseRefusal::Closed),
        }
        self.claimed_by = None;
        self.claimed_at = None;
        self.enter(TaskState::Open, now);
        Ok(())
    }

    /// Takes it back from whoever has had it, silently, for as long as the rules bear (逾期未办收回); returns who that is.
    pub(crate) fn take_back(&mut self, now: Timestamp) -> Option<AccountId> {
        if self.state != TaskState::Claimed {
            return None;
        }
        self.claimed_at = None;
        let had = self.claimed_by.take();
        self.enter(TaskState::Open, now);
        had
    }

    /// Lets the one whom it was kept for have no more time; it is kept for nobody until the next is asked.
    pub(crate) fn end_hold(&mut self, now: Timestamp) -> Option<Hold> {
        let hold = self.hold.take()?;
        self.enter(self.state, now);
        Some(hold)
    }

    /// Ends it: done if someone has it, else cancelled.
    pub(crate) fn close(&mut self, now: Timestamp) {
        self.hold = None;
        match self.state {
            TaskState::Open => self.enter(TaskState::Cancelled, now),
            TaskState::Claimed => self.enter(TaskState::Done, now),
            TaskState::Done | TaskState::Cancelled => {}
        }
    }

    fn enter(&mut self, state: TaskState, now: Timestamp) {
        self.state = state;
        self.touch(now);
    }

    pub(super) fn touch(&mut self, now: Timestamp) {
        self.version = self.version.next();
        self.updated_at = now;
    }
}

#[cfg(test)]
mod tests;
