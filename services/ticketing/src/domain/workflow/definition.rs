//! A checked definition: every name in it exists.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{Role, Timestamp};
use serde_json::Value;

use super::effect::Effect;
use super::form::Form;
use super::guard::Guard;
use crate::domain::actor::Relation;
use crate::domain::assist::AssistRule;
use crate::domain::calendar::{Calendar, Limit};
use crate::domain::callback::{CallbackOutcome, CallbackRule};
use crate::domain::merge::MergeRule;
use crate::domain::request::{RequestKind, RequestRule};
use crate::domain::review::{ReviewOutcome, ReviewRule};
use crate::domain::verification::Verification;
use crate::domain::wording::Bilingual;

/// Stands for the state in which an action is taken: the action leads nowhere else.
pub const STAY: &str = "same";

/// A workflow definition (工作流), made by the loader only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The name, which orders keep.
    pub name: String,
    /// The version, which orders keep.
    pub version: u32,
    /// The title.
    pub title: Bilingual,
    /// The letters of the order numbers.
    pub number_prefix: String,
    /// The first state.
    pub initial: String,
    /// How many rounds one level has.
    pub max_rounds: u32,
    /// The states.
    pub states: Vec<State>,
    /// The actions, in the order in which they are offered.
    pub actions: Vec<Action>,
    /// The time limits.
    pub clocks: Vec<ClockRule>,
    /// How results are judged.
    pub review: Option<ReviewRule>,
    /// How those who asked are called back (回访).
    pub callback: Option<CallbackRule>,
    /// The side requests that the workflow knows.
    pub requests: Vec<RequestRule>,
    /// How other units assist the one that handles an order (协办).
    pub assist: Option<AssistRule>,
    /// How orders become part of others (并案).
    pub merge: Option<MergeRule>,
    /// How results are verified, by the beginning of a category's code, where that is otherwise than its table says.
    pub verification: BTreeMap<String, Verification>,
}

/// A state (状态).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The name.
    pub name: String,
    /// The title.
    pub title: Bilingual,
    /// Whether orders end here.
    pub terminal: bool,
}

/// An action (动作).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The name.
    pub name: String,
    /// The title.
    pub title: Bilingual,
    /// The states in which it can be taken.
    pub from: Vec<String>,
    /// The move made when no outcome applies.
    pub otherwise: Move,
    /// Who may take it.
    pub actors: Vec<ActorRule>,
    /// What must hold.
    pub guards: Vec<Guard>,
    /// What the actor fills in.
    pub form: Form,
    /// The JSON schema of the form, made once.
    pub schema: Arc<Value>,
    /// What happens before the outcome is chosen.
    pub effects: Vec<Effect>,
    /// The branches.
    pub outcomes: Vec<Outcome>,
}

/// A branch of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What must hold, all of it.
    pub when: Vec<Condition>,
    /// The move made then.
    pub then: Move,
}

/// Where an action leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The state, or [`STAY`].
    pub to: String,
    /// What happens to the round.
    pub round: RoundChange,
    /// What happens after the move.
    pub effects: Vec<Effect>,
}

impl Move {
    /// Names the state that the move leads to from another one.
    #[must_use]
    pub fn target<'a>(&'a self, from: &'a str) -> &'a str {
        if self.to == STAY { from } else { &self.to }
    }
}

kernel::named! {
    /// What a move does to the round.
    #[derive(serde::Serialize)]
    pub enum RoundChange {
        /// The round goes on.
        Keep = "keep",
        /// The next round begins, within the limit.
        Next = "next",
        /// The next round begins and the limit counts anew: a new level or a new unit.
        Fresh = "fresh",
    }
}

/// What an outcome depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// A boolean field has this value.
    Boolean(String, bool),
    /// A choice field has this value.
    Choice(String, String),
    /// The votes say this.
    Review(ReviewOutcome),
    /// The callback has come to this.
    Callback(CallbackOutcome),
    /// Another round is (not) possible.
    RoundsLeft(bool),
    /// The result is verified in this way (核查方式).
    Verification(Verification),
    /// The order has a unit, or none.
    UnitSet(bool),
    /// Somebody can be called back about the order, or nobody.
    RequesterKnown(bool),
}

/// Who may take an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActorRule {
    /// Somebody with one of these roles over the order's place or unit.
    Roles {
        /// The roles.
        roles: Vec<Role>,
        /// Which path the role must cover.
        over: Over,
    },
    /// Somebody with this relation to the order.
    Relation(Relation),
    /// The platform, driven by an event or a schedule.
    System,
}

/// Which path a role must cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The place the order belongs to.
    Area,
    /// The unit that handles it.
    Unit,
}

