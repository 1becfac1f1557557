//! What is wrong in a request is answered with a problem document and leaves nothing behind.
//!
//! Every test compares what is stored before and after.

mod bodies;
mod places;
mod repetitions;
mod tokens;
mod uploads;
mod values;

use std::collections::BTreeMap;

use kernel::Role;
use reqwest::Method;
use scenarios::order::{self, text};
use serde_json::{Value, json};
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

    /// One write for every operation that takes a JSON body.
    fn writes(&self) -> Vec<Write> {
        let host = &self.world.host;
        let nobody = host.anonymous();
        let system = host.caller(&[(Role::SystemAdmin, "/")]);
        let security = host.caller(&[(Role::SecurityAdmin, "/")]);
        let platform = &self.world.platform;
        let account = format!("/api/identity/v1/accounts/{}", self.resident.account);
        let write = |operation, caller: &Caller, method, path: &str, body| Write {
            operation,
            caller: caller.clone(),
            method,
            path: path.to_owned(),
            body,
        };
        let (post, put, patch) = (Method::POST, Method::PUT, Method::PATCH);
        let mut writes = self.private_writes();
        writes.extend([
            write(
                "open_session",
                &nobody,
                post.clone(),
                "/api/identity/v1/sessions",
                json!({"username": "person-0", "password": "made-up-for-test-0-quartz"}),
            ),
            write(
                "refresh_session",
                &nobody,
                post.clone(),
                "/api/identity/v1/sessions/refresh",
                json!({"refresh_token": "x"}),
            ),
            write(
                "change_password",
                &self.resident,
                put.clone(),
                "/api/identity/v1/me/password",
                json!({"current_password": "made-up-for-test-0-quartz", "new_password": "another-one-for-test-quartz"}),
            ),
            write(
                "register_account",
                &system,
                post.clone(),
                "/api/identity/v1/accounts",
                json!({"username": "somebody", "display_name": "某人", "password": "made-up-for-test-quartz"}),
            ),
            write(
                "grant_role",
                &security,
                post.clone(),
                &format!("{account}/grants"),
                json!({"role": "volunteer", "org_path": COMPOUND}),
            ),
            write(
                "establish_organisation",
                platform,
                post.clone(),
                "/api/registry/v1/organisations",
                json!({"code": "420105011010.X01.B9", "name": "9栋", "kind": "building", "parent_code": order::COMPOUND}),
            ),
            write(
                "rename_organisation",
                platform,
                patch,
                &format!("/api/registry/v1/organisations/{}", order::COMPOUND),
                json!({"name": "新名称"}),
            ),
            write(
                "import_divisions",
                platform,
                post.clone(),
                "/api/registry/v1/divisions/imports",
                json!({"dry_run": false, "rows": []}),
            ),
            write(
                "move_organisation",
                platform,
                post.clone(),
                &format!(
                    "/api/registry/v1/organisations/{}/actions/move",
                    order::COMPOUND
                ),
                json!({"parent_code": "420105011011"}),
            ),
            write(
                "close_organisation",
                platform,
                post.clone(),
                &format!(
                    "/api/registry/v1/organisations/{}/actions/close",
                    order::COMPOUND
                ),
                json!({"effective_on": "2026-11-01"}),
            ),
            write(
                "set_superior",
                platform,
                put.clone(),
                &format!(
                    "/api/registry/v1/organisations/{}/superior",
                    order::COMPOUND
                ),
                json!({"superior_code": "420105011010"}),
            ),
            write(
                "merge_divisions",
                platform,
                post.clone(),
                "/api/registry/v1/divisions/mergers",
                json!({"from": ["420105002000"], "into": "420105011000"}),
            ),
            write(
                "split_division",
                platform,
                post.clone(),
                "/api/registry/v1/divisions/splits",
                json!({"code": "420105002000", "parts": [{"into": "420105011000", "children": []}], "keep": true}),
            ),
            write(
                "import_grids",
                platform,
                post.clone(),
                "/api/registry/v1/grids/imports",
                json!({"dry_run": true, "crs": "wgs84", "features": []}),
            ),
            write(
                "fill_post",
                platform,
                post.clone(),
                "/api/registry/v1/posts",
                json!({"kind": "contact", "org_code": order::COMPOUND, "account_id": self.resident.account}),
            ),
            write(
                "open_report_in",
                &self.resident,
                post.clone(),
                "/api/registry/v1/report-ins",
                json!({"community_code": "420105011010"}),
            ),
            write(
                "open_order",
                &self.resident,
                post.clone(),
                order::ORDERS,
                order::five_order("路灯"),
            ),
            write(
                "act_on_order",
                &self.dispatcher,
                post.clone(),
                &format!("{}/actions/decline", order::path(&self.order)),
                json!({"reason": "重复"}),
            ),
            write(
                "import_orders",
                platform,
                post,
                &format!("{}/imports", order::ORDERS),
                json!({"channel": "12345", "org_code": "420105000000", "rows": []}),
            ),
        ]);
        writes
    }

    /// The same for what people say of themselves.
    fn private_writes(&self) -> Vec<Write> {
        let security = self.world.host.caller(&[(Role::SecurityAdmin, "/")]);
        let write = |operation, caller: &Caller, path: &str, body| Write {
            operation,
            caller: caller.clone(),
            method: Method::POST,
            path: path.to_owned(),
            body,
        };
        vec![
            write(
                "exclude_myself",
                &self.resident,
                "/api/identity/v1/me/exclusions",
                json!({"organisation": order::DEPARTMENT, "reason": "亲属任职"}),
            ),
            write(
                "register_my_contact",
                &self.resident,
                "/api/identity/v1/me/contacts",
                json!({"org_path": COMPOUND, "phone": "19900000001"}),
            ),
            write(
                "publish_notice",
                &security,
                "/api/identity/v1/notices",
                json!({"purpose": "order-callback", "title": "告知书", "text": "为核实办理结果，我们会电话回访。"}),
            ),
            write(
                "request_privacy",
                &self.resident,
                "/api/identity/v1/me/privacy-requests",
                json!({"kind": "erase", "detail": "请依法办理"}),
            ),
        ]
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
