//! The definition file as it is written: names are plain texts here, resolved and checked by [`super::load`].
//!
//! What may be missing by mistake is optional here, so that the loader can report it together with everything else
//! instead of stopping at the first gap.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::wording::Bilingual;

/// A whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefinitionSpec {
    /// The name, which orders keep.
    pub name: String,
    /// The version, which orders keep.
    pub version: u32,
    /// The title.
    pub title: Option<Bilingual>,
    /// The letters of the order numbers.
    pub number_prefix: String,
    /// The first state.
    pub initial: String,
    /// How many rounds one level has.
    pub max_rounds: u32,
    /// The states.
    #[serde(default)]
    pub states: Vec<StateSpec>,
    /// The actions.
    #[serde(default)]
    pub actions: Vec<ActionSpec>,
    /// The time limits.
    #[serde(default)]
    pub clocks: Vec<ClockSpec>,
    /// How results are judged.
    pub review: Option<ReviewSpec>,
    /// How those who asked are called back.
    pub callback: Option<CallbackSpec>,
    /// The side requests that the workflow knows.
    #[serde(default)]
    pub requests: Vec<RequestSpec>,
    /// How other units assist the one that handles an order.
    pub assist: Option<AssistSpec>,
    /// How orders become part of others.
    pub merge: Option<MergeSpec>,
    /// How results of a category are verified, where that is otherwise than the category table says: `word`, `photo` or
    /// `both`, by the beginning of the category's code.
    #[serde(default)]
    pub verification: BTreeMap<String, String>,
}

/// The `[callback]` block.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallbackSpec {
    /// The action by which a person records a try.
    pub by_person: String,
    /// The action by which who asked answers, in the app or by the link of a message.
    pub by_requester: String,
    /// Half-days in which nobody was reached until it ends as not reached.
    pub tries: u32,
    /// The least satisfaction that is content with a solved matter.
    pub content_from: u8,
    /// How long the link of a message is good for.
    pub link_hours: u32,
}

/// The `[assist]` block.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssistSpec {
    /// The clock that each part runs; no state starts or stops it.
    pub clock: String,
    /// Most open parts at a time.
    pub most: u32,
    /// Who asks.
    pub ask: Vec<ActorSpec>,
    /// The roles that act for an assisting unit.
    pub roles: Vec<String>,
}

/// The `[merge]` block.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeSpec {
    /// The states in which an order may become part of another one.
    pub from: Vec<String>,
    /// The states in which an order may take another one in.
    pub into: Vec<String>,
    /// The system's action that ends the merged order.
    pub action: String,
    /// Who merges orders, and takes them apart.
    pub who: Vec<ActorSpec>,
}

/// A `[[requests]]` entry.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestSpec {
    /// `return`, `extend`, `suspend`, `exclude` or `terminate`.
    pub kind: String,
    /// The states in which it can be made and decided.
    pub from: Vec<String>,
    /// The system's action that an approval takes.
    pub action: Option<String>,
    /// The system's action by which a conference gives the order to the unit that it names.
    pub assign: Option<String>,
    /// The clocks that can be made longer; of a return, the clock of its window.
    #[serde(default)]
    pub clocks: Vec<String>,
    /// The most that can be asked for: working days of an extension, days of a suspension.
    pub most: Option<u32>,
    /// From which number, or from how many days on, the upper level decides.
    pub upper_from: Option<u32>,
    /// From how many units on a return goes to a conference.
    pub upper_units: Option<u32>,
    /// Who may ask.
    pub apply: Vec<ActorSpec>,
    /// Who decides.
    pub decide: Vec<ActorSpec>,
    /// Who decides at the upper level; the same where it is left out.
    #[serde(default)]
    pub upper: Vec<ActorSpec>,
}

/// A `[[states]]` entry.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateSpec {
    /// The name.
    pub name: String,
    /// The title.
    pub title: Option<Bilingual>,
    /// Whether orders end here.
    #[serde(default)]
    pub terminal: bool,
    /// Whether other units may assist here.
    #[serde(default)]
    pub assist: bool,
}

/// An `[[actions]]` entry.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionSpec {
    /// The name, the last part of the action's URL.
    pub name: String,
    /// The title, the text on the button.
    pub title: Option<Bilingual>,
    /// The states in which it can be taken.
    #[serde(default)]
    pub from: Vec<String>,
    /// The state it leads to when no outcome applies; `same` for the one in which it is taken.
    pub to: String,
    /// What happens to the round: `keep` (default), `next` or `fresh`.
    pub round: Option<String>,
    /// Who may take it.
    #[serde(default)]
    pub actors: Vec<ActorSpec>,
    /// What must hold.
    #[serde(default)]
    pub guards: Vec<String>,
    /// What the actor fills in.
    #[serde(default)]
    pub form: Vec<FieldSpec>,
    /// What else happens.
    #[serde(default)]
    pub effects: Vec<String>,
    /// Branches, the first that applies is taken.
    #[serde(default)]
    pub outcomes: Vec<OutcomeSpec>,
}