/// A time limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRule {
    /// The name.
    pub name: String,
    /// The title.
    pub title: Bilingual,
    /// Entering one of these states starts it.
    pub starts_on: Vec<String>,
    /// Entering one of these states stops it.
    pub stops_on: Vec<String>,
    /// Taking one of these actions stops it, wherever they lead.
    pub stops_with: Vec<String>,
    /// It stands still in these states.
    pub pauses_on: Vec<String>,
    /// In which rounds it starts.
    pub rounds: Rounds,
    /// Whether it only says until when something may be done.
    pub window: bool,
    /// How long it runs.
    pub limit: Limit,
    /// How long it runs where there is danger to life, in natural hours; as long as otherwise, but on natural time,
    /// where this is absent.
    pub emergency_hours: Option<u32>,
    /// The levels of warning and breach beside the due time itself.
    pub levels: Vec<LevelRule>,
}

/// In which rounds a clock starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounds {
    /// In every one.
    All,
    /// In the first.
    First,
    /// In all but the first (重办).
    Later,
}

/// A level of warning or breach (黄牌、红牌).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelRule {
    /// The name.
    pub name: String,
    /// When it is reached.
    pub when: When,
    /// What is done then.
    pub actions: Vec<LevelAction>,
}

/// When a level is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// So long before the due time.
    Before(Limit),
    /// At the due time.
    Due,
    /// So long after the due time.
    After(Limit),
}

impl When {
    /// Finds when the level is reached; a clock on natural time has its levels there as well.
    #[must_use]
    pub fn instant(self, due_at: Timestamp, limit: Limit, calendar: &Calendar) -> Timestamp {
        let counted = |by: Limit| if limit.is_natural() { by.natural() } else { by };
        match self {
            Self::Before(by) => counted(by).before(due_at, calendar),
            Self::Due => due_at,
            Self::After(by) => counted(by).after(due_at, calendar),
        }
    }
}

kernel::named! {
    /// What is done when a level is reached.
    #[derive(serde::Serialize)]
    pub enum LevelAction {
        /// Those whose turn it is are reminded (催办).
        Remind = "remind",
        /// The next rung of the ladder above the unit or the place is told (提级).
        Escalate = "escalate",
        /// The order is put under supervision (督办).
        Supervise = "supervise",
    }
}

impl ClockRule {
    /// Finds a level.
    #[must_use]
    pub fn level(&self, name: &str) -> Option<&LevelRule> {
        self.levels.iter().find(|level| level.name == name)
    }
}

impl Definition {
    /// Finds a state.
    #[must_use]
    pub fn state(&self, name: &str) -> Option<&State> {
        self.states.iter().find(|state| state.name == name)
    }

    /// Finds an action.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.name == name)
    }

    /// Finds what the workflow says about a kind of side request.
    #[must_use]
    pub fn request(&self, kind: RequestKind) -> Option<&RequestRule> {
        self.requests.iter().find(|rule| rule.kind == kind)
    }

    /// Tells how results of a category are verified; `known` is what the category table says.
    #[must_use]
    pub fn verification_of(&self, category: Option<&str>, known: Verification) -> Verification {
        let named = self.verification.iter().rev();
        let mut covering = named.filter(|(code, _)| {
            category.is_some_and(|category| category.starts_with(code.as_str()))
        });
        // codes that a category begins with stand in the order of their length
        covering.next().map_or(known, |(_, policy)| *policy)
    }

    /// Tells whether orders end in a state.
    #[must_use]
    pub fn is_terminal(&self, state: &str) -> bool {
        self.state(state).is_some_and(|state| state.terminal)
    }
}

impl Action {
    /// Walks all moves that the action can make.
    pub fn moves(&self) -> impl Iterator<Item = &Move> {
        self.outcomes
            .iter()
            .map(|outcome| &outcome.then)
            .chain(std::iter::once(&self.otherwise))
    }

    /// Tells whether the action can have an effect, on any branch.
    #[must_use]
    pub fn can_cause(&self, effect: Effect) -> bool {
        self.effects.contains(&effect) || self.moves().any(|made| made.effects.contains(&effect))
    }

    /// Tells which facts the caller must look up before the action is tried.
    #[must_use]
    pub fn needs(&self) -> Needs {
        Needs {
            photos: self.guards.contains(&Guard::HasPhoto)
                || self.guards.contains(&Guard::PhotoByPolicy),
            panel: self.can_cause(Effect::DrawPanel),
            unit: self.can_cause(Effect::Route),
        }
    }
}

/// The facts that an action depends on, so that the caller looks up no more than these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// How many photos the actor attached in this round.
    pub photos: bool,
    /// A seed and the residents who can be drawn.
    pub panel: bool,
    /// The unit that the form names.
    pub unit: bool,
}
