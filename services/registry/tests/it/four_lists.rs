use kernel::Role;
use serde_json::{Value, json};
use testkit::{Caller, Reply, TestHost};

use crate::{ORGANISATIONS, hanyang, operator};

pub(crate) const ENTRIES: &str = "/api/registry/v1/list-entries";
const CLAIMS: &str = "/api/registry/v1/list-claims";
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

fn entry(kind: &str, owner: &str, quantity: Option<u32>) -> Value {
    json!({
        "kind": kind, "topic": "venue", "title": "周末活动场地", "tags": ["周末", "投影"],
        "owner_code": owner, "quantity": quantity,
    })
}

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

async fn ask(caller: &Caller, wanted: &Value, resource: &Value, side: &str, many: u32) -> Reply {
    let body = json!({
        "wanted_id": wanted["id"], "resource_id": resource["id"], "asked_by": side, "quantity": many,
    });
    caller.post(CLAIMS, &body).await
}

async fn step(caller: &Caller, list: &str, object: &Value, step: &str) -> Reply {
    let path = format!("{list}/{}/steps", id(object));
    caller.post(&path, &json!({"step": step})).await
}

async fn taken(caller: &Caller, entry: &Value) -> Value {
    let shown = caller.get(&format!("{ENTRIES}/{}", id(entry))).await;
    shown.expect(200)["taken"].clone()
}

#[tokio::test]
async fn either_side_asks_the_other_confirms_and_what_is_released_is_there_again() {
    let host = hanyang().await;
    let (community, unit) = sides(&host).await;
    let need = community
        .post(ENTRIES, &entry("need", COMMUNITY, Some(2)))
        .await
        .expect(201);
    let resource = unit
        .post(ENTRIES, &entry("resource", UNIT, Some(3)))
        .await
        .expect(201);
    // the unit offers; it cannot confirm its own offer, and strangers see nothing of it
    let offer = ask(&unit, &need, &resource, "giving", 2).await.expect(201);
    ask(&unit, &need, &resource, "giving", 1).await.expect(409);
    step(&unit, CLAIMS, &offer, "confirm").await.expect(403);
    let stranger = host.caller(&[(Role::CommunityDispatcher, "/420106000000/")]);
    step(&stranger, CLAIMS, &offer, "confirm").await.expect(404);
    assert_eq!(taken(&unit, &resource).await, 0);
    let confirmed = step(&community, CLAIMS, &offer, "confirm")
        .await
        .expect(200);
    assert_eq!(confirmed["state"], "confirmed");
    assert_eq!(
        (taken(&unit, &need).await, taken(&unit, &resource).await),
        (json!(2), json!(2))
    );
    // the need is met: nothing more fits
    ask(&unit, &need, &resource, "giving", 1).await.expect(409);
    step(&unit, CLAIMS, &offer, "release").await.expect(200);
    assert_eq!(taken(&unit, &resource).await, 0);
    // now the other way round
    let wish = ask(&community, &need, &resource, "wanting", 2)
        .await
        .expect(201);
    // the community's dispatcher speaks for the unit in it, too, but not against themselves
    step(&community, CLAIMS, &wish, "confirm").await.expect(409);
    step(&unit, CLAIMS, &wish, "confirm").await.expect(200);
    step(&unit, CLAIMS, &wish, "fulfil").await.expect(403);
    let done = step(&community, CLAIMS, &wish, "fulfil").await.expect(200);
    assert_eq!(done["state"], "fulfilled");
    step(&community, CLAIMS, &wish, "release").await.expect(409);
    let claims = format!("{CLAIMS}?entry_id={}", id(&need));
    let listed = community.get(&claims).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    stranger.get(&claims).await.expect(403);
    host.stop().await;
}

#[tokio::test]
async fn however_many_are_confirmed_at_once_nothing_is_given_twice() {
    let host = hanyang().await;
    let (community, unit) = sides(&host).await;
    let resource = unit
        .post(ENTRIES, &entry("resource", UNIT, Some(5)))
        .await
        .expect(201);
    let mut claims = Vec::new();
    for _ in 0..12 {
        let need = community
            .post(ENTRIES, &entry("need", COMMUNITY, Some(1)))
            .await
            .expect(201);
        let claim = ask(&community, &need, &resource, "wanting", 1).await;
        claims.push(claim.expect(201));
    }
    let confirmed = claims
        .iter()
        .map(|claim| step(&unit, CLAIMS, claim, "confirm"));
    let replies = futures_util::future::join_all(confirmed).await;
    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [[200; 5].as_slice(), &[409; 7]].concat());
    assert_eq!(taken(&unit, &resource).await, 5);
    host.stop().await;
}

