use kernel::{Cursor, OrderId};
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{INBOX, World, items, unread};

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn pages_go_from_new_to_old_without_gap_or_repeat() {
    let world = World::start().await;
    let person = world.person();
    for _ in 0..5 {
        world.give_task(&person).await;
    }
    world.settle().await;
    let all = ids(&person.get(INBOX).await.expect(200));
    assert_eq!(all.len(), 5);
    assert!(all.is_sorted_by(|newer, older| newer > older));
    let mut seen = Vec::new();
    let mut address = format!("{INBOX}?limit=2");
    loop {
        let page = person.get(&address).await.expect(200);
        seen.extend(ids(&page));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        address = format!("{INBOX}?limit=2&cursor={next}");
    }
    assert_eq!(seen, all);
    world.host.stop().await;
}

#[tokio::test]
async fn reading_lowers_the_count_once() {
    let world = World::start().await;
    let person = world.person();
    for _ in 0..3 {
        world.give_task(&person).await;
    }
    world.settle().await;
    let all = ids(&person.get(INBOX).await.expect(200));
    let address = format!("{INBOX}/{}/read", all[1]);
    person.post(&address, &json!({})).await.expect(204);
    person.post(&address, &json!({})).await.expect(204);
    assert_eq!(unread(&person).await, 2);
    let left = ids(&person
        .get(&format!("{INBOX}?unread=true"))
        .await
        .expect(200));
    assert_eq!(left, [all[0].clone(), all[2].clone()]);
    assert_eq!(items(&person).await[1]["read"], true);
    person
        .post(&format!("{INBOX}/read-all"), &json!({}))
        .await
        .expect(204);
    person
        .post(&format!("{INBOX}/read-all"), &json!({}))
        .await
        .expect(204);
    assert_eq!(unread(&person).await, 0);
    world.give_task(&person).await;
    world.settle().await;
    assert_eq!(unread(&person).await, 1);
    world.host.stop().await;
}

#[tokio::test]
async fn another_accounts_message_does_not_exist() {
    let world = World::start().await;
    let [owner, other] = [world.person(), world.person()];
    world.give_task(&owner).await;
    world.settle().await;
    let id = ids(&owner.get(INBOX).await.expect(200)).remove(0);
    let address = format!("{INBOX}/{id}/read");
    let foreign = other.post(&address, &json!({})).await.expect(404);
    assert_eq!(
        foreign["type"],
        "https://linli.city/problems/message-not-found"
    );
    assert!(items(&other).await.is_empty());
    assert_eq!((unread(&owner).await, unread(&other).await), (1, 0));
    let order: OrderId = world.id();
    other
        .post(&format!("{INBOX}/{order}/read"), &json!({}))
        .await
        .expect(404);
    world.host.stop().await;
}

#[tokio::test]
async fn texts_follow_the_callers_language() {
    let world = World::start().await;
    let person = world.person();
    world.give_task(&person).await;
    world.settle().await;
    assert_eq!(items(&person).await[0]["title"], "任务已交给您");
    let english = person
        .request(Method::GET, INBOX)
        .header("Accept-Language", "en");
    let page = person.send(english).await.expect(200);
    assert_eq!(page["items"][0]["title"], "A task was given to you");
    world.host.stop().await;
}

#[tokio::test]
async fn wrong_queries_and_strangers_are_refused() {
    let world = World::start().await;
    let person = world.person();
    let foreign = Cursor::encode("orders", &world.id::<OrderId>());
    let queries = [
        ("limit=100000".to_owned(), "/limit"),
        ("unread=perhaps".to_owned(), "/unread"),
        ("colour=red".to_owned(), "/colour"),
        ("cursor=rubbish".to_owned(), "/cursor"),
        (format!("cursor={foreign}"), "/cursor"),
    ];
    for (query, pointer) in queries {
        let problem = person.get(&format!("{INBOX}?{query}")).await.expect(422);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem:#}");
    }
    let stranger = world.host.anonymous();
    for path in ["", "/unread-count"] {
        stranger.get(&format!("{INBOX}{path}")).await.expect(401);
    }
    stranger
        .get("/api/notifications/v1/stream")
        .await
        .expect(401);
    stranger
        .post(&format!("{INBOX}/read-all"), &json!({}))
        .await
        .expect(401);
    world.host.stop().await;
}
