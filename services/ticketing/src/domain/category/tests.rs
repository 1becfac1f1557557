#![expect(clippy::unwrap_used, reason = "tests may")]

use super::CategoryTable;
use crate::domain::verification::Verification;

fn table() -> CategoryTable {
    CategoryTable::bundled().unwrap()
}

fn small(
    doubt: &str,
    categories: &str,
) -> Result<CategoryTable, crate::domain::rule_file::RuleFileError> {
    CategoryTable::parse(
        "test.toml",
        &format!("version = 1\n[doubt]\n{doubt}\n{categories}"),
    )
}

const DOUBT: &str = "least_score = 8\nmargin_x100 = 120";

const TWO: &str = r#"
[[groups]]
code = "01"
title = { zh = "甲", en = "A" }
[[groups.categories]]
code = "0101"
title = { zh = "甲一", en = "A1" }
strong = ["路灯"]
weak = ["灯"]
[[groups]]
code = "02"
title = { zh = "乙", en = "B" }
[[groups.categories]]
code = "0201"
title = { zh = "乙一", en = "B1" }
strong = ["停水", "路灯杆"]
[[groups.categories]]
code = "0202"
title = { zh = "乙二", en = "B2" }
usual = ["水表"]
"#;

const DEEP: &str = r#"
[[groups]]
code = "01"
title = { zh = "甲", en = "A" }
[[groups.categories]]
code = "0101"
title = { zh = "甲一", en = "A1" }
season = "11-15..03-15"
[[groups.categories]]
code = "010102"
title = { zh = "细", en = "fine" }
[[groups.categories]]
code = "01010203"
title = { zh = "微", en = "finest" }
strong = ["路灯"]
[[groups.categories]]
code = "0109"
title = { zh = "旧", en = "old" }
retired = true
"#;

#[test]
fn there_are_four_levels_and_what_holds_for_one_holds_below_it() {
    let table = small(DOUBT, DEEP).unwrap();
    assert_eq!(table.title("01010203").unwrap().zh, "甲 · 甲一 · 细 · 微");
    assert_eq!(table.title("010102").unwrap().en, "A · A1 · fine");
    assert!(!table.contains("0102") && !table.contains("01010299"));
    let proposed = table.propose("路灯", "路灯");
    assert_eq!(proposed.category.as_deref(), Some("01010203"));
    let at = |text: &str| text.parse::<jiff::civil::DateTime>().unwrap();
    let (winter, summer) = (at("2026-12-01T08:00"), at("2026-07-01T08:00"));
    assert!(table.is_open("01010203", winter) && !table.is_open("01010203", summer));
    assert!(table.is_open("01", summer) && !table.is_open("0109", winter));
}

#[test]
fn a_code_without_its_place_is_refused() {
    for (wrong, what) in [
        (DEEP.replace("\"010102\"", "\"010202\""), "010202"),
        (DEEP.replace("\"01010203\"", "\"0101020304\""), "0101020304"),
        (DEEP.replace("11-15..03-15", "winter"), "0101"),
        (
            DEEP.replace("retired = true", "retired = true\nweak = [\"x\"]"),
            "0109",
        ),
    ] {
        let refused = small(DOUBT, &wrong).unwrap_err().to_string();
        assert!(refused.contains(&format!(": {what}: ")), "{refused}");
    }
}

#[test]
fn a_clear_matter_gets_its_category_with_the_words_that_decided() {
    let proposed = table().propose(
        "小区东门路灯不亮",
        "东门到公交站的路灯坏了一周，晚上照明全无",
    );
    assert_eq!(proposed.category.as_deref(), Some("0104"));
    assert!(
        proposed.reason.zh.contains("路灯") && proposed.reason.zh.contains("0104"),
        "{}",
        proposed.reason.zh
    );
}

#[test]
fn made_up_matters_of_every_kind_find_their_group() {
    for (group, title, content) in [
        ("01", "流动摊贩占道经营", "每晚有摊贩在人行道摆摊"),
        ("02", "整个片区停水两天", "自来水断水没有通知"),
        ("03", "物业公司乱收物业费", "业委会要求公开维修资金账目"),
        ("05", "公交车发车间隔太长", "早高峰等公交要四十分钟"),
        ("06", "餐馆油烟直排", "油烟和噪音影响休息"),
        ("07", "咨询孩子入学划片", "想了解小学招生学区"),
        ("09", "公司拖欠工资三个月", "农民工讨薪无果"),
        ("10", "人民医院误诊", "患者与医生发生医患纠纷"),
        ("11", "超市出售过期食品", "食品安全问题"),
        ("13", "申请低保", "家里困难想申请低保救助"),
    ] {
        let proposed = table().propose(title, content);
        let code = proposed.category.unwrap_or_default();
        assert!(
            code.starts_with(group),
            "{title}: {code} ({})",
            proposed.reason.zh
        );
    }
}

