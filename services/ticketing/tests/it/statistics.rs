//! Figures: by workflow and state, and rates with their numerators and denominators.

use kernel::Role;
use serde_json::json;

use crate::loops::{judge, published, step};
use crate::world::{AT_COMMUNITY, AT_COMPOUND, AT_NEIGHBOUR, World};

const STATISTICS: &str = "/api/ticketing/v1/statistics";

#[tokio::test(flavor = "multi_thread")]
async fn figures_tell_what_became_of_the_orders_of_a_period() {
    let world = World::start().await;
    published(&world, "楼道灯已修好").await;
    let bad = world.open_and_handle().await;
    judge(&world, &bad, 1, false).await;
    let withdrawn = world.open("five-order").await;
    step(&world.resident, &withdrawn, "withdraw", json!({})).await;
    let figures = world.operator.get(STATISTICS).await.expect(200);
    assert_eq!(figures["org_code"], "420105000000");
    assert_eq!(figures["org_name"], "汉阳区");
    let workflow = &figures["workflows"][0];
    assert_eq!(
        (&workflow["workflow"], &workflow["total"]),
        (&json!("five-order"), &json!(3))
    );
    let states: Vec<_> = workflow["states"]
        .as_array()
        .unwrap()
        .iter()
        .map(|state| {
            (
                state["state"].as_str().unwrap(),
                state["count"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        states,
        [("accepted", 1), ("published", 1), ("withdrawn", 1)]
    );
    let rates = &figures["rates"];
    for (rate, numerator, denominator) in [
        ("acceptance", 2, 3),
        ("closing", 1, 1),
        ("closing_in_time", 1, 1),
        ("overdue", 0, 1),
        ("rework", 0, 1),
        ("taking_in_time", 2, 2),
        ("dispatch_accuracy", 2, 2),
        ("review_satisfaction", 3, 6),
        ("review_solution", 3, 6),
        ("publication", 1, 1),
    ] {
        let shown = (&rates[rate]["numerator"], &rates[rate]["denominator"]);
        assert_eq!(shown, (&json!(numerator), &json!(denominator)), "{rate}");
    }
    assert_eq!(rates["closing"]["value"], 1.0);
    let unknown = json!({"numerator": 0, "denominator": 0, "value": null});
    assert_eq!(rates["solution"], unknown);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_period_and_the_place_bound_what_is_counted() {
    let world = World::start().await;
    world.open("five-order").await;
    let total = async |query: &str| {
        let figures = world
            .operator
            .get(&format!("{STATISTICS}?{query}"))
            .await
            .expect(200);
        figures["counts"]["opened"].as_u64().unwrap()
    };
    let today = jiff_today();
    assert_eq!(total("").await, 1);
    assert_eq!(total(&format!("from={today}&to={today}")).await, 1);
    assert_eq!(total("from=2020-01-01&to=2020-01-31").await, 0);
    assert_eq!(
        total("from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00%2B08:00").await,
        0
    );
    assert_eq!(total("org_code=420105011010.X01").await, 1);
    assert_eq!(total("org_code=420105011010.X02").await, 0);
}

/// Today in Shanghai.
fn jiff_today() -> String {
    let now = kernel::Clock::now(&kernel::SystemClock).as_jiff();
    let shanghai = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    now.to_zoned(shanghai).date().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_staff_sees_figures_and_only_of_its_own_place() {
    let world = World::start().await;
    world.resident.get(STATISTICS).await.expect(403);
    world.host.anonymous().get(STATISTICS).await.expect(401);
    world
        .host
        .caller(&[(Role::AuditAdmin, "/")])
        .get(STATISTICS)
        .await
        .expect(403);
    let dispatcher = world.host.caller(&[
        (Role::CompoundDispatcher, AT_COMPOUND),
        (Role::CommunityDispatcher, AT_COMMUNITY),
    ]);
    let figures = dispatcher.get(STATISTICS).await.expect(200);
    assert_eq!(figures["org_code"], "420105011010");
    dispatcher
        .get(&format!("{STATISTICS}?org_code=420105011010.X01"))
        .await
        .expect(200);
    dispatcher
        .get(&format!("{STATISTICS}?org_code=420105011000"))
        .await
        .expect(403);
    let neighbour = world
        .host
        .caller(&[(Role::CompoundDispatcher, AT_NEIGHBOUR)]);
    neighbour
        .get(&format!("{STATISTICS}?org_code=420105011010"))
        .await
        .expect(403);
    let city = world.host.caller(&[(Role::PlatformOperator, "/")]);
    let figures = city.get(STATISTICS).await.expect(200);
    assert!(figures["org_code"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_that_is_none_is_named() {
    let world = World::start().await;
    for (query, pointer) in [
        ("from=2026-11-02&to=2026-11-01", "/to"),
        ("from=2020-01-01&to=2026-01-01", "/to"),
        ("from=yesterday", "/from"),
        ("to=2026-13-01", "/to"),
        ("org_code=420199000000", "/org_code"),
        ("unit=x", "/unit"),
    ] {
        let refusal = world
            .operator
            .get(&format!("{STATISTICS}?{query}"))
            .await
            .expect(422);
        assert_eq!(refusal["errors"][0]["pointer"], pointer, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_figure_leads_to_the_orders_behind_it() {
    let world = World::start().await;
    let published = published(&world, "楼道灯已修好").await;
    let open = world.open("five-order").await;
    let behind = async |query: &str| {
        let path = format!("{STATISTICS}/orders?{query}");
        let mut ids: Vec<String> = Vec::new();
        let page = world.operator.get(&path).await.expect(200);
        for item in page["items"].as_array().unwrap() {
            ids.push(item["id"].as_str().unwrap().to_owned());
        }
        ids
    };
    // the list follows what happened a moment later
    testkit::eventually("the orders are counted", async || {
        (behind("count=opened").await.len() == 2).then_some(())
    })
    .await;
    testkit::eventually("the publication is counted", async || {
        (behind("count=published").await == [published.clone()]).then_some(())
    })
    .await;
    assert_eq!(behind("count=lights_green").await, [open.as_str()]);
    assert_eq!(
        behind("count=opened").await,
        [open.clone(), published.clone()]
    );
    assert_eq!(
        behind("count=opened&workflow=six-step").await,
        Vec::<String>::new()
    );
    assert_eq!(
        behind("count=opened&channel=app&workflow=five-order")
            .await
            .len(),
        2
    );
    assert_eq!(
        behind("count=opened&org_code=420105011010.X02").await,
        Vec::<String>::new()
    );
    let first = format!("{STATISTICS}/orders?count=opened&limit=1");
    let page = world.operator.get(&first).await.expect(200);
    let next = page["next"].as_str().unwrap();
    let page = world
        .operator
        .get(&format!("{first}&cursor={next}"))
        .await
        .expect(200);
    assert_eq!(page["items"][0]["id"], json!(published));
    let votes = world
        .operator
        .get(&format!("{STATISTICS}/orders?count=votes"))
        .await
        .expect(200);
    assert!(votes["items"][0]["times"].as_u64().unwrap() >= 3);
    for (query, pointer) in [
        ("count=invented", "/count"),
        ("limit=5", "/count"),
        ("count=opened&from=2020-01-01", "/to"),
        ("count=opened&org_code=420199000000", "/org_code"),
    ] {
        let path = format!("{STATISTICS}/orders?{query}");
        let refusal = world.operator.get(&path).await.expect(422);
        assert_eq!(refusal["errors"][0]["pointer"], pointer, "{query}");
    }
    world
        .resident
        .get(&format!("{STATISTICS}/orders?count=opened"))
        .await
        .expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_shown_apart_by_what_is_asked() {
    let world = World::start().await;
    world.open("five-order").await;
    world.open("six-step").await;
    let by = async |what: &str| {
        let figures = world
            .operator
            .get(&format!("{STATISTICS}?by={what}"))
            .await
            .expect(200);
        let groups = figures["groups"].as_array().unwrap().clone();
        let values = groups
            .iter()
            .map(|group| group["value"].as_str().unwrap().to_owned());
        (values.collect::<Vec<_>>(), groups)
    };
    assert_eq!(by("workflow").await.0, ["five-order", "six-step"]);
    assert_eq!(by("channel").await.0, ["app"]);
    assert_eq!(by("day").await.0, [jiff_today()]);
    let (_, groups) = by("category").await;
    let opened: u64 = groups
        .iter()
        .map(|group| group["counts"]["opened"].as_u64().unwrap())
        .sum();
    assert_eq!(opened, 2);
    world
        .operator
        .get(&format!("{STATISTICS}?by=weather"))
        .await
        .expect(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_answers_everything_alike_is_flagged() {
    let world = World::start().await;
    for number in 0..5 {
        let id = world.open("six-step").await;
        step(&world.operator, &id, "accept", json!({})).await;
        step(
            &world.operator,
            &id,
            "dispatch",
            json!({"unit": "420105000000.CG"}),
        )
        .await;
        step(&world.liaison, &id, "sign", json!({})).await;
        let answer = format!("来件 {number} 已收悉，感谢支持。");
        let told = json!({"handling_note": "已办", "public_answer": answer});
        step(&world.liaison, &id, "feedback", told).await;
    }
    let flags = world
        .assessor
        .get(&format!("{STATISTICS}/flags"))
        .await
        .expect(200);
    assert_eq!(
        (&flags["orders"], &flags["complete"]),
        (&json!(5), &json!(true))
    );
    let flag = &flags["items"][0];
    assert_eq!(flag["kind"], "template_reply");
    assert_eq!(
        (&flag["unit_code"], &flag["unit_name"]),
        (&json!("420105000000.CG"), &json!("区城管局"))
    );
    assert_eq!((&flag["count"], &flag["of"]), (&json!(5), &json!(5)));
    assert_eq!(flag["order_ids"].as_array().unwrap().len(), 5);
    // units don't see them
    world
        .liaison
        .get(&format!("{STATISTICS}/flags"))
        .await
        .expect(403);
    let nothing = format!("{STATISTICS}/flags?from=2020-01-01&to=2020-01-31");
    let flags = world.assessor.get(&nothing).await.expect(200);
    assert_eq!(flags["items"], json!([]));
    let elsewhere = format!("{STATISTICS}/flags?org_code=420199000000");
    world.assessor.get(&elsewhere).await.expect(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_shown_apart_by_what_lies_directly_below() {
    let world = World::start().await;
    world.open("five-order").await;
    let id = world.open("six-step").await;
    step(&world.operator, &id, "accept", json!({})).await;
    let unit = json!({"unit": "420105000000.CG"});
    step(&world.operator, &id, "dispatch", unit).await;
    let groups = async |query: &str| {
        let path = format!("{STATISTICS}?{query}");
        let figures = world.operator.get(&path).await.expect(200);
        let groups = figures["groups"].as_array().unwrap().clone();
        groups
            .iter()
            .map(|group| json!([group["value"], group["title"], group["counts"]["opened"]]))
            .collect::<Vec<_>>()
    };
    // an order counts at its place and at its unit
    assert_eq!(
        groups("by=place").await,
        [json!(["420105011000", "江堤街道", 2])]
    );
    assert_eq!(
        groups("by=unit").await,
        [json!(["420105000000.CG", "区城管局", 1])]
    );
    // of the community: the compound that had any, not the one beside it
    assert_eq!(
        groups("by=place&org_code=420105011010").await,
        [json!(["420105011010.X01", "江欣苑小区", 2])]
    );
    assert!(groups("by=unit&org_code=420105011010").await.is_empty());
    assert!(
        groups("by=place&from=2020-01-01&to=2020-01-31")
            .await
            .is_empty()
    );
    // by anything else there is no name
    let day = world.operator.get(&format!("{STATISTICS}?by=day")).await;
    assert!(day.expect(200)["groups"][0].get("title").is_none());
    let city = world.host.caller(&[(Role::PlatformOperator, "/")]);
    let seen = city
        .get(&format!("{STATISTICS}?by=place"))
        .await
        .expect(200);
    assert_eq!(seen["groups"][0]["value"], "420105000000");
    let refused = world.operator.get(&format!("{STATISTICS}?by=person")).await;
    assert_eq!(refused.status.as_u16(), 422);
    world
        .dispatcher
        .get(&format!("{STATISTICS}?by=place&org_code=420105000000"))
        .await
        .expect(403);
    world.host.stop().await;
}
