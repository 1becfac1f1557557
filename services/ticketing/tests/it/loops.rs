//! The way of a five-order request to its publication.

use serde_json::{Value, json};
use testkit::Caller;

use crate::world::{World, act, order};

/// Takes an action and checks that it was taken.
pub(crate) async fn step(caller: &Caller, id: &str, action: &str, form: Value) -> Value {
    act(caller, id, action, &form).await.expect(200)
}

/// Brings a request to the helper, who took it.
pub(crate) async fn accepted(world: &World) -> String {
    let id = world.open("five-order").await;
    step(&world.dispatcher, &id, "dispatch", json!({})).await;
    world.claim(&id, &world.helper).await;
    let view = world.resident.get(&order(&id)).await.expect(200);
    assert_eq!(view["state"], "accepted");
    id
}

/// Lets the resident and those who were drawn vote until it is decided; returns the number of votes.
pub(crate) async fn judge(world: &World, id: &str, score: u8, solved: bool) -> usize {
    let mut votes = 0;
    for voter in std::iter::once(&world.resident).chain(&world.neighbours) {
        let seen = voter.get(&order(id)).await;
        let may_vote = seen.body["actions"]
            .as_array()
            .is_some_and(|actions| actions.iter().any(|action| action["name"] == "review"));
        if may_vote {
            step(
                voter,
                id,
                "review",
                json!({"score": score, "solved": solved}),
            )
            .await;
            votes += 1;
        }
    }
    votes
}

/// Brings a request to its publication; returns its id.
pub(crate) async fn published(world: &World, title: &str) -> String {
    let id = world.open_and_handle().await;
    judge(world, &id, 5, true).await;
    let form = json!({
        "title": title,
        "summary": "居民反映楼道灯不亮，志愿者当日更换 <灯具> & 复查",
    });
    let after = step(&world.dispatcher, &id, "publish", form).await;
    assert_eq!(after["state"], "published");
    id
}
