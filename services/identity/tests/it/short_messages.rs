//! The link of a callback reaches the telephone of whoever asked, once, and nobody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use contracts::Event;
use contracts::ticketing::{OrderCallbackInvited, OrderCallerInvited};
use kernel::{IdSourceExt, Role};
use serde_json::json;
use testkit::gateway::{Handed, gateway};
use testkit::{Caller, eventually};

use crate::World;
use crate::world::COMMUNITY;

const MINE: &str = "/api/identity/v1/me/contacts";
const PHONE: &str = "19900000001";
const TOKEN: &str = "0123456789abcdef";

/// An installation that sends links through a gateway.
async fn world(status: u16) -> (World, Arc<AtomicU16>, Arc<std::sync::Mutex<Vec<Handed>>>) {
    let status = Arc::new(AtomicU16::new(status));
    let (url, got) = gateway(Arc::clone(&status)).await;
    let world = World::start_set(|config, _| {
        config["phone"] = json!({
            "sender_url": url,
            "callback_page": "https://city.example/callback",
        });
    })
    .await;
    (world, status, got)
}

/// Tells as ticketing does that somebody is to get a link.
async fn invite(world: &World, requester: &Caller) {
    let deps = world.host.deps("identity");
    let payload = OrderCallbackInvited {
        order_id: deps.ids.next(),
        number: "WD202611230001".to_owned(),
        org_code: "420105011010".parse().unwrap(),
        requester: requester.account,
        token: TOKEN.to_owned(),
        expires_at: world.now().plus(Duration::from_hours(72)),
    };
    tell(world, &payload).await;
}

/// Tells as ticketing does that a caller without an account is to get a link, about a matter at a place.
async fn invite_contact(world: &World, contact: &str, place: &str) {
    let deps = world.host.deps("identity");
    let org_path: kernel::OrgPath = place.parse().unwrap();
    let payload = OrderCallerInvited {
        order_id: deps.ids.next(),
        number: "WD202611230002".to_owned(),
        org_code: org_path.leaf().unwrap(),
        org_path,
        contact: contact.parse().unwrap(),
        token: TOKEN.to_owned(),
        expires_at: world.now().plus(Duration::from_hours(72)),
    };
    tell(world, &payload).await;
}

async fn tell<P: Event>(world: &World, payload: &P) {
    let before = heard(world).await;
    world.tell("order", payload).await;
    eventually("it is heard", async || {
        (heard(world).await > before).then_some(())
    })
    .await;
}

async fn heard(world: &World) -> i64 {
    world.count("inbox").await
}

