use kernel::Role;
use serde_json::json;
use testkit::{Caller, eventually};

use crate::stage::Stage;
use crate::{COMPOUND, OTHER_COMPOUND, TASKS, claim, ids};

/// Waits until a task that the caller has or did is in this state.
async fn until(caller: &Caller, task: &str, state: &str) {
    eventually(state, async || {
        let reply = caller.get(&format!("{TASKS}/{task}")).await;
        (reply.body["state"] == state).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_same_offer_twice_is_one_task() {
    let stage = Stage::start().await;
    let order = stage.order(COMPOUND);
    stage
        .say(order.order_id, vec![order.clone(), order.clone()])
        .await;
    let task = stage.task_of(order.order_id).await;
    // a later order is handled after both
    let other = stage.offer(&stage.order(COMPOUND)).await;
    let list = stage.volunteer(COMPOUND).get(TASKS).await.expect(200);
    let mut found = ids(&list);
    found.sort_unstable();
    let mut expected = [task.as_str(), other.as_str()];
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(list["items"][0]["version"], 1);
    stage.host.stop().await;
}

#[tokio::test]
async fn a_recall_cancels_what_waits_and_finishes_what_is_taken() {
    let stage = Stage::start().await;
    let volunteer = stage.volunteer(COMPOUND);
    let (waiting, taken) = (stage.order(COMPOUND), stage.order(COMPOUND));
    let (waiting_task, taken_task) = (stage.offer(&waiting).await, stage.offer(&taken).await);
    claim(&volunteer, &taken_task).await.expect(200);
    stage.recall(waiting.order_id).await;
    stage.recall(taken.order_id).await;
    until(&volunteer, &taken_task, "done").await;
    eventually("the waiting task goes", async || {
        let list = volunteer.get(TASKS).await.expect(200);
        ids(&list).is_empty().then_some(())
    })
    .await;
    let body = claim(&volunteer, &waiting_task).await.expect(409);
    assert_eq!(crate::problem(&body), "task-closed");
    let mine = volunteer
        .get(&format!("{TASKS}?state=mine"))
        .await
        .expect(200);
    assert_eq!(ids(&mine), [taken_task]);
    stage.host.stop().await;
}

#[tokio::test]
async fn an_offer_after_a_recall_opens_the_task_again() {
    let stage = Stage::start().await;
    let order = stage.order(COMPOUND);
    let task = stage.offer(&order).await;
    let volunteer = stage.volunteer(COMPOUND);
    claim(&volunteer, &task).await.expect(200);
    stage.recall(order.order_id).await;
    until(&volunteer, &task, "done").await;
    assert_eq!(stage.offer(&order).await, task);
    claim(&stage.volunteer(COMPOUND), &task).await.expect(200);
    volunteer.get(&format!("{TASKS}/{task}")).await.expect(404);
    assert_eq!(
        stage.heard(&task, 4).await,
        ["opened", "claimed", "opened", "claimed"]
    );
    stage.host.stop().await;
}

#[tokio::test]
async fn a_new_round_is_a_new_task_and_ends_the_old_one() {
    let stage = Stage::start().await;
    let mut order = stage.order(COMPOUND);
    let first = stage.offer(&order).await;
    let volunteer = stage.volunteer(COMPOUND);
    claim(&volunteer, &first).await.expect(200);
    order.round = 2;
    let second = stage.offer(&order).await;
    assert_ne!(first, second);
    until(&volunteer, &first, "done").await;
    stage.host.stop().await;
}

#[tokio::test]
async fn an_offer_with_other_facts_replaces_them() {
    let stage = Stage::start().await;
    let mut order = stage.order(COMPOUND);
    let task = stage.offer(&order).await;
    let before = stage.volunteer(COMPOUND);
    let party_member = stage.host.caller(&[(Role::PartyMember, OTHER_COMPOUND)]);
    order.org_path = OTHER_COMPOUND.parse().unwrap();
    order.org_code = "420105011010.X02".parse().unwrap();
    order.roles = vec![Role::PartyMember];
    stage.say(order.order_id, vec![order.clone()]).await;
    eventually("the new place sees it", async || {
        let list = party_member.get(TASKS).await.expect(200);
        (ids(&list) == [task.as_str()]).then_some(())
    })
    .await;
    assert_eq!(before.get(TASKS).await.expect(200)["items"], json!([]));
    claim(&before, &task).await.expect(404);
    claim(&party_member, &task).await.expect(200);
    stage.host.stop().await;
}
