use kernel::Role;
use serde_json::json;

use crate::{ORGANISATIONS, act, codes, hanyang, operator, organisation, show};

#[tokio::test]
async fn a_move_takes_everything_below_along_and_keeps_ids_and_codes() {
    let host = hanyang().await;
    let operator = operator(&host);
    for body in [
        organisation("420105011010.X01.B1", "building", "1栋"),
        organisation("420105011010.X01.B1.Z1", "party_group", "1栋党小组"),
    ] {
        operator.post(ORGANISATIONS, &body).await.expect(201);
    }
    let (before, group) = (
        show(&operator, "420105011010.X01").await,
        show(&operator, "420105011010.X01.B1.Z1").await,
    );
    let body = json!({"parent_code": "420105011011"});
    let moved = act(&operator, "420105011010.X01", "move", &body).await;
    assert_eq!(moved.headers["etag"], "\"2\"");
    let moved = moved.expect(200);
    assert_eq!(moved["id"], before["id"]);
    assert_eq!(
        moved["path"],
        "/420105000000/420105011000/420105011011/420105011010.X01/"
    );
    let below = show(&operator, "420105011010.X01.B1.Z1").await;
    assert_eq!(
        (&below["id"], &below["version"]),
        (&group["id"], &group["version"])
    );
    assert_eq!(
        below["path"],
        "/420105000000/420105011000/420105011011/420105011010.X01/420105011010.X01.B1/420105011010.X01.B1.Z1/"
    );
    let tree = |code: &str| format!("{ORGANISATIONS}?below={code}");
    let there = operator.get(&tree("420105011011")).await.expect(200);
    assert_eq!(
        codes(&there),
        [
            "420105011011",
            "420105011010.X01",
            "420105011010.X01.B1",
            "420105011010.X01.B1.Z1"
        ]
    );
    assert_eq!(
        codes(&operator.get(&tree("420105011010")).await.expect(200)),
        ["420105011010"]
    );
    // where it is already
    let again = act(&operator, "420105011010.X01", "move", &body).await;
    assert_eq!(again.headers["etag"], "\"2\"");
    host.stop().await;
}

#[tokio::test]
async fn a_move_to_a_wrong_place_is_refused() {
    let host = hanyang().await;
    let operator = operator(&host);
    for (code, body, status) in [
        (
            "420105011010.X01",
            json!({"parent_code": "420105011000"}),
            422,
        ),
        (
            "420105011010.X01",
            json!({"parent_code": "420105011777"}),
            422,
        ),
        ("420105011010.X01", json!({"parent_code": "x"}), 422),
        ("420105011010.X01", json!({}), 422),
        (
            "420105011010.X01",
            json!({"parent_code": "420105011011", "colour": 1}),
            422,
        ),
        (
            "420105011010.X01",
            json!({"parent_code": "420105011011", "effective_on": "2999-01-01"}),
            422,
        ),
        (
            "420105011010.X01",
            json!({"parent_code": "420105011011", "effective_on": "1890-01-01"}),
            422,
        ),
        (
            "420105011010.X01",
            json!({"parent_code": "420105011011", "effective_on": "today"}),
            422,
        ),
        ("420105000000", json!({"parent_code": "420105011000"}), 422),
        (
            "420105011010.X77",
            json!({"parent_code": "420105011011"}),
            404,
        ),
    ] {
        let reply = act(&operator, code, "move", &body).await;
        assert_eq!(
            reply.status.as_u16(),
            status,
            "{code} {body}: {:#}",
            reply.body
        );
    }
    let stale = operator
        .request(
            reqwest::Method::POST,
            &format!("{ORGANISATIONS}/420105011010.X01/actions/move"),
        )
        .header("If-Match", "\"7\"")
        .json(&json!({"parent_code": "420105011011"}));
    operator.send(stale).await.expect(412);
    // out of one district and into another takes both
    let own = host.caller(&[(
        Role::DistrictOperator,
        "/420105000000/420105011000/420105011010/",
    )]);
    let body = json!({"parent_code": "420105011011"});
    act(&own, "420105011010.X01", "move", &body)
        .await
        .expect(403);
    host.stop().await;
}

#[tokio::test]
async fn what_is_closed_leaves_the_lists_and_its_code_may_be_used_again() {
    let host = hanyang().await;
    let operator = operator(&host);
    let body = organisation("420105011010.X01.B1", "building", "1栋");
    let first = operator.post(ORGANISATIONS, &body).await.expect(201);
    let problem = act(&operator, "420105011010.X01", "close", &json!({}))
        .await
        .expect(409);
    assert_eq!(
        problem["type"],
        "https://linli.city/problems/organisation-not-empty"
    );
    let closed = act(&operator, "420105011010.X01.B1", "close", &json!({}))
        .await
        .expect(200);
    assert_eq!(closed["closed_on"], closed["since"]);
    let list = format!("{ORGANISATIONS}?parent_code=420105011010.X01");
    assert!(codes(&operator.get(&list).await.expect(200)).is_empty());
    let all = operator
        .get(&format!("{list}&closed=true"))
        .await
        .expect(200);
    assert_eq!(codes(&all), ["420105011010.X01.B1"]);
    // a delta shows it
    let since = first["updated_at"].as_str().unwrap();
    let delta = operator
        .get(&format!("{list}&changed_since={since}"))
        .await
        .expect(200);
    assert_eq!(delta["items"][0]["closed_on"], closed["closed_on"]);
    crate::rename(&operator, "420105011010.X01.B1", "新", None)
        .await
        .expect(409);
    let below = organisation("420105011010.X01.B1.Z1", "party_group", "党小组");
    operator.post(ORGANISATIONS, &below).await.expect(422);

    let anew = organisation("420105011010.X01.B1", "building", "新1栋");
    let anew = operator.post(ORGANISATIONS, &anew).await.expect(201);
    assert_eq!(anew["id"], first["id"]);
    assert_eq!(
        (&anew["name"], &anew["closed_on"]),
        (&json!("新1栋"), &json!(null))
    );
    operator.post(ORGANISATIONS, &below).await.expect(201);
    host.stop().await;
}

#[tokio::test]
async fn a_subtree_is_paged_and_listed_by_itself() {
    let host = hanyang().await;
    let anyone = host.caller(&[]);
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = format!("{ORGANISATIONS}?below=420105011000&kind=community&limit=3{cursor}");
        let page = anyone.get(&page).await.expect(200);
        found.extend(codes(&page).into_iter().map(str::to_owned));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert!(found.len() > 5 && found.is_sorted());
    assert!(found.iter().all(|code| code.starts_with("420105011")));
    for (query, pointer) in [
        ("below=420105011000&parent_code=420105011000", "/below"),
        ("below=420105011000&q=江欣", "/below"),
        ("below=420105011777", "/below"),
        ("below=x", "/below"),
        ("below=420105011000&cursor=abc", "/cursor"),
    ] {
        let problem = anyone
            .get(&format!("{ORGANISATIONS}?{query}"))
            .await
            .expect(422);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
    }
    host.stop().await;
}
