//! Bulletins over HTTP.

use kernel::Role;
use sea_orm::ConnectionTrait;
use serde_json::json;
use store::StoreError;
use testkit::Caller;

use crate::world::{AT_COMPOUND, World, pointer};

const ISSUES: &str = "/api/ticketing/v1/bulletin-issues";
const BULLETINS: &str = "/api/ticketing/v1/bulletins";

async fn text(caller: &Caller, path: &str) -> (u16, String, String) {
    let request = caller.request(reqwest::Method::GET, path);
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let kind = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    (status, kind, answer.text().await.unwrap())
}

async fn run(world: &World, statement: &str) {
    let done = world.deps().db.write("test.past", |tx| async move {
        tx.execute_unprepared(statement).await?;
        Ok::<_, StoreError>(())
    });
    done.await.unwrap();
}

/// Answers the last objection to an issue that waits: nothing is published before, and nobody answers their own.
async fn answer_first(city: &Caller, dispatcher: &Caller, issue: &str) {
    let objections = format!("{issue}/objections");
    let publish = format!("{issue}/publish");
    let waits = city.post(&publish, &json!({})).await.expect(409);
    assert!(
        waits["type"]
            .as_str()
            .unwrap()
            .ends_with("/objections-unanswered")
    );
    let answer = json!({"upheld": true, "answer": "两件已并案"});
    for none in ["5", "0", "x"] {
        let none = format!("{objections}/{none}/answer");
        city.post(&none, &answer).await.expect(404);
    }
    let first = format!("{objections}/1/answer");
    city.post(&first, &json!({"upheld": true}))
        .await
        .expect(422);
    dispatcher.post(&first, &answer).await.expect(403);
    let answered = city.post(&first, &answer).await.expect(200);
    assert_eq!(
        (
            &answered["objections"][0]["upheld"],
            &answered["objections"][0]["answer"]
        ),
        (&json!(true), &json!("两件已并案"))
    );
    city.post(&first, &answer).await.expect(409);
}

