//! What a district may take in.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::eventually;

use crate::World;

const OURS: &str = "/api/ticketing/v1/quotas/420105";

#[tokio::test]
async fn quotas_are_the_platforms_own_and_end_with_the_wish() {
    let world = World::start().await;
    let replica = world.operator("one").await;
    let city = world.city().await;
    world
        .declare(json!({"quotas": {"ordersPerDay": 100, "attachmentsGib": 2}}))
        .await;
    let (district, said) = world.turns("QuotasApplied", "True").await;
    assert_eq!(said.reason, "Applied");
    assert_eq!(district.status.unwrap().quotas.unwrap().version, 1);
    world.turns("Ready", "True").await;
    let limits = |shown: &Value| {
        let (orders, storage) = (&shown["orders_per_day"], &shown["attachments_gib"]);
        (orders.as_i64(), storage.as_i64())
    };
    let shown = city.get(OURS).await.expect(200);
    assert_eq!(limits(&shown), (Some(100), Some(2)));
    // somebody sets them by hand
    let theirs = json!({"orders_per_day": 7, "reason": "by hand"});
    let request = city.request(Method::PUT, OURS).json(&theirs);
    city.send(request).await.expect(200);
    eventually("it is put right", async || {
        let shown = city.get(OURS).await.expect(200);
        (limits(&shown) == (Some(100), Some(2)) && shown["version"] == 3).then_some(())
    })
    .await;
    let other = json!({"spec": {"quotas": {"ordersPerDay": 50, "attachmentsGib": null}}});
    world.change(other).await;
    eventually("the other limit counts", async || {
        let shown = city.get(OURS).await.expect(200);
        (limits(&shown) == (Some(50), None)).then_some(())
    })
    .await;
    world.change(json!({"spec": {"quotas": null}})).await;
    eventually("nothing is limited", async || {
        let shown = city.get(OURS).await.expect(200);
        (limits(&shown) == (None, None)).then_some(())
    })
    .await;
    eventually("nothing is said of it", async || {
        let (district, _) = world.turns("Ready", "True").await;
        let status = district.status.unwrap();
        let mut conditions = status.conditions.iter();
        let none = !conditions.any(|one| one.kind == "QuotasApplied");
        (none && status.quotas.is_none()).then_some(())
    })
    .await;
    world.end([replica]).await;
}
