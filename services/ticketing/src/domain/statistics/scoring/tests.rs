#![expect(clippy::unwrap_used, reason = "tests may")]

use kernel::Timestamp;

use crate::domain::calendar::Calendar;
use crate::domain::statistics::measures::{FigureMeasures, place_score, unit_score};
use crate::domain::statistics::rules::BUNDLED;
use crate::domain::statistics::scoring::ScoringScheme;
use crate::domain::statistics::{Counts, FigureRules, Line, Rate, Rates, Subject, Sums, derive};
use crate::domain::workflow::Catalogue;

/// Rules with another section about scores.
fn scored(section: &str) -> Result<FigureRules, String> {
    let text = BUNDLED
        .1
        .replacen("[scoring]\ndefault = \"three_rates\"", section, 1);
    assert_ne!(text, BUNDLED.1);
    let workflows = Catalogue::bundled().unwrap();
    FigureRules::parse("figures.toml", &text, &workflows).map_err(|error| error.to_string())
}

/// What a whistle counts for, by its judgements: action, score, and whether solved or justified.
fn whistle(judgements: &[(&str, i64, bool)]) -> Counts {
    let workflows = Catalogue::bundled().unwrap();
    let rules = FigureRules::bundled(&workflows).unwrap();
    let subject = Subject {
        workflow: "whistle",
        definition: workflows.latest("whistle").map(AsRef::as_ref),
        channel: "app",
        excluded: &[],
    };
    let lines: Vec<Line> = judgements
        .iter()
        .map(|(action, score, good)| Line {
            action: (*action).to_owned(),
            to: "judged".to_owned(),
            round: 1,
            late: false,
            reached: None,
            solved: Some(*good),
            claimed: None,
            score: Some(*score),
            problems_solved: None,
            said: None,
            facts: Vec::new(),
            at: Timestamp::from_micros(1_790_000_000_000_000).unwrap(),
        })
        .collect();
    derive(&subject, &lines, &rules, &Calendar::bundled().unwrap()).counts
}

#[test]
fn both_sides_of_a_whistle_are_scored_by_the_last_word_on_each_order() {
    let mut counts = whistle(&[
        ("judge", 40, false),
        ("judge", 90, true),
        ("judge_street", 95, true),
    ]);
    counts.add(&whistle(&[
        ("judge", 70, false),
        ("judge_street", 60, false),
    ]));
    // the department has not said anything yet
    counts.add(&whistle(&[("judge", 80, true)]));
    assert_eq!((counts.unit_scores, counts.place_scores), (3, 2));
    assert_eq!(unit_score(&counts), Some(80.0));
    assert_eq!(place_score(&counts), Some(77.5));
    let rates = Rates::of(&counts);
    assert_eq!(rates.whistle_solution, Rate::of(2, 3));
    assert_eq!(rates.whistle_justification, Rate::of(1, 2));
    // a judgement between offices is no vote of residents
    assert_eq!((counts.votes, counts.callbacks), (0, 0));
    assert_eq!(unit_score(&Counts::default()), None);
}

#[test]
fn a_score_is_the_three_rates_or_what_is_left_after_deductions() {
    let rules = scored(
        "[scoring]\nworkflows = { whistle = \"deductions\" }\ndeductions = [\n\
         { count = \"returns_refused\", points = 5 },\n\
         { count = \"lights_red\", points = 10, most = 30 },\n]",
    )
    .unwrap();
    let sums = Sums {
        counts: Counts {
            opened: 12,
            returns_refused: 2,
            lights_red: 7,
            due_response: 4,
            responded: 4,
            solution_base: 4,
            callbacks_solved: 4,
            satisfaction_base: 4,
            callbacks_satisfied: 4,
            ..Counts::default()
        },
        ..Sums::default()
    };
    let of = |sums: &Sums, workflow| {
        let measures = FigureMeasures::of(sums, rules.weights, &rules.scoring, workflow);
        (measures.scheme, measures.score)
    };
    assert_eq!(of(&sums, None), (ScoringScheme::ThreeRates, Some(100.0)));
    // 100 − 2 × 5 − at most 30
    assert_eq!(
        of(&sums, Some("whistle")),
        (ScoringScheme::Deductions, Some(60.0))
    );
    // where nothing was counted nothing is scored
    let none = Sums::default();
    assert_eq!(
        of(&none, Some("whistle")),
        (ScoringScheme::Deductions, None)
    );
}

#[test]
fn schemes_that_make_no_sense_are_refused() {
    let told = scored("[scoring]\ndefault = \"deductions\"").unwrap_err();
    assert!(told.contains("scoring") && told.contains("扣分"), "{told}");
    let odd = "[[scoring.deductions]]\ncount = \"invented\"\npoints = 1";
    assert!(scored(odd).unwrap_err().contains("invented"));
    let odd = "[scoring.workflows]\nwhistel = \"three_rates\"";
    assert!(scored(odd).unwrap_err().contains("whistel"));
}
