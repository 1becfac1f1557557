//! How orders stand, as whoever watches the platform sees it.

use std::sync::Arc;
use std::time::Duration;

use chassis::{Deps, Service};
use serde_json::json;
use testkit::FrozenClock;

use crate::loops::step;
use crate::world::{DISTRICT, World, act};

/// A replica of the service that counts now, some time ahead.
async fn counted(world: &World, ahead: Duration, jobs: &[&str]) -> Service {
    let deps = Deps {
        clock: Arc::new(FrozenClock::at(world.now().plus(ahead))),
        ..world.deps().clone()
    };
    let service = (ticketing::MODULE.build)(deps).unwrap();
    for job in jobs {
        let mut schedules = service.schedules().iter();
        let schedule = schedules.find(|schedule| schedule.name() == *job);
        schedule.unwrap().run_once().await.unwrap();
    }
    service
}

/// The value of a gauge with these labels.
fn value(metrics: &str, gauge: &str, labels: &[(&str, &str)]) -> Option<u64> {
    let line = metrics.lines().find(|line| {
        let labelled = |(name, label): &(&str, &str)| line.contains(&format!("{name}=\"{label}\""));
        line.split('{').next() == Some(gauge) && labels.iter().all(labelled)
    })?;
    line.rsplit(' ').next().unwrap().parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn gauges_show_orders_by_state_and_district_as_the_statistics_do() {
    let world = World::start().await;
    let _open = world.open("five-order").await;
    let withdrawn = world.open("five-order").await;
    step(&world.resident, &withdrawn, "withdraw", json!({})).await;
    let handled = world.open("five-order").await;
    act(&world.dispatcher, &handled, "dispatch", &json!({}))
        .await
        .expect(200);

    let service = counted(&world, Duration::ZERO, &["fold_figures", "count_standing"]).await;
    let metrics = world.resident.metrics().await;
    let figures = "/api/ticketing/v1/statistics";
    let figures = world.operator.get(figures).await.expect(200);
    let states = figures["workflows"][0]["states"].as_array().unwrap();
    assert_eq!(states.len(), 3, "{states:?}");
    for state in states {
        let name = state["state"].as_str().unwrap();
        let labels = [
            ("workflow", "five-order"),
            ("state", name),
            ("service", "ticketing"),
        ];
        let shown = value(&metrics, "linli_orders", &labels);
        assert_eq!(shown, state["count"].as_u64(), "{name}: {metrics}");
    }
    let running = |metrics: &str, district, light| {
        let labels = [("district", district), ("light", light)];
        value(metrics, "linli_orders_running", &labels)
    };
    assert_eq!(running(&metrics, DISTRICT, "green"), Some(2));
    assert_eq!(running(&metrics, DISTRICT, "red"), Some(0));
    assert_eq!(running(&metrics, "other", "green"), Some(0));
    for kind in ["return", "extend", "suspend", "exclude", "terminate"] {
        let shown = value(&metrics, "linli_requests_waiting", &[("kind", kind)]);
        assert_eq!(shown, Some(0), "{kind}");
    }
    assert_eq!(value(&metrics, "linli_figures_waiting", &[]), Some(0));
    drop(service);

    // a month later nobody has done anything
    let jobs = ["overdue_sweep", "fold_figures", "count_standing"];
    let _service = counted(&world, Duration::from_hours(24 * 30), &jobs).await;
    let metrics = world.resident.metrics().await;
    assert_eq!(running(&metrics, DISTRICT, "red"), Some(2), "{metrics}");
    assert_eq!(running(&metrics, DISTRICT, "green"), Some(0));
    // figures speak of places and of kinds, of nobody and of no order
    for line in metrics
        .lines()
        .filter(|line| line.starts_with("linli_orders"))
    {
        assert!(!line.contains("ord_") && !line.contains("acc_"), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn districts_beyond_the_configured_number_are_shown_together() {
    let world = World::start().await;
    let _open = world.open("five-order").await;
    let mut deps = world.deps().clone();
    let none = json!({"shown_districts": 0});
    deps.config = deps
        .config
        .merge(figment::providers::Serialized::default("ticketing", none));
    let service = (ticketing::MODULE.build)(deps).unwrap();
    for job in ["fold_figures", "count_standing"] {
        let mut schedules = service.schedules().iter();
        let schedule = schedules.find(|schedule| schedule.name() == job);
        schedule.unwrap().run_once().await.unwrap();
    }
    let metrics = world.resident.metrics().await;
    let running = |district| {
        let labels = [("district", district), ("light", "green")];
        value(&metrics, "linli_orders_running", &labels)
    };
    assert_eq!(running("other"), Some(1), "{metrics}");
    assert_eq!(running(DISTRICT), None);
}
