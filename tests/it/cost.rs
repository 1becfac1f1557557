//! What a five-order request costs in statements, by service. Each is a trip to a thread or a server
//! while others wait, so that throughput hangs on their number; `--no-capture` shows which they are.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use scenarios::{Running, order};
use serde_json::{Value, json};
use store::Tally;

use crate::five_order::crew::Crew;
use crate::world::World;

/// Services that a request passes.
const SERVICES: [&str; 3] = ["ticketing", "volunteering", "notifications"];
/// Most statements of each of them for a request, alone or among others.
const MOST: [u64; 3] = [66, 14, 42];
/// Requests at once.
const CROWD: usize = 12;

#[tokio::test]
async fn a_request_costs_no_more_statements_than_it_did() {
    let world = World::start().await;
    let Running::Embedded(host) = &world.host else {
        // statements are counted in the process that runs them
        return world.host.stop().await;
    };
    let tallies = || SERVICES.map(|service| host.deps(service).db.take_tally());
    let crew = Crew::in_compound(&world).await;
    lifecycles(&world, &crew, 1).await;

    drop(tallies());
    let mut costs = Vec::new();
    for requests in [1, CROWD] {
        lifecycles(&world, &crew, requests).await;
        for ((service, mut tally), most) in SERVICES.into_iter().zip(tallies()).zip(MOST) {
            tally.retain(|(transaction, sql), _| !is_upkeep(transaction, sql));
            show(service, &tally, requests);
            let statements = tally.values().sum::<u64>() / requests as u64;
            costs.push((service, requests, statements, most));
        }
    }
    println!("{costs:?}");
    for (service, requests, statements, most) in costs {
        assert!(
            statements <= most,
            "{service}: {statements} statements a request, {requests} at once, at most {most}"
        );
    }
    world.host.stop().await;
}

/// Takes requests from asking to publication, all of them a step at a time: nobody looks whether an event
/// has arrived, which would cost as often as the machine is slow.
async fn lifecycles(world: &World, crew: &Crew, requests: usize) {
    let body = order::five_order("楼道照明灯不亮");
    let orders = join_all((0..requests).map(|_| order::open(&crew.requester, &body))).await;
    let act = async |order, action, body| {
        let reply = order::act(&crew.dispatcher, order, action, body).await;
        reply.expect(200);
    };
    join_all(orders.iter().map(|order| act(order, "dispatch", json!({})))).await;
    world.settled().await;
    join_all(orders.iter().map(|order| claim(crew, order))).await;
    world.settled().await;
    join_all(orders.iter().map(async |order| {
        order::handle(&crew.volunteer, order).await;
        order::review(&crew.neighbours(), order, 5, true).await;
        let publication = json!({"title": "楼道照明灯已修复", "summary": "志愿力量当日更换灯泡。"});
        act(order, "publish", publication).await;
    }))
    .await;
    world.settled().await;
}

/// Takes the task of an order whose offer has arrived.
async fn claim(crew: &Crew, order: &Value) {
    let task = order::task(&crew.volunteer, order).await;
    let claim = format!("{}/{task}/claim", order::TASKS);
    crew.volunteer.post(&claim, &json!({})).await.expect(200);
}

/// Probes and polls cost by the second, not by the request, as schedules do, which the tally leaves out; and so does
/// the frame of a batch of events: how many share one is the machine's chance.
fn is_upkeep(transaction: &str, sql: &str) -> bool {
    let polls = |table: &str| sql.starts_with("SELECT") && sql.contains(table);
    let polled = ["\"outbox\"", "\"dead_letter\"", "\"ended_access\""];
    let frame = ["BEGIN", "COMMIT", "INSERT INTO \"inbox\""];
    let of_a_batch = frame.iter().any(|start| sql.starts_with(start));
    // figures follow in batches of hundreds of changes
    transaction.starts_with("lease.")
        || transaction.starts_with("outbox.")
        || transaction == "figures.fold"
        || (transaction == "bus.consume" && of_a_batch)
        || polled.into_iter().any(polls)
}

/// Prints what was run, the most frequent first.
fn show(service: &str, tally: &Tally, requests: usize) {
    let mut transactions: BTreeMap<&str, u64> = BTreeMap::new();
    for ((transaction, _), count) in tally {
        *transactions.entry(transaction).or_default() += count;
    }
    println!("{service}, {requests} at once: {transactions:?}");
    let mut texts: Vec<_> = tally.iter().collect();
    texts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for ((transaction, sql), count) in texts {
        println!("{count:>6} {transaction:<16} {sql}");
    }
}
