use problem::{Locale, Message};

#[test]
fn english_is_answered_only_to_those_who_prefer_it() {
    let english = [
        "en",
        "EN-gb",
        "en-US,en;q=0.9",
        "en;q=0.8, zh;q=0.7",
        "fr, en;q=0.5",
        "zh;q=0, en;q=0.001",
        "en ; q=0.2",
        "en, zh",
    ];
    for header in english {
        assert_eq!(Locale::from_accept_language(header), Locale::En, "{header}");
    }
    let chinese = [
        "",
        "*",
        "zh-CN,zh;q=0.9,en;q=0.8",
        "zh, en",
        "fr-FR, de",
        "en;q=0",
        "en;q=0.5, zh-Hans-CN",
        "en;q=abc",
        "en;q=2",
        "english",
        ",,;;q=1",
        "\u{4e2d}\u{6587}",
    ];
    for header in chinese {
        assert_eq!(Locale::from_accept_language(header), Locale::Zh, "{header}");
    }
}

#[test]
fn a_text_in_both_languages_is_taken_apart() {
    let message = Message::bilingual("编号不是工单编号 (not an order id)");
    assert_eq!(message, Message::new("编号不是工单编号", "not an order id"));
    // what is not written so stays whole in both
    for text in ["missing field (`title`)", "不能为空", "", ")", " ()"] {
        assert_eq!(Message::bilingual(text), Message::new(text, text));
    }
}
