//! What telemetry says about its origin.

use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::Resource;

use super::Process;

/// Says that a process belongs to Linli.
const NAMESPACE: &str = "linli";

/// Attribute of spans, and label of figures, that names the service within a process.
pub(super) const SERVICE: &str = "service";

/// The process. `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` are obeyed.
pub(super) fn of_process(process: &Process) -> Resource {
    let named = Resource::builder_empty()
        .with_service_name(process.name)
        .with_attributes([
            KeyValue::new("service.namespace", NAMESPACE),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        ])
        .build();
    // what the variables say goes over what is known here
    let said = Resource::builder().build();
    let mut all = Resource::builder_empty().with_attributes(attributes(&named));
    let unnamed = !is_named();
    let said = attributes(&said)
        .into_iter()
        .filter(|pair| !(unnamed && pair.key.as_str() == "service.name"));
    all = all.with_attributes(said);
    all.build()
}

/// Whether the installation gave the process a name of its own.
pub(super) fn is_named() -> bool {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    !variable("OTEL_SERVICE_NAME").is_empty()
        || variable("OTEL_RESOURCE_ATTRIBUTES").contains("service.name=")
}

/// A service within the process that `whole` describes.
pub(super) fn of_service(whole: &Resource, service: &'static str) -> Resource {
    Resource::builder_empty()
        .with_attributes(attributes(whole))
        .with_attribute(KeyValue::new("service.name", service))
        .build()
}

fn attributes(resource: &Resource) -> Vec<KeyValue> {
    resource
        .iter()
        .map(|(key, value)| KeyValue::new(key.clone(), Value::clone(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use opentelemetry::Key;

    use super::{of_process, of_service};
    use crate::telemetry::Process;

    #[test]
    fn a_service_differs_from_its_process_by_name_alone() {
        let whole = of_process(&Process::of("linli", ["ticketing"]));
        let own = of_service(&whole, "ticketing");
        let name = |resource: &opentelemetry_sdk::Resource| {
            let name = resource.get(&Key::from_static_str("service.name"));
            name.map(|name| name.to_string()).unwrap_or_default()
        };
        assert_eq!(
            (name(&whole), name(&own)),
            ("linli".to_owned(), "ticketing".to_owned())
        );
        assert_eq!(whole.len(), own.len());
    }
}
