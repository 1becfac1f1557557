//! Who an order is about has nothing to do with it; units learn the matter of a confidential one, not who brought it.

use kernel::Role;
use serde_json::{Value, json};

use crate::world::{
    AT_CITY_MANAGEMENT, AT_COMMUNITY, AT_COMPOUND, AT_DISTRICT, AT_STREET, ORDERS, World, matter,
    offered, order, pointer,
};

const CITY_MANAGEMENT: &str = "420105000000.CG";
const SEARCHES: &str = "/api/ticketing/v1/searches/orders";

async fn open(world: &World, extra: &Value) -> Value {
    let mut body = matter("six-step");
    for (name, value) in extra.as_object().unwrap() {
        body[name.as_str()] = value.clone();
    }
    world.resident.post(ORDERS, &body).await.expect(201)
}

async fn listed(caller: &testkit::Caller) -> usize {
    let page = caller.get(ORDERS).await.expect(200);
    page["items"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_unit_that_an_order_is_about_neither_gets_nor_sees_it() {
    let world = World::start().await;
    // street lighting is theirs by the catalogue, and it is about them
    let about = json!({"about": CITY_MANAGEMENT, "category": "0104"});
    let view = open(&world, &about).await;
    assert_eq!(view["about"], CITY_MANAGEMENT);
    assert_ne!(view["unit_code"], CITY_MANAGEMENT);
    let id = view["id"].as_str().unwrap();
    let accept = format!("{}/actions/accept", order(id));
    let dispatch = format!("{}/actions/dispatch", order(id));
    world.operator.post(&accept, &json!({})).await.expect(200);
    let theirs = json!({"unit": CITY_MANAGEMENT});
    let refused = world.operator.post(&dispatch, &theirs).await.expect(422);
    assert_eq!(pointer(&refused), "/unit");
    let water = json!({"unit": "420105000000.SW"});
    world.operator.post(&dispatch, &water).await.expect(200);
    world.liaison.get(&order(id)).await.expect(404);
    assert_eq!(listed(&world.liaison).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_office_of_it_or_below_it_counts_and_those_above_do() {
    let world = World::start().await;
    let view = open(&world, &json!({"about": "420105011010"})).await;
    let path = order(view["id"].as_str().unwrap());
    for (role, place, sees) in [
        (Role::CompoundDispatcher, AT_COMPOUND, false),
        (Role::CommunityDispatcher, AT_COMMUNITY, false),
        (Role::GridWorker, AT_COMMUNITY, false),
        (Role::StreetDispatcher, AT_STREET, true),
        (Role::DistrictOperator, AT_DISTRICT, true),
    ] {
        let caller = world.host.caller(&[(role, place)]);
        let status = if sees { 200 } else { 404 };
        caller.get(&path).await.expect(status);
        assert_eq!(listed(&caller).await, usize::from(sees), "{place}");
        let found = caller.get(&format!("{SEARCHES}?q=路灯")).await.expect(200);
        let found = found["items"].as_array().unwrap().len();
        assert_eq!(found, usize::from(sees), "{place}");
    }
    // whoever asked lives there, and sees it
    world.resident.get(&path).await.expect(200);
    // a post there and one above: the one above counts, and only that
    let both = world.host.caller(&[
        (Role::CompoundDispatcher, AT_COMPOUND),
        (Role::Inspector, AT_DISTRICT),
    ]);
    let seen = both.get(&path).await.expect(200);
    assert_eq!(offered(&seen), ["supervise"]);
    for wrong in ["420106000000", "420105999999"] {
        let mut body = matter("six-step");
        body["about"] = json!(wrong);
        let refused = world.resident.post(ORDERS, &body).await.expect(422);
        assert_eq!(pointer(&refused), "/about");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_reads_a_confidential_order_without_who_asked() {
    let world = World::start().await;
    let extra = json!({
        "confidential": true, "title": "3栋2单元501室油烟扰民",
        "content": "我住3栋2单元501室，电话19900000001，楼下餐馆油烟直排。",
    });
    let view = open(&world, &extra).await;
    assert_eq!(
        (&view["relay"], &view["content"]),
        (&Value::Null, &extra["content"])
    );
    let id = view["id"].as_str().unwrap();
    let question = json!({"question": "门牌号是多少？"});
    let answer = json!({"answer": "油烟从3栋2单元401室窗下排出，联系电话19900000002。"});
    for (caller, action, body) in [
        (&world.operator, "ask", &question),
        (&world.resident, "supply", &answer),
    ] {
        let path = format!("{}/actions/{action}", order(id));
        caller.post(&path, body).await.expect(200);
    }
    for (action, body) in [
        ("accept", json!({})),
        ("dispatch", json!({"unit": CITY_MANAGEMENT})),
    ] {
        let path = format!("{}/actions/{action}", order(id));
        world.operator.post(&path, &body).await.expect(200);
    }
    let shown = world.liaison.get(&order(id)).await.expect(200);
    for field in ["title", "content"] {
        let text = shown[field].as_str().unwrap();
        assert!(
            text.contains("油烟") && text.contains("〔已隐去〕"),
            "{text}"
        );
        assert!(
            !text.contains("19900000001") && !text.contains("501"),
            "{text}"
        );
    }
    assert_eq!(shown["relay"]["org_code"], "420105011010.X01");
    // nor is it read from what was supplied, by whoever isn't to know
    let supplied = async |caller: &testkit::Caller| {
        let told = caller.get(&format!("{}/timeline", order(id))).await;
        let told = told.expect(200);
        let mut entries = told["items"].as_array().unwrap().iter();
        let supplied = entries.find(|entry| entry["action"] == "supply").unwrap();
        supplied["input"]["answer"].as_str().unwrap().to_owned()
    };
    let text = supplied(&world.liaison).await;
    assert!(
        text.contains("油烟") && !text.contains("401") && !text.contains("19900000002"),
        "{text}"
    );
    for caller in [&world.operator, &world.resident] {
        let text = supplied(caller).await;
        assert!(
            text.contains("401") && text.contains("19900000002"),
            "{text}"
        );
    }
    let page = world.liaison.get(ORDERS).await.expect(200);
    let title = page["items"][0]["title"].as_str().unwrap();
    assert!(!title.contains("501"), "{title}");
    // and not behind a figure
    let counted = testkit::eventually("the order is counted", async || {
        let path = "/api/ticketing/v1/statistics/orders?count=opened";
        let page = world.liaison.get(path).await.expect(200);
        page["items"][0]["title"].as_str().map(str::to_owned)
    })
    .await;
    assert_eq!(counted, title);
    // what is hidden is not found either
    let search = async |caller: &testkit::Caller, word: &str| {
        let found = caller
            .get(&format!("{SEARCHES}?q={word}"))
            .await
            .expect(200);
        found["items"].as_array().unwrap().len()
    };
    assert_eq!(search(&world.liaison, "油烟").await, 1);
    assert_eq!(search(&world.liaison, "19900000001").await, 0);
    assert_eq!(search(&world.operator, "19900000001").await, 1);
    let operator = world.operator.get(&order(id)).await.expect(200);
    assert_eq!(operator["content"], extra["content"]);
    let same = world
        .host
        .caller(&[(Role::DepartmentLiaison, AT_CITY_MANAGEMENT)]);
    same.get(&order(id)).await.expect(200);
}
