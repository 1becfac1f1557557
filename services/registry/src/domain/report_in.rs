//! Units and members report in at a community, which confirms them (双报到).

use contracts::registry::OrgKind;
use kernel::{AccountId, OrgCode, ReportInId, Timestamp, Version, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who reports in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Party {
    /// A unit (单位报到).
    Unit(OrgCode),
    /// A member (党员报到).
    Member(AccountId),
}

/// Says whether such an organisation reports in as a unit.
pub(crate) fn may_report_in(kind: OrgKind) -> bool {
    matches!(
        kind,
        OrgKind::ResidentUnit
            | OrgKind::Department
            | OrgKind::Government
            | OrgKind::NewOrganisation
            | OrgKind::SocialOrganisation
    )
}

named! {
    /// How far it has come.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum ReportInState {
        /// 待确认
        Reported = "reported",
        /// 已确认
        Confirmed = "confirmed",
        /// 未接受
        Refused = "refused",
        /// 已结束
        Ended = "ended",
    }
}

/// What is done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReportInStep {
    /// 确认 (by the community)
    Confirm,
    /// 不接受 (by the community)
    Refuse,
    /// 结束 (by either side)
    End,
}

/// A unit or a member at a community.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReportIn {
    /// Its id.
    pub(crate) id: ReportInId,
    /// The community.
    pub(crate) community_code: OrgCode,
    /// Who reports in.
    pub(crate) party: Party,
    /// Who entered it.
    pub(crate) account: AccountId,
    /// How far it has come.
    pub(crate) state: ReportInState,
    /// Its version.
    pub(crate) version: Version,
    /// When it was entered.
    pub(crate) created_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
}

impl ReportIn {
    /// Takes it a step further; nothing where its state does not allow that.
    pub(crate) fn step(&mut self, step: ReportInStep, now: Timestamp) -> Option<()> {
        let next = match (self.state, step) {
            (ReportInState::Reported, ReportInStep::Confirm) => ReportInState::Confirmed,
            (ReportInState::Reported, ReportInStep::Refuse) => ReportInState::Refused,
            (ReportInState::Reported | ReportInState::Confirmed, ReportInStep::End) => {
                ReportInState::Ended
            }
            _ => return None,
        };
        self.state = next;
        self.version = self.version.next();
        self.updated_at = now;
        Some(())
    }

    /// Names what there is one of as long as it lasts: this party at this community.
    pub(crate) fn seat(&self) -> Option<String> {
        let place = &self.community_code;
        match (&self.state, &self.party) {
            (ReportInState::Refused | ReportInState::Ended, _) => None,
            (_, Party::Unit(unit)) => Some(format!("{place}:{unit}")),
            (_, Party::Member(account)) => Some(format!("{place}:{account}")),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::{IdSourceExt, SystemIds, Timestamp, Version};

    use super::ReportInStep::{Confirm, End, Refuse};
    use super::{Party, ReportIn, ReportInState, ReportInStep};

    #[test]
    fn a_report_in_is_confirmed_or_refused_once_and_ends_once() {
        let ids = SystemIds::new();
        let account = ids.next();
        let fresh = ReportIn {
            id: ids.next(),
            community_code: "420105011010".parse().unwrap(),
            party: Party::Member(account),
            account,
            state: ReportInState::Reported,
            version: Version::FIRST,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        };
        let now = Timestamp::UNIX_EPOCH;
        let after = |steps: &[ReportInStep]| {
            let mut report = fresh.clone();
            let done = steps
                .iter()
                .filter(|step| report.step(**step, now).is_some())
                .count();
            (report.state, done, report.seat().is_some())
        };
        assert_eq!(
            after(&[Confirm, Refuse, End, End]),
            (ReportInState::Ended, 2, false)
        );
        assert_eq!(
            after(&[Refuse, Confirm, End]),
            (ReportInState::Refused, 1, false)
        );
        assert_eq!(after(&[End, Confirm]), (ReportInState::Ended, 1, false));
        assert_eq!(after(&[Confirm]), (ReportInState::Confirmed, 1, true));
    }
}
