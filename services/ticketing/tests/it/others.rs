//! Who else takes a step: who filed for somebody, departments that return a whistle, the owners' committee.

use kernel::Role;
use serde_json::{Value, json};

use crate::beside::listed;
use crate::world::{
    AT_COMMUNITY, AT_COMPOUND, AT_STREET, ORDERS, World, act, attach, matter, offered, order,
    pointer,
};

#[tokio::test(flavor = "multi_thread")]
async fn who_filed_for_somebody_without_an_account_takes_it_back() {
    let world = World::start().await;
    let community = world
        .host
        .caller(&[(Role::CommunityDispatcher, AT_COMMUNITY)]);
    let mut body = matter("six-step");
    body["channel"] = json!("phone");
    let view = community.post(ORDERS, &body).await.expect(201);
    assert_eq!(offered(&view), ["withdraw"]);
    let id = view["id"].as_str().unwrap();
    let colleague = world
        .host
        .caller(&[(Role::CommunityDispatcher, AT_COMMUNITY)]);
    act(&colleague, id, "withdraw", &json!({}))
        .await
        .expect(403);
    let done = act(&community, id, "withdraw", &json!({"reason": "来电人撤回"}))
        .await
        .expect(200);
    assert_eq!(done["state"], "withdrawn");
    // where somebody with an account asks, they do
    body["on_behalf_of"] = json!(world.resident.account);
    let view = community.post(ORDERS, &body).await.expect(201);
    assert_eq!(offered(&view), Vec::<&str>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_of_a_chosen_category_are_answered_before_it_is_opened() {
    let world = World::start().await;
    let mut body = matter("six-step");
    body["category"] = json!("0601");
    let refused = world.resident.post(ORDERS, &body).await.expect(422);
    assert_eq!(pointer(&refused), "/answers/when");
    body["answers"] = json!({"when": "night"});
    world.resident.post(ORDERS, &body).await.expect(201);
    // who files what somebody tells by phone asks what they can
    let community = world
        .host
        .caller(&[(Role::CommunityDispatcher, AT_COMMUNITY)]);
    body["channel"] = json!("phone");
    body["answers"] = json!({});
    community.post(ORDERS, &body).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whistle_is_returned_with_a_ground_and_an_urged_company_has_not_taken_it() {
    let world = World::start().await;
    let street = world.host.caller(&[(Role::StreetDispatcher, AT_STREET)]);
    let id = world.open("whistle").await;
    let whistle = json!({"unit": "420105000000.CG", "kind": "service", "note": "占道"});
    act(&street, &id, "whistle", &whistle).await.expect(200);
    let path = format!("{}/requests", order(&id));
    let body = json!({"kind": "return", "ground": "权责清单第 12 项", "reason": "不属本单位职责"});
    let asked = world.liaison.post(&path, &body).await.expect(201);
    let request = asked["id"].as_str().unwrap();
    let approve = format!("/api/ticketing/v1/requests/{request}/steps/approve");
    world.operator.post(&approve, &json!({})).await.expect(200);
    let seen = street.get(&order(&id)).await.expect(200);
    assert_eq!(
        (&seen["state"], &seen["unit_code"]),
        (&json!("raised"), &Value::Null)
    );

    let id = world.open("red-property").await;
    let unit = json!({"unit": "420105000000.CG"});
    act(&street, &id, "whistle", &unit).await.expect(200);
    let urged = act(&street, &id, "urge", &json!({"note": "请尽快接办"}))
        .await
        .expect(200);
    assert_eq!(
        (
            &urged["state"],
            &urged["supervised"],
            &urged["clocks"][0]["name"]
        ),
        (&json!("whistled"), &json!(true), &json!("take"))
    );
    act(&world.liaison, &id, "take", &json!({}))
        .await
        .expect(200);
    let longer = json!({"kind": "extend", "clock": "fix", "work_days": 5, "reason": "配件待货"});
    let path = format!("{}/requests", order(&id));
    let asked = world.liaison.post(&path, &longer).await.expect(201);
    assert_eq!(asked["state"], "pending");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_five_order_matter_becomes_part_of_another() {
    let world = World::start().await;
    let (first, second) = (
        world.open("five-order").await,
        world.open("five-order").await,
    );
    let merge = json!({"into": first, "reason": "同一处路灯"});
    let path = format!("{}/merge", order(&second));
    world.operator.post(&path, &merge).await.expect(200);
    let gone = world.operator.get(&order(&second)).await.expect(200);
    assert_eq!(gone["state"], "merged");
    // once somebody was asked for it, it stays by itself
    let third = world.open("five-order").await;
    act(&world.dispatcher, &third, "dispatch", &json!({}))
        .await
        .expect(200);
    let path = format!("{}/merge", order(&third));
    world.operator.post(&path, &merge).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owners_committee_oversees_the_property_company_and_nothing_else() {
    let world = World::start().await;
    let at = |role, path| world.host.caller(&[(role, path)]);
    let committee = at(Role::OwnersCommittee, AT_COMPOUND);
    let others = at(Role::OwnersCommittee, crate::world::AT_NEIGHBOUR);
    let street = at(Role::StreetDispatcher, AT_STREET);
    let id = world.open("red-property").await;
    let elsewhere = world.open("six-step").await;
    let seen = committee.get(&order(&id)).await.expect(200);
    assert_eq!(offered(&seen), ["comment"]);
    committee.get(&order(&elsewhere)).await.expect(404);
    others.get(&order(&id)).await.expect(404);
    // lists show the one workflow alone
    let own = listed(&committee, "workflow=red-property").await;
    assert_eq!(own, std::slice::from_ref(&id));
    for (caller, query) in [
        (&committee, ""),
        (&committee, "workflow=six-step"),
        (&others, "workflow=red-property"),
    ] {
        assert_eq!(listed(caller, query).await, Vec::<String>::new(), "{query}");
    }
    let above = format!("{ORDERS}?workflow=red-property&org_code=420105000000");
    committee.get(&above).await.expect(403);

    let blank = act(&committee, &id, "comment", &json!({})).await;
    assert_eq!(pointer(&blank.expect(422)), "/note");
    let unit = json!({"unit": "420105000000.CG"});
    act(&street, &id, "whistle", &unit).await.expect(200);
    act(&world.liaison, &id, "take", &json!({}))
        .await
        .expect(200);
    let note = json!({"note": "门禁已报修三次"});
    let said = act(&committee, &id, "comment", &note).await.expect(200);
    assert_eq!(said["state"], "fixing");
    act(&world.liaison, &id, "comment", &note).await.expect(403);
    attach(&world.liaison, &id).await.expect(201);
    let fixed = json!({"handling_note": "已更换门禁"});
    act(&world.liaison, &id, "fix", &fixed).await.expect(200);
    let checked = act(&committee, &id, "check", &json!({"passed": true}))
        .await
        .expect(200);
    assert_eq!(checked["state"], "answering");
    let told = world
        .resident
        .get(&format!("{}/timeline", order(&id)))
        .await
        .expect(200);
    assert!(told.to_string().contains("报修三次"));
}
