//! What is wrong in a request is answered with a problem document and leaves nothing behind.
//!
//! Every test compares what is stored before and after.

mod bodies;
mod places;
mod repetitions;
mod tokens;
mod uploads;
mod values;
mod writes;

use std::collections::BTreeMap;

use kernel::Role;
use reqwest::Method;
use scenarios::order::{self, text};
use serde_json::Value;
use testkit::{Caller, Reply};

use crate::world::{COMPOUND, World};

/// A write that would succeed, by somebody who may do it.
struct Write {
    operation: &'static str,
    caller: Caller,
    method: Method,
    path: String,
    body: Value,
}

impl Write {
    async fn send(&self, body: &Value) -> Reply {
        self.send_raw("application/json", body.to_string().into_bytes())
            .await
    }

    async fn send_raw(&self, kind: &str, body: Vec<u8>) -> Reply {
        let request = self.caller.request(self.method.clone(), &self.path);
        self.caller
            .send(request.header("Content-Type", kind).body(body))
            .await
    }
}

/// The world with one order, and what is stored now.
struct Scene {
    world: World,
    resident: Caller,
    dispatcher: Caller,
    order: Value,
    before: BTreeMap<String, i64>,
}

impl Scene {
    async fn set() -> Self {
        let world = World::start().await;
        let resident = world.person(&[(Role::Resident, COMPOUND)]).await;
        let dispatcher = world.person(&[(Role::CompoundDispatcher, COMPOUND)]).await;
        world.settled().await;
        let order = order::open(&resident, &order::five_order("楼道照明灯不亮")).await;
        let before = world.rows().await;
        Self {
            world,
            resident,
            dispatcher,
            order,
            before,
        }
    }

    /// Checks that nothing was stored since, and stops.
    async fn ends_unchanged(self) {
        assert_eq!(self.world.rows().await, self.before);
        self.world.host.stop().await;
    }

    /// Every list, with somebody who may read it.
    fn lists(&self) -> Vec<(&'static str, Caller, String)> {
        let host = &self.world.host;
        let audit = host.caller(&[(Role::AuditAdmin, "/")]);
        let system = host.caller(&[(Role::SystemAdmin, "/")]);
        let security = host.caller(&[(Role::SecurityAdmin, "/")]);
        let me = &self.resident;
        let list = |name, caller: &Caller, path: &str| (name, caller.clone(), path.to_owned());
        vec![
            list("accounts", &system, "/api/identity/v1/accounts"),
            list("access log", &audit, "/api/identity/v1/access-log"),
            list(
                "certifications",
                &security,
                "/api/identity/v1/certifications?org_path=/",
            ),
            list(
                "privacy requests",
                &security,
                "/api/identity/v1/privacy-requests",
            ),
            list(
                "my privacy requests",
                me,
                "/api/identity/v1/me/privacy-requests",
            ),
            list("reveals", &self.world.platform, "/api/identity/v1/reveals"),
            list("organisations", me, "/api/registry/v1/organisations"),
            list("orders of staff", &self.world.platform, order::ORDERS),
            list(
                "orders of mine",
                me,
                &format!("{}?mine=requested", order::ORDERS),
            ),
            list(
                "timeline",
                me,
                &format!("{}/timeline", order::path(&self.order)),
            ),
            list("publications", &host.anonymous(), order::PUBLICATIONS),
            list("open tasks", me, order::TASKS),
            list("my tasks", me, &format!("{}?state=mine", order::TASKS)),
            list("messages", me, order::INBOX),
        ]
    }
}

/// `path` with another parameter.
fn with(path: &str, parameter: &str) -> String {
    let mark = if path.contains('?') { '&' } else { '?' };
    format!("{path}{mark}{parameter}")
}

/// Checks for a problem document with one of these statuses.
#[track_caller]
fn assert_refused(what: &str, reply: &Reply, statuses: &[u16]) {
    let status = reply.status.as_u16();
    assert!(
        statuses.contains(&status),
        "{what}: {status} {:#}",
        reply.body
    );
    crate::world::assert_problem(reply, status);
}

/// JSON pointer of the first wrong field.
#[track_caller]
fn pointer(reply: &Reply) -> &str {
    text(&reply.body["errors"][0], "pointer")
}
