//! Orders as the API shows them.

use std::sync::Arc;

use auth::Ctx;
use kernel::{ContactId, GeoPoint, OrderId, OrgCode, Timestamp, Version};
use problem::Locale;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::access::{Standing, actor_of, knows_who_asked};
use super::part_view::{OrderPartView, part_views};
use crate::domain::callback::half_days;
use crate::domain::clock::RunningClock;
use crate::domain::order::Order;
use crate::domain::review::{self, Closing};
use crate::domain::scan;
use crate::domain::wording::Bilingual;
use crate::domain::workflow::clocks::rule_of;
use crate::domain::workflow::{Definition, legal_actions};
use crate::store::orders::StoredOrder;

/// An order (工单) with what the caller may do about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own"
)]
pub(crate) struct OrderView {
    /// The order.
    pub(crate) id: OrderId,
    /// The number that people use (工单编号).
    #[schema(example = "WD20261122-7K2MQ9XR")]
    pub(crate) number: String,
    /// The workflow.
    pub(crate) workflow: String,
    /// The state.
    pub(crate) state: String,
    /// The state in words.
    pub(crate) state_title: String,
    /// What it is about, in a line.
    pub(crate) title: String,
    /// The matter.
    pub(crate) content: String,
    /// The category; none while a person has yet to decide.
    pub(crate) category: Option<String>,
    /// Why the category.
    pub(crate) category_reason: Option<String>,
    /// The place it belongs to.
    pub(crate) org_code: OrgCode,
    /// The name of that place.
    pub(crate) org_name: String,
    /// The unit that handles it (承办单位).
    pub(crate) unit_code: Option<OrgCode>,
    /// The name of the unit.
    pub(crate) unit_name: Option<String>,
    /// Why this unit.
    pub(crate) routing_reason: Option<String>,
    /// Where on the map, WGS-84.
    pub(crate) location: Option<GeoPoint>,
    /// Where it came in.
    pub(crate) channel: String,
    /// Whether somebody filed it for the requester (代为登记).
    pub(crate) on_behalf: bool,
    /// How somebody without an account is reached (联系信息编号), for those who work at its place: what it says, identity
    /// shows to whom it may.
    pub(crate) contact: Option<ContactId>,
    /// The round of handling (轮次).
    pub(crate) round: u32,
    /// Whether the caller asked for it.
    pub(crate) requester_is_me: bool,
    /// Whether the caller handles it.
    pub(crate) assignee_is_me: bool,
    /// Whether it must not be published.
    pub(crate) confidential: bool,
    /// The unit that it is about (被反映单位): nobody of it handles or sees the order by their office.
    pub(crate) about: Option<OrgCode>,
    /// Who passes on what a unit wants to say to whoever asked, where that is confidential (转达人): texts are shown with
    /// names, telephones, rooms and the like hidden then.
    pub(crate) relay: Option<RelayContactView>,
    /// When the running limit ends (时限).
    pub(crate) due_at: Option<Timestamp>,
    /// Whether that limit has passed.
    pub(crate) overdue: bool,
    /// Whether it is under supervision (督办).
    pub(crate) supervised: bool,
    /// Whether there is danger to life: its limits count natural time (生命安全).
    pub(crate) life_safety: bool,
    /// The limits that run (计时).
    pub(crate) clocks: Vec<OrderClockView>,
    /// When it was opened.
    pub(crate) created_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
    /// Its version, for `If-Match`.
    pub(crate) version: Version,
    /// How it is being judged (评单); absent before.
    pub(crate) review: Option<ReviewView>,
    /// How the callback goes (回访); absent in workflows and states without one.
    pub(crate) callback: Option<CallbackView>,
    /// The units that the dispatch catalogue names to help and that nobody has asked (建议协办), for those who work on the
    /// order.
    pub(crate) suggested_assisting: Option<SuggestedAssistingView>,
    /// The parts of assisting units (协办).
    pub(crate) parts: Vec<OrderPartView>,
    /// The order that it became part of (并入); it is looked up by number there.
    pub(crate) merged_into: Option<OrderId>,
    /// The order that it was split off from (分案).
    pub(crate) split_from: Option<OrderId>,
    /// How many others asked for the same: those whose orders became part of this one (并案诉求人).
    pub(crate) joint_requesters: usize,
    /// Whether the caller is one of them: who reads the order as one of them is shown nobody else's words.
    pub(crate) joint_requester_is_me: bool,
    /// What the caller may do now.
    pub(crate) actions: Vec<ActionView>,
}

/// Units that a rule of the dispatch catalogue names to help (建议协办).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct SuggestedAssistingView {
    /// The units.
    pub(crate) units: Vec<SuggestedUnitView>,
    /// Why.
    pub(crate) reason: String,
}

/// A unit that may help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct SuggestedUnitView {
    /// Its code.
    pub(crate) unit_code: OrgCode,
    /// Its name.
    pub(crate) unit_name: String,
}

