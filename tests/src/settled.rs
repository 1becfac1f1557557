//! When everything that was told has been heard.

use std::collections::HashMap;

use contracts::consumers::CONSUMERS;
use testkit::{Caller, Target, eventually};

/// Waits until every event has been handled by everyone who listens.
///
/// In one process an event leaves the outbox when everyone has handled it. Over a broker it leaves
/// when the broker has it: then the counters of those who tell and those who hear must agree. They
/// begin anew with their process, so this holds while none was started again.
pub async fn settled(caller: &Caller) {
    let mut quiet = 0;
    eventually("all events are handled", async || {
        let services = caller.readiness().await;
        let pending = services
            .iter()
            .any(|service| service["outbox_pending"] != 0);
        let over_broker = !matches!(caller.target(), Target::One(_));
        let busy = pending || (over_broker && !all_heard(&caller.metrics().await));
        // An effect may have told something new behind the first look.
        quiet = if busy { 0 } else { quiet + 1 };
        (quiet == 3).then_some(())
    })
    .await;
}

/// Whether each consumer has heard as many events of each type as were told, by the metrics of all processes.
pub fn all_heard(metrics: &str) -> bool {
    let mut told: HashMap<String, f64> = HashMap::new();
    let mut heard: HashMap<(String, String), f64> = HashMap::new();
    for line in metrics.lines() {
        let Some((name, labels, value)) = sample(line) else {
            continue;
        };
        let kind = labels.get("type").cloned().unwrap_or_default();
        match name {
            "linli_bus_published_total" => *told.entry(kind).or_default() += value,
            "linli_bus_handled_total"
            | "linli_bus_redelivered_total"
            | "linli_bus_dead_lettered_total" => {
                let consumer = labels.get("consumer").cloned().unwrap_or_default();
                *heard.entry((consumer, kind)).or_default() += value;
            }
            _ => {}
        }
    }
    CONSUMERS.iter().all(|(consumer, types)| {
        types.iter().all(|kind| {
            let told = told.get(*kind).copied().unwrap_or_default();
            let key = ((*consumer).to_owned(), (*kind).to_owned());
            heard.get(&key).copied().unwrap_or_default() >= told
        })
    })
}

/// Name, labels and value of a line of Prometheus' text format.
fn sample(line: &str) -> Option<(&str, HashMap<&str, String>, f64)> {
    let (name, rest) = line.split_once('{')?;
    let (labels, value) = rest.rsplit_once('}')?;
    let labels = labels.split("\",").filter_map(|label| {
        let (name, value) = label.split_once("=\"")?;
        Some((name, value.trim_end_matches('"').to_owned()))
    });
    Some((name, labels.collect(), value.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::all_heard;

    #[test]
    fn what_was_told_and_not_heard_is_noticed() {
        let told = "linli_bus_published_total{service=\"identity\",type=\"linli.identity.account.granted.v1\",otel_scope_name=\"linli.bus\"} 2\n";
        let heard = |consumer: &str, count: u32| {
            format!(
                "linli_bus_handled_total{{consumer=\"{consumer}\",type=\"linli.identity.account.granted.v1\"}} {count}\n"
            )
        };
        assert!(all_heard("# HELP x\n"));
        assert!(!all_heard(told));
        let half = format!(
            "{told}{}{}",
            heard("ticketing", 2),
            heard("notifications", 1)
        );
        assert!(!all_heard(&half));
        let all = format!(
            "{told}{}{}",
            heard("ticketing", 2),
            heard("notifications", 2)
        );
        assert!(all_heard(&all));
    }
}
