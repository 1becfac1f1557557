//! What must hold of effects, whatever happened on the way.

use std::collections::{BTreeSet, HashMap};

use bus::Envelope;
use bus::conformance::World;

/// Every event has its effect, once.
pub(crate) async fn exactly_once(world: &World, events: &[Envelope]) {
    let effects = world.listener().effects().await;
    let seen: BTreeSet<_> = effects.iter().map(|effect| effect.event).collect();
    let wanted: BTreeSet<_> = events.iter().map(|event| event.id).collect();
    assert_eq!(seen, wanted);
    assert_eq!(effects.len(), events.len(), "an event had its effect twice");
}

/// The same, and effects of one aggregate come in the order of its versions.
pub(crate) async fn exactly_once_in_order(world: &World, events: &[Envelope]) {
    exactly_once(world, events).await;
    let mut last: HashMap<String, i64> = HashMap::new();
    for effect in world.listener().effects().await {
        let before = last.insert(effect.subject.clone(), effect.version);
        assert!(
            before.is_none_or(|before| before < effect.version),
            "{} {before:?} before {}",
            effect.subject,
            effect.version
        );
    }
}

/// Waits until the outbox is empty: then the bus has nothing more to tell in process.
pub(crate) async fn drained(world: &World) {
    testkit::eventually("the outbox is empty", async || {
        (world.waiting().await == 0).then_some(())
    })
    .await;
}
