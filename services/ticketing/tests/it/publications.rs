//! Published results: open to everybody, with figures, without persons.

use auth::{Grant, Principal};
use kernel::{PublicationId, Role, SessionId, TypedId};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::loops::published;
use crate::world::{AT_COMPOUND, AT_NEIGHBOUR, ORDERS, World};

const PUBLICATIONS: &str = "/api/ticketing/v1/publications";
const FEED: &str = "/api/ticketing/v1/publications.atom";

async fn feed(world: &World, path: &str) -> (reqwest::header::HeaderMap, String) {
    let anonymous = world.host.anonymous();
    let answer = anonymous.request(Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    (answer.headers().clone(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_open_to_everybody_with_figures_and_without_persons() {
    let world = World::start().await;
    let order = published(&world, "楼道灯已修好").await;
    let anonymous = world.host.anonymous();
    let page = anonymous.get(PUBLICATIONS).await.expect(200);
    let item = &page["items"][0];
    assert_eq!(item["title"], "楼道灯已修好");
    assert_eq!(item["org_code"], "420105011010.X01");
    assert_eq!(item["org_name"], "江欣苑小区");
    assert_eq!(item["figures"]["rounds"], 1);
    assert_eq!(item["figures"]["votes"], 3);
    assert_eq!(item["figures"]["mean_score"], 5.0);
    assert_eq!(item["figures"]["solved"]["numerator"], 3);
    let text = page.to_string();
    assert!(!text.contains("acc_"), "{text}");
    assert!(!text.contains(&order), "{text}");
    let id = item["id"].as_str().unwrap();
    let one = anonymous
        .get(&format!("{PUBLICATIONS}/{id}"))
        .await
        .expect(200);
    assert_eq!(&one, item);
    anonymous
        .get(&format!("{PUBLICATIONS}/{order}"))
        .await
        .expect(404);
    anonymous
        .get(&format!("{ORDERS}/{order}"))
        .await
        .expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_is_atom_and_texts_stay_texts() {
    let world = World::start().await;
    let (_, empty) = feed(&world, FEED).await;
    assert!(empty.contains("<updated>1970-01-01T00:00:00Z</updated>"));
    published(&world, "<b>灯</b> & 路").await;
    let (headers, xml) = feed(&world, &format!("{FEED}?org_code=420105011010")).await;
    assert_eq!(
        headers["content-type"],
        "application/atom+xml; charset=utf-8"
    );
    for part in [
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"",
        "<id>tag:linli.city,2026:publications:420105011010</id>",
        "<id>urn:uuid:",
        "<title>&lt;b&gt;灯&lt;/b&gt; &amp; 路</title>",
        "更换 &lt;灯具&gt; &amp; 复查",
        "评议 3 票",
    ] {
        assert!(xml.contains(part), "{part} in {xml}");
    }
    assert!(!xml.contains("acc_"), "{xml}");
    let (_, elsewhere) = feed(&world, &format!("{FEED}?org_code=420105011010.X02")).await;
    assert!(!elsewhere.contains("<entry>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn caches_are_told_what_has_not_changed() {
    let world = World::start().await;
    published(&world, "楼道灯已修好").await;
    let anonymous = world.host.anonymous();
    for path in [PUBLICATIONS, FEED] {
        let first = anonymous.request(Method::GET, path).send().await.unwrap();
        let headers = first.headers().clone();
        assert!(
            headers["cache-control"]
                .to_str()
                .unwrap()
                .contains("public")
        );
        for (name, value) in [
            ("If-None-Match", &headers["etag"]),
            ("If-Modified-Since", &headers["last-modified"]),
        ] {
            let again = anonymous.request(Method::GET, path).header(name, value);
            assert_eq!(
                anonymous.send(again).await.status.as_u16(),
                304,
                "{path} {name}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_and_strange_parameters_are_named() {
    let world = World::start().await;
    for title in ["一", "二", "三"] {
        published(&world, title).await;
    }
    let anonymous = world.host.anonymous();
    let titles = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["title"].as_str().unwrap().to_owned())
            .collect()
    };
    let path = format!("{PUBLICATIONS}?org_code=420105011010.X01&limit=2");
    let first = anonymous.get(&path).await.expect(200);
    assert_eq!(titles(&first), ["三", "二"]);
    let next = first["next"].as_str().unwrap();
    let second = anonymous
        .get(&format!("{path}&cursor={next}"))
        .await
        .expect(200);
    assert_eq!(titles(&second), ["一"]);
    assert!(second.get("next").is_none());
    let (_, xml) = feed(&world, &format!("{FEED}?limit=2")).await;
    assert!(xml.contains("rel=\"next\""));
    for (query, pointer) in [
        ("limit=0", "/limit"),
        ("limit=100000", "/limit"),
        ("cursor=x", "/cursor"),
        ("org_code=42010501101x", "/org_code"),
        ("colour=red", "/colour"),
    ] {
        let refusal = anonymous
            .get(&format!("{PUBLICATIONS}?{query}"))
            .await
            .expect(422);
        assert_eq!(refusal["errors"][0]["pointer"], pointer, "{query}");
    }
}

/// Takes a publication down.
async fn withdraw(caller: &Caller, id: &str, reason: &str) -> Reply {
    let path = format!("{PUBLICATIONS}/{id}/withdraw");
    caller.post(&path, &json!({"reason": reason})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_down_is_shown_nowhere_and_its_feed_says_so() {
    let world = World::start().await;
    let order_id = published(&world, "花园里的灯").await;
    let kept = published(&world, "楼道灯已修好").await;
    let anonymous = world.host.anonymous();
    let page = anonymous.get(PUBLICATIONS).await.expect(200);
    let gone = page["items"][1]["id"].as_str().unwrap().to_owned();
    let (before, _) = feed(&world, FEED).await;

    let taken = withdraw(&world.dispatcher, &gone, "标题中有门牌").await;
    let taken = taken.expect(200);
    assert_eq!(taken["id"], gone);
    let page = anonymous.get(PUBLICATIONS).await.expect(200);
    let items = page["items"].as_array().unwrap();
    assert_eq!(
        (items.len(), &items[0]["title"]),
        (1, &json!("楼道灯已修好"))
    );
    let one = anonymous.get(&format!("{PUBLICATIONS}/{gone}")).await;
    let one = one.expect(404);
    assert!(
        one["type"]
            .as_str()
            .unwrap()
            .ends_with("/publication-withdrawn")
    );
    // readers of the feed put the notice in the place of what they kept; a cache asks for it
    for path in [FEED.to_owned(), format!("{FEED}?org_code=420105011010")] {
        let (_, xml) = feed(&world, &path).await;
        assert!(!xml.contains("花园里"), "{xml}");
        assert!(xml.contains("（已撤下）Withdrawn"), "{xml}");
        let uuid = gone.parse::<PublicationId>().unwrap().uuid();
        assert_eq!(xml.matches(&format!("urn:uuid:{uuid}")).count(), 1);
        assert_eq!(xml.matches("<entry>").count(), 2);
    }
    let again = anonymous.request(Method::GET, FEED);
    let again = again.header("If-None-Match", &before["etag"]);
    assert_eq!(anonymous.send(again).await.status.as_u16(), 200);
    let (_, second) = feed(&world, &format!("{FEED}?limit=1")).await;
    assert!(second.contains("（已撤下）Withdrawn"));
    let (_, elsewhere) = feed(&world, &format!("{FEED}?org_code=420105011010.X02")).await;
    assert!(!elsewhere.contains("<entry>"));

    // who works on the order reads why, and by whom in which capacity; it stays counted as published
    let told = format!("{ORDERS}/{order_id}/timeline");
    let told = world.operator.get(&told).await.expect(200);
    let last = told["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["kind"], &last["actor_role"], &last["input"]["reason"]),
        (
            &json!("withdrawn"),
            &json!("approver"),
            &json!("标题中有门牌")
        )
    );
    assert_eq!(last["facts"][0]["kind"], "publication_withdrawn");
    // staff still finds what slipped through, those who asked or judged don't
    assert!(told.to_string().contains("花园里"), "{told:#}");
    let path = format!("{ORDERS}/{order_id}/timeline");
    let asked = world.resident.get(&path).await.expect(200);
    assert!(!asked.to_string().contains("花园里"), "{asked:#}");
    let path = format!("{ORDERS}/{kept}/timeline");
    let other = world.resident.get(&path).await.expect(200);
    assert!(other.to_string().contains("楼道灯已修好"), "{other:#}");
    let figures = "/api/ticketing/v1/statistics";
    let figures = world.operator.get(figures).await.expect(200);
    assert_eq!(figures["counts"]["published"], 2);
    // once is enough, and the other one is still there
    let again = withdraw(&world.operator, &gone, "再次").await;
    assert_eq!(again.expect(200)["withdrawn_at"], taken["withdrawn_at"]);
    let order = world.operator.get(&format!("{ORDERS}/{kept}")).await;
    assert_eq!(order.expect(200)["state"], "published");
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_approved_it_and_the_districts_operators_take_a_publication_down() {
    let world = World::start().await;
    published(&world, "楼道灯已修好").await;
    let anonymous = world.host.anonymous();
    let page = anonymous.get(PUBLICATIONS).await.expect(200);
    let id = page["items"][0]["id"].as_str().unwrap().to_owned();
    let at = |role, path| world.host.caller(&[(role, path)]);
    let moved = Principal {
        account: world.dispatcher.account,
        session: SessionId::from_uuid(uuid::Uuid::nil()),
        grants: vec![Grant::new(
            Role::CompoundDispatcher,
            AT_NEIGHBOUR.parse().unwrap(),
        )],
    };
    let moved = world.host.signer().token(moved);
    let moved = world.host.caller_with(world.dispatcher.account, moved);
    for (caller, status) in [
        (&anonymous, 401),
        // who approved it, and works elsewhere by now
        (&moved, 403),
        (&world.resident, 403),
        (&world.liaison, 403),
        // the same office, and another person
        (&at(Role::CompoundDispatcher, AT_COMPOUND), 403),
        (&at(Role::DistrictOperator, "/420106000000/"), 403),
    ] {
        let refused = withdraw(caller, &id, "含个人信息").await;
        assert_eq!(refused.status.as_u16(), status, "{}", refused.body);
    }
    for body in [
        json!({}),
        json!({"reason": ""}),
        json!({"reason": "长".repeat(501)}),
        json!({"reason": 1}),
        json!({"reason": "含个人信息", "phone": "1"}),
    ] {
        let path = format!("{PUBLICATIONS}/{id}/withdraw");
        let refused = world.operator.post(&path, &body).await;
        assert!((400..=422).contains(&refused.status.as_u16()), "{body}");
    }
    let unknown = "pub_01j0000000e008000000000009";
    withdraw(&world.operator, unknown, "含个人信息")
        .await
        .expect(404);
    let wrong = withdraw(&world.operator, "ord_1", "含个人信息").await;
    assert!((400..=422).contains(&wrong.status.as_u16()));
    assert_eq!(
        anonymous.get(PUBLICATIONS).await.expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    withdraw(&world.operator, &id, "含个人信息")
        .await
        .expect(200);
    world.host.stop().await;
}
