//! What is asked and what is done about it. Emitted by ticketing.

use kernel::{AccountId, OrderId, OrgCode, OrgPath, PublicationId, Role, Timestamp};
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

crate::events! {
    OrderOpened => "linli.ticketing.order.opened.v1",
    OrderAdvanced => "linli.ticketing.order.advanced.v1",
    OrderOffered => "linli.ticketing.order.offered.v1",
    OrderRecalled => "linli.ticketing.order.recalled.v1",
    OrderPublished => "linli.ticketing.order.published.v1",
}
