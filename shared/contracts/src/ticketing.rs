//! What is asked and what is done about it. Emitted by ticketing.

use kernel::{
    AccountId, ContactId, OrderId, OrgCode, OrgPath, PublicationId, RequestId, Role, Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where an order stands and whom it concerns; part of several events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderFacts {
    /// The order.
    pub order_id: OrderId,
    /// Its human number (工单编号).
    pub number: String,
    /// Name of its workflow definition.
    pub workflow: String,
    /// State after the event.
    pub state: String,
    /// Round of handling, from 1 (轮次).
    pub round: u32,
    /// Where the matter is.
    pub org_code: OrgCode,
    /// Path of `org_code`.
    pub org_path: OrgPath,
    /// Path of the unit that handles it (承办单位).
    pub unit_path: Option<OrgPath>,
    /// Category code (类别).
    pub category: Option<String>,
    /// Who asked (诉求人).
    pub requester: Option<AccountId>,
    /// Who handles it (承办人).
    pub assignee: Option<AccountId>,
    /// Residents drawn to judge the result (评议人).
    pub panel: Vec<AccountId>,
    /// Who asked for the orders that became part of this one (并案诉求人); they are told what the requester is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joint_requesters: Vec<AccountId>,
    /// The unit that it is about (被反映单位): nobody of it is told by their office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<OrgCode>,
    /// Roles that can act next.
    pub waiting_for: Vec<Role>,
    /// When the running limit ends (办理时限).
    pub due_at: Option<Timestamp>,
}

/// An order was opened (点单、上报).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderOpened {
    /// The order.
    #[serde(flatten)]
    pub order: OrderFacts,
    /// Channel it came by, e.g. `app`, `12345`.
    pub channel: String,
}

/// An order went from one state to another (流转).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderAdvanced {
    /// The order after the step.
    #[serde(flatten)]
    pub order: OrderFacts,
    /// The action taken.
    pub action: String,
    /// State before.
    pub from: String,
}

/// Volunteers are asked to take an order (派单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderOffered {
    /// The order.
    pub order_id: OrderId,
    /// Its human number.
    pub number: String,
    /// Where the matter is.
    pub org_code: OrgCode,
    /// Path of `org_code`.
    pub org_path: OrgPath,
    /// Round of handling.
    pub round: u32,
    /// Category code.
    pub category: Option<String>,
    /// Roles whose holders may take it.
    pub roles: Vec<Role>,
    /// Kinds of teams of volunteers whose members may take it beside them (队伍类别).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<String>,
    /// Who asked; may not take it.
    pub requester: Option<AccountId>,
}

/// The offer ended without being taken, or the work is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderRecalled {
    /// The order.
    pub order_id: OrderId,
}

/// The result was made public (晒单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderPublished {
    /// The order.
    pub order_id: OrderId,
    /// Its human number.
    pub number: String,
    /// The publication.
    pub publication_id: PublicationId,
    /// Where the matter was.
    pub org_code: OrgCode,
}

/// A limit of an order ends at another time than was told before: its calendar was corrected, it was extended, or it
/// stood still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderRescheduled {
    /// The order with its new `due_at`.
    #[serde(flatten)]
    pub order: OrderFacts,
}

/// A limit of an order has reached a level of warning or breach (黄牌、红牌、提级).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderAlerted {
    /// The order.
    #[serde(flatten)]
    pub order: OrderFacts,
    /// The clock of the workflow.
    pub clock: String,
    /// The level; `due` when the limit itself was missed.
    pub level: String,
    /// Whether the limit was missed.
    pub missed: bool,
    /// Whether the order is under supervision (督办).
    pub supervised: bool,
    /// Whether those whose turn it is are to be reminded (催办).
    pub remind: bool,
    /// Who above was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalated: Option<Escalation>,
}

/// A side request about an order was made, or came a step further (退单、延期、挂账、剔除、终止).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderPetitioned {
    /// The order.
    #[serde(flatten)]
    pub order: OrderFacts,
    /// The request.
    pub request_id: RequestId,
    /// `return`, `extend`, `suspend`, `exclude` or `terminate`.
    pub request_kind: String,
    /// `draft`, `pending`, `conference`, `approved`, `refused`, `withdrawn` or `ended`.
    pub request_state: String,
    /// How many of its kind the order has had, itself included.
    pub request_number: u32,
    /// Who asked for it.
    pub request_applicant: AccountId,
    /// Roles that decide on it, as long as it waits.
    pub request_deciders: Vec<Role>,
}

