use operator::kube::ResourceExt;
use operator::kube::api::{DeleteParams, Patch, PatchParams};
use reqwest::Method;
use serde_json::json;
use testkit::eventually;

use crate::world::{DIVISIONS, NAME};
use crate::{CODE, World};

#[tokio::test]
async fn what_somebody_changed_by_hand_is_put_right() {
    let world = World::start().await;
    let replica = world.operator("one").await;
    world.write_divisions(DIVISIONS).await;
    world
        .declare(json!({"divisions": {"configMap": {"name": "divisions", "key": "csv"}}}))
        .await;
    world.turns("Ready", "True").await;
    let machine = world
        .as_machine(&world.credentials().await.unwrap())
        .await
        .unwrap();
    for code in [CODE, "420105002001"] {
        let path = format!("/api/registry/v1/organisations/{code}");
        let rename = machine
            .request(Method::PATCH, &path)
            .json(&json!({"name": "改名"}));
        machine.send(rename).await.expect(200);
        eventually("the name is back", async || {
            let place = machine.get(&path).await.expect(200);
            (place["name"] != "改名").then_some(())
        })
        .await;
    }
    let (district, _) = world.turns("Ready", "True").await;
    assert_eq!(district.status.unwrap().last_error, None);
    world.end([replica]).await;
}

#[tokio::test]
async fn what_changes_all_the_time_keeps_nobody_from_looking_at_everything() {
    let world = World::start().await;
    let replica = world.operator("one").await;
    world.write_divisions(DIVISIONS).await;
    world
        .declare(json!({"divisions": {"configMap": {"name": "divisions", "key": "csv"}}}))
        .await;
    world.turns("Ready", "True").await;
    let machine = world
        .as_machine(&world.credentials().await.unwrap())
        .await
        .unwrap();
    let path = "/api/registry/v1/organisations/420105002001";
    let rename = machine
        .request(Method::PATCH, path)
        .json(&json!({"name": "改名"}));
    machine.send(rename).await.expect(200);
    // more often than everything is looked at again, which only that finds
    let mut writes = 0;
    eventually("the name is back", async || {
        writes += 1;
        let note = json!({"data": {"note": writes.to_string()}});
        let (manner, note) = (PatchParams::default(), Patch::Merge(note));
        let patched = world.maps.patch("divisions", &manner, &note);
        patched.await.unwrap();
        let place = machine.get(path).await.expect(200);
        (place["name"] != "改名").then_some(())
    })
    .await;
    assert!(writes > 1, "something changed meanwhile");
    world.end([replica]).await;
}

#[tokio::test]
async fn a_secret_changed_by_hand_opens_again_and_keeps_what_others_wrote() {
    let world = World::start().await;
    let replica = world.operator("one").await;
    world.declare(json!({})).await;
    world.turns("Ready", "True").await;
    let first = world.credentials().await.unwrap();
    let name = format!("{NAME}-machine");
    let theirs = json!({
        "metadata": {"labels": {"team": "water"}},
        "data": {"client-secret": "d3Jvbmc=", "note": "eA=="},
    });
    let manner = PatchParams::default();
    let theirs = Patch::Merge(theirs);
    let patched = world.secrets.patch(&name, &manner, &theirs);
    patched.await.unwrap();
    let again = eventually("it opens the same account", async || {
        let pair = world.credentials().await?;
        world.as_machine(&pair).await.map(|_| pair)
    })
    .await;
    assert_eq!(again.0, first.0);
    let secret = world.secrets.get(&name).await.unwrap();
    assert_eq!(secret.labels()["team"], "water", "fields of others stay");
    assert!(secret.data.unwrap().contains_key("note"));
    // what somebody writes into the status is no more than that
    let wrong = json!({"status": {"units": 99}});
    let status = Patch::Merge(wrong);
    let patched = world.districts.patch_status(NAME, &manner, &status);
    patched.await.unwrap();
    world.change(json!({"spec": {"name": "汉阳"}})).await;
    let (district, _) = world.turns("Ready", "True").await;
    let status = district.status.unwrap();
    assert_eq!((status.units, status.last_error), (Some(1), None));
    world.end([replica]).await;
}

#[tokio::test]
async fn a_lost_secret_is_replaced_and_the_old_one_opens_nothing() {
    let world = World::start().await;
    let replica = world.operator("one").await;
    world.declare(json!({})).await;
    world.turns("Ready", "True").await;
    let first = world.credentials().await.unwrap();
    let name = format!("{NAME}-machine");
    world
        .secrets
        .delete(&name, &DeleteParams::default())
        .await
        .unwrap();
    let second = eventually("there is another secret", async || {
        world.credentials().await.filter(|pair| *pair != first)
    })
    .await;
    assert_eq!(first.0, second.0, "the same machine account");
    assert!(world.as_machine(&first).await.is_none());
    assert!(world.as_machine(&second).await.is_some());
    // somebody revokes the account itself
    let revoke = format!("/api/identity/v1/oauth/clients/{}", second.0);
    let system = world.system().await;
    system
        .send(system.request(Method::DELETE, &revoke))
        .await
        .expect(204);
    let third = eventually("there is another account", async || {
        world.credentials().await.filter(|pair| pair.0 != second.0)
    })
    .await;
    eventually("it may work", async || {
        let machine = world.as_machine(&third).await?;
        let me = machine.get("/api/identity/v1/me").await.expect(200);
        (me["roles"] == json!(["district_operator"])).then_some(())
    })
    .await;
    world.end([replica]).await;
}
