//! Group tasks (多岗位任务): one of several people has the task and leads (负责人), the others fill positions (岗位).

use std::collections::BTreeSet;

use auth::Principal;
use kernel::{AccountId, TaskId, Timestamp, named};
use serde::{Deserialize, Serialize};

use super::task::{Task, TaskState};

/// Most positions of a task.
pub(crate) const MOST_POSITIONS: usize = 20;
/// Most people for one position.
pub(crate) const MOST_NEEDED: u32 = 50;
/// Most places of a task.
pub(crate) const MOST_PLACES: u64 = 1_000;

/// Something that a task needs people for (岗位).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TaskPosition {
    /// From 1, in the order in which they were given.
    pub(crate) number: u32,
    /// What people there do.
    pub(crate) name: String,
    pub(crate) needed: u32,
    /// Skills that it needs beyond those of the category.
    pub(crate) skills: BTreeSet<String>,
    /// How many have it.
    pub(crate) taken: u32,
}

impl TaskPosition {
    /// How many more may take it.
    pub(crate) fn free(&self) -> u32 {
        self.needed.saturating_sub(self.taken)
    }
}

named! {
    /// Whether somebody fills a place still.
    #[derive(Serialize, Deserialize)]
    pub(crate) enum PlaceState {
        /// 在岗
        Held = "held",
        /// 为候补人保留
        Kept = "kept",
        /// 任务已完成
        Done = "done",
    }
}

/// Somebody's place in a group task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TaskPlace {
    pub(crate) task: TaskId,
    pub(crate) account: AccountId,
    pub(crate) position: u32,
    pub(crate) state: PlaceState,
    /// Those with a smaller one came first.
    pub(crate) ticket: i64,
    /// Since when they fill it; of one that is kept, since when it has been free.
    pub(crate) since: Timestamp,
    /// Until when it is kept for them.
    #[serde(default)]
    pub(crate) until: Option<Timestamp>,
}

/// Why positions are not set, taken or left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupRefusal {
    /// It is none of the caller's business.
    NotForCaller,
    /// The caller asked for the help.
    OwnOrder,
    /// There is no such position.
    NoPosition,
    /// Nobody leads it yet.
    NoLead,
    /// Enough people have it.
    Full,
    /// Somebody has the task: its positions are settled.
    Taken,
    /// It is kept for somebody until then.
    Kept {
        /// When the next one is asked, or everybody may take it.
        until: Timestamp,
    },
    /// It has ended.
    Closed,
}

impl Task {
    /// Says whether several people do it.
    pub(crate) fn is_group(&self) -> bool {
        !self.positions.is_empty()
    }

    /// Says whether a position of it waits for somebody while others are at it.
    pub(crate) fn has_free_places(&self) -> bool {
        self.state == TaskState::Claimed && self.positions.iter().any(|one| one.free() > 0)
    }

    /// Says whether the caller may take one of its positions.
    pub(crate) fn has_room_for(&self, principal: &Principal) -> bool {
        self.has_free_places()
            && !self.was_asked_by(principal.account)
            && self.is_meant_for(principal)
    }

    /// Makes it a group task, or another one, before anybody has it.
    pub(crate) fn set_positions(
        &mut self,
        positions: Vec<TaskPosition>,
        now: Timestamp,
    ) -> Result<(), GroupRefusal> {
        match (self.state, self.hold) {
            (TaskState::Open, None) => {}
            (TaskState::Open, Some(hold)) => {
                return Err(GroupRefusal::Kept { until: hold.until });
            }
            (TaskState::Claimed, _) => return Err(GroupRefusal::Taken),
            (TaskState::Done | TaskState::Cancelled, _) => return Err(GroupRefusal::Closed),
        }
        self.positions = positions;
        self.touch(now);
        Ok(())
    }

    /// Finds a position that the caller may ask for.
    pub(crate) fn find_position(
        &self,
        principal: &Principal,
        number: u32,
    ) -> Result<&TaskPosition, GroupRefusal> {
        if !self.is_of(principal.account) && !self.is_meant_for(principal) {
            return Err(GroupRefusal::NotForCaller);
        }
        let mut positions = self.positions.iter();
        let position = positions.find(|one| one.number == number);
        let position = position.ok_or(GroupRefusal::NoPosition)?;
        if self.was_asked_by(principal.account) {
            return Err(GroupRefusal::OwnOrder);
        }
        match self.state {
            TaskState::Claimed => Ok(position),
            TaskState::Open => Err(GroupRefusal::NoLead),
            TaskState::Done | TaskState::Cancelled => Err(GroupRefusal::Closed),
        }
    }

    /// Fills a place of a position.
    pub(crate) fn fill(&mut self, number: u32, now: Timestamp) -> Result<(), GroupRefusal> {
        let mut positions = self.positions.iter_mut();
        let position = positions.find(|one| one.number == number);
        let position = position.ok_or(GroupRefusal::NoPosition)?;
        if position.free() == 0 {
            return Err(GroupRefusal::Full);
        }
        position.taken = position.taken.saturating_add(1);
        self.touch(now);
        Ok(())
    }

    /// Counts a place as filled: it is kept for somebody who waited. The step that does so counts as one of the task's.
    pub(crate) fn reserve(&mut self, number: u32) {
        let mut positions = self.positions.iter_mut();
        if let Some(position) = positions.find(|one| one.number == number) {
            position.taken = position.taken.saturating_add(1).min(position.needed);
        }
    }

    /// Lets somebody fill the place that was kept for them.
    pub(crate) fn take_kept(&mut self, now: Timestamp) {
        self.touch(now);
    }

    /// Lists the skills that a position asks for beyond those of the category; leading asks for none.
    pub(crate) fn skills_of(&self, number: u32) -> Vec<String> {
        let mut positions = self.positions.iter();
        let position = positions.find(|one| one.number == number);
        position.map_or_else(Vec::new, |one| one.skills.iter().cloned().collect())
    }

    /// Empties a place of a position; the step that does so counts as one of the task's.
    pub(crate) fn vacate(&mut self, number: u32) {
        let mut positions = self.positions.iter_mut();
        if let Some(position) = positions.find(|one| one.number == number) {
            position.taken = position.taken.saturating_sub(1);
        }
    }

    /// Lets somebody leave their place of a position.
    pub(crate) fn leave(&mut self, number: u32, now: Timestamp) {
        self.vacate(number);
        self.touch(now);
    }

    /// Empties all places.
    pub(crate) fn vacate_all(&mut self) {
        for position in &mut self.positions {
            position.taken = 0;
        }
    }

    /// Makes somebody lead it who takes part already (负责人移交).
    pub(crate) fn hand_over(&mut self, account: AccountId, now: Timestamp) {
        self.state = TaskState::Claimed;
        self.claimed_by = Some(account);
        // whoever leads from now on has all the time until a reminder
        self.claimed_at = Some(now);
        self.touch(now);
    }
}

#[cfg(test)]
mod tests;
