#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::collections::{BTreeMap, BTreeSet};

use kernel::Timestamp;
use proptest::prelude::*;

use super::chain::{START, hash, root};
use super::quarter::Quarter;
use super::{Cell, Issue, LEAST, Place, Totals, first_difference, hidden, issue};
use crate::domain::statistics::Counts;

fn place(code: &str, parent: Option<&str>, categories: &[(&str, u64)]) -> Place {
    let categories: BTreeMap<String, u64> = categories
        .iter()
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect();
    Place {
        code: code.parse().unwrap(),
        name: code.to_owned(),
        parent: parent.map(|parent| parent.parse().unwrap()),
        totals: Totals {
            counts: Counts {
                opened: categories.values().sum(),
                ..Counts::default()
            },
            categories,
        },
        sources: BTreeSet::from([code.parse().unwrap()]),
    }
}

fn of(places: &[Place]) -> Vec<super::Bulletin> {
    let quarter: Quarter = "2026Q3".parse().unwrap();
    let common = Issue {
        period: quarter.to_string(),
        from: quarter.first_day(),
        to: quarter.last_day(),
        as_of: Timestamp::UNIX_EPOCH,
        rules_version: 1,
        objections: 0,
    };
    issue(&common, places)
}

const COMMUNITY: &str = "420105011010";

#[test]
fn a_small_count_takes_another_one_with_it_in_its_row_and_in_its_column() {
    let places = [
        place(COMMUNITY, None, &[("A", 33), ("B", 29)]),
        place("420105011010.X01", Some(COMMUNITY), &[("A", 3), ("B", 9)]),
        place("420105011010.X02", Some(COMMUNITY), &[("A", 30), ("B", 20)]),
    ];
    let bulletins = of(&places);
    let shown = |nth: usize| {
        let bulletin: &super::Bulletin = &bulletins[nth];
        let categories: Vec<_> = bulletin
            .categories
            .iter()
            .map(|count| count.opened)
            .collect();
        (bulletin.opened, categories)
    };
    // 3 is small; 9 goes since 12 - 9 = 3; in each column one of the others goes too
    assert_eq!(shown(1), (Some(12), vec![None, None]));
    assert_eq!(shown(2), (Some(50), vec![None, None]));
    assert_eq!(shown(0), (Some(62), vec![Some(33), Some(29)]));
    for (bulletin, place) in bulletins.iter().zip(&places) {
        assert_eq!(first_difference(bulletin, &place.totals), None);
    }
}

#[test]
fn nothing_small_hides_nothing_and_a_zero_is_not_small() {
    let bulletins = of(&[place(COMMUNITY, None, &[("A", 33), ("B", 0)])]);
    assert_eq!(bulletins[0].opened, Some(33));
    assert_eq!(bulletins[0].categories[1].opened, Some(0));
}

#[test]
fn a_rate_hides_with_what_is_left_of_it() {
    let mut near = place(COMMUNITY, None, &[("A", 100)]);
    near.totals.counts.satisfaction_base = 50;
    near.totals.counts.callbacks_satisfied = 48;
    near.totals.counts.solution_base = 50;
    near.totals.counts.callbacks_solved = 40;
    let bulletins = of(&[near]);
    let rate = |name: &str| {
        let rates = &bulletins[0].rates;
        let rate = rates.iter().find(|rate| rate.name == name).unwrap();
        (rate.numerator, rate.denominator, rate.percent())
    };
    // two who are not satisfied could be told
    assert_eq!(rate("satisfaction"), (None, Some(50), "—".to_owned()));
    assert_eq!(rate("solution"), (Some(40), Some(50), "80.00 %".to_owned()));
}

#[test]
fn what_differs_from_the_log_is_named() {
    let honest = place(COMMUNITY, None, &[("A", 33), ("B", 29)]);
    let mut bulletins = of(std::slice::from_ref(&honest));
    bulletins[0].categories[1].opened = Some(28);
    let found = first_difference(&bulletins[0], &honest.totals).unwrap();
    assert_eq!(found, "category \"B\": 28 published, 29 by the event log");
}

