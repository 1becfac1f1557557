//! The OpenAPI documents: one per service, and the merged one.
#![expect(
    clippy::indexing_slicing,
    reason = "a JSON value asked for a name it lacks gives null; names are set on objects only"
)]

use actix_web::App;
use auth::policy::{self, Access};
use problem::Problem;
use serde_json::{Map, Value, json};
use utoipa::PartialSchema;
use utoipa_actix_web::AppExt;

use crate::Service;
use crate::http::Limit;

/// Methods that a path item may have.
pub const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Describes a service's HTTP interface.
///
/// What every operation answers alike (problems, security) is added here from the policy table,
/// so that handlers describe only what is their own.
#[must_use]
pub fn of(service: &Service) -> Value {
    let routes = service.routes.clone();
    let (_, document) = App::new()
        .into_utoipa_app()
        .configure(|config| routes(config))
        .split_for_parts();
    let mut document = serde_json::to_value(&document).unwrap_or_default();
    document["info"] = json!({
        "title": format!("Linli {}", service.name),
        "version": env!("CARGO_PKG_VERSION"),
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    });
    complete(&mut document);
    document
}

/// Puts several services' documents into one.
#[must_use]
pub fn merge<'a>(documents: impl IntoIterator<Item = &'a Value>) -> Value {
    let mut merged = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Linli 邻里",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {},
        "components": {"schemas": {}, "securitySchemes": {}},
    });
    for document in documents {
        for place in [
            "/paths",
            "/components/schemas",
            "/components/securitySchemes",
        ] {
            let from = document.pointer(place).and_then(Value::as_object);
            let into = merged.pointer_mut(place).and_then(Value::as_object_mut);
            if let (Some(from), Some(into)) = (from, into) {
                into.extend(from.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
        }
    }
    merged
}

fn complete(document: &mut Value) {
    document["components"]["securitySchemes"]["bearer"] =
        json!({"type": "http", "scheme": "bearer", "bearerFormat": "JWT"});
    document["components"]["schemas"]["Problem"] =
        serde_json::to_value(Problem::schema()).unwrap_or_default();
    document["components"]["schemas"]["FieldProblem"] =
        serde_json::to_value(problem::FieldProblem::schema()).unwrap_or_default();
    // it comes in parameters only, whose types the derive refers to and does not collect
    document["components"]["schemas"]["Limit"] =
        serde_json::to_value(Limit::schema()).unwrap_or_default();
    let Some(paths) = document["paths"].as_object_mut() else {
        return;
    };
    for (path, item) in paths {
        let Some(item) = item.as_object_mut() else {
            continue;
        };
        for (method, operation) in item {
            if METHODS.contains(&method.as_str()) {
                complete_operation(path, method, operation);
            }
        }
    }
}

fn complete_operation(path: &str, method: &str, operation: &mut Value) {
    let access = policy::find(&method.to_uppercase(), path).map(|row| row.access);
    let open = matches!(access, Some(Access::Public));
    if open {
        if let Some(operation) = operation.as_object_mut() {
            operation.remove("security");
        }
    } else {
        operation["security"] = json!([{"bearer": []}]);
    }
    if let Some(Access::Roles(roles)) = access {
        operation["x-roles"] = json!(roles);
    }
    let mut conditional = false;
    let parameters = operation.get_mut("parameters");
    for parameter in parameters
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        conditional |= parameter["name"] == "If-Match";
        if let Some(pattern) = pattern_of(parameter) {
            parameter["schema"]["pattern"] = json!(pattern);
        }
    }
    let takes_body = operation.get("requestBody").is_some();
    let takes_parameters = operation.get("parameters").is_some();
    if !operation["responses"].is_object() {
        operation["responses"] = Value::Object(Map::new());
    }
    let Some(responses) = operation["responses"].as_object_mut() else {
        return;
    };
    let mut add = |status: &str, description: &str| {
        let mut response = json!({
            "description": description,
            "content": {"application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
            }},
        });
        if matches!(status, "429" | "503") {
            response["headers"] = json!({"Retry-After": {"schema": {"type": "integer"}}});
        }
        responses.entry(status).or_insert(response);
    };
    if !open {
        add("401", "未登录或令牌无效 / not signed in");
        add("403", "无权进行此操作 / not permitted");
    }
    if takes_body || !open {
        add("400", "请求体或请求头不完整 / broken body or header");
    }
    if takes_body {
        add("413", "请求体过大 / body too large");
        add("415", "内容类型不支持 / unsupported content type");
    }
    if takes_body || takes_parameters {
        add("422", "输入内容有误 / invalid input");
    }
    if conditional {
        add("412", "If-Match 不符 / If-Match does not hold");
    }
    if path.contains('{') {
        add("404", "没有此资源 / not found");
    }
    add("503", "暂时无法处理 / try again later");
}

/// Parameters that are text to a handler, and whose form is the same wherever they come.
fn pattern_of(parameter: &Value) -> Option<&'static str> {
    match (parameter["in"].as_str()?, parameter["name"].as_str()?) {
        ("header", "If-Match") => Some("^\"[1-9][0-9]{0,17}\"$"),
        ("header", "Idempotency-Key") => Some("^[!-~]{1,128}$"),
        ("query", "cursor") => Some("^[A-Za-z0-9_-]{1,512}$"),
        _ => None,
    }
}
