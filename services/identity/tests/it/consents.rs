use std::time::Duration;

use kernel::{Clock, Role};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::world::{COMMUNITY, seed, send};
use crate::{World, slug};

const NOTICES: &str = "/api/identity/v1/notices";
const MINE: &str = "/api/identity/v1/me/consents";
const GUARDIANSHIPS: &str = "/api/identity/v1/me/guardianships";

async fn publish(world: &World) -> Value {
    let security = world.sign_in("security").await;
    let body = json!({
        "purpose": "order-callback", "title": "办结回访告知书",
        "text": "为核实办理结果，我们会按您留下的电话回访。",
    });
    security.post(NOTICES, &body).await.expect(201)
}

async fn say(caller: &Caller, version: i64, choice: &str) -> Reply {
    let body = json!({"version": version, "choice": choice, "channel": "app"});
    send(
        caller,
        Method::PUT,
        &format!("{MINE}/order-callback"),
        &body,
    )
    .await
}

async fn state(caller: &Caller) -> (Value, Value) {
    let page = caller.get(MINE).await.expect(200);
    (
        page["items"][0]["state"].clone(),
        page["items"][0]["ask"].clone(),
    )
}

#[tokio::test]
async fn a_refusal_is_remembered_until_the_notice_is_another_one() {
    let world = World::start().await;
    publish(&world).await;
    let shown = world.host.anonymous().get(NOTICES).await.expect(200);
    assert_eq!(
        (
            &shown["items"][0]["version"],
            shown["items"].as_array().unwrap().len()
        ),
        (&json!(1), 1)
    );
    let resident = world.sign_in("resident").await;
    assert_eq!(state(&resident).await, (json!("unasked"), json!(true)));
    say(&resident, 1, "refused").await.expect(200);
    assert_eq!(state(&resident).await, (json!("refused"), json!(false)));
    publish(&world).await;
    assert_eq!(state(&resident).await, (json!("outdated"), json!(true)));
    assert_eq!(
        slug(&say(&resident, 1, "given").await, 409),
        "notice-outdated"
    );
    say(&resident, 2, "given").await.expect(200);
    say(&resident, 2, "given").await.expect(200);
    publish(&world).await;
    // what was given long ago is taken back as easily
    say(&resident, 1, "withdrawn").await.expect(200);
    assert_eq!(
        slug(&say(&resident, 3, "withdrawn").await, 409),
        "consent-not-given"
    );
    let log = world.sign_in("auditor").await;
    let path = format!("/api/identity/v1/access-log?account={}", resident.account);
    let log = log.get(&path).await.expect(200);
    let said = log["items"].as_array().unwrap().iter();
    assert_eq!(
        said.filter(|entry| entry["operation"] == "set_my_consent")
            .count(),
        3
    );
}

#[tokio::test]
async fn words_at_once_leave_one_that_counts() {
    let world = World::start().await;
    publish(&world).await;
    let resident = world.sign_in("resident").await;
    let choices = ["given", "refused", "given", "refused", "given", "refused"];
    let all = choices.map(|choice| say(&resident, 1, choice));
    for reply in futures_util::future::join_all(all).await {
        assert!(
            [200, 409].contains(&reply.status.as_u16()),
            "{:#}",
            reply.body
        );
    }
    let page = resident.get(MINE).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert!(["given", "refused"].contains(&page["items"][0]["state"].as_str().unwrap()));
}

