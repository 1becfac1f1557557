//! Each mechanism runs from its first state to its end over the API.

use kernel::Role;
use serde_json::{Value, json};
use testkit::Caller;

use crate::world::{
    AT_CITY_MANAGEMENT, AT_COMMUNITY, AT_COMPOUND, AT_STREET, World, act, attach, order,
};

/// Takes steps one after the other and returns where they led.
async fn walk(id: &str, steps: &[(&Caller, &str, Value)]) -> String {
    let mut state = String::new();
    for (caller, action, form) in steps {
        let after = act(caller, id, action, form).await.expect(200);
        after["state"].as_str().unwrap().clone_into(&mut state);
    }
    state
}

struct Staff {
    compound: Caller,
    community: Caller,
    street: Caller,
    company: Caller,
}

impl Staff {
    fn of(world: &World) -> Self {
        let at = |role, path| world.host.caller(&[(role, path)]);
        Self {
            compound: at(Role::CompoundDispatcher, AT_COMPOUND),
            community: at(Role::CommunityDispatcher, AT_COMMUNITY),
            street: at(Role::StreetDispatcher, AT_STREET),
            company: at(Role::DepartmentLiaison, AT_CITY_MANAGEMENT),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_orders_run_to_the_requesters_word() {
    let world = World::start().await;
    let id = world.open("three-order").await;
    let roles = json!({"roles": ["party_member"]});
    walk(&id, &[(&world.dispatcher, "take_up", roles)]).await;
    world.claim(&id, &world.helper).await;
    let done = json!({"note": "灯已修好"});
    let answer = json!({"solved": true, "satisfaction": 5});
    let steps = [
        (&world.helper, "handle", done),
        (&world.resident, "confirm", answer),
    ];
    assert_eq!(walk(&id, &steps).await, "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_property_company_fixes_until_the_owners_committee_is_content() {
    let world = World::start().await;
    let staff = Staff::of(&world);
    let id = world.open("red-property").await;
    let steps = [
        (&staff.street, "whistle", json!({"unit": "420105000000.CG"})),
        (&staff.company, "take", json!({})),
        (&staff.community, "urge", json!({"note": "请尽快整改"})),
    ];
    walk(&id, &steps).await;
    let urged = staff.community.get(&order(&id)).await.expect(200);
    assert_eq!(urged["supervised"], true);
    attach(&staff.company, &id).await.expect(201);
    let fixed = json!({"handling_note": "已更换门禁"});
    let steps = [
        (&staff.company, "fix", fixed.clone()),
        (&staff.community, "check", json!({"passed": false})),
    ];
    assert_eq!(walk(&id, &steps).await, "fixing");
    attach(&staff.company, &id).await.expect(201);
    let steps = [
        (&staff.company, "fix", fixed),
        (&staff.community, "check", json!({"passed": true})),
        (
            &staff.community,
            "answer",
            json!({"public_answer": "门禁已修复"}),
        ),
    ];
    assert_eq!(walk(&id, &steps).await, "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_is_mediated_and_followed_up() {
    let world = World::start().await;
    let staff = Staff::of(&world);
    let id = world.open("mediation").await;
    let take_up = json!({"roles": ["party_member"], "other_party_agrees": true});
    walk(&id, &[(&staff.community, "accept_case", take_up)]).await;
    world.claim(&id, &world.helper).await;
    let steps = [
        (
            &world.helper,
            "record_session",
            json!({"handling_note": "双方到场"}),
        ),
        (
            &world.helper,
            "conclude",
            json!({"agreed": true, "agreement": "每晚十点后不再装修"}),
        ),
        (&staff.community, "follow_up", json!({"kept": true})),
    ];
    assert_eq!(walk(&id, &steps).await, "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secretarys_project_is_claimed_reported_and_accepted() {
    let world = World::start().await;
    let staff = Staff::of(&world);
    let id = world.open("secretary-project").await;
    let steps = [
        (&staff.street, "approve", json!({"approved": true})),
        (&staff.compound, "claim", json!({"plan": "三个月内完成"})),
        (
            &staff.compound,
            "report_milestone",
            json!({"milestone": "完成设计", "percent": 30}),
        ),
    ];
    walk(&id, &steps).await;
    attach(&staff.compound, &id).await.expect(201);
    let steps = [
        (
            &staff.compound,
            "submit",
            json!({"handling_note": "已完工"}),
        ),
        (
            &staff.street,
            "accept_project",
            json!({"passed": true, "score": 95}),
        ),
    ];
    assert_eq!(walk(&id, &steps).await, "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_is_found_discussed_and_solved() {
    let world = World::start().await;
    let staff = Staff::of(&world);
    let id = world.open("three-step").await;
    let meeting =
        json!({"when_and_where": "周五晚七点，党群服务站", "invited": ["resident_representative"]});
    let steps = [
        (&staff.compound, "convene", meeting),
        (
            &staff.compound,
            "resolve",
            json!({"agreed": true, "present": 12, "resolution": "划线停车"}),
        ),
        (&staff.compound, "take", json!({})),
        (&staff.compound, "solve", json!({"note": "已划线"})),
        (&world.resident, "confirm", json!({"solved": true})),
    ];
    assert_eq!(walk(&id, &steps).await, "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_errand_stands_still_while_the_office_decides() {
    let world = World::start().await;
    let staff = Staff::of(&world);
    let id = world.open("agent-service").await;
    let steps = [
        (&staff.compound, "take", json!({})),
        (
            &staff.compound,
            "hand_in",
            json!({"note": "社保窗口，凭证 12"}),
        ),
    ];
    assert_eq!(walk(&id, &steps).await, "submitted");
    let view = world.resident.get(&order(&id)).await.expect(200);
    let clocks = view["clocks"].as_array().unwrap();
    let errand = clocks
        .iter()
        .find(|clock| clock["name"] == "handle")
        .unwrap();
    assert_eq!(errand["paused"], "submitted");
    let steps = [
        (&staff.compound, "deliver", json!({"note": "已办妥"})),
        (
            &world.resident,
            "rate",
            json!({"solved": true, "satisfaction": 5}),
        ),
    ];
    assert_eq!(walk(&id, &steps).await, "closed");
}
