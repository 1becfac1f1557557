use operator::kube::api::{ListParams, PostParams};
use operator::kube::{Api, ResourceExt};
use serde_json::{Value, json};
use testkit::eventually;

use crate::place::object;
use crate::world::{DIVISIONS, NAME};
use crate::{CODE, World};

fn from_map() -> serde_json::Value {
    json!({"divisions": {"configMap": {"name": "divisions", "key": "csv"}}})
}

#[tokio::test]
async fn a_district_comes_to_be() {
    let world = World::start().await;
    let replica = world.operator("one").await;
    world.write_divisions(DIVISIONS).await;
    world.declare(from_map()).await;
    let (district, _) = world.turns("Ready", "True").await;
    let status = district.status.clone().unwrap();
    assert_eq!(status.path.as_deref(), Some("/420105000000/"));
    assert_eq!(status.units, Some(4));
    assert_eq!(status.divisions.as_ref().unwrap().rows, 3);
    assert_eq!(status.last_error, None);
    assert_eq!(world.units().await.len(), 4);
    let secret = world.secrets.get(&format!("{NAME}-machine")).await.unwrap();
    assert_eq!(secret.owner_references()[0].uid, district.uid().unwrap());
    let machine = world
        .as_machine(&world.credentials().await.unwrap())
        .await
        .unwrap();
    let me = machine.get("/api/identity/v1/me").await.expect(200);
    assert_eq!(me["roles"], json!(["district_operator"]));
    // ticketing learns of the place by an event
    let orders = eventually("orders are counted", async || {
        let district = world.districts.get(NAME).await.unwrap();
        district.status.unwrap().orders
    });
    let orders = orders.await;
    assert_eq!((orders.opened, orders.open, orders.overdue), (0, 0, 0));
    let client = world.place.client("tests").await;
    let events: Api<k8s_openapi::api::events::v1::Event> =
        Api::namespaced(client, &world.place.namespace);
    let told = events.list(&ListParams::default()).await.unwrap();
    let told: Vec<_> = told
        .items
        .into_iter()
        .filter_map(|event| event.reason)
        .collect();
    // figures name no district
    let metrics = world.host.anonymous().metrics().await;
    for figure in [
        "operator_districts{otel_scope_name=\"linli.operator\",state=\"ready\"} 1",
        "operator_units{otel_scope_name=\"linli.operator\"} 4",
    ] {
        let labels = |text: &str| {
            let (name, rest) = text.split_once('{').unwrap();
            let (labels, value) = rest.split_once("} ").unwrap();
            let mut labels: Vec<String> = labels.split(',').map(str::to_owned).collect();
            labels.sort_unstable();
            (name.to_owned(), labels, value.to_owned())
        };
        let wanted = labels(figure);
        let mut lines = metrics
            .lines()
            .filter(|line| line.starts_with("operator_") && line.contains('{'));
        assert!(
            lines.any(|line| labels(line) == wanted),
            "{figure}: {metrics}"
        );
    }
    assert!(
        !metrics.contains(NAME) && !metrics.contains(CODE),
        "{metrics}"
    );
    for reason in [
        "Registered",
        "DivisionsImported",
        "CredentialsIssued",
        "ReadyTrue",
    ] {
        assert!(told.iter().any(|one| one == reason), "{reason}: {told:?}");
    }
    world.end([replica]).await;
}

#[tokio::test]
async fn the_example_of_the_documentation_comes_to_be_as_it_stands() {
    let example = include_str!("../../../k8s/examples/district.yaml");
    let parts: Vec<Value> = serde_saphyr::from_multiple(example).unwrap();
    let world = World::start().await;
    let replica = world.operator("one").await;
    for part in &parts {
        let name = part["metadata"]["name"].as_str().unwrap();
        match part["kind"].as_str().unwrap() {
            "ConfigMap" => world.write_map(name, &part["data"]).await,
            "District" => {
                assert_eq!(name, NAME);
                world.declare(part["spec"].clone()).await;
            }
            other => panic!("the example has a {other}"),
        }
    }
    let (district, _) = world.turns("Ready", "True").await;
    let status = district.status.unwrap();
    assert_eq!((status.units, status.last_error), (Some(4), None));
    for kind in ["CalendarApplied", "WorkflowsApplied", "DivisionsImported"] {
        world.turns(kind, "True").await;
    }
    world.end([replica]).await;
}

#[tokio::test]
async fn bad_rows_are_named_and_mended_data_count_at_once() {
    let world = World::start().await;
    let replica = world.operator("one").await;
    world.declare(from_map()).await;
    let (_, missing) = world.turns("DivisionsImported", "False").await;
    assert_eq!(missing.reason, "DataMissing");
    let bad = DIVISIONS.replace("420105002002", "420106002002");
    world.write_divisions(&bad).await;
    let refused = eventually("the row is named", async || {
        let (_, condition) = world.turns("DivisionsImported", "False").await;
        Some(condition).filter(|condition| condition.reason == "RowsRefused")
    });
    assert!(refused.await.message.contains("第 4 行"));
    let (district, _) = world.turns("Ready", "False").await;
    assert_eq!(district.status.unwrap().divisions.unwrap().refused, 1);
    assert_eq!(world.units().await.len(), 3);
    world.write_divisions(DIVISIONS).await;
    world.turns("Ready", "True").await;
    assert_eq!(world.units().await.len(), 4);
    world.end([replica]).await;
}

#[tokio::test]
async fn what_has_no_api_is_said() {
    let world = World::start().await;
    let replica = world.operator("one").await;
    world
        .declare(json!({"hotline": {"secretName": "hotline"}}))
        .await;
    let (_, unsupported) = world.turns("Unsupported", "True").await;
    assert!(unsupported.message.contains("hotline"));
    let (_, hotline) = world.turns("HotlineConfigured", "False").await;
    assert_eq!(hotline.reason, "SecretIncomplete");
    world.turns("Ready", "True").await;
    let secret = object(json!({
        "metadata": {"name": "hotline"}, "stringData": {}, "data": {"endpoint": "eA==", "token": "eA=="},
    }));
    world
        .secrets
        .create(&PostParams::default(), &secret)
        .await
        .unwrap();
    eventually("the Secret is seen", async || {
        let (_, hotline) = world.turns("HotlineConfigured", "False").await;
        (hotline.reason == "NoApi").then_some(())
    })
    .await;
    world.end([replica]).await;
}

#[tokio::test]
async fn a_secret_of_somebody_else_is_left_alone() {
    let world = World::start().await;
    let replica = world.operator("one").await;
    let secret = object(json!({"metadata": {"name": "theirs"}, "data": {"password": "eA=="}}));
    let made = world
        .secrets
        .create(&PostParams::default(), &secret)
        .await
        .unwrap();
    world
        .declare(json!({"credentials": {"secretName": "theirs"}}))
        .await;
    let (_, taken) = world.turns("CredentialsReady", "False").await;
    assert_eq!(taken.reason, "SecretTaken");
    let now = world.secrets.get("theirs").await.unwrap();
    assert_eq!(now.data, made.data);
    assert!(now.owner_references().is_empty());
    let clients = world
        .system()
        .await
        .get("/api/identity/v1/oauth/clients")
        .await
        .expect(200);
    let named = |item: &serde_json::Value| item["name"].as_str().unwrap().contains(CODE);
    assert!(!clients["items"].as_array().unwrap().iter().any(named));
    world.end([replica]).await;
}
