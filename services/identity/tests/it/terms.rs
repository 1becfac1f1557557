//! Grants that begin later than they were made, and those whose time runs out: the others are told.

use std::time::Duration;

use contracts::Event;
use contracts::identity::{AccountGranted, AccountReminded, AccountRevoked};
use identity::{ChainState, Turned};
use kernel::Role;
use serde_json::json;
use testkit::eventually;

use crate::events::{LISTENER, heard};
use crate::world::{COMMUNITY, seed};
use crate::{World, slug};

const DAY: Duration = Duration::from_hours(24);

/// Waits until so many events of the type are heard of an account.
async fn told<E: Event>(account: &str, times: usize) {
    eventually(E::TYPE, async || {
        (heard(E::TYPE, account) == times).then_some(())
    })
    .await;
}

async fn turn(world: &World) -> (u64, u64) {
    let Turned { begun, ended } = world.identity.turn_grants().await.unwrap();
    (begun, ended)
}

#[tokio::test]
async fn a_grant_is_told_when_it_begins_and_when_its_time_has_run_out() {
    let world = World::start_with(&[identity::MODULE, LISTENER]).await;
    let security = world.sign_in("security").await;
    let account = world.account_of("resident").await.to_string();
    let grants = format!("/api/identity/v1/accounts/{account}/grants");
    let (from, until) = (world.now().plus(DAY), world.now().plus(DAY * 2));
    for role in ["volunteer", "party_member"] {
        let body =
            json!({"role": role, "org_path": COMMUNITY, "valid_from": from, "valid_until": until});
        security.post(&grants, &body).await.expect(201);
    }
    // one at once, that something is heard at all
    let body = json!({"role": "resident_representative", "org_path": COMMUNITY});
    security.post(&grants, &body).await.expect(201);
    // with that of the seed
    told::<AccountGranted>(&account, 2).await;
    assert_eq!(turn(&world).await, (0, 0));
    world.clock.advance(DAY);
    assert_eq!(turn(&world).await, (2, 0));
    assert_eq!(turn(&world).await, (0, 0));
    told::<AccountGranted>(&account, 4).await;
    assert_eq!(heard(AccountRevoked::TYPE, &account), 0);
    world.clock.advance(DAY);
    assert_eq!(world.run("turn_grants").await, 2);
    assert_eq!(turn(&world).await, (0, 0));
    told::<AccountRevoked>(&account, 2).await;
    let log = world
        .sign_in("auditor")
        .await
        .get("/api/identity/v1/access-log?limit=200")
        .await
        .expect(200);
    let entries = log["items"].as_array().unwrap().iter();
    let ended = entries.filter(|entry| entry["operation"] == "turn_grants");
    assert_eq!(ended.count(), 2);
    let chain = world.identity.verify_access_log().await.unwrap();
    assert!(matches!(chain, ChainState::Whole(_)), "{chain:?}");
}

#[tokio::test]
async fn a_grant_that_never_began_is_nobody_s_and_can_be_taken_back() {
    let world = World::start().await;
    let before = (identity::MODULE.audit)(world.host.deps("identity").db.clone());
    let before = before.await.unwrap();
    let security = world.sign_in("security").await;
    let account = world.account_of("resident").await;
    let grants = format!("/api/identity/v1/accounts/{account}/grants");
    let body = json!({
        "role": "volunteer", "org_path": COMMUNITY, "valid_from": world.now().plus(DAY),
    });
    let view = security.post(&grants, &body).await.expect(201);
    let audit = async || {
        let db = world.host.deps("identity").db.clone();
        (identity::MODULE.audit)(db).await.unwrap()
    };
    assert_eq!(audit().await, before);
    let one = format!("{grants}/{}", view["grants"][1]["id"].as_str().unwrap());
    world.delete(&security, &one).await.expect(204);
    world.clock.advance(DAY);
    assert_eq!(turn(&world).await, (0, 0));
    assert_eq!(audit().await, before);
}

#[tokio::test]
async fn whoever_leaves_leaves_no_grant_behind_that_had_run_out() {
    let world = World::start_with(&[identity::MODULE, LISTENER]).await;
    let security = world.sign_in("security").await;
    let resident = world.sign_in("resident").await;
    let account = resident.account.to_string();
    let grants = format!("/api/identity/v1/accounts/{account}/grants");
    let body = json!({
        "role": "volunteer", "org_path": COMMUNITY,
        "valid_until": world.now().plus(Duration::from_mins(1)),
    });
    security.post(&grants, &body).await.expect(201);
    world.clock.advance(Duration::from_mins(2));
    let asked = json!({"kind": "erase", "detail": "请依法办理"});
    let mine = "/api/identity/v1/me/privacy-requests";
    let request = world
        .sign_in("resident")
        .await
        .post(mine, &asked)
        .await
        .expect(201);
    let answer = format!(
        "/api/identity/v1/privacy-requests/{}/actions/answer",
        request["id"].as_str().unwrap()
    );
    let body = json!({"granted": true, "answer": "已依法注销"});
    security.post(&answer, &body).await.expect(200);
    told::<AccountRevoked>(&account, 2).await;
    assert_eq!(turn(&world).await, (0, 0));
}

#[tokio::test]
async fn nobody_is_reminded_of_a_grant_that_runs_out_first() {
    let world = World::start_with(&[identity::MODULE, LISTENER]).await;
    world.add(seed("short", Role::Volunteer, COMMUNITY)).await;
    let security = world.sign_in("security").await;
    let account = world.account_of("short").await.to_string();
    let grants = format!("/api/identity/v1/accounts/{account}/grants");
    let body = json!({
        "role": "grid_worker", "org_path": COMMUNITY, "valid_until": world.now().plus(DAY * 340),
    });
    security.post(&grants, &body).await.expect(201);
    let past = json!({
        "role": "grid_worker", "org_path": "/420105000000/", "valid_until": world.now(),
    });
    assert_eq!(
        slug(&security.post(&grants, &past).await, 422),
        "period-empty"
    );
    world.clock.advance(DAY * 339);
    let reviewed = world.identity.review_grants().await.unwrap();
    // the three administrators and the other grid worker
    assert_eq!(reviewed.reminded, 4);
    world.clock.advance(DAY);
    assert_eq!(turn(&world).await, (0, 1));
    told::<AccountRevoked>(&account, 1).await;
    assert_eq!(heard(AccountReminded::TYPE, &account), 0);
}
