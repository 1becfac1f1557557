//! The work order (工单) as a value.

use kernel::{AccountId, ContactId, GeoPoint, OrderId, OrgCode, OrgPath, Timestamp, Version};

use super::assist::{Part, Suggested};
use super::calendar::Calendar;
use super::callback::CallbackTry;
use super::clock::{DUE, RunningClock};
use super::event::DomainEvent;
use super::number::OrderNumber;
use super::review::Vote;
use super::wording::Bilingual;
use super::workflow::Definition;
use super::workflow::clocks;

/// A work order.
///
/// Made by [`Order::open`] and changed by [`super::workflow::step`] only; `version` counts stored changes and is
/// moved by the store, not here.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own"
)]
pub struct Order {
    /// The id.
    pub id: OrderId,
    /// The number that people use.
    pub number: OrderNumber,
    /// The workflow.
    pub workflow: String,
    /// The version of the definition that the order began with and keeps.
    pub workflow_version: u32,
    /// The state.
    pub state: String,
    /// The round, counted up over the order's whole life.
    pub round: u32,
    /// The first round of the present level: limits count from here.
    pub first_round: u32,
    /// The place it belongs to.
    pub org_code: OrgCode,
    /// The path of that place.
    pub org_path: OrgPath,
    /// The path of the unit that handles it.
    pub unit_path: Option<OrgPath>,
    /// Why that unit.
    pub unit_reason: Option<Bilingual>,
    /// Who asked; absent for imported messages.
    pub requester: Option<AccountId>,
    /// Who filed it for somebody else (代为登记).
    pub filed_by: Option<AccountId>,
    /// How somebody without an account is reached, for whom it was filed: an id of the vault, never a number.
    pub contact: Option<ContactId>,
    /// The unit that it is about (被反映单位): nobody of it handles or sees the order by their office.
    pub about: Option<OrgCode>,
    /// Who handles it now.
    pub assignee: Option<AccountId>,
    /// Everybody who handled it in any round.
    pub handlers: Vec<AccountId>,
    /// The residents drawn to judge this round.
    pub panel: Vec<AccountId>,
    /// The same, a household at a time, where households were drawn (按户): one vote each.
    pub panel_households: Vec<Vec<AccountId>>,
    /// The votes on this round.
    pub votes: Vec<Vote>,
    /// The callbacks of this round that reached nobody (未接通).
    pub callback_tries: Vec<CallbackTry>,
    /// Whether a task is open or claimed at the volunteers.
    pub task_open: bool,
    /// Whether the requester asked for confidentiality.
    pub confidential: bool,
    /// What it is about, in a line.
    pub title: String,
    /// The matter in the requester's words.
    pub content: String,
    /// The category.
    pub category: Option<String>,
    /// Where it came in.
    pub channel: String,
    /// Where on the map.
    pub location: Option<GeoPoint>,
    /// The time limits that are running.
    pub clocks: Vec<RunningClock>,
    /// When the earliest of them runs out, those of assisting units left aside.
    pub due_at: Option<Timestamp>,
    /// When the next level of one of them is reached.
    pub wake_at: Option<Timestamp>,
    /// Whether it is under supervision, beside its state (督办).
    pub supervised: bool,
    /// Whether there is danger to life: limits count natural time then (生命安全).
    pub life_safety: bool,
    /// The units that the dispatch catalogue names to help.
    pub suggested: Option<Box<Suggested>>,
    /// The parts of assisting units (协办), by number.
    pub parts: Vec<Part>,
    /// Who asked for the orders that became part of this one (并案诉求人): they see it and are told what comes of it.
    pub joint_requesters: Vec<AccountId>,
    /// The order that it became part of (并入).
    pub merged_into: Option<OrderId>,
    /// The order that it was split off from (分案).
    pub split_from: Option<OrderId>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The stored version.
    pub version: Version,
}

/// A category and how it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Categorisation {
    /// The category; absent when doubtful.
    pub category: Option<String>,
    /// Why.
    pub reason: Bilingual,
}

/// A unit of the org tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its code.
    pub code: OrgCode,
    /// Its path.
    pub path: OrgPath,
}

/// What is needed to open an order; texts have been checked at the edge.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenOrder {
    /// What it is about, in a line.
    pub title: String,
    /// The matter.
    pub content: String,
    /// The place it belongs to.
    pub org_code: OrgCode,
    /// The path of that place.
    pub org_path: OrgPath,
    /// Who asks.
    pub requester: Option<AccountId>,
    /// Whether the requester asks for confidentiality.
    pub confidential: bool,
    /// Where it came in.
    pub channel: String,
    /// Where on the map.
    pub location: Option<GeoPoint>,
    /// The category, chosen or proposed.
    pub categorisation: Option<Categorisation>,
    /// The unit that the rules propose, and why.
    pub route: Option<(Unit, Bilingual)>,
}

