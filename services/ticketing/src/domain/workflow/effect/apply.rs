//! What each effect does to an order.

use kernel::{OrgCode, OrgPath, Timestamp};

use super::Effect;
use crate::domain::actor::Actor;
use crate::domain::callback::{self, CallbackOutcome, CallbackRule};
use crate::domain::event::{DomainEvent, Figures};
use crate::domain::order::Order;
use crate::domain::panel;
use crate::domain::review::{self, Closing, ReviewOutcome, ReviewRule, Vote};
use crate::domain::wording::Bilingual;
use crate::domain::workflow::engine::Facts;
use crate::domain::workflow::form::Input;
use crate::domain::workflow::guard::Guard;
use crate::domain::workflow::refusal::Refusal;

/// What an effect works with.
pub(crate) struct Setting<'a> {
    pub(crate) review: Option<&'a ReviewRule>,
    pub(crate) callback: Option<&'a CallbackRule>,
    pub(crate) actor: &'a Actor,
    pub(crate) input: &'a Input,
    pub(crate) facts: &'a Facts,
    pub(crate) now: Timestamp,
}

/// The state of an action while its effects run.
pub(crate) struct Progress {
    pub(crate) order: Order,
    pub(crate) events: Vec<DomainEvent>,
    pub(crate) review: ReviewOutcome,
    pub(crate) callback: Option<CallbackOutcome>,
}

impl Effect {
    /// Applies the effect.
    pub(crate) fn apply(
        self,
        progress: &mut Progress,
        setting: &Setting<'_>,
    ) -> Result<(), Refusal> {
        match self {
            Self::OfferTask => offer_task(progress),
            Self::WithdrawTask => withdraw_task(progress),
            Self::FinishTask => finish_task(progress),
            Self::Assign => assign(progress, setting)?,
            Self::RecordHandler => record_handler(progress, setting)?,
            Self::Unassign => unassign(progress),
            Self::Route => route(progress, setting)?,
            Self::ClearUnit => clear_unit(progress),
            Self::DrawPanel => draw_panel(progress, setting)?,
            Self::RecordVote => record_vote(progress, setting)?,
            Self::ConcludeReview => conclude_review(progress, setting)?,
            Self::RecordCallback => record_callback(progress, setting)?,
            Self::Publish => publish(progress, setting),
            Self::RaiseLevel => raise_level(progress),
            Self::MarkLifeSafety => mark_life_safety(progress, setting),
            Self::Supervise => supervise(progress, "action"),
            Self::Unsupervise => unsupervise(progress),
        }
        Ok(())
    }
}

fn offer_task(progress: &mut Progress) {
    let order = &mut progress.order;
    order.task_open = true;
    progress.events.push(DomainEvent::TaskOffered {
        round: order.round,
        org_path: order.org_path.clone(),
    });
}

fn withdraw_task(progress: &mut Progress) {
    if progress.order.task_open {
        progress.order.task_open = false;
        progress.events.push(DomainEvent::TaskWithdrawn {
            round: progress.order.round,
        });
    }
}

fn finish_task(progress: &mut Progress) {
    if progress.order.task_open {
        progress.order.task_open = false;
        progress.events.push(DomainEvent::TaskFinished {
            round: progress.order.round,
        });
    }
}

fn assign(progress: &mut Progress, setting: &Setting<'_>) -> Result<(), Refusal> {
    let assignee = setting
        .actor
        .account()
        .ok_or(Refusal::MissingFact("assignee"))?;
    let order = &mut progress.order;
    if !order.handlers.contains(&assignee) {
        order.handlers.push(assignee);
    }
    if order.assignee != Some(assignee) {
        order.assignee = Some(assignee);
        progress.events.push(DomainEvent::Assigned {
            assignee,
            round: order.round,
        });
    }
    Ok(())
}

