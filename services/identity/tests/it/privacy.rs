use kernel::Role;
use serde_json::{Value, json};
use testkit::Caller;

use crate::world::{COMMUNITY, seed};
use crate::{PASSWORD, World, slug};

const MINE: &str = "/api/identity/v1/me/privacy-requests";
const OPEN: &str = "/api/identity/v1/privacy-requests";

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
    assert_eq!(
        acts,
        ["export_my_data", "register_my_contact", "open_session"]
    );
    let export = json!({"kind": "export", "detail": "请依法办理"});
    assert_eq!(
        slug(&resident.post(MINE, &export).await, 422),
        "export-at-once"
    );
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
