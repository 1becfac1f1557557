use jiff::civil::Date;
use kernel::{AccountId, CommitmentId, OrgCode, Timestamp, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Promise, WrongStep};

named! {
    /// How far a commitment has come.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum CommitmentState {
        /// 协议尚未生效
        Planned = "planned",
        /// 待兑现
        Open = "open",
        /// 已报告兑现、待另一方确认
        Reported = "reported",
        /// 已确认兑现
        Confirmed = "confirmed",
        /// 协议结束时未兑现
        Lapsed = "lapsed",
    }
}

named! {
    /// What is done about a commitment.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum CommitmentStep {
        /// 报告兑现 (by the party that promised)
        Report = "report",
        /// 确认兑现 (by another party)
        Confirm = "confirm",
        /// 不予确认 (by another party)
        Reject = "reject",
    }
}

/// Who does what by when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Commitment {
    /// Its id.
    pub(crate) id: CommitmentId,
    /// Who.
    pub(crate) by: OrgCode,
    /// What.
    pub(crate) what: String,
    /// By what it is measured.
    pub(crate) measure: String,
    /// Last day for it.
    pub(crate) due_on: Date,
    /// How far it has come.
    pub(crate) state: CommitmentState,
    /// Who reported it, and when.
    pub(crate) report: Option<(AccountId, Timestamp)>,
    /// Party that confirmed it, and when.
    pub(crate) confirmation: Option<(OrgCode, Timestamp)>,
}

impl Commitment {
    pub(super) fn new(id: CommitmentId, promise: Promise) -> Self {
        Self {
            id,
            by: promise.by,
            what: promise.what,
            measure: promise.measure,
            due_on: promise.due_on,
            state: CommitmentState::Planned,
            report: None,
            confirmation: None,
        }
    }

    pub(super) fn open(&mut self) {
        self.state = CommitmentState::Open;
    }

    /// What was not confirmed until the end counts as not kept.
    pub(super) fn lapse(&mut self) {
        if self.state != CommitmentState::Confirmed {
            self.state = CommitmentState::Lapsed;
        }
    }

    pub(super) fn step(
        &mut self,
        step: CommitmentStep,
        party: &OrgCode,
        account: AccountId,
        now: Timestamp,
    ) -> Result<(), WrongStep> {
        if (step == CommitmentStep::Report) != (self.by == *party) {
            return Err(WrongStep::OtherParty);
        }
        self.state = match (self.state, step) {
            (CommitmentState::Open, CommitmentStep::Report) => {
                self.report = Some((account, now));
                CommitmentState::Reported
            }
            (CommitmentState::Reported, CommitmentStep::Confirm) => {
                if self.report.is_some_and(|(reporter, _)| reporter == account) {
                    return Err(WrongStep::SamePerson);
                }
                self.confirmation = Some((party.clone(), now));
                CommitmentState::Confirmed
            }
            (CommitmentState::Reported, CommitmentStep::Reject) => {
                self.report = None;
                CommitmentState::Open
            }
            _ => return Err(WrongStep::State),
        };
        Ok(())
    }
}

/// How much of what was promised in agreements that came into force was kept: numerator and denominator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Commitments.
    pub(crate) promised: u64,
    /// Those that another party confirmed.
    pub(crate) kept: u64,
    /// Those that are neither kept nor over, and late.
    pub(crate) overdue: u64,
}

impl Tally {
    /// Adds so many commitments of a state.
    pub(crate) fn count(&mut self, state: CommitmentState, late: bool, many: u64) {
        if state == CommitmentState::Planned {
            return;
        }
        self.promised += many;
        match state {
            CommitmentState::Confirmed => self.kept += many,
            CommitmentState::Open | CommitmentState::Reported if late => self.overdue += many,
            _ => {}
        }
    }
}
