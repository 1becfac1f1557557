use std::collections::{HashMap, HashSet};

use store::dead_letter;

use super::probe::Effect;
use super::{Backend, Plan, Probe, World};
use crate::{BusConfig, Envelope};

/// Events of one aggregate reach the consumer in the order in which they were emitted.
pub async fn events_of_one_aggregate_stay_in_order(backend: &dyn Backend) {
    let world = World::start(backend, World::quick()).await;
    for version in 1..=40 {
        let mut batch = Vec::new();
        for subject in ["a", "b", "c", "d", "e", "f"] {
            batch.push(world.event(subject, version * 2 - 1));
            batch.push(world.event(subject, version * 2));
        }
        world.emit(&batch).await;
    }
    world.listener().probe.committed(480).await;
    let effects = world.listener().effects().await;
    assert_eq!(effects.len(), 480);
    assert_ordered(&effects);
    world.stop().await;
}

/// An event whose handler fails comes again; those behind it wait, other aggregates do not.
pub async fn a_failed_event_comes_again_before_those_behind_it(backend: &dyn Backend) {
    let config = BusConfig {
        attempts: u32::MAX,
        ..World::quick()
    };
    let world = World::start(backend, config).await;
    let (first, second) = (world.event("stuck", 1), world.event("stuck", 2));
    let other = world.event("other", 1);
    let probe = &world.listener().probe;
    probe.plan(first.id, Some(Plan::Fail));
    world.emit(&[first.clone(), second, other]).await;
    probe.committed(1).await;
    let later = [world.event("stuck", 3), world.event("other", 2)];
    world.emit(&later).await;
    probe.committed(2).await;
    assert_eq!(world.listener().history().await, ["other@1", "other@2"]);
    probe.plan(first.id, None);
    probe.committed(5).await;
    assert_eq!(
        world.listener().history().await,
        ["other@1", "other@2", "stuck@1", "stuck@2", "stuck@3"]
    );
    assert_eq!(letters(&world).await, []);
    world.stop().await;
}

/// The same event delivered twice, in one batch or in two, has one effect.
pub async fn an_event_delivered_twice_has_one_effect(backend: &dyn Backend) {
    let world = World::start(backend, World::quick()).await;
    let event = world.event("a", 1);
    world.publish(&[event.clone(), event.clone()]).await;
    world.publish(std::slice::from_ref(&event)).await;
    world.emit(std::slice::from_ref(&event)).await;
    world.listener().probe.committed(1).await;
    // Of the same aggregate, hence behind whatever is left of the copies.
    let last = world.event("a", 2);
    world.emit(&[last]).await;
    world.listener().probe.committed(2).await;
    assert_eq!(world.listener().history().await, ["a@1", "a@2"]);
    world.stop().await;
}

/// Poison, endless failure and a panicking handler end as dead letters with their reasons.
pub async fn poison_becomes_a_dead_letter_and_harms_nobody_else(backend: &dyn Backend) {
    let world = World::start(backend, World::quick()).await;
    let poison = world.event("poisoned", 1);
    let failing = world.event("failing", 1);
    let panicking = world.event("panicking", 1);
    let foreign = Envelope {
        data: serde_json::json!({ "other": true }),
        ..world.event("foreign", 1)
    };
    let probe = &world.listener().probe;
    probe.plan(poison.id, Some(Plan::Poison("no such thing")));
    probe.plan(failing.id, Some(Plan::Fail));
    probe.plan(panicking.id, Some(Plan::Panic));
    let mut batch = vec![poison, failing, panicking, foreign];
    for subject in ["poisoned", "failing", "panicking", "foreign", "sound"] {
        batch.push(world.event(subject, 2));
    }
    world.emit(&batch).await;
    probe.committed(5).await;
    let mut history = world.listener().history().await;
    history.sort();
    assert_eq!(
        history,
        [
            "failing@2",
            "foreign@2",
            "panicking@2",
            "poisoned@2",
            "sound@2"
        ]
    );
    let letters: HashMap<String, String> = letters(&world).await.into_iter().collect();
    assert_eq!(letters.len(), 4);
    assert_eq!(letters["poisoned"], "no such thing");
    assert_eq!(letters["panicking"], "panic");
    assert_eq!(
        letters["failing"],
        "attempts exhausted (3): event cannot be handled now: told to fail"
    );
    assert_eq!(
        letters["foreign"],
        "payload does not read as linli.probe.thing.happened.v1: missing field `version`"
    );
    world.stop().await;
}

/// A replayed dead letter takes its effect, once, and leaves the list.
pub async fn a_dead_letter_replayed_has_its_effect_once(backend: &dyn Backend) {
    let mut world = World::build(
        backend,
        World::quick(),
        vec![("healed", Probe::default()), ("sound", Probe::default())],
    )
    .await;
    world.start_consumers();
    world.start_relay();
    let event = world.event("a", 1);
    world.listeners[0]
        .probe
        .plan(event.id, Some(Plan::Poison("not yet")));
    world.emit(&[event.clone(), world.event("a", 2)]).await;
    world.listeners[0].probe.committed(1).await;
    world.listeners[1].probe.committed(2).await;
    assert_eq!(letters(&world).await.len(), 1);

    world.listeners[0].probe.plan(event.id, None);
    let db = world.listeners[0].db.clone();
    world.start_relay_of("healed", db);
    assert!(world.replay(event.id).await.unwrap());
    world.listeners[0].probe.committed(2).await;
    assert!(!world.replay(event.id).await.unwrap());
    world.emit(&[event.clone(), world.event("a", 3)]).await;
    world.listeners[0].probe.committed(3).await;
    world.listeners[1].probe.committed(3).await;
    assert_eq!(world.listeners[0].history().await, ["a@2", "a@1", "a@3"]);
    assert_eq!(world.listeners[1].history().await, ["a@1", "a@2", "a@3"]);
    assert_eq!(letters(&world).await, []);
    world.stop().await;
}

