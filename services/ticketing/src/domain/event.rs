//! What happened to an order: facts for the timeline, and the source of outgoing messages.
//!
//! A fact may hold the texts that people typed ([`DomainEvent::Advanced`]'s `input`): the timeline shows them to
//! those who may see the order, outgoing messages leave them out.

use kernel::{AccountId, OrderId, OrgCode, OrgPath, PublicationId, RequestId, Role, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::actor::Doer;
use super::assist::PartState;
use super::callback::Recorded;
use super::ladder::Skipped;
use super::panel::Draw;
use super::request::{RequestKind, RequestState};
use super::review::Tally;
use super::wording::Bilingual;

/// One fact about an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DomainEvent {
    /// The order was opened (点单、上报).
    Opened {
        /// The workflow and its version.
        workflow: String,
        /// The version of the definition that the order keeps.
        workflow_version: u32,
        /// The first state.
        state: String,
        /// The place it belongs to.
        org_code: OrgCode,
        /// Where it came in.
        channel: String,
        /// Who asked; absent for imported messages.
        requester: Option<AccountId>,
    },
    /// A category was proposed or chosen, or left open with the reason (归类).
    Categorised {
        /// The category; absent when doubtful.
        category: Option<String>,
        /// Why.
        reason: Bilingual,
    },
    /// The order was given to a unit, with the reason (分派单位).
    Routed {
        /// The unit.
        unit: OrgCode,
        /// Why this one.
        reason: Bilingual,
    },
    /// The unit was taken off again (撤销单位).
    Unrouted {
        /// The unit that had it.
        unit: OrgCode,
    },
    /// An action moved the order, or kept it where it is (流转).
    Advanced {
        /// The action.
        action: String,
        /// The state before.
        from: String,
        /// The state after.
        to: String,
        /// The round in which the action was taken.
        round: u32,
        /// Who, and in which capacity.
        by: Doer,
        /// The checked input of the form.
        input: Value,
    },
    /// A new round began (重办).
    RoundStarted {
        /// Its number.
        round: u32,
    },
    /// A task was offered to volunteers (派出任务).
    TaskOffered {
        /// The round.
        round: u32,
        /// The place whose volunteers may claim it.
        org_path: OrgPath,
    },
    /// The task is no longer to be had, or its claim ended without a result (收回任务).
    TaskWithdrawn {
        /// The round.
        round: u32,
    },
    /// The task is done: its result was accepted (任务完成).
    TaskFinished {
        /// The round.
        round: u32,
    },
    /// Somebody took the order over (承办).
    Assigned {
        /// The new handler.
        assignee: AccountId,
        /// The round.
        round: u32,
    },
    /// The handler gave the order back or lost it (退出承办).
    Unassigned {
        /// The former handler.
        assignee: AccountId,
        /// The round.
        round: u32,
    },
    /// Residents were drawn to judge the result (抽取评议人).
    PanelDrawn {
        /// The round.
        round: u32,
        /// The record of the draw.
        draw: Draw,
    },
    /// A vote was cast (评单).
    Voted {
        /// The round.
        round: u32,
        /// The score.
        score: u8,
        /// Whether the voter finds the matter solved.
        solved: bool,
        /// Who voted.
        voter: AccountId,
    },
    /// The votes decided (评单结束).
    ReviewConcluded {
        /// The round.
        round: u32,
        /// The count.
        tally: Tally,
    },
    /// Somebody was called back, or answered by themselves (回访).
    CalledBack {
        /// The round.
        round: u32,
        /// What came of it.
        callback: Recorded,
    },
    /// The result was made public (晒单).
    Published {
        /// The title shown to everybody.
        title: String,
        /// The text shown to everybody.
        summary: String,
        /// The figures shown with it.
        figures: Figures,
    },
    /// The order moved one level up (提级).
    LevelRaised {
        /// The place it belonged to.
        from: OrgCode,
        /// The place it belongs to now.
        to: OrgCode,
    },
    /// A time limit began to run (计时开始).
    ClockStarted {
        /// The clock.
        clock: String,
        /// When it runs out.
        due_at: Timestamp,
    },
    /// A time limit stands still (暂停计时).
    ClockPaused {
        /// The clock.
        clock: String,
        /// The state or the request that stopped it.
        reason: String,
    },
    /// A time limit goes on (恢复计时).
    ClockResumed {
        /// The clock.
        clock: String,
        /// When it runs out now.
        due_at: Timestamp,
    },
    /// A time limit was made longer (延期).
    ClockExtended {
        /// The clock.
        clock: String,
        /// When it runs out now.
        due_at: Timestamp,
    },
    /// A time limit moved because its calendar was corrected (日历更正).
    ClockRecomputed {
        /// The clock.
        clock: String,
        /// When it ran out before.
        from: Timestamp,
        /// When it runs out now.
        to: Timestamp,
    },
    /// A level of warning or breach was reached (黄牌、红牌).
    LevelReached {
        /// The clock.
        clock: String,
        /// The level.
        level: String,
    },
    /// The next rung above was told (提级).
    Escalated {
        /// The clock.
        clock: String,
        /// The level.
        level: String,
        /// The node that was told, `/` for the city.
        to: String,
        /// The role that answers there.
        role: Role,
        /// The rungs that were passed over, with the reason.
        skipped: Vec<Skipped>,
    },
    /// The order is under supervision (督办).
    Supervised {
        /// Why.
        reason: String,
    },
    /// The order is no longer under supervision (解除督办).
    SupervisionEnded,
    /// A side request was made, or came a step further (附加申请).
    Requested {
        /// The request.
        request: RequestId,
        /// What is asked for.
        request_kind: RequestKind,
        /// Where it stands now.
        state: RequestState,
        /// How many of its kind the order has had, itself included.
        number: u32,
    },
    /// An assisting unit was asked, or its part came a step further (协办).
    PartMoved {
        /// The number of the part.
        part: u32,
        /// The unit.
        unit: OrgCode,
        /// Where the part stands now.
        state: PartState,
    },
    /// The order became part of another one (并案).
    MergedInto {
        /// The order that goes on.
        survivor: OrderId,
        /// When that one was opened; events of before this was noted have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        survivor_opened_at: Option<Timestamp>,
    },
    /// Another order became part of this one (并案).
    Absorbed {
        /// The order that became part of it.
        merged: OrderId,
    },
    /// An order is no longer part of another one: each goes on by itself (拆案).
    TakenApart {
        /// The other one.
        other: OrderId,
    },
    /// A second matter of the order became an order of its own (分案).
    SplitOff {
        /// The new order.
        other: OrderId,
    },
    /// What was published of it was taken down again (撤下晒单).
    PublicationWithdrawn {
        /// The publication.
        publication: PublicationId,
    },
    /// The order goes on by another version of its definition (迁移版本).
    DefinitionChanged {
        /// The version that it ran by.
        from: u32,
        /// The version that it goes on by.
        to: u32,
    },
    /// It was found whether there is danger to life (生命安全).
    LifeSafety {
        /// Whether there is.
        present: bool,
    },
    /// A time limit ended (计时结束).
    ClockStopped {
        /// The clock.
        clock: String,
        /// Whether it had run out.
        overdue: bool,
    },
}