#[test]
fn a_matter_without_keywords_stays_open() {
    let proposed = table().propose("你好", "请问一下");
    assert_eq!(proposed.category, None);
    assert!(proposed.reason.zh.contains("人工"));
}

#[test]
fn a_weak_hint_stays_open() {
    let proposed = small(DOUBT, TWO).unwrap().propose("看灯", "");
    assert_eq!(proposed.category, None);
    assert!(
        proposed.reason.zh.contains("微弱"),
        "{}",
        proposed.reason.zh
    );
}

#[test]
fn two_groups_that_are_too_close_stay_open() {
    let proposed = small(DOUBT, TWO).unwrap().propose("路灯和停水", "");
    assert_eq!(proposed.category, None);
    assert!(
        proposed.reason.zh.contains("难以区分"),
        "{}",
        proposed.reason.zh
    );
    let decided = small(DOUBT, TWO).unwrap().propose("路灯和停水", "停水停水");
    assert_eq!(decided.category.as_deref(), Some("0201"));
}

#[test]
fn of_overlapping_words_the_longest_counts() {
    let proposed = small(DOUBT, TWO).unwrap().propose("路灯杆", "");
    assert_eq!(proposed.category.as_deref(), Some("0201"));
}

#[test]
fn the_best_category_of_the_best_group_is_taken() {
    let proposed = small(DOUBT, TWO).unwrap().propose("停水", "水表");
    assert_eq!(proposed.category.as_deref(), Some("0201"));
}

#[test]
fn codes_have_names_on_both_levels() {
    let table = small(DOUBT, TWO).unwrap();
    assert_eq!(table.title("01").unwrap().zh, "甲");
    assert_eq!(table.title("0202").unwrap().en, "B · B2");
    assert!(
        !table.contains("0103")
            && !table.contains("03")
            && !table.contains("")
            && !table.contains("01011")
    );
}

#[test]
fn broken_tables_are_refused() {
    for (doubt, categories) in [
        (DOUBT, TWO.replace("code = \"02\"", "code = \"01\"")),
        (DOUBT, TWO.replace("0202", "0302")),
        (DOUBT, TWO.replace("0202", "0201")),
        (
            DOUBT,
            TWO.replace("[\"停水\", \"路灯杆\"]", "[\"停水\", \"停水\"]"),
        ),
        (DOUBT, TWO.replace("[\"灯\"]", "[\" \"]")),
        (DOUBT, TWO.replace("en = \"B2\"", "en = \"\"")),
        (DOUBT, TWO.replace("weak", "feeble")),
        ("least_score = 8\nmargin_x100 = 90", TWO.to_owned()),
    ] {
        assert!(small(doubt, &categories).is_err(), "{categories}");
    }
}

#[test]
fn odd_texts_do_no_harm() {
    for text in ["", "\u{0}", "路", "🚦🚦", &"停水".repeat(10_000)] {
        let _ = table().propose(text, text);
    }
}

#[test]
fn how_results_are_verified_holds_for_all_below() {
    let said = DEEP
        .replacen(
            "title = { zh = \"甲\", en = \"A\" }",
            "title = { zh = \"甲\", en = \"A\" }\nverification = \"photo\"",
            1,
        )
        .replacen(
            "title = { zh = \"细\", en = \"fine\" }",
            "title = { zh = \"细\", en = \"fine\" }\nverification = \"word\"",
            1,
        );
    let table = small(DOUBT, &said).unwrap();
    for (code, policy) in [
        (Some("01"), Verification::Photo),
        (Some("0101"), Verification::Photo),
        (Some("0109"), Verification::Photo),
        (Some("010102"), Verification::Word),
        (Some("01010203"), Verification::Word),
        (Some("77"), Verification::Both),
        (None, Verification::Both),
    ] {
        assert_eq!(table.verification(code), policy, "{code:?}");
    }
    let wrong = said.replacen("\"word\"", "\"hearsay\"", 1);
    let told = small(DOUBT, &wrong).unwrap_err().to_string();
    assert!(told.starts_with("test.toml: 010102: "), "{told}");
    assert_eq!(
        small(DOUBT, TWO).unwrap().verification(Some("0201")),
        Verification::Both
    );
}
