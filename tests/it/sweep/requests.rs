//! A good request for every operation, about real objects.

mod private;

use kernel::Role;
use scenarios::order::{self, COMPOUND, DEPARTMENT, INBOX, PUBLICATIONS, act, items, text};
use serde_json::{Value, json};

use crate::five_order::crew::Crew;
use crate::openapi::Operation;
use crate::world::{DEPARTMENT as UNIT, DISTRICT, World};
use private::Private;

/// Real objects, by what they are.
pub(crate) struct Objects {
    /// An order that is offered to volunteers.
    order: String,
    /// Another, to be recalled.
    recalled: String,
    /// One that was judged and published.
    judged: String,
    attachment: String,
    /// The task of that order.
    task: String,
    publication: String,
    message: String,
    account: String,
    grant: String,
    private: Private,
}

impl Objects {
    /// Makes one of everything.
    pub(crate) async fn make(world: &World) -> Self {
        let crew = Crew::in_compound(world).await;
        let (judged, publication) = Self::published(&crew).await;
        let recalled = order::open(&crew.requester, &order::five_order("门禁失灵")).await;
        act(&crew.dispatcher, &recalled, "dispatch", json!({}))
            .await
            .expect(200);
        let order = order::open(&crew.requester, &order::five_order("单元门损坏")).await;
        let photo = order::upload(&crew.requester, &order, "a.png", order::photo())
            .await
            .expect(201);
        act(&crew.dispatcher, &order, "dispatch", json!({}))
            .await
            .expect(200);
        let task = order::task(&crew.volunteer, &order).await;
        world.settled().await;
        let messages = crew.requester.get(INBOX).await.expect(200);
        let account = world
            .person(&[(Role::DepartmentLiaison, UNIT)])
            .await
            .account
            .to_string();
        let security = world.host.caller(&[(Role::SecurityAdmin, "/")]);
        let shown = security
            .get(&format!("/api/identity/v1/accounts/{account}"))
            .await
            .expect(200);
        Self {
            order: text(&order, "id").to_owned(),
            recalled: text(&recalled, "id").to_owned(),
            judged,
            attachment: text(&photo, "id").to_owned(),
            task,
            publication,
            message: text(&items(&messages)[0], "id").to_owned(),
            grant: text(&shown["grants"][0], "id").to_owned(),
            private: Private::make(world, &account).await,
            account,
        }
    }

    async fn published(crew: &Crew) -> (String, String) {
        let order = order::open(&crew.requester, &order::five_order("楼道照明灯不亮")).await;
        act(&crew.dispatcher, &order, "dispatch", json!({}))
            .await
            .expect(200);
        order::claim(&crew.volunteer, &order).await;
        order::handle(&crew.volunteer, &order).await;
        order::review(&crew.neighbours(), &order, 5, true).await;
        let publication = json!({"title": "楼道照明灯已修复", "summary": "当日更换灯泡。"});
        act(&crew.dispatcher, &order, "publish", publication)
            .await
            .expect(200);
        let page = crew.requester.get(PUBLICATIONS).await.expect(200);
        let publication = text(&items(&page)[0], "id").to_owned();
        (text(&order, "id").to_owned(), publication)
    }

    /// Where the operation is called.
    pub(crate) fn address(&self, operation: &Operation) -> String {
        let path = operation.path.as_str();
        let has = |part: &str| path.contains(&format!("/{part}/{{id}}"));
        let id = match () {
            () if operation.id == "act_on_order" => &self.recalled,
            () if operation.id == "show_draw" => &self.judged,
            () if has("orders") => &self.order,
            () if has("tasks") => &self.task,
            () if has("publications") => &self.publication,
            () if has("inbox") => &self.message,
            () if has("accounts") => &self.account,
            () if has("clients") => "cli_01jcgb2r00e8arc5tmvkbzqy7x",
            () if has("sessions") => "ses_01jcgb2r00e8arc5tmvkbzqy7x",
            () if has("contacts") => &self.private.contact,
            () if operation.id == "refuse_reveal" => &self.private.refused_reveal,
            () if has("reveals") => &self.private.reveal,
            () if operation.id == "refuse_guardianship" => &self.private.refused_guardianship,
            () if has("guardianships") => &self.private.guardianship,
            () if has("privacy-requests") => &self.private.request,
            () => "{id}",
        };
        let address = path
            .replace("{id}", id)
            .replace("{attachment_id}", &self.attachment)
            .replace("{grant_id}", &self.grant)
            .replace("{exclusion_id}", &self.private.exclusion)
            .replace("{purpose}", "order-callback")
            .replace("{action}", "recall")
            .replace("{code}", COMPOUND)
            .replace("{name}", "five-order");
        assert!(!address.contains('{'), "an object for {address}");
        match operation.id.as_str() {
            // about the place where the demo is, not the caller's own
            "show_statistics" | "list_orders" => format!("{address}?org_code=420105000000"),
            "list_certifications" => format!("{address}?org_path={DISTRICT}"),
            "explain_permission" | "explain_account_permission" => {
                format!("{address}?operation=grant_role")
            }
            _ => address,
        }
    }

