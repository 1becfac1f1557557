use kernel::{Line, Text, TextError};
use proptest::prelude::*;

type Title = Line<2, 10>;
type Body = Text<1, 10>;

proptest! {
    #[test]
    fn a_line_within_its_limits_is_kept(text in "[一-龥a-z0-9]{2,10}") {
        let line: Title = text.parse().unwrap();
        prop_assert_eq!(line.as_str(), &text);
        prop_assert_eq!(line.into_string(), text);
    }

    #[test]
    fn characters_are_counted_and_not_bytes(text in "[一-龥]{11,60}") {
        prop_assert_eq!(text.parse::<Title>(), Err(TextError::TooLong { max: 10 }));
    }

    #[test]
    fn whatever_is_accepted_keeps_the_promise(text in any::<String>()) {
        if let Ok(line) = text.parse::<Title>() {
            let kept = line.as_str();
            prop_assert!((2..=10).contains(&kept.chars().count()));
            prop_assert!(!kept.chars().any(char::is_control));
            prop_assert_eq!(kept.trim(), kept);
            prop_assert_eq!(kept.parse::<Title>(), Ok(line.clone()));
        }
        if let Ok(body) = text.parse::<Body>() {
            let kept = body.as_str();
            prop_assert!(!kept.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
            prop_assert_eq!(kept.parse::<Body>(), Ok(body.clone()));
        }
    }
}

#[test]
fn blanks_around_are_cut_before_counting() {
    assert_eq!(
        "  路灯\u{3000}\n".parse::<Title>().unwrap().as_str(),
        "路灯"
    );
    assert_eq!(" \t\n\u{3000}".parse::<Title>(), Err(TextError::Blank));
    assert_eq!(" 灯 ".parse::<Title>(), Err(TextError::TooShort { min: 2 }));
    assert_eq!("".parse::<Line<0, 5>>().unwrap().as_str(), "");
}

#[test]
fn control_characters_are_refused() {
    for text in [
        "路\n灯",
        "路\t灯",
        "路\u{0}灯",
        "路\u{1b}[灯",
        "路\u{2028}灯",
        "路\u{85}灯",
    ] {
        assert_eq!(
            text.parse::<Title>(),
            Err(TextError::ControlInLine),
            "{text:?}"
        );
    }
    for text in ["路\u{0}灯", "路\r灯", "路\u{7f}灯", "路\u{9b}灯"] {
        assert_eq!(
            text.parse::<Body>(),
            Err(TextError::ControlInText),
            "{text:?}"
        );
    }
}

#[test]
fn a_text_has_lines_and_windows_line_breaks_become_plain() {
    assert_eq!(
        "一\r\n二\n\t三".parse::<Body>().unwrap().as_str(),
        "一\n二\n\t三"
    );
    // ten characters once the line breaks are plain
    assert_eq!(
        "一\r\n二\r\n三\r\n四\r\n五六"
            .parse::<Body>()
            .unwrap()
            .as_str()
            .chars()
            .count(),
        10
    );
}

#[test]
fn deserialising_says_what_is_wrong_in_both_languages() {
    let error = serde_json::from_str::<Title>("\"a\\nb\"")
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("不能包含换行或控制字符 (must not hold line breaks"),
        "{error}"
    );
    let error = serde_json::from_str::<Title>("\"01234567890\"")
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("不能超过 10 个字符 (must have at most 10 characters)"),
        "{error}"
    );
    assert!(serde_json::from_str::<Title>("12").is_err());
    let escaped: Title = serde_json::from_str("\"\\u8def\\u706f\"").unwrap();
    assert_eq!(serde_json::to_string(&escaped).unwrap(), "\"路灯\"");
}
