use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;

use crate::{PASSWORD, World, slug};

/// Guesses at one account for a simulated day, as fast as the answers allow.
#[tokio::test]
async fn a_day_of_brute_force_tries_few_passwords_and_the_owner_gets_in_after() {
    let world = World::start_set(|config, _| {
        config["account_failures"] = json!(3);
        config["account_recovery_s"] = json!(3_600);
    })
    .await;
    let mut tried = 0;
    for _ in 0..24 * 6 {
        let reply = world.try_sign_in("worker", "a guess of a password").await;
        tried += u32::from(reply.status == 401);
        world.clock.advance(Duration::from_mins(10));
    }
    // three at first, then one an hour
    assert!((24..=27).contains(&tried), "{tried}");
    world.clock.advance(Duration::from_hours(1));
    world.tokens("worker").await;
}

#[tokio::test]
async fn stuffing_many_accounts_from_one_source_is_stopped_by_the_source() {
    let world = World::start_set(|config, _| {
        config["source_failures"] = json!(10);
        config["source_recovery_s"] = json!(60);
    })
    .await;
    let names: Vec<String> = (0..40).map(|number| format!("leaked-{number}")).collect();
    let replies = join_all(
        names
            .iter()
            .map(|name| world.try_sign_in(name, "leaked password")),
    )
    .await;
    let tried = replies.iter().filter(|reply| reply.status == 401).count();
    assert_eq!(tried, 10);
    // even a pair that fits is not told from there
    let refused = world.try_sign_in("worker", PASSWORD).await;
    assert_eq!(slug(&refused, 429), "too-many-attempts");
    world.clock.advance(Duration::from_mins(1));
    world.tokens("worker").await;
}

#[tokio::test]
async fn refusals_are_on_record_without_the_guesses() {
    let world = World::start_set(|config, _| config["account_failures"] = json!(2)).await;
    for _ in 0..6 {
        world
            .try_sign_in("worker", "guess-worth-keeping-secret")
            .await;
    }
    let auditor = world.sign_in("auditor").await;
    let log = auditor
        .get("/api/identity/v1/access-log?limit=200")
        .await
        .expect(200);
    let refused = log["items"].as_array().unwrap().iter();
    let refused = refused.filter(|entry| entry["result"] == "credentials-invalid");
    assert_eq!(refused.count(), 2);
    assert!(!log.to_string().contains("guess-worth"));
}