    /// A body that the operation takes.
    pub(crate) fn body(operation: &str) -> Option<Value> {
        let body = match operation {
            "open_session" => {
                json!({"username": "nobody-here", "password": "wrong-for-test-quartz"})
            }
            "refresh_session" => json!({"refresh_token": "wrong"}),
            "change_password" => {
                json!({"current_password": "wrong-for-test-quartz", "new_password": "other-for-test-quartz"})
            }
            "pass_second_factor" | "confirm_at_sign_in" => {
                json!({"challenge": "wrong", "code": "000000"})
            }
            "enrol_at_sign_in" => json!({"challenge": "wrong"}),
            "confirm_second_factor" | "renew_recovery_codes" => json!({"code": "000000"}),
            "enrol_second_factor" => json!({"current_password": "wrong-for-test-quartz"}),
            "remove_second_factor" => {
                json!({"current_password": "wrong-for-test-quartz", "code": "000000"})
            }
            "rotate_signing_keys" => json!({}),
            "request_phone_code" => json!({"phone": "13900001234"}),
            "open_phone_session" => json!({"phone": "13900001234", "code": "000000"}),
            "register_client" => json!({"name": "扫查", "kind": "machine"}),
            "register_account" => json!({"username": "sweep", "display_name": "扫查"}),
            "grant_role" => json!({"role": "volunteer", "org_path": UNIT}),
            "establish_organisation" => {
                json!({"code": "420105011010.X01.B7", "name": "7栋", "kind": "building", "parent_code": COMPOUND})
            }
            "rename_organisation" => json!({"name": "新名称"}),
            "import_divisions" => json!({"rows": [
                {"code": "420105011011", "name": "墨水湖社区", "level": "community", "parent_code": "420105011000"},
            ]}),
            "import_orders" => json!({"channel": "12345", "org_code": "420105000000", "rows": [
                {"external_id": "1", "title": "路灯不亮", "content": "路灯不亮", "occurred_at": "2026-11-01T00:00:00Z"},
            ]}),
            "open_order" => order::five_order("路灯"),
            "register_contact" | "register_my_contact" | "change_my_contact" => {
                private::contact(false)
            }
            "find_contacts" => json!({"phone": private::PHONE}),
            "request_reveal" => json!({"fields": ["phone"], "reason": "回访核实"}),
            "exclude_account" | "exclude_myself" => {
                json!({"organisation": DEPARTMENT, "reason": "曾在该单位任职"})
            }
            "publish_notice" => json!({
                "purpose": "order-callback", "title": "办结回访告知书", "text": "为核实办理结果，我们会电话回访。",
            }),
            "set_my_consent" | "set_ward_consent" => {
                json!({"version": 1, "choice": "given", "channel": "app"})
            }
            "claim_guardianship" => private::claim("acc_01jcgb2r00e8arc5tmvkbzqy7x"),
            "request_privacy" => json!({"kind": "restrict", "detail": "请依法办理"}),
            "answer_privacy_request" => json!({"granted": false, "answer": "材料不全"}),
            "act_on_order" | "claim_task" | "release_task" => json!({}),
            "dispatch_order" => json!({"unit": DEPARTMENT}),
            _ => return None,
        };
        Some(body)
    }
}

/// Whether an answer without items says that there is nothing: rows that were all refused, figures
/// that are all zero.
pub(crate) fn counts_nothing(operation: &str, body: &Value) -> bool {
    match operation {
        "import_divisions" | "import_orders" => {
            let rows = body["rows"].as_array();
            rows.is_some_and(|rows| {
                !rows.is_empty() && rows.iter().all(|row| row["outcome"] == "refused")
            })
        }
        _ => false,
    }
}
