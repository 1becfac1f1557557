//! Group tasks over HTTP, and places that many want at once.

use futures_util::future::join_all;
use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::service::Service;
use crate::{COMPOUND, OTHER_COMPOUND, TASKS, claim, problem, release};

fn path(task: &str) -> String {
    format!("{TASKS}/{task}/positions")
}

async fn set(caller: &Caller, task: &str, body: &Value) -> Reply {
    let request = caller.request(Method::PUT, &path(task));
    caller.send(request.json(body)).await
}

/// Takes or leaves a position; sends again what the server had no time for, as a client does.
async fn step(caller: &Caller, task: &str, position: u32, step: &str) -> Reply {
    let path = format!("{}/{position}/{step}", path(task));
    loop {
        let reply = caller.send(caller.request(Method::POST, &path)).await;
        if reply.status != 503 {
            return reply;
        }
    }
}

fn two() -> Value {
    json!({"positions": [
        {"name": "搬运", "needed": 2},
        {"name": "登记", "needed": 1, "skills": []},
    ]})
}

#[tokio::test]
async fn one_leads_and_others_take_positions() {
    let service = Service::start().await;
    let order = service.stage.order(COMPOUND);
    let task = service.stage.offer(&order).await;
    let people: Vec<Caller> = (0..4)
        .map(|_| service.caller(&[(Role::Volunteer, COMPOUND)]))
        .collect();
    let made = set(&service.staff, &task, &two()).await;
    assert_eq!(made.headers["etag"], "\"2\"");
    let made = made.expect(200);
    assert_eq!(made["positions"][1]["number"], json!(2));
    let shown = people[0].get(&format!("{TASKS}/{task}")).await.expect(200);
    assert_eq!(
        shown["positions"][0],
        json!({"number": 1, "name": "搬运", "needed": 2, "free": 2, "skills": [], "mine": false})
    );
    let refused = step(&people[1], &task, 1, "claim").await.expect(409);
    assert_eq!(problem(&refused), "task-needs-lead");
    claim(&people[0], &task).await.expect(200);
    let refused = claim(&people[1], &task).await.expect(409);
    assert_eq!(problem(&refused), "task-taken");
    // stranger to the lead's task: they see that it needs people, and not whom it has
    let shown = people[1].get(&format!("{TASKS}/{task}")).await.expect(200);
    assert_eq!(
        (&shown["state"], &shown["mine"], &shown["actions"]),
        (&json!("claimed"), &json!(false), &json!(["claim_position"]))
    );
    assert!(!shown.to_string().contains("acc_"), "{shown}");
    release(&people[1], &task).await.expect(409);
    let taken = step(&people[1], &task, 2, "claim").await.expect(200);
    assert_eq!(
        (&taken["positions"][1]["mine"], &taken["actions"]),
        (&json!(true), &json!(["release_position"]))
    );
    let full = step(&people[2], &task, 2, "claim").await.expect(409);
    assert_eq!(problem(&full), "position-full");
    step(&people[2], &task, 1, "claim").await.expect(200);
    step(&people[3], &task, 1, "claim").await.expect(200);
    // who takes part sees it still
    let shown = people[2].get(&format!("{TASKS}/{task}")).await.expect(200);
    assert_eq!(shown["positions"][0]["free"], json!(0));
    let mine = people[2]
        .get(&format!("{TASKS}?state=mine"))
        .await
        .expect(200);
    assert_eq!(mine["items"][0]["id"], json!(task));
    let list = service.staff.get(&path(&task)).await.expect(200);
    assert_eq!(list["lead"], json!(people[0].account));
    assert_eq!(
        list["positions"][0]["members"][0]["account_id"],
        json!(people[2].account)
    );
    people[2].get(&path(&task)).await.expect(403);
    // the lead gives it back: the first member leads, and ticketing hears both in this order
    let given = release(&people[0], &task).await.expect(200);
    assert_eq!(
        (&given["state"], &given["mine"]),
        (&json!("claimed"), &json!(false))
    );
    assert!(!given.to_string().contains("acc_"), "{given}");
    assert_eq!(
        service.stage.heard(&task, 4).await,
        ["opened", "claimed", "released", "claimed"]
    );
    let list = service.staff.get(&path(&task)).await.expect(200);
    assert_eq!(list["lead"], json!(people[1].account));
    step(&people[3], &task, 1, "release").await.expect(200);
    step(&people[3], &task, 1, "release").await.expect(409);
    service.stage.recall(order.order_id).await;
    service.stage.host.stop().await;
}

