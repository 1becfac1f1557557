//! Registry over real HTTP, on its own store.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

mod audit;
mod changes;
mod divisions;
mod grids;
mod history;
mod lists;
mod organisations;
mod party;
mod posts;
mod reorganisations;
mod report_ins;
mod venues;

use kernel::Role;
use serde_json::{Value, json};
use testkit::{Caller, Reply, TestHost};

const ORGANISATIONS: &str = "/api/registry/v1/organisations";
const IMPORTS: &str = "/api/registry/v1/divisions/imports";

/// A host with 汉阳区 and a compound in one of its communities.
async fn hanyang() -> TestHost {
    let host = TestHost::start(&[registry::MODULE]).await;
    let deps = host.deps("registry");
    registry::seed::seed_divisions(deps, registry::seed::HANYANG)
        .await
        .unwrap();
    operator(&host)
        .post(
            ORGANISATIONS,
            &organisation("420105011010.X01", "compound", "江欣苑小区"),
        )
        .await
        .expect(201);
    host
}

/// Runs the city's platform.
fn operator(host: &TestHost) -> Caller {
    host.caller(&[(Role::PlatformOperator, "/")])
}

/// A body that sets up a node; its parent's code is its own without the last segment.
fn organisation(code: &str, kind: &str, name: &str) -> Value {
    let parent = code.rsplit_once('.').map(|(parent, _)| parent);
    json!({"code": code, "kind": kind, "name": name, "parent_code": parent})
}

async fn rename(caller: &Caller, code: &str, name: &str, seen: Option<&str>) -> Reply {
    let path = format!("{ORGANISATIONS}/{code}");
    let mut request = caller
        .request(reqwest::Method::PATCH, &path)
        .json(&json!({"name": name}));
    if let Some(seen) = seen {
        request = request.header("If-Match", seen);
    }
    caller.send(request).await
}

fn codes(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["code"].as_str().unwrap())
        .collect()
}

async fn act(caller: &Caller, code: &str, action: &str, body: &Value) -> Reply {
    caller
        .post(&format!("{ORGANISATIONS}/{code}/actions/{action}"), body)
        .await
}

async fn show(caller: &Caller, code: &str) -> Value {
    caller
        .get(&format!("{ORGANISATIONS}/{code}"))
        .await
        .expect(200)
}
