#![expect(clippy::unwrap_used, reason = "tests may")]

use kernel::OrgCode;

use jiff::civil::{DateTime, datetime};

use super::{CatalogueSpec, Inquiry, Route, RoutingTable, Verdict};
use crate::domain::category::CategoryTable;
use crate::domain::testing::{code, path};

const COMMUNITY: &str = "/420105000000/420105011000/420105011010/";

fn categories() -> CategoryTable {
    CategoryTable::bundled().unwrap()
}

fn table(rules: &str) -> RoutingTable {
    let head = r#"
version = 1
[catch_all]
segment = "ZX"
title = { zh = "服务中心", en = "service centre" }
[[units]]
segment = "CG"
title = { zh = "城管部门", en = "city management" }
[[units]]
segment = "JT"
title = { zh = "交通部门", en = "transport" }
"#;
    RoutingTable::parse("test.toml", &format!("{head}{rules}"), &categories()).unwrap()
}

fn route(table: &RoutingTable, category: Option<&str>, exists: fn(&OrgCode) -> bool) -> Route {
    route_at(table, category, datetime(2026, 11, 22, 10, 0, 0, 0), exists)
}

fn route_at(
    table: &RoutingTable,
    category: Option<&str>,
    at: DateTime,
    exists: fn(&OrgCode) -> bool,
) -> Route {
    let (place, path) = (code("420105011010"), path(COMMUNITY));
    let inquiry = Inquiry {
        place: &place,
        path: &path,
        category,
        at,
    };
    table.route(&inquiry, &categories(), exists)
}

const RULES: &str = r#"
[[rules]]
id = "general"
category = "01"
unit = "CG"
[[rules]]
id = "lighting"
category = "0104"
unit = "JT"
[[rules]]
id = "street"
category = "01"
area = "420105011000"
unit = "JT"
[[rules]]
id = "elsewhere"
category = "0104"
area = "420105012000"
unit = "CG"
"#;

#[test]
fn a_category_goes_to_the_unit_of_its_rule_with_the_reason() {
    let routed = route(
        &table(RULES.split("[[rules]]\nid = \"lighting").next().unwrap()),
        Some("0101"),
        |_| true,
    );
    assert_eq!(routed.unit, code("420105000000.CG"));
    assert_eq!(routed.rule.as_deref(), Some("general"));
    assert_eq!(
        routed.reason.zh,
        "按规则 general：因类别 0101 城市管理 · 市容环卫，派往城管部门"
    );
    assert!(!routed.is_catch_all());
}

#[test]
fn a_smaller_area_goes_before_a_longer_category() {
    let routed = route(&table(RULES), Some("0104"), |_| true);
    assert_eq!(routed.rule.as_deref(), Some("street"));
    assert!(
        routed.reason.zh.contains("区域 420105011000"),
        "{}",
        routed.reason.zh
    );
}

#[test]
fn a_longer_category_goes_before_a_shorter_one() {
    let table = table(&RULES.replace("area = \"420105011000\"\n", ""));
    assert_eq!(
        route(&table, Some("0104"), |_| true).rule.as_deref(),
        Some("lighting")
    );
    // of two alike the first wins
    assert_eq!(
        route(&table, Some("0101"), |_| true).rule.as_deref(),
        Some("general")
    );
}

#[test]
fn what_no_rule_names_goes_to_the_catch_all_queue_with_the_reason() {
    for category in [None, Some("0701"), Some("9999")] {
        let routed = route(&table(RULES), category, |_| true);
        assert_eq!(routed.unit, code("420105000000.ZX"));
        assert!(routed.is_catch_all() && !routed.reason.is_incomplete());
    }
}

#[test]
fn a_unit_that_the_district_lacks_is_replaced_by_the_queue_and_the_queue_by_the_district() {
    let routed = route(&table(RULES), Some("0101"), |unit| {
        unit.as_str() == "420105000000.ZX"
    });
    assert_eq!(routed.unit, code("420105000000.ZX"));
    assert!(
        routed.reason.zh.contains("尚未建立"),
        "{}",
        routed.reason.zh
    );
    let routed = route(&table(RULES), Some("0101"), |_| false);
    assert_eq!(routed.unit, code("420105000000"));
    assert!(routed.is_catch_all());
}

