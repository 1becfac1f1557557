//! What ends with an organisation.

use kernel::Role;
use serde_json::{Value, json};
use testkit::{Caller, TestHost};

use crate::four_lists::ENTRIES;
use crate::venues::{BOOKINGS, VENUES, book, span};
use crate::{ORGANISATIONS, act, hanyang, operator, organisation};

const POSTS: &str = "/api/registry/v1/posts";
const REPORT_INS: &str = "/api/registry/v1/report-ins";
const GRID: &str = "420105011010.G001";
const COMPOUND: &str = "420105011010.X01";

async fn close(caller: &Caller, code: &str) {
    act(caller, code, "close", &json!({})).await.expect(200);
}

async fn set_up(caller: &Caller, code: &str, kind: &str) {
    let body = organisation(code, kind, "组织");
    caller.post(ORGANISATIONS, &body).await.expect(201);
}

async fn appoint(host: &TestHost) -> Value {
    let body =
        json!({"kind": "grid_chief", "org_code": GRID, "account_id": host.caller(&[]).account});
    operator(host).post(POSTS, &body).await.expect(201)
}

#[tokio::test]
async fn posts_end_with_their_organisation_and_its_code_starts_without_them() {
    let host = hanyang().await;
    let staff = operator(&host);
    set_up(&staff, GRID, "grid").await;
    let before = appoint(&host).await;
    close(&staff, GRID).await;
    set_up(&staff, GRID, "grid").await;
    // the seat is free
    let after = appoint(&host).await;
    let listed = format!("{POSTS}?org_code={GRID}");
    let now = staff.get(&listed).await.expect(200);
    assert_eq!(now["items"].as_array().unwrap().len(), 1);
    assert_eq!(now["items"][0]["id"], after["id"]);
    let all = staff.get(&format!("{listed}&left=true")).await.expect(200);
    let left = &all["items"][1];
    assert_eq!(left["id"], before["id"]);
    assert_eq!(
        (&left["state"], &left["left_because"], &left["version"]),
        (&json!("left"), &json!("organisation_closed"), &json!(2))
    );
    host.stop().await;
}

#[tokio::test]
async fn report_ins_end_with_the_unit_and_with_the_community() {
    let host = hanyang().await;
    let staff = operator(&host);
    set_up(&staff, "420105000000.CG", "department").await;
    set_up(&staff, "420105011000.ZF", "government").await;
    let unit =
        |community: &str, unit: &str| json!({"community_code": community, "unit_code": unit});
    let (own, other) = ("420105011010", "420105011011");
    for (community, code) in [(own, "420105000000.CG"), (other, "420105011000.ZF")] {
        staff
            .post(REPORT_INS, &unit(community, code))
            .await
            .expect(201);
    }
    let states = async || {
        let list = staff.get(REPORT_INS).await.expect(200);
        let items = list["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| item["state"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    close(&staff, "420105000000.CG").await;
    assert_eq!(states().await, ["reported", "ended"]);
    // withdrawn by a file, not by hand
    let withdrawn = json!({"rows": [
        {"code": other, "name": "墨水湖社区", "level": "community", "parent_code": "420105011000", "withdrawn": true},
    ]});
    let done = staff.post(crate::IMPORTS, &withdrawn).await.expect(200);
    assert_eq!(done["withdrawn"], 1, "{done}");
    assert_eq!(states().await, ["ended", "ended"]);
    host.stop().await;
}

#[tokio::test]
async fn entries_of_the_lists_are_withdrawn_with_their_owner() {
    let host = hanyang().await;
    let staff = operator(&host);
    set_up(&staff, "420105000000.CG", "department").await;
    let entry = |owner: &str| json!({"kind": "need", "topic": "venue", "title": "场地", "owner_code": owner});
    let gone = staff
        .post(ENTRIES, &entry("420105000000.CG"))
        .await
        .expect(201);
    let other = staff.post(ENTRIES, &entry(COMPOUND)).await.expect(201);
    close(&staff, "420105000000.CG").await;
    for (made, state) in [(&gone, "withdrawn"), (&other, "open")] {
        let path = format!("{ENTRIES}/{}", made["id"].as_str().unwrap());
        assert_eq!(staff.get(&path).await.expect(200)["state"], state);
    }
    host.stop().await;
}

#[tokio::test]
async fn venues_close_with_their_organisation_and_what_was_booked_is_cancelled() {
    let host = hanyang().await;
    let staff = operator(&host);
    let body = json!({"org_code": COMPOUND, "name": "活动室", "capacity": 20});
    let venue = staff.post(VENUES, &body).await.expect(201);
    let venue = venue["id"].as_str().unwrap();
    let resident = host.caller(&[(Role::Resident, "/420105000000/")]);
    book(&resident, venue, &span(&host, 0, 2)).await.expect(201);
    close(&staff, COMPOUND).await;
    book(&resident, venue, &span(&host, 4, 2)).await.expect(404);
    let own = resident.get(BOOKINGS).await.expect(200);
    assert_eq!(own["items"][0]["state"], "cancelled");
    // nor by whoever has the code next
    set_up(&staff, COMPOUND, "compound").await;
    book(&resident, venue, &span(&host, 4, 2)).await.expect(404);
    let shown = staff.get(&format!("{VENUES}/{venue}")).await.expect(200);
    assert_eq!(
        (&shown["open"], &shown["taken"]),
        (&json!(false), &json!([]))
    );
    host.stop().await;
}

#[tokio::test]
async fn taking_an_import_back_ends_what_came_to_its_organisations_meanwhile() {
    let host = hanyang().await;
    let staff = operator(&host);
    let sheet = format!("code,name,kind\n{GRID},网格,网格\n");
    let done = crate::sheets::import(&staff, "organisations", sheet.clone()).await;
    appoint(&host).await;
    crate::sheets::undo(&staff, &done).await;
    let again = crate::sheets::import(&staff, "organisations", sheet).await;
    assert_eq!(again["created"], 1);
    appoint(&host).await;
    host.stop().await;
}
