//! What the chart tells the process: settings that there are.

use figment::Figment;
use figment::providers::Serialized;
use operator::OperatorConfig;
use serde_json::{Value, json};

use crate::root;

/// Settings of the operator in the chart's rendered manifests, as `section.key` paths.
fn settings() -> Vec<Vec<String>> {
    let path = root().join("tests/chart/snapshots/options.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    let names = text.split("name: LINLI_OPERATOR__").skip(1);
    let names = names.map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_uppercase() && c != '_');
        rest.split_at(end.unwrap()).0.to_lowercase()
    });
    let paths = names.map(|name| name.split("__").map(str::to_owned).collect());
    paths.collect()
}

fn set(section: &mut Value, path: &[String]) {
    let number = path.last().is_some_and(|key| key.ends_with("_s"));
    let mut here = section;
    for key in path {
        here = &mut here[key];
    }
    *here = if number {
        json!(60)
    } else {
        json!("http://x.example")
    };
}

#[test]
fn every_setting_of_the_chart_is_one_of_the_operators() {
    let paths = settings();
    assert!(paths.len() >= 10, "{paths:?}");
    let mut section = json!({});
    for path in &paths {
        set(&mut section, path);
    }
    let read = |section: &Value| {
        let section = Serialized::default("operator", section);
        OperatorConfig::read(&Figment::from(section))
    };
    let config = read(&section).unwrap();
    assert_eq!(config.platform.services.len(), 3);
    section["nope"] = json!(1);
    assert!(
        read(&section).is_err(),
        "one that does not exist is refused"
    );
}
