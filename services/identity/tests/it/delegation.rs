use kernel::{Clock, Role};
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{COMMUNITY, seed};
use crate::{World, slug};

const STREET: &str = "/420105000000/420105011000/";
const ELSEWHERE: &str = "/420105000000/420105012000/420105012001/";

async fn grants_of(world: &World, username: &str) -> String {
    let account = world.account_of(username).await;
    format!("/api/identity/v1/accounts/{account}/grants")
}

fn grant(role: &str, path: &str) -> Value {
    json!({"role": role, "org_path": path})
}

#[tokio::test]
async fn a_community_grants_lower_roles_at_or_below_itself_only() {
    let world = World::start().await;
    world
        .add(seed("community", Role::CommunityDispatcher, COMMUNITY))
        .await;
    let community = world.sign_in("community").await;
    let path = grants_of(&world, "resident").await;
    let compound = format!("{COMMUNITY}420105011010.X01/");
    for body in [
        grant("grid_worker", COMMUNITY),
        grant("compound_dispatcher", &compound),
    ] {
        community.post(&path, &body).await.expect(201);
    }
    for (body, refused) in [
        (
            grant("community_dispatcher", COMMUNITY),
            "grant-beyond-role",
        ),
        (grant("system_admin", COMMUNITY), "grant-beyond-role"),
        (grant("grid_worker", STREET), "grant-beyond-place"),
        (grant("volunteer", ELSEWHERE), "grant-beyond-place"),
        (grant("volunteer", "/"), "grant-beyond-place"),
    ] {
        let reply = community.post(&path, &body).await;
        assert_eq!(slug(&reply, 403), refused, "{body}");
    }
    let own = format!("/api/identity/v1/accounts/{}/grants", community.account);
    let reply = community.post(&own, &grant("volunteer", COMMUNITY)).await;
    assert_eq!(slug(&reply, 403), "grant-to-oneself");
}

#[tokio::test]
async fn who_grants_sees_and_revokes_what_lies_within_the_own_part_only() {
    let world = World::start().await;
    world
        .add(seed("street", Role::StreetDispatcher, STREET))
        .await;
    let street = world.sign_in("street").await;
    let security = world.sign_in("security").await;
    let path = grants_of(&world, "worker").await;
    let far = security
        .post(&path, &grant("inspector", ELSEWHERE))
        .await
        .expect(201);
    let far = far["grants"][1]["id"].as_str().unwrap();
    let shown = street
        .post(&path, &grant("volunteer", STREET))
        .await
        .expect(201);
    let paths: Vec<&str> = shown["grants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|grant| grant["org_path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, [COMMUNITY, STREET]);
    let reply = street
        .send(street.request(Method::DELETE, &format!("{path}/{far}")))
        .await;
    assert_eq!(slug(&reply, 403), "grant-beyond-role");
    let near = shown["grants"][0]["id"].as_str().unwrap();
    let gone = street
        .send(street.request(Method::DELETE, &format!("{path}/{near}")))
        .await;
    gone.expect(204);
}

#[tokio::test]
async fn nobody_grants_for_longer_or_for_more_than_they_have() {
    let world = World::start().await;
    world.add(seed("narrow", Role::Volunteer, COMMUNITY)).await;
    let security = world.sign_in("security").await;
    let until = world.clock.now().plus(std::time::Duration::from_hours(48));
    let narrow = json!({
        "role": "street_dispatcher", "org_path": STREET, "categories": ["0102"], "valid_until": until,
    });
    let path = grants_of(&world, "narrow").await;
    security.post(&path, &narrow).await.expect(201);
    let street = world.sign_in("narrow").await;
    let path = grants_of(&world, "resident").await;
    let with = |categories: &[&str], until: Option<kernel::Timestamp>| {
        json!({
            "role": "grid_worker", "org_path": COMMUNITY, "categories": categories, "valid_until": until,
        })
    };
    for (body, refused) in [
        (with(&[], Some(until)), "grant-beyond-categories"),
        (
            with(&["0102", "0103"], Some(until)),
            "grant-beyond-categories",
        ),
        (with(&["0102"], None), "grant-beyond-time"),
        (
            with(
                &["0102"],
                Some(until.plus(std::time::Duration::from_secs(1))),
            ),
            "grant-beyond-time",
        ),
    ] {
        let reply = street.post(&path, &body).await;
        assert_eq!(slug(&reply, 403), refused, "{body}");
    }
    street
        .post(&path, &with(&["0102"], Some(until)))
        .await
        .expect(201);
}

#[tokio::test]
async fn a_reason_is_given_for_what_is_open_and_what_is_not() {
    let world = World::start().await;
    let worker = world.sign_in("worker").await;
    let ask = async |question: &str| {
        let path = format!("/api/identity/v1/me/permissions?{question}");
        worker.get(&path).await.expect(200)
    };
    let open = ask("operation=show_me").await;
    assert_eq!(
        (&open["allowed"], &open["reason"]),
        (&json!(true), &json!("authenticated"))
    );
    let missing = ask("operation=grant_role").await;
    assert_eq!(
        (&missing["allowed"], &missing["reason"]),
        (&json!(false), &json!("role-missing"))
    );
    assert!(
        missing["roles"]
            .as_array()
            .unwrap()
            .contains(&json!("security_admin"))
    );
    let outside = ask(&format!("operation=import_orders&org_path={ELSEWHERE}")).await;
    assert_eq!(outside["reason"], "role-missing");
    let security = world.sign_in("security").await;
    let of = |question: &str| {
        format!(
            "/api/identity/v1/accounts/{}/permissions?{question}",
            worker.account
        )
    };
    let question = format!("operation=list_certifications&org_path={COMMUNITY}");
    let body = grant("street_dispatcher", ELSEWHERE);
    let path = grants_of(&world, "worker").await;
    security.post(&path, &body).await.expect(201);
    let answer = security.get(&of(&question)).await.expect(200);
    assert_eq!(answer["reason"], "place-outside");
    assert_eq!(answer["grants"][0]["org_path"], ELSEWHERE);
    let question = format!("operation=list_certifications&org_path={ELSEWHERE}");
    let answer = security.get(&of(&question)).await.expect(200);
    assert_eq!(
        (&answer["allowed"], &answer["reason"]),
        (&json!(true), &json!("granted"))
    );
    for (question, pointer) in [
        ("operation=fly", "/operation"),
        ("org_path=/", "/operation"),
        ("operation=show_me&org_path=x", "/org_path"),
        ("operation=show_me&colour=red", "/colour"),
    ] {
        let reply = worker
            .get(&format!("/api/identity/v1/me/permissions?{question}"))
            .await;
        assert_eq!(reply.status.as_u16(), 422, "{question}");
        assert_eq!(reply.body["errors"][0]["pointer"], pointer, "{question}");
    }
    let unknown = "/api/identity/v1/accounts/acc_01jcgb2r00e8arc5tmvkbzqy7x/permissions";
    let reply = security.get(&format!("{unknown}?operation=show_me")).await;
    assert_eq!(slug(&reply, 404), "account-not-found");
}
