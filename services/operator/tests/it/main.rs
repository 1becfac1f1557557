//! The generated definition, and what it asks of a resource.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

mod chart;

use std::path::PathBuf;

use operator::crd;
use serde_json::Value;

/// Root of the repository.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn definition() -> Value {
    use operator::kube::CustomResourceExt;

    serde_json::to_value(crd::District::crd()).unwrap()
}

fn version(definition: &Value) -> &Value {
    &definition["spec"]["versions"][0]
}

#[test]
fn the_checked_in_definitions_are_the_generated_one() {
    let generated = crd::definition().unwrap();
    for place in [
        "k8s/crds/districts.yaml",
        "charts/linli/definitions/districts.yaml",
    ] {
        let path = root().join(place);
        if std::env::var_os("LINLI_REFRESH").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &generated).unwrap();
        }
        let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            checked_in, generated,
            "{place}: `LINLI_REFRESH=1 cargo nextest run -p operator definitions` writes it anew"
        );
    }
}

#[test]
fn the_definition_is_structural_and_says_what_everything_is() {
    let definition = definition();
    assert_eq!(definition["spec"]["scope"], "Namespaced");
    let version = version(&definition);
    assert_eq!(version["subresources"]["status"], serde_json::json!({}));
    let columns = version["additionalPrinterColumns"].as_array().unwrap();
    let columns: Vec<_> = columns
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        columns,
        [
            "Code", "Name", "Ready", "Reason", "Units", "Open", "Overdue", "Age"
        ]
    );
    let schema = &version["schema"]["openAPIV3Schema"];
    for part in ["spec", "status"] {
        undescribed(part, &schema["properties"][part]);
    }
    let conditions = &schema["properties"]["status"]["properties"]["conditions"];
    assert_eq!(conditions["x-kubernetes-list-type"], "map");
}

/// Fails where a property has no description or no type.
fn undescribed(path: &str, schema: &Value) {
    for (name, below) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{name}");
        assert!(
            below["description"].is_string(),
            "{path} has no description"
        );
        assert!(below["type"].is_string(), "{path} has no type");
        undescribed(&path, below);
        undescribed(&path, &below["items"]);
    }
    assert!(schema["$ref"].is_null(), "{path} is not structural");
}

#[test]
fn every_size_is_bounded_and_rules_are_there() {
    let definition = definition();
    let spec = &version(&definition)["schema"]["openAPIV3Schema"]["properties"]["spec"];
    unbounded("spec", spec);
    let rules = |schema: &Value| -> Vec<String> {
        let rules = schema["x-kubernetes-validations"]
            .as_array()
            .unwrap()
            .iter();
        rules
            .map(|rule| rule["rule"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(rules(spec).len(), 4);
    assert!(rules(spec).contains(&"self.code == oldSelf.code".to_owned()));
    let divisions = &spec["properties"]["divisions"];
    assert_eq!(rules(divisions), ["has(self.configMap) != has(self.url)"]);
    assert_eq!(spec["required"], serde_json::json!(["code", "name"]));
}

/// Fails where a text or list of the wish has no upper bound: the cost of the rules is reckoned by it.
fn unbounded(path: &str, schema: &Value) {
    match schema["type"].as_str() {
        Some("string") => assert!(
            schema["maxLength"].is_u64() || schema["enum"].is_array(),
            "{path} has no longest"
        ),
        Some("array") => assert!(schema["maxItems"].is_u64(), "{path} has no most"),
        Some("integer") => assert!(schema["maximum"].is_number(), "{path} has no greatest"),
        _ => {}
    }
    for (name, below) in schema["properties"].as_object().into_iter().flatten() {
        unbounded(&format!("{path}.{name}"), below);
    }
    if schema["items"].is_object() {
        unbounded(&format!("{path}[]"), &schema["items"]);
    }
}