#[test]
fn hashes_and_roots_are_those_of_the_written_recipe() {
    // printf 'linli-bulletin-1\n%064d\n{}' 0 | sha256sum
    let first = hash(START, "{}");
    assert_eq!(first.len(), 64);
    assert_ne!(first, hash(&first, "{}"));
    assert_ne!(first, hash(START, "{ }"));
    let second = hash(&first, "{}");
    let third = hash(&second, "{}");
    let all = [first, second, third];
    let whole = root(&all).unwrap();
    assert_ne!(Some(&whole), root(&all[..2]).as_ref());
    let mut swapped = all.clone();
    swapped.swap(0, 1);
    assert_ne!(Some(whole), root(&swapped));
    assert_eq!(root(&[]), None);
    assert_eq!(root(&["no hash".to_owned()]), None);
    // RFC 6962: the hash of a single leaf
    let zero = root(&[START.to_owned()]).unwrap();
    assert_eq!(
        zero,
        "7f9c9e31ac8256ca2f258583df262dbc7d6f68f2a03043d5c99a4ae5a7396ce9"
    );
}

#[test]
fn quarters_are_read_and_bounded() {
    let quarter: Quarter = "2026Q4".parse().unwrap();
    assert_eq!(quarter.first_day().to_string(), "2026-10-01");
    assert_eq!(quarter.last_day().to_string(), "2026-12-31");
    assert_eq!(
        "2024Q1".parse::<Quarter>().unwrap().last_day().to_string(),
        "2024-03-31"
    );
    for wrong in [
        "", "2026", "2026Q0", "2026Q5", "2026q1", "26Q1", "+026Q1", "2026Q11", "1999Q1", "9999Q1",
    ] {
        assert!(wrong.parse::<Quarter>().is_err(), "{wrong}");
    }
}

proptest! {
    /// Two levels of places with random counts: of what adds up, never is a single number hidden beside known ones.
    #[test]
    fn no_hidden_count_can_be_worked_out(counts in proptest::collection::vec(0_u64..12, 12)) {
        let of = |row: usize| [("A", counts[row * 3]), ("B", counts[row * 3 + 1]), ("C", counts[row * 3 + 2])];
        let mut all = vec![
            place("420105011010.X01", Some(COMMUNITY), &of(0)),
            place("420105011010.X02", Some(COMMUNITY), &of(1)),
            place("420105011010.X03", Some(COMMUNITY), &of(2)),
        ];
        let own = place(COMMUNITY, None, &of(3));
        let mut above = own.clone();
        for child in &all {
            above.totals.add(&child.totals);
        }
        all.push(above.clone());
        let bulletins = super::tests::of(&all);
        for (bulletin, place) in bulletins.iter().zip(&all) {
            prop_assert_eq!(first_difference(bulletin, &place.totals), None);
            let hides = bulletin.categories.iter().filter(|count| count.opened.is_none()).count();
            prop_assert!(hides + usize::from(bulletin.opened.is_none()) != 1);
            for count in bulletin.categories.iter().filter_map(|count| count.opened) {
                prop_assert!(count == 0 || count >= LEAST);
            }
        }
        for column in 0..3 {
            let hides = bulletins.iter().filter(|bulletin| bulletin.categories[column].opened.is_none());
            prop_assert!(hides.count() != 1);
        }
    }

    #[test]
    fn the_same_table_hides_the_same_and_ends(
        values in proptest::collection::vec(0_u64..9, 1..30),
        lines in proptest::collection::vec(proptest::collection::vec(0_usize..30, 2..6), 0..10),
    ) {
        let cells: Vec<Cell> = values.iter().map(|value| Cell::Published(*value)).collect();
        let first = hidden(&cells, &lines, LEAST);
        prop_assert_eq!(&first, &hidden(&cells, &lines, LEAST));
        for (hides, value) in first.iter().zip(&values) {
            prop_assert!(*hides || *value == 0 || *value >= LEAST);
        }
    }
}
