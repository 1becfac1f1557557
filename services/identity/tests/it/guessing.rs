//! Guessing from many addresses and at many accounts: what is allowed is counted once for all, in the
//! store, so that neither a second replica nor a restart gives more.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::authenticator::Authenticator;
use crate::{PASSWORD, World, slug};

const SESSIONS: &str = "/api/identity/v1/sessions";
const SECOND: &str = "/api/identity/v1/sessions/second-factor";
const MINE: &str = "/api/identity/v1/me/second-factor";
const PHONE: &str = "/api/identity/v1/sessions/phone";
const CODES: &str = "/api/identity/v1/sessions/phone/codes";

/// Somebody at an address of their own.
fn at(world: &World, number: u8) -> Caller {
    let address = IpAddr::V4(Ipv4Addr::new(127, 0, 1, number));
    let client = Client::builder()
        .no_proxy()
        .local_address(address)
        .build()
        .unwrap();
    let nobody = world.host.anonymous();
    Caller::at(
        nobody.target().clone(),
        nobody.account,
        String::new(),
        client,
    )
}

/// Everybody of a crowd tries at the same moment, each from another address.
async fn crowd(world: &World, of: u8, path: &str, body: impl Fn(u8) -> Value) -> Vec<Reply> {
    let tries = (1..=of).map(|number| {
        let (caller, body) = (at(world, number), body(number));
        async move { caller.post(path, &body).await }
    });
    join_all(tries).await
}

/// How many were told that they guessed wrong; the others were told nothing.
#[track_caller]
fn told(replies: &[Reply], wrong: u16) -> usize {
    for reply in replies.iter().filter(|reply| reply.status != wrong) {
        assert_eq!(slug(reply, 429), "too-many-attempts");
        assert!(reply.headers.contains_key("retry-after"));
    }
    replies.iter().filter(|reply| reply.status == wrong).count()
}

#[tokio::test]
async fn a_password_guessed_from_many_addresses_is_one_count_that_outlives_the_process() {
    let world = World::start().await;
    let guess = |number| json!({"username": "Worker", "password": format!("a guess {number}")});
    assert_eq!(told(&crowd(&world, 30, SESSIONS, guess).await, 401), 5);
    let right = json!({"username": "worker", "password": PASSWORD});
    let refused = at(&world, 99).post(SESSIONS, &right).await;
    assert_eq!(slug(&refused, 429), "too-many-attempts");
    // what another process counted counts here
    let world = World {
        host: world.host.restart().await,
        ..world
    };
    let refused = at(&world, 99).post(SESSIONS, &right).await;
    assert_eq!(slug(&refused, 429), "too-many-attempts");
    // others are not held up, and the holder is not for long
    world.tokens("resident").await;
    world.clock.advance(Duration::from_secs(30));
    world.tokens("worker").await;
    // who has come has a clean sheet
    assert_eq!(told(&crowd(&world, 30, SESSIONS, guess).await, 401), 5);
}

#[tokio::test]
async fn stuffing_costs_each_address_its_own_and_is_forgotten_when_it_wore_off() {
    let world = World::start_set(|config, _| {
        config["source_failures"] = json!(4);
        config["source_recovery_s"] = json!(60);
    })
    .await;
    for round in 0..3 {
        let pair = |number| json!({"username": format!("leaked-{round}-{number}"), "password": "leaked password"});
        for number in 1..=3 {
            let caller = at(&world, number);
            let tries = (0..10).map(|name| {
                let (caller, body) = (caller.clone(), pair(number * 10 + name));
                async move { caller.post(SESSIONS, &body).await }
            });
            let replies = join_all(tries).await;
            // four at first, then one for each minute
            let allowed = if round == 0 { 4 } else { 1 };
            assert_eq!(told(&replies, 401), allowed, "{round} {number}");
        }
        world.clock.advance(Duration::from_mins(1));
    }
    world.clock.advance(Duration::from_hours(1));
    assert!(world.count("failed_attempt").await >= 3);
    world.identity.forget_attempts().await.unwrap();
    assert_eq!(world.count("failed_attempt").await, 0);
}

