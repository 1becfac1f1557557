use std::time::Duration;

use identity::Reviewed;
use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{COMMUNITY, seed};
use crate::{World, slug};

const DAY: Duration = Duration::from_hours(24);
const STREET: &str = "/420105000000/420105011000/";
const LIST: &str = "/api/identity/v1/certifications";

fn names(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["role"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn grants_of_staff_end_when_nobody_stands_for_them() {
    let world = World::start_without_second_factors().await;
    let review = || world.identity.review_grants();
    assert_eq!(review().await.unwrap(), Reviewed::default());
    world.clock.advance(DAY * 336);
    // the three administrators and the grid worker; being a resident needs no renewal
    let reminded = Reviewed {
        reminded: 4,
        ended: 0,
    };
    assert_eq!(review().await.unwrap(), reminded);
    assert_eq!(review().await.unwrap(), Reviewed::default());
    world.clock.advance(DAY * 30);
    let ended = Reviewed {
        reminded: 0,
        ended: 1,
    };
    assert_eq!(review().await.unwrap(), ended);
    let me = world.sign_in("worker").await;
    let me = me.get("/api/identity/v1/me").await.expect(200);
    assert_eq!(me["roles"], json!([]));
    // nobody is locked out
    world
        .sign_in("security")
        .await
        .get(&format!("{LIST}?org_path=/"))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_certified_grant_counts_for_another_term() {
    let world = World::start_without_second_factors().await;
    world
        .add(seed("street", Role::StreetDispatcher, STREET))
        .await;
    world.clock.advance(DAY * 340);
    let street = world.sign_in("street").await;
    let page = street
        .get(&format!("{LIST}?org_path={STREET}"))
        .await
        .expect(200);
    assert_eq!(names(&page), ["grid_worker", "street_dispatcher"]);
    let [worker, own] = [0, 1].map(|place| {
        let item = &page["items"][place];
        let text = |member: &str| item[member].as_str().unwrap().to_owned();
        format!(
            "/api/identity/v1/accounts/{}/grants/{}/actions/certify",
            text("account"),
            text("id")
        )
    });
    let certified = street.post(&worker, &json!({})).await.expect(200);
    assert_eq!(certified["certified_until"], "2028-10-27T00:00:00Z");
    assert_eq!(
        slug(&street.post(&own, &json!({})).await, 403),
        "grant-to-oneself"
    );
    world.clock.advance(DAY * 30);
    world.identity.review_grants().await.unwrap();
    let security = world.sign_in("security").await;
    let page = security
        .get(&format!("{LIST}?org_path={STREET}"))
        .await
        .expect(200);
    assert_eq!(names(&page), ["grid_worker"]);
}

#[tokio::test]
async fn the_list_shows_the_own_part_page_by_page() {
    let world = World::start().await;
    world
        .add(seed("street", Role::StreetDispatcher, STREET))
        .await;
    let security = world.sign_in("security").await;
    let mut seen = Vec::new();
    let mut path = format!("{LIST}?org_path=/&limit=2");
    loop {
        let page = security.get(&path).await.expect(200);
        seen.extend(names(&page));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("{LIST}?org_path=/&limit=2&cursor={next}");
    }
    seen.sort();
    let all = [
        "audit_admin",
        "grid_worker",
        "security_admin",
        "street_dispatcher",
        "system_admin",
    ];
    assert_eq!(seen, all);
    let street = world.sign_in("street").await;
    let above = street.get(&format!("{LIST}?org_path=/420105000000/")).await;
    assert_eq!(slug(&above, 403), "place-outside");
    let worker = world.sign_in("worker").await;
    let reply = worker.get(&format!("{LIST}?org_path={COMMUNITY}")).await;
    assert_eq!(slug(&reply, 403), "role-missing");
    for query in [
        "",
        "org_path=x",
        "org_path=/&limit=0",
        "org_path=/&cursor=x",
    ] {
        let reply = security.get(&format!("{LIST}?{query}")).await;
        assert_eq!(reply.status.as_u16(), 422, "{query}");
    }
}

#[tokio::test]
async fn the_code_of_another_place_behind_the_own_path_opens_nothing() {
    let world = World::start().await;
    let elsewhere = "/420105000000/420105012000/420105012001/";
    world.add(seed("far", Role::GridWorker, elsewhere)).await;
    world
        .add(seed("street", Role::StreetDispatcher, STREET))
        .await;
    let street = world.sign_in("street").await;
    for path in [
        format!("{STREET}420105012001/"),
        format!("{STREET}420105012000/420105012001/"),
    ] {
        let page = street
            .get(&format!("{LIST}?org_path={path}"))
            .await
            .expect(200);
        assert_eq!(page["items"], json!([]), "{path}");
    }
    let security = world.sign_in("security").await;
    let page = security
        .get(&format!("{LIST}?org_path={elsewhere}"))
        .await
        .expect(200);
    assert_eq!(names(&page), ["grid_worker"]);
    // nor does what somebody grants at such a path hide those that are really there
    let resident = world.account_of("resident").await;
    for role in ["volunteer", "grid_worker"] {
        let body = json!({"role": role, "org_path": format!("{STREET}420105012001/")});
        let grants = format!("/api/identity/v1/accounts/{resident}/grants");
        street.post(&grants, &body).await.expect(201);
    }
    world.clock.advance(Duration::from_secs(1));
    world
        .add(seed("late", Role::DepartmentLiaison, elsewhere))
        .await;
    let mut seen = Vec::new();
    let mut path = format!("{LIST}?org_path={elsewhere}&limit=1");
    loop {
        let page = security.get(&path).await.expect(200);
        seen.extend(names(&page));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("{LIST}?org_path={elsewhere}&limit=1&cursor={next}");
    }
    assert_eq!(seen, ["grid_worker", "department_liaison"]);
}

#[tokio::test]
async fn a_grant_is_certified_as_it_was_seen() {
    let world = World::start().await;
    let security = world.sign_in("security").await;
    let worker = world.sign_in("worker").await;
    let me = worker.get("/api/identity/v1/me").await.expect(200);
    let path = format!(
        "/api/identity/v1/accounts/{}/grants/{}/actions/certify",
        worker.account,
        me["grants"][0]["id"].as_str().unwrap()
    );
    let seen = async |tag: &str| {
        let request = security.request(Method::POST, &path);
        security.send(request.header("If-Match", tag)).await
    };
    assert_eq!(slug(&seen("\"99\"").await, 412), "version-changed");
    let version = me["version"].as_i64().unwrap();
    seen(&format!("\"{version}\"")).await.expect(200);
}

#[tokio::test]
async fn what_needs_no_certification_gets_none() {
    let world = World::start().await;
    let security = world.sign_in("security").await;
    let resident = world.sign_in("resident").await;
    let me = resident.get("/api/identity/v1/me").await.expect(200);
    let grant = me["grants"][0]["id"].as_str().unwrap();
    assert!(me["grants"][0].get("certified_until").is_none());
    let of = |grant: &str| {
        format!(
            "/api/identity/v1/accounts/{}/grants/{grant}/actions/certify",
            resident.account
        )
    };
    let reply = security.post(&of(grant), &json!({})).await;
    assert_eq!(slug(&reply, 409), "certification-not-needed");
    let reply = security
        .post(&of("gra_01jcgb2r00e8arc5tmvkbzqy7x"), &json!({}))
        .await;
    assert_eq!(slug(&reply, 404), "grant-not-found");
}
