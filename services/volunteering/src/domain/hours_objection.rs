//! What a volunteer holds against a record of their own service (时长异议, S36): errors are checked and put right.

use kernel::{AccountId, HoursObjectionId, OrgPath, ServiceRecordId, Timestamp, Version, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hours::{HoursState, ServiceHours};

/// Most objections to one record, one after the other.
pub(crate) const MOST_OBJECTIONS: usize = 3;

named! {
    /// How far an objection to hours has come (时长异议状态).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum HoursObjectionState {
        /// 待答复
        Open = "open",
        /// 成立
        Upheld = "upheld",
        /// 不成立
        Dismissed = "dismissed",
    }
}

/// An objection to a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HoursObjection {
    pub(crate) id: HoursObjectionId,
    pub(crate) record: ServiceRecordId,
    /// Version of the record that it is about.
    pub(crate) record_version: Version,
    pub(crate) volunteer: AccountId,
    pub(crate) org_path: OrgPath,
    pub(crate) reason: String,
    pub(crate) state: HoursObjectionState,
    pub(crate) answer: Option<String>,
    pub(crate) answered_by: Option<AccountId>,
    /// Whoever answered had decided on the hours before: alone, as everybody sees who may see it.
    pub(crate) by_confirmer: bool,
    pub(crate) version: Version,
    pub(crate) created_at: Timestamp,
    pub(crate) answered_at: Option<Timestamp>,
}

/// Why an objection is not made or answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HoursObjectionRefusal {
    /// Nobody has said anything of the hours yet.
    Undecided,
    /// Another one waits for its answer.
    Open,
    /// There were enough.
    Many,
    /// It was answered before.
    Answered,
    /// Nobody answers their own.
    Own,
    /// What is right is missing, or given where nothing is put right.
    Minutes,
}

impl HoursObjection {
    /// Makes one to the latest version of a record, after those that came before.
    pub(crate) fn open(
        id: HoursObjectionId,
        hours: &ServiceHours,
        before: &[Self],
        (reason, now): (String, Timestamp),
    ) -> Result<Self, HoursObjectionRefusal> {
        if hours.state == HoursState::Pending {
            return Err(HoursObjectionRefusal::Undecided);
        }
        if before.iter().any(Self::is_open) {
            return Err(HoursObjectionRefusal::Open);
        }
        if before.len() >= MOST_OBJECTIONS {
            return Err(HoursObjectionRefusal::Many);
        }
        Ok(Self {
            id,
            record: hours.id,
            record_version: hours.version,
            volunteer: hours.volunteer,
            org_path: hours.org_path.clone(),
            reason,
            state: HoursObjectionState::Open,
            answer: None,
            answered_by: None,
            by_confirmer: false,
            version: Version::FIRST,
            created_at: now,
            answered_at: None,
        })
    }

    /// Says whether nobody has answered it.
    pub(crate) fn is_open(&self) -> bool {
        self.state == HoursObjectionState::Open
    }

    /// Answers it; the latest version of the hours says who had decided on them.
    pub(crate) fn answer(
        &mut self,
        upheld: bool,
        answer: String,
        (by, now): (AccountId, Timestamp),
        hours: &ServiceHours,
    ) -> Result<(), HoursObjectionRefusal> {
        if by == self.volunteer {
            return Err(HoursObjectionRefusal::Own);
        }
        if !self.is_open() {
            return Err(HoursObjectionRefusal::Answered);
        }
        self.state = if upheld {
            HoursObjectionState::Upheld
        } else {
            HoursObjectionState::Dismissed
        };
        self.answer = Some(answer);
        self.answered_by = Some(by);
        self.by_confirmer = hours.decided_by == Some(by);
        self.version = self.version.next();
        self.answered_at = Some(now);
        Ok(())
    }

