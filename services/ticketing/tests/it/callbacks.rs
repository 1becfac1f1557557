//! 回访: by a person, in the app, and by the link of a message.

use contracts::ticketing::{OrderCallbackInvited, OrderCallerInvited};
use kernel::Role;
use serde_json::{Value, json};
use testkit::Reply;

use crate::hearing::{LISTENER, heard};
use crate::world::{AT_DISTRICT, ORDERS, World, act, matter, offered, order, pointer};

const QUESTIONS: &str = "/api/ticketing/v1/callback-questions";
const ANSWERS: &str = "/api/ticketing/v1/callback-answers";

/// The slug of a problem of a status.
fn slug(reply: &Reply, status: u16) -> &str {
    assert_eq!(reply.status.as_u16(), status, "{}", reply.body);
    let kind = reply.body["type"].as_str().unwrap_or_default();
    kind.rsplit('/').next().unwrap_or_default()
}

/// An order that waits for its callback.
async fn waiting(world: &World) -> String {
    let id = world.open("six-step").await;
    until_callback(world, &id).await;
    id
}

/// Takes an order to where it waits for its callback.
async fn until_callback(world: &World, id: &str) {
    for (caller, action, input) in [
        (&world.operator, "accept", json!({})),
        (
            &world.operator,
            "dispatch",
            json!({"unit": "420105000000.CG"}),
        ),
        (&world.liaison, "sign", json!({})),
    ] {
        act(caller, id, action, &input).await.expect(200);
    }
    handled(world, id).await;
}

async fn handled(world: &World, id: &str) {
    let report = json!({"handling_note": "已换灯", "public_answer": "路灯已修复"});
    act(&world.liaison, id, "feedback", &report)
        .await
        .expect(200);
    let passed = json!({"passed": true});
    act(&world.inspector, id, "verify", &passed)
        .await
        .expect(200);
}

async fn invite(world: &World, id: &str) -> Reply {
    let path = format!("{}/callback-invitations", order(id));
    world.callback.post(&path, &json!({})).await
}

/// The token of the link that was sent last.
async fn token(world: &World, id: &str) -> String {
    world.settled().await;
    let sent: Vec<OrderCallbackInvited> = heard(id);
    sent.last().unwrap().token.clone()
}

async fn anybody(world: &World, path: &str, body: &Value) -> Reply {
    let nobody = world.host.anonymous();
    nobody.post(path, body).await
}

#[tokio::test]
async fn a_link_is_good_for_one_answer_without_an_account() {
    let world = World::start_with(&[ticketing::MODULE, LISTENER]).await;
    let id = waiting(&world).await;
    let invited = invite(&world, &id).await.expect(200);
    assert_eq!(invited["order_id"], json!(id));
    assert!(invited.get("token").is_none());
    let again = invite(&world, &id).await;
    assert_eq!(slug(&again, 409), "invited-already");

    let link = token(&world, &id).await;
    let question = anybody(&world, QUESTIONS, &json!({"token": link}))
        .await
        .expect(200);
    assert_eq!(question["org_name"], "江欣苑小区");
    assert!(question["form"]["properties"]["attitude"].is_object());
    assert!(!question.to_string().contains("路灯"));
    let answer = json!({"token": link, "solved": "half", "satisfaction": 4, "attitude": 5, "comment": "只修了一盏"});
    anybody(&world, ANSWERS, &answer).await.expect(204);
    // not all of it solved: handled again, and the link is gone
    let seen = world.operator.get(&order(&id)).await.expect(200);
    assert_eq!(
        (&seen["state"], &seen["round"]),
        (&json!("handling"), &json!(2))
    );
    for path in [QUESTIONS, ANSWERS] {
        let body = if path == QUESTIONS {
            json!({"token": link})
        } else {
            answer.clone()
        };
        let used = anybody(&world, path, &body).await;
        assert_eq!(slug(&used, 422), "callback-link-invalid");
    }

    // the next round needs another link, and one of before opens nothing
    handled(&world, &id).await;
    invite(&world, &id).await.expect(200);
    let second = token(&world, &id).await;
    assert_ne!(second, link);
    let content = json!({"token": second, "solved": "yes", "satisfaction": 5, "attitude": 5});
    anybody(&world, ANSWERS, &content).await.expect(204);
    let done = world.resident.get(&order(&id)).await.expect(200);
    assert_eq!(done["state"], "closed");
    world.host.stop().await;
}

