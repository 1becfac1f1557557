//! Holders follow organisations that were moved, and nobody is told at a place that somebody made up.

use contracts::registry::OrganisationMoved;
use kernel::OrgPath;
use kernel::Role::{CommunityDispatcher, CompoundDispatcher};

use crate::world::{COMMUNITY, COMPOUND, STREET, World, kinds, opened, unread};

/// The compound, in the community beside its own.
const MOVED: &str = "/420105000000/420105011000/420105011011/420105011010.X01/";

async fn tell_move(world: &World, from: &str, to: &str) {
    let path: OrgPath = to.parse().unwrap();
    let moved = OrganisationMoved {
        code: path.leaf().unwrap(),
        from: from.parse().unwrap(),
        path,
    };
    world.tell(None, &moved).await;
}

#[tokio::test]
async fn a_holder_whose_path_only_ends_with_the_place_is_not_told() {
    let world = World::start().await;
    let [planted, own, below] = [world.person(), world.person(), world.person()];
    // whoever runs the community beside wrote the code of the compound behind it
    world.grant(&planted, CompoundDispatcher, MOVED).await;
    world.grant(&own, CommunityDispatcher, COMMUNITY).await;
    let roles = [CompoundDispatcher, CommunityDispatcher];
    let order = opened(world.facts("requested", &roles));
    world.tell(None, &order).await;
    world.settle().await;
    assert_eq!((unread(&planted).await, unread(&own).await), (0, 1));
    world.grant(&below, CompoundDispatcher, COMPOUND).await;
    world.tell(None, &order).await;
    world.settle().await;
    assert_eq!((unread(&planted).await, unread(&below).await), (0, 1));
    world.host.stop().await;
}

#[tokio::test]
async fn holders_follow_an_organisation_that_was_moved_whatever_is_heard_first() {
    let world = World::start().await;
    let [early, late] = [world.person(), world.person()];
    world.grant(&early, CompoundDispatcher, COMPOUND).await;
    world.settle().await;
    tell_move(&world, COMPOUND, MOVED).await;
    world.settle().await;
    // identity had not heard of it
    world.grant(&late, CompoundDispatcher, COMPOUND).await;
    let mut order = world.facts("requested", &[CompoundDispatcher]);
    // neither has the order at first
    world.tell(None, &opened(order.clone())).await;
    order.org_path = MOVED.parse().unwrap();
    world.tell(None, &opened(order)).await;
    world.settle().await;
    for person in [early, late] {
        assert_eq!(kinds(&person).await, ["order_new", "order_new"]);
    }
    world.host.stop().await;
}

#[tokio::test]
async fn a_move_that_is_heard_after_one_of_something_above_finds_its_holders() {
    let world = World::start().await;
    let person = world.person();
    world.grant(&person, CompoundDispatcher, COMPOUND).await;
    world.settle().await;
    let street = "/420106000000/420105011000/";
    let path: OrgPath = MOVED.parse().unwrap();
    let first = OrganisationMoved {
        code: path.leaf().unwrap(),
        from: COMPOUND.parse().unwrap(),
        path,
    };
    let first = world.envelope(None, &first);
    tell_move(&world, STREET, street).await;
    world.settle().await;
    world.emit(&first).await;
    world.settle().await;
    let mut order = world.facts("requested", &[CompoundDispatcher]);
    let now = "/420106000000/420105011000/420105011011/420105011010.X01/";
    order.org_path = now.parse().unwrap();
    world.tell(None, &opened(order)).await;
    world.settle().await;
    assert_eq!(kinds(&person).await, ["order_new"]);
    world.host.stop().await;
}

#[tokio::test]
async fn a_move_of_something_above_that_is_heard_last_takes_them_all_the_way() {
    let world = World::start().await;
    let person = world.person();
    world.grant(&person, CompoundDispatcher, COMPOUND).await;
    world.settle().await;
    let street: OrgPath = "/420106000000/420105011000/".parse().unwrap();
    let first = OrganisationMoved {
        code: street.leaf().unwrap(),
        from: STREET.parse().unwrap(),
        path: street,
    };
    let first = world.envelope(None, &first);
    let between = "/420106000000/420105011000/420105011010/420105011010.X01/";
    let now = "/420106000000/420105011000/420105011011/420105011010.X01/";
    tell_move(&world, between, now).await;
    world.settle().await;
    world.emit(&first).await;
    world.settle().await;
    let mut order = world.facts("requested", &[CompoundDispatcher]);
    order.org_path = now.parse().unwrap();
    world.tell(None, &opened(order)).await;
    world.settle().await;
    assert_eq!(kinds(&person).await, ["order_new"]);
    world.host.stop().await;
}
