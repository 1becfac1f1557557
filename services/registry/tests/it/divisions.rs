use kernel::Role;
use serde_json::{Value, json};
use testkit::TestHost;

use crate::{IMPORTS, ORGANISATIONS, operator, rename};

fn row(code: &str, name: &str, level: &str, parent: &str) -> Value {
    json!({"code": code, "name": name, "level": level, "parent_code": parent})
}

/// A district with two streets and a community, the narrow areas first.
fn rows() -> Vec<Value> {
    vec![
        row("420105002001", "钟家村社区", "community", "420105002000"),
        row("420105002000", "建桥街道", "street", "420105000000"),
        row("420105011000", "江堤街道", "street", "420105000000"),
        row("420105000000", "汉阳区", "district", "420100000000"),
    ]
}

fn outcomes(answer: &Value) -> Vec<&str> {
    let rows = answer["rows"].as_array().unwrap();
    rows.iter()
        .map(|row| row["outcome"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn rows_in_any_order_become_a_tree_and_the_second_time_nothing() {
    let host = TestHost::start(&[registry::MODULE]).await;
    let operator = operator(&host);
    let body = json!({"rows": rows()});
    let dry = json!({"dry_run": true, "rows": rows()});
    assert_eq!(operator.post(IMPORTS, &dry).await.expect(200)["created"], 4);
    operator
        .get(&format!("{ORGANISATIONS}/420105000000"))
        .await
        .expect(404);

    let first = operator.post(IMPORTS, &body).await.expect(200);
    assert_eq!(outcomes(&first), ["created"; 4]);
    let community = operator
        .get(&format!("{ORGANISATIONS}/420105002001"))
        .await
        .expect(200);
    assert_eq!(
        community["path"],
        "/420105000000/420105002000/420105002001/"
    );
    // its city is not known: the district is a root
    let district = operator
        .get(&format!("{ORGANISATIONS}/420105000000"))
        .await
        .expect(200);
    assert_eq!(
        (&district["path"], &district["parent_code"]),
        (&json!("/420105000000/"), &Value::Null)
    );

    let second = operator.post(IMPORTS, &body).await.expect(200);
    assert_eq!(outcomes(&second), ["unchanged"; 4]);
    rename(&operator, "420105002000", "建桥街", None)
        .await
        .expect(200);
    let third = operator.post(IMPORTS, &body).await.expect(200);
    assert_eq!(
        outcomes(&third),
        ["unchanged", "renamed", "unchanged", "unchanged"]
    );
    host.stop().await;
}

#[tokio::test]
async fn a_bad_row_stops_nothing_but_what_lies_within_it() {
    let host = TestHost::start(&[registry::MODULE]).await;
    let rows = [
        row("420105000000", "汉阳区", "district", ""),
        row("4201050020000", "十三位", "street", "420105000000"),
        row("420105003000", "晴川街道", "community", "420105000000"),
        row("420105003001", "晴川社区", "community", "420105003000"),
        row("420106001000", "别区街道", "street", "420105000000"),
        row("420105004000", "鹦鹉街道", "street", "420105000000"),
        row("420105004000", "另一街道", "street", "420105000000"),
        row("420105005000", "", "street", "420105000000"),
        row("420105006000", "洲头街道", "village", "420105000000"),
    ];
    let answer = operator(&host)
        .post(IMPORTS, &json!({"rows": rows}))
        .await
        .expect(200);
    assert_eq!(
        outcomes(&answer),
        [
            "created", "refused", "refused", "refused", "refused", "created", "refused", "refused",
            "refused"
        ]
    );
    assert_eq!(answer["rows"][3]["reason"], "其上级未被接受");
    assert_eq!(
        (&answer["created"], &answer["refused"]),
        (&json!(2), &json!(7))
    );
    host.stop().await;
}

#[tokio::test]
async fn a_district_operator_imports_within_the_own_district() {
    let host = TestHost::start(&[registry::MODULE]).await;
    let own = host.caller(&[(Role::DistrictOperator, "/420105000000/")]);
    let other = host.caller(&[(Role::DistrictOperator, "/420106000000/")]);
    host.caller(&[(Role::Resident, "/")])
        .post(IMPORTS, &json!({"rows": []}))
        .await
        .expect(403);
    let refused = other
        .post(IMPORTS, &json!({"rows": rows()}))
        .await
        .expect(200);
    assert_eq!(refused["refused"], 4);
    let district = [row("420105000000", "汉阳区", "district", "")];
    own.post(IMPORTS, &json!({"rows": district}))
        .await
        .expect(200);
    // a dry run of a later part takes the parts before it for granted
    let part = [row(
        "420105002001",
        "钟家村社区",
        "community",
        "420105002000",
    )];
    let dry = own
        .post(IMPORTS, &json!({"dry_run": true, "rows": part}))
        .await
        .expect(200);
    assert_eq!(outcomes(&dry), ["created"]);
    assert_eq!(
        own.post(IMPORTS, &json!({"rows": rows()}))
            .await
            .expect(200)["created"],
        3
    );
    host.stop().await;
}

#[tokio::test]
async fn more_rows_than_allowed_and_a_wrong_shape_are_refused_as_a_whole() {
    let host = TestHost::start(&[registry::MODULE]).await;
    let operator = operator(&host);
    let many = vec![row("420105000000", "汉阳区", "district", ""); 501];
    for (body, pointer) in [
        (json!({"rows": many}), "/rows"),
        (
            json!({"rows": [{"code": 420_105_000_000_u64, "name": "汉阳区", "level": "district"}]}),
            "/rows/0/code",
        ),
        (json!({"rows": [], "colour": "red"}), "/colour"),
        (json!({}), "/rows"),
    ] {
        let problem = operator.post(IMPORTS, &body).await.expect(422);
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
    host.stop().await;
}

#[tokio::test]
async fn the_bundled_district_is_whole_and_seeding_again_changes_nothing() {
    let host = TestHost::start(&[registry::MODULE]).await;
    let deps = host.deps("registry");
    let first = registry::seed::seed_divisions(deps, registry::seed::HANYANG)
        .await
        .unwrap();
    assert_eq!((first.created, first.unchanged, first.renamed), (130, 0, 0));
    let second = registry::seed::seed_divisions(deps, registry::seed::HANYANG)
        .await
        .unwrap();
    assert_eq!(
        (second.created, second.unchanged, second.renamed),
        (0, 130, 0)
    );
    let community = operator(&host)
        .get(&format!("{ORGANISATIONS}/420105011010"))
        .await
        .expect(200);
    assert_eq!(
        community["path"],
        "/420105000000/420105011000/420105011010/"
    );
    host.stop().await;
}

#[tokio::test]
async fn a_broken_table_is_refused_with_its_line() {
    let host = TestHost::start(&[registry::MODULE]).await;
    let deps = host.deps("registry");
    let broken = "code,name,level,parent_code\n420105000000,汉阳区,district,\n\"4201,x\n";
    assert!(registry::seed::seed_divisions(deps, broken).await.is_err());
    let wrong = "code,name,level,parent_code\n420105000000,汉阳区,planet,\n";
    let error = registry::seed::seed_divisions(deps, wrong)
        .await
        .unwrap_err();
    assert!(error.to_string().starts_with("row 1:"), "{error}");
    host.stop().await;
}
