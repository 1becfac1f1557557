use identity::ChainState;
use sea_orm::ConnectionTrait;
use serde_json::Value;
use store::StoreError;

use crate::{PASSWORD, World};

async fn entries(world: &World) -> Vec<Value> {
    let auditor = world.sign_in("auditor").await;
    let page = auditor
        .get("/api/identity/v1/access-log?limit=200")
        .await
        .expect(200);
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn who_did_what_is_on_record_without_secrets() {
    let world = World::start().await;
    world.try_sign_in("worker", "a wrong password").await;
    world.try_sign_in("typed-a-secret-here", PASSWORD).await;
    let system = world.sign_in("system").await;
    system.get("/api/identity/v1/accounts").await.expect(200);
    let entries = entries(&world).await;
    let found = |operation: &str, result: &str| {
        let same = |entry: &&Value| entry["operation"] == operation && entry["result"] == result;
        entries.iter().filter(same).cloned().collect::<Vec<_>>()
    };
    let refused = found("open_session", "credentials-invalid");
    assert_eq!(refused.len(), 2);
    assert!(refused.iter().all(|entry| entry.get("account").is_none()));
    assert!(refused[1]["subject"].as_str().unwrap().starts_with("acc_"));
    assert_eq!(refused[1]["source"], "127.0.0.1");
    assert_eq!(refused[1]["trace_id"].as_str().unwrap().len(), 32);
    let read = found("list_accounts", "ok");
    assert_eq!(read[0]["account"], system.account.to_string());
    assert_eq!(found("seed_account", "ok").len(), 10);
    let text = Value::from(entries).to_string();
    assert!(!text.contains("typed-a-secret") && !text.contains("password\""));
}

#[tokio::test]
async fn reading_the_log_is_an_entry_and_pages_follow_one_another() {
    let world = World::start().await;
    let auditor = world.sign_in("auditor").await;
    let path = "/api/identity/v1/access-log";
    auditor.get(path).await.expect(200);
    let own = auditor
        .get(&format!("{path}?account={}&limit=1", auditor.account))
        .await
        .expect(200);
    assert_eq!(own["items"][0]["operation"], "list_access_log");
    let about = auditor
        .get(&format!(
            "{path}?subject={}",
            world.account_of("worker").await
        ))
        .await
        .expect(200);
    let operations = about["items"].as_array().unwrap().iter();
    let operations: Vec<&str> = operations
        .map(|entry| entry["operation"].as_str().unwrap())
        .collect();
    assert_eq!(operations, ["seed_account"]);
    let first = auditor.get(&format!("{path}?limit=3")).await.expect(200);
    let next = first["next"].as_str().unwrap();
    let second = auditor
        .get(&format!("{path}?limit=3&cursor={next}"))
        .await
        .expect(200);
    let last = first["items"][2]["seq"].as_i64().unwrap();
    assert_eq!(second["items"][0]["seq"].as_i64().unwrap(), last - 1);
}

#[tokio::test]
async fn a_changed_or_missing_entry_breaks_the_chain() {
    let world = World::start().await;
    let whole = world.identity.verify_access_log().await.unwrap();
    let ChainState::Whole(count) = whole else {
        panic!("{whole:?}")
    };
    assert_eq!(count, 10);
    let tampered = [
        (
            "UPDATE access_log SET result = 'x' WHERE seq = 4",
            "UPDATE access_log SET result = 'ok' WHERE seq = 4",
            4,
        ),
        (
            "UPDATE access_log SET seq = 99 WHERE seq = 10",
            "UPDATE access_log SET seq = 10 WHERE seq = 99",
            10,
        ),
        (
            "UPDATE access_log_head SET seq = 11",
            "UPDATE access_log_head SET seq = 10",
            11,
        ),
    ];
    for (change, undo, place) in tampered {
        execute(&world, change).await;
        let state = world.identity.verify_access_log().await.unwrap();
        assert_eq!(state, ChainState::Broken(place), "{change}");
        execute(&world, undo).await;
    }
    assert_eq!(world.identity.verify_access_log().await.unwrap(), whole);
}

async fn execute(world: &World, statement: &'static str) {
    let run = world
        .host
        .deps("identity")
        .db
        .maintain("test.tamper", async |tx| {
            tx.execute_unprepared(statement).await?;
            Ok::<_, StoreError>(())
        });
    run.await.unwrap();
}

#[tokio::test]
async fn entries_at_once_keep_one_chain() {
    let world = World::start().await;
    let all = (0..20).map(|_| world.tokens("worker"));
    futures_util::future::join_all(all).await;
    let state = world.identity.verify_access_log().await.unwrap();
    assert_eq!(state, ChainState::Whole(30));
}

#[tokio::test]
async fn readers_and_writers_at_once_do_not_wait_for_one_another_in_a_ring() {
    let world = World::start().await;
    let system = world.sign_in("system").await;
    let security = world.sign_in("security").await;
    let worker = world.sign_in("worker").await;
    let account = format!("/api/identity/v1/accounts/{}", worker.account);
    let exclusions = "/api/identity/v1/me/exclusions";
    let nothing = serde_json::json!({});
    let rounds = (0..8).map(|number| {
        let (nothing, account, worker) = (&nothing, &account, &worker);
        let (system, security) = (&system, &security);
        async move {
            let about = serde_json::json!({
                "organisation": format!("4201050110{number}0"), "reason": "亲属任职",
            });
            let exclude = worker.post(exclusions, &about);
            let export = worker.post("/api/identity/v1/me/data-exports", nothing);
            let list = system.get("/api/identity/v1/accounts");
            let show = security.get(account);
            let all = futures_util::future::join4(exclude, export, list, show);
            let (one, two, three, four) = all.await;
            [one, two, three, four]
        }
    });
    for reply in futures_util::future::join_all(rounds)
        .await
        .into_iter()
        .flatten()
    {
        assert!(
            reply.status.is_success(),
            "{} {:#}",
            reply.status,
            reply.body
        );
    }
    let state = world.identity.verify_access_log().await.unwrap();
    assert!(matches!(state, ChainState::Whole(_)), "{state:?}");
}
