use kernel::Role;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::{ORGANISATIONS, hanyang, operator, organisation};

const REPORT_INS: &str = "/api/registry/v1/report-ins";
const COMMUNITY: &str = "420105011010";

async fn step(caller: &Caller, report: &Value, step: &str) -> Reply {
    let id = report["id"].as_str().unwrap();
    let path = format!("{REPORT_INS}/{id}/steps");
    caller.post(&path, &json!({"step": step})).await
}

#[tokio::test]
async fn a_member_reports_in_and_the_community_confirms() {
    let host = hanyang().await;
    let member = host.caller(&[]);
    let staff = host.caller(&[(
        Role::CommunityDispatcher,
        "/420105000000/420105011000/420105011010/",
    )]);
    let body = json!({"community_code": COMMUNITY});
    let report = member.post(REPORT_INS, &body).await.expect(201);
    member.post(REPORT_INS, &body).await.expect(409);
    // nobody confirms themselves, and strangers see nothing
    step(&member, &report, "confirm").await.expect(403);
    step(&host.caller(&[]), &report, "end").await.expect(404);
    let other = host.caller(&[(Role::CommunityDispatcher, "/420106000000/")]);
    step(&other, &report, "confirm").await.expect(404);
    let list = format!("{REPORT_INS}?community_code={COMMUNITY}&state=reported");
    other.get(&list).await.expect(403);
    assert_eq!(
        staff.get(&list).await.expect(200)["items"][0]["id"],
        report["id"]
    );
    assert_eq!(
        step(&staff, &report, "confirm").await.expect(200)["state"],
        "confirmed"
    );
    step(&staff, &report, "refuse").await.expect(409);
    assert_eq!(staff.get(&list).await.expect(200)["items"], json!([]));
    assert_eq!(
        member.get(REPORT_INS).await.expect(200)["items"][0]["state"],
        "confirmed"
    );
    assert_eq!(
        step(&member, &report, "end").await.expect(200)["state"],
        "ended"
    );
    // and once more
    member.post(REPORT_INS, &body).await.expect(201);
    host.stop().await;
}

#[tokio::test]
async fn a_unit_is_reported_in_by_its_liaison() {
    let host = hanyang().await;
    let department = organisation("420105000000.CG", "department", "区城管局");
    operator(&host)
        .post(ORGANISATIONS, &department)
        .await
        .expect(201);
    let liaison = host.caller(&[(Role::DepartmentLiaison, "/420105000000/420105000000.CG/")]);
    let unit = |code: &str| json!({"community_code": COMMUNITY, "unit_code": code});
    let report = liaison
        .post(REPORT_INS, &unit("420105000000.CG"))
        .await
        .expect(201);
    assert_eq!(report["unit_code"], "420105000000.CG");
    // another liaison of the same unit: it is there already
    operator(&host)
        .post(REPORT_INS, &unit("420105000000.CG"))
        .await
        .expect(409);
    host.caller(&[])
        .post(REPORT_INS, &unit("420105000000.CG"))
        .await
        .expect(403);
    for body in [
        unit("420105011010.X01"),
        unit("420105000000.NIX"),
        json!({"community_code": "420105011000"}),
        json!({"community_code": "420105011777"}),
        json!({}),
        json!({"community_code": COMMUNITY, "colour": 1}),
    ] {
        liaison.post(REPORT_INS, &body).await.expect(422);
    }
    let unknown = json!({"id": "rpt_01jcgb2r00e8arc5tmvkbzqy7x"});
    step(&liaison, &unknown, "end").await.expect(404);
    step(&liaison, &report, "jump").await.expect(422);
    host.anonymous().get(REPORT_INS).await.expect(401);
    host.stop().await;
}
