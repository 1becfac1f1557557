use kernel::{
    Crs, DivisionCode, GeoPoint, Line, OrderId, OrgCode, OrgPath, Role, Text, Timestamp, TypedId,
    Uscc, Version,
};
use serde_json::{Value, json};
use utoipa::{OpenApi, PartialSchema, ToSchema};

#[derive(ToSchema)]
#[expect(dead_code, reason = "only the schema is looked at")]
struct Everything {
    id: OrderId,
    parent: Option<OrderId>,
    code: OrgCode,
    path: OrgPath,
    division: DivisionCode,
    uscc: Uscc,
    roles: Vec<Role>,
    title: Line<2, 80>,
    note: Option<Line<0, 200>>,
    body: Text<1, 2000>,
    at: Timestamp,
    version: Version,
    point: GeoPoint,
    crs: Crs,
}

#[derive(OpenApi)]
#[openapi(components(schemas(Everything)))]
struct Api;

fn document() -> Value {
    serde_json::to_value(Api::openapi()).unwrap()
}

fn schema<T: PartialSchema>() -> Value {
    serde_json::to_value(T::schema()).unwrap()
}

#[test]
fn an_id_is_a_string_with_its_pattern() {
    let schema = schema::<OrderId>();
    assert_eq!(schema.pointer("/type"), Some(&json!("string")));
    assert_eq!(
        schema.pointer("/pattern"),
        Some(&json!("^ord_[0-9a-hjkmnp-tv-z]{26}$"))
    );
    let example = schema
        .pointer("/examples/0")
        .and_then(Value::as_str)
        .unwrap();
    let id: OrderId = example.parse().unwrap();
    assert_eq!(id.uuid().get_version_num(), 7);
}

#[test]
fn examples_are_valid() {
    fn example<T: PartialSchema + serde::de::DeserializeOwned>() {
        let schema = schema::<T>();
        let example = schema
            .pointer("/examples/0")
            .or_else(|| schema.pointer("/example"));
        serde_json::from_value::<T>(example.unwrap().clone())
            .unwrap_or_else(|error| panic!("{schema}: {error}"));
    }
    example::<OrgCode>();
    example::<OrgPath>();
    example::<DivisionCode>();
    example::<Uscc>();
    example::<Timestamp>();
    example::<Version>();
}

#[test]
fn texts_with_other_limits_are_other_schemas() {
    let document = document();
    let limits = |name: &str, limit: &str| {
        document
            .pointer(&format!("/components/schemas/{name}/{limit}"))
            .cloned()
    };
    assert_eq!(limits("Line_2_80", "minLength"), Some(json!(2)));
    assert_eq!(limits("Line_2_80", "maxLength"), Some(json!(80)));
    assert_eq!(limits("Line_0_200", "maxLength"), Some(json!(200)));
    assert_eq!(limits("Text_1_2000", "maxLength"), Some(json!(2000)));
}

#[test]
fn every_reference_has_its_schema() {
    let document = document();
    let text = document.to_string();
    let references: Vec<&str> = text
        .split("\"#/components/schemas/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(references.len() >= 13, "{references:?}");
    for name in references {
        assert!(
            document
                .pointer(&format!("/components/schemas/{name}"))
                .is_some(),
            "{name}"
        );
    }
}

#[test]
fn a_role_lists_its_names() {
    let schema = schema::<Role>();
    let names = schema.pointer("/enum").and_then(Value::as_array).unwrap();
    assert_eq!(names.len(), Role::ALL.len());
    assert!(names.contains(&json!("grid_worker")));
}
