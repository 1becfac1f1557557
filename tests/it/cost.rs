//! What a five-order request costs in statements, by service. Each is a trip to a thread or a server
//! while others wait, so that throughput hangs on their number; `--no-capture` shows which they are.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use scenarios::{Running, order};
use serde_json::json;
use store::Tally;

use crate::five_order::crew::Crew;
use crate::world::World;

/// Services that a request passes.
const SERVICES: [&str; 3] = ["ticketing", "volunteering", "notifications"];
/// Most statements of each of them for a request that is alone on the machine.
const ALONE: [u64; 3] = [77, 24, 75];
/// Requests at once.
const CROWD: u64 = 12;
/// Most statements of each service for each of those: events are handled together.
const IN_A_CROWD: [u64; 3] = [74, 22, 54];

#[tokio::test]
async fn a_request_costs_no_more_statements_than_it_did() {
    let world = World::start().await;
    let Running::Embedded(host) = &world.host else {
        // statements are counted in the process that runs them
        return world.host.stop().await;
    };
    let tallies = || SERVICES.map(|service| host.deps(service).db.take_tally());
    let crew = Crew::in_compound(&world).await;
    lifecycle(&crew).await;

    drop(tallies());
    lifecycle(&crew).await;
    world.settled().await;
    let alone = tallies();
    join_all((0..CROWD).map(|_| lifecycle(&crew))).await;
    world.settled().await;
    let crowd = tallies();

    let mut costs = Vec::new();
    for (tallies, requests, most) in [(alone, 1, ALONE), (crowd, CROWD, IN_A_CROWD)] {
        for ((service, mut tally), most) in SERVICES.into_iter().zip(tallies).zip(most) {
            tally.retain(|(transaction, sql), _| !is_upkeep(transaction, sql));
            show(service, &tally, requests);
            costs.push((
                service,
                requests,
                tally.values().sum::<u64>() / requests,
                most,
            ));
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

/// Takes a request from asking to publication.
async fn lifecycle(crew: &Crew) {
    let order = order::open(&crew.requester, &order::five_order("楼道照明灯不亮")).await;
    let act = async |caller, action, body| order::act(caller, &order, action, body).await;
    act(&crew.dispatcher, "dispatch", json!({}))
        .await
        .expect(200);
    order::claim(&crew.volunteer, &order).await;
    order::handle(&crew.volunteer, &order).await;
    order::review(&crew.neighbours(), &order, 5, true).await;
    let publication = json!({"title": "楼道照明灯已修复", "summary": "志愿力量当日更换灯泡。"});
    act(&crew.dispatcher, "publish", publication)
        .await
        .expect(200);
}

/// Probes, polls and leases cost by the second, not by the request.
fn is_upkeep(transaction: &str, sql: &str) -> bool {
    let looks = |table: &str| sql.starts_with("SELECT") && sql.contains(table);
    let polled = [
        "\"outbox\"",
        "\"dead_letter\"",
        "\"ended_access\"",
        "\"figure_due\"",
    ];
    // figures follow in batches of hundreds of changes
    transaction.starts_with("lease.")
        || transaction == "figures.fold"
        || polled.into_iter().any(looks)
}

/// Prints what was run, the most frequent first.
fn show(service: &str, tally: &Tally, requests: u64) {
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
