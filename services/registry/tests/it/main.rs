//! Registry over real HTTP, on its own store.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

mod agreements;
mod audit;
mod changes;
mod divisions;
mod dwellings;
mod endings;
mod four_lists;
mod grids;
mod history;
mod lists;
mod meetings;
mod organisations;
mod party;
mod party_figures;
mod post_reports;
mod posts;
mod read_notes;
mod register;
mod reorganisations;
mod report_ins;
mod sheet_imports;
mod sheets;
mod venues;

use bus::{Envelope, EventMeta};
use contracts::Event;
use kernel::{Clock, IdSourceExt, Role, SystemClock};
use serde_json::{Value, json};
use testkit::{Caller, Reply, TestHost, eventually};

const ORGANISATIONS: &str = "/api/registry/v1/organisations";
const IMPORTS: &str = "/api/registry/v1/divisions/imports";

/// A host with 汉阳区 and a compound in one of its communities.
async fn hanyang() -> TestHost {
    let host = TestHost::start(&[registry::MODULE]).await;
    seed(&host).await;
    host
}

async fn seed(host: &TestHost) {
    let deps = host.deps("registry");
    registry::seed::seed_divisions(deps, registry::seed::HANYANG)
        .await
        .unwrap();
    operator(host)
        .post(
            ORGANISATIONS,
            &organisation("420105011010.X01", "compound", "江欣苑小区"),
        )
        .await
        .expect(201);
}

/// Runs a schedule of the service once; returns how much it did.
async fn run_schedule(host: &TestHost, name: &str) -> u64 {
    let service = registry::service(host.deps("registry").clone()).unwrap();
    let schedule = service
        .schedules()
        .iter()
        .find(|schedule| schedule.name() == name);
    schedule.unwrap().run_once().await.unwrap()
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

/// Tells registry an event, and waits until it is handled.
pub(crate) async fn tell<P: Event>(host: &TestHost, subject: &str, version: i64, payload: &P) {
    let deps = host.deps("registry");
    let meta = EventMeta {
        id: deps.ids.next(),
        subject: subject.to_owned(),
        aggregate_version: version,
        time: SystemClock.now(),
        district: "420105".to_owned(),
        actor: None,
        correlation_id: "test".to_owned(),
        causation_id: None,
        traceparent: None,
    };
    let envelope = &Envelope::new(meta, payload);
    deps.db
        .write("test.tell", |tx| async move {
            bus::emit(&tx, vec![envelope.clone()]).await
        })
        .await
        .unwrap();
    eventually("events are handled", async || {
        let pending = store::outbox::count_pending(&deps.db).await.unwrap();
        (pending == 0).then_some(())
    })
    .await;
}
