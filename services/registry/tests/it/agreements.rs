use std::sync::Arc;

use kernel::{Clock, Role, SystemClock, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, FrozenClock, Reply, TestHost};

use crate::{ORGANISATIONS, hanyang, operator};

const AGREEMENTS: &str = "/api/registry/v1/agreements";
const COMMITMENTS: &str = "/api/registry/v1/commitments";
const ALLIANCES: &str = "/api/registry/v1/alliances";
const COMMUNITY: &str = "420105011010";
const UNIT: &str = "420105011010.U1";
const IN_COMMUNITY: &str = "/420105000000/420105011000/420105011010/";
const IN_UNIT: &str = "/420105000000/420105011000/420105011010/420105011010.U1/";

/// A community and a resident unit in it, each with somebody who speaks for it.
async fn sides(host: &TestHost) -> (Caller, Caller) {
    let unit = json!({
        "code": UNIT, "kind": "resident_unit", "name": "示例单位", "parent_code": COMMUNITY,
        "uscc": "91350100M000100Y43",
    });
    operator(host).post(ORGANISATIONS, &unit).await.expect(201);
    (
        host.caller(&[(Role::CommunityDispatcher, IN_COMMUNITY)]),
        host.caller(&[(Role::DepartmentLiaison, IN_UNIT)]),
    )
}

fn day(now: Timestamp, days: u64) -> String {
    let at = now.plus(std::time::Duration::from_hours(24 * days));
    at.to_string().get(..10).unwrap().to_owned()
}

/// The unit opens its car park, the community looks after it.
fn terms(now: Timestamp) -> Value {
    json!({
        "drafted_by": COMMUNITY, "title": "共享停车", "parties": [COMMUNITY, UNIT],
        "term_from": day(now, 0), "term_until": day(now, 60),
        "commitments": [
            {"by_code": UNIT, "what": "夜间开放车位", "measure": "30 个", "due_on": day(now, 30)},
            {"by_code": COMMUNITY, "what": "组织引导员", "measure": "每晚两人", "due_on": day(now, 10)},
        ],
    })
}

async fn step(caller: &Caller, agreement: &Value, step: &str, party: &str) -> Reply {
    let path = format!("{AGREEMENTS}/{}/steps", agreement["id"].as_str().unwrap());
    let body = json!({"step": step, "party_code": party});
    caller.post(&path, &body).await
}

async fn perform(caller: &Caller, commitment: &Value, step: &str, party: &str) -> Reply {
    let path = format!("{COMMITMENTS}/{}/steps", commitment["id"].as_str().unwrap());
    let body = json!({"step": step, "party_code": party});
    caller.post(&path, &body).await
}

#[tokio::test]
async fn an_agreement_is_consented_to_kept_and_confirmed_by_the_other_side() {
    let host = hanyang().await;
    let (community, unit) = sides(&host).await;
    let now = SystemClock.now();
    let draft = community.post(AGREEMENTS, &terms(now)).await.expect(201);
    let path = format!("{AGREEMENTS}/{}", draft["id"].as_str().unwrap());
    assert_eq!(draft["state"], "draft");
    // the other party sees it and cannot write it; strangers see nothing
    unit.get(&path).await.expect(200);
    let stranger = host.caller(&[(Role::CommunityDispatcher, "/420106000000/")]);
    stranger.get(&path).await.expect(404);
    let mut better = terms(now);
    better["title"] = json!("夜间共享停车");
    let write = |caller: &Caller| caller.request(Method::PUT, &path).json(&better);
    unit.send(write(&unit)).await.expect(403);
    let stale = write(&community).header("If-Match", "\"7\"");
    community.send(stale).await.expect(412);
    community.send(write(&community)).await.expect(200);
    step(&unit, &draft, "propose", UNIT).await.expect(403);
    step(&community, &draft, "propose", COMMUNITY)
        .await
        .expect(200);
    community.send(write(&community)).await.expect(409);
    step(&unit, &draft, "consent", COMMUNITY).await.expect(403);
    let concluded = step(&unit, &draft, "consent", UNIT).await.expect(200);
    assert_eq!(concluded["state"], "in_force");
    assert_eq!(concluded["title"], "夜间共享停车");
    // what is due, the most urgent first
    let due = format!("{COMMITMENTS}?org_code={UNIT}&due_until={}", day(now, 30));
    let listed = unit.get(&due).await.expect(200);
    assert_eq!(listed["items"][0]["commitment"]["what"], "夜间开放车位");
    let sooner = format!("{COMMITMENTS}?org_code={UNIT}&due_until={}", day(now, 29));
    assert_eq!(unit.get(&sooner).await.expect(200)["items"], json!([]));
    stranger.get(&due).await.expect(403);
    let [parking, guides] = concluded["commitments"].as_array().unwrap().as_slice() else {
        panic!("two commitments");
    };
    perform(&unit, parking, "confirm", UNIT).await.expect(403);
    perform(&unit, parking, "report", UNIT).await.expect(200);
    perform(&community, parking, "reject", COMMUNITY)
        .await
        .expect(200);
    perform(&unit, parking, "report", UNIT).await.expect(200);
    let half = perform(&community, parking, "confirm", COMMUNITY)
        .await
        .expect(200);
    assert_eq!(
        half["fulfilment"],
        json!({"promised": 2, "kept": 1, "overdue": 0})
    );
    perform(&community, guides, "report", COMMUNITY)
        .await
        .expect(200);
    let whole = perform(&unit, guides, "confirm", UNIT).await.expect(200);
    assert_eq!(whole["state"], "fulfilled");
    let rate = format!("{COMMITMENTS}/fulfilment?org_code={UNIT}");
    let rate = unit.get(&rate).await.expect(200);
    assert_eq!(rate, json!({"promised": 1, "kept": 1, "overdue": 0}));
    let listed = unit.get(&format!("{AGREEMENTS}?org_code={UNIT}")).await;
    assert_eq!(listed.expect(200)["items"][0]["id"], draft["id"]);
    step(&unit, &draft, "end", UNIT).await.expect(409);
    host.stop().await;
}

