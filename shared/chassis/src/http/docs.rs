//! The readable API page at `/api/docs`, made from the merged OpenAPI document.
#![expect(
    clippy::indexing_slicing,
    reason = "a JSON value asked for a name it lacks gives null"
)]

use std::fmt::Write;

use serde_json::Value;

use super::html::escape;
use crate::openapi::METHODS;

const STYLE: &str = "body{font:16px/1.6 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem;color:#1b1b1f;background:#fff}\
h2{margin-top:2.5rem;border-bottom:2px solid #b3261e}details{border:1px solid #ccc;border-radius:.4rem;margin:.4rem 0;padding:.4rem .8rem}\
summary{cursor:pointer}code,pre{font:14px/1.5 ui-monospace,monospace}pre{overflow:auto;background:#f5f5f5;padding:.6rem}\
b.m{display:inline-block;min-width:4.5rem}table{border-collapse:collapse}td,th{text-align:left;padding:.1rem .8rem .1rem 0;vertical-align:top}";

/// Renders the page. It needs no script and nothing from elsewhere.
pub(crate) fn render(document: &Value) -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>邻里 API</title><style>",
    );
    page.push_str(STYLE);
    page.push_str(
        "</style><h1>邻里 Linli API</h1><p>机器可读 / machine-readable: <a href=\"/api/openapi.json\">/api/openapi.json</a>。\
         除标“公开”者外，均需 <code>Authorization: Bearer</code>（<code>POST /api/identity/v1/sessions</code>）。\
         All but the public operations need a bearer token.</p>",
    );
    let mut service = String::new();
    let paths = document["paths"].as_object();
    for (path, item) in paths.into_iter().flatten() {
        let owner = path.split('/').nth(2).unwrap_or_default();
        if owner != service {
            owner.clone_into(&mut service);
            heading(&mut page, owner);
        }
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                section(&mut page, document, path, method, operation);
            }
        }
    }
    page.push_str("</html>");
    page
}

fn heading(page: &mut String, owner: &str) {
    let title = match owner {
        "identity" => "identity 身份",
        "registry" => "registry 组织",
        "ticketing" => "ticketing 工单",
        "volunteering" => "volunteering 志愿",
        "notifications" => "notifications 通知",
        other => other,
    };
    push(
        page,
        &format!("<h2 id=\"{}\">{}</h2>", escape(owner), escape(title)),
    );
}

fn section(page: &mut String, document: &Value, path: &str, method: &str, operation: &Value) {
    let text = |key: &str| operation[key].as_str().map(escape).unwrap_or_default();
    let open = operation.get("security").is_none();
    push(
        page,
        &format!(
            "<details><summary><b class=\"m\">{}</b><code>{}</code> {}{}</summary><p>{}</p>",
            method.to_uppercase(),
            escape(path),
            text("summary"),
            if open { "（公开 public）" } else { "" },
            text("description"),
        ),
    );
    if let Some(roles) = operation["x-roles"].as_array() {
        let roles: Vec<&str> = roles.iter().filter_map(Value::as_str).collect();
        push(
            page,
            &format!("<p>角色 roles: {}</p>", escape(&roles.join(", "))),
        );
    }
    parameters(page, operation);
    let body = operation["requestBody"]["content"].as_object();
    for (kind, content) in body.into_iter().flatten() {
        push(
            page,
            &format!("<p>请求 body <code>{}</code></p>", escape(kind)),
        );
        schema(page, document, &content["schema"]);
    }
    page.push_str("<table>");
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let description = response["description"].as_str().unwrap_or_default();
        push(
            page,
            &format!(
                "<tr><td>{}</td><td>{}</td></tr>",
                escape(status),
                escape(description)
            ),
        );
    }
    page.push_str("</table>");
    let answer = operation["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .find(|(status, _)| status.starts_with('2'))
        .map(|(_, response)| &response["content"]["application/json"]["schema"]);
    if let Some(answer) = answer {
        schema(page, document, answer);
    }
    page.push_str("</details>");
}

fn parameters(page: &mut String, operation: &Value) {
    let Some(parameters) = operation["parameters"].as_array() else {
        return;
    };
    page.push_str("<table><tr><th>参数 parameter<th>在 in<th></tr>");
    for parameter in parameters {
        let text = |key: &str| parameter[key].as_str().map(escape).unwrap_or_default();
        push(
            page,
            &format!(
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                text("name"),
                text("in"),
                text("description"),
            ),
        );
    }
    page.push_str("</table>");
}

/// Shows a schema with one level of references put in.
fn schema(page: &mut String, document: &Value, schema: &Value) {
    let shown = schema["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix('#'))
        .and_then(|pointer| document.pointer(pointer))
        .unwrap_or(schema);
    if shown.is_null() {
        return;
    }
    let text = serde_json::to_string_pretty(shown).unwrap_or_default();
    push(page, &format!("<pre>{}</pre>", escape(&text)));
}

fn push(page: &mut String, text: &str) {
    // Writing to a String does not fail.
    write!(page, "{text}").ok();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn text_from_the_document_is_escaped() {
        let page = super::render(&json!({"paths": {"/api/ticketing/v1/orders": {
            "get": {"summary": "<script>", "responses": {}}
        }}}));
        assert!(page.contains("&lt;script&gt;"));
        assert!(page.contains("ticketing 工单"));
    }
}
