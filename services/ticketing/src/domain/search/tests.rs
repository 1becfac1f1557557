//! Words are found where they stand, and nowhere else.
#![expect(clippy::unwrap_used, reason = "tests may")]

use proptest::prelude::*;

use super::{Matches, Query, QueryError, SEGMENT, Segment, Term, fold, slots, terms};

fn finds(query: &str, text: &str) -> bool {
    let (query, folded) = (Query::parse(query).unwrap(), fold(text));
    let found = query.matches(&folded);
    // the index never hides what the text has
    assert!(!found || query.may_match(&terms(&folded)), "{text}");
    found
}

#[test]
fn a_word_of_two_characters_is_found_inside_a_sentence() {
    let text = "三单元楼道的路灯坏了，晚上看不清。电梯ABC-12号";
    for word in [
        "路灯",
        "楼道",
        "三单元",
        "晚上看不清",
        "abc",
        "１２号",
        "路灯 电梯",
        "12",
    ] {
        assert!(finds(word, text), "{word}");
    }
    for word in [
        "路面",
        "灯路",
        "坏了晚上",
        "路灯 漏水",
        "bca",
        "c1",
        "电梯abc12",
    ] {
        assert!(!finds(word, text), "{word}");
    }
}

#[test]
fn numbers_and_odd_spellings_are_one() {
    assert!(finds("WD20261122-7K2MQ9XR", "wd20261122 7k2mq9xr"));
    assert!(finds("7k2mq", "WD20261122-7K2MQ9XR"));
    assert!(finds("ＡＢＣ", "abc"));
    assert!(finds("井\u{200B}盖", "井盖"));
    assert!(finds("Äpfel", "äPFEL"));
}

#[test]
fn what_cannot_be_looked_for_is_refused() {
    for short in [
        "",
        " ",
        "灯",
        "a",
        "%",
        "__",
        "灯 坏 x",
        "'; --",
        "\u{0}\u{1}",
        "？！",
    ] {
        assert_eq!(Query::parse(short), Err(QueryError::TooShort), "{short:?}");
    }
    let long = "灯坏".repeat(51);
    for long in [long.as_str(), "ab cd ef gh ij kl mn op qr"] {
        assert_eq!(Query::parse(long), Err(QueryError::TooLong), "{long:?}");
    }
    // signs that other searches give a meaning to are separators here
    assert_eq!(Query::parse("路灯%"), Query::parse("路灯"));
    assert_eq!(Query::parse("_路灯*"), Query::parse("路灯"));
}

#[test]
fn terms_and_slots_stay_what_they_are_in_the_store() {
    assert_eq!(terms("路灯 ab1"), {
        let mut known: Vec<Term> = ["路灯", "ab", "b1", "ab1"]
            .iter()
            .map(|word| {
                word.chars()
                    .flat_map(|letter| u32::from(letter).to_le_bytes())
                    .fold(0x811C_9DC5, |hash: u32, byte| {
                        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
                    })
            })
            .collect();
        known.sort_unstable();
        known
    });
    assert_eq!(slots(0), slots(0));
    let spread: std::collections::BTreeSet<u16> = (0..4_000).flat_map(slots).collect();
    // 12,000 throws into 8,192 slots leave a quarter of them empty
    assert!((5_900..6_700).contains(&spread.len()), "{}", spread.len());
}

#[test]
fn a_segment_finds_every_order_that_has_the_terms_and_few_others() {
    let texts: Vec<String> = (0..SEGMENT)
        .map(|number| {
            format!(
                "第{number}号工单 {}",
                if number % 500 == 7 {
                    "井盖破损"
                } else {
                    "垃圾清运"
                }
            )
        })
        .collect();
    let all: Vec<Vec<Term>> = texts.iter().map(|text| terms(&fold(text))).collect();
    let segment = Segment::build(all.iter().map(Vec::as_slice));
    let query = Query::parse("井盖").unwrap();
    let wanted = query.slices();
    let mut matches = Matches::default();
    for (slot, slice) in segment.slices() {
        if wanted.contains(&slot) {
            matches.and(slice);
        }
    }
    let matches = matches.of(wanted.len()).unwrap();
    let places: Vec<usize> = matches.newest(SEGMENT).collect();
    let right: Vec<usize> = (0..SEGMENT).filter(|number| number % 500 == 7).collect();
    assert!(right.iter().all(|place| matches.has(*place)));
    assert!(places.len() <= right.len() + 4, "{places:?}");
    assert_eq!(places.len(), matches.count());
    assert!(places.is_sorted_by(|one, other| one > other), "{places:?}");
    assert_eq!(matches.newest(1_007).next(), Some(507));
    assert_eq!(
        matches.ends(),
        places.last().copied().zip(places.first().copied())
    );
    assert_eq!(matches.count_from(0), matches.count());
    assert_eq!(
        matches.count_from(3_507),
        matches.count() - matches.newest(3_507).count()
    );
    assert_eq!(Matches::default().of(3), None);
}

proptest! {
    #[test]
    fn a_piece_of_a_text_is_always_found(text in "[路灯坏楼道水管漏a-c0-2 ，。]{2,60}", from in 0_usize..60, length in 2_usize..8) {
        let piece: String = text.chars().skip(from).take(length).collect();
        let Ok(query) = Query::parse(&piece) else {
            return Ok(());
        };
        let folded = fold(&text);
        prop_assert!(query.matches(&folded), "{piece:?} in {text:?}");
        let all = terms(&folded);
        prop_assert!(query.may_match(&all));
        let segment = Segment::build([all.as_slice()].into_iter());
        let wanted = query.slices();
        let mut matches = Matches::default();
        for (slot, slice) in segment.slices() {
            if wanted.contains(&slot) {
                matches.and(slice);
            }
        }
        prop_assert!(matches.of(wanted.len()).is_some_and(|matches| matches.has(0)));
    }

    #[test]
    fn no_text_is_too_strange(text in any::<String>()) {
        let folded = fold(&text);
        prop_assert!(!folded.contains("  "));
        prop_assert_eq!(fold(&folded), folded.clone());
        prop_assert!(terms(&folded).is_sorted());
        Query::parse(&text).ok();
    }
}
