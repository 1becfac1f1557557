use kernel::Role;
use serde_json::{Value, json};
use testkit::Caller;

use crate::{ORGANISATIONS, hanyang, operator, organisation};

const POSTS: &str = "/api/registry/v1/posts";

async fn fill(staff: &Caller, kind: &str, place: &str, account: &str) {
    let body = json!({"kind": kind, "org_code": place, "account_id": account});
    staff.post(POSTS, &body).await.expect(201);
}

async fn set_up(staff: &Caller, code: &str, kind: &str) {
    let body = organisation(code, kind, "名称");
    staff.post(ORGANISATIONS, &body).await.expect(201);
}

fn covered<'a>(report: &'a Value, kind: &str, of: &str) -> &'a Value {
    let posts = report["posts"].as_array().unwrap().iter();
    let mut posts = posts.filter(|post| post["kind"] == kind && post["of"] == of);
    posts.next().unwrap()
}

#[tokio::test]
async fn coverage_is_told_post_by_post_for_a_part_of_the_tree() {
    let host = hanyang().await;
    let staff = operator(&host);
    let [first, second] = [0, 1].map(|_| host.caller(&[]).account.to_string());
    for code in ["G001", "G002", "G003"] {
        set_up(&staff, &format!("420105011010.{code}"), "grid").await;
    }
    set_up(&staff, "420105011010.X01.B1", "building").await;
    fill(&staff, "grid_chief", "420105011010.G001", &first).await;
    fill(&staff, "grid_worker", "420105011010.G001", &first).await;
    fill(&staff, "grid_worker", "420105011010.G001", &second).await;
    fill(&staff, "lane_chief", "420105011010", &first).await;
    let show = |below: &str| format!("{POSTS}/coverage?below={below}");
    let report = staff.get(&show("420105011010")).await.expect(200);
    for (kind, of, places, held, coverage) in [
        ("grid_chief", "grid", 3, 1, 3_333),
        ("grid_worker", "grid", 3, 1, 3_333),
        ("lane_chief", "community", 1, 1, 10_000),
        ("building_chief", "building", 1, 0, 0),
        ("contact", "compound", 1, 0, 0),
    ] {
        let expected =
            json!({"kind": kind, "of": of, "places": places, "held": held, "coverage": coverage});
        assert_eq!(*covered(&report, kind, of), expected);
    }
    let posts = report["posts"].as_array().unwrap();
    assert!(posts.iter().all(|post| post["of"] != "street"));
    let wide = staff.get(&show("420105000000")).await.expect(200);
    assert_eq!(covered(&wide, "street_chief", "street")["held"], 0);
    assert_eq!(covered(&wide, "grid_chief", "grid")["places"], 3);
    let elsewhere = host.caller(&[(Role::CommunityDispatcher, "/420106000000/")]);
    elsewhere.get(&show("420105011010")).await.expect(403);
    host.caller(&[])
        .get(&show("420105011010"))
        .await
        .expect(403);
    for wrong in ["420105011777", "x"] {
        staff.get(&show(wrong)).await.expect(422);
    }
    host.stop().await;
}

#[tokio::test]
async fn contacts_are_told_with_what_they_look_after() {
    let host = hanyang().await;
    let staff = operator(&host);
    let mut accounts = [0, 1, 2].map(|_| host.caller(&[]).account);
    accounts.sort_unstable();
    let [one, many, none] = accounts.map(|account| account.to_string());
    for (code, households) in [("G001", Some(300)), ("G002", Some(120)), ("G003", None)] {
        let code = format!("420105011010.{code}");
        set_up(&staff, &code, "grid").await;
        let body = json!({"households": households, "duties": []});
        let path = format!("/api/registry/v1/grids/{code}");
        let put = staff.request(reqwest::Method::PUT, &path).json(&body);
        staff.send(put).await.expect(200);
    }
    // the community and a grid in it: the grid counts once
    fill(&staff, "contact", "420105011010", &one).await;
    fill(&staff, "contact", "420105011010.G001", &one).await;
    for place in [
        "420105011010",
        "420105011010.G001",
        "420105011010.G002",
        "420105011010.G003",
    ] {
        fill(&staff, "contact", place, &many).await;
    }
    fill(&staff, "contact", "420105011010.G003", &none).await;
    let list = format!("{POSTS}/contacts?below=420105011000");
    let page = staff.get(&list).await.expect(200);
    let expected = json!([
        {"account_id": one, "organisations": 2, "households": 420, "standing": "within"},
        {"account_id": many, "organisations": 4, "households": 420, "standing": "over"},
        {"account_id": none, "organisations": 1, "standing": "within"},
    ]);
    assert_eq!(page["items"], expected);
    let first = staff.get(&format!("{list}&limit=2")).await.expect(200);
    let next = first["next"].as_str().unwrap();
    let second = staff
        .get(&format!("{list}&limit=2&cursor={next}"))
        .await
        .expect(200);
    assert_eq!(second["items"], json!([expected[2]]));
    assert!(second["next"].is_null());
    for wrong in [
        "?below=x",
        "?below=420105011777",
        "",
        "?below=420105011010&cursor=x",
        "?below=420105011010&limit=0",
    ] {
        staff
            .get(&format!("{POSTS}/contacts{wrong}"))
            .await
            .expect(422);
    }
    let elsewhere = host.caller(&[(Role::CommunityDispatcher, "/420106000000/")]);
    elsewhere.get(&list).await.expect(403);
    host.stop().await;
}
