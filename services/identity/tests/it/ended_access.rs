//! Access that ends at once: in the service itself, and heard by another one.

use chassis::{Deps, Module, Service, StartError};
use reqwest::Method;
use serde_json::json;
use store::ended_access;
use testkit::{Caller, eventually};

use crate::{World, slug};

const ME: &str = "/api/identity/v1/me";

#[expect(clippy::unnecessary_wraps, reason = "the shape of `Module::build`")]
fn other(_: Deps) -> Result<Service, StartError> {
    Ok(Service::new("other"))
}

/// Another service, with nothing of its own.
const OTHER: Module = Module {
    name: "other",
    migrations: Vec::new,
    build: other,
    audit: chassis::no_facts,
};

/// Waits until a token is refused; its holder is told to refresh.
async fn refused(caller: &Caller) {
    eventually("the token is refused", async || {
        let reply = caller.get(ME).await;
        (reply.status == 401).then(|| assert_eq!(slug(&reply, 401), "token-expired"))
    })
    .await;
}

#[tokio::test]
async fn a_suspended_accounts_tokens_are_refused_at_once_by_every_service() {
    let world = World::start_with(&[identity::MODULE, OTHER]).await;
    let security = world.sign_in("security").await;
    let worker = world.sign_in("worker").await;
    let resident = world.sign_in("resident").await;
    worker.get(ME).await.expect(200);
    let path = format!("/api/identity/v1/accounts/{}/actions", worker.account);
    let suspend = security.post(&format!("{path}/suspend"), &json!({})).await;
    suspend.expect(200);
    refused(&worker).await;
    // others go on, and so does whoever is let in again, at the same moment
    resident.get(ME).await.expect(200);
    let resume = security.post(&format!("{path}/resume"), &json!({})).await;
    resume.expect(200);
    world.sign_in("worker").await.get(ME).await.expect(200);
    assert_eq!(slug(&worker.get(ME).await, 401), "token-expired");
    let other = world.host.deps("other");
    let heard = eventually("the other service has heard", async || {
        let heard = ended_access::list_heard(&other.db, world.now()).await;
        heard.unwrap().first().copied()
    })
    .await;
    assert_eq!(heard.account, worker.account);
    // a process that starts knows it before it answers
    let world = World {
        host: world.host.restart().await,
        ..world
    };
    let again = world.host.caller_with(worker.account, worker.token.clone());
    assert_eq!(slug(&again.get(ME).await, 401), "token-expired");
}

#[tokio::test]
async fn a_revoked_grant_is_gone_at_once_and_the_rest_stays_after_a_refresh() {
    let world = World::start().await;
    let security = world.sign_in("security").await;
    let tokens = world.tokens("worker").await;
    let worker = world.caller(&tokens).await;
    let shown = format!("/api/identity/v1/accounts/{}", worker.account);
    let view = security.get(&shown).await.expect(200);
    let grant = view["grants"][0]["id"].as_str().unwrap();
    world
        .delete(&security, &format!("{shown}/grants/{grant}"))
        .await
        .expect(204);
    refused(&worker).await;
    let next = world.refresh(&tokens["refresh_token"]).await.expect(200);
    let worker = world.caller(&next).await;
    let me = worker.get(ME).await.expect(200);
    assert_eq!(me["roles"], json!([]));
}

#[tokio::test]
async fn signing_out_everywhere_ends_access_too() {
    let world = World::start().await;
    let security = world.sign_in("security").await;
    let worker = world.sign_in("worker").await;
    let all = format!("/api/identity/v1/accounts/{}/sessions", worker.account);
    world.delete(&security, &all).await.expect(204);
    refused(&worker).await;
    let worker = world.sign_in("worker").await;
    let mine = "/api/identity/v1/me/sessions";
    let ended = worker.send(worker.request(Method::DELETE, mine)).await;
    ended.expect(204);
    refused(&worker).await;
    world.sign_in("worker").await.get(ME).await.expect(200);
}
