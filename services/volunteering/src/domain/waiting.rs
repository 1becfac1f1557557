//! The waiting lists of a task (候补): who came too late, and is asked first when the task is given back, or when a place
//! of one of its positions becomes free.

use std::time::Duration;

use kernel::{AccountId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};

use super::task::{Hold, Task, TaskState};

/// Longest list that rules may allow.
pub(crate) const LONGEST_LIST: u32 = 50;

/// What the list for leading a task stands for among its positions, which are numbered from 1.
pub(crate) const LEADING: u32 = 0;

/// Somebody on a list of a task; nobody is on two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) task: TaskId,
    pub(crate) account: AccountId,
    /// The position that they wait for, or [`LEADING`].
    #[serde(default)]
    pub(crate) position: u32,
    /// Those with a smaller one come first.
    pub(crate) ticket: i64,
    pub(crate) joined_at: Timestamp,
}

/// Why somebody is not put on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WaitRefusal {
    /// Nobody has it: it can be taken.
    Open,
    /// The position has places that can be taken.
    FreePlaces,
    /// The caller waits for something else of the task.
    OtherList,
    /// The caller has it.
    Own,
    /// The caller is asked right now.
    Asked,
    /// It has ended.
    Closed,
}

impl Task {
    /// Says whether somebody may wait for it.
    pub(crate) fn may_be_waited_for(&self, account: AccountId) -> Result<(), WaitRefusal> {
        match (self.state, self.hold) {
            (TaskState::Done | TaskState::Cancelled, _) => Err(WaitRefusal::Closed),
            (TaskState::Claimed, _) if self.is_of(account) => Err(WaitRefusal::Own),
            (TaskState::Open, None) => Err(WaitRefusal::Open),
            (TaskState::Open, Some(hold)) if hold.account == account => Err(WaitRefusal::Asked),
            (TaskState::Claimed, _) | (TaskState::Open, Some(_)) => Ok(()),
        }
    }
}

/// For how long the list of a task has precedence (候补优先时限).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Precedence {
    /// Of one person.
    pub(crate) each: Duration,
    /// Of all of them, from the moment at which the task was given back: the limit of the order runs meanwhile.
    pub(crate) all: Duration,
}

impl Precedence {
    /// Until when the list comes first; what is known already stays.
    pub(crate) fn ends(self, known: Option<Timestamp>, now: Timestamp) -> Timestamp {
        known.unwrap_or_else(|| now.plus(self.all))
    }

    /// Keeps a task for somebody; for nobody once the time of the list is over.
    pub(crate) fn keep(
        self,
        account: AccountId,
        list_until: Timestamp,
        now: Timestamp,
    ) -> Option<Hold> {
        (list_until > now).then(|| Hold {
            account,
            until: now.plus(self.each).min(list_until),
            list_until,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kernel::{AccountId, Timestamp, TypedId};
    use uuid::Uuid;

    use super::Precedence;

    #[test]
    fn one_has_a_while_and_all_together_a_longer_one() {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        let rule = Precedence {
            each: minutes(120),
            all: minutes(180),
        };
        let first = Timestamp::UNIX_EPOCH;
        let ends = rule.ends(None, first);
        let account = AccountId::from_uuid(Uuid::from_u128(1));
        let until = |now| rule.keep(account, ends, now).map(|hold| hold.until);
        assert_eq!(until(first), Some(first.plus(minutes(120))));
        // the second has what is left
        let second = first.plus(minutes(120));
        assert_eq!(rule.ends(Some(ends), second), ends);
        assert_eq!(until(second), Some(first.plus(minutes(180))));
        assert_eq!(until(ends), None);
    }
}
