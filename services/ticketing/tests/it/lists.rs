//! Lists: whose orders, by which filter, page by page.

use kernel::Role;
use serde_json::Value;

use crate::world::{
    AT_COMMUNITY, AT_NEIGHBOUR, AT_STREET, COMPOUND, DISTRICT, ORDERS, World, act, pointer,
};

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let world = World::start().await;
    let mut opened = Vec::new();
    for _ in 0..7 {
        opened.push(world.open("five-order").await);
    }
    opened.reverse();
    for caller in [&world.resident, &world.dispatcher, &world.operator] {
        let mut seen = Vec::new();
        let mut path = format!("{ORDERS}?limit=3");
        loop {
            let page = caller.get(&path).await.expect(200);
            seen.extend(ids(&page));
            match page["next"].as_str() {
                Some(next) => path = format!("{ORDERS}?limit=3&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, opened);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_reaches_down_and_not_sideways() {
    let world = World::start().await;
    let id = world.open("five-order").await;
    for (role, path, count) in [
        (Role::CommunityDispatcher, AT_COMMUNITY, 1),
        (Role::StreetDispatcher, AT_STREET, 1),
        (Role::PlatformOperator, "/", 1),
        (Role::CompoundDispatcher, AT_NEIGHBOUR, 0),
    ] {
        let caller = world.host.caller(&[(role, path)]);
        let page = caller.get(ORDERS).await.expect(200);
        assert_eq!(ids(&page).len(), count, "{role}");
    }
    let by_code = |code: &str| format!("{ORDERS}?org_code={code}");
    let page = world.operator.get(&by_code(COMPOUND)).await.expect(200);
    assert_eq!(ids(&page), [id.as_str()]);
    let neighbour = world
        .host
        .caller(&[(Role::CompoundDispatcher, AT_NEIGHBOUR)]);
    neighbour.get(&by_code(COMPOUND)).await.expect(403);
    world.dispatcher.get(&by_code(DISTRICT)).await.expect(403);
    let unknown = world
        .operator
        .get(&by_code("420105099999"))
        .await
        .expect(422);
    assert_eq!(pointer(&unknown), "/org_code");
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_name_what_they_mean() {
    let world = World::start().await;
    let first = world.open("five-order").await;
    let second = world.open("six-step").await;
    act(
        &world.dispatcher,
        &first,
        "dispatch",
        &serde_json::json!({}),
    )
    .await
    .expect(200);
    world.claim(&first, &world.helper).await;
    let list = async |caller: &testkit::Caller, filter: &str| {
        ids(&caller.get(&format!("{ORDERS}?{filter}")).await.expect(200))
    };
    assert_eq!(
        list(&world.operator, "state=accepted").await,
        [first.as_str()]
    );
    assert_eq!(
        list(&world.operator, "state=dispatched").await,
        Vec::<String>::new()
    );
    assert_eq!(
        list(&world.operator, "workflow=six-step").await,
        [second.as_str()]
    );
    assert_eq!(
        list(&world.operator, "overdue=true").await,
        Vec::<String>::new()
    );
    assert_eq!(list(&world.operator, "overdue=false").await.len(), 2);
    assert_eq!(list(&world.helper, "mine=assigned").await, [first.as_str()]);
    assert_eq!(
        list(&world.resident, "state=reported").await,
        [second.as_str()]
    );
    assert_eq!(
        list(&world.operator, "mine=requested").await,
        Vec::<String>::new()
    );
    world.handle(&first).await;
    let judge = world.panel(&first).await[0];
    assert_eq!(list(judge, "mine=panel").await, [first.as_str()]);
    for wrong in [
        "limit=100000",
        "mine=theirs",
        "colour=red",
        "cursor=x",
        "overdue=2",
    ] {
        world
            .operator
            .get(&format!("{ORDERS}?{wrong}"))
            .await
            .expect(422);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_come_in_their_order_and_only_those() {
    let world = World::start().await;
    let first = world.open("five-order").await;
    let second = world.open("five-order").await;
    act(
        &world.dispatcher,
        &first,
        "dispatch",
        &serde_json::json!({}),
    )
    .await
    .expect(200);
    let all = format!("{ORDERS}?changed_since=2026-01-01T00:00:00Z&limit=1");
    let page = world.dispatcher.get(&all).await.expect(200);
    assert_eq!(ids(&page), [second.as_str()]);
    let next = page["next"].as_str().unwrap();
    let rest = world
        .dispatcher
        .get(&format!("{all}&cursor={next}"))
        .await
        .expect(200);
    assert_eq!(ids(&rest), [first.as_str()]);
    let since = rest["items"][0]["updated_at"].as_str().unwrap();
    let page = world
        .dispatcher
        .get(&format!("{ORDERS}?changed_since={since}"))
        .await
        .expect(200);
    assert_eq!(ids(&page), [first.as_str()]);
    // a cursor of the other order of the same list is not taken
    world
        .dispatcher
        .get(&format!("{ORDERS}?cursor={next}"))
        .await
        .expect(422);
}
