use reqwest::Method;
use serde_json::json;

use crate::{World, slug};

#[tokio::test]
async fn a_conflict_of_interest_is_kept_until_the_security_administrator_ends_it() {
    let world = World::start().await;
    let security = world.sign_in("security").await;
    let worker = world.sign_in("worker").await;
    let resident = world.account_of("resident").await;
    let all = format!("/api/identity/v1/accounts/{}/exclusions", worker.account);
    let person = json!({"person": resident, "reason": "亲属"});
    let made = security.post(&all, &person).await.expect(201);
    assert_eq!(
        (&made["person"], &made["account"]),
        (&json!(resident), &json!(worker.account))
    );
    let again = security.post(&all, &person).await;
    assert_eq!(slug(&again, 409), "exclusion-exists");
    let own = "/api/identity/v1/me/exclusions";
    let unit = json!({"organisation": "420105000000.CG", "reason": "曾在该单位任职"});
    worker.post(own, &unit).await.expect(201);
    let mine = worker.get(own).await.expect(200);
    let theirs = security.get(&all).await.expect(200);
    assert_eq!(mine["items"], theirs["items"]);
    assert_eq!(mine["items"].as_array().unwrap().len(), 2);
    let one = format!("{all}/{}", made["id"].as_str().unwrap());
    let barred = worker.send(worker.request(Method::DELETE, &one)).await;
    assert_eq!(slug(&barred, 403), "role-missing");
    security
        .send(security.request(Method::DELETE, &one))
        .await
        .expect(204);
    let gone = security.send(security.request(Method::DELETE, &one)).await;
    assert_eq!(slug(&gone, 404), "exclusion-not-found");
    security.post(&all, &person).await.expect(201);
}

#[tokio::test]
async fn unclear_exclusions_are_refused() {
    let world = World::start().await;
    let worker = world.sign_in("worker").await;
    let own = "/api/identity/v1/me/exclusions";
    for (body, pointer) in [
        (json!({"reason": "亲属"}), "/organisation"),
        (
            json!({"organisation": "420105000000", "person": world.account_of("resident").await, "reason": "亲属"}),
            "/organisation",
        ),
        (
            json!({"organisation": "武汉", "reason": "亲属"}),
            "/organisation",
        ),
        (
            json!({"person": "ord_01jcgb2r00e8arc5tmvkbzqy7x", "reason": "亲属"}),
            "/person",
        ),
        (
            json!({"person": worker.account, "reason": "本人"}),
            "/person",
        ),
        (json!({"organisation": "420105000000"}), "/reason"),
        (
            json!({"organisation": "420105000000", "reason": "x".repeat(201)}),
            "/reason",
        ),
        (
            json!({"organisation": "420105000000", "reason": "亲属", "colour": "red"}),
            "/colour",
        ),
    ] {
        let reply = worker.post(own, &body).await;
        assert_eq!(reply.status.as_u16(), 422, "{body}");
        assert_eq!(reply.body["errors"][0]["pointer"], pointer, "{body}");
    }
    let security = world.sign_in("security").await;
    let unknown = "/api/identity/v1/accounts/acc_01jcgb2r00e8arc5tmvkbzqy7x/exclusions";
    let body = json!({"organisation": "420105000000", "reason": "亲属"});
    assert_eq!(
        slug(&security.post(unknown, &body).await, 404),
        "account-not-found"
    );
}
