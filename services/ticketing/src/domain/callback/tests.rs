#![expect(clippy::unwrap_used, reason = "tests may")]

use std::time::Duration;

use jiff::tz::{Offset, TimeZone};

use super::*;

fn rule() -> CallbackRule {
    CallbackRule {
        by_person: "call_back".to_owned(),
        by_requester: "answer_callback".to_owned(),
        tries: 3,
        content_from: 3,
        link_hours: 72,
    }
}

fn china() -> TimeZone {
    TimeZone::fixed(Offset::constant(8))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn try_at(tries: &mut Vec<CallbackTry>, text: &str) -> Recorded {
    let contact = Contact::Unreached("no_answer".to_owned());
    record(&rule(), tries, contact, &china(), at(text))
}

fn answered(solved: Solved, satisfaction: u8) -> CallbackOutcome {
    let answer = Answer {
        solved,
        satisfaction,
        attitude: 5,
    };
    let contact = Contact::Answered(answer);
    let now = at("2026-11-23T02:00:00Z");
    record(&rule(), &mut Vec::new(), contact, &china(), now).outcome
}

#[test]
fn three_half_days_without_an_answer_are_not_reached() {
    let mut tries = Vec::new();
    // 09:00, 11:59 and 12:00 of Shanghai, and the next morning
    let first = try_at(&mut tries, "2026-11-23T01:00:00Z");
    assert_eq!(
        (first.outcome, first.half_days),
        (CallbackOutcome::Waiting, 1)
    );
    let same = try_at(&mut tries, "2026-11-23T03:59:00Z");
    assert_eq!(
        (same.outcome, same.half_days),
        (CallbackOutcome::Waiting, 1)
    );
    let noon = try_at(&mut tries, "2026-11-23T04:00:00Z");
    assert_eq!(
        (noon.outcome, noon.half_days),
        (CallbackOutcome::Waiting, 2)
    );
    let next = try_at(&mut tries, "2026-11-24T01:00:00Z");
    assert_eq!(
        (next.outcome, next.half_days),
        (CallbackOutcome::NotReached, 3)
    );
    assert_eq!(tries.len(), 4);
}

#[test]
fn the_night_belongs_to_the_local_day() {
    // 23:30 and 00:30 of Shanghai lie in two half-days, although the date of UTC is one
    let mut tries = Vec::new();
    let late = at("2026-11-23T15:30:00Z");
    for now in [late, late.plus(Duration::from_hours(1))] {
        let reason = "busy".to_owned();
        record(
            &rule(),
            &mut tries,
            Contact::Unreached(reason),
            &china(),
            now,
        );
    }
    assert_eq!(half_days(&tries, &china()), 2);
}

#[test]
fn only_solved_and_content_is_content() {
    for (solved, satisfaction, outcome) in [
        (Solved::Yes, 3, CallbackOutcome::Content),
        (Solved::Yes, 2, CallbackOutcome::Discontent),
        (Solved::Half, 5, CallbackOutcome::Discontent),
        (Solved::No, 5, CallbackOutcome::Discontent),
    ] {
        assert_eq!(
            answered(solved, satisfaction),
            outcome,
            "{solved:?} {satisfaction}"
        );
    }
}
