use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use testkit::Reply;
use testkit::gateway::gateway;

use crate::{World, slug};

const CODES: &str = "/api/identity/v1/sessions/phone/codes";
const SIGN_IN: &str = "/api/identity/v1/sessions/phone";
const PHONE: &str = "13900001234";
const OTHER: &str = "13900001235";

/// An installation whose codes go to a file.
async fn world() -> World {
    World::start_set(|config, folder| {
        config["phone"] = json!({"outbox_file": folder.join("codes.txt")});
    })
    .await
}

async fn request(world: &World, phone: &str) -> Reply {
    world
        .host
        .anonymous()
        .post(CODES, &json!({"phone": phone}))
        .await
}

async fn sign_in(world: &World, phone: &str, code: &str) -> Reply {
    let body = json!({"phone": phone, "code": code});
    world.host.anonymous().post(SIGN_IN, &body).await
}

/// The code that came last.
fn received(world: &World, phone: &str) -> String {
    let codes = fs::read_to_string(world.host.folder().join("codes.txt")).unwrap();
    let mut lines = codes
        .lines()
        .rev()
        .filter_map(|line| line.strip_prefix(phone));
    lines.next().unwrap().trim().to_owned()
}

fn other_than(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

#[tokio::test]
async fn a_resident_signs_in_by_telephone_and_is_the_same_the_next_time() {
    let world = world().await;
    let asked = request(&world, PHONE).await.expect(202);
    assert_eq!(asked, json!({"expires_in": 300}));
    let code = received(&world, PHONE);
    let tokens = sign_in(&world, &format!("+86 {PHONE}"), &code)
        .await
        .expect(200);
    let resident = world.caller(&tokens).await;
    let me = resident.get("/api/identity/v1/me").await.expect(200);
    assert_eq!(
        (&me["roles"], &me["display_name"]),
        (&json!([]), &json!("居民"))
    );
    assert!(!me.to_string().contains("1390000"));
    // good once
    assert_eq!(
        slug(&sign_in(&world, PHONE, &code).await, 401),
        "phone-code-invalid"
    );
    request(&world, PHONE).await.expect(202);
    let again = sign_in(&world, PHONE, &received(&world, PHONE))
        .await
        .expect(200);
    assert_eq!(world.caller(&again).await.account, resident.account);
    let sessions = resident
        .get("/api/identity/v1/me/sessions")
        .await
        .expect(200);
    assert_eq!(sessions["items"][0]["method"], "phone");
    request(&world, OTHER).await.expect(202);
    let another = sign_in(&world, OTHER, &received(&world, OTHER))
        .await
        .expect(200);
    assert_ne!(world.caller(&another).await.account, resident.account);
    // there is no password to guess
    let name = me["username"].as_str().unwrap();
    assert_eq!(
        slug(&world.try_sign_in(name, "x").await, 401),
        "credentials-invalid"
    );
}

#[tokio::test]
async fn nobody_is_locked_out_by_codes_that_were_never_sent() {
    let world = world().await;
    for _ in 0..12 {
        let reply = sign_in(&world, PHONE, "000000").await;
        assert_eq!(slug(&reply, 401), "phone-code-invalid");
    }
    request(&world, PHONE).await.expect(202);
    sign_in(&world, PHONE, &received(&world, PHONE))
        .await
        .expect(200);
}

#[tokio::test]
async fn nobody_learns_whether_a_telephone_is_known() {
    let world = world().await;
    request(&world, PHONE).await.expect(202);
    sign_in(&world, PHONE, &received(&world, PHONE))
        .await
        .expect(200);
    let answers = [request(&world, PHONE).await, request(&world, OTHER).await];
    assert_eq!(answers[0].body, answers[1].body);
    let mut refusals = Vec::new();
    for phone in [PHONE, OTHER, "13900001236"] {
        let mut reply = sign_in(&world, phone, "abcdef").await;
        assert_eq!(slug(&reply, 401), "phone-code-invalid");
        reply.body.as_object_mut().unwrap().remove("trace_id");
        refusals.push(reply.body);
    }
    refusals.dedup();
    assert_eq!(refusals.len(), 1);
}

#[tokio::test]
async fn a_code_ends_by_time_by_tries_and_by_a_newer_one() {
    let world = world().await;
    request(&world, PHONE).await.expect(202);
    let first = received(&world, PHONE);
    request(&world, PHONE).await.expect(202);
    let second = received(&world, PHONE);
    if first != second {
        assert_eq!(
            slug(&sign_in(&world, PHONE, &first).await, 401),
            "phone-code-invalid"
        );
    }
    world.clock.advance(Duration::from_mins(5));
    assert_eq!(
        slug(&sign_in(&world, PHONE, &second).await, 401),
        "phone-code-invalid"
    );
    world.clock.advance(Duration::from_hours(1));
    request(&world, PHONE).await.expect(202);
    let third = received(&world, PHONE);
    let wrong = other_than(&third);
    let guesses = join_all((0..12).map(|_| sign_in(&world, PHONE, &wrong))).await;
    let told = guesses.iter().filter(|reply| reply.status == 401).count();
    assert_eq!(told, 5);
    assert_eq!(
        slug(&sign_in(&world, PHONE, &third).await, 429),
        "too-many-attempts"
    );
    world.clock.advance(Duration::from_mins(4));
    // still within its time, and one attempt is forgiven no more than its tries
    assert_eq!(
        slug(&sign_in(&world, PHONE, &third).await, 429),
        "too-many-attempts"
    );
    world.clock.advance(Duration::from_mins(30));
    request(&world, PHONE).await.expect(202);
    sign_in(&world, PHONE, &received(&world, PHONE))
        .await
        .expect(200);
}

#[tokio::test]
async fn one_code_in_many_hands_opens_one_account_and_one_session() {
    let world = world().await;
    request(&world, PHONE).await.expect(202);
    let code = received(&world, PHONE);
    let all = join_all((0..6).map(|_| sign_in(&world, PHONE, &code))).await;
    let through = all.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(through, 1);
}

#[tokio::test]
async fn codes_are_sent_at_a_pace_that_wears_off() {
    let world = world().await;
    for _ in 0..3 {
        request(&world, PHONE).await.expect(202);
    }
    let refused = request(&world, PHONE).await;
    assert_eq!(slug(&refused, 429), "too-many-codes");
    assert!(refused.headers.contains_key("retry-after"));
    request(&world, OTHER).await.expect(202);
    world.clock.advance(Duration::from_mins(5));
    request(&world, PHONE).await.expect(202);
    assert_eq!(slug(&request(&world, PHONE).await, 429), "too-many-codes");
    // one address that asks for many telephones
    let mut sent = 0;
    for last in 0..60 {
        let reply = request(&world, &format!("139000020{last:02}")).await;
        sent += u32::from(reply.status == 202);
    }
    assert!((20..=30).contains(&sent), "{sent}");
}

#[tokio::test]
async fn a_suspended_account_gets_the_answer_of_a_wrong_code() {
    let world = world().await;
    request(&world, PHONE).await.expect(202);
    let tokens = sign_in(&world, PHONE, &received(&world, PHONE))
        .await
        .expect(200);
    let resident = world.caller(&tokens).await;
    let security = world.sign_in("security").await;
    let path = format!(
        "/api/identity/v1/accounts/{}/actions/suspend",
        resident.account
    );
    security.post(&path, &json!({})).await.expect(200);
    request(&world, PHONE).await.expect(202);
    let refused = sign_in(&world, PHONE, &received(&world, PHONE)).await;
    assert_eq!(slug(&refused, 401), "phone-code-invalid");
}

#[tokio::test]
async fn numbers_and_codes_are_legible_nowhere() {
    let world = world().await;
    request(&world, PHONE).await.expect(202);
    let code = received(&world, PHONE);
    let digest = world.column("SELECT digest AS v FROM phone_code").await;
    assert_eq!(digest.len(), 32);
    sign_in(&world, PHONE, &other_than(&code)).await;
    sign_in(&world, PHONE, &code).await.expect(200);
    let auditor = world.sign_in("auditor").await;
    let log = auditor
        .get("/api/identity/v1/access-log?limit=200")
        .await
        .expect(200);
    let log = log.to_string();
    assert!(log.contains("open_phone_session") && !log.contains(PHONE) && !log.contains(&code));
}

#[tokio::test]
async fn what_is_no_telephone_or_code_is_named() {
    let world = world().await;
    for phone in [
        json!(""),
        json!("12345"),
        json!("02787654321"),
        json!(13_900_001_234_u64),
        json!("x".repeat(10_000)),
    ] {
        let reply = world
            .host
            .anonymous()
            .post(CODES, &json!({"phone": phone}))
            .await;
        assert_eq!(slug(&reply, 422), "invalid-input", "{phone}");
        assert_eq!(reply.body["errors"][0]["pointer"], "/phone");
    }
    for code in ["12345", "1234567", ""] {
        let reply = sign_in(&world, PHONE, code).await;
        assert_eq!(slug(&reply, 422), "invalid-input", "{code}");
    }
}

#[tokio::test]
async fn without_a_sender_it_is_off_and_everything_else_works() {
    let world = World::start().await;
    assert_eq!(
        slug(&request(&world, PHONE).await, 409),
        "phone-sign-in-off"
    );
    assert_eq!(
        slug(&sign_in(&world, PHONE, "123456").await, 401),
        "phone-code-invalid"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_is_handed_the_code_and_its_failure_is_told() {
    let status = Arc::new(AtomicU16::new(202));
    let (url, got) = gateway(Arc::clone(&status)).await;
    let world = World::start_set(|config, _| {
        config["phone"] = json!({"sender_url": url, "sender_token": "token-of-the-test"});
    })
    .await;
    request(&world, PHONE).await.expect(202);
    let (head, body) = got.lock().unwrap().pop().unwrap();
    assert!(head.contains("authorization: Bearer token-of-the-test"));
    assert_eq!(
        (&body["kind"], &body["phone"], &body["expires_in"]),
        (&json!("code"), &json!(PHONE), &json!(300))
    );
    sign_in(&world, PHONE, body["code"].as_str().unwrap())
        .await
        .expect(200);
    status.store(500, Ordering::SeqCst);
    let refused = request(&world, PHONE).await;
    assert_eq!(slug(&refused, 503), "code-not-sent");
    assert!(refused.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn a_closed_account_keeps_neither_telephone_nor_second_factor_nor_contact() {
    let world = world().await;
    request(&world, PHONE).await.expect(202);
    let tokens = sign_in(&world, PHONE, &received(&world, PHONE))
        .await
        .expect(200);
    let resident = world.caller(&tokens).await;
    let contact = json!({"org_path": crate::world::COMMUNITY, "phone": "19900000001"});
    resident
        .post("/api/identity/v1/me/contacts", &contact)
        .await
        .expect(201);
    let asked = json!({"kind": "erase", "detail": "请依法办理"});
    let asked = resident
        .post("/api/identity/v1/me/privacy-requests", &asked)
        .await
        .expect(201);
    let security = world.sign_in("security").await;
    let answer = format!(
        "/api/identity/v1/privacy-requests/{}/actions/answer",
        asked["id"].as_str().unwrap()
    );
    let granted = json!({"granted": true, "answer": "已依法注销"});
    security.post(&answer, &granted).await.expect(200);
    for table in ["phone_login", "contact", "contact_field"] {
        assert_eq!(world.count(table).await, 0, "{table}");
    }
    // what the law keeps: that it was asked for, and what was done
    assert_eq!(world.count("privacy_request").await, 1);
    // the telephone is anybody's again, and opens another account
    world.clock.advance(Duration::from_mins(6));
    request(&world, PHONE).await.expect(202);
    let anew = sign_in(&world, PHONE, &received(&world, PHONE))
        .await
        .expect(200);
    assert_ne!(world.caller(&anew).await.account, resident.account);
}