fn record_handler(progress: &mut Progress, setting: &Setting<'_>) -> Result<(), Refusal> {
    let handler = setting
        .actor
        .account()
        .ok_or(Refusal::MissingFact("handler"))?;
    unassign(progress);
    let order = &mut progress.order;
    if !order.handlers.contains(&handler) {
        order.handlers.push(handler);
    }
    Ok(())
}

fn unassign(progress: &mut Progress) {
    if let Some(assignee) = progress.order.assignee.take() {
        progress.events.push(DomainEvent::Unassigned {
            assignee,
            round: progress.order.round,
        });
    }
}

fn route(progress: &mut Progress, setting: &Setting<'_>) -> Result<(), Refusal> {
    let Some(asked) = setting.input.org_code("unit") else {
        return Ok(());
    };
    // the caller looked the code up in the org tree and found nothing, or something else
    let Some(unit) = setting
        .facts
        .unit
        .as_ref()
        .filter(|unit| unit.code == *asked)
    else {
        let reason = Bilingual::new("没有这个单位", "there is no such unit");
        return Err(Refusal::invalid("/unit", reason));
    };
    // a rule that needs nobody's word says why
    let why = |name| {
        setting
            .input
            .text(name)
            .filter(|_| setting.actor.account().is_none())
    };
    let reason = match (why("reason"), why("reason_en")) {
        (Some(zh), Some(en)) => Bilingual::new(zh, en),
        _ => Bilingual::new("派遣人指定", "chosen by the dispatcher"),
    };
    progress.order.unit_path = Some(unit.path.clone());
    progress.order.unit_reason = Some(reason.clone());
    progress.events.push(DomainEvent::Routed {
        unit: unit.code.clone(),
        reason,
    });
    Ok(())
}

fn clear_unit(progress: &mut Progress) {
    progress.order.unit_reason = None;
    let unit = progress.order.unit_path.take();
    if let Some(unit) = unit.as_ref().and_then(OrgPath::leaf) {
        progress.events.push(DomainEvent::Unrouted { unit });
    }
}

fn draw_panel(progress: &mut Progress, setting: &Setting<'_>) -> Result<(), Refusal> {
    let rule = setting.review.ok_or(Refusal::MissingFact("review"))?;
    let pool = setting
        .facts
        .panel
        .as_ref()
        .ok_or(Refusal::MissingFact("panel"))?;
    let order = &mut progress.order;
    let mut excluded = order.handlers.clone();
    excluded.extend(order.requester);
    excluded.extend(&pool.barred);
    let draw = if rule.by_household {
        let (people, homes) = (&pool.candidates, &pool.homes);
        panel::draw_households(&pool.seed, people, homes, &excluded, rule.panel)
    } else {
        panel::draw(&pool.seed, &pool.candidates, &excluded, rule.panel)
    };
    order.panel.clone_from(&draw.chosen);
    order.panel_households.clone_from(&draw.households);
    order.votes.clear();
    progress.events.push(DomainEvent::PanelDrawn {
        round: order.round,
        draw,
    });
    Ok(())
}

fn record_vote(progress: &mut Progress, setting: &Setting<'_>) -> Result<(), Refusal> {
    let voter = setting
        .actor
        .account()
        .ok_or(Refusal::MissingFact("voter"))?;
    let order = &mut progress.order;
    if order.has_vote_of(voter) {
        return Err(Refusal::Guard(Guard::NotVoted));
    }
    let score = setting
        .input
        .integer("score")
        .and_then(|score| u8::try_from(score).ok());
    let score = score.ok_or(Refusal::MissingFact("score"))?;
    let solved = setting
        .input
        .boolean("solved")
        .ok_or(Refusal::MissingFact("solved"))?;
    let round = order.round;
    order.votes.push(Vote {
        voter,
        round,
        score,
        solved,
        at: setting.now,
    });
    progress.events.push(DomainEvent::Voted {
        round,
        score,
        solved,
        voter,
    });
    tally(progress, setting, Closing::AtQuorum)
}

