//! All services, in one process or each in its own, with the demo's organisations and people as needed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use kernel::Role;
use reqwest::Method;
use scenarios::{Running, order};
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::{known, rows};

pub(crate) const DISTRICT: &str = "/420105000000/";
pub(crate) const COMMUNITY: &str = "/420105000000/420105011000/420105011010/";
pub(crate) const COMPOUND: &str = "/420105000000/420105011000/420105011010/420105011010.X01/";
pub(crate) const DEPARTMENT: &str = "/420105000000/420105000000.CG/";
/// A district of which nothing is known here.
pub(crate) const ELSEWHERE: &str = "/420106000000/";

pub(crate) const ORGANISATIONS: &str = "/api/registry/v1/organisations";

/// Every service.
pub(crate) const MODULES: [chassis::Module; 5] = [
    identity::MODULE,
    registry::MODULE,
    ticketing::MODULE,
    volunteering::MODULE,
    notifications::MODULE,
];

/// All services, on an installation of the test's own.
pub(crate) struct World {
    pub(crate) host: Running,
    /// Runs the platform; not an account of identity's.
    pub(crate) platform: Caller,
    system_admin: Caller,
    /// Grants roles; an account of identity's, which asks what the granter holds.
    pub(crate) security_admin: Caller,
    people: AtomicU32,
}

impl World {
    /// Starts with the compound, the community, street and district above it, and a department.
    pub(crate) async fn start() -> Self {
        let host = Running::start(&MODULES).await;
        let world = Self {
            platform: host.caller(&[(Role::PlatformOperator, "/")]),
            system_admin: host.caller(&[(Role::SystemAdmin, "/")]),
            security_admin: known::caller(&host, &[(Role::SecurityAdmin, "/")]).await,
            people: AtomicU32::new(0),
            host,
        };
        let rows = json!([
            {"code": "420105000000", "name": "汉阳区", "level": "district"},
            {"code": "420105011000", "name": "江堤街道", "level": "street", "parent_code": "420105000000"},
            {"code": "420105011010", "name": "江欣苑社区居委会", "level": "community", "parent_code": "420105011000"},
        ]);
        let imports = "/api/registry/v1/divisions/imports";
        world
            .platform
            .post(imports, &json!({"rows": rows}))
            .await
            .expect(200);
        world
            .establish(
                order::COMPOUND,
                "compound",
                "江欣苑示范小区",
                "420105011010",
            )
            .await;
        world
            .establish(
                order::DEPARTMENT,
                "department",
                "城市管理部门",
                "420105000000",
            )
            .await;
        world.settled().await;
        world
    }

    async fn establish(&self, code: &str, kind: &str, name: &str, parent: &str) {
        let body = json!({"code": code, "kind": kind, "name": name, "parent_code": parent});
        self.platform.post(ORGANISATIONS, &body).await.expect(201);
    }

    /// Opens an account, grants it roles and signs it in, all through the public API.
    pub(crate) async fn person(&self, grants: &[(Role, &str)]) -> Caller {
        let number = self.people.fetch_add(1, Ordering::SeqCst);
        let username = format!("person-{number}");
        let password = format!("made-up-for-test-{number}-quartz");
        let account = json!({
            "username": username, "display_name": format!("测试人员{number}"), "password": password,
        });
        let accounts = "/api/identity/v1/accounts";
        let account = self.system_admin.post(accounts, &account).await.expect(201);
        let grants_of = format!("{accounts}/{}/grants", order::text(&account, "id"));
        for (role, path) in grants {
            let grant = json!({"role": role, "org_path": path});
            self.security_admin
                .post(&grants_of, &grant)
                .await
                .expect(201);
        }
        let credentials = json!({"username": username, "password": password});
        let sessions = "/api/identity/v1/sessions";
        let session = self
            .host
            .anonymous()
            .post(sessions, &credentials)
            .await
            .expect(200);
        let id = order::text(&account, "id")
            .parse()
            .expect("an account's id");
        self.host
            .caller_with(id, order::text(&session, "access_token").to_owned())
    }

    /// Several people who live in the compound.
    pub(crate) async fn residents(&self, count: usize) -> Vec<Caller> {
        let mut residents = Vec::new();
        for _ in 0..count {
            residents.push(self.person(&[(Role::Resident, COMPOUND)]).await);
        }
        residents
    }

    /// Waits until every event has been handled by everyone who listens.
    pub(crate) async fn settled(&self) {
        order::settled(&self.host.anonymous()).await;
    }

    /// Rows of every table of every service, once all is quiet.
    pub(crate) async fn rows(&self) -> BTreeMap<String, i64> {
        self.settled().await;
        let mut rows = BTreeMap::new();
        for module in MODULES {
            let tables = rows::count(&self.host.database(module.name).await).await;
            let named = tables.into_iter();
            rows.extend(named.map(|(table, count)| (format!("{}.{table}", module.name), count)));
        }
        rows
    }
}

/// Checks that the answer is a refusal of the caller's input as a problem document.
#[track_caller]
pub(crate) fn assert_problem(reply: &Reply, status: u16) -> &Value {
    assert_eq!(reply.status.as_u16(), status, "{:#}", reply.body);
    let kind = reply
        .headers
        .get("content-type")
        .and_then(|value| value.to_str().ok());
    assert_eq!(kind, Some("application/problem+json"), "{:#}", reply.body);
    for member in ["type", "title", "detail", "trace_id"] {
        let text = reply.body[member].as_str().unwrap_or_default();
        assert!(!text.is_empty(), "{member} is missing in {:#}", reply.body);
    }
    assert_eq!(reply.body["status"], status, "{:#}", reply.body);
    let slug = reply.body["type"].as_str().unwrap_or_default();
    assert!(slug.starts_with("https://linli.city/problems/"), "{slug}");
    &reply.body
}

/// Sends a body as it is.
pub(crate) async fn post_raw(
    caller: &Caller,
    path: &str,
    kind: &str,
    body: impl Into<reqwest::Body>,
) -> Reply {
    let request = caller
        .request(Method::POST, path)
        .header("Content-Type", kind)
        .body(body);
    caller.send(request).await
}
