//! 双报到率 and 党组织覆盖率 of a part of the tree.

use kernel::Role;
use serde_json::{Value, json};
use testkit::Caller;

use crate::{ORGANISATIONS, hanyang, operator, organisation};

const FIGURES: &str = "/api/registry/v1/party-figures";
const REPORT_INS: &str = "/api/registry/v1/report-ins";
const COMMUNITY: &str = "420105011010";

async fn set_up(staff: &Caller, code: &str, kind: &str) {
    let body = organisation(code, kind, "名称");
    staff.post(ORGANISATIONS, &body).await.expect(201);
}

async fn report_in(caller: &Caller, body: &Value, confirmed_by: Option<&Caller>) {
    let report = caller.post(REPORT_INS, body).await.expect(201);
    if let Some(staff) = confirmed_by {
        let path = format!("{REPORT_INS}/{}/steps", report["id"].as_str().unwrap());
        let confirm = json!({"step": "confirm"});
        staff.post(&path, &confirm).await.expect(200);
    }
}

#[tokio::test]
async fn reporting_in_and_coverage_are_told_for_a_part_of_the_tree() {
    let host = hanyang().await;
    let staff = operator(&host);
    let community = host.caller(&[(
        Role::CommunityDispatcher,
        "/420105000000/420105011000/420105011010/",
    )]);
    for (code, kind) in [
        ("420105000000.CG", "department"),
        ("420105000000.MZ", "department"),
        ("420105011010.G001", "grid"),
        ("420105011010.G002", "grid"),
        ("420105011010.G003", "grid"),
        ("420105011010.G001.DX", "party_group"),
        ("420105011010.X01.DZ", "party_branch"),
    ] {
        set_up(&staff, code, kind).await;
    }
    for (grid, members) in [("G001", 25), ("G002", 15)] {
        let path = format!("/api/registry/v1/grids/{COMMUNITY}.{grid}");
        let body = json!({"party_members": members, "duties": []});
        let put = staff.request(reqwest::Method::PUT, &path).json(&body);
        staff.send(put).await.expect(200);
    }
    let unit = |code: &str| json!({"community_code": COMMUNITY, "unit_code": code});
    report_in(&staff, &unit("420105000000.CG"), Some(&community)).await;
    report_in(&staff, &unit("420105000000.MZ"), None).await;
    let member = json!({"community_code": COMMUNITY});
    for confirmed_by in [Some(&community), Some(&community), None] {
        report_in(&host.caller(&[]), &member, confirmed_by).await;
    }

    let show = |below: &str| format!("{FIGURES}?below={below}");
    let district = staff.get(&show("420105000000")).await.expect(200);
    assert_eq!(
        (&district["units"], &district["members"]),
        (
            &json!({"part": 1, "whole": 2, "share": 5_000}),
            &json!({"part": 2, "whole": 40, "share": 500})
        )
    );
    let part = community.get(&show(COMMUNITY)).await.expect(200);
    // the units are the district's; there is nothing to divide by
    assert_eq!(part["units"], json!({"part": 0, "whole": 0}));
    assert_eq!(
        part["coverage"],
        json!([
            {"of": "community", "places": {"part": 0, "whole": 1, "share": 0}},
            {"of": "compound", "places": {"part": 1, "whole": 1, "share": 10_000}},
            {"of": "grid", "places": {"part": 1, "whole": 3, "share": 3_333}},
        ])
    );
    community.get(&show("420105000000")).await.expect(403);
    host.caller(&[]).get(&show(COMMUNITY)).await.expect(403);
    for wrong in ["420105011777", "x"] {
        staff.get(&show(wrong)).await.expect(422);
    }
    host.stop().await;
}
