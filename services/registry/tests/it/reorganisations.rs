use serde_json::{Value, json};

use crate::{IMPORTS, ORGANISATIONS, act, codes, hanyang, operator, show};

const MERGERS: &str = "/api/registry/v1/divisions/mergers";
const SPLITS: &str = "/api/registry/v1/divisions/splits";
/// 建桥街道 and 江堤街道.
const ONE: &str = "420105002000";
const OTHER: &str = "420105011000";

async fn children(caller: &testkit::Caller, code: &str) -> Vec<String> {
    let page = format!("{ORGANISATIONS}?parent_code={code}&limit=200");
    let page = caller.get(&page).await.expect(200);
    codes(&page).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn merged_areas_end_and_their_parts_go_on_in_the_other() {
    let host = hanyang().await;
    let operator = operator(&host);
    let (gone, stay) = (
        children(&operator, OTHER).await,
        children(&operator, ONE).await,
    );
    let done = operator
        .post(MERGERS, &json!({"from": [OTHER], "into": ONE}))
        .await
        .expect(200);
    assert_eq!(
        (&done["moved"], &done["closed"]),
        (&json!(gone.len()), &json!([OTHER]))
    );
    assert_eq!(
        children(&operator, ONE).await.len(),
        gone.len() + stay.len()
    );
    assert!(children(&operator, OTHER).await.is_empty());
    assert_eq!(
        show(&operator, "420105011010.X01").await["path"],
        "/420105000000/420105002000/420105011010/420105011010.X01/"
    );
    let links = operator
        .get(&format!("{ORGANISATIONS}/{OTHER}/successions"))
        .await
        .expect(200);
    assert_eq!(links["items"][0]["successor"], ONE);
    // it is no more: nothing to merge, nothing to set up below it
    operator
        .post(MERGERS, &json!({"from": [OTHER], "into": ONE}))
        .await
        .expect(409);
    operator
        .post(MERGERS, &json!({"from": [ONE], "into": OTHER}))
        .await
        .expect(409);
    host.stop().await;
}

#[tokio::test]
async fn a_split_area_gives_parts_away_and_ends_when_nothing_is_left() {
    let host = hanyang().await;
    let operator = operator(&host);
    let rows = json!({"rows": [
        {"code": "420105020000", "name": "甲街道", "level": "street", "parent_code": "420105000000"},
        {"code": "420105021000", "name": "乙街道", "level": "street", "parent_code": "420105000000"},
    ]});
    operator.post(IMPORTS, &rows).await.expect(200);
    let all = children(&operator, OTHER).await;
    let (first, rest) = all.split_at(2);
    let part = |into: &str, children: &[String]| json!({"into": into, "children": children});
    let some = json!({"code": OTHER, "parts": [part("420105020000", first)]});
    // something is left, so it cannot end; nothing has happened
    operator.post(SPLITS, &some).await.expect(409);
    assert_eq!(children(&operator, OTHER).await, all);
    let mut kept = some.clone();
    kept["keep"] = json!(true);
    let done = operator.post(SPLITS, &kept).await.expect(200);
    assert_eq!((&done["moved"], &done["closed"]), (&json!(2), &json!([])));
    let last = json!({"code": OTHER, "parts": [part("420105021000", rest)]});
    let done = operator.post(SPLITS, &last).await.expect(200);
    assert_eq!(done["closed"], json!([OTHER]));
    let links = operator
        .get(&format!("{ORGANISATIONS}/{OTHER}/successions"))
        .await
        .expect(200);
    assert_eq!(links["items"].as_array().unwrap().len(), 2);
    assert!(show(&operator, OTHER).await["closed_on"].is_string());
    host.stop().await;
}

#[tokio::test]
async fn wrong_mergers_and_splits_change_nothing() {
    let host = hanyang().await;
    let operator = operator(&host);
    let before = children(&operator, OTHER).await;
    let split = |children: Value| json!({"code": OTHER, "keep": true, "parts": [{"into": ONE, "children": children}]});
    for (path, body) in [
        (MERGERS, json!({"from": [], "into": ONE})),
        (MERGERS, json!({"from": vec![OTHER; 21], "into": ONE})),
        (MERGERS, json!({"from": [ONE], "into": ONE})),
        (MERGERS, json!({"from": ["420105011010"], "into": ONE})),
        (MERGERS, json!({"from": ["420105077000"], "into": ONE})),
        (
            MERGERS,
            json!({"from": [OTHER], "into": ONE, "effective_on": "2999-01-01"}),
        ),
        (SPLITS, split(json!(["420105002001"]))),
        (SPLITS, split(json!(["420105011010", "420105011010"]))),
        (SPLITS, json!({"code": OTHER, "parts": []})),
        (
            SPLITS,
            json!({"code": OTHER, "keep": true, "parts": [
                {"into": ONE, "children": []}, {"into": ONE, "children": []},
            ]}),
        ),
    ] {
        let reply = operator.post(path, &body).await;
        assert_eq!(reply.status.as_u16(), 422, "{body}: {:#}", reply.body);
    }
    assert_eq!(children(&operator, OTHER).await, before);
    // twice the same one: the second time it is closed already
    operator
        .post(MERGERS, &json!({"from": [OTHER, OTHER], "into": ONE}))
        .await
        .expect(409);
    assert_eq!(children(&operator, OTHER).await, before);
    let foreign = host.caller(&[(kernel::Role::DistrictOperator, "/420106000000/")]);
    foreign
        .post(MERGERS, &json!({"from": [OTHER], "into": ONE}))
        .await
        .expect(403);
    act(&foreign, OTHER, "close", &json!({})).await.expect(403);
    host.stop().await;
}
