//! Several units on one order (主办、协办, domain 3-12): the lead unit answers for the whole, each assisting unit for its
//! part.
//!
//! A part has a time limit of its own, by the clock that the definition names, among the clocks of the order: it stands
//! still, is recounted and climbs its ladder like any other. The rules of a workflow stand in its definition
//! ([`AssistRule`]); the guard `parts_done` keeps the lead from reporting while a part is open.

use kernel::{AccountId, OrgCode, OrgPath, Timestamp};
use serde::{Deserialize, Serialize};

use super::actor::{Actor, Capacity};
use super::calendar::Calendar;
use super::event::DomainEvent;
use super::order::{Order, Unit};
use super::wording::Bilingual;
use super::workflow::engine::capacity_among;
use super::workflow::{ActorRule, Definition, clocks};

/// Most parts that an order can have in all, closed ones included.
pub const MOST_PARTS: usize = 50;

/// Where a part stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartState {
    /// The unit has yet to take it up (待接收).
    Asked,
    /// The unit is at it (协办中).
    Accepted,
    /// The unit has done it, with a result (已反馈).
    Done,
    /// The unit handed it back, with a reason (已退回).
    Returned,
    /// The lead doesn't need it any more, with a reason (无需协办).
    Waived,
    /// The order went on without the unit that had asked (已失效).
    Lapsed,
}

kernel::named! {
    /// A step of a part.
    #[derive(Serialize, Deserialize)]
    pub enum PartStep {
        /// The unit takes it up (接收).
        Accept = "accept",
        /// The unit reports its result (反馈).
        Finish = "finish",
        /// The unit hands it back (退回).
        HandBack = "hand_back",
        /// The lead says why it isn't needed (撤销协办).
        Waive = "waive",
    }
}

/// One assisting unit's part of an order (协办).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its number within the order, from 1.
    pub number: u32,
    /// The unit.
    pub unit: OrgCode,
    /// The unit's name, as of when it was asked.
    pub unit_name: String,
    /// The path of the unit.
    pub path: OrgPath,
    /// Where it stands.
    pub state: PartState,
    /// What the unit is asked for.
    pub asked: String,
    /// Its result, or the reason why it was handed back or isn't needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// When the unit is to have done it.
    pub due_at: Timestamp,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What a workflow says about assisting units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssistRule {
    /// The states in which parts are open; leaving them ends what is open.
    pub states: Vec<String>,
    /// The clock that each part runs.
    pub clock: String,
    /// Most open parts at a time.
    pub most: u32,
    /// Who asks, and who says that a part isn't needed.
    pub ask: Vec<ActorRule>,
    /// The roles that act for an assisting unit.
    pub roles: Vec<kernel::Role>,
}

/// Why a part was not asked for, or a step not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssistRefusal {
    /// The order's workflow knows no assisting units, or not in its state.
    #[error("no assisting units in the order's present state")]
    NotNow,
    /// The caller may not.
    #[error("the caller may not")]
    NotAllowed,
    /// The unit has the order itself, or a part of it already.
    #[error("the unit has the order or an open part of it")]
    UnitTaken,
    /// The unit belongs to another district.
    #[error("the unit belongs to another district")]
    OtherDistrict,
    /// The order has as many parts as it may have.
    #[error("too many parts")]
    TooMany,
    /// The order has no such part.
    #[error("no such part")]
    NoSuchPart,
    /// The step does not follow from the part's state.
    #[error("out of order")]
    OutOfOrder,
    /// A step that needs words has none.
    #[error("the text is missing")]
    TextMissing,
}

impl AssistRefusal {
    /// Returns what the caller reads.
    #[must_use]
    pub fn detail(self) -> Bilingual {
        let (zh, en) = match self {
            Self::NotNow => (
                "工单当前状态不能请求或办理协办",
                "the order's present state allows no assisting units",
            ),
            Self::NotAllowed => (
                "您不能请求或办理此协办",
                "you may not ask for or work on this part",
            ),
            Self::UnitTaken => (
                "该单位是主办单位或已在协办",
                "this unit has the order itself or an open part of it",
            ),
            Self::OtherDistrict => (
                "协办单位须在本区",
                "an assisting unit must belong to the order's district",
            ),
            Self::TooMany => (
                "协办数量已达上限",
                "the order has as many parts as it may have",
            ),
            Self::NoSuchPart => ("没有这个协办", "there is no such part"),
            Self::OutOfOrder => (
                "协办当前状态不能执行该步骤",
                "the part's present state does not allow this step",
            ),
            Self::TextMissing => (
                "须写明结果或理由",
                "the result or the reason must be written",
            ),
        };
        Bilingual::new(zh, en)
    }
}

impl PartState {
    /// All states.
    pub const ALL: [Self; 6] = [
        Self::Asked,
        Self::Accepted,
        Self::Done,
        Self::Returned,
        Self::Waived,
        Self::Lapsed,
    ];