impl DomainEvent {
    /// Returns the name under which the timeline stores the fact.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Categorised { .. } => "categorised",
            Self::Routed { .. } => "routed",
            Self::Unrouted { .. } => "unrouted",
            Self::Advanced { .. } => "advanced",
            Self::RoundStarted { .. } => "round_started",
            Self::TaskOffered { .. } => "task_offered",
            Self::TaskWithdrawn { .. } => "task_withdrawn",
            Self::TaskFinished { .. } => "task_finished",
            Self::Assigned { .. } => "assigned",
            Self::Unassigned { .. } => "unassigned",
            Self::PanelDrawn { .. } => "panel_drawn",
            Self::Voted { .. } => "voted",
            Self::ReviewConcluded { .. } => "review_concluded",
            Self::CalledBack { .. } => "called_back",
            Self::Published { .. } => "published",
            Self::LevelRaised { .. } => "level_raised",
            Self::ClockStarted { .. } => "clock_started",
            Self::ClockPaused { .. } => "clock_paused",
            Self::ClockResumed { .. } => "clock_resumed",
            Self::ClockExtended { .. } => "clock_extended",
            Self::ClockRecomputed { .. } => "clock_recomputed",
            Self::LevelReached { .. } => "level_reached",
            Self::Escalated { .. } => "escalated",
            Self::Supervised { .. } => "supervised",
            Self::SupervisionEnded => "supervision_ended",
            Self::Requested { .. } => "requested",
            Self::DefinitionChanged { .. } => "definition_changed",
            Self::PartMoved { .. } => "part_moved",
            Self::MergedInto { .. } => "merged_into",
            Self::Absorbed { .. } => "absorbed",
            Self::TakenApart { .. } => "taken_apart",
            Self::SplitOff { .. } => "split_off",
            Self::PublicationWithdrawn { .. } => "publication_withdrawn",
            Self::LifeSafety { .. } => "life_safety",
            Self::ClockStopped { .. } => "clock_stopped",
        }
    }
}

/// The figures that are published with a result: counts and times, no persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// How many rounds the matter took over all levels.
    pub rounds: u32,
    /// Votes on the last round.
    pub votes: u32,
    /// Of those, "solved".
    pub solved: u32,
    /// The mean score times 100; absent without votes.
    pub mean_score_x100: Option<u32>,
    /// Whole hours from opening to publication.
    pub hours: u64,
}
