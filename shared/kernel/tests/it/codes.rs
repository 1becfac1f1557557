use jiff::civil::date;
use kernel::{DivisionCode, DivisionLevel, OrgCode, ResidentIdNumber, Uscc};
use proptest::prelude::*;

#[test]
fn the_zeros_of_an_area_code_tell_its_level() {
    let levels = [
        ("420000000000", DivisionLevel::Province),
        ("420100000000", DivisionLevel::City),
        ("420105000000", DivisionLevel::District),
        ("420105011000", DivisionLevel::Street),
        ("420105011010", DivisionLevel::Community),
        ("441900003000", DivisionLevel::Street), // a city without districts
        ("441900003001", DivisionLevel::Community),
        ("110101001001", DivisionLevel::Community),
        ("420110100100", DivisionLevel::Community), // inner zeros are no level
        ("421000000000", DivisionLevel::City),
        ("420110000000", DivisionLevel::District),
    ];
    for (text, level) in levels {
        let code: DivisionCode = text.parse().unwrap();
        assert_eq!(code.level(), level, "{text}");
        assert!(text.starts_with(code.district()) && code.district().len() == 6);
        assert_eq!(OrgCode::from(&code).as_str(), text);
    }
}

#[test]
fn an_area_below_nothing_is_refused() {
    let wrong = [
        "420005000000", // district without city
        "420000011000", // street without city
        "420105000010", // community without street
        "020105011010",
        "920105011010",
        "42010501101",
        "4201050110100",
        "42010501101a",
        "420105０11010",
        "",
    ];
    for text in wrong {
        assert!(text.parse::<DivisionCode>().is_err(), "{text} was accepted");
    }
}

#[test]
fn a_credit_code_is_checked_by_its_last_character() {
    let code: Uscc = "91350100M000100Y43".parse().unwrap();
    assert_eq!(code.as_str(), "91350100M000100Y43");
    assert_eq!("91350100m000100y43".parse::<Uscc>(), Ok(code));
    let wrong = [
        "91350100M000100Y44",
        "91350100M000100Y4",
        "91350100M000100Y433",
        "91350100I000100Y43", // I is no digit of the code
        "9135010OM000100Y43",
        "91350100M000100Y4字",
        "",
    ];
    for text in wrong {
        assert!(text.parse::<Uscc>().is_err(), "{text} was accepted");
    }
}

#[test]
fn a_resident_number_is_checked_and_gives_the_birth_date() {
    let valid = [
        ("11010519491231002X", date(1949, 12, 31)),
        ("11010519491231002x", date(1949, 12, 31)),
        ("440524188001010014", date(1880, 1, 1)),
        ("34052419800101001X", date(1980, 1, 1)),
    ];
    for (text, birth) in valid {
        let number: ResidentIdNumber = text.parse().unwrap();
        assert_eq!(number.birth_date(), birth);
        assert_eq!(number.reveal(), text.to_uppercase());
    }
    let wrong = [
        "110105194912310021",
        "11010519491331002X", // month 13
        "1101051949123100X2",
        "1101051949123100 2X",
        "11010519491231002",
        "１1010519491231002X",
        "",
    ];
    for text in wrong {
        assert!(
            text.parse::<ResidentIdNumber>().is_err(),
            "{text} was accepted"
        );
    }
}

#[test]
fn a_resident_number_does_not_show_itself() {
    let number: ResidentIdNumber = serde_json::from_str("\"11010519491231002X\"").unwrap();
    assert_eq!(format!("{number:?}"), "ResidentIdNumber(***)");
    let error = serde_json::from_str::<ResidentIdNumber>("\"110105194912310021\"").unwrap_err();
    assert!(!error.to_string().contains("1101"), "{error}");
}

proptest! {
    #[test]
    fn one_wrong_digit_is_always_seen(place in 0_usize..17, digit in 0_u32..10) {
        let good = "440524188001010014";
        let changed: String = good
            .chars()
            .enumerate()
            .map(|(index, letter)| {
                if index == place { char::from_digit(digit, 10).unwrap() } else { letter }
            })
            .collect();
        prop_assert_eq!(changed.parse::<ResidentIdNumber>().is_ok(), changed == good);
    }

    #[test]
    fn one_wrong_character_of_a_credit_code_is_always_seen(place in 0_usize..18, letter in "[0-9A-HJ-NPQRTUWXY]") {
        let good = "91350100M000100Y43";
        let mut changed = good.to_owned();
        changed.replace_range(place..=place, &letter);
        prop_assert_eq!(changed.parse::<Uscc>().is_ok(), changed == good);
    }

    #[test]
    fn any_text_is_checked_without_a_panic(text in "\\PC{0,30}") {
        let _ = (text.parse::<Uscc>(), text.parse::<ResidentIdNumber>(), text.parse::<DivisionCode>());
    }
}
