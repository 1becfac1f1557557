//! An organisation goes to another place in the tree, and what is known of it here follows.

use contracts::registry::{
    OrgKind, OrganisationClosed, OrganisationEstablished, OrganisationMoved,
};
use kernel::{OrgPath, Role};
use serde_json::json;
use testkit::Caller;

use crate::world::{
    AT_COMMUNITY, AT_COMPOUND, AT_STREET, COMPOUND, ORDERS, World, act, matter, order,
};

/// 墨水湖社区, and the compound there.
const AT_OTHER: &str = "/420105000000/420105011000/420105011011/";
const MOVED: &str = "/420105000000/420105011000/420105011011/420105011010.X01/";

fn path(text: &str) -> OrgPath {
    text.parse().unwrap()
}

async fn establish(world: &World, place: &str, kind: OrgKind) {
    let place = path(place);
    let code = place.leaf().unwrap();
    let payload = OrganisationEstablished {
        code: code.clone(),
        path: place,
        kind,
        name: "墨水湖社区".to_owned(),
    };
    world.tell(code.as_str(), &payload).await;
}

async fn tell_move(world: &World, from: &str, to: &str) {
    let payload = OrganisationMoved {
        code: path(to).leaf().unwrap(),
        from: path(from),
        path: path(to),
    };
    world.tell(payload.code.clone().as_str(), &payload).await;
}

/// Runs the schedule until nothing follows any more; tells how many orders it took along.
async fn follow(world: &World) -> u64 {
    world.run("relocate_orders").await
}

