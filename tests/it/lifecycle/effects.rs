//! What orders have caused, compared with what was acknowledged and with an order that nothing met.

use std::collections::BTreeMap;

use kernel::OrderId;
use scenarios::order::{ORDERS, TASKS, items};
use serde_json::Value;

use super::desk::Desk;
use super::people::{People, Told, told};

/// Checks that everything that was acknowledged is there, and nothing that nobody sent.
pub(crate) async fn assert_acknowledged(people: &People, desk: &Desk) {
    let different = desk
        .ledger
        .compare(async |kind, id| shown(people, desk, kind, id).await)
        .await;
    let told: Vec<String> = different.iter().map(ToString::to_string).collect();
    assert_eq!(told, [""; 0], "{}", desk.report());
}

/// What the API shows of a thing that is entered in the ledger.
async fn shown(people: &People, desk: &Desk, kind: &str, id: &str) -> Option<Value> {
    let (caller, path) = match kind {
        "order" => (&people.dispatcher, format!("{ORDERS}/{id}")),
        "task" => (&people.volunteer, format!("{TASKS}/{id}")),
        "photo" => (&people.volunteer, format!("{ORDERS}/{id}/attachments")),
        "vote" => {
            let (order, number) = id.split_once('/').expect("an order and a judge");
            let number: usize = number.parse().expect("a judge's number");
            (&people.judges[number], format!("{ORDERS}/{order}"))
        }
        _ => panic!("nobody enters a {kind}"),
    };
    let shown = desk.look(caller, &path).await?;
    match kind {
        "photo" => items(&shown).first().cloned(),
        _ => Some(shown),
    }
}

/// How orders differ from `untouched`, one that nothing met: in what people were told of them, and in
/// their steps. Nobody is told the same twice.
pub(crate) async fn differences(
    people: &People,
    desk: &Desk,
    orders: &[OrderId],
    untouched: OrderId,
) -> Vec<String> {
    let mut different = Vec::new();
    let nothing = Told::new();
    for (number, person) in people.fixed().into_iter().enumerate() {
        let told = told(desk, person).await;
        let of = |order: OrderId| told.get(&order.to_string()).unwrap_or(&nothing);
        let expected = of(untouched);
        let others = orders.iter().filter(|order| of(**order) != expected);
        different.extend(others.map(|order| {
            let told = of(*order);
            format!("person {number} of {order}: {told:?}, not {expected:?}")
        }));
    }
    // the first of them is the requester, who hears of every step
    for (number, judge) in people.judges.iter().enumerate().skip(1) {
        different.extend(
            repeated(&told(desk, judge).await).map(|what| format!("judge {number} {what}")),
        );
    }
    let expected = steps(people, desk, untouched).await;
    for order in orders {
        let steps = steps(people, desk, *order).await;
        if steps != expected {
            different.push(format!("steps of {order}: {steps:?}, not {expected:?}"));
        }
    }
    different
}

fn repeated(told: &BTreeMap<String, Told>) -> impl Iterator<Item = String> {
    told.iter().flat_map(|(order, kinds)| {
        let repeated = kinds.iter().filter(|(_, count)| **count > 1);
        repeated.map(move |(kind, count)| format!("was told {kind} of {order} {count} times"))
    })
}

async fn steps(people: &People, desk: &Desk, order: OrderId) -> Vec<String> {
    let timeline = format!("{ORDERS}/{order}/timeline?limit=200");
    let timeline = desk.look(&people.dispatcher, &timeline).await;
    let timeline = timeline.expect("the dispatcher sees it");
    let steps = items(&timeline)
        .iter()
        .map(|step| format!("{} {}", step["kind"], step["action"]));
    steps.collect()
}
