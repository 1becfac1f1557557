//! What the service tells the others about an order.

use std::sync::Mutex;

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use chassis::{Deps, Module, Service, StartError};
use contracts::ticketing::{OrderAdvanced, OrderOffered, OrderOpened};
use kernel::Role;
use serde_json::json;
use store::Tx;

use crate::world::{AT_COMPOUND, World, act};

static HEARD: Mutex<Vec<Envelope>> = Mutex::new(Vec::new());

/// A service that only listens.
const LISTENER: Module = Module {
    name: "listener",
    migrations: Vec::new,
    build: listener,
    audit: chassis::no_facts,
};

struct Listener;

#[async_trait]
impl Handler for Listener {
    fn types(&self) -> &'static [&'static str] {
        contracts::ticketing::TYPES
    }

    async fn handle(&self, _: &Tx, _: &Envelope) -> Result<(), HandlerError> {
        Ok(())
    }

    fn committed(&self, events: &[Envelope]) {
        HEARD.lock().unwrap().extend_from_slice(events);
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a module's build may fail")]
fn listener(_: Deps) -> Result<Service, StartError> {
    Ok(Service::new("listener").handler(Listener))
}

fn heard_of(order: &str) -> Vec<Envelope> {
    let heard = HEARD.lock().unwrap();
    heard
        .iter()
        .filter(|event| event.subject == order)
        .cloned()
        .collect()
}

fn verbs(events: &[Envelope]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event.kind.split('.').nth(3).unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_is_told_step_by_step_without_free_text() {
    let world = World::start_with(&[ticketing::MODULE, LISTENER]).await;
    let id = world.open_and_handle().await;
    let vote = json!({"score": 5, "solved": true, "comment": "满意"});
    let panel = world.panel(&id).await;
    act(&world.resident, &id, "review", &vote).await.expect(200);
    act(panel[0], &id, "review", &vote).await.expect(200);
    act(panel[1], &id, "review", &vote).await.expect(200);
    let text = json!({"title": "楼道照明已修复", "summary": "路灯已更换。"});
    act(&world.dispatcher, &id, "publish", &text)
        .await
        .expect(200);
    world.settled().await;

    let events = heard_of(&id);
    let expected = [
        "opened",
        "advanced",
        "offered",
        "advanced",
        "advanced",
        "advanced",
        "advanced",
        "advanced",
        "recalled",
        "advanced",
        "published",
    ];
    assert_eq!(verbs(&events), expected);
    let opened: OrderOpened = events[0].payload().unwrap();
    assert_eq!(opened.order.requester, Some(world.resident.account));
    assert_eq!(
        opened.order.waiting_for.first(),
        Some(&Role::CompoundDispatcher)
    );
    let offered: OrderOffered = events[2].payload().unwrap();
    assert_eq!(offered.org_path.as_str(), AT_COMPOUND);
    assert!(offered.roles.contains(&Role::PartyMember));
    let handled: OrderAdvanced = events[4].payload().unwrap();
    assert_eq!(handled.action, "handle");
    assert_eq!(handled.order.panel.len(), 4);
    assert_eq!(handled.order.assignee, Some(world.helper.account));

    let versions: Vec<i64> = events.iter().map(|event| event.aggregate_version).collect();
    assert_eq!(versions, [1, 2, 2, 3, 4, 5, 6, 7, 7, 8, 8]);
    // the claim's event caused the acceptance
    assert!(events[3].causation_id.is_some());
    for event in &events {
        assert_eq!(event.district, "420105");
        let text = event.to_json();
        for private in ["路灯", "满意", "修好"] {
            assert!(!text.contains(private), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_comes_too_late_is_called_back() {
    let world = World::start_with(&[ticketing::MODULE, LISTENER]).await;
    let id = world.open("five-order").await;
    act(&world.dispatcher, &id, "dispatch", &json!({}))
        .await
        .expect(200);
    act(&world.resident, &id, "withdraw", &json!({}))
        .await
        .expect(200);
    world.claim(&id, &world.helper).await;
    let events = heard_of(&id);
    assert_eq!(
        verbs(&events),
        [
            "opened", "advanced", "offered", "advanced", "recalled", "recalled"
        ]
    );
}
