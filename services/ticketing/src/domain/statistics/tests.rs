#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::collections::BTreeMap;

use super::measures::{self, FigureMeasures, FigureWeights};
use super::scoring::Scoring;
use super::{Counts, FigureRules, Line, Rate, Rates, Subject, Sums, class_of, derive, upper_bound};
use crate::domain::calendar::Calendar;
use crate::domain::event::DomainEvent;
use crate::domain::workflow::Catalogue;

#[test]
fn a_rate_without_a_denominator_has_no_value() {
    let json = serde_json::to_string(&Rate::of(0, 0)).unwrap();
    assert_eq!(json, r#"{"numerator":0,"denominator":0,"value":null}"#);
    assert_eq!(Rate::of(0, 0).percent(), "n/a");
}

/// Counts of which each is another number, with those that were published where one was (domain.md (c)).
fn published() -> Counts {
    let mut counts = Counts::default();
    // a part stands behind its whole
    for (number, name) in (101..).zip(Counts::NAMES.iter().rev()) {
        assert!(counts.set(name, number));
    }
    (counts.returns, counts.recalls) = (3, 2);
    // 天门 2016-12: 911 of 972 = 93.72 %, 737 of 972 = 75.82 %
    counts.due = 972;
    counts.closed = 911;
    counts.due_timely = 972;
    counts.closed_in_time = 737;
    // 岳阳 2017 Q2: 2617 of 2713 = 96.5 %
    counts.satisfaction_base = 2713;
    counts.callbacks_satisfied = 2617;
    // 福州 2024 Q1: 返工 0.05 %, 延期 0.02 %
    counts.handled = 10_000;
    counts.checks_failed = 5;
    counts.extended = 2;
    counts
}

#[test]
fn every_formula_gives_what_its_golden_file_says() {
    let rates = Rates::of(&published());
    let lines: BTreeMap<_, _> = rates
        .each()
        .map(|(name, rate)| {
            let made_of = format!(
                "{} / {} = {}",
                rate.numerator,
                rate.denominator,
                rate.percent()
            );
            (name, made_of)
        })
        .collect();
    assert_eq!(lines.len(), Rates::NAMES.len());
    insta::assert_json_snapshot!("formulas", lines);
    let sums = Sums {
        counts: published(),
        minutes: BTreeMap::from([(class_of(60), 5), (class_of(480), 4), (class_of(2_400), 1)]),
    };
    let weights = FigureWeights {
        response: 30,
        solution: 35,
        satisfaction: 35,
    };
    insta::assert_json_snapshot!(
        "measures",
        FigureMeasures::of(&sums, weights, &Scoring::default(), None)
    );
}

#[test]
fn published_figures_come_out_the_same() {
    let rates = Rates::of(&published());
    assert_eq!(rates.case_closing.percent(), "93.72 %");
    assert_eq!(rates.case_closing_in_time.percent(), "75.82 %");
    assert_eq!(rates.satisfaction.percent(), "96.46 %");
    assert_eq!(
        format!("{:.1}", rates.satisfaction.value.unwrap() * 100.0),
        "96.5"
    );
    assert_eq!(rates.rework_after_check.percent(), "0.05 %");
    assert_eq!(rates.extension.percent(), "0.02 %");
}

#[test]
fn formulas_beside_the_rates_come_out_as_they_are_written() {
    assert_eq!(measures::connection(95, 100), Rate::of(95, 100));
    assert_eq!(measures::quick_answer(8, 10), Rate::of(8, 10));
    assert_eq!(measures::knowledge_upkeep(1, 2), Rate::of(1, 2));
    assert_eq!(measures::patrol_coverage(3, 4), Rate::of(3, 4));
    assert_eq!(measures::per_heads(50, 100_000, 10_000), Some(5.0));
    assert_eq!(measures::per_heads(50, 0, 10_000), None);
    assert_eq!(measures::after_deductions(&[10, 25]), 65);
    assert_eq!(measures::after_deductions(&[80, 25]), 0);
    let answers = Counts {
        satisfaction_5: 2,
        satisfaction_4: 1,
        satisfaction_1: 1,
        over_limit: 2,
        over_limit_percent: 300,
        ..Counts::default()
    };
    assert_eq!(measures::two_score(&answers), Some(45.0));
    assert_eq!(measures::stars(&answers), Some(3.75));
    assert_eq!(measures::over_limit(&answers), Some(1.5));
    let weights = FigureWeights {
        response: 30,
        solution: 35,
        satisfaction: 35,
    };
    let whole = Rate::of(1, 1);
    let half = Rate::of(1, 2);
    assert_eq!(
        measures::three_rates(weights, whole, half, whole),
        Some(82.5)
    );
    assert_eq!(
        measures::three_rates(weights, whole, half, Rate::of(0, 0)),
        None
    );
}

#[test]
fn the_rest_never_goes_below_nothing() {
    assert_eq!(Rate::rest_of(2, 10), Rate::of(8, 10));
    assert_eq!(Rate::rest_of(3, 2), Rate::of(0, 2));
}

#[test]
fn large_counts_keep_their_value() {
    let large = 9_007_199_254_740_992;
    assert!((Rate::of(large, large).value.unwrap() - 1.0).abs() < f64::EPSILON);
}

#[test]
fn small_groups_stay_hidden_in_public() {
    assert_eq!(Rate::of(1, 4).unless_fewer_than(5), None);
    assert_eq!(Rate::of(1, 5).unless_fewer_than(5), Some(Rate::of(1, 5)));
}

#[test]
fn nothing_counted_gives_no_values_anywhere() {
    for (name, rate) in Rates::of(&Counts::default()).each() {
        assert_eq!(rate.value, None, "{name}");
    }
}

#[test]
fn classes_of_times_follow_one_another_and_are_right_to_within_a_quarter() {
    let mut last = 0;
    for minutes in 0..100_000 {
        let class = class_of(minutes);
        assert!(class == last || class == last + 1, "{minutes}");
        last = class;
        let bound = upper_bound(class);
        assert!(
            bound >= minutes && bound * 4 <= minutes * 5,
            "{minutes} {bound}"
        );
    }
    assert!(upper_bound(class_of(u64::MAX)) >= u64::MAX / 2);
}

#[test]
fn sums_can_be_taken_away_and_written_and_read() {
    let mut sums = Sums {
        counts: published(),
        minutes: BTreeMap::from([(7, 2)]),
    };
    let text = serde_json::to_string(&sums).unwrap();
    assert_eq!(serde_json::from_str::<Sums>(&text).unwrap(), sums);
    let other = sums.clone();
    sums.add(&other);
    assert_eq!(sums.minutes.get(&7), Some(&4));
    sums.subtract(&other);
    assert_eq!(sums, other);
    sums.subtract(&other);
    assert!(sums.is_empty());
    assert_eq!(serde_json::to_string(&sums).unwrap(), "{}");
    assert!(serde_json::from_str::<Sums>(r#"{"invented":1}"#).is_err());
}

#[test]
fn rules_that_make_no_sense_are_refused_with_file_and_line() {
    let workflows = Catalogue::bundled().unwrap();
    let text = super::rules::BUNDLED.1;
    assert_eq!(FigureRules::bundled(&workflows).unwrap().version, 3);
    let refused = |from: &str, to: &str| {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        FigureRules::parse("figures.toml", &changed, &workflows)
            .unwrap_err()
            .to_string()
    };
    let told = refused("six-step/sign", "six-step/sing");
    assert!(
        told.starts_with("figures.toml:") && told.contains("six-step/sing"),
        "{told}"
    );
    assert!(!told.starts_with("figures.toml:1:"), "{told}");
    assert!(refused("response = 30", "response = 31").contains("100"));
    assert!(refused("\"declined\"", "\"closed\"").contains("closed"));
    assert!(refused("*/reopen", "six-step/verify").contains("six-step/verify"));
    assert!(refused("*/reopen", "reopen").contains("reopen"));
    assert!(refused("[limits]", "[limits]\nsurprise = 1").contains("surprise"));
}

#[test]
fn a_secretarys_project_counts_what_it_solved_and_whether_it_was_in_time() {
    let workflows = Catalogue::bundled().unwrap();
    let rules = FigureRules::bundled(&workflows).unwrap();
    let subject = Subject {
        workflow: "secretary-project",
        definition: None,
        channel: "app",
        excluded: &[],
    };
    let at = |day: i64| kernel::Timestamp::from_micros(day * 86_400_000_000).unwrap();
    let line = |action: &str, to: &str, day, problems_solved| Line {
        action: action.to_owned(),
        to: to.to_owned(),
        round: 1,
        late: false,
        reached: None,
        solved: None,
        claimed: None,
        score: None,
        problems_solved,
        said: None,
        facts: Vec::new(),
        at: at(day),
    };
    let started = DomainEvent::ClockStarted {
        clock: "deliver".to_owned(),
        due_at: at(180),
    };
    let stopped = |overdue| DomainEvent::ClockStopped {
        clock: "deliver".to_owned(),
        overdue,
    };
    let project = |overdue| {
        let mut lines = vec![
            line("", "proposed", 1, None),
            line("approve", "approved", 2, None),
            line("claim", "running", 3, None),
            line("report_milestone", "running", 60, Some(3)),
            line("report_milestone", "running", 90, None),
            line("report_milestone", "running", 120, Some(2)),
            line("submit", "accepting", 170, None),
        ];
        lines[2].facts.push(started.clone());
        lines[6].facts.push(stopped(overdue));
        derive(&subject, &lines, &rules, &Calendar::bundled().unwrap()).counts
    };
    let mut counts = project(false);
    assert_eq!(counts.problems_solved, 5);
    counts.add(&project(true));
    assert_eq!(counts.problems_solved, 10);
    assert_eq!(Rates::of(&counts).handling_in_time, Rate::of(1, 2));
}

/// Lines of a log, from what was done and where it led, an hour apart from nine in the morning on.
fn log(steps: &[(&str, &str)]) -> Vec<Line> {
    let nine: kernel::Timestamp = "2026-11-23T09:00:00+08:00".parse().unwrap();
    let line = |(hour, (action, to)): (u64, &(&str, &str))| Line {
        action: (*action).to_owned(),
        to: (*to).to_owned(),
        round: 1,
        late: false,
        reached: None,
        solved: (*action == "check").then_some(true),
        claimed: None,
        score: None,
        problems_solved: None,
        said: None,
        facts: Vec::new(),
        at: nine.plus(std::time::Duration::from_hours(hour)),
    };
    (0..).zip(steps).map(line).collect()
}

fn counted(workflow: &str, channel: &str, steps: &[(&str, &str)]) -> Counts {
    let workflows = Catalogue::bundled().unwrap();
    let rules = FigureRules::bundled(&workflows).unwrap();
    let subject = Subject {
        workflow,
        definition: workflows.latest(workflow).map(AsRef::as_ref),
        channel,
        excluded: &[],
    };
    derive(&subject, &log(steps), &rules, &Calendar::bundled().unwrap()).counts
}

#[test]
fn only_what_is_answered_at_the_first_contact_is_answered_directly() {
    let opened = ("", "reported");
    let answered = [opened, ("answer_directly", "closed")];
    let counts = counted("six-step", "app", &answered);
    assert_eq!(
        (counts.direct, counts.closed, counts.grid_handled),
        (1, 1, 0)
    );
    assert_eq!(
        (counts.responded, counts.due_response, counts.timed),
        (1, 1, 0)
    );
    assert_eq!(Rates::of(&counts).direct_answer, Rate::of(1, 1));
    let again = [&answered[..], &[("reopen", "pending_dispatch")]].concat();
    let counts = counted("six-step", "app", &again);
    assert_eq!((counts.direct, counts.closed, counts.reopened), (0, 0, 1));
    let given = [
        &again[..],
        &[
            ("dispatch", "assigned"),
            ("sign", "handling"),
            ("feedback", "callback"),
            ("call_back", "closed"),
        ],
    ]
    .concat();
    assert_eq!(counted("six-step", "app", &given).direct, 0);

    let done = [opened, ("self_handle", "closed"), ("archive", "archived")];
    let counts = counted("six-step", "grid", &done);
    assert_eq!(
        (
            counts.direct,
            counts.grid_handled,
            counts.grid_reports_valid
        ),
        (0, 1, 1)
    );
    assert_eq!(Rates::of(&counts).grid_handling, Rate::of(1, 1));
    let counts = counted("six-step", "grid", &[opened, ("decline", "declined")]);
    assert_eq!(Rates::of(&counts).valid_reports, Rate::of(0, 1));
}

#[test]
fn what_is_given_to_nobody_is_timed_from_when_it_was_taken_up() {
    let steps = [
        ("", "requested"),
        ("take", "preparing"),
        ("hand_in", "submitted"),
        ("deliver", "delivered"),
        ("rate", "closed"),
    ];
    let counts = counted("agent-service", "app", &steps);
    // from ten to one in the afternoon, two hours of which are working time
    assert_eq!((counts.timed, counts.timed_minutes), (1, 120));
    assert_eq!((counts.direct, counts.dispatched), (0, 0));
}

#[test]
fn a_report_that_was_checked_and_one_that_was_handed_over_are_counted_apart() {
    let checked = [
        ("", "reported"),
        ("send_to_check", "checking"),
        ("check", "reported"),
    ];
    let counts = counted("six-step", "grid", &checked);
    assert_eq!(
        (
            counts.report_checks,
            counts.report_checks_in_time,
            counts.report_checks_found
        ),
        (1, 1, 1)
    );
    assert_eq!((counts.reports_checked, counts.verifications), (1, 0));
    let over = [
        ("", "reported"),
        ("hand_over", "handed_over"),
        ("acknowledge_hand_over", "transferred"),
    ];
    let counts = counted("six-step", "app", &over);
    assert_eq!(
        (
            counts.transferred,
            counts.closed,
            counts.due,
            counts.accepted
        ),
        (1, 0, 0, 1)
    );
}

#[test]
fn what_units_say_of_solutions_is_counted_apart_by_the_last_word_of_each_order() {
    let workflows = Catalogue::bundled().unwrap();
    let rules = FigureRules::bundled(&workflows).unwrap();
    let subject = Subject {
        workflow: "six-step",
        definition: workflows.latest("six-step").map(AsRef::as_ref),
        channel: "app",
        excluded: &[],
    };
    let order = |claims: &[Option<bool>]| {
        let mut lines = log(&[
            ("", "reported"),
            ("accept", "pending_dispatch"),
            ("dispatch", "dispatched"),
            ("sign", "handling"),
            ("feedback", "verifying"),
            ("verify", "handling"),
            ("feedback", "verifying"),
        ]);
        for (line, claim) in lines
            .iter_mut()
            .filter(|line| line.action == "feedback")
            .zip(claims)
        {
            line.claimed = *claim;
        }
        derive(&subject, &lines, &rules, &Calendar::bundled().unwrap()).counts
    };
    let mut counts = order(&[Some(true), Some(false)]);
    assert_eq!((counts.claims, counts.claims_solved), (1, 0));
    counts.add(&order(&[Some(false), Some(true)]));
    // nothing said is no claim, and takes none back
    counts.add(&order(&[None, None]));
    counts.add(&order(&[Some(true), None]));
    assert_eq!(Rates::of(&counts).claimed_solution, Rate::of(2, 3));
    assert_eq!((counts.solution_base, counts.callbacks_solved), (0, 0));
}

#[test]
fn what_is_not_found_on_site_is_declined_apart_and_what_is_void_is_no_matter() {
    let order = |found: Option<bool>, last: (&str, &str)| {
        let mut steps = vec![("", "reported")];
        if found.is_some() {
            steps.extend([("send_to_check", "checking"), ("check", "reported")]);
        }
        steps.push(last);
        let mut lines = log(&steps);
        for line in lines.iter_mut().filter(|line| line.action == "check") {
            line.solved = found;
        }
        let workflows = Catalogue::bundled().unwrap();
        let rules = FigureRules::bundled(&workflows).unwrap();
        let subject = Subject {
            workflow: "six-step",
            definition: workflows.latest("six-step").map(AsRef::as_ref),
            channel: "app",
            excluded: &[],
        };
        derive(&subject, &lines, &rules, &Calendar::bundled().unwrap()).counts
    };
    let declined = ("decline", "declined");
    for (found, not_filed) in [(None, 0), (Some(true), 0), (Some(false), 1)] {
        let counts = order(found, declined);
        assert_eq!((counts.declined, counts.not_filed), (1, not_filed));
    }
    let counts = order(Some(false), ("void", "voided"));
    assert_eq!(
        (
            counts.voided,
            counts.accepted,
            counts.declined,
            counts.not_filed
        ),
        (1, 0, 0, 0)
    );
}
