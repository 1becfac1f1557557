//! What a district may take in: whoever files for themselves waits until tomorrow, everybody else is taken.

use kernel::Role;
use reqwest::Method;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use store::StoreError;
use testkit::{Caller, Reply};

use crate::world::{AT_COMPOUND, AT_DISTRICT, ORDERS, World, attach, matter, pointer};

const OURS: &str = "/api/ticketing/v1/quotas/420105";

async fn set(caller: &Caller, path: &str, body: &Value) -> Reply {
    let request = caller.request(Method::PUT, path).json(body);
    caller.send(request).await
}

async fn today(world: &World) -> Value {
    world.operator.get(OURS).await.expect(200)["orders_today"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_day_stops_whoever_files_for_themselves_and_no_matter_of_danger_or_of_staff() {
    let world = World::start().await;
    let platform = world.host.caller(&[(Role::PlatformOperator, "/")]);
    let free = world.operator.get(OURS).await.expect(200);
    assert_eq!(
        (&free["version"], &free["orders_per_day"]),
        (&json!(0), &Value::Null)
    );
    world.open("five-order").await;
    let two = json!({"orders_per_day": 2, "reason": "试点"});
    let shown = set(&platform, OURS, &two).await.expect(200);
    // what came before the limit was set counts as well
    assert_eq!(
        (&shown["version"], &shown["orders_today"]),
        (&json!(1), &json!(1))
    );
    world.open("five-order").await;
    assert_eq!(today(&world).await, 2);

    let mine = || matter("six-step");
    let request = world.resident.request(Method::POST, ORDERS).json(&mine());
    let refused = request.send().await.unwrap();
    assert_eq!(refused.status().as_u16(), 429);
    let wait = refused.headers()["retry-after"].to_str().unwrap();
    let wait: u32 = wait.parse().unwrap();
    assert!((1..=86_400).contains(&wait), "{wait}");
    let said: Value = refused.json().await.unwrap();
    let slug = said["type"].as_str().unwrap();
    assert!(slug.ends_with("/daily-quota-reached"), "{said:#}");
    assert_eq!(today(&world).await, 2, "nothing half-written");

    let mut desk = mine();
    desk["channel"] = json!("window");
    world.operator.post(ORDERS, &desk).await.expect(201);
    let grid_worker = world.host.caller(&[(Role::GridWorker, AT_COMPOUND)]);
    let mut patrol = mine();
    patrol["channel"] = json!("grid");
    grid_worker.post(ORDERS, &patrol).await.expect(201);
    // nobody is in danger by saying that they know the number
    let mut lamp = mine();
    lamp["acknowledged"] = json!(["fire"]);
    world.resident.post(ORDERS, &lamp).await.expect(429);
    let mut fire = mine();
    fire["content"] = json!("三楼厨房起火。");
    fire["acknowledged"] = json!(["fire"]);
    world.resident.post(ORDERS, &fire).await.expect(201);
    assert_eq!(today(&world).await, 5);
    world.resident.post(ORDERS, &mine()).await.expect(429);

    let more = json!({"orders_per_day": 6, "reason": "试点扩大"});
    let shown = set(&platform, OURS, &more).await.expect(200);
    assert_eq!(
        (&shown["version"], &shown["orders_today"]),
        (&json!(2), &json!(5))
    );
    world.resident.post(ORDERS, &mine()).await.expect(201);
    world.resident.post(ORDERS, &mine()).await.expect(429);
    let none = json!({"reason": "试点结束"});
    set(&platform, OURS, &none).await.expect(200);
    world.resident.post(ORDERS, &mine()).await.expect(201);
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_never_more_than_the_day_takes() {
    let world = World::start().await;
    let platform = world.host.caller(&[(Role::PlatformOperator, "/")]);
    let five = json!({"orders_per_day": 5, "reason": "试点"});
    set(&platform, OURS, &five).await.expect(200);
    let body = matter("five-order");
    let all = world.neighbours.iter().cycle().take(20);
    let all = all.map(|neighbour| neighbour.post(ORDERS, &body));
    let statuses = futures_util::future::join_all(all).await;
    let count = |wanted: u16| {
        let same = statuses.iter().filter(|reply| reply.status == wanted);
        same.count()
    };
    assert_eq!((count(201), count(429)), (5, 15));
    assert_eq!(today(&world).await, 5);
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_take_storage_until_there_is_no_more() {
    let world = World::start().await;
    let platform = world.host.caller(&[(Role::PlatformOperator, "/")]);
    let order = world.open("five-order").await;
    let photo = attach(&world.resident, &order).await.expect(201);
    let shown = world.operator.get(OURS).await.expect(200);
    assert_eq!(shown["attachment_bytes"], photo["size"]);
    let one = json!({"attachments_gib": 1, "reason": "存储紧张"});
    set(&platform, OURS, &one).await.expect(200);
    // as if all but a byte were taken
    let nearly = "UPDATE attachment_storage SET bytes = 1073741823";
    let done = world.deps().db.write("test.nearly", |tx| async move {
        tx.execute_unprepared(nearly).await?;
        Ok::<_, StoreError>(())
    });
    done.await.unwrap();
    let refused = attach(&world.resident, &order).await.expect(409);
    let slug = refused["type"].as_str().unwrap();
    assert!(slug.ends_with("/attachment-quota-reached"), "{refused:#}");
    let shown = world.operator.get(OURS).await.expect(200);
    assert_eq!(shown["attachment_bytes"], 1_073_741_823);
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn quotas_are_set_by_who_runs_the_city_and_only_with_sense() {
    let world = World::start().await;
    let platform = world.host.caller(&[(Role::PlatformOperator, "/")]);
    let elsewhere = world
        .host
        .caller(&[(Role::DistrictOperator, "/420106000000/")]);
    let below = world.host.caller(&[(Role::PlatformOperator, AT_DISTRICT)]);
    let body = json!({"orders_per_day": 5, "reason": "x"});
    world.resident.get(OURS).await.expect(403);
    elsewhere.get(OURS).await.expect(403);
    for caller in [&world.operator, &below, &world.resident] {
        set(caller, OURS, &body).await.expect(403);
    }
    for district in ["city", "42010", "4201055", "x"] {
        let path = format!("/api/ticketing/v1/quotas/{district}");
        set(&platform, &path, &body).await.expect(404);
        platform.get(&path).await.expect(404);
    }
    for (wrong, place) in [
        (
            json!({"orders_per_day": 0, "reason": "x"}),
            "/orders_per_day",
        ),
        (
            json!({"orders_per_day": 10_000_001, "reason": "x"}),
            "/orders_per_day",
        ),
        (
            json!({"attachments_gib": 0, "reason": "x"}),
            "/attachments_gib",
        ),
        (
            json!({"orders_per_day": -1, "reason": "x"}),
            "/orders_per_day",
        ),
        (json!({"orders_per_day": 5, "reason": ""}), "/reason"),
    ] {
        let refused = set(&platform, OURS, &wrong).await.expect(422);
        assert_eq!(pointer(&refused), place, "{refused:#}");
    }
    let shown = world.operator.get(OURS).await.expect(200);
    assert_eq!(shown["version"], 0);
    world.host.stop().await;
}