fn conclude_review(progress: &mut Progress, setting: &Setting<'_>) -> Result<(), Refusal> {
    let rule = setting.review.ok_or(Refusal::MissingFact("review"))?;
    let mut clocks = progress.order.clocks.iter();
    let extended = rule.extension.as_ref().is_some_and(|extension| {
        let clock = clocks.find(|clock| clock.name == extension.clock);
        let run = clock.and_then(|clock| clock.run.as_ref());
        // a limit that isn't there can't be made longer
        run.is_none_or(|run| !run.extensions.is_empty())
    });
    tally(progress, setting, Closing::Now { extended })
}

fn tally(progress: &mut Progress, setting: &Setting<'_>, closing: Closing) -> Result<(), Refusal> {
    let rule = setting.review.ok_or(Refusal::MissingFact("review"))?;
    let order = &progress.order;
    let tally = review::tally(rule, &order.votes, order.voters(), closing);
    progress.review = tally.outcome;
    if !matches!(
        tally.outcome,
        ReviewOutcome::Pending | ReviewOutcome::Extended
    ) {
        progress.events.push(DomainEvent::ReviewConcluded {
            round: order.round,
            tally,
        });
    }
    Ok(())
}

fn record_callback(progress: &mut Progress, setting: &Setting<'_>) -> Result<(), Refusal> {
    let rule = setting.callback.ok_or(Refusal::MissingFact("callback"))?;
    let order = &mut progress.order;
    let zone = setting.facts.calendar.zone();
    let contact = callback::Contact::read(setting.input).ok_or(Refusal::MissingFact("callback"))?;
    let recorded = callback::record(rule, &mut order.callback_tries, contact, zone, setting.now);
    progress.callback = Some(recorded.outcome);
    progress.events.push(DomainEvent::CalledBack {
        round: order.round,
        callback: recorded,
    });
    Ok(())
}

fn publish(progress: &mut Progress, setting: &Setting<'_>) {
    let text = |name| setting.input.text(name).unwrap_or_default().to_owned();
    let order = &progress.order;
    let votes = u32::try_from(order.votes.len()).unwrap_or(u32::MAX);
    let sum: u32 = order.votes.iter().map(|vote| u32::from(vote.score)).sum();
    let figures = Figures {
        rounds: order.round,
        votes,
        solved: order.votes.iter().map(|vote| u32::from(vote.solved)).sum(),
        mean_score_x100: sum.saturating_mul(100).checked_div(votes),
        hours: setting.now.duration_since(order.created_at).as_secs() / 3600,
    };
    progress.events.push(DomainEvent::Published {
        title: text("title"),
        summary: text("summary"),
        figures,
    });
}

fn raise_level(progress: &mut Progress) {
    let order = &mut progress.order;
    let Some((code, path)) = level_above(&order.org_code, &order.org_path) else {
        return;
    };
    let from = std::mem::replace(&mut order.org_code, code.clone());
    order.org_path = path;
    progress
        .events
        .push(DomainEvent::LevelRaised { from, to: code });
}

/// Reads `life_safety` of the form; left out it changes nothing.
fn mark_life_safety(progress: &mut Progress, setting: &Setting<'_>) {
    let Some(present) = setting.input.boolean("life_safety") else {
        return;
    };
    if progress.order.life_safety != present {
        progress.order.life_safety = present;
        progress.events.push(DomainEvent::LifeSafety { present });
    }
}

fn supervise(progress: &mut Progress, reason: &str) {
    if !progress.order.supervised {
        progress.order.supervised = true;
        progress.events.push(DomainEvent::Supervised {
            reason: reason.to_owned(),
        });
    }
}

fn unsupervise(progress: &mut Progress) {
    if progress.order.supervised {
        progress.order.supervised = false;
        progress.events.push(DomainEvent::SupervisionEnded);
    }
}

/// Finds the place above, unless the order is at the district already.
fn level_above(code: &OrgCode, path: &OrgPath) -> Option<(OrgCode, OrgPath)> {
    if code.as_str().ends_with("000000") {
        return None;
    }
    let above = path.parent()?;
    Some((above.leaf()?, above))
}
