use std::time::Duration;

use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::Caller;

use crate::world::{COMMUNITY, seed, send};
use crate::{PASSWORD, World, slug};

const MINE: &str = "/api/identity/v1/me/privacy-requests";
const OPEN: &str = "/api/identity/v1/privacy-requests";
const EXPORTS: &str = "/api/identity/v1/me/data-exports";

async fn ask(caller: &Caller, kind: &str) -> Value {
    let body = json!({"kind": kind, "detail": "请依法办理"});
    caller.post(MINE, &body).await.expect(201)
}

fn answer_of(request: &Value) -> String {
    format!("{OPEN}/{}/actions/answer", request["id"].as_str().unwrap())
}

async fn keep_contact(caller: &Caller) -> Value {
    let body = json!({"org_path": COMMUNITY, "name": "王小明", "phone": "19900000001"});
    caller
        .post("/api/identity/v1/me/contacts", &body)
        .await
        .expect(201)
}

#[tokio::test]
async fn a_person_gets_a_copy_of_everything_at_once() {
    let world = World::start().await;
    let resident = world.sign_in("resident").await;
    keep_contact(&resident).await;
    let all = resident
        .post("/api/identity/v1/me/data-exports", &json!({}))
        .await
        .expect(201);
    assert_eq!(all["account"]["username"], "resident");
    assert_eq!(all["contacts"][0]["phone"], "+8619900000001");
    assert_eq!(all["requests"][0]["kind"], "export");
    let acts: Vec<&str> = all["acts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|act| act["operation"].as_str().unwrap())
        .collect();
    assert_eq!(acts, ["register_my_contact", "open_session"]);
    assert_eq!(all["sessions"][0]["source"], "127.0.0.1");
    assert_eq!(
        (&all["said"], &all["reveals"], &all["truncated"]),
        (&json!([]), &json!([]), &json!(false))
    );
    let export = json!({"kind": "export", "detail": "请依法办理"});
    assert_eq!(
        slug(&resident.post(MINE, &export).await, 422),
        "export-at-once"
    );
}

#[tokio::test]
async fn a_copy_tells_what_was_said_and_who_looked() {
    let world = World::start().await;
    world
        .add(seed("community", Role::CommunityDispatcher, COMMUNITY))
        .await;
    let security = world.sign_in("security").await;
    let notice = json!({"purpose": "order-callback", "title": "告知书", "text": "为核实办理结果，我们会电话回访。"});
    let notices = "/api/identity/v1/notices";
    security.post(notices, &notice).await.expect(201);
    let resident = world.sign_in("resident").await;
    for choice in ["given", "withdrawn"] {
        let body = json!({"version": 1, "choice": choice, "channel": "app"});
        let path = "/api/identity/v1/me/consents/order-callback";
        send(&resident, Method::PUT, path, &body).await.expect(200);
    }
    let contact = keep_contact(&resident).await;
    let community = world.sign_in("community").await;
    let reveals = format!(
        "/api/identity/v1/contacts/{}/reveals",
        contact["id"].as_str().unwrap()
    );
    let asked = json!({"fields": ["phone"], "reason": "回访核实"});
    community.post(&reveals, &asked).await.expect(201);
    let all = resident.post(EXPORTS, &json!({})).await.expect(201);
    let said: Vec<&str> = all["said"]
        .as_array()
        .unwrap()
        .iter()
        .map(|said| said["choice"].as_str().unwrap())
        .collect();
    assert_eq!(said, ["withdrawn", "given"]);
    assert_eq!(
        (&all["reveals"][0]["reason"], &all["reveals"][0]["contact"]),
        (&json!("回访核实"), &contact["id"])
    );
    assert!(!all.to_string().contains(&community.account.to_string()));
}

#[tokio::test]
async fn ten_copies_a_day_are_enough_and_push_no_request_out_of_sight() {
    let world = World::start().await;
    let resident = world.sign_in("resident").await;
    ask(&resident, "erase").await;
    for day in 0..11 {
        let resident = world.sign_in("resident").await;
        for _ in 0..10 {
            resident.post(EXPORTS, &json!({})).await.expect(201);
        }
        let reply = resident.post(EXPORTS, &json!({})).await;
        assert_eq!(slug(&reply, 429), "exports-too-many", "{day}");
        assert!(reply.headers.contains_key("retry-after"));
        world.clock.advance(Duration::from_hours(24));
    }
    let resident = world.sign_in("resident").await;
    let again = json!({"kind": "erase", "detail": "请依法办理"});
    assert_eq!(
        slug(&resident.post(MINE, &again).await, 409),
        "privacy-request-exists"
    );
}

#[tokio::test]
async fn nothing_is_written_for_an_account_that_is_closed_already() {
    let world = World::start().await;
    let security = world.sign_in("security").await;
    let notice = json!({"purpose": "order-callback", "title": "告知书", "text": "为核实办理结果，我们会电话回访。"});
    let notices = "/api/identity/v1/notices";
    security.post(notices, &notice).await.expect(201);
    let child = world.account_of("worker").await;
    let resident = world.sign_in("resident").await;
    let contact = keep_contact(&resident).await;
    let one = format!(
        "/api/identity/v1/me/contacts/{}",
        contact["id"].as_str().unwrap()
    );
    // as within the second in which a token still counts
    world
        .execute("UPDATE account SET status = 'closed' WHERE username = 'resident'")
        .await;
    let birthday = world.now().plus(Duration::from_hours(24 * 365));
    let kept = json!({"org_path": COMMUNITY, "phone": "19900000001"});
    let writes = [
        (Method::POST, "me/contacts", kept.clone()),
        (
            Method::POST,
            "me/privacy-requests",
            json!({"kind": "erase", "detail": "请依法办理"}),
        ),
        (
            Method::POST,
            "me/guardianships",
            json!({"minor": child, "ends_at": birthday}),
        ),
        (
            Method::PUT,
            "me/consents/order-callback",
            json!({"version": 1, "choice": "given", "channel": "app"}),
        ),
        (
            Method::POST,
            "me/exclusions",
            json!({"organisation": "420105000000.CG", "reason": "亲属任职"}),
        ),
        (Method::POST, "me/data-exports", json!({})),
        (
            Method::POST,
            "me/second-factor",
            json!({"current_password": PASSWORD}),
        ),
    ];
    for (method, path, body) in writes {
        let path = format!("/api/identity/v1/{path}");
        let reply = send(&resident, method, &path, &body).await;
        assert_eq!(slug(&reply, 401), "token-invalid", "{path}");
    }
    let reply = send(&resident, Method::PUT, &one, &kept).await;
    assert_eq!(slug(&reply, 401), "token-invalid");
    assert_eq!(world.count("contact").await, 1);
}

#[tokio::test]
async fn what_is_registered_after_a_restriction_is_restricted_too() {
    let world = World::start().await;
    world
        .add(seed("community", Role::CommunityDispatcher, COMMUNITY))
        .await;
    let security = world.sign_in("security").await;
    let resident = world.sign_in("resident").await;
    let restrict = ask(&resident, "restrict").await;
    let done = json!({"granted": true, "answer": "已限制处理"});
    security
        .post(&answer_of(&restrict), &done)
        .await
        .expect(200);
    let of = |contact: &Value| {
        let id = contact["id"].as_str().unwrap();
        format!("/api/identity/v1/contacts/{id}")
    };
    let later = of(&keep_contact(&resident).await);
    let community = world.sign_in("community").await;
    assert_eq!(
        slug(&community.get(&later).await, 403),
        "contact-restricted"
    );
    ask(&resident, "lift").await;
    community.get(&later).await.expect(200);
    let last = of(&keep_contact(&resident).await);
    community.get(&last).await.expect(200);
}

#[tokio::test]
async fn a_closed_account_leaves_no_personal_data_and_nobody_gets_in() {
    let world = World::start().await;
    let security = world.sign_in("security").await;
    let tokens = world.tokens("resident").await;
    let resident = world.caller(&tokens).await;
    let contact = keep_contact(&resident).await;
    let request = ask(&resident, "erase").await;
    assert_eq!(
        (&request["state"], &request["due_at"]),
        (&json!("open"), &json!("2026-12-07T00:00:00Z"))
    );
    let again = resident
        .post(MINE, &json!({"kind": "erase", "detail": "请依法办理"}))
        .await;
    assert_eq!(slug(&again, 409), "privacy-request-exists");
    let waiting = security.get(OPEN).await.expect(200);
    assert_eq!(waiting["items"][0]["id"], request["id"]);
    let body = json!({"granted": true, "answer": "已注销"});
    assert_eq!(
        slug(&security.post(&answer_of(&request), &body).await, 422),
        "invalid-input"
    );
    let body = json!({"granted": true, "answer": "已依法注销"});
    security.post(&answer_of(&request), &body).await.expect(200);
    assert_eq!(
        slug(&security.post(&answer_of(&request), &body).await, 409),
        "privacy-request-answered"
    );
    assert_eq!(
        slug(&world.try_sign_in("resident", PASSWORD).await, 401),
        "credentials-invalid"
    );
    let refreshed = world.refresh(&tokens["refresh_token"]).await;
    assert_eq!(slug(&refreshed, 401), "refresh-token-invalid");
    let path = format!("/api/identity/v1/accounts/{}", resident.account);
    let shown = security.get(&path).await.expect(200);
    assert_eq!(
        (&shown["status"], &shown["display_name"]),
        (&json!("closed"), &json!("已注销用户"))
    );
    assert_eq!(shown["grants"], json!([]));
    assert!(!shown.to_string().contains("resident"));
    let resumed = security
        .post(&format!("{path}/actions/resume"), &json!({}))
        .await;
    assert_eq!(slug(&resumed, 409), "account-closed");
    let grant = json!({"role": "volunteer", "org_path": COMMUNITY});
    assert_eq!(
        slug(&security.post(&format!("{path}/grants"), &grant).await, 409),
        "account-closed"
    );
    world
        .add(seed("community", Role::CommunityDispatcher, COMMUNITY))
        .await;
    let community = world.sign_in("community").await;
    let one = format!(
        "/api/identity/v1/contacts/{}",
        contact["id"].as_str().unwrap()
    );
    assert_eq!(slug(&community.get(&one).await, 404), "contact-not-found");
}

#[tokio::test]
async fn a_restricted_contact_is_only_stored_and_a_wrong_name_is_put_right() {
    let world = World::start().await;
    world
        .add(seed("community", Role::CommunityDispatcher, COMMUNITY))
        .await;
    let security = world.sign_in("security").await;
    let resident = world.sign_in("resident").await;
    let contact = keep_contact(&resident).await;
    let restrict = ask(&resident, "restrict").await;
    let done = json!({"granted": true, "answer": "已限制处理"});
    security
        .post(&answer_of(&restrict), &done)
        .await
        .expect(200);
    let community = world.sign_in("community").await;
    let one = format!(
        "/api/identity/v1/contacts/{}",
        contact["id"].as_str().unwrap()
    );
    assert_eq!(slug(&community.get(&one).await, 403), "contact-restricted");
    let search = json!({"phone": "19900000001"});
    let found = community
        .post("/api/identity/v1/contacts/searches", &search)
        .await;
    assert_eq!(found.expect(200)["items"], json!([]));
    // taking it back needs nobody's leave
    let lifted = ask(&resident, "lift").await;
    assert_eq!(
        (&lifted["state"], &lifted["answered_at"]),
        (&json!("granted"), &json!("2026-11-22T00:00:00Z"))
    );
    assert_eq!(
        slug(&security.post(&answer_of(&lifted), &done).await, 409),
        "privacy-request-answered"
    );
    community.get(&one).await.expect(200);
    let correct = ask(&resident, "correct").await;
    assert_eq!(
        slug(&security.post(&answer_of(&correct), &done).await, 422),
        "display-name-unclear"
    );
    let name = json!({"granted": true, "answer": "已经更正", "display_name": "王小明"});
    security.post(&answer_of(&correct), &name).await.expect(200);
    let me = resident.get("/api/identity/v1/me").await.expect(200);
    assert_eq!(me["display_name"], "王小明");
    let erase = ask(&resident, "erase").await;
    let refused = json!({"granted": false, "answer": "尚有未办结工单，法律要求留存"});
    security
        .post(&answer_of(&erase), &refused)
        .await
        .expect(200);
    let mine = resident.get(&format!("{MINE}?limit=1")).await.expect(200);
    assert_eq!(
        (&mine["items"][0]["state"], mine["next"].is_string()),
        (&json!("refused"), true)
    );
}

#[tokio::test]
async fn requests_are_answered_by_somebody_else_who_may() {
    let world = World::start().await;
    let security = world.sign_in("security").await;
    let own = ask(&security, "correct").await;
    let body = json!({"granted": true, "answer": "已经更正", "display_name": "安全员"});
    assert_eq!(
        slug(&security.post(&answer_of(&own), &body).await, 403),
        "own-account"
    );
    let worker = world.sign_in("worker").await;
    assert_eq!(
        slug(&worker.post(&answer_of(&own), &body).await, 403),
        "role-missing"
    );
    assert_eq!(slug(&worker.get(OPEN).await, 403), "role-missing");
    let unknown = format!("{OPEN}/prq_01jcgb2r00e8arc5tmvkbzqy7x/actions/answer");
    assert_eq!(
        slug(&security.post(&unknown, &body).await, 404),
        "privacy-request-not-found"
    );
    for (body, pointer) in [
        (json!({"kind": "forget", "detail": "请依法办理"}), "/kind"),
        (json!({"kind": "erase"}), "/detail"),
        (
            json!({"kind": "erase", "detail": "长".repeat(1_001)}),
            "/detail",
        ),
        (
            json!({"kind": "erase", "detail": "请依法办理", "colour": "red"}),
            "/colour",
        ),
    ] {
        let reply = worker.post(MINE, &body).await;
        assert_eq!(slug(&reply, 422), "invalid-input", "{body}");
        assert_eq!(reply.body["errors"][0]["pointer"], pointer, "{body}");
    }
    for query in ["limit=0", "cursor=x", "colour=red"] {
        assert_eq!(
            security
                .get(&format!("{OPEN}?{query}"))
                .await
                .status
                .as_u16(),
            422,
            "{query}"
        );
    }
}
