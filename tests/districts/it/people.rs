use serde_json::{Value, json};
use testkit::{Caller, eventually};

use crate::World;

async fn register(system: &Caller, name: &str) -> String {
    let body = json!({"username": name, "display_name": name});
    let made = system
        .post("/api/identity/v1/accounts", &body)
        .await
        .expect(201);
    made["id"].as_str().unwrap().to_owned()
}

async fn roles(system: &Caller, account: &str) -> Value {
    let path = format!("/api/identity/v1/accounts/{account}");
    system.get(&path).await.expect(200)["roles"].clone()
}

#[tokio::test]
async fn administrators_come_and_go_with_the_declaration() {
    let world = World::start().await;
    let replica = world.operator("one").await;
    let system = world.system().await;
    let (ann, ben) = (
        register(&system, "ann").await,
        register(&system, "ben").await,
    );
    world.declare(json!({"administrators": [ann]})).await;
    world.turns("AdministratorsGranted", "True").await;
    assert_eq!(roles(&system, &ann).await, json!(["district_operator"]));
    world
        .change(json!({"spec": {"administrators": [ben]}}))
        .await;
    eventually("ben instead of ann", async || {
        let both = (roles(&system, &ann).await, roles(&system, &ben).await);
        (both == (json!([]), json!(["district_operator"]))).then_some(())
    })
    .await;
    let nobody = "acc_00000000000000000000000000";
    world
        .change(json!({"spec": {"administrators": [ben, nobody]}}))
        .await;
    let (_, failed) = world.turns("AdministratorsGranted", "False").await;
    assert!(failed.message.contains(nobody));
    assert_eq!(roles(&system, &ben).await, json!(["district_operator"]));
    world.end([replica]).await;
}