/// A limit of an order that runs or stands still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct OrderClockView {
    /// The clock of the workflow.
    pub(crate) name: String,
    /// Its title.
    pub(crate) title: String,
    /// When it ends; of one that stands still, when it would have.
    pub(crate) due_at: Timestamp,
    /// Why it stands still, where it does.
    pub(crate) paused: Option<String>,
    /// For how long it has stood still altogether, in seconds of natural time.
    pub(crate) paused_seconds: u64,
    /// How often it was made longer.
    pub(crate) extensions: usize,
    /// The levels of warning and breach that it has reached.
    pub(crate) reached: Vec<String>,
}

/// How the result of a round is being judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ReviewView {
    /// The round.
    pub(crate) round: u32,
    /// Whether households vote, once each (按户).
    pub(crate) by_household: bool,
    /// How many people, or households, may vote.
    pub(crate) voters: u32,
    /// Votes cast.
    pub(crate) votes: u32,
    /// Votes that decide.
    pub(crate) quorum: u32,
    /// Whether the caller was drawn to judge.
    pub(crate) drawn_is_me: bool,
    /// Whether the caller, or their household, has voted.
    pub(crate) voted_is_me: bool,
    /// The mean score times 100, once it is decided by three votes or more.
    pub(crate) mean_score_x100: Option<u32>,
}

/// How the callback of a round goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct CallbackView {
    /// When somebody was looked for and not reached.
    pub(crate) tries: Vec<Timestamp>,
    /// In how many half-days that was, working time's zone.
    pub(crate) half_days: u32,
    /// In how many it ends as not reached (未接通).
    pub(crate) most_half_days: u32,
}

/// An action that the caller may take now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ActionView {
    /// The last part of the action's URL.
    pub(crate) name: String,
    /// The text on the button.
    pub(crate) title: String,
    /// JSON Schema of the body.
    #[schema(value_type = Object)]
    pub(crate) form: Arc<serde_json::Value>,
    /// What else must hold when the action is sent.
    pub(crate) requires: Vec<RequirementView>,
}

/// What must hold when an action is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct RequirementView {
    /// Its name.
    pub(crate) name: String,
    /// What it demands.
    pub(crate) title: String,
}

/// Picks the wording of a locale.
pub(crate) fn words(text: &Bilingual, locale: Locale) -> &str {
    match locale {
        Locale::Zh => &text.zh,
        Locale::En => &text.en,
    }
}

/// Names a state in the caller's language.
pub(crate) fn state_title(definition: Option<&Definition>, state: &str, locale: Locale) -> String {
    let known = definition.and_then(|definition| definition.state(state));
    known
        .map_or(state, |known| words(&known.title, locale))
        .to_owned()
}

/// A place whose staff know who asked for a confidential order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct RelayContactView {
    /// The place.
    pub(crate) org_code: OrgCode,
    /// Its name.
    pub(crate) org_name: String,
}

/// Shows an order to a caller.
pub(crate) fn order_view(app: &App, ctx: &Ctx, stored: &StoredOrder) -> OrderView {
    let order = &stored.order;
    let me = ctx.principal.account;
    let locale = ctx.locale;
    let definition = app
        .workflows
        .find(&order.workflow, order.workflow_version)
        .map(AsRef::as_ref);
    let said = |text: &Bilingual| words(text, locale).to_owned();
    // another resident's words are not for who only asked for the same
    let standing = Standing::of(&ctx.principal, order);
    let follows = standing == Standing::JointRequester;
    let at_place = standing == Standing::Staff && knows_who_asked(&ctx.principal, order);
    // a unit needs the matter, not who brought it forward
    let hides = order.confidential && !knows_who_asked(&ctx.principal, order);
    let own_words = |text: &String| {
        if hides && !follows {
            scan::hidden(text)
        } else if follows {
            said(&Bilingual::new(
                "（已并案，原诉求内容不公开）",
                "(merged; the words of others are not shown)",
            ))
        } else {
            text.clone()
        }
    };
    OrderView {
        id: order.id,
        number: order.number.as_str().to_owned(),
        workflow: order.workflow.clone(),
        state: order.state.clone(),
        state_title: state_title(definition, &order.state, locale),
        title: own_words(&order.title),
        content: own_words(&order.content),
        category: order.category.clone(),
        category_reason: stored.category_reason.as_ref().map(said),
        org_code: order.org_code.clone(),
        org_name: stored.org_name.clone(),
        unit_code: order.unit_code(),
        unit_name: stored.unit_name.clone(),
        routing_reason: order.unit_reason.as_ref().map(said),
        location: order.location.filter(|_| !follows),
        channel: order.channel.clone(),
        on_behalf: order.filed_by.is_some(),
        contact: order.contact.filter(|_| at_place),
        round: order.round,
        requester_is_me: order.requester == Some(me),
        assignee_is_me: order.assignee == Some(me),
        confidential: order.confidential,
        about: order.about.clone(),
        relay: hides.then(|| RelayContactView {
            org_code: order.org_code.clone(),
            org_name: stored.org_name.clone(),
        }),
        due_at: order.due_at,
        overdue: order.due_at.is_some_and(|due_at| due_at < ctx.now),
        supervised: order.supervised,
        life_safety: order.life_safety,
        clocks: clock_views(definition, order, ctx),
        created_at: order.created_at,
        updated_at: order.updated_at,
        version: order.version,
        review: definition.and_then(|definition| review_view(definition, order, ctx)),
        callback: definition.and_then(|definition| callback_view(app, definition, order)),
        suggested_assisting: definition
            .filter(|_| standing == Standing::Staff)
            .and_then(|definition| suggested_view(definition, order, ctx)),
        parts: part_views(ctx, order),
        merged_into: order.merged_into,
        split_from: order.split_from,
        joint_requesters: order.joint_requesters.len(),
        joint_requester_is_me: order.joint_requesters.contains(&me),
        actions: definition.map_or_else(Vec::new, |definition| actions(definition, order, ctx)),
    }
}

