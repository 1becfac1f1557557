//! 代为登记: somebody without an account comes to the window, is called back by a message, and answers.

use std::path::Path;
use std::sync::atomic::AtomicU16;
use std::sync::{Arc, Mutex};

use chassis::Parts;
use kernel::Role;
use scenarios::order::{self, ORDERS, act, shown, text};
use serde_json::{Value, json};
use testkit::gateway::{Handed, gateway};
use testkit::{Caller, TestHost, eventually};

use crate::world::{COMMUNITY, COMPOUND, DEPARTMENT, DISTRICT, MODULES, ORGANISATIONS};

const CONTACTS: &str = "/api/identity/v1/contacts";
const PHONE: &str = "19900000003";

/// All services, with a gateway of short messages beside them.
struct Town {
    host: TestHost,
    window: Caller,
    operator: Caller,
    callback: Caller,
    got: Arc<Mutex<Vec<Handed>>>,
}

impl Town {
    async fn start() -> Self {
        let (url, got) = gateway(Arc::new(AtomicU16::new(202))).await;
        let sections = |_: &Path| {
            json!({"identity": {"phone": {
                "sender_url": url,
                "callback_page": "https://city.example/callback",
            }}})
        };
        let host = TestHost::start_set(&MODULES, |_| {}, sections, Parts::default()).await;
        let platform = host.caller(&[(Role::PlatformOperator, "/")]);
        let rows = json!({"rows": [
            {"code": "420105000000", "name": "汉阳区", "level": "district"},
            {"code": "420105011000", "name": "江堤街道", "level": "street", "parent_code": "420105000000"},
            {"code": "420105011010", "name": "江欣苑社区居委会", "level": "community", "parent_code": "420105011000"},
        ]});
        let imports = "/api/registry/v1/divisions/imports";
        platform.post(imports, &rows).await.expect(200);
        for (code, kind, parent) in [
            (order::COMPOUND, "compound", "420105011010"),
            (order::DEPARTMENT, "department", "420105000000"),
        ] {
            let body = json!({"code": code, "kind": kind, "name": code, "parent_code": parent});
            platform.post(ORGANISATIONS, &body).await.expect(201);
        }
        order::settled(&host.anonymous()).await;
        Self {
            window: host.caller(&[(Role::CommunityDispatcher, COMMUNITY)]),
            operator: host.caller(&[(Role::DistrictOperator, DISTRICT)]),
            callback: host.caller(&[(Role::CallbackAgent, DISTRICT)]),
            host,
            got,
        }
    }

    /// Takes in how somebody is reached.
    async fn contact(&self, place: &str) -> Value {
        let body = json!({"org_path": place, "phone": PHONE});
        let contact = self.operator.post(CONTACTS, &body).await.expect(201);
        contact["id"].clone()
    }

    /// A matter of theirs that waits for its callback.
    async fn waiting(&self, contact: &Value) -> Value {
        let mut body = order::six_step("窗口来访：路口垃圾堆积");
        body["channel"] = json!("window");
        body["contact"] = contact.clone();
        let order = self.window.post(ORDERS, &body).await.expect(201);
        let liaison = self.host.caller(&[(Role::DepartmentLiaison, DEPARTMENT)]);
        let inspector = self.host.caller(&[(Role::Inspector, COMPOUND)]);
        let answer = json!({"handling_note": "安排清运。", "public_answer": "垃圾已清运完毕。"});
        let unit = json!({"unit": order::DEPARTMENT});
        if shown(&self.operator, &order).await["state"] == "reported" {
            act(&self.operator, &order, "accept", json!({}))
                .await
                .expect(200);
        }
        for (caller, action, body) in [
            (&self.operator, "dispatch", unit),
            (&liaison, "sign", json!({})),
            (&liaison, "feedback", answer),
            (&inspector, "verify", json!({"passed": true})),
        ] {
            act(caller, &order, action, body).await.expect(200);
        }
        order
    }

    async fn invite(&self, order: &Value) {
        let path = format!("{}/callback-invitations", order::path(order));
        self.callback.post(&path, &json!({})).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_without_an_account_is_asked_by_a_message_and_answers() {
    let town = Town::start().await;
    let order = town.waiting(&town.contact(COMMUNITY).await).await;
    town.invite(&order).await;
    let body = eventually("the message is handed over", async || {
        let handed = town.got.lock().unwrap().clone();
        handed.into_iter().next().map(|(_, body)| body)
    })
    .await;
    assert_eq!(
        (&body["phone"], &body["number"]),
        (&json!(PHONE), &order["number"])
    );
    let (_, token) = text(&body, "link").split_once('#').unwrap();
    let anybody = town.host.anonymous();
    let answer = json!({"token": token, "solved": "yes", "satisfaction": 5, "attitude": 5});
    let answers = "/api/ticketing/v1/callback-answers";
    anybody.post(answers, &answer).await.expect(204);
    assert_eq!(shown(&town.operator, &order).await["state"], "closed");
    // nothing that others read says how the caller is reached
    let inbox = town.callback.get(order::INBOX).await.expect(200);
    assert!(!inbox.to_string().contains("con_"), "{inbox:#}");
    town.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_to_a_contact_that_does_not_exist_or_is_of_another_place() {
    let town = Town::start().await;
    let elsewhere = town.contact(DEPARTMENT).await;
    for contact in [json!("con_01j0000000e008000000000009"), elsewhere] {
        let order = town.waiting(&contact).await;
        town.invite(&order).await;
        let auditor = town.host.caller(&[(Role::AuditAdmin, "/")]);
        let path = "/api/identity/v1/access-log?subject=";
        let path = format!("{path}{}", contact.as_str().unwrap());
        eventually("the refusal is logged", async || {
            let log = auditor.get(&path).await.expect(200);
            let mut entries = order::items(&log).iter();
            entries
                .any(|entry| entry["result"] == "contact-not-for-place")
                .then_some(())
        })
        .await;
    }
    assert!(town.got.lock().unwrap().is_empty());
    town.host.stop().await;
}
