//! Messages of other systems become orders, once.

use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{AT_CITY_MANAGEMENT, AT_DISTRICT, ORDERS, World, matter, order, pointer};

const IMPORTS: &str = "/api/ticketing/v1/orders/imports";
const CATEGORIES: &str = "/api/ticketing/v1/categories";

fn message(id: &str, title: &str, content: &str) -> Value {
    json!({"external_id": id, "title": title, "content": content, "occurred_at": "2019-02-14T20:00:00+08:00"})
}

fn body(dry_run: bool, rows: &[Value]) -> Value {
    json!({"channel": "12345", "org_code": "420105000000", "dry_run": dry_run, "rows": rows})
}

/// Two that rules route or leave to a person, one that cannot be taken.
fn rows() -> Vec<Value> {
    vec![
        message(
            "1",
            "路灯不亮",
            "小区门口的路灯坏了一个星期，路灯一直没人修",
        ),
        message("2", "咨询", "请问\u{0}什么时候\r\n有结果"),
        message("3", &"字".repeat(201), "内容"),
    ]
}

fn outcomes(answer: &Value) -> Vec<&str> {
    let rows = answer["rows"].as_array().unwrap();
    rows.iter()
        .map(|row| row["outcome"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_category_of_another_code_set_becomes_ours() {
    let world = World::start_set(|folder| {
        let file = folder.join("hotline.toml");
        let text = "name = \"hotline\"\nversion = 3\nsource = \"test\"\n\
            title = { zh = \"热线编码\", en = \"Hotline\" }\n[codes]\n\"A1\" = \"0104\"\n";
        std::fs::write(&file, text).unwrap();
        json!({"code_sets": [file]})
    })
    .await;
    let tree = world.resident.get(CATEGORIES).await.expect(200);
    assert_eq!(tree["code_sets"][0]["name"], "hotline");
    let coded = |id: &str, code: &str| {
        let mut row = message(id, "咨询", "请问什么时候有结果");
        row["category_code"] = json!(code);
        row
    };
    let mut import = body(
        false,
        &[coded("1", "A1"), coded("2", "A199"), coded("3", "B7")],
    );
    import["code_set"] = json!("hotline");
    let answer = world.operator.post(IMPORTS, &import).await.expect(200);
    let category = |row: usize| answer["rows"][row].get("category").cloned();
    assert_eq!(category(0), Some(json!("0104")));
    assert_eq!(category(1), Some(json!("0104")));
    let reason = answer["rows"][0]["category_reason"].as_str().unwrap();
    assert!(
        reason.contains("热线编码") && reason.contains("A1"),
        "{reason}"
    );
    // what the set does not know is left to the texts
    assert_eq!(category(2), None);
    // without a code set the codes are ours
    let own = body(false, &[coded("4", "0901"), coded("5", "A1")]);
    let answer = world.operator.post(IMPORTS, &own).await.expect(200);
    assert_eq!(answer["rows"][0]["category"], "0901");
    assert!(answer["rows"][1].get("category").is_none());
    import["code_set"] = json!("unknown");
    let refused = world.operator.post(IMPORTS, &import).await.expect(422);
    assert_eq!(pointer(&refused), "/code_set");
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citys_own_table_has_four_levels_and_seasons() {
    let world = World::start_set(|folder| {
        let file = folder.join("categories.toml");
        let bundled = include_str!("../../rules/categories.toml");
        let table = format!(
            "{bundled}\n[[groups]]\ncode = \"88\"\ntitle = {{ zh = \"季节\", en = \"Season\" }}\n\
            [[groups.categories]]\ncode = \"8801\"\ntitle = {{ zh = \"停用\", en = \"Old\" }}\nretired = true\n\
            [[groups.categories]]\ncode = \"8802\"\ntitle = {{ zh = \"二\", en = \"Two\" }}\n\
            [[groups.categories]]\ncode = \"880201\"\ntitle = {{ zh = \"三\", en = \"Three\" }}\n\
            [[groups.categories]]\ncode = \"88020101\"\ntitle = {{ zh = \"四\", en = \"Four\" }}\n"
        );
        std::fs::write(&file, table).unwrap();
        json!({"categories": file})
    })
    .await;
    let tree = world.resident.get(CATEGORIES).await.expect(200);
    let items = tree["items"].as_array().unwrap();
    let find = |code: &str| items.iter().find(|item| item["code"] == code).unwrap();
    assert_eq!(find("01")["parent"], Value::Null);
    let deepest = find("88020101");
    assert_eq!(
        (&deepest["parent"], &deepest["level"], &deepest["open"]),
        (&json!("880201"), &json!(4), &json!(true))
    );
    assert_eq!(find("8801")["open"], false);
    let mut order = matter("six-step");
    order["category"] = json!("88020101");
    let opened = world.resident.post(ORDERS, &order).await.expect(201);
    assert_eq!(opened["category"], "88020101");
    order["category"] = json!("8801");
    let refused = world.resident.post(ORDERS, &order).await.expect(422);
    assert_eq!(pointer(&refused), "/category");
    assert!(
        refused["type"]
            .as_str()
            .unwrap()
            .ends_with("/category-closed")
    );
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_become_orders_with_category_and_unit_and_their_reasons() {
    let world = World::start().await;
    let answer = world
        .operator
        .post(IMPORTS, &body(false, &rows()))
        .await
        .expect(200);
    assert_eq!(outcomes(&answer), ["created", "created", "refused"]);
    assert_eq!(
        (&answer["created"], &answer["refused"]),
        (&json!(2), &json!(1))
    );
    let lamp = &answer["rows"][0];
    assert_eq!(lamp["unit_code"], "420105000000.CG");
    assert!(lamp["category_reason"].as_str().unwrap().contains("路灯"));
    let doubtful = &answer["rows"][1];
    assert!(doubtful.get("category").is_none());
    assert_eq!(doubtful["unit_code"], "420105000000.ZX");
    assert!(
        answer["rows"][2]["reason"]
            .as_str()
            .unwrap()
            .contains("200")
    );

    let seen = world
        .operator
        .get(&order(lamp["order_id"].as_str().unwrap()))
        .await
        .expect(200);
    assert_eq!(seen["workflow"], "six-step");
    assert_eq!(seen["state"], "reported");
    assert_eq!(seen["channel"], "12345");
    assert_eq!(seen["number"], lamp["number"]);
    assert_eq!(seen["routing_reason"], lamp["routing_reason"]);
    let doubtful = world
        .operator
        .get(&order(doubtful["order_id"].as_str().unwrap()))
        .await
        .expect(200);
    assert_eq!(doubtful["content"], "请问什么时候\n有结果");
    let liaison = world
        .host
        .caller(&[(Role::DepartmentLiaison, AT_CITY_MANAGEMENT)]);
    let theirs = liaison.get(ORDERS).await.expect(200);
    assert_eq!(theirs["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_sent_again_changes_nothing() {
    let world = World::start().await;
    let first = world
        .operator
        .post(IMPORTS, &body(false, &rows()))
        .await
        .expect(200);
    let second = world
        .operator
        .post(IMPORTS, &body(false, &rows()))
        .await
        .expect(200);
    assert_eq!(outcomes(&second), ["exists", "exists", "refused"]);
    assert_eq!(second["rows"][0]["order_id"], first["rows"][0]["order_id"]);
    let twice = [message("9", "题", "内容"), message(" 9 ", "题", "内容")];
    let answer = world
        .operator
        .post(IMPORTS, &body(false, &twice))
        .await
        .expect(200);
    assert_eq!(outcomes(&answer), ["created", "exists"]);
    assert_eq!(answer["rows"][0]["order_id"], answer["rows"][1]["order_id"]);
    let all = world
        .operator
        .get(&format!("{ORDERS}?state=reported"))
        .await
        .expect(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 3);
    // the same ids of another channel are other messages
    let mut other = body(false, &rows());
    other["channel"] = json!("board");
    let answer = world.operator.post(IMPORTS, &other).await.expect(200);
    assert_eq!(outcomes(&answer), ["created", "created", "refused"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_the_same_and_stores_nothing() {
    let world = World::start().await;
    let tried = world
        .operator
        .post(IMPORTS, &body(true, &rows()))
        .await
        .expect(200);
    assert_eq!(outcomes(&tried), ["created", "created", "refused"]);
    assert!(tried["rows"][0].get("order_id").is_none());
    let all = world.operator.get(ORDERS).await.expect(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_gets_the_first_answer() {
    let world = World::start().await;
    let send = async |rows: &[Value]| {
        let request = world
            .operator
            .request(Method::POST, IMPORTS)
            .header("Idempotency-Key", "batch-1")
            .json(&body(false, rows));
        world.operator.send(request).await
    };
    let first = send(&rows()).await.expect(200);
    assert_eq!(send(&rows()).await.expect(200), first);
    send(&rows()[..1]).await.expect(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_long_messages_fit_and_more_rows_do_not() {
    let world = World::start().await;
    let long = "道路积水严重。".repeat(200);
    let many: Vec<Value> = (0..200)
        .map(|number| message(&number.to_string(), "道路积水", &long))
        .collect();
    let answer = world
        .operator
        .post(IMPORTS, &body(false, &many))
        .await
        .expect(200);
    assert_eq!(answer["created"], 200);
    let mut more = many.clone();
    more.push(message("200", "道路积水", "积水"));
    let refusal = world
        .operator
        .post(IMPORTS, &body(false, &more))
        .await
        .expect(422);
    assert_eq!(refusal["errors"][0]["pointer"], "/rows");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_operators_import_and_only_into_their_own_place() {
    let world = World::start().await;
    let rows = rows();
    world
        .dispatcher
        .post(IMPORTS, &body(false, &rows))
        .await
        .expect(403);
    world
        .resident
        .post(IMPORTS, &body(false, &rows))
        .await
        .expect(403);
    world
        .host
        .anonymous()
        .post(IMPORTS, &body(false, &rows))
        .await
        .expect(401);
    let elsewhere = world
        .host
        .caller(&[(Role::DistrictOperator, "/420106000000/")]);
    elsewhere
        .post(IMPORTS, &body(false, &rows))
        .await
        .expect(403);
    let city = world.host.caller(&[
        (Role::PlatformOperator, "/"),
        (Role::DistrictOperator, AT_DISTRICT),
    ]);
    city.post(IMPORTS, &body(false, &rows)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_request_is_named() {
    let world = World::start().await;
    let mut unknown = body(false, &rows());
    unknown["org_code"] = json!("420199000000");
    let mut channel = body(false, &rows());
    channel["channel"] = json!("a b");
    let mut row = body(false, &rows());
    row["rows"][1]["colour"] = json!("red");
    for (wrong, pointer) in [
        (unknown, "/org_code"),
        (channel, "/channel"),
        (row, "/rows/1/colour"),
    ] {
        let refusal = world.operator.post(IMPORTS, &wrong).await.expect(422);
        assert_eq!(refusal["errors"][0]["pointer"], pointer);
    }
    let empty = world
        .operator
        .post(IMPORTS, &body(false, &[]))
        .await
        .expect(200);
    assert_eq!(empty["rows"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_another_district_has_is_refused_without_its_order() {
    let world = World::start().await;
    let path: kernel::OrgPath = "/420106000000/".parse().unwrap();
    let payload = contracts::registry::OrganisationEstablished {
        code: path.leaf().unwrap(),
        path,
        kind: contracts::registry::OrgKind::District,
        name: "武昌区".to_owned(),
    };
    world.tell("420106000000", &payload).await;
    let other = world
        .host
        .caller(&[(Role::DistrictOperator, "/420106000000/")]);
    let row = || message("77", "路灯不亮", "小区门口的路灯坏了");
    let first = body(false, &[row()]);
    world.operator.post(IMPORTS, &first).await.expect(200);
    for dry_run in [true, false] {
        let mut theirs = body(dry_run, &[row(), message("78", "咨询", "请问")]);
        theirs["org_code"] = json!("420106000000");
        let answer = other.post(IMPORTS, &theirs).await.expect(200);
        assert_eq!(outcomes(&answer), ["refused", "created"]);
        assert_eq!(
            (&answer["refused"], &answer["existing"]),
            (&json!(1), &json!(0))
        );
        let refused = &answer["rows"][0];
        assert!(refused["reason"].as_str().unwrap().contains("其他区"));
        assert!(refused.get("order_id").is_none() && refused.get("number").is_none());
    }
    // the district that has it is told which
    let again = world.operator.post(IMPORTS, &first).await.expect(200);
    assert_eq!(outcomes(&again), ["exists"]);
    assert!(again["rows"][0]["order_id"].is_string());
}
