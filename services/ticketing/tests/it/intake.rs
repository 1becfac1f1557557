//! What is said and asked before a matter is opened.

use serde_json::{Value, json};

use crate::world::{World, pointer};

const CHECKS: &str = "/api/ticketing/v1/intake-checks";

fn ids(view: &Value) -> Vec<&str> {
    let notices = view["notices"].as_array().unwrap();
    notices
        .iter()
        .map(|notice| notice["id"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn emergencies_are_sent_to_the_phone_and_categories_ask_their_questions() {
    let world = World::start().await;
    let ask = async |body: Value| world.resident.post(CHECKS, &body).await.expect(200);
    let fire = ask(json!({"title": "三楼起火", "content": "三楼厨房起火，有人被困。"})).await;
    assert_eq!(ids(&fire), ["fire"]);
    let notice = &fire["notices"][0];
    assert_eq!(
        (&notice["phone"], &notice["must_acknowledge"]),
        (&json!("119"), &json!(true))
    );
    let wages = ask(json!({"title": "拖欠工资", "content": "工地拖欠工资半年。"})).await;
    assert_eq!(wages["category"], "0901");
    assert_eq!(wages["questions"]["required"], json!(["employer"]));
    let wrong =
        json!({"title": "欠薪", "content": "欠薪", "category": "0901", "answers": {"people": 3}});
    let refused = world.resident.post(CHECKS, &wrong).await.expect(422);
    assert!(pointer(&refused).starts_with("/answers/"), "{refused:#}");
    let right = json!({"title": "欠薪", "content": "欠薪", "category": "0901", "answers": {"employer": "某公司"}});
    assert!(ids(&ask(right).await).is_empty());
    for (body, place) in [
        (json!({"title": "", "content": "x"}), "/title"),
        (
            json!({"title": "x", "content": "x", "category": "9999"}),
            "/category",
        ),
        (
            json!({"title": "x", "content": "x", "answers": []}),
            "/answers",
        ),
        (json!({"title": "x", "content": "x", "colour": 1}), ""),
    ] {
        let refused = world.resident.post(CHECKS, &body).await.expect(422);
        assert!(pointer(&refused).starts_with(place), "{refused:#}");
    }
}
