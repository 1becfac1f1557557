//! Hours of service (服务时长): what was served, who confirmed it, what was put right later. No version is overwritten.

use kernel::{
    AccountId, ActivityId, ImportId, OrgPath, ServiceRecordId, SignUpId, TaskId, Timestamp,
    Version, named,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

named! {
    /// How far a record has come (服务记录状态).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = ServiceHoursState)]
    pub(crate) enum HoursState {
        /// 待确认
        Pending = "pending",
        /// 已确认
        Confirmed = "confirmed",
        /// 已更正
        Corrected = "corrected",
        /// 不予确认
        Refused = "refused",
    }
}

impl HoursState {
    /// Says whether its minutes count.
    pub(crate) fn counts(self) -> bool {
        matches!(self, Self::Confirmed | Self::Corrected)
    }
}

named! {
    /// By what somebody's time in a shift is known (计时依据).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = ServiceTimedBy)]
    pub(crate) enum TimedBy {
        /// 扫码签到签退
        Code = "code",
        /// 组织者补记
        Organiser = "organiser",
        /// 未签退，系统按班次结束时间计
        System = "system",
    }
}

/// What somebody served in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ServedIn {
    /// A shift of an activity, with a sign-up.
    Shift {
        /// The sign-up.
        sign_up: SignUpId,
        /// The activity.
        activity: ActivityId,
    },
    /// An order's task that somebody took (接单).
    Task(TaskId),
    /// Something elsewhere, as a sheet that was taken over says (导入).
    Elsewhere(ImportId),
}

/// One version of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ServiceHours {
    pub(crate) id: ServiceRecordId,
    pub(crate) version: Version,
    pub(crate) served_in: ServedIn,
    pub(crate) volunteer: AccountId,
    pub(crate) org_path: OrgPath,
    /// Kind of service.
    pub(crate) kind: String,
    /// What it was called, where no activity says so.
    pub(crate) title: Option<String>,
    pub(crate) began_at: Timestamp,
    pub(crate) ended_at: Timestamp,
    pub(crate) minutes: u32,
    pub(crate) state: HoursState,
    /// Why it was put right or refused.
    pub(crate) reason: Option<String>,
    /// Who said so; nobody yet where it is pending.
    pub(crate) decided_by: Option<AccountId>,
    /// By what the time is known; of a shift.
    #[serde(default)]
    pub(crate) timed_by: Option<TimedBy>,
    /// Who noted that somebody came (补记人), and does not confirm it.
    #[serde(default)]
    pub(crate) noted_by: Option<AccountId>,
    pub(crate) at: Timestamp,
}

/// Service that was given, before anybody has said anything of it.
#[derive(Debug, Clone)]
pub(crate) struct GivenService {
    pub(crate) served_in: ServedIn,
    pub(crate) volunteer: AccountId,
    pub(crate) org_path: OrgPath,
    pub(crate) kind: String,
    pub(crate) title: Option<String>,
    pub(crate) began_at: Timestamp,
    pub(crate) ended_at: Timestamp,
    /// When it was noted.
    pub(crate) at: Timestamp,
}

/// What somebody else than the volunteer says of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) enum Verdict {
    /// The minutes are right.
    Confirm,
    /// These are right.
    Correct {
        /// Whole minutes.
        minutes: u32,
        /// Why.
        reason: String,
    },
    /// Nothing was served.
    Refuse {
        /// Why.
        reason: String,
    },
}

/// Minutes of a day: nobody serves longer (formula 28).
pub(crate) const DAY: u64 = 24 * 60;

/// Why a record does not change so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HoursRefusal {
    /// Nobody confirms their own hours.
    Own,
    /// Not from this state.
    State,
    /// Whoever noted that somebody came does not confirm it (补记).
    Noted,
    /// Whoever took the record over from a sheet does not confirm it (导入).
    TakenOver,
    /// More minutes than the span has.
    TooMany,
    /// More minutes than the day has, with what counts of it already.
    DayFull,
    /// Other service at the same time counts already.
    Overlaps,
    /// The import that brought it was taken back (导入已撤销).
    Undone,
}

impl ServiceHours {
    /// Says whether the time counts once and no more: an order's task is done beside other things.
    pub(crate) fn takes_time(&self) -> bool {
        !matches!(self.served_in, ServedIn::Task(_))
    }

    /// Minutes of the span, whole ones.
    fn span(&self) -> u32 {
        let minutes = self.ended_at.duration_since(self.began_at).as_secs() / 60;
        u32::try_from(minutes).unwrap_or(u32::MAX)
    }

    /// Makes the first version of what was served: it waits for somebody else to confirm it.
    pub(crate) fn served(id: ServiceRecordId, served: GivenService, most_minutes: u32) -> Self {
        let record = Self {
            id,
            version: Version::FIRST,
            served_in: served.served_in,
            volunteer: served.volunteer,
            org_path: served.org_path,
            kind: served.kind,
            title: served.title,
            began_at: served.began_at,
            ended_at: served.ended_at,
            minutes: 0,
            state: HoursState::Pending,
            reason: None,
            decided_by: None,
            timed_by: None,
            noted_by: None,
            at: served.at,
        };
        Self {
            minutes: record.span().min(most_minutes),
            ..record
        }
    }