#[tokio::test]
async fn behind_a_proxy_each_client_is_counted_and_a_made_up_address_is_not() {
    let section = json!({"source_failures": 3, "source_recovery_s": 3_600});
    let world = World::start_behind(&["127.0.1.200/31"], section).await;
    let guess = async |caller: &Caller, forwarded: &str, number: u8| {
        let body = json!({"username": format!("leaked-{number}"), "password": "leaked password"});
        let asked = caller.request(Method::POST, SESSIONS).json(&body);
        caller
            .send(asked.header("x-forwarded-for", forwarded))
            .await
    };
    let mut replies = Vec::new();
    // through two proxies, the last of which is asked: one client, whatever it says it came from
    let proxy = at(&world, 201);
    for number in 1..=10 {
        let forwarded = format!("198.51.100.{number}, 203.0.113.7, 127.0.1.200");
        replies.push(guess(&proxy, &forwarded, number).await);
    }
    assert_eq!(told(&replies, 401), 3);
    // another client of the same proxies is not held up
    let other = guess(&proxy, "203.0.113.8", 20).await;
    assert_eq!(other.status, 401);
    // whoever is no proxy is counted by its own address
    let stranger = at(&world, 1);
    let mut replies = Vec::new();
    for number in 30..=40 {
        let forwarded = format!("203.0.113.{number}");
        replies.push(guess(&stranger, &forwarded, number).await);
    }
    assert_eq!(told(&replies, 401), 3);
}

#[tokio::test]
async fn a_second_factor_guessed_from_many_addresses_is_one_count() {
    let world = World::start().await;
    let worker = world.sign_in("worker").await;
    let body = json!({"current_password": PASSWORD});
    let view = worker.post(MINE, &body).await.expect(200);
    let app = Authenticator::scan(&view);
    let code = json!({"code": app.code(world.now())});
    worker
        .post(&format!("{MINE}/actions/confirm"), &code)
        .await
        .expect(200);
    world.clock.advance(Duration::from_secs(30));
    // a thief who has the password gets as many challenges as they like
    let right = json!({"username": "worker", "password": PASSWORD});
    let mut challenges = Vec::new();
    for number in 1..=12 {
        let next = at(&world, number).post(SESSIONS, &right).await.expect(202);
        challenges.push(next["challenge"].clone());
    }
    let guess = |number: u8| {
        let challenge = &challenges[usize::from(number) - 1];
        json!({"challenge": challenge, "code": format!("{:06}", number)})
    };
    let mut wrong = told(&crowd(&world, 12, SECOND, guess).await, 422);
    assert_eq!(wrong, 5);
    // a day of it: one for each five minutes, of a million codes of which three are right
    for _ in 0..24 {
        world.clock.advance(Duration::from_hours(1));
        let next = at(&world, 1).post(SESSIONS, &right).await.expect(202);
        let guess =
            |number: u8| json!({"challenge": next["challenge"], "code": format!("{:06}", number)});
        wrong += told(&crowd(&world, 12, SECOND, guess).await, 422);
    }
    assert_eq!(wrong, 5 + 24 * 5);
}

#[tokio::test]
async fn a_telephones_code_is_guessed_five_times_from_wherever() {
    let world = World::start_set(|config, folder| {
        config["phone"] = json!({"outbox_file": folder.join("codes.txt")});
        config["source_failures"] = json!(3);
    })
    .await;
    let victim = "13900001234";
    let asked = crowd(&world, 10, CODES, |_| json!({"phone": victim})).await;
    let sent = asked.iter().filter(|reply| reply.status == 202).count();
    assert_eq!(sent, 3, "a telephone gets three messages in a row");
    let refused = asked.iter().find(|reply| reply.status != 202).unwrap();
    assert_eq!(slug(refused, 429), "too-many-codes");
    let guess = |number| json!({"phone": victim, "code": format!("x{number:05}")});
    assert_eq!(told(&crowd(&world, 20, PHONE, guess).await, 401), 5);
    let codes = fs::read_to_string(world.host.folder().join("codes.txt")).unwrap();
    let code = codes.lines().last().unwrap().rsplit(' ').next().unwrap();
    let right = json!({"phone": victim, "code": code});
    let refused = at(&world, 99).post(PHONE, &right).await;
    assert_eq!(slug(&refused, 429), "too-many-attempts");
    // many telephones from one address: the address is stopped, whoever has them
    let one = at(&world, 98);
    let tries = (0..20).map(|number| {
        let body = json!({"phone": format!("139000012{number:02}"), "code": "000000"});
        let one = one.clone();
        async move { one.post(PHONE, &body).await }
    });
    assert_eq!(told(&join_all(tries).await, 401), 3);
}
