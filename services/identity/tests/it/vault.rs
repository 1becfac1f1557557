//! What happens to contacts and requests to see them meanwhile.

use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::contacts::{CONTACTS, MINE, contact, with_staff};
use crate::world::{seed, send};
use crate::{World, slug};

#[tokio::test]
async fn nobody_approves_what_they_keep_out_of_and_nobody_opens_what_became_confidential() {
    let world = with_staff().await;
    world
        .add(seed("district", Role::DistrictOperator, "/420105000000/"))
        .await;
    let resident = world.sign_in("resident").await;
    let community = world.sign_in("community").await;
    let district = world.sign_in("district").await;
    let mut body = contact();
    let made = resident.post(MINE, &body).await.expect(201);
    let id = made["id"].as_str().unwrap();
    let reveals = format!("{CONTACTS}/{id}/reveals");
    let asked = json!({"fields": ["phone"], "reason": "回访核实"});
    let of = |reveal: &Value, action: &str| {
        let id = reveal["id"].as_str().unwrap();
        format!("/api/identity/v1/reveals/{id}/actions/{action}")
    };
    // shown without a second person
    let first = community.post(&reveals, &asked).await.expect(201);
    community
        .post(&of(&first, "open"), &json!({}))
        .await
        .expect(200);
    body["confidential"] = json!(true);
    let one = format!("{MINE}/{id}");
    send(&resident, Method::PUT, &one, &body).await.expect(200);
    let reply = community.post(&of(&first, "open"), &json!({})).await;
    assert_eq!(slug(&reply, 409), "reveal-not-approved");
    let second = community.post(&reveals, &asked).await.expect(201);
    let third = community.post(&reveals, &asked).await.expect(201);
    let keeps_out = json!({"person": resident.account, "reason": "亲属"});
    let exclusions = "/api/identity/v1/me/exclusions";
    district.post(exclusions, &keeps_out).await.expect(201);
    let reply = district.post(&of(&second, "approve"), &json!({})).await;
    assert_eq!(slug(&reply, 403), "conflict-of-interest");
    // refusing shows nothing to anybody
    district
        .post(&of(&second, "refuse"), &json!({}))
        .await
        .expect(200);
    world
        .add(seed("deputy", Role::DistrictOperator, "/420105000000/"))
        .await;
    let deputy = world.sign_in("deputy").await;
    world.execute("UPDATE contact SET restricted = true").await;
    let reply = deputy.post(&of(&third, "approve"), &json!({})).await;
    assert_eq!(slug(&reply, 403), "contact-restricted");
    world.execute("UPDATE contact SET restricted = false").await;
    deputy
        .post(&of(&third, "approve"), &json!({}))
        .await
        .expect(200);
    community
        .post(&of(&third, "open"), &json!({}))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_contact_is_deleted_as_it_was_seen() {
    let world = World::start().await;
    let resident = world.sign_in("resident").await;
    let made = resident.post(MINE, &contact()).await.expect(201);
    let one = format!("{MINE}/{}", made["id"].as_str().unwrap());
    send(&resident, Method::PUT, &one, &contact())
        .await
        .expect(200);
    let delete = async |seen: &str| {
        let request = resident.request(Method::DELETE, &one);
        resident.send(request.header("If-Match", seen)).await
    };
    assert_eq!(slug(&delete("\"1\"").await, 412), "version-changed");
    delete("\"2\"").await.expect(204);
}

#[tokio::test]
async fn contacts_made_at_once_are_counted() {
    let world = World::start().await;
    let resident = world.sign_in("resident").await;
    let body = contact();
    let made = (0..30).map(|_| resident.post(MINE, &body));
    let replies = futures_util::future::join_all(made).await;
    let kept = replies.iter().filter(|reply| reply.status == 201).count();
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        assert_eq!(slug(reply, 409), "contacts-too-many");
    }
    let kept = u64::try_from(kept).unwrap();
    assert_eq!(kept, identity::domain::MAX_OWN_CONTACTS);
}
