use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::{ORGANISATIONS, codes, hanyang, operator, organisation};

async fn tie(caller: &Caller, code: &str, superior: &Value) -> Reply {
    let path = format!("{ORGANISATIONS}/{code}/superior");
    let request = caller.request(Method::PUT, &path);
    caller
        .send(request.json(&json!({"superior_code": superior})))
        .await
}

#[tokio::test]
async fn the_party_tree_is_tied_to_the_areas_at_each_level() {
    let host = hanyang().await;
    let operator = operator(&host);
    for (code, kind) in [
        ("420105011000.DGW", "party_work_committee"),
        ("420105011010.DW", "party_committee"),
        ("420105011010.X01.DZZ", "general_party_branch"),
        ("420105011010.X01.DZB1", "party_branch"),
        ("420105011010.X01.DZB1.XZ1", "party_group"),
        ("420105011010.X01.DZB1.XZ1.H1", "party_household"),
        ("420105011011.DW", "party_committee"),
    ] {
        operator
            .post(ORGANISATIONS, &organisation(code, kind, "党组织"))
            .await
            .expect(201);
    }
    for (code, superior) in [
        ("420105011010.DW", "420105011000.DGW"),
        ("420105011010.X01.DZZ", "420105011010.DW"),
        ("420105011010.X01.DZB1", "420105011010.X01.DZZ"),
        ("420105011010.X01.DZB1.XZ1", "420105011010.X01.DZB1"),
        ("420105011010.X01.DZB1.XZ1.H1", "420105011010.X01.DZB1.XZ1"),
    ] {
        let tied = tie(&operator, code, &json!(superior)).await.expect(200);
        assert_eq!(tied["superior_code"], superior);
    }
    let page = format!("{ORGANISATIONS}?superior_code=420105011010.DW");
    assert_eq!(
        codes(&operator.get(&page).await.expect(200)),
        ["420105011010.X01.DZZ"]
    );
    for (code, superior) in [
        // another community's, a narrower one, no party organisation, itself, nobody
        ("420105011010.X01.DZZ", "420105011011.DW"),
        ("420105011010.DW", "420105011010.X01.DZB1"),
        ("420105011010.DW", "420105011010"),
        ("420105011010.DW", "420105011010.DW"),
        ("420105011010.DW", "420105011010.NIX"),
        ("420105011010.X01", "420105011010.DW"),
    ] {
        tie(&operator, code, &json!(superior)).await.expect(422);
    }
    let loose = tie(&operator, "420105011010.DW", &Value::Null)
        .await
        .expect(200);
    assert_eq!(loose["superior_code"], Value::Null);
    host.stop().await;
}

#[tokio::test]
async fn units_carry_a_checked_credit_code() {
    let host = hanyang().await;
    let operator = operator(&host);
    let unit = |code: &str, kind: &str, uscc: Value| {
        let mut body = organisation(code, kind, "示例单位");
        body["uscc"] = uscc;
        body
    };
    let good = json!("91350100M000100Y43");
    let made = operator
        .post(
            ORGANISATIONS,
            &unit("420105011010.U1", "resident_unit", good.clone()),
        )
        .await
        .expect(201);
    assert_eq!(made["uscc"], good);
    for (code, kind, uscc) in [
        ("420105011010.U2", "resident_unit", Value::Null),
        ("420105011010.U2", "social_organisation", Value::Null),
        (
            "420105011010.U2",
            "resident_unit",
            json!("91350100M000100Y44"),
        ),
        ("420105011010.U2", "resident_unit", json!("")),
        ("420105011010.G1", "grid", good.clone()),
    ] {
        let problem = operator
            .post(ORGANISATIONS, &unit(code, kind, uscc))
            .await
            .expect(422);
        assert_eq!(problem["errors"][0]["pointer"], "/uscc");
    }
    // its own party branch and the community's committees
    for (code, kind) in [
        ("420105011010.U1.DZB", "party_branch"),
        ("420105011010.JWH", "residents_committee"),
        ("420105011010.X01.WY", "property_company"),
        ("420105011010.X01.YWH", "owners_committee"),
        ("420105011000.BSC", "government"),
    ] {
        operator
            .post(ORGANISATIONS, &organisation(code, kind, "组织"))
            .await
            .expect(201);
    }
    host.stop().await;
}

#[tokio::test]
async fn a_superior_is_set_over_the_version_that_was_seen() {
    let host = hanyang().await;
    let operator = operator(&host);
    for (code, kind) in [
        ("420105011010.DW", "party_committee"),
        ("420105011010.DZB1", "party_branch"),
    ] {
        let body = organisation(code, kind, "党组织");
        operator.post(ORGANISATIONS, &body).await.expect(201);
    }
    let path = format!("{ORGANISATIONS}/420105011010.DZB1/superior");
    let set = async |seen: &str| {
        let body = json!({"superior_code": "420105011010.DW"});
        let request = operator.request(reqwest::Method::PUT, &path).json(&body);
        operator.send(request.header("If-Match", seen)).await
    };
    set("\"7\"").await.expect(412);
    set("\"1\"").await.expect(200);
    set("\"1\"").await.expect(412);
    host.stop().await;
}