/// While the database is out of reach events wait, however long it takes.
pub async fn an_outage_kills_no_event(backend: &dyn Backend) {
    let world = World::start(backend, World::quick()).await;
    let event = world.event("a", 1);
    world
        .listener()
        .probe
        .plan(event.id, Some(Plan::Outage(20)));
    world
        .emit(&[event, world.event("a", 2), world.event("b", 1)])
        .await;
    world.listener().probe.committed(3).await;
    assert_ordered(&world.listener().effects().await);
    assert_eq!(letters(&world).await, []);
    world.stop().await;
}

/// Every consumer gets every event, and one that is stuck does not keep it from the other.
pub async fn two_consumers_each_get_every_event(backend: &dyn Backend) {
    let mut world = World::build(
        backend,
        World::quick(),
        vec![("slow", Probe::gated()), ("swift", Probe::default())],
    )
    .await;
    world.start_consumers();
    world.start_relay();
    let events: Vec<Envelope> = (0..50)
        .map(|number| world.event(&format!("s{number}"), 1))
        .collect();
    world.emit(&events).await;
    world.listeners[1].probe.committed(50).await;
    world.listeners[0].probe.let_through(1_000);
    world.listeners[0].probe.committed(50).await;
    for listener in &world.listeners {
        assert_eq!(seen(&listener.effects().await), wanted(&events));
    }
    world.stop().await;
}

/// Consumers and relays that stop, or are killed, and start again lose nothing and double nothing.
pub async fn a_stopped_consumer_loses_nothing(backend: &dyn Backend) {
    let mut world = World::start(backend, World::quick()).await;
    let mut events = Vec::new();
    for round in 0..8_i64 {
        let batch: Vec<Envelope> = (0..60_i64)
            .map(|number| world.event(&format!("s{}", number % 7), round * 60 + number))
            .collect();
        world.emit(&batch).await;
        events.extend(batch);
        let so_far = events.len();
        world.listener().effects_reach(so_far - 40).await;
        match round % 4 {
            0 => {
                world.stop_consumers().await;
                world.start_consumers();
            }
            1 => {
                world.stop_relays().await;
                world.start_relay();
            }
            2 => {
                world.stop_consumers().await;
                world.stop_relays().await;
                world.start_relay();
                world.start_consumers();
            }
            _ => {
                world.kill().await;
                world.start_relay();
                world.start_consumers();
            }
        }
    }
    world.listener().effects_reach(events.len()).await;
    let effects = world.listener().effects().await;
    assert_eq!(effects.len(), events.len());
    assert_eq!(seen(&effects), wanted(&events));
    assert_ordered(&effects);
    world.stop().await;
}

/// What was committed and not delivered when a process was killed is delivered by the next one.
pub async fn an_outbox_left_by_a_killed_process_is_delivered(backend: &dyn Backend) {
    let mut world = World::build(backend, World::quick(), vec![("reader", Probe::default())]).await;
    let events: Vec<Envelope> = (1..=700).map(|version| world.event("a", version)).collect();
    world.emit(&events).await;
    world.start_relay();
    world.start_consumers();
    world.listener().probe.committed(700).await;
    let effects = world.listener().effects().await;
    assert_eq!(effects.len(), 700);
    assert_ordered(&effects);
    world.stop().await;
}

/// In front of a slow consumer nothing grows but the outbox or the broker's queue.
pub async fn a_slow_consumer_fills_no_memory(backend: &dyn Backend) {
    let config = BusConfig {
        batch: 4,
        queue: 4,
        held: 8,
        relay_batch: 8,
        relay_window: 16,
        relay_run: 4,
        ..World::quick()
    };
    let mut world = World::build(backend, config, vec![("reader", Probe::gated())]).await;
    world.start_consumers();
    let status = world.start_relay();
    let events: Vec<Envelope> = (0..400_i64)
        .map(|number| world.event(&format!("s{}", number % 40), number))
        .collect();
    world.emit(&events).await;
    world.listener().probe.runs(1).await;
    for done in 0..400 {
        world.listener().probe.let_through(1);
        if done % 20 == 19 {
            world.listener().probe.committed(done - 8).await;
        }
        assert!(status.in_memory() <= 16, "{} rows", status.in_memory());
    }
    world.listener().probe.committed(400).await;
    let effects = world.listener().effects().await;
    assert_eq!(seen(&effects), wanted(&events));
    assert_ordered(&effects);
    world.stop().await;
}

fn assert_ordered(effects: &[Effect]) {
    let mut last: HashMap<&str, i64> = HashMap::new();
    for effect in effects {
        let before = last.insert(&effect.subject, effect.version);
        assert!(
            before.is_none_or(|before| before < effect.version),
            "{} {before:?} before {}",
            effect.subject,
            effect.version
        );
    }
}

fn seen(effects: &[Effect]) -> HashSet<kernel::EventId> {
    effects.iter().map(|effect| effect.event).collect()
}

fn wanted(events: &[Envelope]) -> HashSet<kernel::EventId> {
    events.iter().map(|event| event.id).collect()
}

/// Dead letters of the first consumer: subject and reason.
async fn letters(world: &World) -> Vec<(String, String)> {
    let letters = dead_letter::list(&world.listener().db, 100).await.unwrap();
    letters
        .into_iter()
        .map(|letter| {
            let envelope = Envelope::from_json(&letter.body).unwrap();
            assert_eq!(envelope.id, letter.event_id);
            (envelope.subject, letter.reason)
        })
        .collect()
}
