use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::authenticator::Authenticator;
use crate::{PASSWORD, World, slug};

const MINE: &str = "/api/identity/v1/me/second-factor";
const PASS: &str = "/api/identity/v1/sessions/second-factor";
const ENROL: &str = "/api/identity/v1/sessions/enrolment";
const STEP: Duration = Duration::from_secs(30);
const GRACE: Duration = Duration::from_hours(14 * 24);

/// Sets a second factor up; returns the app and the recovery codes.
pub(crate) async fn enrol(world: &World, caller: &Caller) -> (Authenticator, Vec<String>) {
    let body = json!({"current_password": PASSWORD});
    let view = caller.post(MINE, &body).await.expect(200);
    let app = Authenticator::scan(&view);
    let code = app.code(world.now());
    let path = format!("{MINE}/actions/confirm");
    let done = caller.post(&path, &json!({"code": code})).await.expect(200);
    let codes = done["recovery_codes"].as_array().unwrap();
    let codes = codes.iter().map(|code| code.as_str().unwrap().to_owned());
    world.clock.advance(STEP);
    (app, codes.collect())
}

pub(crate) async fn challenge(world: &World, username: &str) -> String {
    let next = world.try_sign_in(username, PASSWORD).await.expect(202);
    assert_eq!(next["next"], "second_factor");
    next["challenge"].as_str().unwrap().to_owned()
}

pub(crate) async fn pass(world: &World, challenge: &str, code: &str) -> Reply {
    let body = json!({"challenge": challenge, "code": code});
    world.host.anonymous().post(PASS, &body).await
}

#[tokio::test]
async fn who_has_a_second_factor_signs_in_with_it_and_each_code_once() {
    let world = World::start().await;
    let worker = world.sign_in("worker").await;
    let before = worker.get(MINE).await.expect(200);
    assert_eq!(before, json!({"active": false, "recovery_codes_left": 0}));
    let (app, codes) = enrol(&world, &worker).await;
    assert_eq!(codes.len(), 10);
    let after = worker.get(MINE).await.expect(200);
    assert_eq!(
        (&after["active"], &after["recovery_codes_left"]),
        (&json!(true), &json!(10))
    );

    let first = challenge(&world, "worker").await;
    let code = app.code(world.now());
    let tokens = pass(&world, &first, &code).await.expect(200);
    assert_eq!(world.caller(&tokens).await.account, worker.account);
    // the same code again, also of a sign-in of its own
    assert_eq!(slug(&pass(&world, &first, &code).await, 422), "code-wrong");
    let second = challenge(&world, "worker").await;
    assert_eq!(slug(&pass(&world, &second, &code).await, 422), "code-wrong");
    // nor one from before the last used
    let older = app.code(world.now().minus(STEP));
    assert_eq!(
        slug(&pass(&world, &second, &older).await, 422),
        "code-wrong"
    );
    let ahead = app.code(world.now().plus(STEP));
    pass(&world, &second, &ahead).await.expect(200);
}

#[tokio::test]
async fn one_code_in_many_hands_signs_in_once() {
    let world = World::start().await;
    let worker = world.sign_in("worker").await;
    let (app, _) = enrol(&world, &worker).await;
    let challenge = challenge(&world, "worker").await;
    let code = app.code(world.now());
    let all = join_all((0..4).map(|_| pass(&world, &challenge, &code))).await;
    let passed = all.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(passed, 1);
}

#[tokio::test]
async fn a_recovery_code_is_good_once_and_renewed_ones_replace_all() {
    let world = World::start().await;
    let worker = world.sign_in("worker").await;
    let (app, codes) = enrol(&world, &worker).await;
    let typed = codes[0].to_uppercase().replace('-', " ");
    let first = challenge(&world, "worker").await;
    pass(&world, &first, &typed).await.expect(200);
    assert_eq!(
        slug(&pass(&world, &first, &codes[0]).await, 422),
        "code-wrong"
    );
    let left = worker.get(MINE).await.expect(200);
    assert_eq!(left["recovery_codes_left"], 9);

    let renew = format!("{MINE}/actions/renew-recovery-codes");
    let body = json!({"code": app.code(world.now())});
    let renewed = worker.post(&renew, &body).await.expect(200);
    assert_eq!(
        slug(&pass(&world, &first, &codes[1]).await, 422),
        "code-wrong"
    );
    let new = renewed["recovery_codes"][0].as_str().unwrap();
    pass(&world, &first, new).await.expect(200);
}

#[tokio::test]
async fn guessed_codes_slow_down_and_wear_off() {
    let world = World::start().await;
    let worker = world.sign_in("worker").await;
    let (app, _) = enrol(&world, &worker).await;
    let first = challenge(&world, "worker").await;
    let guesses = join_all((0..20).map(|_| pass(&world, &first, "abcdef"))).await;
    let told = guesses.iter().filter(|reply| reply.status == 422).count();
    assert_eq!(told, 5);
    // a new sign-in does not begin a new count, and the right code is not told either
    let second = challenge(&world, "worker").await;
    let refused = pass(&world, &second, &app.code(world.now())).await;
    assert_eq!(slug(&refused, 429), "too-many-attempts");
    assert!(refused.headers.contains_key("retry-after"));
    world.clock.advance(Duration::from_secs(301));
    let third = challenge(&world, "worker").await;
    pass(&world, &third, &app.code(world.now()))
        .await
        .expect(200);
}

