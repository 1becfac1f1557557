//! Blocks about calling back and judging that don't fit are refused with their place.

use crate::domain::callback::CallbackRule;
use crate::domain::workflow::catalogue::BUNDLED;
use crate::domain::workflow::district::{self, CallbackOverride, Override, ReviewOverride};
use crate::domain::workflow::{ProblemKind, load};

fn file(name: &str) -> (&'static str, &'static str) {
    let mut files = BUNDLED.into_iter();
    files.find(|(file, _)| *file == name).unwrap()
}

/// Breaks a file in one place.
fn refused(name: &str, from: &str, to: &str, kind: ProblemKind, place: &str) {
    let (file, text) = file(name);
    let broken = text.replacen(from, to, 1);
    assert_ne!(broken, text, "{from}");
    let error = load::parse(file, &broken).unwrap_err();
    let mut problems = error.problems.iter();
    let found = problems.find(|problem| problem.kind == kind && problem.place == place);
    let line = found.and_then(|problem| problem.line);
    assert!(line.is_some(), "{to}: {error}");
}

#[test]
fn a_callback_block_that_does_not_fit_the_actions_is_refused() {
    let six = |from, to, kind, place| refused("workflows/six-step.toml", from, to, kind, place);
    for (from, to, place) in [
        (
            "by_person = \"call_back\"",
            "by_person = \"verify\"",
            "callback.by_person",
        ),
        (
            "by_person = \"call_back\"",
            "by_person = \"answer_callback\"",
            "callback.by_person",
        ),
        (
            "by_requester = \"answer_callback\"",
            "by_requester = \"call\"",
            "callback.by_requester",
        ),
        (
            "by_requester = \"answer_callback\"",
            "by_requester = \"call_back\"",
            "callback.by_requester",
        ),
        (
            "when = [{ callback = \"waiting\" }]",
            "when = [{ callback = \"content\" }]",
            "callback.by_person",
        ),
        (
            "[{ relation = \"requester\" }, { system = true }]",
            "[{ relation = \"requester\" }]",
            "callback.by_requester",
        ),
        (
            "{ value = \"half\"",
            "{ value = \"some\"",
            "callback.by_person",
        ),
    ] {
        six(from, to, ProblemKind::BadCallback, place);
    }
    for (from, to, place) in [
        ("tries = 3", "tries = 0", "callback.tries"),
        (
            "content_from = 3",
            "content_from = 6",
            "callback.content_from",
        ),
        ("link_hours = 72", "link_hours = 721", "callback.link_hours"),
    ] {
        six(from, to, ProblemKind::BadLimit, place);
    }
    let (file, text) = file("workflows/six-step.toml");
    let begin = text.find("[callback]").unwrap();
    let end = begin + text.get(begin..).unwrap().find("[[states]]").unwrap();
    let without = [text.get(..begin).unwrap(), text.get(end..).unwrap()].concat();
    let error = load::parse(file, &without).unwrap_err();
    let unasked = error.problems.iter();
    let unasked = unasked.filter(|problem| problem.kind == ProblemKind::BadCallback);
    assert_eq!(unasked.count(), 2, "{error}");
}

#[test]
fn a_condition_on_a_callback_needs_an_action_that_records_it() {
    refused(
        "workflows/six-step.toml",
        "when = [{ field = \"passed\", is = false }, { rounds_left = true }]",
        "when = [{ callback = \"content\" }, { rounds_left = true }]",
        ProblemKind::BadCondition,
        "actions[17].outcomes[0].when[0]",
    );
}

#[test]
fn a_review_that_can_not_be_made_longer_or_counted_is_refused() {
    let five = |from, to, kind, place| refused("workflows/five-order.toml", from, to, kind, place);
    five(
        "by = \"household\"",
        "by = \"street\"",
        ProblemKind::UnknownWord,
        "review.by",
    );
    five(
        "below_quorum = \"unjudged\"",
        "below_quorum = \"never\"",
        ProblemKind::UnknownWord,
        "review.below_quorum",
    );
    for (from, to) in [
        ("extend_hours = 48", "extend_hours = 0"),
        ("extend_hours = 48\n", "\n"),
        ("extend_clock = \"review\"", "extend_clock = \"patience\""),
        (
            "when = [{ review = \"extended\" }]\nto = \"reviewing\"",
            "when = [{ review = \"extended\" }]\nto = \"reviewed\"",
        ),
    ] {
        five(from, to, ProblemKind::BadReview, "review.extend_hours");
    }
}

#[test]
fn a_district_calls_back_and_judges_otherwise_within_the_same_bounds() {
    let changes = Override {
        callback: Some(CallbackOverride {
            tries: Some(2),
            link_hours: Some(24),
            ..CallbackOverride::default()
        }),
        ..Override::default()
    };
    let six = file("workflows/six-step.toml");
    let own = district::apply(six, &changes, 420_105_001).unwrap();
    let CallbackRule {
        tries,
        content_from,
        link_hours,
        ..
    } = own.callback.unwrap();
    assert_eq!((tries, content_from, link_hours), (2, 3, 24));
    let never = Override {
        callback: Some(CallbackOverride {
            tries: Some(0),
            ..CallbackOverride::default()
        }),
        ..Override::default()
    };
    let error = district::apply(six, &never, 420_105_001).unwrap_err();
    assert_eq!(error.problems.first().unwrap().place, "callback.tries");
    let five = file("workflows/five-order.toml");
    let none = district::apply(five, &never, 420_105_001).unwrap_err();
    assert_eq!(none.problems.first().unwrap().place, "callback");
    let votes = Override {
        review: Some(ReviewOverride {
            below_quorum: Some("votes".to_owned()),
            extend_hours: Some(24),
            ..ReviewOverride::default()
        }),
        ..Override::default()
    };
    let own = district::apply(five, &votes, 420_105_001).unwrap();
    let extension = own.review.and_then(|rule| rule.extension);
    assert_eq!(extension.map(|extension| extension.hours), Some(24));
}