async fn waiting(world: &World) -> i64 {
    world.count("short_message").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_goes_to_the_telephone_that_somebody_keeps_of_themselves() {
    let (world, _, got) = world(202).await;
    let resident = world.sign_in("resident").await;
    let contact = json!({"org_path": COMMUNITY, "phone": PHONE});
    let contact = resident.post(MINE, &contact).await.expect(201);
    invite(&world, &resident).await;
    world.identity.deliver_messages().await.unwrap();
    eventually("it is handed over", async || {
        world.identity.deliver_messages().await.unwrap();
        (waiting(&world).await == 0).then_some(())
    })
    .await;
    let handed = got.lock().unwrap().clone();
    let [(_, body)] = handed.as_slice() else {
        panic!("{} messages", handed.len());
    };
    assert_eq!(body["kind"], "callback");
    assert_eq!(body["phone"], PHONE);
    assert_eq!(body["number"], "WD202611230001");
    let link = format!("https://city.example/callback#{TOKEN}");
    assert_eq!(body["link"], link);
    assert!(body["id"].as_str().unwrap().starts_with("evt_"));
    // whose telephone was used is in the log, the telephone is not
    let logged = world
        .text("SELECT subject AS v FROM access_log WHERE operation = 'deliver_messages'")
        .await;
    assert_eq!(contact["id"], logged);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_gateway_refuses_is_tried_again_under_the_same_id() {
    let (world, status, got) = world(503).await;
    let resident = world.sign_in("resident").await;
    let contact = json!({"org_path": COMMUNITY, "phone": PHONE});
    resident.post(MINE, &contact).await.expect(201);
    invite(&world, &resident).await;
    eventually("it was tried", async || {
        world.identity.deliver_messages().await.unwrap();
        (!got.lock().unwrap().is_empty()).then_some(())
    })
    .await;
    assert_eq!(waiting(&world).await, 1);
    let sealed = world.column("SELECT sealed AS v FROM short_message").await;
    assert!(
        !sealed
            .windows(TOKEN.len())
            .any(|part| part == TOKEN.as_bytes())
    );
    // not at once: the gateway has a minute
    assert_eq!(world.identity.deliver_messages().await.unwrap(), 0);
    let tried = got.lock().unwrap().len();
    assert_eq!(tried, 1);
    status.store(202, Ordering::SeqCst);
    world.clock.advance(Duration::from_secs(61));
    eventually("it is handed over", async || {
        world.identity.deliver_messages().await.unwrap();
        (waiting(&world).await == 0).then_some(())
    })
    .await;
    let handed = got.lock().unwrap().clone();
    assert_eq!(handed.len(), 2);
    assert_eq!(handed[0].1["id"], handed[1].1["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_where_no_telephone_may_be_used_or_the_link_is_over() {
    let (world, status, got) = world(202).await;
    let (resident, worker) = (
        world.sign_in("resident").await,
        world.sign_in("worker").await,
    );
    // nobody knows a telephone of hers
    invite(&world, &resident).await;
    eventually("it is given up", async || {
        world.identity.deliver_messages().await.unwrap();
        (waiting(&world).await == 0).then_some(())
    })
    .await;
    assert!(got.lock().unwrap().is_empty());
    // the gateway is away until the link is over
    status.store(503, Ordering::SeqCst);
    let contact = json!({"org_path": COMMUNITY, "phone": PHONE});
    worker.post(MINE, &contact).await.expect(201);
    invite(&world, &worker).await;
    eventually("it was tried", async || {
        world.identity.deliver_messages().await.unwrap();
        (!got.lock().unwrap().is_empty()).then_some(())
    })
    .await;
    status.store(202, Ordering::SeqCst);
    world.clock.advance(Duration::from_hours(73));
    eventually("it is given up", async || {
        world.identity.deliver_messages().await.unwrap();
        (waiting(&world).await == 0).then_some(())
    })
    .await;
    assert_eq!(got.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn where_no_links_are_sent_none_waits() {
    let world = World::start().await;
    let resident = world.sign_in("resident").await;
    invite(&world, &resident).await;
    assert_eq!(waiting(&world).await, 0);
    assert_eq!(world.identity.deliver_messages().await.unwrap(), 0);
}

const CONTACTS: &str = "/api/identity/v1/contacts";

/// Sends what waits; returns how many messages the gateway has got.
async fn sent(world: &World, got: &std::sync::Mutex<Vec<Handed>>) -> usize {
    eventually("nothing waits", async || {
        world.identity.deliver_messages().await.unwrap();
        (waiting(world).await == 0).then_some(())
    })
    .await;
    got.lock().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_without_an_account_is_reached_by_what_staff_took_in_for_that_place() {
    let (world, _, got) = world(202).await;
    let staff = world
        .host
        .caller(&[(Role::DistrictOperator, "/420105000000/")]);
    let contact = json!({"org_path": COMMUNITY, "phone": PHONE});
    let contact = staff.post(CONTACTS, &contact).await.expect(201);
    let id = contact["id"].as_str().unwrap();
    // of a matter below where it was taken in, there, and above
    let compound = format!("{COMMUNITY}420105011010.X01/");
    for (count, place) in [COMMUNITY, &compound, "/420105000000/"]
        .into_iter()
        .enumerate()
    {
        invite_contact(&world, id, place).await;
        assert_eq!(sent(&world, &got).await, count + 1, "{place}");
    }
    let (_, body) = got.lock().unwrap().last().unwrap().clone();
    assert_eq!(
        (&body["phone"], &body["number"]),
        (&json!(PHONE), &json!("WD202611230002"))
    );
    let used = "SELECT subject AS v FROM access_log WHERE operation = 'deliver_messages' AND result = 'ok' LIMIT 1";
    assert_eq!(contact["id"], world.text(used).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_link_goes_to_a_contact_that_is_unknown_or_of_another_place() {
    let (world, _, got) = world(202).await;
    let staff = world
        .host
        .caller(&[(Role::DistrictOperator, "/420105000000/")]);
    let contact = json!({"org_path": COMMUNITY, "phone": PHONE});
    let contact = staff.post(CONTACTS, &contact).await.expect(201);
    let id = contact["id"].as_str().unwrap();
    let mute = json!({"org_path": COMMUNITY, "name": "赵测"});
    let mute = staff.post(CONTACTS, &mute).await.expect(201);
    for (contact, place) in [
        (id, "/420106000000/"),
        (id, "/420105000000/420105011000/420105011020/"),
        ("con_01j0000000e008000000000009", COMMUNITY),
        (mute["id"].as_str().unwrap(), COMMUNITY),
    ] {
        invite_contact(&world, contact, place).await;
        assert_eq!(sent(&world, &got).await, 0, "{contact} {place}");
    }
    let refused =
        "access_log WHERE operation = 'deliver_messages' AND result = 'contact-not-for-place'";
    assert_eq!(world.count(refused).await, 3);
}
