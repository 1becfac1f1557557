//! One write for every operation that takes a JSON body.

use kernel::Role;
use reqwest::Method;
use scenarios::order;
use serde_json::{Value, json};
use testkit::Caller;

use super::{Scene, Write};
use crate::world::COMPOUND;

impl Scene {
    /// All of them; each would succeed.
    pub(super) fn writes(&self) -> Vec<Write> {
        let mut writes = self.account_writes();
        writes.extend(self.private_writes());
        writes.extend(self.tree_writes());
        writes.extend(self.registry_writes());
        writes.extend(self.order_writes());
        writes
    }

    fn account_writes(&self) -> Vec<Write> {
        let host = &self.world.host;
        let nobody = host.anonymous();
        let system = host.caller(&[(Role::SystemAdmin, "/")]);
        let account = format!("/api/identity/v1/accounts/{}", self.resident.account);
        vec![
            write(
                "open_session",
                &nobody,
                Method::POST,
                "/api/identity/v1/sessions",
                json!({"username": "person-0", "password": "made-up-for-test-0-quartz"}),
            ),
            write(
                "refresh_session",
                &nobody,
                Method::POST,
                "/api/identity/v1/sessions/refresh",
                json!({"refresh_token": "x"}),
            ),
            write(
                "change_password",
                &self.resident,
                Method::PUT,
                "/api/identity/v1/me/password",
                json!({"current_password": "made-up-for-test-0-quartz", "new_password": "another-one-for-test-quartz"}),
            ),
            write(
                "register_account",
                &system,
                Method::POST,
                "/api/identity/v1/accounts",
                json!({"username": "somebody", "display_name": "某人", "password": "made-up-for-test-quartz"}),
            ),
            write(
                "grant_role",
                &self.world.security_admin,
                Method::POST,
                &format!("{account}/grants"),
                json!({"role": "volunteer", "org_path": COMPOUND}),
            ),
        ]
    }

    fn private_writes(&self) -> Vec<Write> {
        let security = self.world.host.caller(&[(Role::SecurityAdmin, "/")]);
        vec![
            write(
                "exclude_myself",
                &self.resident,
                Method::POST,
                "/api/identity/v1/me/exclusions",
                json!({"organisation": order::DEPARTMENT, "reason": "亲属任职"}),
            ),
            write(
                "register_my_contact",
                &self.resident,
                Method::POST,
                "/api/identity/v1/me/contacts",
                json!({"org_path": COMPOUND, "phone": "19900000001"}),
            ),
            write(
                "publish_notice",
                &security,
                Method::POST,
                "/api/identity/v1/notices",
                json!({"purpose": "order-callback", "title": "告知书", "text": "为核实办理结果，我们会电话回访。"}),
            ),
            write(
                "request_privacy",
                &self.resident,
                Method::POST,
                "/api/identity/v1/me/privacy-requests",
                json!({"kind": "erase", "detail": "请依法办理"}),
            ),
        ]
    }

    fn tree_writes(&self) -> Vec<Write> {
        vec![
            write(
                "establish_organisation",
                &self.world.platform,
                Method::POST,
                "/api/registry/v1/organisations",
                json!({"code": "420105011010.X01.B9", "name": "9栋", "kind": "building", "parent_code": order::COMPOUND}),
            ),
            write(
                "rename_organisation",
                &self.world.platform,
                Method::PATCH,
                &format!("/api/registry/v1/organisations/{}", order::COMPOUND),
                json!({"name": "新名称"}),
            ),
            write(
                "move_organisation",
                &self.world.platform,
                Method::POST,
                &format!(
                    "/api/registry/v1/organisations/{}/actions/move",
                    order::COMPOUND
                ),
                json!({"parent_code": "420105011011"}),
            ),
            write(
                "close_organisation",
                &self.world.platform,
                Method::POST,
                &format!(
                    "/api/registry/v1/organisations/{}/actions/close",
                    order::COMPOUND
                ),
                json!({"effective_on": "2026-11-01"}),
            ),
            write(
                "set_superior",
                &self.world.platform,
                Method::PUT,
                &format!(
                    "/api/registry/v1/organisations/{}/superior",
                    order::COMPOUND
                ),
                json!({"superior_code": "420105011010"}),
            ),
        ]
    }

    fn registry_writes(&self) -> Vec<Write> {
        vec![
            write(
                "import_divisions",
                &self.world.platform,
                Method::POST,
                "/api/registry/v1/divisions/imports",
                json!({"dry_run": false, "rows": []}),
            ),
            write(
                "merge_divisions",
                &self.world.platform,
                Method::POST,
                "/api/registry/v1/divisions/mergers",
                json!({"from": ["420105002000"], "into": "420105011000"}),
            ),
            write(
                "split_division",
                &self.world.platform,
                Method::POST,
                "/api/registry/v1/divisions/splits",
                json!({"code": "420105002000", "parts": [{"into": "420105011000", "children": []}], "keep": true}),
            ),
            write(
                "import_grids",
                &self.world.platform,
                Method::POST,
                "/api/registry/v1/grids/imports",
                json!({"dry_run": true, "crs": "wgs84", "features": []}),
            ),
            write(
                "fill_post",
                &self.world.platform,
                Method::POST,
                "/api/registry/v1/posts",
                json!({"kind": "contact", "org_code": order::COMPOUND, "account_id": self.resident.account}),
            ),
            write(
                "open_report_in",
                &self.resident,
                Method::POST,
                "/api/registry/v1/report-ins",
                json!({"community_code": "420105011010"}),
            ),
        ]
    }

    fn order_writes(&self) -> Vec<Write> {
        vec![
            write(
                "open_order",
                &self.resident,
                Method::POST,
                order::ORDERS,
                order::five_order("路灯"),
            ),
            write(
                "act_on_order",
                &self.dispatcher,
                Method::POST,
                &format!("{}/actions/decline", order::path(&self.order)),
                json!({"reason": "重复"}),
            ),
            write(
                "import_orders",
                &self.world.platform,
                Method::POST,
                &format!("{}/imports", order::ORDERS),
                json!({"channel": "12345", "org_code": "420105000000", "rows": []}),
            ),
        ]
    }
}

fn write(
    operation: &'static str,
    caller: &Caller,
    method: Method,
    path: &str,
    body: Value,
) -> Write {
    Write {
        operation,
        caller: caller.clone(),
        method,
        path: path.to_owned(),
        body,
    }
}