#[tokio::test]
async fn what_fits_is_suggested_with_its_reasons() {
    let host = hanyang().await;
    let (community, unit) = sides(&host).await;
    let need = community
        .post(ENTRIES, &entry("need", COMMUNITY, None))
        .await
        .expect(201);
    let resource = unit
        .post(ENTRIES, &entry("resource", UNIT, Some(3)))
        .await
        .expect(201);
    let mut other = entry("resource", UNIT, Some(3));
    other["topic"] = json!("parking");
    unit.post(ENTRIES, &other).await.expect(201);
    let path = format!("{ENTRIES}/{}/matches", id(&need));
    let found = community.get(&path).await.expect(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert_eq!(found["items"][0]["entry"]["id"], resource["id"]);
    assert_eq!(
        found["items"][0]["reasons"],
        json!([
            "same_topic",
            "shared_tags",
            "same_community",
            "term_covered",
            "enough_left"
        ])
    );
    unit.get(&path).await.expect(403);
    // the market of the district, by list and topic
    let market = format!("{ENTRIES}?district_code=420105000000&kind=resource");
    let all = unit.get(&market).await.expect(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    let parking = unit.get(&format!("{market}&topic=parking")).await;
    assert_eq!(parking.expect(200)["items"].as_array().unwrap().len(), 1);
    let first = unit.get(&format!("{market}&limit=1")).await.expect(200);
    let next = first["next"].as_str().unwrap();
    let second = unit.get(&format!("{market}&limit=1&cursor={next}")).await;
    assert_eq!(second.expect(200)["items"][0]["id"], resource["id"]);
    // withdrawn: no longer suggested, no longer claimed
    step(&unit, ENTRIES, &resource, "withdraw")
        .await
        .expect(200);
    let found = community.get(&path).await.expect(200);
    assert_eq!(found["items"], json!([]));
    ask(&community, &need, &resource, "wanting", 1)
        .await
        .expect(409);
    let own = unit.get(&format!("{ENTRIES}?owner_code={UNIT}")).await;
    assert_eq!(own.expect(200)["items"].as_array().unwrap().len(), 2);
    host.stop().await;
}

#[tokio::test]
async fn wrong_entries_and_claims_are_refused() {
    let host = hanyang().await;
    let (community, unit) = sides(&host).await;
    let good = entry("need", COMMUNITY, Some(1));
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (body, pointer) in [
        (with("title", json!("联系 13900001234")), "/title"),
        (with("detail", json!("box@example.com")), "/detail"),
        (with("quantity", json!(0)), "/quantity"),
        (with("quantity", json!(1_000_001)), "/quantity"),
        (with("kind", json!("project")), "/quantity"),
        (with("kind", json!("wish")), "/kind"),
        (with("owner_code", json!("420105011777")), "/owner_code"),
        (with("place_code", json!("420105011777")), "/place_code"),
        (with("term_until", json!("2001-01-01")), "/term_until"),
        (with("term_until", json!("soon")), "/term_until"),
        (with("tags", json!(vec!["x"; 9])), "/tags"),
        (with("colour", json!(1)), "/colour"),
    ] {
        let problem = community.post(ENTRIES, &body).await.expect(422);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
    }
    unit.post(ENTRIES, &good).await.expect(403);
    host.caller(&[]).post(ENTRIES, &good).await.expect(403);
    let need = community.post(ENTRIES, &good).await.expect(201);
    let other = community.post(ENTRIES, &good).await.expect(201);
    // a need is no resource
    let problem = ask(&community, &need, &other, "wanting", 1)
        .await
        .expect(422);
    assert_eq!(problem["errors"][0]["pointer"], "/resource_id");
    ask(&community, &need, &other, "sideways", 1)
        .await
        .expect(422);
    step(&community, ENTRIES, &need, "start").await.expect(409);
    step(&community, ENTRIES, &need, "finish").await.expect(200);
    step(&community, ENTRIES, &need, "finish").await.expect(409);
    step(&unit, ENTRIES, &other, "finish").await.expect(403);
    let gone = json!({"id": "lst_01jcgb2r00e8arc5tmvkbzqy7x"});
    step(&community, ENTRIES, &gone, "finish").await.expect(404);
    community.get(ENTRIES).await.expect(422);
    community
        .get(&format!("{CLAIMS}?entry_id=x"))
        .await
        .expect(422);
    host.stop().await;
}