#[tokio::test]
async fn unreadable_notices_and_choices_are_refused() {
    let world = World::start().await;
    publish(&world).await;
    let security = world.sign_in("security").await;
    for (body, pointer) in [
        (
            json!({"purpose": "A", "title": "告知书", "text": "为核实办理结果回访。"}),
            "/purpose",
        ),
        (
            json!({"purpose": "x-y", "title": "", "text": "为核实办理结果回访。"}),
            "/title",
        ),
        (
            json!({"purpose": "x-y", "title": "告知书", "text": "短"}),
            "/text",
        ),
        (json!({"purpose": "x-y", "title": "告知书"}), "/text"),
    ] {
        let reply = security.post(NOTICES, &body).await;
        assert_eq!(slug(&reply, 422), "invalid-input", "{body}");
        assert_eq!(reply.body["errors"][0]["pointer"], pointer, "{body}");
    }
    let resident = world.sign_in("resident").await;
    let body = json!({"purpose": "x-y", "title": "告知书", "text": "为核实办理结果回访。"});
    assert_eq!(
        slug(&resident.post(NOTICES, &body).await, 403),
        "role-missing"
    );
    let good = json!({"version": 1, "choice": "given", "channel": "app"});
    for purpose in ["other", "A%20B", "%00"] {
        let reply = send(&resident, Method::PUT, &format!("{MINE}/{purpose}"), &good).await;
        assert_eq!(slug(&reply, 404), "notice-not-found", "{purpose}");
    }
    for (body, pointer) in [
        (
            json!({"version": "1", "choice": "given", "channel": "app"}),
            "/version",
        ),
        (
            json!({"version": 1, "choice": "perhaps", "channel": "app"}),
            "/choice",
        ),
        (
            json!({"version": 1, "choice": "given", "channel": ""}),
            "/channel",
        ),
    ] {
        let reply = send(
            &resident,
            Method::PUT,
            &format!("{MINE}/order-callback"),
            &body,
        )
        .await;
        assert_eq!(slug(&reply, 422), "invalid-input", "{body}");
        assert_eq!(reply.body["errors"][0]["pointer"], pointer, "{body}");
    }
}

#[tokio::test]
async fn a_guardian_consents_for_a_child_once_staff_has_checked_it() {
    let world = World::start().await;
    publish(&world).await;
    for (name, role) in [
        ("child", Role::Resident),
        ("community", Role::CommunityDispatcher),
    ] {
        world.add(seed(name, role, COMMUNITY)).await;
    }
    let parent = world.sign_in("resident").await;
    let child = world.sign_in("child").await;
    let birthday = world.clock.now().plus(Duration::from_hours(24 * 365));
    let claim = json!({"minor": child.account, "ends_at": birthday});
    let claimed = parent.post(GUARDIANSHIPS, &claim).await.expect(201);
    assert_eq!(
        slug(&parent.post(GUARDIANSHIPS, &claim).await, 409),
        "guardianship-exists"
    );
    let id = claimed["id"].as_str().unwrap();
    let consent = format!("{GUARDIANSHIPS}/{id}/consents/order-callback");
    let given = json!({"version": 1, "choice": "given", "channel": "app"});
    let early = send(&parent, Method::PUT, &consent, &given).await;
    assert_eq!(slug(&early, 404), "guardianship-not-found");
    let confirm = format!("/api/identity/v1/guardianships/{id}/actions/confirm");
    assert_eq!(
        slug(&parent.post(&confirm, &json!({})).await, 403),
        "role-missing"
    );
    world
        .add(seed(
            "far",
            Role::CommunityDispatcher,
            "/420105000000/420105012000/",
        ))
        .await;
    let far = world.sign_in("far").await;
    assert_eq!(
        slug(&far.post(&confirm, &json!({})).await, 404),
        "guardianship-not-found"
    );
    let community = world.sign_in("community").await;
    community.post(&confirm, &json!({})).await.expect(200);
    assert_eq!(
        slug(&community.post(&confirm, &json!({})).await, 409),
        "guardianship-state"
    );
    assert_eq!(slug(&say(&child, 1, "given").await, 403), "guardian-needed");
    let said = send(&parent, Method::PUT, &consent, &given)
        .await
        .expect(200);
    assert_eq!(
        (&said["state"], &said["said_by"]),
        (&json!("given"), &json!(parent.account))
    );
    assert_eq!(state(&child).await.0, "given");
    // a child may always say no
    say(&child, 1, "withdrawn").await.expect(200);
    let stranger = world.sign_in("worker").await;
    let other = send(&stranger, Method::PUT, &consent, &given).await;
    assert_eq!(slug(&other, 404), "guardianship-not-found");
    let both = child.get(GUARDIANSHIPS).await.expect(200);
    assert_eq!(both["items"][0]["id"], id);
    let end = format!("{GUARDIANSHIPS}/{id}/actions/end");
    assert_eq!(
        slug(&child.post(&end, &json!({})).await, 404),
        "guardianship-not-found"
    );
    parent.post(&end, &json!({})).await.expect(200);
    say(&child, 1, "given").await.expect(200);
}

