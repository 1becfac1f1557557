use kernel::{AccountId, IdSourceExt, Role, SystemIds};
use serde_json::{Value, json};
use testkit::{Caller, Reply, TestHost};

use crate::{ORGANISATIONS, codes, hanyang, operator, organisation};

const POSTS: &str = "/api/registry/v1/posts";
const GRID: &str = "420105011010.G001";

async fn with_grids() -> TestHost {
    let host = hanyang().await;
    for code in [GRID, "420105011010.G002"] {
        let body = organisation(code, "grid", "网格");
        operator(&host).post(ORGANISATIONS, &body).await.expect(201);
    }
    host
}

/// Staff of the community in which the grids are.
fn staff(host: &TestHost) -> Caller {
    host.caller(&[(
        Role::CommunityDispatcher,
        "/420105000000/420105011000/420105011010/",
    )])
}

fn post(kind: &str, code: &str, account: AccountId) -> Value {
    json!({"kind": kind, "org_code": code, "account_id": account})
}

async fn step(caller: &Caller, id: &Value, action: &str, body: Value) -> Reply {
    let id = id.as_str().unwrap();
    caller
        .post(&format!("{POSTS}/{id}/actions/{action}"), &body)
        .await
}

#[tokio::test]
async fn a_part_time_member_is_produced_appointed_and_leaves() {
    let host = with_grids().await;
    let operator = operator(&host);
    let committee = organisation("420105011010.DW", "party_committee", "社区大党委");
    operator.post(ORGANISATIONS, &committee).await.expect(201);
    let member = host.caller(&[]);
    let mut body = post("part_time_member", "420105011010.DW", member.account);
    body["nominated"] = json!(true);
    body["effective_on"] = json!("2025-01-01");
    body["term_until"] = json!("2029-12-31");
    let made = staff(&host).post(POSTS, &body).await.expect(201);
    assert_eq!(
        (&made["state"], &made["since"]),
        (&json!("nominated"), &json!("2025-01-01"))
    );
    let early = json!({"effective_on": "2024-12-31"});
    step(&operator, &made["id"], "appoint", early)
        .await
        .expect(422);
    let appointed = step(
        &operator,
        &made["id"],
        "appoint",
        json!({"effective_on": "2025-02-01"}),
    )
    .await;
    assert_eq!(appointed.expect(200)["state"], "appointed");
    step(&operator, &made["id"], "appoint", json!({}))
        .await
        .expect(409);
    // the member sees it, strangers nothing of it
    let own = member.get(POSTS).await.expect(200);
    assert_eq!(own["items"][0]["id"], made["id"]);
    let stranger = host.caller(&[(Role::CommunityDispatcher, "/420106000000/")]);
    step(
        &stranger,
        &made["id"],
        "leave",
        json!({"reason": "removed"}),
    )
    .await
    .expect(404);
    stranger
        .get(&format!("{POSTS}?org_code=420105011010.DW"))
        .await
        .expect(403);
    let left = step(
        &operator,
        &made["id"],
        "leave",
        json!({"reason": "transferred"}),
    )
    .await
    .expect(200);
    assert_eq!(
        (&left["state"], &left["left_because"]),
        (&json!("left"), &json!("transferred"))
    );
    assert_eq!(member.get(POSTS).await.expect(200)["items"], json!([]));
    let all = member.get(&format!("{POSTS}?left=true")).await.expect(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
    host.stop().await;
}

#[tokio::test]
async fn a_chief_is_one_at_a_time_however_many_ask_at_once() {
    let host = with_grids().await;
    let staff = staff(&host);
    let ids = SystemIds::new();
    let bodies: Vec<_> = (0..5)
        .map(|_| post("grid_chief", GRID, ids.next()))
        .collect();
    let asked = bodies.iter().map(|body| staff.post(POSTS, body));
    let mut statuses = Vec::new();
    for reply in futures_util::future::join_all(asked).await {
        statuses.push(reply.status.as_u16());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409]);
    let page = staff
        .get(&format!("{POSTS}?org_code={GRID}"))
        .await
        .expect(200);
    let chief = &page["items"][0]["id"];
    step(&staff, chief, "leave", json!({"reason": "resigned"}))
        .await
        .expect(200);
    staff.post(POSTS, &bodies[0]).await.expect(201);
    // grid workers are many, each once
    let worker = post("grid_worker", GRID, ids.next());
    staff.post(POSTS, &worker).await.expect(201);
    staff.post(POSTS, &worker).await.expect(409);
    staff
        .post(POSTS, &post("grid_worker", GRID, ids.next()))
        .await
        .expect(201);
    host.stop().await;
}

#[tokio::test]
async fn grids_without_a_worker_are_vacancies() {
    let host = with_grids().await;
    let staff = staff(&host);
    let vacant = format!("{POSTS}/vacancies?below=420105011010&kind=grid_worker");
    let page = staff.get(&format!("{vacant}&limit=1")).await.expect(200);
    let next = page["next"].as_str().unwrap();
    let rest = staff
        .get(&format!("{vacant}&cursor={next}"))
        .await
        .expect(200);
    assert_eq!(
        (codes(&page), codes(&rest)),
        (vec![GRID], vec!["420105011010.G002"])
    );
    staff
        .post(POSTS, &post("grid_worker", GRID, SystemIds::new().next()))
        .await
        .expect(201);
    let page = staff.get(&vacant).await.expect(200);
    assert_eq!(codes(&page), ["420105011010.G002"]);
    let wide = format!("{POSTS}/vacancies?below=420105000000&kind=grid_worker");
    staff.get(&wide).await.expect(403);
    host.stop().await;
}

#[tokio::test]
async fn a_wrong_post_is_refused() {
    let host = with_grids().await;
    let staff = staff(&host);
    let someone = SystemIds::new().next();
    for (body, status) in [
        (post("street_chief", GRID, someone), 422),
        (post("grid_chief", "420105011010.G777", someone), 422),
        (post("king", GRID, someone), 422),
        (
            json!({"kind": "grid_chief", "org_code": GRID, "account_id": "acc_1"}),
            422,
        ),
        (json!({"kind": "grid_chief", "org_code": GRID}), 422),
        (
            json!({"kind": "grid_chief", "org_code": GRID, "account_id": someone, "term_until": "2020-01-01"}),
            422,
        ),
        (
            json!({"kind": "grid_chief", "org_code": GRID, "account_id": someone, "effective_on": "2999-01-01"}),
            422,
        ),
        (post("street_chief", "420105011000", someone), 403),
    ] {
        let reply = staff.post(POSTS, &body).await;
        assert_eq!(reply.status.as_u16(), status, "{body}: {:#}", reply.body);
    }
    step(
        &staff,
        &json!("pst_x"),
        "leave",
        json!({"reason": "removed"}),
    )
    .await
    .expect(404);
    let unknown = json!("pst_01jcgb2r00e8arc5tmvkbzqy7x");
    step(&staff, &unknown, "leave", json!({"reason": "removed"}))
        .await
        .expect(404);
    step(&staff, &unknown, "leave", json!({"reason": "bored"}))
        .await
        .expect(422);
    host.caller(&[(Role::Resident, "/")])
        .post(POSTS, &post("grid_chief", GRID, someone))
        .await
        .expect(403);
    host.stop().await;
}