#[tokio::test]
async fn unknown_links_and_wrong_answers_are_refused() {
    let world = World::start_with(&[ticketing::MODULE, LISTENER]).await;
    let id = waiting(&world).await;
    invite(&world, &id).await.expect(200);
    let link = token(&world, &id).await;
    for (body, wrong) in [
        (
            json!({"token": link, "solved": "yes", "satisfaction": 6, "attitude": 5}),
            "/satisfaction",
        ),
        (
            json!({"token": link, "solved": "yes", "satisfaction": 5, "attitude": 0}),
            "/attitude",
        ),
    ] {
        let refused = anybody(&world, ANSWERS, &body).await;
        assert_eq!(
            (refused.status.as_u16(), pointer(&refused.body)),
            (422, wrong)
        );
    }
    for body in [
        json!({"token": link, "solved": "perhaps", "satisfaction": 5, "attitude": 5}),
        json!({"token": link, "solved": "yes", "satisfaction": 5}),
        json!({"token": "", "solved": "yes", "satisfaction": 5, "attitude": 5}),
        json!({"token": link, "solved": "yes", "satisfaction": 5, "attitude": 5, "phone": "1"}),
    ] {
        let refused = anybody(&world, ANSWERS, &body).await;
        assert!((400..=422).contains(&refused.status.as_u16()), "{body}");
    }
    // what was refused has not used it up
    anybody(&world, QUESTIONS, &json!({"token": link}))
        .await
        .expect(200);
    for _ in 0..20 {
        let unknown = json!({"token": "0".repeat(64)});
        let refused = anybody(&world, QUESTIONS, &unknown).await;
        assert_eq!(slug(&refused, 422), "callback-link-invalid");
    }
    let guessing = anybody(&world, QUESTIONS, &json!({"token": link})).await;
    assert_eq!(slug(&guessing, 429), "too-many-attempts");
    world.host.stop().await;
}

#[tokio::test]
async fn a_message_is_sent_only_by_who_calls_back_and_while_it_is_time() {
    let world = World::start_with(&[ticketing::MODULE, LISTENER]).await;
    let early = world.open("six-step").await;
    assert_eq!(slug(&invite(&world, &early).await, 409), "wrong-state");
    let other = world.open("five-order").await;
    assert_eq!(slug(&invite(&world, &other).await, 409), "no-callback");
    let id = waiting(&world).await;
    let path = format!("{}/callback-invitations", order(&id));
    world.resident.post(&path, &json!({})).await.expect(403);
    let elsewhere = world
        .host
        .caller(&[(Role::CallbackAgent, "/420106000000/")]);
    elsewhere.post(&path, &json!({})).await.expect(404);
    let handler = world.host.caller(&[(Role::Inspector, AT_DISTRICT)]);
    handler.post(&path, &json!({})).await.expect(403);
    world.host.stop().await;
}

#[tokio::test]
async fn tries_that_reach_nobody_are_shown_and_the_app_can_answer_meanwhile() {
    let world = World::start().await;
    let id = waiting(&world).await;
    let nobody = json!({"reached": false, "unreached_reason": "busy"});
    let tried = act(&world.callback, &id, "call_back", &nobody)
        .await
        .expect(200);
    assert_eq!(tried["state"], "callback");
    let callback = &tried["callback"];
    assert_eq!(callback["tries"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&callback["half_days"], &callback["most_half_days"]),
        (&json!(1), &json!(3))
    );

    let mine = world.resident.get(&order(&id)).await.expect(200);
    assert_eq!(offered(&mine), ["answer_callback"]);
    let answer = json!({"solved": "yes", "satisfaction": 5, "attitude": 4});
    let stranger = act(&world.neighbours[0], &id, "answer_callback", &answer).await;
    assert_eq!(stranger.status.as_u16(), 404);
    let closed = act(&world.resident, &id, "answer_callback", &answer)
        .await
        .expect(200);
    assert_eq!(
        (&closed["state"], &closed["callback"]),
        (&json!("closed"), &Value::Null)
    );
    world.host.stop().await;
}

