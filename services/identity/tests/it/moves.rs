//! What is kept at an organisation follows it to another place in the tree.

use contracts::registry::OrganisationMoved;
use kernel::Role;
use serde_json::{Value, json};
use testkit::{Caller, eventually};

use crate::world::{COMMUNITY, seed};
use crate::{World, slug};

const CONTACTS: &str = "/api/identity/v1/contacts";
const BEFORE: &str = "/420105000000/420105011000/";
const AFTER: &str = "/420105000000/420105002000/";

/// Tells as registry does that the community went to another street.
async fn tell(world: &World) {
    let payload = OrganisationMoved {
        code: "420105011010".parse().unwrap(),
        from: COMMUNITY.parse().unwrap(),
        path: format!("{AFTER}420105011010/").parse().unwrap(),
    };
    world.tell("420105011010", &payload).await;
}

async fn paths(caller: &Caller, shown: &str) -> Vec<String> {
    let view = caller.get(shown).await.expect(200);
    let grants = view["grants"].as_array().unwrap().iter();
    let mut paths: Vec<_> = grants
        .map(|grant| grant["org_path"].as_str().unwrap().to_owned())
        .collect();
    paths.sort_unstable();
    paths
}

/// Tells of the move and lets everything follow, as the schedule does.
async fn moved(world: &World, caller: &Caller, shown: &str) {
    tell(world).await;
    eventually("the grant below it has its new place", async || {
        world.identity.follow_moves().await.unwrap();
        let paths = paths(caller, shown).await;
        let there = paths.iter().any(|path| path.starts_with(AFTER));
        there.then_some(())
    })
    .await;
    world.identity.follow_moves().await.unwrap();
}

#[tokio::test]
async fn grants_follow_and_so_does_who_certifies_them() {
    let world = World::start().await;
    for (name, path) in [("old-street", BEFORE), ("new-street", AFTER)] {
        world.add(seed(name, Role::StreetDispatcher, path)).await;
    }
    let security = world.sign_in("security").await;
    let system = world.sign_in("system").await;
    let body = json!({"username": "newcomer", "display_name": "新人甲"});
    let account = system
        .post("/api/identity/v1/accounts", &body)
        .await
        .expect(201);
    let shown = format!(
        "/api/identity/v1/accounts/{}",
        account["id"].as_str().unwrap()
    );
    for place in [
        "/420105000000/420105011000/420105011010/420105011010.X01/",
        "/420105000000/420105011000/420105011011/",
    ] {
        let body = json!({"role": "grid_worker", "org_path": place});
        let granted = security.post(&format!("{shown}/grants"), &body).await;
        granted.expect(201);
    }
    moved(&world, &security, &shown).await;
    assert_eq!(
        paths(&security, &shown).await,
        [
            "/420105000000/420105002000/420105011010/420105011010.X01/",
            "/420105000000/420105011000/420105011011/",
        ]
    );
    for (name, place, roles) in [
        ("old-street", BEFORE, ["grid_worker", "street_dispatcher"]),
        ("new-street", AFTER, ["grid_worker", "street_dispatcher"]),
    ] {
        let street = world.sign_in(name).await;
        let list = format!("/api/identity/v1/certifications?org_path={place}");
        let page = street.get(&list).await.expect(200);
        let items = page["items"].as_array().unwrap().iter();
        let of_newcomer = items
            .filter(|item| item["account"] == account["id"])
            .count();
        assert_eq!(of_newcomer, 1, "{name}: {roles:?}");
    }
}

#[tokio::test]
async fn a_grant_at_a_path_that_somebody_made_up_does_not_follow() {
    let world = World::start().await;
    let elsewhere = "/420105000000/420105003000/";
    for (name, path) in [("elsewhere", elsewhere), ("here", BEFORE)] {
        world.add(seed(name, Role::StreetDispatcher, path)).await;
    }
    let security = world.sign_in("security").await;
    let (resident, worker) = (
        world.account_of("resident").await,
        world.account_of("worker").await,
    );
    let shown = |account| format!("/api/identity/v1/accounts/{account}");
    // the community is in another street: the path leads nowhere, yet has its code
    let planted = format!("{elsewhere}420105011010/");
    for (name, account, path) in [
        ("elsewhere", resident, planted.as_str()),
        ("here", worker, COMMUNITY),
    ] {
        let by = world.sign_in(name).await;
        let body = json!({"role": "community_dispatcher", "org_path": path});
        let granted = by.post(&format!("{}/grants", shown(account)), &body).await;
        granted.expect(201);
    }
    moved(&world, &security, &shown(worker)).await;
    let held = paths(&security, &shown(resident)).await;
    assert!(held.contains(&planted), "{held:?}");
    let there = |path: &String| path == &format!("{AFTER}420105011010/");
    // being a resident of the community is no made-up place
    assert!(
        held.iter().filter(|path| there(path)).count() <= 1,
        "{held:?}"
    );
}

