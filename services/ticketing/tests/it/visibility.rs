//! Who may see and do what; to everybody else there is no such order.

use contracts::identity::{AccountExcluded, AccountReadmitted};
use kernel::{ExclusionId, IdSourceExt, Role};
use serde_json::json;

use crate::world::{AT_DISTRICT, AT_NEIGHBOUR, AT_WATER, ORDERS, World, act, matter, order};

#[tokio::test(flavor = "multi_thread")]
async fn strangers_other_places_and_administrators_see_nothing() {
    let world = World::start().await;
    let id = world.open("five-order").await;
    let strangers = [
        (Role::Resident, crate::world::AT_COMPOUND),
        (Role::PartyMember, crate::world::AT_COMPOUND),
        (Role::CompoundDispatcher, AT_NEIGHBOUR),
        (Role::DepartmentLiaison, AT_WATER),
        (Role::SystemAdmin, "/"),
        (Role::SecurityAdmin, "/"),
        (Role::AuditAdmin, "/"),
    ];
    for (role, path) in strangers {
        let caller = world.host.caller(&[(role, path)]);
        let reply = caller.get(&order(&id)).await.expect(404);
        assert_eq!(
            reply["type"], "https://linli.city/problems/order-not-found",
            "{role}"
        );
        caller
            .get(&format!("{}/timeline", order(&id)))
            .await
            .expect(404);
        caller
            .get(&format!("{}/draw", order(&id)))
            .await
            .expect(404);
        act(&caller, &id, "dispatch", &json!({})).await.expect(404);
        let listed = caller.get(ORDERS).await.expect(200);
        assert_eq!(listed["items"], json!([]), "{role}");
    }
    world.host.anonymous().get(&order(&id)).await.expect(401);
    let city = world.host.caller(&[(Role::PlatformOperator, "/")]);
    city.get(&order(&id)).await.expect(200);
    assert_eq!(
        city.get(ORDERS).await.expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_who_asked_for_a_confidential_order() {
    let world = World::start().await;
    let mut body = matter("six-step");
    body["confidential"] = json!(true);
    let view = world.resident.post(ORDERS, &body).await.expect(201);
    let id = view["id"].as_str().unwrap();
    act(&world.operator, id, "accept", &json!({}))
        .await
        .expect(200);
    act(
        &world.operator,
        id,
        "dispatch",
        &json!({"unit": "420105000000.CG"}),
    )
    .await
    .expect(200);
    let seen = world.liaison.get(&order(id)).await.expect(200);
    let told = world
        .liaison
        .get(&format!("{}/timeline", order(id)))
        .await
        .expect(200);
    for text in [seen.to_string(), told.to_string()] {
        assert!(!text.contains(&world.resident.account.to_string()));
    }
    assert_eq!(seen["requester_is_me"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_in_another_part_of_the_tree_may_not_act() {
    let world = World::start().await;
    let id = world.open("five-order").await;
    // sees it as staff, but handing out is not an inspector's business
    let refused = act(&world.inspector, &id, "dispatch", &json!({}))
        .await
        .expect(403);
    assert_eq!(
        refused["type"],
        "https://linli.city/problems/action-not-allowed"
    );
    let inspector = world.host.caller(&[(Role::Inspector, AT_DISTRICT)]);
    let view = inspector.get(&order(&id)).await.expect(200);
    assert_eq!(view["actions"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_keeps_out_of_a_persons_or_a_places_orders_sees_none_of_them() {
    let world = World::start().await;
    let id = world.open("five-order").await;
    let dispatcher = world.host.caller(&[(Role::PlatformOperator, "/")]);
    let other = world.host.caller(&[(Role::PlatformOperator, "/")]);
    let person = Some(world.resident.account);
    let place = Some(
        crate::world::AT_COMPOUND
            .parse::<kernel::OrgPath>()
            .unwrap(),
    );
    let place = place.and_then(|path| path.leaf());
    for (organisation, person) in [(None, person), (place, None)] {
        dispatcher.get(&order(&id)).await.expect(200);
        let exclusion_id: ExclusionId = world.deps().ids.next();
        let excluded = AccountExcluded {
            account_id: dispatcher.account,
            exclusion_id,
            organisation,
            person,
        };
        world.tell("excluded", &excluded).await;
        let hidden = dispatcher.get(&order(&id)).await.expect(404);
        assert_eq!(
            hidden["type"],
            "https://linli.city/problems/order-not-found"
        );
        let timeline = format!("{}/timeline", order(&id));
        dispatcher.get(&timeline).await.expect(404);
        act(&dispatcher, &id, "dispatch", &json!({}))
            .await
            .expect(404);
        let listed = dispatcher.get(ORDERS).await.expect(200);
        assert_eq!(listed["items"], json!([]));
        other.get(&order(&id)).await.expect(200);
        let ended = AccountReadmitted {
            account_id: dispatcher.account,
            exclusion_id,
        };
        world.tell("excluded", &ended).await;
    }
    let listed = dispatcher.get(ORDERS).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    // nobody keeps out of what they asked for themselves
    let own = AccountExcluded {
        account_id: world.resident.account,
        exclusion_id: world.deps().ids.next(),
        organisation: crate::world::AT_COMPOUND
            .parse::<kernel::OrgPath>()
            .unwrap()
            .leaf(),
        person: None,
    };
    world.tell("excluded", &own).await;
    world.resident.get(&order(&id)).await.expect(200);
}
