#![expect(clippy::unwrap_used, reason = "tests may")]

use kernel::Timestamp;

use super::{BelowQuorum, Closing, ReviewExtension, ReviewOutcome, ReviewRule, Vote, tally};
use crate::domain::testing::account;

fn rule() -> ReviewRule {
    ReviewRule {
        action: "review".to_owned(),
        panel: 4,
        quorum: 3,
        pass_mean_x100: 300,
        solved_majority: true,
        by_household: false,
        below_quorum: BelowQuorum::Votes,
        extension: None,
    }
}

fn votes(scores: &[(u8, bool)]) -> Vec<Vote> {
    let mut made = Vec::new();
    for (index, (score, solved)) in scores.iter().enumerate() {
        made.push(Vote {
            voter: account(u128::try_from(index).unwrap()),
            round: 1,
            score: *score,
            solved: *solved,
            at: Timestamp::UNIX_EPOCH,
        });
    }
    made
}

fn outcome(scores: &[(u8, bool)], voters: u32, closing: Closing) -> ReviewOutcome {
    tally(&rule(), &votes(scores), voters, closing).outcome
}

#[test]
fn votes_below_the_quorum_decide_nothing() {
    assert_eq!(outcome(&[], 5, Closing::AtQuorum), ReviewOutcome::Pending);
    let two = [(5, true), (5, true)];
    assert_eq!(outcome(&two, 5, Closing::AtQuorum), ReviewOutcome::Pending);
}

#[test]
fn a_mean_of_exactly_the_limit_with_a_solved_majority_passes() {
    let scores = [(1, true), (3, true), (5, false)];
    assert_eq!(
        outcome(&scores, 5, Closing::AtQuorum),
        ReviewOutcome::Passed
    );
}

#[test]
fn a_mean_below_the_limit_fails() {
    let scores = [(2, true), (3, true), (3, true)];
    assert_eq!(
        outcome(&scores, 5, Closing::AtQuorum),
        ReviewOutcome::Failed
    );
}

#[test]
fn half_solved_is_no_majority() {
    let scores = [(5, true), (5, true), (5, false), (5, false)];
    assert_eq!(
        outcome(&scores, 5, Closing::AtQuorum),
        ReviewOutcome::Failed
    );
}

#[test]
fn where_fewer_than_the_quorum_may_vote_all_of_them_decide() {
    assert_eq!(
        outcome(&[(4, true)], 2, Closing::AtQuorum),
        ReviewOutcome::Pending
    );
    let both = [(4, true), (4, true)];
    assert_eq!(outcome(&both, 2, Closing::AtQuorum), ReviewOutcome::Passed);
}

#[test]
fn when_the_time_is_over_the_votes_at_hand_decide() {
    assert_eq!(
        outcome(&[(1, false)], 5, Closing::Now { extended: false }),
        ReviewOutcome::Failed
    );
    assert_eq!(
        outcome(&[(4, true)], 5, Closing::Now { extended: false }),
        ReviewOutcome::Passed
    );
    assert_eq!(
        outcome(&[], 5, Closing::Now { extended: false }),
        ReviewOutcome::Unjudged
    );
}

#[test]
fn the_mean_is_given_times_one_hundred() {
    let scores = [(4, true), (5, true), (4, true)];
    let counted = tally(&rule(), &votes(&scores), 5, Closing::AtQuorum);
    assert_eq!(counted.mean_x100(), Some(433));
    assert_eq!(tally(&rule(), &[], 5, Closing::AtQuorum).mean_x100(), None);
}

#[test]
fn below_the_quorum_the_time_is_made_longer_once_and_then_nobody_has_judged() {
    let strict = ReviewRule {
        below_quorum: BelowQuorum::Unjudged,
        extension: Some(ReviewExtension {
            clock: "review".to_owned(),
            hours: 48,
        }),
        ..rule()
    };
    let two = votes(&[(5, true), (5, true)]);
    let outcome = |extended| tally(&strict, &two, 5, Closing::Now { extended }).outcome;
    assert_eq!(outcome(false), ReviewOutcome::Extended);
    assert_eq!(outcome(true), ReviewOutcome::Unjudged);
    // who may vote at all is enough, however few they are
    let all = tally(&strict, &two, 2, Closing::Now { extended: false });
    assert_eq!(all.outcome, ReviewOutcome::Passed);
}
