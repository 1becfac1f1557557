//! What the others hear.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use chassis::{Deps, Module, Service, StartError};
use contracts::identity::{AccountGranted, AccountRegistered, AccountRevoked, TYPES};
use reqwest::Method;
use serde_json::json;
use store::Tx;
use testkit::eventually;

use crate::World;

/// Every test is a process of its own, so what is heard belongs to one world.
static HEARD: Mutex<Vec<Envelope>> = Mutex::new(Vec::new());

struct Listener;

#[async_trait]
impl Handler for Listener {
    fn types(&self) -> &'static [&'static str] {
        TYPES
    }

    async fn handle(&self, _: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        HEARD
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(event.clone());
        Ok(())
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of `Module::build`")]
fn listen(_: Deps) -> Result<Service, StartError> {
    Ok(Service::new("listener").handler(Listener))
}

/// Hears all that identity tells.
pub(crate) const LISTENER: Module = Module {
    name: "listener",
    migrations: Vec::new,
    build: listen,
    audit: chassis::no_facts,
};

/// How many events of this type are heard about an account.
pub(crate) fn heard(kind: &str, account: &str) -> usize {
    let heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
    let own = heard.iter().filter(|event| event.subject == account);
    own.filter(|event| event.kind == kind).count()
}

#[tokio::test]
async fn accounts_and_grants_are_told_in_order_with_ids_only() {
    let world = World::start_with(&[identity::MODULE, LISTENER]).await;
    let system = world.sign_in("system").await;
    let security = world.sign_in("security").await;
    let body = json!({"username": "newcomer", "display_name": "新人甲"});
    let account = system
        .post("/api/identity/v1/accounts", &body)
        .await
        .expect(201);
    let id = account["id"].as_str().unwrap();
    let path = format!("/api/identity/v1/accounts/{id}/grants");
    let body = json!({"role": "volunteer", "org_path": "/420105000000/"});
    let granted = security.post(&path, &body).await.expect(201);
    let grant = granted["grants"][0]["id"].as_str().unwrap();
    let revoke = security.request(Method::DELETE, &format!("{path}/{grant}"));
    security.send(revoke).await.expect(204);
    let heard = eventually("three events of the account", async || {
        let heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
        let own: Vec<_> = heard
            .iter()
            .filter(|event| event.subject == id)
            .cloned()
            .collect();
        (own.len() == 3).then_some(own)
    })
    .await;
    assert_eq!(
        heard[0]
            .payload::<AccountRegistered>()
            .unwrap()
            .account_id
            .to_string(),
        id
    );
    let told = heard[1].payload::<AccountGranted>().unwrap();
    assert_eq!(
        (told.grant_id.to_string(), told.org_path.as_str()),
        (grant.to_owned(), "/420105000000/")
    );
    assert_eq!(
        heard[2].payload::<AccountRevoked>().unwrap().grant_id,
        told.grant_id
    );
    let versions: Vec<i64> = heard.iter().map(|event| event.aggregate_version).collect();
    assert_eq!(versions, [1, 2, 3]);
    assert_eq!(heard[1].district, "420105");
    assert_eq!(
        heard[1].actor.as_deref(),
        Some(security.account.to_string().as_str())
    );
    for event in &heard {
        let text = event.to_json();
        assert!(
            !text.contains("newcomer") && !text.contains("新人甲"),
            "{text}"
        );
    }
}
