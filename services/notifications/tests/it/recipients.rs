use contracts::ticketing::OrderPublished;
use contracts::volunteering::TaskOpened;
use kernel::Role::{
    CommunityDispatcher, CompoundDispatcher, DepartmentLiaison, PartyMember, PlatformOperator,
    StreetDispatcher,
};

use crate::world::{
    COMMUNITY, COMPOUND, DEPARTMENT, STREET, World, advanced, items, kinds, opened, unread,
};

#[tokio::test]
async fn the_nearest_level_with_a_holder_is_told_and_the_city_last() {
    let world = World::start().await;
    let [near, far, city] = [world.person(), world.person(), world.person()];
    let roles = [CompoundDispatcher, CommunityDispatcher, PlatformOperator];
    let of_near = world.grant(&near, CompoundDispatcher, COMPOUND).await;
    let of_far = world.grant(&far, CommunityDispatcher, COMMUNITY).await;
    world.grant(&city, PlatformOperator, "/").await;
    world
        .tell(None, &opened(world.facts("requested", &roles)))
        .await;
    world.revoke(&near, of_near).await;
    world
        .tell(None, &opened(world.facts("requested", &roles)))
        .await;
    world.revoke(&far, of_far).await;
    world
        .tell(None, &opened(world.facts("requested", &roles)))
        .await;
    world.settle().await;
    for person in [near, far, city] {
        assert_eq!(kinds(&person).await, ["order_new"]);
    }
    world.host.stop().await;
}

#[tokio::test]
async fn nobody_elses_place_or_role_is_told() {
    let world = World::start().await;
    let [sibling, other_role] = [world.person(), world.person()];
    let beside = "/420105000000/420105011000/420105011010/420105011010.X02/";
    world.grant(&sibling, CompoundDispatcher, beside).await;
    world.grant(&other_role, StreetDispatcher, STREET).await;
    world
        .tell(
            None,
            &opened(world.facts("requested", &[CompoundDispatcher])),
        )
        .await;
    world.settle().await;
    assert_eq!((unread(&sibling).await, unread(&other_role).await), (0, 0));
    world.host.stop().await;
}

#[tokio::test]
async fn the_actor_is_not_told_and_nobody_is_told_twice() {
    let world = World::start().await;
    let [requester, dispatcher] = [world.person(), world.person()];
    world.grant(&requester, CompoundDispatcher, COMPOUND).await;
    world.grant(&requester, CommunityDispatcher, COMPOUND).await;
    world.grant(&dispatcher, CompoundDispatcher, COMPOUND).await;
    let roles = [CompoundDispatcher, CommunityDispatcher];
    let mut order = world.facts("requested", &roles);
    order.requester = Some(requester.account);
    world.tell(None, &opened(order.clone())).await;
    world.tell(Some(&requester), &opened(order)).await;
    world.settle().await;
    assert_eq!(kinds(&requester).await, ["order_registered"]);
    assert_eq!(kinds(&dispatcher).await, ["order_new", "order_new"]);
    world.host.stop().await;
}

#[tokio::test]
async fn a_unit_is_asked_along_its_own_path() {
    let world = World::start().await;
    let [liaison, street] = [world.person(), world.person()];
    world.grant(&liaison, DepartmentLiaison, DEPARTMENT).await;
    world.grant(&street, StreetDispatcher, STREET).await;
    let mut order = world.facts("assigned", &[DepartmentLiaison, StreetDispatcher]);
    order.workflow = "six-step".to_owned();
    order.unit_path = Some(DEPARTMENT.parse().unwrap());
    world
        .tell(None, &advanced(order, "dispatch", "pending_dispatch"))
        .await;
    world.settle().await;
    assert_eq!(kinds(&liaison).await, ["unit_waiting"]);
    assert_eq!(unread(&street).await, 0);
    world.host.stop().await;
}

#[tokio::test]
async fn requester_handler_and_panel_follow_the_order_to_its_publication() {
    let world = World::start().await;
    let [requester, handler, juror] = [world.person(), world.person(), world.person()];
    let mut order = world.facts("accepted", &[]);
    order.requester = Some(requester.account);
    order.assignee = Some(handler.account);
    world
        .tell(
            Some(&handler),
            &advanced(order.clone(), "accept", "dispatched"),
        )
        .await;
    order.state = "reviewing".to_owned();
    order.panel = vec![requester.account, juror.account];
    world
        .tell(
            Some(&handler),
            &advanced(order.clone(), "handle", "accepted"),
        )
        .await;
    // a vote that decides nothing
    world
        .tell(
            Some(&juror),
            &advanced(order.clone(), "review", "reviewing"),
        )
        .await;
    let published = OrderPublished {
        order_id: order.order_id,
        number: order.number.clone(),
        publication_id: world.id(),
        org_code: order.org_code.clone(),
    };
    world.tell(None, &published).await;
    world.settle().await;
    let told = ["order_progress", "review_wanted", "order_published"];
    assert_eq!(kinds(&requester).await, told);
    assert_eq!(kinds(&juror).await, ["review_wanted"]);
    assert_eq!(kinds(&handler).await, ["order_published"]);
    let first = items(&requester).await.pop().unwrap();
    assert_eq!(
        first["body"],
        "工单 WD20261122-00000001：接单，现为「办理中」。"
    );
    assert_eq!(first["order_id"], order.order_id.to_string());
    world.host.stop().await;
}

#[tokio::test]
async fn a_task_is_told_to_those_who_may_take_it() {
    let world = World::start().await;
    let member = world.person();
    world.grant(&member, PartyMember, COMPOUND).await;
    let task = TaskOpened {
        task_id: world.id(),
        order_id: world.id(),
        number: "WD20261122-00000001".to_owned(),
        org_path: COMPOUND.parse().unwrap(),
        roles: vec![PartyMember],
    };
    world.tell(None, &task).await;
    world.settle().await;
    assert_eq!(kinds(&member).await, ["task_open"]);
    world.host.stop().await;
}

#[tokio::test]
async fn an_event_that_comes_again_tells_nobody_again() {
    let world = World::start().await;
    let dispatcher = world.person();
    world.grant(&dispatcher, CompoundDispatcher, COMPOUND).await;
    let order = opened(world.facts("requested", &[CompoundDispatcher]));
    let event = world.envelope(None, &order);
    world.emit(&event).await;
    world.emit(&event).await;
    world.settle().await;
    assert_eq!(unread(&dispatcher).await, 1);
    // even when the bus has forgotten it; those who came meanwhile are told
    let newcomer = world.person();
    world.grant(&newcomer, CompoundDispatcher, COMPOUND).await;
    world.settle().await;
    let deps = world.host.deps("notifications");
    let later = deps.clock.now().plus(std::time::Duration::from_mins(1));
    store::inbox::forget(&deps.db, later, 1_000).await.unwrap();
    world.emit(&event).await;
    world.settle().await;
    assert_eq!(unread(&dispatcher).await, 1);
    assert_eq!(items(&dispatcher).await.len(), 1);
    assert_eq!(unread(&newcomer).await, 1);
    world.host.stop().await;
}