    /// Says which minutes are to be put on record: none where the objection is dismissed, or where they were put right
    /// since it was made.
    pub(crate) fn to_correct(
        &self,
        upheld: bool,
        minutes: Option<u32>,
        hours: &ServiceHours,
    ) -> Result<Option<u32>, HoursObjectionRefusal> {
        match (upheld, minutes) {
            (true, Some(minutes)) => Ok(Some(minutes)),
            (true, None) if hours.version != self.record_version => Ok(None),
            (false, None) => Ok(None),
            (true, None) | (false, Some(_)) => Err(HoursObjectionRefusal::Minutes),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::{AccountId, HoursObjectionId, ServiceRecordId, TaskId, TypedId};
    use uuid::Uuid;

    use super::{HoursObjection, HoursObjectionRefusal, HoursObjectionState};
    use crate::domain::hours::{GivenService, ServedIn, ServiceHours, Verdict};

    fn account(number: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(number))
    }

    fn pending() -> ServiceHours {
        let served = GivenService {
            served_in: ServedIn::Task(TaskId::from_uuid(Uuid::nil())),
            volunteer: account(1),
            org_path: "/420105000000/".parse().unwrap(),
            kind: "visit".to_owned(),
            title: None,
            began_at: "2026-11-27T10:00:00Z".parse().unwrap(),
            ended_at: "2026-11-27T11:30:00Z".parse().unwrap(),
            at: "2026-11-27T12:00:00Z".parse().unwrap(),
        };
        ServiceHours::served(ServiceRecordId::from_uuid(Uuid::nil()), served, u32::MAX)
    }

    #[test]
    fn one_is_open_at_a_time_and_three_are_enough() {
        let pending = pending();
        let id = HoursObjectionId::from_uuid(Uuid::nil());
        let said = || ("提前签退有误".to_owned(), pending.at);
        let early = HoursObjection::open(id, &pending, &[], said());
        assert_eq!(early, Err(HoursObjectionRefusal::Undecided));
        let hours = pending.judged(&Verdict::Confirm, account(2), pending.at);
        let hours = hours.unwrap();
        let mut before = Vec::new();
        for _ in 0..3 {
            let mut made = HoursObjection::open(id, &hours, &before, said()).unwrap();
            let waits = [before.clone(), vec![made.clone()]].concat();
            let second = HoursObjection::open(id, &hours, &waits, said());
            assert_eq!(second, Err(HoursObjectionRefusal::Open));
            made.answer(false, "核实无误".to_owned(), (account(2), hours.at), &hours)
                .unwrap();
            before.push(made);
        }
        let fourth = HoursObjection::open(id, &hours, &before, said());
        assert_eq!(fourth, Err(HoursObjectionRefusal::Many));
    }

    #[test]
    fn others_answer_once_and_it_shows_who_judges_their_own_verdict() {
        let pending = pending();
        let hours = pending.judged(&Verdict::Confirm, account(2), pending.at);
        let hours = hours.unwrap();
        let id = HoursObjectionId::from_uuid(Uuid::nil());
        let said = ("提前签退有误".to_owned(), hours.at);
        let made = HoursObjection::open(id, &hours, &[], said).unwrap();
        let answer = |by| {
            let mut objection = made.clone();
            let by = (account(by), hours.at);
            let answered = objection.answer(true, "已核实".to_owned(), by, &hours);
            answered.map(|()| objection)
        };
        assert_eq!(answer(1), Err(HoursObjectionRefusal::Own));
        let by_other = answer(3).unwrap();
        assert_eq!(by_other.state, HoursObjectionState::Upheld);
        assert!(!by_other.by_confirmer && answer(2).unwrap().by_confirmer);
        let mut again = by_other;
        let by = (account(3), hours.at);
        let second = again.answer(false, "再议".to_owned(), by, &hours);
        assert_eq!(second, Err(HoursObjectionRefusal::Answered));
        // what is right is said, unless it was put right meanwhile
        assert_eq!(made.to_correct(true, Some(80), &hours), Ok(Some(80)));
        assert_eq!(made.to_correct(false, None, &hours), Ok(None));
        for (upheld, minutes) in [(true, None), (false, Some(80))] {
            let refused = made.to_correct(upheld, minutes, &hours);
            assert_eq!(refused, Err(HoursObjectionRefusal::Minutes));
        }
        let since = Verdict::Refuse {
            reason: "未到场".to_owned(),
        };
        let since = hours.judged(&since, account(3), hours.at).unwrap();
        assert_eq!(made.to_correct(true, None, &since), Ok(None));
    }
}