#[tokio::test]
async fn a_guardianship_confirmed_by_mistake_is_withdrawn() {
    let world = World::start().await;
    for (name, role, path) in [
        ("child", Role::Resident, COMMUNITY),
        ("community", Role::CommunityDispatcher, COMMUNITY),
        (
            "far",
            Role::CommunityDispatcher,
            "/420105000000/420105012000/",
        ),
    ] {
        world.add(seed(name, role, path)).await;
    }
    let parent = world.sign_in("resident").await;
    let child = world.sign_in("child").await;
    let birthday = world.clock.now().plus(Duration::from_hours(24 * 365));
    let claim = json!({"minor": child.account, "ends_at": birthday});
    let community = world.sign_in("community").await;
    let far = world.sign_in("far").await;
    // who knows an account's id can make it known at the own place: that alone opens nothing
    let known = json!({"role": "resident", "org_path": "/420105000000/420105012000/"});
    let grants = format!("/api/identity/v1/accounts/{}/grants", child.account);
    far.post(&grants, &known).await.expect(201);
    let security = world.sign_in("security").await;
    let reason = json!({"reason": "核实有误，另有监护人"});
    for (number, by) in [&community, &security].into_iter().enumerate() {
        let claimed = parent.post(GUARDIANSHIPS, &claim).await.expect(201);
        let one = format!(
            "/api/identity/v1/guardianships/{}/actions",
            claimed["id"].as_str().unwrap()
        );
        let withdraw = format!("{one}/withdraw");
        // a claim is refused, not withdrawn
        assert_eq!(
            slug(&by.post(&withdraw, &reason).await, 409),
            "guardianship-state"
        );
        let confirm = format!("{one}/confirm");
        community.post(&confirm, &json!({})).await.expect(200);
        assert_eq!(
            slug(&far.post(&withdraw, &reason).await, 404),
            "guardianship-not-found"
        );
        assert_eq!(
            slug(&parent.post(&withdraw, &reason).await, 403),
            "role-missing"
        );
        for (body, pointer) in [
            (json!({}), "/reason"),
            (json!({"reason": ""}), "/reason"),
            (json!({"reason": "核实有误", "why": 1}), "/why"),
        ] {
            let reply = by.post(&withdraw, &body).await;
            assert_eq!(slug(&reply, 422), "invalid-input", "{body}");
            assert_eq!(reply.body["errors"][0]["pointer"], pointer, "{body}");
        }
        let ended = by.post(&withdraw, &reason).await.expect(200);
        assert_eq!(
            (&ended["state"], &ended["decided_by"]),
            (&json!("ended"), &json!(by.account)),
            "{number}"
        );
    }
    let kept = world
        .text("SELECT end_reason AS v FROM guardianship WHERE end_reason IS NOT NULL")
        .await;
    assert_eq!(kept, "核实有误，另有监护人");
}

#[tokio::test]
async fn a_child_has_few_guardians_at_a_time() {
    let world = World::start().await;
    let child = world.account_of("worker").await;
    let birthday = world.clock.now().plus(Duration::from_hours(24 * 365));
    let claim = json!({"minor": child, "ends_at": birthday});
    for number in 0..5 {
        let name = format!("guardian-{number}");
        world.add(seed(&name, Role::Resident, COMMUNITY)).await;
        let guardian = world.sign_in(&name).await;
        let reply = guardian.post(GUARDIANSHIPS, &claim).await;
        if number < 4 {
            reply.expect(201);
        } else {
            assert_eq!(slug(&reply, 409), "guardianship-exists");
        }
    }
}

#[tokio::test]
async fn odd_claims_are_refused() {
    let world = World::start().await;
    let parent = world.sign_in("resident").await;
    let child = world.account_of("worker").await;
    let soon = world.clock.now().plus(Duration::from_hours(24));
    let far = world.clock.now().plus(Duration::from_hours(24 * 366 * 15));
    for (body, status, refused) in [
        (
            json!({"minor": parent.account, "ends_at": soon}),
            403,
            "guardian-of-oneself",
        ),
        (
            json!({"minor": child, "ends_at": world.clock.now()}),
            422,
            "no-child",
        ),
        (json!({"minor": child, "ends_at": far}), 422, "no-child"),
        (
            json!({"minor": "acc_01jcgb2r00e8arc5tmvkbzqy7x", "ends_at": soon}),
            422,
            "account-not-found",
        ),
        (json!({"minor": child}), 422, "invalid-input"),
        (
            json!({"minor": child, "ends_at": "soon"}),
            422,
            "invalid-input",
        ),
    ] {
        let reply = parent.post(GUARDIANSHIPS, &body).await;
        assert_eq!(slug(&reply, status), refused, "{body}");
    }
}