    /// Ends a record that nobody has judged because the import that brought it is taken back.
    pub(crate) fn revoked(&self, by: AccountId, now: Timestamp) -> Self {
        Self {
            version: self.version.next(),
            minutes: 0,
            state: HoursState::Refused,
            reason: Some("导入已撤销 (the import was taken back)".to_owned()),
            decided_by: Some(by),
            at: now,
            ..self.clone()
        }
    }

    /// Says whether the day has room for it beside the minutes that count already.
    pub(crate) fn fits(&self, counted: u64) -> Result<(), HoursRefusal> {
        if self.state.counts() && counted.saturating_add(u64::from(self.minutes)) > DAY {
            return Err(HoursRefusal::DayFull);
        }
        Ok(())
    }

    /// Makes the next version.
    pub(crate) fn judged(
        &self,
        verdict: &Verdict,
        by: AccountId,
        now: Timestamp,
    ) -> Result<Self, HoursRefusal> {
        if by == self.volunteer {
            return Err(HoursRefusal::Own);
        }
        if self.noted_by == Some(by) {
            return Err(HoursRefusal::Noted);
        }
        let (minutes, state, reason) = match verdict {
            Verdict::Confirm if self.state == HoursState::Pending => {
                (self.minutes, HoursState::Confirmed, None)
            }
            Verdict::Confirm => return Err(HoursRefusal::State),
            Verdict::Correct { minutes, reason } => {
                (*minutes, HoursState::Corrected, Some(reason.clone()))
            }
            Verdict::Refuse { .. } if self.state == HoursState::Refused => {
                return Err(HoursRefusal::State);
            }
            Verdict::Refuse { reason } => (0, HoursState::Refused, Some(reason.clone())),
        };
        if minutes > self.span() {
            return Err(HoursRefusal::TooMany);
        }
        Ok(Self {
            version: self.version.next(),
            minutes,
            state,
            reason,
            decided_by: Some(by),
            at: now,
            ..self.clone()
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::{AccountId, ActivityId, ServiceRecordId, SignUpId, TypedId, Version};
    use uuid::Uuid;

    use super::{GivenService, HoursRefusal, HoursState, ServedIn, ServiceHours, Verdict};

    #[test]
    fn others_confirm_and_put_right_and_never_beyond_the_span() {
        let account = |number| AccountId::from_uuid(Uuid::from_u128(number));
        let nil = Uuid::nil();
        let served = GivenService {
            served_in: ServedIn::Shift {
                sign_up: SignUpId::from_uuid(nil),
                activity: ActivityId::from_uuid(nil),
            },
            volunteer: account(1),
            org_path: "/420105000000/".parse().unwrap(),
            kind: "visit".to_owned(),
            title: None,
            began_at: "2026-11-27T10:00:00Z".parse().unwrap(),
            ended_at: "2026-11-27T11:30:59Z".parse().unwrap(),
            at: "2026-11-27T12:00:00Z".parse().unwrap(),
        };
        let id = ServiceRecordId::from_uuid(nil);
        assert_eq!(ServiceHours::served(id, served.clone(), 60).minutes, 60);
        let first = ServiceHours::served(id, served, u32::MAX);
        assert_eq!((first.minutes, first.state), (90, HoursState::Pending));
        let at = first.at;
        assert_eq!(
            first.judged(&Verdict::Confirm, account(1), at),
            Err(HoursRefusal::Own)
        );
        let confirmed = first.judged(&Verdict::Confirm, account(2), at).unwrap();
        assert_eq!(
            (confirmed.minutes, confirmed.version),
            (90, Version::FIRST.next())
        );
        assert_eq!(
            confirmed.judged(&Verdict::Confirm, account(2), at),
            Err(HoursRefusal::State)
        );
        let correct = |minutes| Verdict::Correct {
            minutes,
            reason: "提前离开".to_owned(),
        };
        assert_eq!(
            confirmed.judged(&correct(91), account(2), at),
            Err(HoursRefusal::TooMany)
        );
        let corrected = confirmed.judged(&correct(60), account(2), at).unwrap();
        assert_eq!(
            (corrected.minutes, corrected.state),
            (60, HoursState::Corrected)
        );
        let refused = Verdict::Refuse {
            reason: "未到场".to_owned(),
        };
        let refused = corrected.judged(&refused, account(2), at).unwrap();
        assert!(!refused.state.counts() && refused.minutes == 0);
        let noted = ServiceHours {
            noted_by: Some(account(2)),
            ..first
        };
        let own = noted.judged(&Verdict::Confirm, account(2), at);
        assert_eq!(own, Err(HoursRefusal::Noted));
        assert!(noted.judged(&Verdict::Confirm, account(3), at).is_ok());
        assert_eq!(confirmed.minutes, 90);
    }
}
