//! 评单: the votes of one round and what follows from them.

use kernel::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};

/// How a result is judged, as the definition's `[review]` block says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRule {
    /// The action that casts a vote.
    pub action: String,
    /// How many residents are drawn beside the requester.
    pub panel: u32,
    /// How many votes decide.
    pub quorum: u32,
    /// The least mean score that passes, times 100.
    pub pass_mean_x100: u32,
    /// Whether more than half of the votes must say "solved".
    pub solved_majority: bool,
    /// Whether households are drawn, and vote once each (按户评议).
    pub by_household: bool,
    /// What becomes of a review whose time runs out below the quorum.
    pub below_quorum: BelowQuorum,
    /// How much longer the first time is, where it runs out below the quorum.
    pub extension: Option<ReviewExtension>,
}

kernel::named! {
    /// What becomes of a review whose time runs out below the quorum.
    #[derive(serde::Serialize)]
    pub enum BelowQuorum {
        /// The votes at hand decide.
        Votes = "votes",
        /// It is closed as unjudged, whatever the votes at hand say (未达法定户数).
        Unjudged = "unjudged",
    }
}

/// How a review is made longer, once a round (延长评议).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewExtension {
    /// The clock that runs while votes are cast.
    pub clock: String,
    /// By how many natural hours.
    pub hours: u32,
}

/// One vote on the result of one round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// Who voted.
    pub voter: AccountId,
    /// The round that was judged.
    pub round: u32,
    /// The score, 1 to 5.
    pub score: u8,
    /// Whether the matter is solved.
    pub solved: bool,
    /// When the vote was cast.
    pub at: Timestamp,
}

/// What the votes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewOutcome {
    /// Too few votes so far.
    Pending,
    /// The result is accepted.
    Passed,
    /// The result goes back.
    Failed,
    /// The time ran out without a single vote, or below the quorum where that is not enough.
    Unjudged,
    /// The time ran out below the quorum and is made longer.
    Extended,
}

impl ReviewOutcome {
    /// The outcomes that a definition may branch on.
    pub const DECIDED: [Self; 4] = [Self::Passed, Self::Failed, Self::Unjudged, Self::Extended];

    /// Returns the name used in definitions.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Unjudged => "unjudged",
            Self::Extended => "extended",
        }
    }

    /// Finds a decided outcome by the name used in definitions.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::DECIDED
            .into_iter()
            .find(|outcome| outcome.name() == name)
    }
}

/// The count of one round's votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Votes cast.
    pub votes: u32,
    /// Votes that decide: the quorum, or everybody when fewer may vote.
    pub needed: u32,
    /// Sum of the scores.
    pub score_sum: u32,
    /// Votes that say "solved".
    pub solved: u32,
    /// What follows.
    pub outcome: ReviewOutcome,
}

impl Tally {
    /// Least votes of which a sum tells nothing about a single one.
    pub const LEAST_SHOWN: u32 = 3;

    /// Says whether more than the number of votes may be shown: the result stands, and no single vote is read from it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let decided = matches!(self.outcome, ReviewOutcome::Passed | ReviewOutcome::Failed);
        decided && self.votes >= Self::LEAST_SHOWN
    }

    /// Returns the mean score times 100, rounded down; nothing without votes.
    #[must_use]
    pub fn mean_x100(&self) -> Option<u32> {
        self.score_sum.saturating_mul(100).checked_div(self.votes)
    }
}

/// Whether the votes at hand decide even below the quorum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// Voting goes on until the quorum is there.
    AtQuorum,
    /// The time is over.
    Now {
        /// Whether it was made longer before.
        extended: bool,
    },
}

/// Counts the votes of one round.
///
/// `eligible` is how many people may vote. Where fewer than the quorum may, all of them decide, so that a small
/// community never waits for votes that nobody can cast.
#[must_use]
pub fn tally(rule: &ReviewRule, votes: &[Vote], eligible: u32, closing: Closing) -> Tally {
    let cast = u32::try_from(votes.len()).unwrap_or(u32::MAX);
    let needed = rule.quorum.min(eligible).max(1);
    let score_sum = votes.iter().map(|vote| u32::from(vote.score)).sum::<u32>();
    let solved = votes.iter().map(|vote| u32::from(vote.solved)).sum::<u32>();
    let by_votes = || {
        if passes(rule, cast, score_sum, solved) {
            ReviewOutcome::Passed
        } else {
            ReviewOutcome::Failed
        }
    };
    let outcome = match closing {
        _ if cast >= needed => by_votes(),
        Closing::AtQuorum => ReviewOutcome::Pending,
        Closing::Now { extended: false } if rule.extension.is_some() => ReviewOutcome::Extended,
        Closing::Now { .. } if cast == 0 || rule.below_quorum == BelowQuorum::Unjudged => {
            ReviewOutcome::Unjudged
        }
        Closing::Now { .. } => by_votes(),
    };
    Tally {
        votes: cast,
        needed,
        score_sum,
        solved,
        outcome,
    }
}

/// Compares without division, so that a mean of exactly the limit passes.
fn passes(rule: &ReviewRule, votes: u32, score_sum: u32, solved: u32) -> bool {
    let mean_is_enough =
        u64::from(score_sum) * 100 >= u64::from(rule.pass_mean_x100) * u64::from(votes);
    let solved_is_enough = !rule.solved_majority || u64::from(solved) * 2 > u64::from(votes);
    mean_is_enough && solved_is_enough
}

#[cfg(test)]
mod tests;
