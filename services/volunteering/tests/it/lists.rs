use auth::{Grant, Principal};
use kernel::{IdSourceExt, Role};
use serde_json::{Value, json};
use testkit::{Caller, eventually};

use crate::stage::Stage;
use crate::{COMPOUND, OTHER_COMPOUND, TASKS, claim, ids};

/// Reads all pages of a list.
async fn all(caller: &Caller, query: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = caller
            .get(&format!("{TASKS}?{query}&limit=7{cursor}"))
            .await
            .expect(200);
        found.extend(ids(&page).into_iter().map(str::to_owned));
        match &page["next"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => return found,
        }
    }
}

#[tokio::test]
async fn pages_hold_each_open_task_once_the_newest_first() {
    let stage = Stage::start().await;
    let mut offered = Vec::new();
    for number in 0..20 {
        let mut order = stage.order(if number % 2 == 0 {
            COMPOUND
        } else {
            OTHER_COMPOUND
        });
        if number % 3 == 0 {
            order.roles = vec![Role::PartyMember];
        }
        offered.push((stage.offer(&order).await, number));
    }
    offered.reverse();
    let picked = |wanted: &dyn Fn(i32) -> bool| -> Vec<String> {
        let picked = offered.iter().filter(|(_, number)| wanted(*number));
        picked.map(|(task, _)| task.clone()).collect()
    };
    let volunteer = stage.volunteer(COMPOUND);
    assert_eq!(
        all(&volunteer, "state=open").await,
        picked(&|n| n % 2 == 0 && n % 3 != 0)
    );
    // two places and two roles, one within the other, are merged
    let both = stage.host.caller(&[
        (Role::PartyMember, "/420105000000/"),
        (Role::Volunteer, COMPOUND),
        (Role::Volunteer, "/420105000000/420105011000/"),
    ]);
    assert_eq!(all(&both, "state=open").await, picked(&|_| true));
    assert!(
        all(&stage.volunteer("/420106000000/"), "state=open")
            .await
            .is_empty()
    );
    stage.host.stop().await;
}

#[tokio::test]
async fn a_page_goes_on_over_tasks_that_the_caller_may_not_take() {
    let stage = Stage::start().await;
    let ids = &stage.host.deps("ticketing").ids;
    let grant = Grant {
        categories: vec!["0102".to_owned()],
        ..Grant::new(Role::Volunteer, COMPOUND.parse().unwrap())
    };
    let principal = Principal {
        account: ids.next(),
        session: ids.next(),
        grants: vec![grant],
    };
    let account = principal.account;
    let token = stage.host.signer().token(principal);
    let narrow = stage.host.caller_with(account, token);
    let wanted = stage.offer(&stage.order(COMPOUND)).await;
    for _ in 0..40 {
        let mut order = stage.order(COMPOUND);
        order.category = Some("0999".to_owned());
        stage.offer(&order).await;
    }
    assert_eq!(all(&narrow, "state=open").await, [wanted]);
    stage.host.stop().await;
}

#[tokio::test]
async fn mine_lists_what_the_caller_took() {
    let stage = Stage::start().await;
    let volunteer = stage.volunteer(COMPOUND);
    let mut taken = Vec::new();
    for _ in 0..9 {
        let task = stage.offer(&stage.order(COMPOUND)).await;
        claim(&volunteer, &task).await.expect(200);
        taken.push(task);
    }
    taken.reverse();
    assert_eq!(all(&volunteer, "state=mine").await, taken);
    assert!(
        all(&stage.volunteer(COMPOUND), "state=mine")
            .await
            .is_empty()
    );
    assert_eq!(volunteer.get(TASKS).await.expect(200)["items"], json!([]));
    stage.host.stop().await;
}

#[tokio::test]
async fn a_wrong_query_is_refused() {
    let stage = Stage::start().await;
    let volunteer = stage.volunteer(COMPOUND);
    for _ in 0..2 {
        stage.offer(&stage.order(COMPOUND)).await;
    }
    let page = volunteer.get(&format!("{TASKS}?limit=1")).await.expect(200);
    let cursor = page["next"].as_str().unwrap();
    for (query, pointer) in [
        ("state=all".to_owned(), "/state"),
        ("limit=100000".to_owned(), "/limit"),
        ("cursor=abc".to_owned(), "/cursor"),
        (format!("state=mine&cursor={cursor}"), "/cursor"),
        (
            "order_id=tsk_00000000000000000000000000".to_owned(),
            "/order_id",
        ),
        ("colour=red".to_owned(), "/colour"),
    ] {
        let problem = volunteer.get(&format!("{TASKS}?{query}")).await.expect(422);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
    }
    stage.host.stop().await;
}

#[tokio::test]
async fn what_was_told_before_a_restart_is_still_there() {
    let stage = Stage::start().await;
    let task = stage.offer(&stage.order(COMPOUND)).await;
    let volunteer = stage.volunteer(COMPOUND);
    claim(&volunteer, &task).await.expect(200);
    let stage = Stage {
        host: stage.host.restart().await,
    };
    let again = stage
        .host
        .caller_with(volunteer.account, volunteer.token.clone());
    eventually("the task is shown again", async || {
        let reply = again.get(&format!("{TASKS}/{task}")).await;
        (reply.body["state"] == "claimed").then_some(())
    })
    .await;
    stage.host.stop().await;
}
