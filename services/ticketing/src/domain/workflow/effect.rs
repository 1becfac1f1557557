//! The closed registry of effects: what else happens when an action is taken.

mod apply;

use super::form::FieldKind;
pub(crate) use apply::{Progress, Setting};

kernel::named! {
    /// An effect.
    #[derive(serde::Serialize)]
    pub enum Effect {
        /// Offers a task to the volunteers of the order's place.
        OfferTask = "offer_task",
        /// Takes the task back, or ends its claim without a result.
        WithdrawTask = "withdraw_task",
        /// Ends the task because its result was accepted.
        FinishTask = "finish_task",
        /// Makes the actor, or the person the event is about, the handler.
        Assign = "assign",
        /// Counts the actor among those who handled the order; nobody has it then.
        RecordHandler = "record_handler",
        /// Takes the handler off; the list of former handlers stays.
        Unassign = "unassign",
        /// Gives the order to the unit of the form.
        Route = "route",
        /// Takes the unit off.
        ClearUnit = "clear_unit",
        /// Draws residents to judge the result.
        DrawPanel = "draw_panel",
        /// Records the vote of the form.
        RecordVote = "record_vote",
        /// Lets the votes at hand decide.
        ConcludeReview = "conclude_review",
        /// Records a try or an answer of the callback.
        RecordCallback = "record_callback",
        /// Makes the texts of the form public, with figures.
        Publish = "publish",
        /// Moves the order one level up, at most to the district.
        RaiseLevel = "raise_level",
        /// Says whether there is danger to life, from the form: limits that begin from here on count natural time.
        MarkLifeSafety = "mark_life_safety",
        /// Puts the order under supervision.
        Supervise = "supervise",
        /// Takes the order off supervision.
        Unsupervise = "unsupervise",
    }
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
}
