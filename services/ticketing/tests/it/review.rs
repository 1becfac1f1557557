//! 评单: the draw, the votes, and what follows from them.

use contracts::identity::AccountExcluded;
use kernel::{IdSourceExt, Role};
use serde_json::json;

use crate::world::{AT_COMPOUND, World, act, offered, order};

#[tokio::test(flavor = "multi_thread")]
async fn a_draw_can_be_drawn_again_after_people_came_and_went() {
    let world = World::start().await;
    let id = world.open_and_handle().await;
    let path = format!("{}/draw", order(&id));
    let draw = world.dispatcher.get(&path).await.expect(200);
    assert_eq!(draw["candidates"], 6);
    assert_eq!(draw["drawn"], 4);
    assert_eq!(draw["confirmed"], true);

    let newcomer = world.host.caller(&[(Role::Resident, AT_COMPOUND)]);
    let grant = world
        .grant(newcomer.account, Role::Resident, AT_COMPOUND)
        .await;
    world.revoke(newcomer.account, grant).await;
    world
        .grant(newcomer.account, Role::Resident, AT_COMPOUND)
        .await;
    let again = world.resident.get(&path).await.expect(200);
    assert_eq!(again["confirmed"], true);
    assert_eq!(again["candidates"], 6);
    assert_eq!(again["drawn_is_me"], false);
    assert!(!again.to_string().contains("acc_"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_keeps_out_is_not_drawn_and_the_draw_can_be_checked() {
    let world = World::start().await;
    for neighbour in world.neighbours.iter().take(3) {
        let excluded = AccountExcluded {
            account_id: neighbour.account,
            exclusion_id: world.deps().ids.next(),
            organisation: None,
            person: Some(world.resident.account),
        };
        world.tell("excluded", &excluded).await;
    }
    let id = world.open_and_handle().await;
    let draw = world.dispatcher.get(&format!("{}/draw", order(&id))).await;
    let draw = draw.expect(200);
    assert_eq!(draw["candidates"], 3);
    assert_eq!(draw["confirmed"], true);
    let drawn: Vec<_> = world.panel(&id).await;
    let barred = |caller: &&testkit::Caller| {
        let mut kept_out = world.neighbours.iter().take(3);
        kept_out.any(|neighbour| neighbour.account == caller.account)
    };
    assert!(!drawn.iter().any(barred));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_votes_twice_and_neither_handler_nor_stranger_votes() {
    let world = World::start().await;
    let id = world.open_and_handle().await;
    let vote = json!({"score": 4, "solved": true});
    let seen = act(&world.resident, &id, "review", &vote).await.expect(200);
    assert_eq!(seen["review"]["voted_is_me"], true);
    assert_eq!(offered(&seen), Vec::<&str>::new());
    let twice = act(&world.resident, &id, "review", &vote).await.expect(409);
    assert_eq!(twice["type"], "https://linli.city/problems/already-voted");
    act(&world.helper, &id, "review", &vote).await.expect(403);
    act(&world.dispatcher, &id, "review", &vote)
        .await
        .expect(403);
    for neighbour in &world.neighbours {
        if neighbour.get(&order(&id)).await.status == 404 {
            act(neighbour, &id, "review", &vote).await.expect(404);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_result_goes_back_twice_and_then_up_one_level() {
    let world = World::start().await;
    let id = world.open_and_handle().await;
    let vote = json!({"score": 1, "solved": false});
    for round in 1..=3 {
        let panel = world.panel(&id).await;
        act(&world.resident, &id, "review", &vote).await.expect(200);
        act(panel[0], &id, "review", &vote).await.expect(200);
        let decided = act(panel[1], &id, "review", &vote).await.expect(200);
        assert_eq!(decided["round"], round + 1);
        if round < 3 {
            assert_eq!(decided["state"], "accepted");
            world.handle(&id).await;
        } else {
            assert_eq!(decided["state"], "escalated");
        }
    }
    let view = world.resident.get(&order(&id)).await.expect(200);
    assert_eq!(view["org_code"], "420105011010");
    assert_eq!(view["org_name"], "江欣苑社区");
    // the compound's dispatcher has lost it to the community
    world.dispatcher.get(&order(&id)).await.expect(404);
    let above = world
        .host
        .caller(&[(Role::CommunityDispatcher, crate::world::AT_COMMUNITY)]);
    let seen = above.get(&order(&id)).await.expect(200);
    assert_eq!(offered(&seen), ["dispatch"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_equal_votes_at_once_count_once() {
    let world = World::start().await;
    let id = world.open_and_handle().await;
    let vote = json!({"score": 4, "solved": true});
    let mut tries = Vec::new();
    for _ in 0..50 {
        let (caller, id, vote) = (world.resident.clone(), id.clone(), vote.clone());
        tries.push(tokio::spawn(async move {
            act(&caller, &id, "review", &vote).await.status.as_u16()
        }));
    }
    let mut outcomes = Vec::new();
    for attempt in tries {
        outcomes.push(attempt.await.unwrap());
    }
    assert_eq!(outcomes.iter().filter(|status| **status == 200).count(), 1);
    assert!(outcomes.iter().all(|status| matches!(status, 200 | 409)));
    let view = world.resident.get(&order(&id)).await.expect(200);
    assert_eq!(view["review"]["votes"], 1);
}
