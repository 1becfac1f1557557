use std::sync::Arc;
use std::time::Duration;

use kernel::Clock;
use serde_json::Value;
use testkit::{Caller, FrozenClock, TestHost};

use crate::{ORGANISATIONS, codes, hanyang, operator, organisation, rename};

/// Reads all pages of a list.
async fn all(caller: &Caller, query: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("{ORGANISATIONS}?{query}&limit=7{cursor}");
        let page = caller.get(&path).await.expect(200);
        assert!(codes(&page).len() <= 7);
        found.extend(codes(&page).into_iter().map(str::to_owned));
        match &page["next"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => return found,
        }
    }
}

#[tokio::test]
async fn pages_meet_without_gap_or_overlap() {
    let host = hanyang().await;
    let anyone = host.caller(&[]);
    let streets = all(&anyone, "parent_code=420105000000").await;
    assert_eq!(streets.len(), 11);
    assert!(streets.is_sorted());
    assert_eq!(all(&anyone, "kind=community").await.len(), 118);
    assert_eq!(all(&anyone, "kind=compound").await, ["420105011010.X01"]);
    host.stop().await;
}

#[tokio::test]
async fn buildings_are_listed_by_number() {
    let host = hanyang().await;
    let operator = operator(&host);
    for number in [10, 2, 1] {
        let code = format!("420105011010.X01.B{number}");
        let body = organisation(&code, "building", &format!("{number}栋"));
        operator.post(ORGANISATIONS, &body).await.expect(201);
    }
    let found = all(&operator, "parent_code=420105011010.X01").await;
    let last: Vec<_> = found
        .iter()
        .filter_map(|code| code.rsplit('.').next())
        .collect();
    assert_eq!(last, ["B1", "B2", "B10"]);
    host.stop().await;
}

#[tokio::test]
async fn names_are_found_by_a_part_of_them() {
    let host = hanyang().await;
    let anyone = host.caller(&[]);
    let found = all(&anyone, "q=欣苑").await;
    assert!(found.contains(&"420105011010".to_owned()));
    assert!(found.contains(&"420105011010.X01".to_owned()));
    assert_eq!(
        all(&anyone, "q=江欣苑小区&kind=compound").await,
        ["420105011010.X01"]
    );
    assert!(all(&anyone, "q=江欣%25").await.is_empty());
    let problem = anyone
        .get(&format!("{ORGANISATIONS}?q=江"))
        .await
        .expect(422);
    assert_eq!(problem["errors"][0]["pointer"], "/q");

    rename(&operator(&host), "420105011010.X01", "知音苑", None)
        .await
        .expect(200);
    assert!(all(&anyone, "q=江欣苑小区").await.is_empty());
    assert_eq!(all(&anyone, "q=知音苑").await, ["420105011010.X01"]);
    host.stop().await;
}

#[tokio::test]
async fn changes_since_an_instant_come_oldest_first() {
    let clock = Arc::new(FrozenClock::at(kernel::SystemClock.now()));
    let shared: Arc<dyn Clock> = clock.clone();
    let host = TestHost::start_at(&[registry::MODULE], shared).await;
    registry::seed::seed_divisions(host.deps("registry"), registry::seed::HANYANG)
        .await
        .unwrap();
    let operator = operator(&host);
    clock.advance(Duration::from_secs(5));
    let since = clock.now();
    rename(&operator, "420105002002", "西大街", None)
        .await
        .expect(200);
    clock.advance(Duration::from_secs(5));
    rename(&operator, "420105002001", "钟家村", None)
        .await
        .expect(200);
    let found = all(&operator, &format!("changed_since={since}")).await;
    assert_eq!(found, ["420105002002", "420105002001"]);
    // everything entered at one instant is paged by code
    assert_eq!(
        all(&operator, "changed_since=2020-01-01T00:00:00Z")
            .await
            .len(),
        130
    );
    host.stop().await;
}

#[tokio::test]
async fn ancestors_run_from_the_root_down() {
    let host = hanyang().await;
    let path = format!("{ORGANISATIONS}/420105011010.X01/ancestors");
    let page = host.caller(&[]).get(&path).await.expect(200);
    assert_eq!(
        codes(&page),
        ["420105000000", "420105011000", "420105011010"]
    );
    host.stop().await;
}

#[tokio::test]
async fn a_wrong_query_is_refused() {
    let host = hanyang().await;
    let anyone = host.caller(&[]);
    let page = anyone
        .get(&format!("{ORGANISATIONS}?limit=2"))
        .await
        .expect(200);
    let cursor = page["next"].as_str().unwrap();
    for (query, pointer) in [
        ("limit=100000".to_owned(), "/limit"),
        ("limit=0".to_owned(), "/limit"),
        ("cursor=abc".to_owned(), "/cursor"),
        (
            format!("changed_since=2020-01-01T00:00:00Z&cursor={cursor}"),
            "/cursor",
        ),
        ("changed_since=2020-01-01T00:00:00Z&q=江欣".to_owned(), "/q"),
        ("changed_since=yesterday".to_owned(), "/changed_since"),
        ("kind=planet".to_owned(), "/kind"),
        ("parent_code=4201050110101".to_owned(), "/parent_code"),
        ("colour=red".to_owned(), "/colour"),
    ] {
        let problem = anyone
            .get(&format!("{ORGANISATIONS}?{query}"))
            .await
            .expect(422);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
    }
    host.stop().await;
}
