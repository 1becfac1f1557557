use serde_json::json;
use testkit::eventually;

use crate::world::DIVISIONS;
use crate::{CODE, World};

#[tokio::test]
async fn a_platform_out_of_reach_is_said_and_asked_again() {
    let world = World::start().await;
    let lost = world.lost_operator("one").await;
    world.declare(json!({})).await;
    let (district, registered) = world.turns("Registered", "False").await;
    assert_eq!(registered.reason, "PlatformUnreachable");
    let error = district.status.unwrap().last_error.unwrap();
    assert!(error.starts_with("Registered: "), "{error}");
    assert!(!error.contains("127.0.0.1"), "no address: {error}");
    world.turns("Degraded", "True").await;
    lost.stop.cancel();
    lost.running.await.unwrap();
    let found = world.operator("two").await;
    let (district, _) = world.turns("Ready", "True").await;
    assert_eq!(district.status.unwrap().last_error, None);
    world.end([found]).await;
}

#[tokio::test]
async fn a_replica_whose_watches_broke_and_whose_past_is_forgotten_begins_anew() {
    let world = World::start().await;
    let replica = world.operator("one").await;
    world.declare(json!({})).await;
    world.turns("Ready", "True").await;
    // shorter than the lease lasts: it goes on leading
    if world.place.cut("one", true) {
        world.change(json!({"spec": {"name": "汉阳"}})).await;
        world.place.forget();
        world.place.cut("one", false);
        world.turns("Ready", "True").await;
        assert!(replica.health.is_leading());
    }
    world.end([replica]).await;
}

#[tokio::test]
async fn operators_that_die_at_any_request_are_followed_by_one_that_finishes() {
    let world = World::start().await;
    world.write_divisions(DIVISIONS).await;
    let divisions = json!({"configMap": {"name": "divisions", "key": "csv"}});
    world.declare(json!({"divisions": divisions})).await;
    for requests in [8, 10, 12, 14, 17, 20] {
        let user = format!("dies-after-{requests}");
        if !world.place.cut_after(&user, requests) {
            break;
        }
        let dies = world.operator(&user).await;
        eventually("it has no request left", async || {
            world.place.is_cut(&user).then_some(())
        })
        .await;
        dies.running.abort();
    }
    let replica = world.operator("finishes").await;
    let (district, _) = world.turns("Ready", "True").await;
    let status = district.status.unwrap();
    assert_eq!((status.units, status.last_error), (Some(4), None));
    // whatever was begun and not written down was found again: one account, and the Secret opens it
    let system = world.system().await;
    let clients = "/api/identity/v1/oauth/clients";
    let clients = system.get(clients).await.expect(200);
    let clients = clients["items"].as_array().unwrap().iter();
    let named = clients.filter(|client| client["name"].as_str().unwrap().contains(CODE));
    assert_eq!(named.count(), 1);
    let credentials = world.credentials().await.unwrap();
    assert!(world.as_machine(&credentials).await.is_some());
    world.end([replica]).await;
}

#[tokio::test]
async fn of_two_resources_with_one_code_the_older_counts() {
    let world = World::start().await;
    let replica = world.operator("one").await;
    world.declare(json!({})).await;
    world.turns("Ready", "True").await;
    let (_, registered) = world.declares_again().await;
    assert_eq!(registered.reason, "DuplicateCode");
    world.end([replica]).await;
}