#[test]
fn the_built_in_rules_route_every_group_but_the_last_ones() {
    let categories = categories();
    let table = RoutingTable::bundled(&categories).unwrap();
    for group in &categories.groups {
        for category in &group.categories {
            let routed = route(&table, Some(&category.code), |_| true);
            // telecommunications, recruitment, misconduct, banks and taxes belong to no unit of the district
            let none = ["17", "18", "19"].contains(&group.code.as_str()) && category.code != "1801";
            assert_eq!(routed.is_catch_all(), none, "{}", category.code);
        }
    }
}

#[test]
fn broken_rules_are_refused() {
    let categories = categories();
    for rules in [
        "[[rules]]\nid = \"a\"\ncategory = \"01\"\nunit = \"XX\"",
        "[[rules]]\nid = \"a\"\ncategory = \"99\"\nunit = \"CG\"",
        "[[rules]]\nid = \"a\"\nunit = \"CG\"",
        "[[rules]]\nid = \"a\"\ncategory = \"01\"\nunit = \"CG\"\n[[rules]]\nid = \"a\"\ncategory = \"02\"\nunit = \"CG\"",
        "[[rules]]\nid = \"a\"\ncategory = \"01\"\narea = \"12\"\nunit = \"CG\"",
        "[[units]]\nsegment = \"c g\"\ntitle = { zh = \"单位\", en = \"unit\" }",
        "[[rules]]\nname = \"a\"",
    ] {
        let text = format!(
            "version = 1\n[catch_all]\nsegment = \"ZX\"\ntitle = {{ zh = \"中心\", en = \"centre\" }}\n\
             [[units]]\nsegment = \"CG\"\ntitle = {{ zh = \"城管\", en = \"city\" }}\n{rules}"
        );
        assert!(
            RoutingTable::parse("test.toml", &text, &categories).is_err(),
            "{rules}"
        );
    }
}

const NIGHT: &str = r#"
[[rules]]
id = "general"
category = "01"
unit = "CG"
[[rules]]
id = "night"
category = "0102"
unit = "JT"
hours = "22:00-06:00"
[[rules]]
id = "winter"
category = "0102"
unit = "JT"
season = "12-01..02-15"
precedence = 10
assisting = ["CG"]
automatic = true
basis = { zh = "冬季保障方案", en = "winter plan" }
"#;

#[test]
fn a_rule_holds_in_its_season_and_at_its_hours_only() {
    let table = table(NIGHT);
    for (month, day, hour, rule) in [
        (11, 22, 10, "general"),
        (11, 22, 22, "night"),
        (11, 23, 5, "night"),
        (11, 23, 6, "general"),
        (12, 1, 10, "winter"),
        (2, 15, 23, "winter"),
        (2, 16, 10, "general"),
    ] {
        let at = datetime(2026, month, day, hour, 0, 0, 0);
        let routed = route_at(&table, Some("0102"), at, |_| true);
        assert_eq!(routed.rule.as_deref(), Some(rule), "{at}");
        assert_eq!(routed.automatic, rule == "winter");
        assert_eq!(routed.assisting.is_empty(), rule != "winter");
    }
    let winter = datetime(2026, 12, 1, 10, 0, 0, 0);
    let routed = route_at(&table, Some("0102"), winter, |_| true);
    assert_eq!(routed.assisting, [code("420105000000.CG")]);
    let said = &routed.reason.zh;
    assert!(
        said.ends_with("派往交通部门，城管部门协办（依据：冬季保障方案）"),
        "{said}"
    );
}