async fn listed(caller: &Caller) -> usize {
    let page = caller.get(ORDERS).await.expect(200);
    page["items"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_follow_a_compound_to_its_new_community() {
    let world = World::start().await;
    establish(&world, AT_OTHER, OrgKind::Community).await;
    let id = world.open("five-order").await;
    let at = |place: &str| world.host.caller(&[(Role::CommunityDispatcher, place)]);
    let (before, after) = (at(AT_COMMUNITY), at(AT_OTHER));
    let staff = world.host.caller(&[(Role::CompoundDispatcher, MOVED)]);
    assert_eq!((listed(&before).await, listed(&after).await), (1, 0));
    let version = world.dispatcher.get(&order(&id)).await.headers["etag"].clone();

    tell_move(&world, AT_COMPOUND, MOVED).await;
    assert_eq!(follow(&world).await, 1);
    assert_eq!(follow(&world).await, 0);
    assert_eq!((listed(&before).await, listed(&after).await), (0, 1));
    before.get(&order(&id)).await.expect(404);
    let shown = staff.get(&order(&id)).await;
    assert_eq!(shown.headers["etag"], version);
    shown.expect(200);
    act(&staff, &id, "dispatch", &json!({})).await.expect(200);
    // new ones are there at once, and the street has both
    let resident = world.host.caller(&[(Role::Resident, MOVED)]);
    resident
        .post(ORDERS, &matter("five-order"))
        .await
        .expect(201);
    assert_eq!((listed(&before).await, listed(&after).await), (0, 2));
    let street = world.host.caller(&[(Role::StreetDispatcher, AT_STREET)]);
    assert_eq!(listed(&street).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_about_a_unit_above_their_place_follow_it_too() {
    let world = World::start().await;
    establish(&world, AT_OTHER, OrgKind::Community).await;
    let mut body = matter("six-step");
    body["about"] = json!("420105011010");
    let view = world.resident.post(ORDERS, &body).await.expect(201);
    let path = order(view["id"].as_str().unwrap());
    let at = |place: &str| world.host.caller(&[(Role::CommunityDispatcher, place)]);
    let (before, after) = (at(AT_COMMUNITY), at(AT_OTHER));
    assert_eq!((listed(&before).await, listed(&after).await), (0, 0));

    tell_move(&world, AT_COMPOUND, MOVED).await;
    assert_eq!(follow(&world).await, 1);
    assert_eq!((listed(&before).await, listed(&after).await), (0, 1));
    before.get(&path).await.expect(404);
    after.get(&path).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_before_a_move_and_comes_after_it_finds_its_place() {
    let world = World::start().await;
    establish(&world, AT_OTHER, OrgKind::Community).await;
    tell_move(&world, AT_COMPOUND, MOVED).await;
    // told when the compound was still where it had been
    establish(
        &world,
        &format!("{AT_COMPOUND}{COMPOUND}.B9/"),
        OrgKind::Building,
    )
    .await;
    let inhabitant = world.host.caller(&[(Role::Resident, MOVED)]);
    let mut body = matter("five-order");
    body["org_code"] = json!(format!("{COMPOUND}.B9"));
    inhabitant.post(ORDERS, &body).await.expect(201);
    let after = world.host.caller(&[(Role::CommunityDispatcher, AT_OTHER)]);
    assert_eq!(listed(&after).await, 1);
    // there and back again
    tell_move(&world, MOVED, AT_COMPOUND).await;
    follow(&world).await;
    assert_eq!(listed(&after).await, 0);
    let home = world
        .host
        .caller(&[(Role::CommunityDispatcher, AT_COMMUNITY)]);
    assert_eq!(listed(&home).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_are_drawn_to_judge_come_from_the_place_as_it_is_now() {
    let world = World::start().await;
    establish(&world, AT_OTHER, OrgKind::Community).await;
    tell_move(&world, AT_COMPOUND, MOVED).await;
    let id = world.open("five-order").await;
    let staff = world.host.caller(&[(Role::CompoundDispatcher, MOVED)]);
    act(&staff, &id, "dispatch", &json!({})).await.expect(200);
    world.claim(&id, &world.helper).await;
    world.handle(&id).await;
    assert!(!world.panel(&id).await.is_empty());
    // back and forth: the holders are those of one place, not of two
    tell_move(&world, MOVED, AT_COMPOUND).await;
    tell_move(&world, AT_COMPOUND, MOVED).await;
    assert!(!world.panel(&id).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_new_is_asked_for_at_a_place_that_is_closed() {
    let world = World::start().await;
    let id = world.open("five-order").await;
    let payload = OrganisationClosed {
        code: COMPOUND.parse().unwrap(),
        successors: Vec::new(),
    };
    world.tell(COMPOUND, &payload).await;
    let refused = world.resident.post(ORDERS, &matter("five-order")).await;
    assert_eq!(refused.status, 422);
    // what was asked for before goes on
    act(&world.dispatcher, &id, "dispatch", &json!({}))
        .await
        .expect(200);
    establish(&world, AT_COMPOUND, OrgKind::Compound).await;
    world
        .resident
        .post(ORDERS, &matter("five-order"))
        .await
        .expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_of_projects_follows_a_compound_too() {
    let world = World::start().await;
    establish(&world, AT_OTHER, OrgKind::Community).await;
    let id = world.open("secretary-project").await;
    let shown = async |place: &str| {
        let caller = world.host.caller(&[(Role::CommunityDispatcher, place)]);
        let page = caller.get("/api/ticketing/v1/projects/board").await;
        let page = page.expect(200);
        let items = page["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| item["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(shown(AT_COMMUNITY).await, [json!(id)]);
    tell_move(&world, AT_COMPOUND, MOVED).await;
    assert_eq!(follow(&world).await, 1);
    assert_eq!(shown(AT_OTHER).await, [json!(id)]);
    assert!(shown(AT_COMMUNITY).await.is_empty());
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_by_place_know_a_compound_below_its_new_community() {
    let world = World::start().await;
    establish(&world, AT_OTHER, OrgKind::Community).await;
    world.open("five-order").await;
    let below = async |code: &str| {
        let path = format!("/api/ticketing/v1/statistics?by=place&org_code={code}");
        let figures = world.operator.get(&path).await.expect(200);
        figures["groups"].as_array().unwrap().len()
    };
    let both = async || (below("420105011010").await, below("420105011011").await);
    assert_eq!(both().await, (1, 0));
    tell_move(&world, AT_COMPOUND, MOVED).await;
    assert_eq!(follow(&world).await, 1);
    assert_eq!(both().await, (0, 1));
    world.host.stop().await;
}