#[tokio::test]
async fn who_has_a_week_left_grants_for_no_longer_after_a_move() {
    let world = World::start().await;
    world.add(seed("helper", Role::Volunteer, BEFORE)).await;
    let security = world.sign_in("security").await;
    let until = world.now().plus(std::time::Duration::from_hours(7 * 24));
    let account = world.account_of("helper").await;
    let shown = format!("/api/identity/v1/accounts/{account}");
    let body = json!({"role": "community_dispatcher", "org_path": COMMUNITY, "valid_until": until});
    let granted = security.post(&format!("{shown}/grants"), &body).await;
    granted.expect(201);
    let helper = world.sign_in("helper").await;
    let resident = world.account_of("resident").await;
    moved(&world, &security, &shown).await;
    // the token names the place of before, where nothing is held any more
    let grants = format!("/api/identity/v1/accounts/{resident}/grants");
    for (path, refused) in [
        (COMMUNITY.to_owned(), "grant-beyond-place"),
        (format!("{AFTER}420105011010/"), "grant-beyond-time"),
    ] {
        let body = json!({"role": "grid_worker", "org_path": path});
        assert_eq!(slug(&helper.post(&grants, &body).await, 403), refused);
    }
}

#[tokio::test]
async fn contacts_and_requests_to_see_them_follow() {
    let world = World::start().await;
    for (name, role, path) in [
        ("old-street", Role::StreetDispatcher, BEFORE),
        ("new-street", Role::StreetDispatcher, AFTER),
        ("district", Role::DistrictOperator, "/420105000000/"),
    ] {
        world.add(seed(name, role, path)).await;
    }
    let worker = world.sign_in("worker").await;
    let body = json!({"org_path": COMMUNITY, "phone": "19900000001", "confidential": true});
    let made = worker.post(CONTACTS, &body).await.expect(201);
    let one = format!("{CONTACTS}/{}", made["id"].as_str().unwrap());
    let old = world.sign_in("old-street").await;
    let new = world.sign_in("new-street").await;
    old.get(&one).await.expect(200);
    assert_eq!(slug(&new.get(&one).await, 404), "contact-not-found");
    let asked = json!({"fields": ["phone"], "reason": "回访核实"});
    let asked = old
        .post(&format!("{one}/reveals"), &asked)
        .await
        .expect(201);
    let security = world.sign_in("security").await;
    let shown = format!("/api/identity/v1/accounts/{}", worker.account);
    moved(&world, &security, &shown).await;
    assert_eq!(slug(&old.get(&one).await, 404), "contact-not-found");
    let seen: Value = new.get(&one).await.expect(200);
    assert_eq!(seen["org_path"], format!("{AFTER}420105011010/"));
    let district = world.sign_in("district").await;
    let approve = format!(
        "/api/identity/v1/reveals/{}/actions/approve",
        asked["id"].as_str().unwrap()
    );
    district.post(&approve, &json!({})).await.expect(200);
    // approved, and yet the place is no longer theirs
    let open = approve.replace("approve", "open");
    assert_eq!(
        slug(&old.post(&open, &json!({})).await, 404),
        "contact-not-found"
    );
    let place = world.text("SELECT org_path AS v FROM reveal").await;
    assert_eq!(place, format!("{AFTER}420105011010/"));
}

#[tokio::test]
async fn however_many_rows_there_are_each_follows_once() {
    let world = World::start().await;
    // more than one transaction takes
    let worker = world.sign_in("worker").await;
    for _ in 0..510 {
        let body = json!({"org_path": COMMUNITY, "phone": "19900000001"});
        worker.post(CONTACTS, &body).await.expect(201);
    }
    tell(&world).await;
    let followed = eventually("the move is heard", async || {
        match world.identity.follow_moves().await.unwrap() {
            0 => None,
            followed => Some(followed),
        }
    })
    .await;
    // with the grants of the resident and of the worker
    assert_eq!(followed, 512);
    assert_eq!(world.identity.follow_moves().await.unwrap(), 0);
}