/// An assisting unit was asked for its part of an order, or its part came a step further (协办).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderAssisted {
    /// The order.
    #[serde(flatten)]
    pub order: OrderFacts,
    /// The number of the part within the order.
    pub part: u32,
    /// Path of the assisting unit.
    pub part_unit: OrgPath,
    /// `asked`, `accepted`, `done`, `returned`, `waived` or `lapsed`.
    pub part_state: String,
    /// When the part is to be done.
    pub part_due_at: Timestamp,
}

/// An order became part of another one, or each of the two goes on by itself again (并案、拆案).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderMerged {
    /// The order that goes on, with all who asked for it.
    #[serde(flatten)]
    pub order: OrderFacts,
    /// The order that is part of it, or was.
    pub merged_id: OrderId,
    /// The number of that order.
    pub merged_number: String,
    /// Whether it was taken out again.
    pub undone: bool,
}

/// An order that others follow moved (关注): a page of those who are to be told, at most 200; further pages are events of
/// their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderProgressed {
    /// The order.
    pub order_id: OrderId,
    /// Its human number.
    pub number: String,
    /// Name of its workflow definition.
    pub workflow: String,
    /// State after the event.
    pub state: String,
    /// `moved`, `ended`, `reopened` or `merged`.
    pub step: String,
    /// Where the matter is.
    pub org_code: OrgCode,
    /// Who follows it; nobody who asked for it or moved it.
    pub followers: Vec<AccountId>,
}

impl OrderProgressed {
    /// It goes on.
    pub const MOVED: &str = "moved";
    /// It is over.
    pub const ENDED: &str = "ended";
    /// It was over and goes on.
    pub const REOPENED: &str = "reopened";
    /// It became part of another one, which its followers follow as well (并案).
    pub const MERGED: &str = "merged";
}

/// Who asked for an order is to get a link by which they say, without an account, whether it is solved (短信回访).
///
/// Whoever holds the contact data sends it; the event has no telephone number and no text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderCallbackInvited {
    /// The order.
    pub order_id: OrderId,
    /// Its human number.
    pub number: String,
    /// Where the matter is.
    pub org_code: OrgCode,
    /// Who asked.
    pub requester: AccountId,
    /// The token of the link: good for one answer. Not to be kept once the message is sent.
    pub token: String,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// A caller without an account is to get a link by which they say whether their order is solved (代为登记的短信回访).
///
/// The contact is an id of the vault and says nothing by itself; whoever holds the vault sends the link, if the contact
/// was taken in for the place of the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderCallerInvited {
    /// The order.
    pub order_id: OrderId,
    /// Its human number.
    pub number: String,
    /// Where the matter is.
    pub org_code: OrgCode,
    /// Path of `org_code`.
    pub org_path: OrgPath,
    /// How the caller is reached.
    pub contact: ContactId,
    /// The token of the link: good for one answer. Not to be kept once the message is sent.
    pub token: String,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// A rung of the ladder above an order's unit or place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Escalation {
    /// Code of the node, `/` for the city.
    pub scope: String,
    /// The role that answers there.
    pub role: Role,
}

crate::events! {
    OrderOpened => "linli.ticketing.order.opened.v1",
    OrderAdvanced => "linli.ticketing.order.advanced.v1",
    OrderOffered => "linli.ticketing.order.offered.v1",
    OrderRecalled => "linli.ticketing.order.recalled.v1",
    OrderPublished => "linli.ticketing.order.published.v1",
    OrderRescheduled => "linli.ticketing.order.rescheduled.v1",
    OrderPetitioned => "linli.ticketing.order.petitioned.v1",
    OrderAlerted => "linli.ticketing.order.alerted.v1",
    OrderAssisted => "linli.ticketing.order.assisted.v1",
    OrderMerged => "linli.ticketing.order.merged.v1",
    OrderProgressed => "linli.ticketing.order.progressed.v1",
    OrderCallbackInvited => "linli.ticketing.order.invited.v1",
    OrderCallerInvited => "linli.ticketing.order.messaged.v1",
}