    /// Returns the name on the wire and in the store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Accepted => "accepted",
            Self::Done => "done",
            Self::Returned => "returned",
            Self::Waived => "waived",
            Self::Lapsed => "lapsed",
        }
    }

    /// Returns the state in words.
    #[must_use]
    pub fn title(self) -> Bilingual {
        let (zh, en) = match self {
            Self::Asked => ("待接收", "Asked"),
            Self::Accepted => ("协办中", "Being done"),
            Self::Done => ("已反馈", "Done"),
            Self::Returned => ("已退回", "Handed back"),
            Self::Waived => ("无需协办", "Not needed"),
            Self::Lapsed => ("已失效", "Lapsed"),
        };
        Bilingual::new(zh, en)
    }

    /// Tells whether something is still to be done.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Accepted)
    }
}

impl Part {
    /// Names the part's clock among those of its order.
    #[must_use]
    pub fn clock(&self, rule: &AssistRule) -> String {
        clocks::part_clock(&rule.clock, self.number)
    }
}

/// A change of a part, with who made it.
#[derive(Debug, Clone, PartialEq)]
pub struct Assisted {
    /// The order afterwards.
    pub order: Order,
    /// The number of the part.
    pub number: u32,
    /// In which capacity.
    pub capacity: Capacity,
    /// What happened.
    pub events: Vec<DomainEvent>,
}

/// Units that the dispatch catalogue names to help (建议协办).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggested {
    /// The unit that the same rule names to handle it: with another one the rule was not followed.
    pub lead: OrgCode,
    /// Those that help, by code and name.
    pub units: Vec<(OrgCode, String)>,
    /// Why.
    pub reason: Bilingual,
    /// Whether they are asked as soon as the lead has signed: the rule sent the order on by itself.
    #[serde(default)]
    pub automatic: bool,
}

impl Suggested {
    /// Lists those that nobody has asked and that don't handle the order.
    pub fn open<'a>(&'a self, order: &'a Order) -> impl Iterator<Item = &'a (OrgCode, String)> {
        let leads = order.unit_code();
        self.units.iter().filter(move |(code, _)| {
            leads.as_ref() != Some(code) && !order.parts.iter().any(|part| part.unit == *code)
        })
    }
}

/// A unit that is to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskUnit {
    /// The unit.
    pub unit: Unit,
    /// Its name.
    pub name: String,
    /// What it is asked for.
    pub asked: String,
}