/// An entry of `actors`: exactly one of `roles`, `relation`, `system`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActorSpec {
    /// Any of these roles.
    pub roles: Option<Vec<String>>,
    /// Over which path the role is held: `area` (default) or `unit`.
    pub over: Option<String>,
    /// A relation to the order.
    pub relation: Option<String>,
    /// The platform itself.
    pub system: Option<bool>,
}

/// A form field.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldSpec {
    /// The key in the input.
    pub name: String,
    /// The label.
    pub title: Option<Bilingual>,
    /// `text`, `integer`, `boolean`, `choice`, `org_code` or `roles`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it must be filled in.
    #[serde(default)]
    pub required: bool,
    /// Makes it required when a boolean field has a value.
    pub required_when: Option<RequiredWhenSpec>,
    /// The least length or value.
    pub min: Option<i64>,
    /// The greatest length or value.
    pub max: Option<i64>,
    /// What a choice offers.
    pub options: Option<Vec<OptionSpec>>,
}

/// `required_when` of a field.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequiredWhenSpec {
    /// The boolean field.
    pub field: String,
    /// Its value.
    pub is: bool,
}

/// One option of a choice.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionSpec {
    /// The value.
    pub value: String,
    /// The label.
    pub title: Option<Bilingual>,
}

/// An `[[actions.outcomes]]` entry.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeSpec {
    /// What must hold, all of it.
    #[serde(default)]
    pub when: Vec<ConditionSpec>,
    /// The state it leads to.
    pub to: String,
    /// What happens to the round.
    pub round: Option<String>,
    /// What else happens.
    #[serde(default)]
    pub effects: Vec<String>,
}

/// A condition: `field` with `is`, or one of the others.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionSpec {
    /// A boolean or choice field of the form.
    pub field: Option<String>,
    /// The value that it must have.
    pub is: Option<ValueSpec>,
    /// What the votes must say: `passed`, `failed` or `unjudged`.
    pub review: Option<String>,
    /// What the callback must have come to: `waiting`, `content`, `discontent` or `not_reached`.
    pub callback: Option<String>,
    /// Whether another round must (not) be possible.
    pub rounds_left: Option<bool>,
    /// How the result must be verified: `word`, `photo` or `both`.
    pub verification: Option<String>,
    /// Whether the order must (not) have a unit.
    pub unit_set: Option<bool>,
    /// Whether it must (not) be known who asked, by account or by contact.
    pub requester_known: Option<bool>,
}

/// The value of a boolean or a choice.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum ValueSpec {
    /// Of a boolean field.
    Boolean(bool),
    /// Of a choice field.
    Text(String),
}

/// A `[[clocks]]` entry.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockSpec {
    /// The name.
    pub name: String,
    /// The title.
    pub title: Option<Bilingual>,
    /// Entering one of these states starts it.
    #[serde(default)]
    pub starts_on: Vec<String>,
    /// Entering one of these states stops it.
    #[serde(default)]
    pub stops_on: Vec<String>,
    /// Taking one of these actions stops it.
    #[serde(default)]
    pub stops_with: Vec<String>,
    /// It stands still in these states.
    #[serde(default)]
    pub pauses_on: Vec<String>,
    /// In which rounds it starts: `all` (default), `first` or `later`.
    pub rounds: Option<String>,
    /// Whether it only says until when something may be done.
    #[serde(default)]
    pub window: bool,
    /// How long it runs, in natural hours.
    pub hours: Option<u32>,
    /// How long it runs, in hours of working time.
    pub work_hours: Option<u32>,
    /// How long it runs, in working days.
    pub work_days: Option<u32>,
    /// How long it runs where there is danger to life, in natural hours.
    pub emergency_hours: Option<u32>,
    /// Levels of warning and breach.
    #[serde(default)]
    pub levels: Vec<LevelSpec>,
}

/// A level of a clock.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelSpec {
    /// The name.
    pub name: String,
    /// How long before the due time.
    pub before: Option<LimitSpec>,
    /// How long after the due time; at the due time where neither is given.
    pub after: Option<LimitSpec>,
    /// What is done then: `remind`, `escalate`, `supervise`.
    #[serde(default)]
    pub actions: Vec<String>,
}

/// A length of time: exactly one of the three.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitSpec {
    /// Natural hours.
    pub hours: Option<u32>,
    /// Hours of working time.
    pub work_hours: Option<u32>,
    /// Working days.
    pub work_days: Option<u32>,
}

/// The `[review]` block.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewSpec {
    /// The action that casts a vote.
    pub action: String,
    /// How many residents are drawn.
    pub panel: u32,
    /// How many votes decide.
    pub quorum: u32,
    /// The least mean score that passes, times 100.
    pub pass_mean_x100: u32,
    /// Whether more than half of the votes must say "solved".
    #[serde(default)]
    pub solved_majority: bool,
    /// Who is drawn and votes: `person` (default) or `household`.
    pub by: Option<String>,
    /// What becomes of it below the quorum: `votes` (default) or `unjudged`.
    pub below_quorum: Option<String>,
    /// By how many hours the time is made longer, once, where it runs out below the quorum.
    pub extend_hours: Option<u32>,
    /// The clock of that time.
    pub extend_clock: Option<String>,
}