#[tokio::test]
async fn an_administrator_may_put_it_off_and_then_may_only_set_it_up() {
    let world = World::start().await;
    let tokens = world.tokens("security").await;
    let due = &tokens["second_factor_required_from"];
    assert_eq!(due, &json!(world.now().plus(GRACE).to_string()));
    assert!(
        world
            .tokens("worker")
            .await
            .get("second_factor_required_from")
            .is_none()
    );
    for _ in 0..2 {
        world.clock.advance(GRACE / 4);
        world.refresh(&tokens["refresh_token"]).await;
    }
    let renewed = world.tokens("security").await;
    world.clock.advance(GRACE / 2);
    let refused = world.refresh(&renewed["refresh_token"]).await;
    assert_eq!(slug(&refused, 401), "refresh-token-invalid");

    let next = world.try_sign_in("security", PASSWORD).await.expect(202);
    assert_eq!(
        (&next["next"], next.get("access_token")),
        (&json!("enrolment"), None)
    );
    let challenge = next["challenge"].as_str().unwrap();
    let anyone = world.host.anonymous();
    // it is good for nothing else
    assert_eq!(
        slug(&pass(&world, challenge, "123456").await, 401),
        "challenge-invalid"
    );
    let confirm = format!("{ENROL}/actions/confirm");
    let early = json!({"challenge": challenge, "code": "123456"});
    assert_eq!(
        slug(&anyone.post(&confirm, &early).await, 409),
        "enrolment-missing"
    );
    let view = anyone
        .post(ENROL, &json!({"challenge": challenge}))
        .await
        .expect(200);
    let app = Authenticator::scan(&view);
    let wrong = json!({"challenge": challenge, "code": app.code(world.now().plus(GRACE))});
    assert_eq!(
        slug(&anyone.post(&confirm, &wrong).await, 422),
        "code-wrong"
    );
    let right = json!({"challenge": challenge, "code": app.code(world.now())});
    let done = anyone.post(&confirm, &right).await.expect(200);
    assert_eq!(done["recovery_codes"].as_array().unwrap().len(), 10);
    let security = world.caller(&done["tokens"]).await;
    security.get("/api/identity/v1/accounts").await.expect(200);
    // the challenge has had its day: it must not replace what was set up
    let again = anyone.post(ENROL, &json!({"challenge": challenge})).await;
    assert_eq!(slug(&again, 401), "challenge-invalid");
    let body = json!({"current_password": PASSWORD, "code": done["recovery_codes"][0]});
    let kept = security
        .post(&format!("{MINE}/actions/remove"), &body)
        .await;
    assert_eq!(slug(&kept, 409), "second-factor-required");
}

#[tokio::test]
async fn a_stolen_access_token_cannot_change_the_second_factor() {
    let world = World::start().await;
    let worker = world.sign_in("worker").await;
    let wrong = json!({"current_password": "not this one"});
    assert_eq!(
        slug(&worker.post(MINE, &wrong).await, 422),
        "current-password-wrong"
    );
    let (app, codes) = enrol(&world, &worker).await;
    // nor the password together with it
    let body = json!({"current_password": PASSWORD});
    assert_eq!(slug(&worker.post(MINE, &body).await, 422), "code-wrong");
    let remove = format!("{MINE}/actions/remove");
    let body = json!({"current_password": PASSWORD, "code": "000000"});
    assert_eq!(slug(&worker.post(&remove, &body).await, 422), "code-wrong");
    let body = json!({"current_password": PASSWORD, "code": app.code(world.now())});
    let view = worker.post(MINE, &body).await.expect(200);
    // until the new one is confirmed, the old one counts
    let first = challenge(&world, "worker").await;
    pass(&world, &first, &codes[0]).await.expect(200);
    world.clock.advance(STEP);
    let new = Authenticator::scan(&view).code(world.now());
    let confirm = format!("{MINE}/actions/confirm");
    let done = worker
        .post(&confirm, &json!({"code": new}))
        .await
        .expect(200);
    world.clock.advance(STEP);
    let second = challenge(&world, "worker").await;
    let old = app.code(world.now());
    assert_eq!(slug(&pass(&world, &second, &old).await, 422), "code-wrong");
    let body = json!({"current_password": PASSWORD, "code": done["recovery_codes"][0]});
    worker.post(&remove, &body).await.expect(204);
    world.tokens("worker").await;
}

