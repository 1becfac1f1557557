//! Published results: open to everybody, with figures, without persons.

use reqwest::Method;
use serde_json::Value;

use crate::loops::published;
use crate::world::{ORDERS, World};

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
