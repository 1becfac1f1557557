//! The link of a callback reaches the telephone of whoever asked, once, and nobody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use contracts::ticketing::OrderCallbackInvited;
use kernel::IdSourceExt;
use serde_json::json;
use testkit::{Caller, eventually};

use crate::World;
use crate::gateway::{Handed, gateway};
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
    let before = heard(world).await;
    world.tell("order", &payload).await;
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
