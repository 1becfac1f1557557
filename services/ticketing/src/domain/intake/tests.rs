#![expect(clippy::unwrap_used, reason = "tests may")]

use jiff::civil::{DateTime, datetime};
use kernel::Role;
use serde_json::json;

use super::{IntakeTable, Notice};
use crate::domain::category::CategoryTable;

fn categories() -> CategoryTable {
    CategoryTable::bundled().unwrap()
}

fn ids(notices: &[&Notice]) -> Vec<String> {
    notices.iter().map(|notice| notice.id.clone()).collect()
}

const NOVEMBER: DateTime = datetime(2026, 11, 22, 10, 0, 0, 0);
const JULY: DateTime = datetime(2026, 7, 1, 10, 0, 0, 0);

#[test]
fn danger_is_sent_to_the_phone_first() {
    let table = IntakeTable::bundled(&categories()).unwrap();
    let said = |text, category| ids(&table.notices(text, category, NOVEMBER));
    assert_eq!(said("楼下起火了", None), ["fire"]);
    assert_eq!(said("路灯不亮", Some("0104")), Vec::<String>::new());
    assert_eq!(said("有人打人", Some("1405")), ["police", "courts"]);
    assert_eq!(said("暖气不热", Some("0204")), ["heating-season"]);
    assert!(table.notices("暖气不热", Some("0204"), JULY).is_empty());
}

#[test]
fn another_way_stops_as_danger_does_and_advice_stops_nobody() {
    let table = IntakeTable::bundled(&categories()).unwrap();
    let open = |category, confirmed: &[String]| {
        ids(&table.unconfirmed("有人打人", Some(category), NOVEMBER, confirmed))
    };
    assert_eq!(open("1405", &[]), ["police", "courts"]);
    assert_eq!(open("1405", &["police".to_owned()]), ["courts"]);
    assert_eq!(open("0204", &["police".to_owned()]), Vec::<String>::new());
}

#[test]
fn answers_are_checked_like_forms() {
    let table = IntakeTable::bundled(&categories()).unwrap();
    let form = table.form(Some("0901"));
    assert_eq!(form.fields.len(), 2);
    assert!(
        form.check(&json!({"employer": "某公司", "people": true}))
            .is_ok()
    );
    for (wrong, place) in [
        (json!({}), "/employer"),
        (json!({"employer": "x".repeat(101)}), "/employer"),
        (json!({"employer": "某公司", "people": "yes"}), "/people"),
        (json!({"employer": "某公司", "colour": 1}), "/colour"),
    ] {
        let problems = form.check(&wrong).unwrap_err();
        assert!(
            problems.iter().any(|problem| problem.pointer == place),
            "{wrong}"
        );
    }
    assert!(table.form(Some("0101")).fields.is_empty());
    assert!(table.form(None).fields.is_empty());
}

#[test]
fn tables_without_sense_are_refused() {
    let notice = "[[notices]]\nid = \"a\"\nkind = \"redirect\"\nwords = [\"着火\"]\ntitle = { zh = \"题\", en = \"title\" }\ntext = { zh = \"文\", en = \"text\" }\n";
    let question = "[[questions]]\ncategory = \"0104\"\nname = \"a\"\ntitle = { zh = \"题\", en = \"title\" }\ntype = \"text\"\nmax = 10\n";
    let parse = |rest: &str| {
        IntakeTable::parse("test.toml", &format!("version = 1\n{rest}"), &categories())
    };
    assert!(parse(&format!("{notice}{question}")).is_ok());
    for wrong in [
        format!("{notice}{notice}"),
        format!("{question}{question}"),
        notice.replace("redirect", "shout"),
        notice.replace("redirect", "emergency"),
        notice.replace("着火", "火"),
        notice.replace("[\"着火\"]", "[]"),
        notice.replace("\"text\"", "\"\""),
        format!("{notice}season = \"x\""),
        format!("{notice}categories = [\"9999\"]"),
        question.replace("0104", "9999"),
        question.replace("max = 10", ""),
        question.replace("\"text\"", "\"roles\""),
        question.replace("\"a\"", "\"A b\""),
        question.replace("max", "colour"),
    ] {
        assert!(parse(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn channels_are_a_closed_list_and_say_who_files_by_them() {
    let table = IntakeTable::bundled(&categories()).unwrap();
    let app = table.channel("app").unwrap();
    assert!(app.roles.is_empty() && !app.on_behalf && !app.system);
    let phone = table.channel("phone").unwrap();
    assert!(phone.on_behalf && phone.roles.contains(&Role::CommunityDispatcher));
    assert!(table.channel("meeting_resolution").unwrap().system);
    assert_eq!(table.channel("fax"), None);
    for wrong in [
        r#"name = "A""#,
        "name = \"a\"\nroles = [\"king\"]",
        "name = \"a\"\non_behalf = true",
        "name = \"a\"\nsystem = true\nroles = [\"resident\"]",
        "name = \"a\"\nfax = 1",
    ] {
        let title = r#"title = { zh = "甲", en = "a" }"#;
        let text = format!("version = 1\n[[channels]]\n{wrong}\n{title}\n");
        assert!(
            IntakeTable::parse("x.toml", &text, &categories()).is_err(),
            "{wrong}"
        );
    }
}
