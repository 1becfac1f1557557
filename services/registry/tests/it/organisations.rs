use kernel::Role;
use serde_json::json;
use testkit::TestHost;

use crate::{ORGANISATIONS, hanyang, operator, organisation, rename};

#[tokio::test]
async fn a_node_is_set_up_shown_and_renamed() {
    let host = hanyang().await;
    let operator = operator(&host);
    let body = organisation("420105011010.X01.B3", "building", "3栋");
    let reply = operator.post(ORGANISATIONS, &body).await;
    assert_eq!(reply.headers["etag"], "\"1\"");
    let location = reply.headers["location"].to_str().unwrap().to_owned();
    let view = reply.expect(201);
    assert_eq!(
        view["path"],
        "/420105000000/420105011000/420105011010/420105011010.X01/420105011010.X01.B3/"
    );
    let anyone = host.caller(&[]);
    assert_eq!(anyone.get(&location).await.expect(200), view);

    let renamed = rename(&operator, "420105011010.X01.B3", "三栋", Some("\"1\"")).await;
    assert_eq!(renamed.headers["etag"], "\"2\"");
    assert_eq!(renamed.expect(200)["name"], "三栋");
    rename(&operator, "420105011010.X01.B3", "叁栋", Some("\"1\""))
        .await
        .expect(412);
    // the name that it has already makes no version
    let same = rename(&operator, "420105011010.X01.B3", "三栋", None).await;
    assert_eq!(same.headers["etag"], "\"2\"");
    host.stop().await;
}

#[tokio::test]
async fn the_same_node_again_is_no_conflict_another_one_is() {
    let host = hanyang().await;
    let operator = operator(&host);
    let body = organisation("420105011010.X01", "compound", "江欣苑小区");
    operator.post(ORGANISATIONS, &body).await.expect(200);
    let other = organisation("420105011010.X01", "compound", "别的小区");
    let problem = operator.post(ORGANISATIONS, &other).await.expect(409);
    assert_eq!(
        problem["type"],
        "https://linli.city/problems/organisation-code-taken"
    );
    host.stop().await;
}

#[tokio::test]
async fn an_idempotency_key_repeats_the_first_answer() {
    let host = hanyang().await;
    let operator = operator(&host);
    let body = organisation("420105011010.X02", "compound", "知音苑");
    let send = async |body| {
        let request = operator
            .request(reqwest::Method::POST, ORGANISATIONS)
            .json(body);
        operator
            .send(request.header("Idempotency-Key", "key-1"))
            .await
    };
    let first = send(&body).await.expect(201);
    assert_eq!(send(&body).await.expect(201), first);
    let other = organisation("420105011010.X03", "compound", "知音苑");
    send(&other).await.expect(422);
    host.stop().await;
}

#[tokio::test]
async fn a_node_out_of_place_is_refused_with_a_pointer() {
    let host = hanyang().await;
    let operator = operator(&host);
    for (body, pointer) in [
        (
            organisation("420105011010.X09.B1", "building", "一栋"),
            "/parent_code",
        ),
        (
            organisation("420105011010.B1", "building", "一栋"),
            "/parent_code",
        ),
        (
            json!({"code": "420105011010.X01.B1.U1", "kind": "building", "name": "一栋", "parent_code": "420105011010.X01"}),
            "/code",
        ),
        (
            json!({"code": "420105011010.X09", "kind": "compound", "name": "无上级"}),
            "/parent_code",
        ),
        (
            json!({"code": "4201050110101", "kind": "community", "name": "十三位"}),
            "/code",
        ),
        (organisation("420105011010.X09", "compound", " "), "/name"),
        (
            organisation("420105011010.X09", "compound", "换\n行"),
            "/name",
        ),
        (organisation("420105011010.X09", "planet", "星"), "/kind"),
    ] {
        let problem = operator.post(ORGANISATIONS, &body).await.expect(422);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
    }
    host.stop().await;
}

#[tokio::test]
async fn a_district_operator_changes_the_own_district_only() {
    let host = hanyang().await;
    let own = host.caller(&[(Role::DistrictOperator, "/420105000000/")]);
    let other = host.caller(&[(Role::DistrictOperator, "/420106000000/")]);
    let resident = host.caller(&[(Role::Resident, "/420105000000/")]);
    let body = organisation("420105000000.CG", "department", "城管局");
    resident.post(ORGANISATIONS, &body).await.expect(403);
    other.post(ORGANISATIONS, &body).await.expect(403);
    own.post(ORGANISATIONS, &body).await.expect(201);
    rename(&other, "420105000000.CG", "城管委", None)
        .await
        .expect(403);
    rename(&own, "420105000000.CG", "城管委", None)
        .await
        .expect(200);
    host.anonymous().get(ORGANISATIONS).await.expect(401);
    host.stop().await;
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let host = TestHost::start(&[registry::MODULE]).await;
    let operator = operator(&host);
    for code in ["420105011010.X77", "4201050110101", "not-a-code", "%FF"] {
        operator
            .get(&format!("{ORGANISATIONS}/{code}"))
            .await
            .expect(404);
        operator
            .get(&format!("{ORGANISATIONS}/{code}/ancestors"))
            .await
            .expect(404);
        rename(&operator, code, "名称", None).await.expect(404);
    }
    host.stop().await;
}
