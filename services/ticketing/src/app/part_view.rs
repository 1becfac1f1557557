//! Parts of assisting units as the API shows them, and why nothing came of a request about one.

use ::store::StoreError;
use auth::Ctx;
use kernel::{CursorError, OrderId, OrgCode, Timestamp, Version};
use problem::{Category, Fact, Kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::{AccessError, Standing};
use super::place::PlaceError;
use super::view::words;
use crate::domain::assist::{AssistRefusal, Part};
use crate::domain::order::Order;
use crate::domain::workflow::clocks::part_of;

/// One assisting unit's part of an order (协办).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct OrderPartView {
    /// The order.
    pub(crate) order_id: OrderId,
    /// The number of the order that people use.
    pub(crate) order_number: String,
    /// The number of the part within the order.
    pub(crate) number: u32,
    /// The assisting unit (协办单位).
    pub(crate) unit_code: OrgCode,
    /// Its name.
    pub(crate) unit_name: String,
    /// `asked` 待接收, `accepted` 协办中, `done` 已反馈, `returned` 已退回, `waived` 无需协办, `lapsed` 已失效.
    pub(crate) state: String,
    /// The state in words.
    pub(crate) state_title: String,
    /// What the unit is asked for; for those who work on the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) asked: Option<String>,
    /// Its result, or the reason why it was handed back or isn't needed; for those who work on the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<String>,
    /// When it is to be done.
    pub(crate) due_at: Timestamp,
    /// Whether that has passed while it was open.
    pub(crate) overdue: bool,
    /// When it was asked.
    pub(crate) asked_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
    /// The version of the order, for `If-Match`.
    pub(crate) order_version: Version,
}

/// Shows the parts of an order to a caller.
pub(crate) fn part_views(ctx: &Ctx, order: &Order) -> Vec<OrderPartView> {
    order
        .parts
        .iter()
        .map(|part| part_view(ctx, order, part))
        .collect()
}

/// Shows a part to a caller.
pub(crate) fn part_view(ctx: &Ctx, order: &Order, part: &Part) -> OrderPartView {
    let staff = Standing::of(&ctx.principal, order) == Standing::Staff;
    // a corrected calendar moves the clock, and the part with it
    let mut clocks = order.clocks.iter();
    let running = clocks.find(|clock| part_of(&clock.name) == Some(part.number));
    let due_at = running.map_or(part.due_at, |clock| clock.due_at);
    OrderPartView {
        order_id: order.id,
        order_number: order.number.as_str().to_owned(),
        number: part.number,
        unit_code: part.unit.clone(),
        unit_name: part.unit_name.clone(),
        state: part.state.name().to_owned(),
        state_title: words(&part.state.title(), ctx.locale).to_owned(),
        asked: staff.then(|| part.asked.clone()),
        answer: part.answer.clone().filter(|_| staff),
        due_at,
        overdue: running.is_some_and(|clock| clock.is_missed(ctx.now)),
        asked_at: part.asked_at,
        updated_at: part.updated_at,
        order_version: order.version,
    }
}

/// Why a part was not asked for, shown or taken further.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PartError {
    /// The place does not serve.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// There is no such order for the caller.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// There is no such step.
    #[error("no step {0:?}")]
    UnknownStep(String),
    /// There is no such unit.
    #[error("unknown unit {0}")]
    UnknownUnit(OrgCode),
    /// The order is about this unit.
    #[error("the order is about unit {0}")]
    Concerned(OrgCode),
    /// The order has another version than `If-Match` says.
    #[error("the order changed since the caller read it")]
    VersionMoved,
    /// The rules refuse.
    #[error(transparent)]
    Refused(#[from] AssistRefusal),
    /// The cursor is not one of this list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The order runs by a definition that this installation lacks.
    #[error("no definition for order {0}")]
    DefinitionMissing(OrderId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for PartError {
    fn fact(&self) -> Fact {
        match self {
            Self::Place(error) => error.fact(),
            Self::Access(error) => error.fact(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
            Self::DefinitionMissing(_) => Fact::internal(),
            Self::Refused(refusal) => refused(*refusal),
            Self::UnknownStep(_) => Fact::new(
                Kind::NotFound,
                "unknown-step",
                "没有这个步骤：须为 accept、finish、hand_back、waive",
                "there is no such step: accept, finish, hand_back, waive",
            ),
            Self::Concerned(_) => Fact::new(
                Kind::Invalid,
                "unit-concerned",
                "被反映单位不得承办",
                "the unit that it is about does not handle it",
            )
            .at("/unit"),
            Self::UnknownUnit(_) => Fact::new(
                Kind::Invalid,
                "unknown-unit",
                "没有这个单位",
                "there is no such unit",
            )
            .at("/unit"),
            Self::VersionMoved => Fact::new(
                Kind::Precondition,
                "version-moved",
                "工单已有变化，请刷新后重试",
                "the order has changed; read it again and retry",
            ),
        }
    }
}

fn refused(refusal: AssistRefusal) -> Fact {
    let (kind, slug, pointer) = match refusal {
        AssistRefusal::NotNow => (Kind::Conflict, "part-not-now", None),
        AssistRefusal::NotAllowed => (Kind::Forbidden, "part-not-allowed", None),
        AssistRefusal::UnitTaken => (Kind::Conflict, "unit-taken", None),
        AssistRefusal::OtherDistrict => (Kind::Invalid, "unit-of-other-district", Some("/unit")),
        AssistRefusal::TooMany => (Kind::Conflict, "too-many-parts", None),
        AssistRefusal::NoSuchPart => (Kind::NotFound, "part-not-found", None),
        AssistRefusal::OutOfOrder => (Kind::Conflict, "step-out-of-order", None),
        AssistRefusal::TextMissing => (Kind::Invalid, "text-missing", Some("/text")),
    };
    let detail = refusal.detail();
    let fact = Fact::new(kind, slug, detail.zh, detail.en);
    match pointer {
        Some(pointer) => fact.at(pointer),
        None => fact,
    }
}