#[tokio::test]
async fn an_agreement_expires_after_its_last_day_and_what_was_not_kept_lapses() {
    let span = std::time::Duration::from_hours(24 * 62);
    // it ends at the present: tokens are valid in real time
    let clock = Arc::new(FrozenClock::at(SystemClock.now().minus(span)));
    let host = TestHost::start_at(&[registry::MODULE], clock.clone()).await;
    crate::seed(&host).await;
    let (community, unit) = sides(&host).await;
    let draft = community
        .post(AGREEMENTS, &terms(clock.now()))
        .await
        .expect(201);
    step(&community, &draft, "propose", COMMUNITY)
        .await
        .expect(200);
    step(&unit, &draft, "consent", UNIT).await.expect(200);
    clock.advance(span);
    assert_eq!(crate::run_schedule(&host, "expire_agreements").await, 1);
    assert_eq!(crate::run_schedule(&host, "expire_agreements").await, 0);
    let path = format!("{AGREEMENTS}/{}", draft["id"].as_str().unwrap());
    let over = unit.get(&path).await.expect(200);
    assert_eq!(over["state"], "expired");
    assert_eq!(over["commitments"][0]["state"], "lapsed");
    assert_eq!(
        over["fulfilment"],
        json!({"promised": 2, "kept": 0, "overdue": 0})
    );
    host.stop().await;
}

#[tokio::test]
async fn an_alliance_is_joined_and_agreements_within_it_are_among_members() {
    let host = hanyang().await;
    let (community, unit) = sides(&host).await;
    let body = json!({"name": "江欣苑党建联盟", "org_code": COMMUNITY});
    unit.post(ALLIANCES, &body).await.expect(403);
    let alliance = community.post(ALLIANCES, &body).await.expect(201);
    let path = format!("{ALLIANCES}/{}", alliance["id"].as_str().unwrap());
    let change = async |caller: &Caller, step: &str, org: &str| {
        let body = json!({"step": step, "org_code": org});
        caller.post(&format!("{path}/steps"), &body).await
    };
    let mut within = terms(SystemClock.now());
    within["alliance_id"] = alliance["id"].clone();
    let problem = community.post(AGREEMENTS, &within).await.expect(422);
    assert_eq!(problem["errors"][0]["pointer"], "/alliance_id");
    change(&unit, "invite", UNIT).await.expect(403);
    change(&unit, "join", UNIT).await.expect(409);
    change(&community, "invite", UNIT).await.expect(200);
    change(&community, "invite", "420105011777")
        .await
        .expect(422);
    change(&unit, "join", UNIT).await.expect(200);
    community.post(AGREEMENTS, &within).await.expect(201);
    let listed = unit.get(&format!("{ALLIANCES}?org_code={UNIT}")).await;
    assert_eq!(listed.expect(200)["items"][0]["id"], alliance["id"]);
    change(&unit, "leave", UNIT).await.expect(200);
    change(&community, "dissolve", COMMUNITY).await.expect(200);
    let shown = unit.get(&path).await.expect(200);
    assert_eq!(shown["dissolved"], true);
    host.stop().await;
}

#[tokio::test]
async fn wrong_terms_are_refused_at_their_place() {
    let host = hanyang().await;
    let (community, _) = sides(&host).await;
    let now = SystemClock.now();
    for (pointer, value) in [
        ("/title", json!("问 13900001234")),
        ("/term_until", json!("2001-01-01")),
        ("/parties", json!([COMMUNITY])),
        ("/parties", json!([COMMUNITY, COMMUNITY])),
        ("/parties/2", json!([COMMUNITY, UNIT, "420105011777"])),
        ("/commitments", json!([])),
        (
            "/commitments/0/what",
            json!([{"by_code": UNIT, "what": "", "measure": "x", "due_on": day(now, 1)}]),
        ),
        (
            "/commitments/0/by_code",
            json!([
                {"by_code": "420105011000", "what": "x", "measure": "x", "due_on": day(now, 1)},
            ]),
        ),
        (
            "/commitments/0/due_on",
            json!([{"by_code": UNIT, "what": "x", "measure": "x", "due_on": "2001-01-01"}]),
        ),
    ] {
        let mut body = terms(now);
        let member = pointer.split('/').nth(1).unwrap();
        body[member] = value;
        let problem = community.post(AGREEMENTS, &body).await.expect(422);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
    }
    let gone = json!({"id": "agr_01jcgb2r00e8arc5tmvkbzqy7x"});
    step(&community, &gone, "propose", COMMUNITY)
        .await
        .expect(404);
    let gone = json!({"id": "cmt_01jcgb2r00e8arc5tmvkbzqy7x"});
    perform(&community, &gone, "report", COMMUNITY)
        .await
        .expect(404);
    community.get(AGREEMENTS).await.expect(422);
    host.stop().await;
}