/// A contact of the vault, as identity would have made it.
const CONTACT: &str = "con_01j0000000e008000000000009";

/// A matter that somebody without an account brings to the window.
fn brought(contact: &str) -> Value {
    let mut body = matter("six-step");
    body["channel"] = json!("window");
    body["contact"] = json!(contact);
    body
}

#[tokio::test]
async fn a_caller_without_an_account_answers_by_a_link_to_their_contact() {
    let world = World::start_with(&[ticketing::MODULE, LISTENER]).await;
    let filed = world.dispatcher.post(ORDERS, &brought(CONTACT)).await;
    let filed = filed.expect(201);
    assert_eq!(filed["contact"], CONTACT);
    let id = filed["id"].as_str().unwrap().to_owned();
    until_callback(&world, &id).await;
    // those who work at its place know how the caller is reached, a unit doesn't
    let seen = world.callback.get(&order(&id)).await.expect(200);
    assert_eq!(seen["contact"], CONTACT);
    let unit = world.liaison.get(&order(&id)).await.expect(200);
    assert_eq!(unit["contact"], Value::Null);

    invite(&world, &id).await.expect(200);
    world.settled().await;
    let sent: Vec<OrderCallerInvited> = heard(&id);
    let [told] = sent.as_slice() else {
        panic!("{} messages", sent.len());
    };
    assert_eq!(told.contact.to_string(), CONTACT);
    assert!(told.org_path.passes(&told.org_code));
    let answer = json!({"token": told.token, "solved": "yes", "satisfaction": 5, "attitude": 5});
    anybody(&world, ANSWERS, &answer).await.expect(204);
    let done = world.operator.get(&order(&id)).await.expect(200);
    assert_eq!(done["state"], "closed");
    world.host.stop().await;
}

#[tokio::test]
async fn a_contact_is_only_of_somebody_without_an_account_whom_somebody_files_for() {
    let world = World::start_with(&[ticketing::MODULE, LISTENER]).await;
    let mut own = brought(CONTACT);
    own["channel"] = json!("app");
    let mut known = brought(CONTACT);
    known["on_behalf_of"] = json!(world.resident.account);
    for (caller, body) in [(&world.resident, own), (&world.dispatcher, known)] {
        let refused = caller.post(ORDERS, &body).await;
        assert_eq!(slug(&refused, 422), "contact-not-fitting");
        assert_eq!(pointer(&refused.body), "/contact");
    }
    for wrong in [
        "acc_01j0000000e008000000000009",
        "con_1",
        "+8619900000001",
        "",
    ] {
        let refused = world.dispatcher.post(ORDERS, &brought(wrong)).await;
        assert!((400..=422).contains(&refused.status.as_u16()), "{wrong}");
    }
    // the same draft with another contact is another matter
    let mut draft = brought(CONTACT);
    let first = world.dispatcher.post(ORDERS, &draft).await.expect(201);
    draft["client_id"] = first["id"].clone();
    world.dispatcher.post(ORDERS, &draft).await.expect(201);
    draft["contact"] = json!("con_01j0000000e00800000000000a");
    let other = world.dispatcher.post(ORDERS, &draft).await;
    assert_eq!(slug(&other, 409), "id-taken");

    // nobody known, and no contact: there is no one to send anything to
    let mut unknown = matter("six-step");
    unknown["channel"] = json!("phone");
    let unknown = world.operator.post(ORDERS, &unknown).await.expect(201);
    let id = unknown["id"].as_str().unwrap();
    until_callback(&world, id).await;
    assert_eq!(slug(&invite(&world, id).await, 409), "nobody-asked");
    world.host.stop().await;
}
