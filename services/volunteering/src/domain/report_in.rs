//! Who reported in at a community (双报到), as registry told: units (单位报到) and members of the party (党员报到).

use kernel::{AccountId, OrgCode, ReportInId, Timestamp};

/// Who reported in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Party {
    /// A unit.
    Unit(OrgCode),
    /// A member.
    Member(AccountId),
}

/// A report-in that the community confirmed and that lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportIn {
    pub(crate) id: ReportInId,
    pub(crate) community: OrgCode,
    pub(crate) party: Party,
    pub(crate) reported_at: Timestamp,
}