/// Who lives there sees the drafts around their home and objects a few times; nobody else's words are shown to them.
async fn residents_object(world: &World, issue: &str) {
    let objections = format!("{issue}/objections");
    for around in ["420105011010.X01", "420105011010", "420105000000"] {
        let seen = format!("{issue}?org_code={around}");
        let seen = world.resident.get(&seen).await.expect(200);
        assert_eq!(seen["draft"]["org_code"], around);
        // the dispatcher's stays with those who answer it
        let all = seen["objections"].as_array().unwrap();
        assert!(all.iter().all(|one| one["reason"] == "有一件已解决"));
        let objection = json!({"org_code": around, "reason": "有一件已解决"});
        world
            .resident
            .post(&objections, &objection)
            .await
            .expect(200);
    }
    let more = json!({"org_code": "420105000000", "reason": "还有一件"});
    let more = world.resident.post(&objections, &more).await.expect(409);
    assert!(
        more["type"]
            .as_str()
            .unwrap()
            .ends_with("/too-many-objections")
    );
    let own = world.resident.get(issue).await.expect(200);
    assert_eq!(own["objections"].as_array().unwrap().len(), 3);
    let all = world.operator.get(issue).await.expect(200);
    assert_eq!(all["objections"].as_array().unwrap().len(), 4);
    let neighbouring = format!("{issue}?org_code=420105011010.X02");
    world.resident.get(&neighbouring).await.expect(422);
    let elsewhere = world
        .host
        .caller(&[(Role::Resident, "/420106000000/420106001000/")]);
    elsewhere.get(issue).await.expect(404);
    world.liaison.get(issue).await.expect(200);
    for number in 2..=4 {
        let answer = json!({"upheld": false, "answer": "经复核属实"});
        let path = format!("{objections}/{number}/answer");
        world.resident.post(&path, &answer).await.expect(403);
        world.operator.post(&path, &answer).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_is_put_up_and_published_for_everybody_to_read() {
    let world = World::start().await;
    for _ in 0..6 {
        world.open("six-step").await;
    }
    let early = json!({"district": "420105", "period": "8999Q4"});
    let early = world.operator.post(ISSUES, &early).await.expect(422);
    assert_eq!(early["type"], "https://linli.city/problems/period-not-over");
    // nobody waits for a quarter: the orders are of the first one of 2020
    for statement in [
        "UPDATE order_scope SET created_at = 1580000000000000",
        "UPDATE order_event SET at = 1580000000000000",
    ] {
        run(&world, statement).await;
    }
    let quarter = json!({"district": "420105", "period": "2020Q1"});
    let city = world.host.caller(&[(Role::PlatformOperator, "/")]);
    let dispatcher = world
        .host
        .caller(&[(Role::CompoundDispatcher, AT_COMPOUND)]);
    let opened = world.operator.post(ISSUES, &quarter).await.expect(201);
    assert_eq!(opened["opened_by_me"], true);
    world.operator.post(ISSUES, &quarter).await.expect(409);
    let issue = format!("{ISSUES}/420105/2020Q1");
    let shown = format!("{issue}?org_code=420105011010.X01");
    let seen = dispatcher.get(&shown).await.expect(200);
    assert_eq!(seen["draft"]["opened"], 6);
    let objection = json!({"org_code": "420105011010.X01", "reason": "两件为重复来件"});
    let objections = format!("{issue}/objections");
    let objected = dispatcher.post(&objections, &objection).await.expect(200);
    assert_eq!(objected["objections"][0]["reason"], "两件为重复来件");
    residents_object(&world, &issue).await;
    let publish = format!("{issue}/publish");
    city.post(&publish, &json!({})).await.expect(409);
    run(&world, "UPDATE bulletin_issue SET objection_until = 1").await;
    dispatcher.post(&objections, &objection).await.expect(409);
    world.operator.post(&publish, &json!({})).await.expect(403);
    answer_first(&city, &dispatcher, &issue).await;
    city.post(&publish, &json!({})).await.expect(200);
    city.post(&publish, &json!({})).await.expect(409);

    let anybody = world.host.anonymous();
    let place = format!("{BULLETINS}/420105011010.X01/2020Q1");
    let bulletin = anybody.get(&place).await.expect(200);
    assert_eq!(bulletin["bulletin"]["opened"], 6);
    assert_eq!(bulletin["bulletin"]["objections"], 4);
    let listed = anybody
        .get(&format!("{BULLETINS}?limit=2"))
        .await
        .expect(200);
    assert_eq!(listed["items"][0]["before"], listed["items"][1]["hash"]);
    let cursor = listed["next"].as_str().unwrap();
    let rest = anybody
        .get(&format!("{BULLETINS}?cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(rest["items"].as_array().unwrap().len(), 3);

    let (status, kind, page) = text(&anybody, &format!("{place}/page.html")).await;
    assert_eq!((status, kind.as_str()), (200, "text/html; charset=utf-8"));
    assert!(
        page.starts_with("<!DOCTYPE html>\n<html lang=\"zh-CN\">"),
        "{page}"
    );
    assert!(
        page.contains("江欣苑小区 2020Q1 公报") && !page.contains("<script"),
        "{page}"
    );
    let (_, kind, sheet) = text(&anybody, &format!("{place}/sheet.csv")).await;
    assert_eq!(kind, "text/csv; charset=utf-8");
    assert!(
        sheet.contains("\"2020Q1\",\"江欣苑小区\",\"420105011010.X01\",\"诉求数\",\"\",\"\",\"6\""),
        "{sheet}"
    );
    let (_, kind, feed) = text(&anybody, "/api/ticketing/v1/bulletins.atom").await;
    assert_eq!(kind, "application/atom+xml; charset=utf-8");
    assert!(
        feed.contains("<title>江欣苑小区 2020Q1 公报</title>"),
        "{feed}"
    );
    let roots = anybody.get(&format!("{BULLETINS}/roots")).await.expect(200);
    assert_eq!(roots, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_quarter_no_district_or_no_bulletin_is_named() {
    let world = World::start().await;
    for (body, at) in [
        (json!({"district": "420105", "period": "2026-4"}), "/period"),
        (json!({"district": "420105", "period": "2020Q5"}), "/period"),
        (json!({"district": "42", "period": "2020Q1"}), "/district"),
        (json!({"district": "420105"}), "/period"),
        (
            json!({"district": "420105", "period": "2020Q1", "more": 1}),
            "/more",
        ),
    ] {
        let refusal = world.operator.post(ISSUES, &body).await.expect(422);
        assert_eq!(pointer(&refusal), at, "{body}");
    }
    let unknown = json!({"district": "420199", "period": "2020Q1"});
    world.operator.post(ISSUES, &unknown).await.expect(404);
    let known = json!({"district": "420105", "period": "2020Q1"});
    world.liaison.post(ISSUES, &known).await.expect(403);
    world.resident.post(ISSUES, &known).await.expect(403);
    world
        .operator
        .get(&format!("{ISSUES}/420105/2020Q1"))
        .await
        .expect(404);
    let created = world.operator.post(ISSUES, &known).await.expect(201);
    assert_eq!(created["objections"], json!([]));
    let elsewhere = json!({"org_code": "420106000000", "reason": "不属实"});
    let objections = format!("{ISSUES}/420105/2020Q1/objections");
    let refusal = world
        .operator
        .post(&objections, &elsewhere)
        .await
        .expect(422);
    assert_eq!(pointer(&refusal), "/org_code");
    let anybody = world.host.anonymous();
    for missing in ["420105000000/2020Q1", "420105000000/x", "x/2020Q1"] {
        anybody
            .get(&format!("{BULLETINS}/{missing}"))
            .await
            .expect(404);
    }
    anybody
        .get(&format!("{BULLETINS}?cursor=x"))
        .await
        .expect(422);
}
