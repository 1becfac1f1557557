//! What one replica has heard, the others know.

use std::time::Duration;

use actix_web::{HttpResponse, get, web};
use auth::Ctx;
use chassis::{Deps, Module, Parts, Service, StartError};
use kernel::{Role, Version};
use store::StoreError;
use store::ended_access::{self, EndedAccess};
use testkit::{TestHost, eventually};

const PATH: &str = "/api/identity/v1/me";

/// Stands in the place of an operation that the policy table knows.
#[utoipa::path(operation_id = "show_me", responses((status = 200)))]
#[get("/api/identity/v1/me")]
async fn show_me(_ctx: Ctx) -> HttpResponse {
    HttpResponse::Ok().json("yes")
}

#[expect(clippy::unnecessary_wraps, reason = "a module's builder may fail")]
fn build(_deps: Deps) -> Result<Service, StartError> {
    Ok(Service::new("replica").routes(|config| {
        config.app_data(web::Data::new(())).service(show_me);
    }))
}

const REPLICA: Module = Module {
    name: "replica",
    migrations: Vec::new,
    build,
    audit: chassis::no_facts,
};

#[tokio::test(flavor = "multi_thread")]
async fn what_another_replica_heard_is_known_here_within_its_next_look() {
    let host = TestHost::start_with(&[REPLICA], |_| {}, Parts::default()).await;
    let ended = host.caller(&[(Role::GridWorker, "/")]);
    let other = host.caller(&[(Role::GridWorker, "/")]);
    ended.get(PATH).await.expect(200);
    let deps = host.deps("replica");
    let now = deps.clock.now();
    let told = EndedAccess {
        account: ended.account,
        version: Version::FIRST.next(),
        until: now.plus(Duration::from_mins(10)),
    };
    let told = &told;
    let noted: Result<(), StoreError> = deps
        .db
        .maintain("test.hear", |tx| async move {
            ended_access::note(&tx, told, now).await?;
            // heard twice is heard once
            ended_access::note(&tx, told, now).await
        })
        .await;
    noted.unwrap();
    eventually("the token is refused", async || {
        (ended.get(PATH).await.status == 401).then_some(())
    })
    .await;
    other.get(PATH).await.expect(200);
    assert_eq!(ended_access::forget(&deps.db, now).await.unwrap(), 0);
    let later = now.plus(Duration::from_mins(11));
    assert_eq!(ended_access::forget(&deps.db, later).await.unwrap(), 1);
    host.stop().await;
}
