use futures_util::future::join_all;
use kernel::Role;
use serde_json::json;

use crate::stage::Stage;
use crate::{COMPOUND, OTHER_COMPOUND, TASKS, claim, problem, release};

#[tokio::test]
async fn of_fifty_who_claim_at_once_one_wins_and_nobody_learns_who() {
    let stage = Stage::start().await;
    let task = stage.offer(&stage.order(COMPOUND)).await;
    let callers: Vec<_> = (0..50).map(|_| stage.volunteer(COMPOUND)).collect();
    let replies = join_all(callers.iter().map(|caller| claim(caller, &task))).await;
    let mut winners = Vec::new();
    for (caller, reply) in callers.iter().zip(replies) {
        if reply.status == 200 {
            winners.push(caller);
            continue;
        }
        let body = reply.expect(409);
        assert_eq!(problem(&body), "task-taken");
        assert!(!body.to_string().contains("acc_"), "{body}");
    }
    assert_eq!(winners.len(), 1);
    for caller in &callers {
        let expected = if caller.account == winners[0].account {
            200
        } else {
            404
        };
        caller
            .get(&format!("{TASKS}/{task}"))
            .await
            .expect(expected);
    }
    assert_eq!(stage.heard(&task, 2).await, ["opened", "claimed"]);
    stage.host.stop().await;
}

#[tokio::test]
async fn the_same_claim_fifty_times_at_once_is_one_claim() {
    let stage = Stage::start().await;
    let task = stage.offer(&stage.order(COMPOUND)).await;
    let volunteer = stage.volunteer(COMPOUND);
    let replies = join_all((0..50).map(|_| claim(&volunteer, &task))).await;
    assert_eq!(
        replies.iter().filter(|reply| reply.status == 200).count(),
        1
    );
    assert_eq!(
        replies.iter().filter(|reply| reply.status == 409).count(),
        49
    );
    assert_eq!(stage.heard(&task, 2).await, ["opened", "claimed"]);
    stage.host.stop().await;
}

#[tokio::test]
async fn the_winner_may_repeat_under_the_same_key() {
    let stage = Stage::start().await;
    let task = stage.offer(&stage.order(COMPOUND)).await;
    let (winner, loser) = (stage.volunteer(COMPOUND), stage.volunteer(COMPOUND));
    let send = async |caller: &testkit::Caller| {
        let path = format!("{TASKS}/{task}/claim");
        let request = caller.request(reqwest::Method::POST, &path);
        caller
            .send(request.header("Idempotency-Key", "claim-1"))
            .await
    };
    let first = send(&winner).await.expect(200);
    assert_eq!(
        (&first["state"], &first["mine"]),
        (&json!("claimed"), &json!(true))
    );
    assert_eq!(send(&winner).await.expect(200), first);
    send(&loser).await.expect(409);
    claim(&winner, &task).await.expect(409);
    stage.host.stop().await;
}

#[tokio::test]
async fn what_is_given_back_is_open_to_all_again() {
    let stage = Stage::start().await;
    let task = stage.offer(&stage.order(COMPOUND)).await;
    let (first, second) = (stage.volunteer(COMPOUND), stage.volunteer("/420105000000/"));
    release(&first, &task).await.expect(409);
    claim(&first, &task).await.expect(200);
    release(&second, &task).await.expect(404);

    let path = format!("{TASKS}/{task}/release");
    first
        .post(&path, &json!({"reason": "换\u{7}人"}))
        .await
        .expect(422);
    first.post(&path, &json!({"why": "x"})).await.expect(422);
    let broken = first.request(reqwest::Method::POST, &path);
    first
        .send(broken.header("Content-Type", "application/json").body("{"))
        .await
        .expect(400);
    let reply = first.post(&path, &json!({"reason": "临时有事"})).await;
    assert_eq!(reply.headers["etag"], "\"3\"");
    let view = reply.expect(200);
    assert_eq!(
        (&view["state"], &view["actions"]),
        (&json!("open"), &json!(["claim"]))
    );

    claim(&second, &task).await.expect(200);
    first.get(&format!("{TASKS}/{task}")).await.expect(404);
    release(&second, &task).await.expect(200);
    // the one who gave it back may take it once more
    claim(&first, &task).await.expect(200);
    assert_eq!(
        stage.heard(&task, 6).await,
        [
            "opened", "claimed", "released", "claimed", "released", "claimed"
        ]
    );
    stage.host.stop().await;
}

#[tokio::test]
async fn a_task_does_not_exist_for_those_it_is_not_meant_for() {
    let stage = Stage::start().await;
    let task = stage.offer(&stage.order(COMPOUND)).await;
    for caller in [
        stage.volunteer(OTHER_COMPOUND),
        stage.host.caller(&[(Role::Resident, COMPOUND)]),
        stage.host.caller(&[]),
    ] {
        caller.get(&format!("{TASKS}/{task}")).await.expect(404);
        let body = claim(&caller, &task).await.expect(404);
        assert_eq!(problem(&body), "task-not-found");
        release(&caller, &task).await.expect(404);
    }
    let volunteer = stage.volunteer(COMPOUND);
    for id in [
        "tsk_00000000000000000000000000",
        "ord_00000000000000000000000000",
        "7",
        "%FF",
    ] {
        volunteer.get(&format!("{TASKS}/{id}")).await.expect(404);
        claim(&volunteer, id).await.expect(404);
    }
    claim(&stage.host.anonymous(), &task).await.expect(401);
    stage.host.stop().await;
}

#[tokio::test]
async fn who_asked_cannot_take_the_own_order() {
    let stage = Stage::start().await;
    let requester = stage.volunteer(COMPOUND);
    let mut order = stage.order(COMPOUND);
    order.requester = Some(requester.account);
    let task = stage.offer(&order).await;
    let list = requester.get(TASKS).await.expect(200);
    assert_eq!(list["items"], json!([]));
    let body = claim(&requester, &task).await.expect(403);
    assert_eq!(problem(&body), "own-order");
    stage.host.stop().await;
}

#[tokio::test]
async fn a_stale_version_is_refused() {
    let stage = Stage::start().await;
    let task = stage.offer(&stage.order(COMPOUND)).await;
    let volunteer = stage.volunteer(COMPOUND);
    let path = format!("{TASKS}/{task}/claim");
    let request = volunteer.request(reqwest::Method::POST, &path);
    volunteer
        .send(request.header("If-Match", "\"9\""))
        .await
        .expect(412);
    let request = volunteer.request(reqwest::Method::POST, &path);
    volunteer
        .send(request.header("If-Match", "\"1\""))
        .await
        .expect(200);
    stage.host.stop().await;
}
