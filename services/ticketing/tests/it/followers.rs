//! Whoever follows an order hears how it is going, and nothing that they may not see.

use contracts::identity::AccountExcluded;
use contracts::ticketing::OrderProgressed;
use kernel::{AccountId, IdSourceExt};
use reqwest::Method;
use serde_json::json;
use testkit::Caller;

use crate::hearing::{LISTENER, heard};
use crate::world::{ORDERS, World, act, matter};

const FOLLOWS: &str = "/api/ticketing/v1/follows";

/// Follows an order, or does so no longer.
async fn ask(caller: &Caller, how: Method, order: &str) {
    let request = caller.request(how, &format!("{FOLLOWS}/{order}"));
    caller.send(request).await.expect(204);
}

/// Who was told of an order, and what, since the last look.
async fn told(world: &World, id: &str, seen: &mut usize) -> Vec<(String, Vec<AccountId>)> {
    world.run("tell_followers").await;
    world.settled().await;
    let events: Vec<OrderProgressed> = heard(id);
    let fresh = events.iter().skip(*seen);
    let fresh = fresh.map(|event| (event.step.clone(), event.followers.clone()));
    let fresh = fresh.collect();
    *seen = events.len();
    fresh
}

#[tokio::test]
async fn followers_hear_of_each_move_until_they_stop_following() {
    let world = World::start_with(&[ticketing::MODULE, LISTENER]).await;
    let id = world.open("six-step").await;
    let [neighbour, other, kept_out] = &world.neighbours[..3] else {
        panic!("fewer neighbours");
    };
    for follower in [neighbour, other, kept_out] {
        ask(follower, Method::PUT, &id).await;
    }
    let excluded = AccountExcluded {
        account_id: kept_out.account,
        exclusion_id: world.deps().ids.next(),
        organisation: None,
        person: Some(world.resident.account),
    };
    world.tell(&kept_out.account.to_string(), &excluded).await;
    let seen = &mut 0;
    assert!(told(&world, &id, seen).await.is_empty());

    act(&world.operator, &id, "accept", &json!({}))
        .await
        .expect(200);
    let mut both = vec![neighbour.account, other.account];
    both.sort_unstable();
    assert_eq!(
        told(&world, &id, seen).await,
        [("moved".to_owned(), both.clone())]
    );
    // a step that leads nowhere is nobody's news
    let flag = json!({"reason": "久拖未办"});
    act(&world.operator, &id, "supervise", &flag)
        .await
        .expect(200);
    assert!(told(&world, &id, seen).await.is_empty());

    ask(other, Method::DELETE, &id).await;
    act(&world.resident, &id, "withdraw", &json!({}))
        .await
        .expect(200);
    assert_eq!(
        told(&world, &id, seen).await,
        [("ended".to_owned(), vec![neighbour.account])]
    );
    world.host.stop().await;
}

#[tokio::test]
async fn a_merge_and_its_end_are_told_to_who_follows_either_order() {
    let world = World::start_with(&[ticketing::MODULE, LISTENER]).await;
    let (merged, into) = (world.open("six-step").await, world.open("six-step").await);
    let follower = &world.neighbours[0];
    ask(follower, Method::PUT, &merged).await;
    let body = json!({"into": into, "reason": "同一盏灯"});
    let path = format!("{ORDERS}/{merged}/merge");
    world.operator.post(&path, &body).await.expect(200);
    let seen = &mut 0;
    let me = vec![follower.account];
    assert_eq!(
        told(&world, &merged, seen).await,
        [("merged".to_owned(), me.clone())]
    );
    let apart = format!("{ORDERS}/{merged}/take-apart");
    let reason = json!({"reason": "不是同一盏灯"});
    world.operator.post(&apart, &reason).await.expect(200);
    assert_eq!(
        told(&world, &merged, seen).await,
        [("reopened".to_owned(), me)]
    );
    // what goes on alone has moved nowhere
    let survivor: Vec<OrderProgressed> = heard(&into);
    assert_eq!(survivor, []);

    // what is confidential is nobody else's business
    let mut secret = matter("six-step");
    secret["confidential"] = json!(true);
    let view = world.resident.post(ORDERS, &secret).await.expect(201);
    let id = view["id"].as_str().unwrap();
    ask(&world.dispatcher, Method::PUT, id).await;
    act(&world.operator, id, "accept", &json!({}))
        .await
        .expect(200);
    assert!(told(&world, id, &mut 0).await.is_empty());
    world.host.stop().await;
}