fn clock_views(definition: Option<&Definition>, order: &Order, ctx: &Ctx) -> Vec<OrderClockView> {
    let title = |name: &str| {
        let rule = definition.and_then(|definition| rule_of(definition, name));
        rule.map_or(name, |rule| words(&rule.title, ctx.locale))
            .to_owned()
    };
    let view = |clock: &RunningClock| {
        let run = clock.run.as_ref();
        OrderClockView {
            name: clock.name.clone(),
            title: title(&clock.name),
            due_at: clock.due_at,
            paused: clock.paused_for().map(str::to_owned),
            paused_seconds: run.map_or(0, |run| run.stood_still(ctx.now).as_secs()),
            extensions: run.map_or(0, |run| run.extensions.len()),
            reached: run.map_or_else(Vec::new, |run| run.reached.clone()),
        }
    };
    order.clocks.iter().map(view).collect()
}

/// Shows which units may still be asked to help; nothing where the workflow knows none, or the order has ended.
fn suggested_view(
    definition: &Definition,
    order: &Order,
    ctx: &Ctx,
) -> Option<SuggestedAssistingView> {
    let ended = definition.is_terminal(&order.state);
    definition.assist.as_ref().filter(|_| !ended)?;
    let suggested = order.suggested.as_ref()?;
    let units = suggested.open(order).map(|(code, name)| SuggestedUnitView {
        unit_code: code.clone(),
        unit_name: name.clone(),
    });
    let units: Vec<SuggestedUnitView> = units.collect();
    (!units.is_empty()).then(|| SuggestedAssistingView {
        units,
        reason: words(&suggested.reason, ctx.locale).to_owned(),
    })
}

fn review_view(definition: &Definition, order: &Order, ctx: &Ctx) -> Option<ReviewView> {
    let rule = definition.review.as_ref()?;
    let me = ctx.principal.account;
    let judged = definition
        .action(&rule.action)
        .is_some_and(|action| action.from.contains(&order.state));
    if !judged && order.votes.is_empty() {
        return None;
    }
    let voters = order.voters();
    let closing = if judged {
        Closing::AtQuorum
    } else {
        Closing::Now { extended: true }
    };
    let tally = review::tally(rule, &order.votes, voters, closing);
    Some(ReviewView {
        round: order.round,
        by_household: rule.by_household,
        voters,
        votes: tally.votes,
        quorum: tally.needed,
        drawn_is_me: order.panel.contains(&me),
        voted_is_me: order.has_vote_of(me),
        mean_score_x100: tally.mean_x100().filter(|_| tally.is_open()),
    })
}

fn callback_view(app: &App, definition: &Definition, order: &Order) -> Option<CallbackView> {
    let rule = definition.callback.as_ref()?;
    let action = definition.action(&rule.by_person)?;
    if !action.from.contains(&order.state) {
        return None;
    }
    let tries = &order.callback_tries;
    Some(CallbackView {
        tries: tries.iter().map(|one| one.at).collect(),
        half_days: half_days(tries, &app.zone),
        most_half_days: rule.tries,
    })
}

fn actions(definition: &Definition, order: &Order, ctx: &Ctx) -> Vec<ActionView> {
    let offers = legal_actions(definition, order, &actor_of(&ctx.principal), ctx.now);
    let mut views = Vec::with_capacity(offers.len());
    for offer in offers {
        let requires = offer.requires.iter().map(|requirement| RequirementView {
            name: requirement.name.to_owned(),
            title: words(&requirement.title, ctx.locale).to_owned(),
        });
        views.push(ActionView {
            title: words(&offer.title, ctx.locale).to_owned(),
            requires: requires.collect(),
            name: offer.name,
            form: offer.form,
        });
    }
    views
}