#[test]
fn every_rule_says_whether_it_applied_and_why_not() {
    let table = table(&format!("{RULES}{}", NIGHT.replace("general", "other")));
    let (place, path) = (code("420105011010"), path(COMMUNITY));
    let inquiry = Inquiry {
        place: &place,
        path: &path,
        category: Some("0102"),
        at: datetime(2026, 11, 22, 10, 0, 0, 0),
    };
    let verdicts: Vec<(&str, Verdict)> = table
        .look(&inquiry)
        .into_iter()
        .map(|(rule, verdict)| (rule.id.as_str(), verdict))
        .collect();
    assert_eq!(
        verdicts,
        [
            ("general", Verdict::Weaker),
            ("lighting", Verdict::OtherCategory),
            ("street", Verdict::Chosen),
            ("elsewhere", Verdict::OtherCategory),
            ("other", Verdict::Weaker),
            ("night", Verdict::OutOfHours),
            ("winter", Verdict::OutOfSeason),
        ]
    );
    let open = Inquiry {
        category: None,
        ..inquiry
    };
    let looks = table.look(&open);
    assert!(
        looks
            .iter()
            .all(|(_, verdict)| *verdict == Verdict::OtherCategory)
    );
}

#[test]
fn the_unit_of_the_street_goes_before_that_of_the_district_where_there_is_one() {
    let table = table(&RULES.replace("unit = \"JT\"\n", "unit = \"JT\"\nlevel = \"street\"\n"));
    let street = route(&table, Some("0101"), |_| true);
    assert_eq!(street.unit, code("420105011000.JT"));
    let district = route(&table, Some("0101"), |unit| {
        unit.as_str().contains("000000.")
    });
    assert_eq!(district.unit, code("420105000000.JT"));
}

#[test]
fn a_district_puts_its_own_rules_in_the_place_of_others() {
    let categories = categories();
    let built_in = RoutingTable::bundled(&categories).unwrap();
    let own = |text: &str| {
        let spec: CatalogueSpec = toml::from_str(text).unwrap();
        built_in.overridden("420105", spec, &categories)
    };
    let table = own(r#"
without = ["dogs"]
[[units]]
segment = "LD"
title = { zh = "路灯管理所", en = "street lighting office" }
[[rules]]
id = "lighting"
category = "0104"
unit = "LD"
assisting = ["CG"]
[[rules]]
id = "parking"
category = "0504"
unit = "GA"
"#)
    .unwrap();
    for (category, unit) in [
        ("0104", "420105000000.LD"),
        ("0504", "420105000000.GA"),
        ("0106", "420105000000.CG"),
        ("0201", "420105000000.SW"),
    ] {
        let routed = route(&table, Some(category), |_| true);
        assert_eq!(routed.unit, code(unit), "{category}");
    }
    let rule = "id = \"a\"\ncategory = \"01\"\nunit = \"CG\"\n";
    for wrong in [
        "without = [\"nothing\"]".to_owned(),
        "[[units]]\nsegment = \"CG\"\ntitle = { zh = \"城管\", en = \"city\" }".to_owned(),
        format!("[[rules]]\n{rule}[[rules]]\n{rule}"),
        format!("[[rules]]\n{rule}season = \"02-30..03-01\""),
        format!("[[rules]]\n{rule}season = \"1-1..2-2\""),
        format!("[[rules]]\n{rule}hours = \"24:00-06:00\""),
        format!("[[rules]]\n{rule}hours = \"06:00-06:00\""),
        format!("[[rules]]\n{rule}assisting = [\"CG\"]"),
        format!("[[rules]]\n{rule}assisting = [\"JT\", \"JT\"]"),
        format!("[[rules]]\n{rule}assisting = [\"XX\"]"),
        format!("[[rules]]\n{rule}precedence = 5000"),
        format!("[[rules]]\n{rule}basis = {{ zh = \"依据\", en = \"\" }}"),
        "[[rules]]\nid = \"a b\"\ncategory = \"01\"\nunit = \"CG\"".to_owned(),
        "[[rules]]\nid = \"a\"\ncategory = \"0199\"\nunit = \"CG\"".to_owned(),
    ] {
        assert!(own(&wrong).is_err(), "{wrong}");
    }
}
