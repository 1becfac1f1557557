//! Shows what happened to an order (时间线), to each only what concerns them.

use ::store::StoreError;
use auth::Ctx;
use chassis::http::{Limit, Page};
use kernel::{AccountId, Cursor, CursorError, OrderId, Role, Timestamp};
use problem::{Category, Fact};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::App;
use super::access::{AccessError, Standing, knows_who_asked, load_visible};
use super::view::{state_title, words};
use crate::domain::review::Tally;
use crate::domain::scan;
use crate::domain::workflow::Definition;
use crate::store::timeline::{Entry, list_entries};
use crate::store::withdrawals::is_withdrawn;

const LIST: &str = "timeline";
/// The one field of a unit's report that is meant for everybody.
const PUBLIC_ANSWER: &str = "public_answer";
/// Facts that name no person.
const SHOWN_FACTS: &[&str] = &[
    "categorised",
    "routed",
    "unrouted",
    "round_started",
    "level_raised",
    "review_concluded",
    "called_back",
    "clock_started",
    "clock_stopped",
    "clock_paused",
    "clock_resumed",
    "clock_extended",
    "clock_recomputed",
    "level_reached",
    "escalated",
    "supervised",
    "supervision_ended",
    "life_safety",
    "requested",
    "definition_changed",
    "part_moved",
    "merged_into",
    "absorbed",
    "taken_apart",
    "split_off",
    "publication_withdrawn",
];

/// One change of an order.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct TimelineEntry {
    /// The version that the order had afterwards; changes come in this order.
    pub(crate) seq: i64,
    /// What sort of change: `opened`, `advanced`, `warned`, `overdue`, `recomputed`, `request`, `part`, `merge`, `split`, `withdrawn`,
    /// `migrated`.
    pub(crate) kind: String,
    /// The action, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) action: Option<String>,
    /// The action in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) action_title: Option<String>,
    /// The state before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<String>,
    /// The state after.
    pub(crate) to: String,
    /// The state after, in words.
    pub(crate) to_title: String,
    /// The round.
    pub(crate) round: u32,
    /// When.
    pub(crate) at: Timestamp,
    /// In which capacity somebody did it; never who.
    pub(crate) actor_role: String,
    /// Whether it was the caller.
    pub(crate) by_me: bool,
    /// What was filled in, as far as the caller may read it.
    #[schema(value_type = Object)]
    pub(crate) input: Value,
    /// What followed from it.
    #[schema(value_type = Vec<Object>)]
    pub(crate) facts: Vec<Value>,
}

/// Why a timeline is not shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TimelineError {
    /// There is no such order for the caller.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The cursor is not one of this list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for TimelineError {
    fn fact(&self) -> Fact {
        match self {
            Self::Access(error) => error.fact(),
            Self::Store(error) => error.fact(),
            Self::Cursor(error) => error.fact(),
        }
    }
}

/// Lists the changes of an order, oldest first.
pub(crate) async fn show_timeline(
    app: &App,
    ctx: &Ctx,
    id: OrderId,
    cursor: Option<&str>,
    limit: Limit,
) -> Result<Page<TimelineEntry>, TimelineError> {
    let after: i64 = match cursor {
        Some(text) => Cursor::decode(LIST, text)?,
        None => 0,
    };
    let db = app.db.reader();
    let (stored, standing) = load_visible(db, ctx, id).await?;
    let entries = list_entries(db, id, after, limit.get() + 1).await?;
    let (mut entries, next) = Cursor::cut(entries, limit.size(), |entry| {
        Cursor::encode(LIST, &entry.seq)
    });
    if standing != Standing::Staff && entries.iter().any(publishes) && is_withdrawn(db, id).await? {
        for entry in entries.iter_mut().filter(|entry| publishes(entry)) {
            entry.input = Value::Object(Map::new());
        }
    }
    let order = &stored.order;
    let definition = app.workflows.find(&order.workflow, order.workflow_version);
    let definition = definition.map(AsRef::as_ref);
    // what a confidential order hides is not to be read from what was filled in either
    let hides = order.confidential && !knows_who_asked(&ctx.principal, order);
    let items = entries
        .into_iter()
        .map(|entry| shown(entry, definition, ctx, (standing, hides)))
        .collect();
    Ok(Page { items, next })
}

/// Says whether it is the line of a publication: its texts are no longer for everybody once that was taken down.
fn publishes(entry: &Entry) -> bool {
    let mut facts = entry.facts.iter();
    facts.any(|fact| fact.get("kind").and_then(Value::as_str) == Some("published"))
}

fn shown(
    entry: Entry,
    definition: Option<&Definition>,
    ctx: &Ctx,
    (standing, hides): (Standing, bool),
) -> TimelineEntry {
    let me: AccountId = ctx.principal.account;
    let by_me = entry.actor == Some(me);
    let action = definition.and_then(|definition| definition.action(&entry.action));
    let named = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let review = definition.and_then(|definition| definition.review.as_ref());
    let is_vote = review.is_some_and(|rule| rule.action == entry.action);
    let facts = entry.facts.iter().filter(|fact| {
        let kind = fact.get("kind").and_then(Value::as_str).unwrap_or_default();
        SHOWN_FACTS.contains(&kind)
    });
    let mut input = readable(&entry, standing, by_me, is_vote);
    if hides && !by_me {
        hide(&mut input);
    }
    TimelineEntry {
        seq: entry.seq,
        to_title: state_title(definition, &entry.to_state, ctx.locale),
        action: named(&entry.action),
        action_title: action.map(|action| words(&action.title, ctx.locale).to_owned()),
        from: named(&entry.from_state),
        facts: facts.cloned().map(sealed).collect(),
        input,
        kind: entry.kind,
        to: entry.to_state,
        round: entry.round,
        at: entry.at,
        actor_role: entry.capacity,
        by_me,
    }
}

/// Leaves of a review that has too few votes, or was not decided, only that: no single vote shows in it.
fn sealed(mut fact: Value) -> Value {
    let Some(tally) = fact.get_mut("tally") else {
        return fact;
    };
    let known: Option<Tally> = Tally::deserialize(&*tally).ok();
    if known.is_none_or(|tally| !tally.is_open())
        && let Some(members) = tally.as_object_mut()
    {
        members.retain(|name, _| name == "outcome" || name == "votes");
    }
    fact
}

/// Hides what looks like personal data in every text of a filled-in form.
fn hide(value: &mut Value) {
    match value {
        Value::String(text) => *text = scan::hidden(text),
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::Object(members) => members.values_mut().for_each(hide),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Leaves out what is not for the caller: a single vote, and what offices write for each other.
fn readable(entry: &Entry, standing: Standing, by_me: bool, is_vote: bool) -> Value {
    if by_me {
        return entry.input.clone();
    }
    let nothing = || Value::Object(Map::new());
    if is_vote {
        return nothing();
    }
    if standing == Standing::Staff {
        return entry.input.clone();
    }
    let unit_alone = standing == Standing::JointRequester;
    match entry.capacity.parse::<Role>() {
        Ok(Role::DepartmentLiaison) => {
            let mut shown = Map::new();
            if let Some(answer) = entry.input.get(PUBLIC_ANSWER) {
                shown.insert(PUBLIC_ANSWER.to_owned(), answer.clone());
            }
            Value::Object(shown)
        }
        Ok(Role::Inspector | Role::CallbackAgent | Role::Assessor) => nothing(),
        _ if unit_alone => nothing(),
        _ => entry.input.clone(),
    }
}
