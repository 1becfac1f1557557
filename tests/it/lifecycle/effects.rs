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
        .compare(async |kind, id| shown(people, kind, id).await)
        .await;
    let told: Vec<String> = different.iter().map(ToString::to_string).collect();
    assert_eq!(told, [""; 0], "{}", desk.report());
}

/// What the API shows of a thing that is entered in the ledger.
async fn shown(people: &People, kind: &str, id: &str) -> Option<Value> {
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
    let reply = caller.get(&path).await;
    assert!(
        [200, 404].contains(&reply.status.as_u16()),
        "{path}: {:#}",
        reply.body
    );
    let there = reply.status == 200;
    match kind {
        "photo" => items(&reply.body).first().cloned(),
        _ => there.then_some(reply.body),
    }
}

/// How orders differ from `untouched`, one that nothing met: in what people were told of them, and in
/// their steps. Nobody is told the same twice.
pub(crate) async fn differences(
    people: &People,
    orders: &[OrderId],
    untouched: OrderId,
) -> Vec<String> {
    let mut different = Vec::new();
    let nothing = Told::new();
    for (number, person) in people.fixed().into_iter().enumerate() {
        let told = told(person).await;
        let of = |order: OrderId| told.get(&order.to_string()).unwrap_or(&nothing);
        let expected = of(untouched);
        let others = orders.iter().filter(|order| of(**order) != expected);
        different.extend(others.map(|order| {
            let told = of(*order);
            format!("person {number} of {order}: {told:?}, not {expected:?}")
        }));
    }
    for (number, judge) in people.judges.iter().enumerate() {
        different.extend(repeated(&told(judge).await).map(|what| format!("judge {number} {what}")));
    }
    let expected = steps(people, untouched).await;
    for order in orders {
        let steps = steps(people, *order).await;
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

async fn steps(people: &People, order: OrderId) -> Vec<String> {
    let timeline = format!("{ORDERS}/{order}/timeline?limit=200");
    let timeline = people.dispatcher.get(&timeline).await.expect(200);
    let steps = items(&timeline)
        .iter()
        .map(|step| format!("{} {}", step["kind"], step["action"]));
    steps.collect()
}
