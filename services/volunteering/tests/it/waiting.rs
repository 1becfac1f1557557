//! Waiting for a task that somebody else has: over HTTP, and by many at once.

use std::time::Duration;

use futures_util::future::join_all;
use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::service::{API, Service};
use crate::{COMPOUND, OTHER_COMPOUND, TASKS, claim, problem, release};

fn path(task: &str) -> String {
    format!("{TASKS}/{task}/waiting")
}

/// Sends again what the server had no time for, as a client does.
async fn patiently(send: impl AsyncFn() -> Reply) -> Reply {
    loop {
        let reply = send().await;
        if reply.status != 503 {
            return reply;
        }
    }
}

async fn join(caller: &Caller, task: &str) -> Reply {
    patiently(async || caller.send(caller.request(Method::POST, &path(task))).await).await
}

async fn take(caller: &Caller, task: &str) -> Reply {
    patiently(async || claim(caller, task).await).await
}

async fn leave(caller: &Caller, task: &str) -> Reply {
    caller
        .send(caller.request(Method::DELETE, &path(task)))
        .await
}

fn volunteers(service: &Service, count: usize) -> Vec<Caller> {
    let one = |_| service.caller(&[(Role::Volunteer, COMPOUND)]);
    (0..count).map(one).collect()
}

#[tokio::test]
async fn whoever_waits_is_asked_and_the_others_are_told_until_when() {
    let service = Service::start().await;
    let order = service.stage.order(COMPOUND);
    let task = service.stage.offer(&order).await;
    let people = volunteers(&service, 3);
    let refused = join(&people[1], &task).await.expect(409);
    assert_eq!(problem(&refused), "task-open");
    claim(&people[0], &task).await.expect(200);
    let placed = join(&people[1], &task).await.expect(200);
    assert_eq!(
        (&placed["position"], &placed["task_id"]),
        (&json!(1), &json!(task))
    );
    assert_eq!(join(&people[2], &task).await.expect(200)["position"], 2);
    assert_eq!(
        problem(&join(&people[0], &task).await.expect(409)),
        "own-task"
    );
    let standing = format!("{TASKS}/{task}/standing");
    let shown = people[2].get(&standing).await.expect(200);
    assert_eq!(
        (&shown["waiting_position"], &shown["may_wait"]),
        (&json!(2), &json!(false))
    );
    let list = service.staff.get(&path(&task)).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    assert_eq!(list["items"][0]["account_id"], json!(people[1].account));
    people[1].get(&path(&task)).await.expect(403);
    let elsewhere = service.caller(&[(Role::CompoundDispatcher, OTHER_COMPOUND)]);
    elsewhere.get(&path(&task)).await.expect(404);

    release(&people[0], &task).await.expect(200);
    let refused = claim(&people[2], &task).await.expect(409);
    assert_eq!(problem(&refused), "task-kept");
    let said = refused["detail"].as_str().unwrap();
    assert!(said.contains("2026-11-22T03:00:00Z"), "{said}");
    assert!(!refused.to_string().contains("acc_"), "{refused}");
    people[2].get(&format!("{TASKS}/{task}")).await.expect(404);
    let open = people[2].get(TASKS).await.expect(200);
    assert_eq!(open["items"], json!([]));
    let shown = people[1].get(&format!("{TASKS}/{task}")).await.expect(200);
    assert_eq!(
        (&shown["actions"], &shown["kept_until"]),
        (&json!(["claim"]), &json!("2026-11-22T03:00:00Z"))
    );
    let asked = people[1]
        .get(&format!("{API}/me/task-invitations"))
        .await
        .expect(200);
    assert_eq!(
        (&asked["items"][0]["origin"], &asked["items"][0]["state"]),
        (&json!("waiting_list"), &json!("invited"))
    );
    // a dispatcher asks nobody else meanwhile
    let refused = service
        .staff
        .post(
            &format!("{TASKS}/{task}/invite"),
            &json!({"account_id": people[2].account}),
        )
        .await;
    assert_eq!(problem(&refused.expect(409)), "task-kept");
    leave(&people[1], &task).await.expect(204);
    claim(&people[1], &task).await.expect(409);
    service.clock.advance(Duration::from_hours(2));
    service.run("pass_on_tasks").await;
    let open = people[1].get(TASKS).await.expect(200);
    assert_eq!(open["items"][0]["id"], json!(task));
    claim(&people[1], &task).await.expect(200);
    assert_eq!(
        service.stage.heard(&task, 6).await,
        [
            "opened", "claimed", "released", "invited", "invited", "claimed"
        ]
    );
    service.stage.recall(order.order_id).await;
    service.stage.host.stop().await;
}

