//! Trainings and awards of a volunteer as the organisation that gave them enters them (培训情况、表彰奖励, S35, S36): beside
//! what the volunteer claims with a proof. No version is overwritten.

use jiff::civil::Date;
use kernel::{AccountId, OrgPath, RecordEntryId, Timestamp, Version, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most entries of one volunteer's record.
pub(crate) const MOST_ENTRIES: u64 = 500;
/// Minutes of a day.
const DAY: i64 = 24 * 60;

named! {
    /// What an entry is about (记录类别).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum RecordEntryKind {
        /// 培训
        Training = "training",
        /// 表彰奖励
        Award = "award",
    }
}

named! {
    /// Whether an entry stands (记录状态).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum RecordEntryState {
        /// 有效
        Valid = "valid",
        /// 已撤销
        Revoked = "revoked",
    }
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entered {
    /// Name of the training or award.
    pub(crate) title: String,
    /// First day of the training, or the day of the award.
    pub(crate) from: Date,
    /// Last day of the training; the same day where it is left out.
    pub(crate) until: Option<Date>,
    /// Minutes of training; none of an award.
    pub(crate) minutes: Option<u32>,
    /// 级别, such as 区级 or 初级.
    pub(crate) level: Option<String>,
}

/// One version of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RecordEntry {
    pub(crate) id: RecordEntryId,
    pub(crate) version: Version,
    pub(crate) volunteer: AccountId,
    pub(crate) kind: RecordEntryKind,
    pub(crate) said: Entered,
    /// Who gave it, and puts it right.
    pub(crate) issuer: OrgPath,
    pub(crate) state: RecordEntryState,
    /// Why it was put right or revoked.
    pub(crate) reason: Option<String>,
    /// Who made this version.
    pub(crate) entered_by: AccountId,
    pub(crate) at: Timestamp,
}

/// What is done with an entry that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) enum EntryStep {
    /// 更正: this is right.
    Correct(Entered),
    /// 撤销: it never was so.
    Revoke,
}

/// Why an entry is not made or changed so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryRefusal {
    /// Nobody enters anything for themselves.
    Own,
    /// It ends before it begins.
    Term,
    /// It has not begun.
    Future,
    /// An award takes no minutes, and a training no more than its days have.
    Minutes,
    /// It was revoked.
    Revoked,
    /// There are too many.
    TooMany,
}

impl Entered {
    /// Says whether an entry of a kind may say this.
    fn check(&self, kind: RecordEntryKind, today: Date) -> Result<(), EntryRefusal> {
        let until = self.until.unwrap_or(self.from);
        if until < self.from {
            return Err(EntryRefusal::Term);
        }
        if self.from > today {
            return Err(EntryRefusal::Future);
        }
        let days = i64::from((until - self.from).get_days()) + 1;
        let most = match kind {
            RecordEntryKind::Training => days * DAY,
            RecordEntryKind::Award => 0,
        };
        let fits = |minutes: u32| minutes > 0 && i64::from(minutes) <= most;
        if self.minutes.is_some_and(|minutes| !fits(minutes)) {
            return Err(EntryRefusal::Minutes);
        }
        Ok(())
    }
}

impl RecordEntry {
    /// Makes the first version of an entry.
    pub(crate) fn enter(entry: Self, today: Date) -> Result<Self, EntryRefusal> {
        if entry.entered_by == entry.volunteer {
            return Err(EntryRefusal::Own);
        }
        entry.said.check(entry.kind, today)?;
        Ok(entry)
    }

    /// Makes the next version: it stands as it is right, or no longer.
    pub(crate) fn next(
        &self,
        step: &EntryStep,
        reason: String,
        (by, now, today): (AccountId, Timestamp, Date),
    ) -> Result<Self, EntryRefusal> {
        if by == self.volunteer {
            return Err(EntryRefusal::Own);
        }
        if self.state == RecordEntryState::Revoked {
            return Err(EntryRefusal::Revoked);
        }
        let (said, state) = match step {
            EntryStep::Correct(said) => {
                said.check(self.kind, today)?;
                (said.clone(), RecordEntryState::Valid)
            }
            EntryStep::Revoke => (self.said.clone(), RecordEntryState::Revoked),
        };
        Ok(Self {
            version: self.version.next(),
            said,
            state,
            reason: Some(reason),
            entered_by: by,
            at: now,
            ..self.clone()
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use jiff::civil::Date;
    use kernel::{AccountId, RecordEntryId, TypedId, Version};
    use uuid::Uuid;

    use super::{Entered, EntryRefusal, EntryStep, RecordEntry, RecordEntryKind, RecordEntryState};

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn account(number: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(number))
    }

    fn entry(kind: RecordEntryKind, minutes: Option<u32>) -> RecordEntry {
        RecordEntry {
            id: RecordEntryId::from_uuid(Uuid::nil()),
            version: Version::FIRST,
            volunteer: account(1),
            kind,
            said: Entered {
                title: "急救员培训".to_owned(),
                from: day("2026-11-20"),
                until: Some(day("2026-11-21")),
                minutes,
                level: None,
            },
            issuer: "/420105000000/".parse().unwrap(),
            state: RecordEntryState::Valid,
            reason: None,
            entered_by: account(2),
            at: "2026-11-22T12:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_training_takes_no_more_than_its_days_and_an_award_no_time() {
        let today = day("2026-11-22");
        let enter = |entry| RecordEntry::enter(entry, today).map(|_| ());
        assert_eq!(enter(entry(RecordEntryKind::Training, Some(2_880))), Ok(()));
        assert_eq!(enter(entry(RecordEntryKind::Award, None)), Ok(()));
        for (kind, minutes) in [
            (RecordEntryKind::Training, 2_881),
            (RecordEntryKind::Training, 0),
            (RecordEntryKind::Award, 1),
        ] {
            let refused = enter(entry(kind, Some(minutes)));
            assert_eq!(refused, Err(EntryRefusal::Minutes));
        }
        let mut reversed = entry(RecordEntryKind::Training, None);
        reversed.said.until = Some(day("2026-11-19"));
        assert_eq!(enter(reversed), Err(EntryRefusal::Term));
        let mut early = entry(RecordEntryKind::Award, None);
        (early.said.from, early.said.until) = (day("2026-11-23"), None);
        assert_eq!(enter(early), Err(EntryRefusal::Future));
        let mut own = entry(RecordEntryKind::Award, None);
        own.entered_by = account(1);
        assert_eq!(enter(own), Err(EntryRefusal::Own));
    }

    #[test]
    fn it_is_put_right_until_it_is_revoked_and_never_by_whom_it_is_about() {
        let first = entry(RecordEntryKind::Training, Some(60));
        let by = |number| (account(number), first.at, day("2026-11-22"));
        let mut right = first.said.clone();
        right.minutes = Some(90);
        let correct = EntryStep::Correct(right.clone());
        let why = || "时长有误".to_owned();
        assert_eq!(first.next(&correct, why(), by(1)), Err(EntryRefusal::Own));
        let second = first.next(&correct, why(), by(3)).unwrap();
        assert_eq!(
            (second.version, &second.said),
            (first.version.next(), &right)
        );
        let third = second.next(&EntryStep::Revoke, why(), by(2)).unwrap();
        assert_eq!(
            (third.state, &third.said),
            (RecordEntryState::Revoked, &right)
        );
        let again = third.next(&correct, why(), by(2));
        assert_eq!(again, Err(EntryRefusal::Revoked));
        assert_eq!(first.said.minutes, Some(60));
    }
}
