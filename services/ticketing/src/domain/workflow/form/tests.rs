#![expect(clippy::unwrap_used, reason = "tests may")]

use serde_json::{Value, json};

use super::{ChoiceOption, Field, FieldKind, Form, Required};
use crate::domain::wording::Bilingual;

fn field(name: &str, kind: FieldKind, required: Required) -> Field {
    Field {
        name: name.to_owned(),
        title: Bilingual::new("字段", "Field"),
        kind,
        required,
    }
}

fn form() -> Form {
    let options = ["north", "south"].map(|value| ChoiceOption {
        value: value.to_owned(),
        title: Bilingual::new("项", "Option"),
    });
    Form {
        fields: vec![
            field("note", FieldKind::Text { min: 2, max: 4 }, Required::Yes),
            field("score", FieldKind::Integer { min: 1, max: 5 }, Required::No),
            field("solved", FieldKind::Boolean, Required::No),
            field(
                "side",
                FieldKind::Choice {
                    options: options.to_vec(),
                },
                Required::No,
            ),
            field(
                "unit",
                FieldKind::OrgCode,
                Required::When("solved".to_owned(), false),
            ),
            field("roles", FieldKind::Roles, Required::No),
        ],
    }
}

fn pointers(input: &Value) -> Vec<String> {
    match form().check(input) {
        Ok(_) => Vec::new(),
        Err(problems) => problems
            .into_iter()
            .map(|problem| problem.pointer)
            .collect(),
    }
}

#[test]
fn a_good_input_is_typed_and_trimmed() {
    let input = json!({
        "note": " 已办\n", "score": 5, "solved": true, "side": "south",
        "unit": "420105000000.CG", "roles": ["volunteer", "resident"],
    });
    let checked = form().check(&input).unwrap();
    assert_eq!(checked.text("note"), Some("已办"));
    assert_eq!(checked.integer("score"), Some(5));
    assert_eq!(checked.boolean("solved"), Some(true));
    assert_eq!(checked.text("side"), Some("south"));
    assert_eq!(checked.org_code("unit").unwrap().district(), "420105");
    assert_eq!(
        checked.to_json().pointer("/roles"),
        Some(&json!(["resident", "volunteer"]))
    );
    let texts: Vec<(String, &str)> = checked.texts().collect();
    assert_eq!(texts, [("/note".to_owned(), "已办")]);
}

#[test]
fn every_mistake_is_reported_at_its_place() {
    let input = json!({
        "note": "一二三四五", "score": 6, "solved": "yes", "side": "west", "unit": "4201", "roles": ["king"], "a/b~": 1,
    });
    assert_eq!(
        pointers(&input),
        [
            "/a~1b~0", "/note", "/score", "/solved", "/side", "/unit", "/roles"
        ]
    );
}

#[test]
fn wrong_types_and_odd_numbers_are_refused() {
    for wrong in [
        json!(1),
        json!(null),
        json!(["已办"]),
        json!("字"),
        json!("含\u{7}铃"),
        json!("  字  "),
    ] {
        assert_eq!(pointers(&json!({"note": wrong})), ["/note"], "{wrong}");
    }
    for wrong in [
        json!(1.5),
        json!(1.0),
        json!("1"),
        json!(0),
        json!(u64::MAX),
        json!(true),
    ] {
        assert_eq!(
            pointers(&json!({"note": "已办", "score": wrong})),
            ["/score"],
            "{wrong}"
        );
    }
    for wrong in [
        json!("resident"),
        json!(["resident", "resident"]),
        json!([1]),
    ] {
        assert_eq!(
            pointers(&json!({"note": "已办", "roles": wrong})),
            ["/roles"],
            "{wrong}"
        );
    }
    for wrong in [json!([]), json!("x"), json!(3)] {
        assert_eq!(pointers(&wrong), [""], "{wrong}");
    }
}

#[test]
fn a_field_can_be_required_by_another_one() {
    assert_eq!(
        pointers(&json!({"note": "已办", "solved": true})),
        Vec::<String>::new()
    );
    assert_eq!(
        pointers(&json!({"note": "已办", "solved": false})),
        ["/unit"]
    );
}

#[test]
fn null_stands_for_an_empty_input() {
    assert_eq!(pointers(&Value::Null), ["/note"]);
    assert!(Form::default().check(&Value::Null).is_ok());
    assert!(Form::default().check(&json!({})).is_ok());
}

#[test]
fn the_schema_says_the_same_as_the_check() {
    let schema = form().schema();
    assert_eq!(schema.pointer("/required"), Some(&json!(["note"])));
    assert_eq!(schema.pointer("/additionalProperties"), Some(&json!(false)));
    assert_eq!(
        schema.pointer("/properties/note/minLength"),
        Some(&json!(2))
    );
    assert_eq!(schema.pointer("/properties/score/maximum"), Some(&json!(5)));
    assert_eq!(
        schema.pointer("/properties/side/enum"),
        Some(&json!(["north", "south"]))
    );
    assert_eq!(schema.pointer("/properties/unit/x-order"), Some(&json!(4)));
    assert_eq!(
        schema.pointer("/allOf/0"),
        Some(&json!({
            "if": {"properties": {"solved": {"const": false}}, "required": ["solved"]},
            "then": {"required": ["unit"]},
        }))
    );
}
