#![expect(clippy::unwrap_used, reason = "tests may")]

use kernel::OrgCode;

use super::{Route, RoutingTable};
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
    table.route(
        &code("420105011010"),
        &path(COMMUNITY),
        category,
        &categories(),
        exists,
    )
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