impl Order {
    /// Opens an order in the first state of its workflow (点单、上报).
    #[must_use]
    pub fn open(
        definition: &Definition,
        command: OpenOrder,
        id: OrderId,
        number: OrderNumber,
        calendar: &Calendar,
        now: Timestamp,
    ) -> (Self, Vec<DomainEvent>) {
        let mut events = vec![DomainEvent::Opened {
            workflow: definition.name.clone(),
            workflow_version: definition.version,
            state: definition.initial.clone(),
            org_code: command.org_code.clone(),
            channel: command.channel.clone(),
            requester: command.requester,
        }];
        let category = command.categorisation.and_then(|found| {
            events.push(DomainEvent::Categorised {
                category: found.category.clone(),
                reason: found.reason,
            });
            found.category
        });
        let mut unit_path = None;
        let mut unit_reason = None;
        if let Some((unit, reason)) = command.route {
            events.push(DomainEvent::Routed {
                unit: unit.code,
                reason: reason.clone(),
            });
            unit_path = Some(unit.path);
            unit_reason = Some(reason);
        }
        let mut order = Self {
            id,
            number,
            workflow: definition.name.clone(),
            workflow_version: definition.version,
            state: definition.initial.clone(),
            round: 1,
            first_round: 1,
            org_code: command.org_code,
            org_path: command.org_path,
            unit_path,
            unit_reason,
            requester: command.requester,
            filed_by: None,
            contact: None,
            about: None,
            assignee: None,
            handlers: Vec::new(),
            panel: Vec::new(),
            panel_households: Vec::new(),
            votes: Vec::new(),
            callback_tries: Vec::new(),
            task_open: false,
            confidential: command.confidential,
            title: command.title,
            content: command.content,
            category,
            channel: command.channel,
            location: command.location,
            clocks: Vec::new(),
            due_at: None,
            wake_at: None,
            supervised: false,
            life_safety: false,
            suggested: None,
            parts: Vec::new(),
            joint_requesters: Vec::new(),
            merged_into: None,
            split_from: None,
            created_at: now,
            updated_at: now,
            version: Version::FIRST,
        };
        clocks::enter_state(definition, &mut order, calendar, now, &mut events);
        (order, events)
    }

    /// Tells whether an office at this node is one of the unit that the order is about, or below it.
    #[must_use]
    pub fn concerns(&self, path: &OrgPath) -> bool {
        self.about.as_ref().is_some_and(|about| path.passes(about))
    }

    /// Tells whether somebody is known who asked and can be called back, by account or by contact.
    #[must_use]
    pub fn names_requester(&self) -> bool {
        self.requester.is_some() || self.contact.is_some()
    }

    /// Returns the round counted from the beginning of the present level: 1, 2, 3 …
    #[must_use]
    pub fn round_at_level(&self) -> u32 {
        self.round
            .saturating_sub(self.first_round)
            .saturating_add(1)
    }

    /// Tells whether a limit that still runs is known to be missed.
    #[must_use]
    pub fn shows_missed(&self) -> bool {
        let missed = |clock: &RunningClock| {
            let run = clock
                .run
                .as_ref()
                .filter(|_| clock.counts_until().is_some());
            run.is_some_and(|run| run.reached.iter().any(|level| level == DUE))
        };
        let own = |clock: &&RunningClock| !clocks::is_of_part(&clock.name);
        self.clocks.iter().filter(own).any(missed)
    }

    /// Finds when the earliest limit of the order's own runs out: an assisting unit that is late makes nobody else
    /// late.
    #[must_use]
    pub fn own_due_at(&self) -> Option<Timestamp> {
        let own = |clock: &&RunningClock| !clocks::is_of_part(&clock.name);
        self.clocks
            .iter()
            .filter(own)
            .filter_map(RunningClock::counts_until)
            .min()
    }

    /// Lists the assisting units whose part is open.
    pub fn open_parts(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.state.is_open())
    }

    /// Tells whether somebody handled the order in any round.
    #[must_use]
    pub fn was_handled_by(&self, account: AccountId) -> bool {
        self.handlers.contains(&account)
    }

    /// Tells whether somebody, or anybody of their household where households vote, has voted on the present round.
    #[must_use]
    pub fn has_vote_of(&self, account: AccountId) -> bool {
        let mut households = self.panel_households.iter();
        let household = households.find(|members| members.contains(&account));
        let is_theirs = |voter: AccountId| {
            voter == account || household.is_some_and(|members| members.contains(&voter))
        };
        self.votes.iter().any(|vote| is_theirs(vote.voter))
    }

    /// Counts those who may vote on the present round: the panel, by households where these vote, and the requester
    /// unless they handled it.
    #[must_use]
    pub fn voters(&self) -> u32 {
        let requester_votes = self
            .requester
            .is_some_and(|requester| !self.was_handled_by(requester));
        let seats = if self.panel_households.is_empty() {
            self.panel.len()
        } else {
            self.panel_households.len()
        };
        u32::try_from(seats)
            .unwrap_or(u32::MAX)
            .saturating_add(u32::from(requester_votes))
    }

    /// Returns the code of the unit that handles it.
    #[must_use]
    pub fn unit_code(&self) -> Option<OrgCode> {
        self.unit_path.as_ref().and_then(OrgPath::leaf)
    }
}

#[cfg(test)]
mod tests;
