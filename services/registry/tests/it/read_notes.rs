//! Who has read what of persons.

use kernel::Role;
use serde_json::{Value, json};
use testkit::Caller;

use crate::{ORGANISATIONS, hanyang, operator, organisation};

const NOTES: &str = "/api/registry/v1/read-notes";
const COMMUNITY: &str = "420105011010";

async fn notes(auditor: &Caller, query: &str) -> Vec<Value> {
    let page = auditor.get(&format!("{NOTES}{query}")).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn what_is_read_of_persons_is_noted_and_shown_to_the_audit_administrator() {
    let host = hanyang().await;
    let building = organisation("420105011010.X01.B1", "building", "1栋");
    operator(&host)
        .post(ORGANISATIONS, &building)
        .await
        .expect(201);
    let staff = host.caller(&[(
        Role::CommunityDispatcher,
        "/420105000000/420105011000/420105011010/",
    )]);
    let auditor = host.caller(&[(Role::AuditAdmin, "/")]);
    let reads = [
        ("posts", format!("posts?org_code={COMMUNITY}")),
        ("contacts", format!("posts/contacts?below={COMMUNITY}")),
        (
            "report_ins",
            format!("report-ins?community_code={COMMUNITY}"),
        ),
        (
            "households",
            "buildings/420105011010.X01.B1/households".to_owned(),
        ),
    ];
    for (_, path) in &reads {
        staff
            .get(&format!("/api/registry/v1/{path}"))
            .await
            .expect(200);
    }
    let export = format!("/api/registry/v1/sheets/posts/export?below={COMMUNITY}");
    let exported = staff.request(reqwest::Method::GET, &export).send().await;
    assert_eq!(exported.unwrap().status(), 200);
    // one's own, and what is refused, are none
    staff.get("/api/registry/v1/posts").await.expect(200);
    let stranger = host.caller(&[(Role::CommunityDispatcher, "/420106000000/")]);
    stranger
        .get(&format!("/api/registry/v1/posts?org_code={COMMUNITY}"))
        .await
        .expect(403);
    let noted = notes(&auditor, &format!("?account_id={}", staff.account)).await;
    let kinds: Vec<&str> = noted
        .iter()
        .map(|note| note["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        ["export", "households", "report_ins", "contacts", "posts"]
    );
    assert_eq!(noted[4]["org_code"], COMMUNITY);
    assert_eq!(
        (&noted[4]["items"], &noted[0]["items"]),
        (&json!(0), &Value::Null)
    );
    let there = notes(&auditor, "?org_code=420105011010.X01.B1").await;
    assert_eq!(there.len(), 1);
    // who reads the record is in it
    let own = notes(&auditor, &format!("?account_id={}", auditor.account)).await;
    assert_eq!(own.len(), 2);
    assert_eq!(own[0]["kind"], "notes");
    host.stop().await;
}

#[tokio::test]
async fn the_record_is_read_page_by_page_and_by_nobody_else() {
    let host = hanyang().await;
    let auditor = host.caller(&[(Role::AuditAdmin, "/")]);
    for _ in 0..3 {
        auditor.get(NOTES).await.expect(200);
    }
    let first = auditor.get(&format!("{NOTES}?limit=2")).await.expect(200);
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let next = first["next"].as_str().unwrap();
    let second = format!("{NOTES}?limit=2&cursor={next}");
    assert_eq!(
        notes(&auditor, second.trim_start_matches(NOTES))
            .await
            .len(),
        1
    );
    for wrong in [
        "?cursor=x",
        "?account_id=x",
        "?org_code=!",
        "?limit=0",
        "?who=1",
    ] {
        auditor.get(&format!("{NOTES}{wrong}")).await.expect(422);
    }
    operator(&host).get(NOTES).await.expect(403);
    host.anonymous().get(NOTES).await.expect(401);
    host.stop().await;
}
