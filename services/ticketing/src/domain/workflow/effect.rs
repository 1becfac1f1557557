//! The closed registry of effects: what else happens when an action is taken.

use kernel::{OrgCode, OrgPath, Timestamp};

use super::engine::Facts;
use super::form::{FieldKind, Input};
use super::refusal::Refusal;
use crate::domain::actor::Actor;
use crate::domain::event::{DomainEvent, Figures};
use crate::domain::order::Order;
use crate::domain::panel;
use crate::domain::review::{self, Closing, ReviewOutcome, ReviewRule, Vote};
use crate::domain::wording::Bilingual;

/// An effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Offers a task to the volunteers of the order's place.
    OfferTask,
    /// Takes the task back, or ends its claim without a result.
    WithdrawTask,
    /// Ends the task because its result was accepted.
    FinishTask,
    /// Makes the actor, or the person the event is about, the handler.
    Assign,
    /// Takes the handler off; the list of former handlers stays.
    Unassign,
    /// Gives the order to the unit of the form.
    Route,
    /// Takes the unit off.
    ClearUnit,
    /// Draws residents to judge the result.
    DrawPanel,
    /// Records the vote of the form.
    RecordVote,
    /// Lets the votes at hand decide.
    ConcludeReview,
    /// Makes the texts of the form public, with figures.
    Publish,
    /// Moves the order one level up, at most to the district.
    RaiseLevel,
}

/// What an effect works with.
pub(crate) struct Setting<'a> {
    pub(crate) review: Option<&'a ReviewRule>,
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
}

/// A field that an effect reads from the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NeededField {
    /// The key.
    pub name: &'static str,
    /// The type name.
    pub kind: &'static str,
}

impl Effect {
    /// All effects.
    pub const ALL: [Self; 12] = [
        Self::OfferTask,
        Self::WithdrawTask,
        Self::FinishTask,
        Self::Assign,
        Self::Unassign,
        Self::Route,
        Self::ClearUnit,
        Self::DrawPanel,
        Self::RecordVote,
        Self::ConcludeReview,
        Self::Publish,
        Self::RaiseLevel,
    ];

    /// Returns the name used in definitions.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OfferTask => "offer_task",
            Self::WithdrawTask => "withdraw_task",
            Self::FinishTask => "finish_task",
            Self::Assign => "assign",
            Self::Unassign => "unassign",
            Self::Route => "route",
            Self::ClearUnit => "clear_unit",
            Self::DrawPanel => "draw_panel",
            Self::RecordVote => "record_vote",
            Self::ConcludeReview => "conclude_review",
            Self::Publish => "publish",
            Self::RaiseLevel => "raise_level",
        }
    }

    /// Finds an effect by the name used in definitions.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effect| effect.name() == name)
    }

    /// Returns the required fields that the effect reads from the form.
    #[must_use]
    pub fn needed_fields(self) -> &'static [NeededField] {
        const VOTE: &[NeededField] = &[
            NeededField {
                name: "score",
                kind: "integer",
            },
            NeededField {
                name: "solved",
                kind: "boolean",
            },
        ];
        const PUBLICATION: &[NeededField] = &[
            NeededField {
                name: "title",
                kind: "text",
            },
            NeededField {
                name: "summary",
                kind: "text",
            },
        ];
        const UNIT: &[NeededField] = &[NeededField {
            name: "unit",
            kind: "org_code",
        }];
        match self {
            Self::RecordVote => VOTE,
            Self::Publish => PUBLICATION,
            Self::Route => UNIT,
            _ => &[],
        }
    }

    /// Tells whether the effect needs a `[review]` block.
    #[must_use]
    pub fn needs_review(self) -> bool {
        matches!(
            self,
            Self::DrawPanel | Self::RecordVote | Self::ConcludeReview
        )
    }

    /// Tells whether a field kind is the one that an effect needs.
    #[must_use]
    pub(crate) fn accepts(needed: NeededField, kind: &FieldKind) -> bool {
        if needed.name == "score" {
            return matches!(kind, FieldKind::Integer { min, max } if *min >= 1 && *max <= 5);
        }
        needed.kind == kind.name()
    }

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
            Self::Unassign => unassign(progress),
            Self::Route => route(progress, setting)?,
            Self::ClearUnit => clear_unit(progress),
            Self::DrawPanel => draw_panel(progress, setting)?,
            Self::RecordVote => record_vote(progress, setting)?,
            Self::ConcludeReview => tally(progress, setting, Closing::Now)?,
            Self::Publish => publish(progress, setting),
            Self::RaiseLevel => raise_level(progress),
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
    let reason = Bilingual::new("派遣人指定", "chosen by the dispatcher");
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
    let draw = panel::draw(&pool.seed, &pool.candidates, &excluded, rule.panel);
    order.panel.clone_from(&draw.chosen);
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
        return Err(Refusal::Guard(super::Guard::NotVoted));
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

fn tally(progress: &mut Progress, setting: &Setting<'_>, closing: Closing) -> Result<(), Refusal> {
    let rule = setting.review.ok_or(Refusal::MissingFact("review"))?;
    let order = &progress.order;
    let tally = review::tally(rule, &order.votes, order.voters(), closing);
    progress.review = tally.outcome;
    if tally.outcome != ReviewOutcome::Pending {
        progress.events.push(DomainEvent::ReviewConcluded {
            round: order.round,
            tally,
        });
    }
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

/// Finds the place above, unless the order is at the district already.
fn level_above(code: &OrgCode, path: &OrgPath) -> Option<(OrgCode, OrgPath)> {
    if code.as_str().ends_with("000000") {
        return None;
    }
    let above = path.parent()?;
    Some((above.leaf()?, above))
}
