//! Orders that become part of others, are taken apart, split, reopened (并案、拆案、分案、重开).

use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::parts::in_hand;
use crate::world::{AT_COMPOUND, ORDERS, World, act, attach, matter, offered, order, pointer};

const STATISTICS: &str = "/api/ticketing/v1/statistics";
const FOLLOWS: &str = "/api/ticketing/v1/follows";
const NUMBERS: &str = "/api/ticketing/v1/order-numbers";

async fn merge(caller: &Caller, id: &str, into: &str) -> Reply {
    let body = json!({"into": into, "reason": "同一处路灯"});
    caller.post(&format!("{}/merge", order(id)), &body).await
}

async fn apart(caller: &Caller, id: &str) -> Reply {
    let body = json!({"reason": "并非同一处"});
    caller
        .post(&format!("{}/take-apart", order(id)), &body)
        .await
}

async fn open_by(caller: &Caller) -> Value {
    caller.post(ORDERS, &matter("six-step")).await.expect(201)
}

fn id_of(view: &Value) -> String {
    view["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_numbers_lead_to_the_order_that_goes_on_and_nothing_is_lost() {
    let world = World::start().await;
    let survivor = in_hand(&world).await;
    let other = &world.neighbours[0];
    let second = open_by(other).await;
    let merged = id_of(&second);
    attach(other, &merged).await.expect(201);
    let follower = &world.neighbours[1];
    let follow = follower.request(Method::PUT, &format!("{FOLLOWS}/{merged}"));
    follower.send(follow).await.expect(204);

    merge(other, &merged, &survivor).await.expect(403);
    merge(&world.operator, &merged, &merged).await.expect(422);
    let view = merge(&world.operator, &merged, &survivor).await.expect(200);
    assert_eq!(
        (&view["id"], &view["joint_requesters"]),
        (&json!(survivor), &json!(1))
    );

    // each number leads to the survivor, to each of the two who asked
    let number = second["number"].as_str().unwrap();
    let found = other.get(&format!("{NUMBERS}/{number}")).await.expect(200);
    assert_eq!(
        (&found["merged"], &found["order"]["id"]),
        (&json!(true), &json!(survivor))
    );
    assert_eq!(found["order"]["joint_requester_is_me"], true);
    let own = view["number"].as_str().unwrap();
    let found = world.resident.get(&format!("{NUMBERS}/{own}")).await;
    assert_eq!(found.expect(200)["merged"], false);
    other
        .get(&format!("{NUMBERS}/LB20261122-00000000"))
        .await
        .expect(404);
    other.get(&format!("{NUMBERS}/nonsense")).await.expect(404);

    // whoever followed the one follows the other
    let list = follower.get(FOLLOWS).await.expect(200);
    let mut orders = list["items"].as_array().unwrap().iter();
    assert!(orders.any(|order| order["id"] == survivor.as_str()));

    // the photo went along, the words of the one stay with the one
    let photos = world
        .operator
        .get(&format!("{}/attachments", order(&survivor)))
        .await;
    assert_eq!(photos.expect(200)["items"].as_array().unwrap().len(), 1);
    let seen = other.get(&order(&survivor)).await.expect(200);
    assert!(!seen.to_string().contains("三号楼"));
    assert_eq!(seen["actions"], json!([]));
    let theirs = other.get(&order(&merged)).await.expect(200);
    assert_eq!(
        (&theirs["state"], &theirs["merged_into"], &theirs["clocks"]),
        (&json!("merged"), &json!(survivor), &json!([]))
    );
    assert!(theirs.to_string().contains("三号楼"));
    let family = format!("{}/family", order(&survivor));
    let shown = world.operator.get(&family).await.expect(200);
    assert_eq!(
        (&shown["merged"][0]["id"], &shown["merged"][0]["reason"]),
        (&json!(merged), &json!("同一处路灯"))
    );
    let shown = world.resident.get(&family).await.expect(200);
    assert!(shown["merged"][0].get("reason").is_none());

    // one matter, two calls
    let figures = world.operator.get(STATISTICS).await.expect(200);
    let counts = &figures["counts"];
    assert_eq!(
        (&counts["opened"], &counts["accepted"], &counts["merged"]),
        (&json!(2), &json!(1), &json!(1))
    );
    // brought forward twice within a month
    let rate = &figures["rates"]["repetition"];
    assert_eq!(
        (&rate["numerator"], &rate["denominator"]),
        (&json!(1), &json!(2))
    );
    // and merged once is merged
    merge(&world.operator, &merged, &survivor).await.expect(409);
    merge(&world.operator, &survivor, &merged).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_taken_apart_until_one_has_moved_on() {
    let world = World::start().await;
    let survivor = in_hand(&world).await;
    let other = &world.neighbours[0];
    let second = open_by(other).await;
    let merged = id_of(&second);
    attach(other, &merged).await.expect(201);
    let before = other.get(&order(&merged)).await.expect(200);
    apart(&world.operator, &merged).await.expect(409);
    merge(&world.operator, &merged, &survivor).await.expect(200);
    apart(other, &merged).await.expect(403);

    let restored = apart(&world.operator, &merged).await.expect(200);
    for member in ["state", "due_at", "unit_code", "round"] {
        assert_eq!(restored[member], before[member], "{member}");
    }
    assert_eq!(restored["merged_into"], Value::Null);
    other.get(&order(&survivor)).await.expect(404);
    let photos = other.get(&format!("{}/attachments", order(&merged))).await;
    assert_eq!(photos.expect(200)["items"].as_array().unwrap().len(), 1);
    // it goes on by itself
    act(&world.operator, &merged, "accept", &json!({}))
        .await
        .expect(200);

    merge(&world.operator, &merged, &survivor).await.expect(200);
    let report = json!({"handling_note": "已修", "public_answer": "已修好"});
    act(&world.liaison, &survivor, "feedback", &report)
        .await
        .expect(200);
    let late = apart(&world.operator, &merged).await.expect(409);
    assert_eq!(late["type"], "https://linli.city/problems/merge-moved-on");
    // who asked for the same reads the answer that the unit gave
    let told = other.get(&format!("{}/timeline", order(&survivor))).await;
    let told = told.expect(200).to_string();
    assert!(told.contains("已修好") && !told.contains("handling_note"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_decision_or_is_confidential_is_not_merged() {
    let world = World::start().await;
    let survivor = in_hand(&world).await;
    let waiting = in_hand(&world).await;
    let ask = json!({"kind": "extend", "clock": "handle", "work_days": 2, "reason": "材料待采购"});
    let path = format!("{}/requests", order(&waiting));
    world.liaison.post(&path, &ask).await.expect(201);
    let refused = merge(&world.operator, &waiting, &survivor)
        .await
        .expect(409);
    assert_eq!(
        refused["type"],
        "https://linli.city/problems/merge-request-open"
    );

    let mut secret = matter("six-step");
    secret["confidential"] = json!(true);
    let secret = world.resident.post(ORDERS, &secret).await.expect(201);
    let refused = merge(&world.operator, &id_of(&secret), &survivor).await;
    assert_eq!(
        refused.expect(409)["type"],
        "https://linli.city/problems/merge-confidential"
    );
    let unknown = "ord_01jcgb2r00e8arc5tmvkbzqy7x";
    let nowhere = merge(&world.operator, &id_of(&secret), unknown)
        .await
        .expect(422);
    assert_eq!(pointer(&nowhere), "/into");
    let view = world.operator.get(&order(&survivor)).await.expect(200);
    assert_eq!(view["joint_requesters"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_with_two_matters_becomes_two_that_name_each_other() {
    let world = World::start().await;
    let first = in_hand(&world).await;
    let photo = attach(&world.resident, &first).await.expect(201);
    let path = format!("{}/split", order(&first));
    let body = json!({
        "title": "井盖松动", "content": "楼前井盖松动，有响声。",
        "photos": [photo["id"]], "client_id": "ord_01jcgb2r00e8arc5tmvkbzqy7x",
    });
    world.resident.post(&path, &body).await.expect(403);
    let second = world.operator.post(&path, &body).await.expect(201);
    assert_eq!(
        (&second["split_from"], &second["state"]),
        (&json!(first), &json!("reported"))
    );
    assert_ne!(second["number"], Value::Null);
    // the same again is the same order
    let again = world.operator.post(&path, &body).await.expect(201);
    assert_eq!(again["id"], second["id"]);

    let id = id_of(&second);
    let mine = world.resident.get(&order(&id)).await.expect(200);
    assert_eq!(mine["requester_is_me"], true);
    assert_eq!(
        world
            .resident
            .get(&format!("{}/attachments", order(&id)))
            .await
            .expect(200)["items"][0]["id"],
        photo["id"]
    );
    let family = world
        .resident
        .get(&format!("{}/family", order(&first)))
        .await;
    assert_eq!(family.expect(200)["split_off"][0]["id"], json!(id));
    let family = world.resident.get(&format!("{}/family", order(&id))).await;
    assert_eq!(family.expect(200)["split_from"]["id"], json!(first));

    let strange = json!({"title": "井盖", "content": "松动", "photos": [photo["id"]]});
    let strange = world.operator.post(&path, &strange).await.expect(422);
    assert_eq!(pointer(&strange), "/photos");
    let nowhere = json!({"title": "井盖", "content": "松动", "org_code": "420106000000"});
    world.operator.post(&path, &nowhere).await.expect(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asked_reopens_within_a_week_and_it_reaches_the_handler_who_had_it() {
    let world = World::start().await;
    let id = in_hand(&world).await;
    let report = json!({"handling_note": "已修", "public_answer": "已修好"});
    act(&world.liaison, &id, "feedback", &report)
        .await
        .expect(200);
    act(&world.inspector, &id, "verify", &json!({"passed": true}))
        .await
        .expect(200);
    let answer = json!({"reached": true, "solved": "yes", "satisfaction": 4, "attitude": 5});
    let closed = act(&world.callback, &id, "call_back", &answer)
        .await
        .expect(200);
    assert!(!offered(&closed).contains(&"reopen"));
    let mine = world.resident.get(&order(&id)).await.expect(200);
    assert!(offered(&mine).contains(&"reopen"));
    let again = json!({"reason": "又不亮了"});
    act(&world.operator, &id, "reopen", &again)
        .await
        .expect(403);
    act(&world.resident, &id, "reopen", &json!({}))
        .await
        .expect(422);
    let back = act(&world.resident, &id, "reopen", &again)
        .await
        .expect(200);
    assert_eq!(
        (&back["state"], &back["round"]),
        (&json!("handling"), &json!(2))
    );
    let handler = world.liaison.get(&order(&id)).await.expect(200);
    assert_eq!(handler["assignee_is_me"], true);
    assert!(offered(&handler).contains(&"feedback"));
    let figures = world.operator.get(STATISTICS).await.expect(200);
    assert_eq!(figures["counts"]["reopened"], 1);
    let stranger = world.host.caller(&[(Role::Resident, AT_COMPOUND)]);
    stranger.get(&order(&id)).await.expect(404);
}