#[tokio::test]
async fn a_list_does_not_exist_for_those_the_task_is_not_meant_for() {
    let service = Service::start().await;
    let mut order = service.stage.order(COMPOUND);
    let requester = service.caller(&[(Role::Volunteer, COMPOUND)]);
    order.requester = Some(requester.account);
    let task = service.stage.offer(&order).await;
    let taker = service.caller(&[(Role::Volunteer, COMPOUND)]);
    claim(&taker, &task).await.expect(200);
    for stranger in [
        service.caller(&[(Role::Volunteer, OTHER_COMPOUND)]),
        service.caller(&[(Role::Resident, COMPOUND)]),
        service.caller(&[]),
    ] {
        join(&stranger, &task).await.expect(404);
        leave(&stranger, &task).await.expect(404);
    }
    assert_eq!(
        problem(&join(&requester, &task).await.expect(403)),
        "own-order"
    );
    let other = service.caller(&[(Role::Volunteer, COMPOUND)]);
    leave(&other, &task).await.expect(204);
    for id in ["tsk_00000000000000000000000000", "7", "%FF"] {
        join(&other, id).await.expect(404);
        leave(&other, id).await.expect(404);
        service.staff.get(&path(id)).await.expect(404);
    }
    let anonymous = service.stage.host.anonymous();
    join(&anonymous, &task).await.expect(401);
    // the same request under the same key has the same answer
    let request = |caller: &Caller| {
        let request = caller.request(Method::POST, &path(&task));
        request.header("Idempotency-Key", "wait-1")
    };
    let first = other.send(request(&other)).await.expect(200);
    assert_eq!(other.send(request(&other)).await.expect(200), first);
    service.stage.host.stop().await;
}

/// Who is on a list, as dispatchers see it.
fn accounts(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item["account_id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_who_wait_and_claim_at_once_the_first_of_the_list_has_it() {
    const PEOPLE: usize = 200;
    let service = Service::start().await;
    let task = service.stage.offer(&service.stage.order(COMPOUND)).await;
    let people = volunteers(&service, PEOPLE);
    let first = service.caller(&[(Role::Volunteer, COMPOUND)]);
    claim(&first, &task).await.expect(200);
    let replies = join_all(people.iter().map(|one| join(one, &task))).await;
    let mut placed: Vec<(u64, String)> = Vec::new();
    for (person, reply) in people.iter().zip(replies) {
        if reply.status == 200 {
            let position = reply.expect(200)["position"].as_u64().unwrap();
            placed.push((position, person.account.to_string()));
            continue;
        }
        assert_eq!(problem(&reply.expect(409)), "waiting-list-full");
    }
    placed.sort();
    let positions: Vec<u64> = placed.iter().map(|(position, _)| *position).collect();
    assert_eq!(positions, (1..=20).collect::<Vec<u64>>());
    let mut line: Vec<String> = placed.into_iter().map(|(_, account)| account).collect();
    let list = service.staff.get(&path(&task)).await.expect(200);
    assert_eq!(accounts(&list), line);

    // everybody claims while it is given back: only the one whose turn it is may win
    let mut holder = &first;
    for _ in 0..3 {
        let giving = patiently(async || release(holder, &task).await);
        let claiming = join_all(people.iter().map(|one| take(one, &task)));
        let (given, claimed) = tokio::join!(giving, claiming);
        given.expect(200);
        let turn = line.remove(0);
        let next = people.iter().find(|one| one.account.to_string() == turn);
        let next = next.unwrap();
        let mut winners = Vec::new();
        for (person, reply) in people.iter().zip(claimed) {
            if reply.status == 200 {
                winners.push(person.account.to_string());
                continue;
            }
            let refused = reply.expect(409);
            let slug = problem(&refused);
            assert!(["task-taken", "task-kept"].contains(&slug), "{refused}");
        }
        // whose claim came before the release was too early, and has it kept
        if winners.is_empty() {
            take(next, &task).await.expect(200);
        } else {
            assert_eq!(winners, [turn]);
        }
        let list = service.staff.get(&path(&task)).await.expect(200);
        assert_eq!(accounts(&list), line);
        holder = next;
    }
    let heard = service.stage.heard(&task, 11).await;
    let taken: Vec<&str> = heard
        .iter()
        .map(String::as_str)
        .filter(|verb| ["claimed", "released"].contains(verb))
        .collect();
    assert_eq!(
        taken,
        [
            "claimed", "released", "claimed", "released", "claimed", "released", "claimed"
        ]
    );
    service.stage.host.stop().await;
}
