#![expect(clippy::unwrap_used, reason = "tests may")]

use super::{Counts, Rate};

#[test]
fn a_rate_without_a_denominator_has_no_value() {
    let json = serde_json::to_string(&Rate::of(0, 0)).unwrap();
    assert_eq!(json, r#"{"numerator":0,"denominator":0,"value":null}"#);
}

#[test]
fn published_figures_come_out_the_same() {
    // 2617 of 2713 = 96.5 %, 911 of 972 = 93.72 %
    assert!((Rate::of(2617, 2713).value.unwrap() - 0.9646).abs() < 0.0001);
    assert!((Rate::of(911, 972).value.unwrap() - 0.9372).abs() < 0.0001);
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
    let rates = serde_json::to_value(Counts::default().rates()).unwrap();
    for (name, rate) in rates.as_object().unwrap() {
        assert!(rate.get("value").unwrap().is_null(), "{name}");
    }
}

#[test]
fn the_rates_are_those_of_their_formulas() {
    let counts = Counts {
        opened: 10,
        accepted: 8,
        due: 6,
        closed: 5,
        closed_in_time: 3,
        reworked: 1,
        dispatches: 9,
        returns: 2,
        callbacks_reached: 4,
        callbacks_solved: 3,
        ..Counts::default()
    };
    let rates = counts.rates();
    assert_eq!(rates.acceptance, Rate::of(8, 10));
    assert_eq!(rates.dispatch_accuracy, Rate::of(7, 9));
    assert_eq!(rates.closing, Rate::of(5, 6));
    assert_eq!(rates.overdue, Rate::of(3, 6));
    assert_eq!(rates.rework, Rate::of(1, 5));
    assert_eq!(rates.solution, Rate::of(3, 4));
}
