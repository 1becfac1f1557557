//! Everything that is weighed when tasks are dispatched, or such a plan is accepted.

use jiff::civil::{Date, DateTime};
use kernel::{AccountId, Exclusions, TaskId, Timestamp};

use super::DispatchObstacle;
use crate::domain::catalogue::ServiceKind;
use crate::domain::invitation::{Invitation, InvitationOrigin, InvitationState, MOST_INVITED};
use crate::domain::standing::{Reason, Record, TaskRules, Wanted, reasons, unfit, unmet};
use crate::domain::task::{Task, TaskState};
use crate::domain::volunteer::{Volunteer, VolunteerState};

/// A volunteer who may be asked.
#[derive(Debug, Clone)]
pub(crate) struct Helper {
    pub(crate) volunteer: Volunteer,
    pub(crate) record: Record,
    pub(crate) exclusions: Exclusions,
}

/// A task with everybody who was ever asked for it.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) task: Task,
    pub(crate) invitations: Vec<Invitation>,
}

/// The whole.
#[derive(Debug, Clone)]
pub(crate) struct DispatchScene {
    pub(crate) now: Timestamp,
    pub(crate) today: Date,
    /// The present moment on the clock of the rules' zone.
    pub(crate) civil: DateTime,
    pub(crate) rules: TaskRules,
    /// What orders' tasks count as.
    pub(crate) kind: Option<ServiceKind>,
    /// In the order of their ids.
    pub(crate) jobs: Vec<Job>,
    /// In the order of their accounts.
    pub(crate) people: Vec<Helper>,
}

impl Job {
    pub(super) fn wanted(&self) -> Wanted<'_> {
        Wanted {
            place: &self.task.org_path,
            category: self.task.category.as_deref(),
            skills: &[],
        }
    }

    /// What became of the invitation of somebody by now.
    fn invitation(&self, account: AccountId, now: Timestamp) -> Option<InvitationState> {
        let mut known = self.invitations.iter();
        let known = known.find(|known| known.account == account)?;
        Some(known.state_at(&self.task, now))
    }

    /// Says why nobody at all is asked for the task, if so.
    pub(crate) fn is_shut(&self) -> Option<DispatchObstacle> {
        match (self.task.state, self.task.hold) {
            (TaskState::Open, None) => None,
            (TaskState::Open, Some(_)) => Some(DispatchObstacle::Kept),
            (TaskState::Claimed, _) => Some(DispatchObstacle::Taken),
            (TaskState::Done | TaskState::Cancelled, _) => Some(DispatchObstacle::Closed),
        }
    }

    /// Says whether dispatchers have invited as many as they may; whoever was invited may be asked again.
    fn is_crowded(&self) -> bool {
        let theirs = self.invitations.iter();
        let theirs = theirs.filter(|known| known.origin == InvitationOrigin::Dispatcher);
        theirs.count() >= MOST_INVITED
    }
}

impl DispatchScene {
    /// Finds somebody.
    pub(crate) fn find(&self, account: AccountId) -> Option<&Helper> {
        let people = &self.people;
        let found = people.binary_search_by_key(&account, |person| person.volunteer.account);
        people.get(found.ok()?)
    }

    /// Finds a task.
    pub(crate) fn job(&self, task: TaskId) -> Option<&Job> {
        let found = self.jobs.binary_search_by_key(&task, |job| job.task.id);
        self.jobs.get(found.ok()?)
    }

    /// Lists what keeps somebody from all tasks of a category.
    pub(super) fn personal_obstacles(
        &self,
        wanted: Wanted<'_>,
        person: &Helper,
    ) -> Vec<DispatchObstacle> {
        let volunteer = Some(&person.volunteer);
        let mut found = Vec::new();
        if person.volunteer.state != VolunteerState::Certified {
            found.push(DispatchObstacle::NotCertified);
        }
        found.extend(
            unfit(self.kind.as_ref(), volunteer, self.today)
                .into_iter()
                .map(DispatchObstacle::from),
        );
        let limits = unmet(
            &self.rules,
            wanted,
            (volunteer, &person.record),
            (self.today, self.now),
        );
        found.extend(limits.into_iter().map(DispatchObstacle::from));
        found
    }

    /// Lists what keeps somebody from this very task.
    pub(super) fn obstacles_between(&self, job: &Job, person: &Helper) -> Vec<DispatchObstacle> {
        let account = person.volunteer.account;
        let mut found = Vec::new();
        match job.invitation(account, self.now) {
            Some(InvitationState::Invited) => found.push(DispatchObstacle::Invited),
            Some(InvitationState::Refused) => found.push(DispatchObstacle::Refused),
            None if job.is_crowded() => found.push(DispatchObstacle::TooMany),
            Some(_) | None => {}
        }
        if job.task.was_asked_by(account) {
            found.push(DispatchObstacle::Requester);
        }
        if job.task.is_barred_by(&person.exclusions) {
            found.push(DispatchObstacle::KeepsOut);
        }
        found
    }

    /// Lists everything that stands against asking somebody for a task now.
    pub(crate) fn obstacles(&self, job: &Job, person: &Helper) -> Vec<DispatchObstacle> {
        let mut found = Vec::from_iter(job.is_shut());
        found.extend(self.obstacles_between(job, person));
        found.extend(self.personal_obstacles(job.wanted(), person));
        found
    }

    /// What speaks for and against somebody, load excepted: that grows with every task.
    pub(super) fn reasons(&self, job: &Job, person: &Helper) -> Vec<(Reason, i64)> {
        let who = (&person.volunteer, &person.record);
        let mut found = reasons(&self.rules, job.wanted(), who, self.civil);
        found.retain(|(reason, _)| *reason != Reason::Load);
        found
    }
}