#[tokio::test]
async fn a_lost_telephone_is_helped_by_the_security_administrator() {
    let world = World::start().await;
    let tokens = world.tokens("worker").await;
    let worker = world.caller(&tokens).await;
    enrol(&world, &worker).await;
    let security = world.sign_in("security").await;
    let reset = |id: &str| format!("/api/identity/v1/accounts/{id}/actions/reset-second-factor");
    let own = security
        .send(security.request(Method::POST, &reset(&security.account.to_string())))
        .await;
    assert_eq!(slug(&own, 403), "own-account");
    let nobody = security.request(Method::POST, &reset("acc_01jcgb2r00e8arc5tmvkbzqy7x"));
    assert_eq!(slug(&security.send(nobody).await, 404), "account-not-found");
    let path = reset(&worker.account.to_string());
    security
        .send(security.request(Method::POST, &path))
        .await
        .expect(204);
    let refused = world.refresh(&tokens["refresh_token"]).await;
    assert_eq!(slug(&refused, 401), "refresh-token-invalid");
    world.tokens("worker").await;
}

#[tokio::test]
async fn a_closed_account_keeps_no_second_factor() {
    let world = World::start().await;
    let worker = world.sign_in("worker").await;
    enrol(&world, &worker).await;
    let asked = json!({"kind": "erase", "detail": "请依法办理"});
    let asked = worker
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
    for table in ["second_factor", "recovery_code"] {
        assert_eq!(world.count(table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn what_is_no_challenge_or_over_is_refused() {
    let world = World::start().await;
    let worker = world.sign_in("worker").await;
    let (app, _) = enrol(&world, &worker).await;
    let good = challenge(&world, "worker").await;
    let tampered = format!("{}AAAA", good.get(..good.len() - 4).unwrap());
    for text in ["x", "é", &tampered, &"A".repeat(512)] {
        let refused = pass(&world, text, &app.code(world.now())).await;
        assert_eq!(slug(&refused, 401), "challenge-invalid", "{text}");
    }
    let cases = [
        (json!({"challenge": good}), "/code"),
        (json!({"challenge": good, "code": "12345"}), "/code"),
        (json!({"challenge": good, "code": 123_456}), "/code"),
        (
            json!({"challenge": "A".repeat(513), "code": "123456"}),
            "/challenge",
        ),
        (json!({"challenge": good, "code": "123456", "x": 1}), "/x"),
    ];
    for (body, pointer) in cases {
        let refused = world.host.anonymous().post(PASS, &body).await;
        assert_eq!(slug(&refused, 422), "invalid-input", "{body}");
        assert_eq!(refused.body["errors"][0]["pointer"], pointer);
    }
    world.clock.advance(Duration::from_mins(5));
    let late = pass(&world, &good, &app.code(world.now())).await;
    assert_eq!(slug(&late, 401), "challenge-invalid");
    // suspended in between
    let good = challenge(&world, "worker").await;
    let security = world.sign_in("security").await;
    let suspend = format!(
        "/api/identity/v1/accounts/{}/actions/suspend",
        worker.account
    );
    security.post(&suspend, &json!({})).await.expect(200);
    let refused = pass(&world, &good, &app.code(world.now())).await;
    assert_eq!(slug(&refused, 401), "challenge-invalid");
}

#[tokio::test]
async fn nothing_secret_is_legible_in_the_store_or_the_log() {
    let world = World::start().await;
    let worker = world.sign_in("worker").await;
    let view = worker
        .post(MINE, &json!({"current_password": PASSWORD}))
        .await
        .expect(200);
    let app = Authenticator::scan(&view);
    let stored = world
        .column("SELECT sealed_pending AS v FROM second_factor")
        .await;
    assert!(stored.len() > app.secret().len());
    assert!(
        !stored
            .windows(app.secret().len())
            .any(|part| part == app.secret())
    );
    let auditor = world.sign_in("auditor").await;
    let log = auditor
        .get("/api/identity/v1/access-log?limit=200")
        .await
        .expect(200);
    let operations: Vec<&Value> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["operation"])
        .collect();
    assert!(operations.contains(&&json!("enrol_second_factor")));
    assert!(!log.to_string().contains(view["secret"].as_str().unwrap()));
}

#[tokio::test]
async fn an_added_sealing_key_takes_over_what_is_used() {
    const SEALED: &str = "SELECT sealed_secret AS v FROM second_factor";
    const KEYS: &str = "SELECT sealed AS v FROM signing_key WHERE generation = 1";
    let world = World::start().await;
    let worker = world.sign_in("worker").await;
    let (app, _) = enrol(&world, &worker).await;
    let before = (world.column(SEALED).await, world.column(KEYS).await);
    let path = world.host.folder().join("data/identity/sealing.keys");
    let mut keys = std::fs::read_to_string(&path).unwrap();
    keys.push_str("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\n");
    std::fs::write(&path, keys).unwrap();
    let world = World {
        host: world.host.restart().await,
        ..world
    };
    let challenge = challenge(&world, "worker").await;
    let code = app.code(world.now());
    pass(&world, &challenge, &code).await.expect(200);
    let after = (world.column(SEALED).await, world.column(KEYS).await);
    // the version, then the key's id
    assert_ne!(before.0[1..9], after.0[1..9]);
    assert_eq!(after.0[1..9], after.1[1..9]);
    world.clock.advance(STEP);
    let code = app.code(world.now());
    pass(&world, &challenge, &code).await.expect(200);
}