/// Asks a unit for its part (请求协办).
///
/// # Errors
/// The state, the caller or the unit doesn't fit.
pub fn ask(
    definition: &Definition,
    order: &Order,
    actor: &Actor,
    wanted: AskUnit,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<Assisted, AssistRefusal> {
    let rule = definition.assist.as_ref().ok_or(AssistRefusal::NotNow)?;
    let capacity = capacity_among(&rule.ask, order, actor).ok_or(AssistRefusal::NotAllowed)?;
    let (mut after, mut events) = (order.clone(), Vec::new());
    let number = start(definition, &mut after, wanted, calendar, now, &mut events)?;
    Ok(Assisted {
        order: after,
        number,
        capacity,
        events,
    })
}

/// Tells whether a step has brought an order, which a rule sent on by itself, to where the units are asked that the rule
/// names to help.
#[must_use]
pub fn asks_suggested(definition: &Definition, before: &Order, after: &Order) -> bool {
    let Some(rule) = &definition.assist else {
        return false;
    };
    let suggested = after.suggested.as_ref();
    let automatic = suggested.filter(|suggested| suggested.automatic);
    !rule.states.contains(&before.state)
        && rule.states.contains(&after.state)
        && automatic.is_some_and(|suggested| after.unit_code().as_ref() == Some(&suggested.lead))
}

/// Asks the units that a rule names to help, once (自动请求协办); what the workflow refuses stays a suggestion.
pub fn ask_suggested(
    definition: &Definition,
    order: &mut Order,
    units: Vec<Unit>,
    calendar: &Calendar,
    now: Timestamp,
    events: &mut Vec<DomainEvent>,
) {
    let Some(suggested) = &mut order.suggested else {
        return;
    };
    suggested.automatic = false;
    let (names, reason) = (suggested.units.clone(), suggested.reason.zh.clone());
    for unit in units {
        let known = names.iter().find(|(code, _)| *code == unit.code);
        let Some((_, name)) = known else {
            continue;
        };
        let wanted = AskUnit {
            unit,
            name: name.clone(),
            asked: reason.clone(),
        };
        // too many, or asked already: a person sees what is still suggested
        let _left_to_a_person = start(definition, order, wanted, calendar, now, events);
    }
}

/// Begins a part.
fn start(
    definition: &Definition,
    order: &mut Order,
    wanted: AskUnit,
    calendar: &Calendar,
    now: Timestamp,
    events: &mut Vec<DomainEvent>,
) -> Result<u32, AssistRefusal> {
    let rule = definition.assist.as_ref().ok_or(AssistRefusal::NotNow)?;
    if !rule.states.contains(&order.state) {
        return Err(AssistRefusal::NotNow);
    }
    if wanted.unit.code.district() != order.org_code.district() {
        return Err(AssistRefusal::OtherDistrict);
    }
    let open = || order.parts.iter().filter(|part| part.state.is_open());
    let leads = order.unit_code().as_ref() == Some(&wanted.unit.code);
    if leads || open().any(|part| part.unit == wanted.unit.code) {
        return Err(AssistRefusal::UnitTaken);
    }
    let most = usize::try_from(rule.most).unwrap_or(usize::MAX);
    if open().count() >= most || order.parts.len() >= MOST_PARTS {
        return Err(AssistRefusal::TooMany);
    }
    let number = u32::try_from(order.parts.len())
        .unwrap_or(u32::MAX)
        .saturating_add(1);
    let mut started = Vec::new();
    let due_at = clocks::start_part(definition, order, number, calendar, now, &mut started)
        .ok_or(AssistRefusal::NotNow)?;
    let part = Part {
        number,
        unit: wanted.unit.code,
        unit_name: wanted.name,
        path: wanted.unit.path,
        state: PartState::Asked,
        asked: wanted.asked,
        answer: None,
        due_at,
        asked_at: now,
        updated_at: now,
    };
    events.push(fact(&part));
    events.append(&mut started);
    order.parts.push(part);
    order.updated_at = now;
    Ok(number)
}

/// Takes a step of a part.
///
/// # Errors
/// The part, the state or the caller doesn't fit.
pub fn take(
    definition: &Definition,
    order: &Order,
    actor: &Actor,
    (number, step): (u32, PartStep),
    text: Option<String>,
    now: Timestamp,
) -> Result<Assisted, AssistRefusal> {
    let rule = definition.assist.as_ref().ok_or(AssistRefusal::NotNow)?;
    let mut after = order.clone();
    let mut parts = after.parts.iter_mut();
    let part = parts.find(|part| part.number == number);
    let part = part.ok_or(AssistRefusal::NoSuchPart)?;
    let capacity = match step {
        PartStep::Waive => capacity_among(&rule.ask, order, actor),
        _ => actor
            .holding(&rule.roles, &part.path, order)
            .map(Capacity::Role),
    };
    let capacity = capacity.ok_or(AssistRefusal::NotAllowed)?;
    part.state = match (step, part.state) {
        (PartStep::Accept, PartState::Asked) => PartState::Accepted,
        (PartStep::Finish, PartState::Accepted) => PartState::Done,
        (PartStep::HandBack, state) if state.is_open() => PartState::Returned,
        (PartStep::Waive, state) if state.is_open() => PartState::Waived,
        _ => return Err(AssistRefusal::OutOfOrder),
    };
    if text.is_none() && step != PartStep::Accept {
        return Err(AssistRefusal::TextMissing);
    }
    part.answer = text;
    part.updated_at = now;
    let mut events = vec![fact(part)];
    let (clock, open) = (part.clock(rule), part.state.is_open());
    if !open {
        clocks::stop_part(&mut after, &clock, now, &mut events);
    }
    // whoever worked on a part doesn't verify, judge or publish the whole
    let works = matches!(step, PartStep::Accept | PartStep::Finish);
    if let Some(account) = actor.account().filter(|_| works) {
        note_handler(&mut after, account);
    }
    after.updated_at = now;
    Ok(Assisted {
        order: after,
        number,
        capacity,
        events,
    })
}

/// Ends the parts that are open in a state that knows none: who asked for them doesn't have the order any more.
pub(crate) fn lapse(
    definition: &Definition,
    order: &mut Order,
    now: Timestamp,
    events: &mut Vec<DomainEvent>,
) {
    let rule = definition.assist.as_ref();
    if rule.is_some_and(|rule| rule.states.contains(&order.state)) {
        return;
    }
    let mut ended = Vec::new();
    for part in order.parts.iter_mut().filter(|part| part.state.is_open()) {
        part.state = PartState::Lapsed;
        part.updated_at = now;
        events.push(fact(part));
        ended.extend(rule.map(|rule| part.clock(rule)));
    }
    for clock in ended {
        clocks::stop_part(order, &clock, now, events);
    }
}

fn note_handler(order: &mut Order, account: AccountId) {
    if !order.handlers.contains(&account) {
        order.handlers.push(account);
    }
}

fn fact(part: &Part) -> DomainEvent {
    DomainEvent::PartMoved {
        part: part.number,
        unit: part.unit.clone(),
        state: part.state,
    }
}
