use k8s_openapi::api::events::v1::Event;
use operator::kube::Api;
use operator::kube::api::{DeleteParams, ListParams};
use serde_json::json;
use testkit::eventually;

use crate::world::{DIVISIONS, NAME};
use crate::{CODE, World};

async fn gone(world: &World) {
    eventually("the resource is gone", async || {
        let found = world.districts.get_opt(NAME).await.unwrap();
        found.is_none().then_some(())
    })
    .await;
}

#[tokio::test]
async fn deleting_a_resource_keeps_the_data_and_revokes_the_credentials() {
    let world = World::start().await;
    let replica = world.operator("one").await;
    world.write_divisions(DIVISIONS).await;
    world
        .declare(json!({"divisions": {"configMap": {"name": "divisions", "key": "csv"}}}))
        .await;
    world.turns("Ready", "True").await;
    let credentials = world.credentials().await.unwrap();
    assert!(world.as_machine(&credentials).await.is_some());
    world
        .districts
        .delete(NAME, &DeleteParams::default())
        .await
        .unwrap();
    gone(&world).await;
    assert_eq!(world.units().await.len(), 4);
    assert!(world.as_machine(&credentials).await.is_none());
    eventually("its Secret is gone", async || {
        world.credentials().await.is_none().then_some(())
    })
    .await;
    // declared again, it finds what was there
    world.declare(json!({})).await;
    let (district, _) = world.turns("Ready", "True").await;
    assert_eq!(district.status.unwrap().units, Some(4));
    world.end([replica]).await;
}

#[tokio::test]
async fn an_account_that_was_registered_and_not_noted_goes_with_its_resource() {
    let world = World::start().await;
    // as an operator leaves it that dies, or cannot write the Secret, right after registering the account
    let district = world.declare(json!({})).await;
    world
        .change(json!({"metadata": {"finalizers": ["linli.city/district"]}}))
        .await;
    let system = world.system().await;
    let clients = "/api/identity/v1/oauth/clients";
    let uid = district.metadata.uid.clone().unwrap();
    let short: String = uid.chars().take(8).collect();
    let name = format!("District {CODE} {short}");
    let register = json!({"name": name, "kind": "machine"});
    let made = system.post(clients, &register).await.expect(201);
    let pair = ["id", "client_secret"].map(|key| made[key].as_str().unwrap().to_owned());
    let [id, secret] = pair;
    assert!(
        world
            .as_machine(&(id.clone(), secret.clone()))
            .await
            .is_some()
    );
    world
        .districts
        .delete(NAME, &DeleteParams::default())
        .await
        .unwrap();
    assert!(district.status.is_none());
    let replica = world.operator("one").await;
    gone(&world).await;
    assert!(world.as_machine(&(id, secret)).await.is_none());
    world.end([replica]).await;
}

#[tokio::test]
async fn a_purge_waits_until_it_is_confirmed_by_the_districts_code() {
    let world = World::start().await;
    let replica = world.operator("one").await;
    world.write_divisions(DIVISIONS).await;
    let divisions = json!({"configMap": {"name": "divisions", "key": "csv"}});
    world
        .declare(json!({"divisions": divisions, "deletionPolicy": "Purge"}))
        .await;
    world.turns("Ready", "True").await;
    world
        .districts
        .delete(NAME, &DeleteParams::default())
        .await
        .unwrap();
    let client = world.place.client("tests").await;
    let events: Api<Event> = Api::namespaced(client, &world.place.namespace);
    eventually("it says what it waits for", async || {
        let told = events.list(&ListParams::default()).await.unwrap();
        let mut told = told.items.iter();
        told.any(|event| event.reason.as_deref() == Some("NotDeleted"))
            .then_some(())
    })
    .await;
    let wrong = json!({"metadata": {"annotations": {"linli.city/confirm-purge": "yes"}}});
    world.change(wrong).await;
    assert_eq!(world.units().await.len(), 4);
    let confirmed = json!({"metadata": {"annotations": {"linli.city/confirm-purge": CODE}}});
    world.change(confirmed).await;
    gone(&world).await;
    assert_eq!(world.units().await, Vec::<String>::new());
    let place = world.security().await;
    let place = place
        .get(&format!("/api/registry/v1/organisations/{CODE}"))
        .await
        .expect(200);
    assert!(place["closed_on"].is_string(), "its history stays");
    // nobody brings back what was withdrawn
    world.declare(json!({})).await;
    let (_, registered) = world.turns("Registered", "False").await;
    assert_eq!(registered.reason, "Withdrawn");
    world.end([replica]).await;
}

#[tokio::test]
async fn a_confirmed_purge_ends_nothing_that_is_no_division() {
    let world = World::start().await;
    let replica = world.operator("one").await;
    world.write_divisions(DIVISIONS).await;
    let divisions = json!({"configMap": {"name": "divisions", "key": "csv"}});
    world
        .declare(json!({"divisions": divisions, "deletionPolicy": "Purge"}))
        .await;
    world.turns("Ready", "True").await;
    let credentials = world.credentials().await.unwrap();
    let machine = world.as_machine(&credentials).await.unwrap();
    let compound = json!({
        "code": "420105002001.X01", "name": "建桥小区", "kind": "compound", "parent_code": "420105002001",
    });
    machine
        .post("/api/registry/v1/organisations", &compound)
        .await
        .expect(201);
    let confirmed = json!({"metadata": {"annotations": {"linli.city/confirm-purge": CODE}}});
    world.change(confirmed).await;
    world
        .districts
        .delete(NAME, &DeleteParams::default())
        .await
        .unwrap();
    let client = world.place.client("tests").await;
    let events: Api<Event> = Api::namespaced(client, &world.place.namespace);
    eventually("it says why it does not go", async || {
        let told = events.list(&ListParams::default()).await.unwrap();
        let mut told = told.items.iter();
        told.any(|event| event.reason.as_deref() == Some("NotDeleted"))
            .then_some(())
    })
    .await;
    assert_eq!(world.units().await.len(), 5, "not even what could go");
    assert!(world.as_machine(&credentials).await.is_some());
    assert!(world.districts.get_opt(NAME).await.unwrap().is_some());
    // whoever runs the compound ends it; then the rest goes
    let security = world.as_machine(&credentials).await.unwrap();
    let close = "/api/registry/v1/organisations/420105002001.X01/actions/close";
    security.post(close, &json!({})).await.expect(200);
    gone(&world).await;
    assert_eq!(world.units().await, Vec::<String>::new());
    world.end([replica]).await;
}