#[tokio::test]
async fn positions_that_cannot_be_are_refused() {
    let service = Service::start().await;
    let order = service.stage.order(COMPOUND);
    let task = service.stage.offer(&order).await;
    let many: Vec<Value> = (0..21)
        .map(|_| json!({"name": "搬运", "needed": 1}))
        .collect();
    for body in [
        json!({"positions": []}),
        json!({"positions": many}),
        json!({"positions": [{"name": " ", "needed": 1}]}),
        json!({"positions": [{"name": "搬".repeat(41), "needed": 1}]}),
        json!({"positions": [{"name": "搬\n运", "needed": 1}]}),
        json!({"positions": [{"name": "搬运", "needed": 0}]}),
        json!({"positions": [{"name": "搬运", "needed": 51}]}),
        json!({"positions": [{"name": "搬运", "needed": -1}]}),
        json!({"positions": [{"name": "搬运", "needed": 1, "skills": ["diving"]}]}),
        json!({"positions": [{"name": "搬运", "needed": 1, "lead": true}]}),
        json!({}),
    ] {
        set(&service.staff, &task, &body).await.expect(422);
    }
    let volunteer = service.caller(&[(Role::Volunteer, COMPOUND)]);
    set(&volunteer, &task, &two()).await.expect(403);
    let elsewhere = service.caller(&[(Role::CompoundDispatcher, OTHER_COMPOUND)]);
    set(&elsewhere, &task, &two()).await.expect(404);
    elsewhere.get(&path(&task)).await.expect(404);
    let stale = service.staff.request(Method::PUT, &path(&task));
    let stale = stale.header("If-Match", "\"9\"").json(&two());
    service.staff.send(stale).await.expect(412);
    step(&volunteer, &task, 1, "claim").await.expect(404);
    set(&service.staff, &task, &two()).await.expect(200);
    set(&service.staff, &task, &two()).await.expect(200);
    claim(&volunteer, &task).await.expect(200);
    let refused = set(&service.staff, &task, &two()).await.expect(409);
    assert_eq!(problem(&refused), "task-taken");
    let stranger = service.caller(&[(Role::Volunteer, OTHER_COMPOUND)]);
    for position in ["1", "0", "x", "99999999999"] {
        for what in ["claim", "release"] {
            let path = format!("{}/{position}/{what}", path(&task));
            let request = stranger.request(Method::POST, &path);
            stranger.send(request).await.expect(404);
        }
    }
    service.stage.recall(order.order_id).await;
    service.stage.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_at_once_never_over_fill_a_position() {
    const PEOPLE: usize = 200;
    let service = Service::start().await;
    let task = service.stage.offer(&service.stage.order(COMPOUND)).await;
    let body = json!({"positions": [
        {"name": "搬运", "needed": 10}, {"name": "登记", "needed": 3}, {"name": "引导", "needed": 1},
    ]});
    set(&service.staff, &task, &body).await.expect(200);
    let lead = service.caller(&[(Role::Volunteer, COMPOUND)]);
    claim(&lead, &task).await.expect(200);
    let people: Vec<Caller> = (0..PEOPLE)
        .map(|_| service.caller(&[(Role::Volunteer, COMPOUND)]))
        .collect();
    let wanted = people.iter().zip([1, 2, 3].into_iter().cycle());
    let replies = join_all(wanted.map(|(one, position)| step(one, &task, position, "claim"))).await;
    let mut taken = [0; 3];
    for (index, reply) in replies.into_iter().enumerate() {
        if reply.status == 200 {
            taken[index % 3] += 1;
            continue;
        }
        let refused = reply.expect(409);
        assert_eq!(problem(&refused), "position-full");
    }
    assert_eq!(taken, [10, 3, 1]);
    // all is settled: nobody else sees it
    let list = service.staff.get(&path(&task)).await.expect(200);
    let members = |index: usize| {
        list["positions"][index]["members"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!([0, 1, 2].map(members), [10, 3, 1]);
    let outside = service.caller(&[(Role::Volunteer, COMPOUND)]);
    outside.get(&format!("{TASKS}/{task}")).await.expect(404);

    // some leave while others come
    let inside: Vec<(&Caller, u32)> = list["positions"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|position| {
            let number = u32::try_from(position["number"].as_u64().unwrap()).unwrap();
            let accounts = position["members"].as_array().unwrap();
            accounts
                .iter()
                .map(move |member| (member["account_id"].clone(), number))
        })
        .map(|(account, number)| {
            let own = people.iter().find(|one| json!(one.account) == account);
            (own.unwrap(), number)
        })
        .collect();
    let leaving = join_all(
        inside
            .iter()
            .map(|(one, number)| step(one, &task, *number, "release")),
    );
    let others = people.iter().rev().zip([1, 2, 3].into_iter().cycle());
    let coming = join_all(others.map(|(one, position)| step(one, &task, position, "claim")));
    let (left, _) = tokio::join!(leaving, coming);
    assert!(left.into_iter().all(|reply| reply.status == 200));
    let list = service.staff.get(&path(&task)).await.expect(200);
    let shown = lead.get(&format!("{TASKS}/{task}")).await.expect(200);
    for (index, needed) in [10, 3, 1].into_iter().enumerate() {
        let filled = list["positions"][index]["members"].as_array().unwrap();
        let free = shown["positions"][index]["free"].as_u64().unwrap();
        assert!(filled.len() <= needed);
        assert_eq!(needed - filled.len(), usize::try_from(free).unwrap());
    }
    service.stage.host.stop().await;
}

#[tokio::test]
async fn who_waits_for_a_position_is_asked_when_a_place_becomes_free() {
    let service = Service::start().await;
    let task = service.stage.offer(&service.stage.order(COMPOUND)).await;
    let people: Vec<Caller> = (0..4)
        .map(|_| service.caller(&[(Role::Volunteer, COMPOUND)]))
        .collect();
    set(&service.staff, &task, &two()).await.expect(200);
    claim(&people[0], &task).await.expect(200);
    let list = |position: &str| format!("{TASKS}/{task}/waiting?task_position={position}");
    let free = people[2].post(&list("2"), &Value::Null).await.expect(409);
    assert_eq!(problem(&free), "position-open");
    let none = people[2].post(&list("3"), &Value::Null).await.expect(404);
    assert_eq!(problem(&none), "position-not-found");
    for wrong in ["0", "-1", "x"] {
        let refused = people[2].post(&list(wrong), &Value::Null).await;
        assert!(refused.status.is_client_error(), "{wrong}");
    }
    step(&people[1], &task, 2, "claim").await.expect(200);
    let placed = people[2].post(&list("2"), &Value::Null).await.expect(200);
    assert_eq!(
        (&placed["task_position"], &placed["position"]),
        (&json!(2), &json!(1))
    );
    let line = service.staff.get(&list("2")).await.expect(200);
    assert_eq!(line["items"][0]["account_id"], json!(people[2].account));
    let leading = service.staff.get(&format!("{TASKS}/{task}/waiting")).await;
    assert_eq!(leading.expect(200)["items"], json!([]));
    step(&people[1], &task, 2, "release").await.expect(200);
    let full = step(&people[3], &task, 2, "claim").await.expect(409);
    assert_eq!(problem(&full), "position-full");
    let mine = people[2]
        .get("/api/volunteering/v1/me/task-invitations")
        .await
        .expect(200);
    let invited = &mine["items"][0];
    assert_eq!(
        (
            &invited["state"],
            &invited["origin"],
            &invited["task_position"]
        ),
        (&json!("invited"), &json!("waiting_list"), &json!(2))
    );
    assert!(
        service
            .stage
            .heard(&task, 3)
            .await
            .contains(&"invited".to_owned())
    );
    // whoever is asked sees what to do, though the places are taken
    let shown = people[2].get(&format!("{TASKS}/{task}")).await.expect(200);
    assert_eq!(shown["actions"], json!(["claim_position"]));
    step(&people[2], &task, 2, "claim").await.expect(200);
    service.stage.host.stop().await;
}
