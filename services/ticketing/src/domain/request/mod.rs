//! Side requests (附加申请): 退单, 延期, 挂账, 剔除, 终止, each an object with one small machine beside the order's own.
//!
//! What an approval does to the order is done by the engine and the clocks; this module says who may ask, who decides
//! and which step follows which. The rules of a workflow stand in its definition ([`RequestRule`]).

mod machine;

use kernel::{AccountId, AttachmentId, OrderId, OrgCode, RequestId, Timestamp, Version};
use serde::{Deserialize, Serialize};

use super::workflow::ActorRule;
pub use machine::{RequestRefusal, Standing, deciders, judge, start, submitted};

kernel::named! {
    /// What is asked for.
    #[derive(Serialize, Deserialize)]
    pub enum RequestKind {
        /// The unit says that it isn't its duty (退单).
        Return = "return",
        /// More time (延期).
        Extend = "extend",
        /// It can't be done for now: out of the timely ones, into a list of its own (挂账).
        Suspend = "suspend",
        /// A metric is not to count the order (剔除).
        Exclude = "exclude",
        /// It is to end without a result (终止).
        Terminate = "terminate",
    }
}

kernel::named! {
    /// Where a request stands.
    #[derive(Serialize, Deserialize)]
    pub enum RequestState {
        /// Being written (草稿).
        Draft = "draft",
        /// To be decided (待审).
        Pending = "pending",
        /// To be decided by a conference of those concerned (会商).
        Conference = "conference",
        /// Agreed to; a suspension lasts (同意).
        Approved = "approved",
        /// Refused (驳回).
        Refused = "refused",
        /// Taken back by the applicant (撤回).
        Withdrawn = "withdrawn",
        /// A suspension that is over (销账).
        Ended = "ended",
    }
}

kernel::named! {
    /// A step of a request.
    #[derive(Serialize, Deserialize)]
    pub enum RequestStep {
        /// The applicant hands the draft in (提交).
        Submit = "submit",
        /// The applicant takes it back (撤回).
        Withdraw = "withdraw",
        /// It is agreed to (同意).
        Approve = "approve",
        /// It is refused (驳回).
        Refuse = "refuse",
        /// A suspension is looked at again, as it is each month (复核).
        Review = "review",
        /// A suspension ends (销账).
        End = "end",
    }
}

/// The figures from which an order can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// 响应率.
    Response,
    /// 解决率.
    Solved,
    /// 满意率.
    Satisfaction,
    /// 按时办结率.
    Timely,
}

/// What a kind of request asks for in particular.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Ask {
    /// Take the order off the unit.
    Return {
        /// The rule or list of duties that says so.
        ground: String,
    },
    /// Make a clock longer.
    Extend {
        /// The clock.
        clock: String,
        /// By so many working days.
        work_days: u32,
    },
    /// Let the clocks stand still.
    Suspend {
        /// What is done until then (专项计划).
        plan: String,
        /// Until when at most.
        until: Timestamp,
    },
    /// Leave the order out of figures; nothing is deleted.
    Exclude {
        /// Which.
        metrics: Vec<Metric>,
        /// Attachments of the order that show why.
        evidence: Vec<AttachmentId>,
    },
    /// End the order.
    Terminate {
        /// The ground on which it would not have been accepted, or that the requester does not cooperate.
        ground: String,
    },
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideRequest {
    /// The id.
    pub id: RequestId,
    /// The order.
    pub order_id: OrderId,
    /// Where it stands.
    pub state: RequestState,
    /// How many of its kind the order has had, itself included.
    pub number: u32,
    /// What it asks for.
    pub ask: Ask,
    /// Why.
    pub reason: String,
    /// Who asks.
    pub applicant: AccountId,
    /// The unit for which they ask.
    pub unit: Option<OrgCode>,
    /// Who decided.
    pub decided_by: Option<AccountId>,
    /// What was said about the decision.
    pub note: Option<String>,
    /// The unit that a conference named.
    pub named_unit: Option<OrgCode>,
    /// When a suspension is to be looked at next; see [`SideRequest::wakes_at`].
    pub review_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The stored version.
    pub version: Version,
}

/// What a workflow says about a kind of request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRule {
    /// The kind.
    pub kind: RequestKind,
    /// The states in which it can be made and decided.
    pub from: Vec<String>,
    /// The system's action that an approval takes, for a return and a termination.
    pub action: Option<String>,
    /// The system's action by which a conference gives the order to the unit that it names.
    pub assign: Option<String>,
    /// The clocks that can be made longer.
    pub clocks: Vec<String>,
    /// The most that can be asked for: working days of an extension, days of a suspension.
    pub most: u32,
    /// From this number on (of an extension or a return), or from so many days on (of a suspension), the upper level
    /// decides; a return goes to a conference.
    pub upper_from: u32,
    /// From so many units that had the order on, a return goes to a conference.
    pub upper_units: u32,
    /// Who may ask.
    pub apply: Vec<ActorRule>,
    /// Who decides.
    pub decide: Vec<ActorRule>,
    /// Who decides at the upper level.
    pub upper: Vec<ActorRule>,
}

impl RequestState {
    /// Tells whether a decision is awaited.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Pending | Self::Conference)
    }
}

impl Ask {
    /// Returns the kind.
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        match self {
            Self::Return { .. } => RequestKind::Return,
            Self::Extend { .. } => RequestKind::Extend,
            Self::Suspend { .. } => RequestKind::Suspend,
            Self::Exclude { .. } => RequestKind::Exclude,
            Self::Terminate { .. } => RequestKind::Terminate,
        }
    }
}

impl SideRequest {
    /// Returns when the platform looks at it by itself: a suspension at its review, and at its end.
    #[must_use]
    pub fn wakes_at(&self) -> Option<Timestamp> {
        match (&self.ask, self.state) {
            (Ask::Suspend { until, .. }, RequestState::Approved) => {
                Some(self.review_at.map_or(*until, |review| review.min(*until)))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
