//! The closed registry of effects: what else happens when an action is taken.

mod apply;

use super::form::FieldKind;
pub(crate) use apply::{Progress, Setting};

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
    /// Records a try or an answer of the callback.
    RecordCallback,
    /// Makes the texts of the form public, with figures.
    Publish,
    /// Moves the order one level up, at most to the district.
    RaiseLevel,
    /// Says whether there is danger to life, from the form: limits that begin from here on count natural time.
    MarkLifeSafety,
    /// Puts the order under supervision.
    Supervise,
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
    pub const ALL: [Self; 15] = [
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
        Self::RecordCallback,
        Self::Publish,
        Self::RaiseLevel,
        Self::MarkLifeSafety,
        Self::Supervise,
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
            Self::RecordCallback => "record_callback",
            Self::Publish => "publish",
            Self::RaiseLevel => "raise_level",
            Self::MarkLifeSafety => "mark_life_safety",
            Self::Supervise => "supervise",
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
}
