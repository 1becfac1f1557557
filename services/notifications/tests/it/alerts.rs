//! Limits that are near or missed, parts of other units and merges reach who has to act.

use contracts::ticketing::{
    Escalation, OrderAlerted, OrderAssisted, OrderFacts, OrderMerged, OrderOpened, OrderPetitioned,
};
use kernel::OrgPath;
use kernel::Role::{
    CommunityDispatcher, CompoundDispatcher, DepartmentLiaison, DistrictOperator, PlatformOperator,
    StreetDispatcher,
};

use crate::world::{COMMUNITY, COMPOUND, DEPARTMENT, DISTRICT, STREET, World, kinds, unread};

fn alerted(order: OrderFacts, missed: bool, remind: bool) -> OrderAlerted {
    OrderAlerted {
        order,
        clock: "handle".to_owned(),
        level: if missed { "due" } else { "yellow" }.to_owned(),
        missed,
        supervised: false,
        remind,
        escalated: None,
    }
}

fn escalated(alert: OrderAlerted, scope: &str, role: kernel::Role) -> OrderAlerted {
    OrderAlerted {
        escalated: Some(Escalation {
            scope: scope.to_owned(),
            role,
        }),
        ..alert
    }
}

#[tokio::test]
async fn whose_turn_it_is_is_reminded_before_and_after_the_limit() {
    let world = World::start().await;
    let [dispatcher, requester] = [world.person(), world.person()];
    world.grant(&dispatcher, CompoundDispatcher, COMPOUND).await;
    let mut order = world.facts("requested", &[CompoundDispatcher]);
    order.requester = Some(requester.account);
    for (missed, remind) in [(false, false), (false, true), (true, true)] {
        world
            .tell(None, &alerted(order.clone(), missed, remind))
            .await;
    }
    world.settle().await;
    let told = ["order_near_due", "order_overdue"];
    assert_eq!(kinds(&dispatcher).await, told);
    assert_eq!(unread(&requester).await, 0);
    world.host.stop().await;
}

#[tokio::test]
async fn an_escalation_reaches_the_rung_and_the_city_in_the_end() {
    let world = World::start().await;
    let [handler, street, city] = [world.person(), world.person(), world.person()];
    world.grant(&street, StreetDispatcher, STREET).await;
    world.grant(&city, PlatformOperator, "/").await;
    let mut order = world.facts("accepted", &[]);
    order.assignee = Some(handler.account);
    let alert = alerted(order, true, true);
    let to_street = escalated(alert.clone(), "420105011000", StreetDispatcher);
    world.tell(None, &to_street).await;
    let to_city = escalated(alert.clone(), "/", PlatformOperator);
    world.tell(None, &to_city).await;
    // a node that is neither above the place nor above the unit
    let elsewhere = escalated(alert, "420106001000", StreetDispatcher);
    world.tell(None, &elsewhere).await;
    world.settle().await;
    assert_eq!(kinds(&street).await, ["order_escalated"]);
    assert_eq!(kinds(&city).await, ["order_escalated"]);
    assert_eq!(kinds(&handler).await, ["order_overdue"; 3]);
    world.host.stop().await;
}

#[tokio::test]
async fn an_assisting_unit_is_asked_and_the_handler_hears_what_came_of_it() {
    let world = World::start().await;
    let [liaison, handler] = [world.person(), world.person()];
    world.grant(&liaison, DepartmentLiaison, DEPARTMENT).await;
    let mut order = world.facts("handling", &[]);
    order.assignee = Some(handler.account);
    let unit: OrgPath = DEPARTMENT.parse().unwrap();
    for state in ["asked", "accepted", "done"] {
        let part = OrderAssisted {
            order: order.clone(),
            part: 1,
            part_unit: unit.clone(),
            part_state: state.to_owned(),
            part_due_at: kernel::Timestamp::UNIX_EPOCH,
        };
        world.tell(None, &part).await;
    }
    world.settle().await;
    assert_eq!(kinds(&liaison).await, ["part_asked"]);
    assert_eq!(kinds(&handler).await, ["part_over"]);
    world.host.stop().await;
}

#[tokio::test]
async fn a_request_is_told_to_who_decides_and_the_decision_to_who_asked() {
    let world = World::start().await;
    let [operator, liaison] = [world.person(), world.person()];
    world.grant(&operator, DistrictOperator, DISTRICT).await;
    for state in ["draft", "pending", "approved"] {
        let petition = OrderPetitioned {
            order: world.facts("handling", &[]),
            request_id: world.id(),
            request_kind: "extend".to_owned(),
            request_state: state.to_owned(),
            request_number: 1,
            request_applicant: liaison.account,
            request_deciders: match state {
                "pending" => vec![DistrictOperator],
                _ => Vec::new(),
            },
        };
        world.tell(None, &petition).await;
    }
    world.settle().await;
    assert_eq!(kinds(&operator).await, ["request_to_decide"]);
    assert_eq!(kinds(&liaison).await, ["request_approved"]);
    world.host.stop().await;
}

#[tokio::test]
async fn no_office_of_the_unit_that_an_order_is_about_is_told_of_it() {
    let world = World::start().await;
    let [compound, community, street] = [world.person(), world.person(), world.person()];
    for (person, role, place) in [
        (&compound, CompoundDispatcher, COMPOUND),
        (&community, CommunityDispatcher, COMMUNITY),
        (&street, StreetDispatcher, STREET),
    ] {
        world.grant(person, role, place).await;
    }
    let roles = [CompoundDispatcher, CommunityDispatcher, StreetDispatcher];
    let mut order = world.facts("reported", &roles);
    order.about = OrgPath::parse(COMMUNITY).unwrap().leaf();
    let channel = "app".to_owned();
    world.tell(None, &OrderOpened { order, channel }).await;
    world.settle().await;
    assert_eq!(kinds(&street).await, ["order_new"]);
    assert!(kinds(&compound).await.is_empty() && kinds(&community).await.is_empty());
    world.host.stop().await;
}

#[tokio::test]
async fn all_who_asked_hear_that_their_requests_were_joined() {
    let world = World::start().await;
    let [first, second] = [world.person(), world.person()];
    let mut order = world.facts("accepted", &[]);
    order.requester = Some(first.account);
    order.joint_requesters = vec![second.account];
    for undone in [false, true] {
        let merged = OrderMerged {
            order: order.clone(),
            merged_id: world.id(),
            merged_number: "WD20261122-00000002".to_owned(),
            undone,
        };
        world.tell(None, &merged).await;
    }
    world.settle().await;
    assert_eq!(kinds(&first).await, ["orders_merged"]);
    assert_eq!(kinds(&second).await, ["orders_merged"]);
    world.host.stop().await;
}
