//! Resolutions of joint meetings become orders.

use contracts::registry::ResolutionPassed;
use kernel::{IdSourceExt, OrderId, ResolutionId, TypedId};
use serde_json::Value;

use crate::world::{COMPOUND, World};

const ORDERS: &str = "/api/ticketing/v1/orders";

fn passed(world: &World, category: Option<&str>, wants_order: bool) -> ResolutionPassed {
    let ids = &world.deps().ids;
    ResolutionPassed {
        resolution_id: ids.next(),
        meeting_id: ids.next(),
        convened_by: "420105011010".parse().unwrap(),
        owned_by: "420105000000.CG".parse().unwrap(),
        place_code: COMPOUND.parse().unwrap(),
        category: category.map(str::to_owned),
        wants_order,
        title: "楼道杂物清理".to_owned(),
        text: "请清理楼道堆放的杂物。".to_owned(),
    }
}

async fn order_of(world: &World, resolution: ResolutionId) -> testkit::Reply {
    let order = OrderId::from_uuid(resolution.uuid());
    world.operator.get(&format!("{ORDERS}/{order}")).await
}

async fn orders(world: &World) -> Vec<Value> {
    let page = world.operator.get(ORDERS).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolution_becomes_one_order_however_often_it_is_told() {
    let world = World::start().await;
    let told = passed(&world, None, true);
    for _ in 0..2 {
        // two events, as after a replay
        world.tell(&told.resolution_id.to_string(), &told).await;
    }
    let order = order_of(&world, told.resolution_id).await.expect(200);
    assert_eq!(order["workflow"], "six-step");
    assert_eq!(order["state"], "reported");
    assert_eq!(order["channel"], "meeting_resolution");
    assert_eq!(order["title"], "楼道杂物清理");
    assert_eq!(order["content"], "请清理楼道堆放的杂物。");
    assert_eq!(orders(&world).await.len(), 1);
    let timeline = format!("{ORDERS}/{}/timeline", order["id"].as_str().unwrap());
    let timeline = world.operator.get(&timeline).await.expect(200);
    assert_eq!(timeline["items"][0]["actor_role"], "system");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolution_that_wants_no_order_opens_none() {
    let world = World::start().await;
    let told = passed(&world, None, false);
    world.tell(&told.resolution_id.to_string(), &told).await;
    order_of(&world, told.resolution_id).await.expect(404);
    // a category that nobody knows is proposed like one that was not named
    let told = passed(&world, Some("999999"), true);
    world.tell(&told.resolution_id.to_string(), &told).await;
    let order = order_of(&world, told.resolution_id).await.expect(200);
    assert_ne!(order["category"], "999999");
    assert_eq!(orders(&world).await.len(), 1);
}
