//! 五单: 点单 → 派单 → 接单 → 办单 → 评单 → 晒单, through the public API.

pub(crate) mod crew;
mod result;

use kernel::Role;
use scenarios::order::{self, ORDERS, STATISTICS, TASKS, act, items, offers, shown, text};
use serde_json::json;
use testkit::eventually;

use crate::world::{COMMUNITY, World, assert_problem};
use crew::Crew;

#[tokio::test]
async fn a_request_goes_from_asking_to_publication() {
    let world = World::start().await;
    let crew = Crew::in_compound(&world).await;
    let order = order::open(&crew.requester, &order::five_order("楼道照明灯不亮")).await;
    assert_eq!(
        (text(&order, "state"), &order["round"]),
        ("requested", &json!(1))
    );
    assert_eq!(order["requester_is_me"], true);
    assert!(text(&order, "number").starts_with("WD"), "{order:#}");

    let seen = shown(&crew.dispatcher, &order).await;
    assert!(offers(&seen, "dispatch") && !offers(&order, "dispatch"));
    act(&crew.dispatcher, &order, "dispatch", json!({}))
        .await
        .expect(200);
    let accepted = order::claim(&crew.volunteer, &order).await;
    assert_eq!(accepted["assignee_is_me"], true);

    let early = act(
        &crew.volunteer,
        &order,
        "handle",
        json!({"note": "已更换。"}),
    )
    .await;
    assert!(text(assert_problem(&early, 422), "type").ends_with("/photo-missing"));
    let handled = order::handle(&crew.volunteer, &order).await;
    assert_eq!(handled["state"], "reviewing");
    assert!(
        !offers(&handled, "review"),
        "whoever handled it must not judge it"
    );

    let reviewed = order::review(&crew.neighbours(), &order, 5, true).await;
    assert_eq!(reviewed["state"], "reviewed");
    let publication =
        json!({"title": "楼道照明灯已修复", "summary": "志愿力量当日更换灯泡并检查线路。"});
    let published = act(&crew.dispatcher, &order, "publish", publication)
        .await
        .expect(200);
    assert_eq!(published["state"], "published");
    assert_eq!(published["actions"], json!([]));

    let timeline = crew
        .requester
        .get(&format!("{}/timeline", order::path(&order)))
        .await
        .expect(200);
    let steps: Vec<&str> = items(&timeline)
        .iter()
        .filter_map(|step| step["action"].as_str())
        .collect();
    for step in ["dispatch", "accept", "handle", "review", "publish"] {
        assert!(steps.contains(&step), "{step} is missing in {steps:?}");
    }
    let figures = crew
        .staff
        .get(&format!("{STATISTICS}?org_code={}", order::COMPOUND))
        .await
        .expect(200);
    assert!(figures.to_string().contains("\"published\""), "{figures:#}");
    world.host.stop().await;
}

#[tokio::test]
async fn a_bad_result_goes_back_twice_and_then_one_level_up() {
    let world = World::start().await;
    let crew = Crew::in_compound(&world).await;
    let order = order::open(&crew.requester, &order::five_order("单元门损坏")).await;
    act(&crew.dispatcher, &order, "dispatch", json!({}))
        .await
        .expect(200);
    order::claim(&crew.volunteer, &order).await;
    for round in 1..=2 {
        order::handle(&crew.volunteer, &order).await;
        let back = order::review(&crew.neighbours(), &order, 1, false).await;
        assert_eq!(
            (text(&back, "state"), &back["round"]),
            ("accepted", &json!(round + 1))
        );
        // the same volunteer has it, and what was shown for the last round doesn't count again
        let early = act(
            &crew.volunteer,
            &order,
            "handle",
            json!({"note": "再次更换。"}),
        )
        .await;
        assert!(text(assert_problem(&early, 422), "type").ends_with("/photo-missing"));
    }
    order::handle(&crew.volunteer, &order).await;
    order::review(&crew.neighbours(), &order, 1, false).await;

    let community = world
        .person(&[(Role::CommunityDispatcher, COMMUNITY)])
        .await;
    let raised = shown(&community, &order).await;
    assert_eq!(
        (text(&raised, "state"), text(&raised, "org_code")),
        ("escalated", "420105011010")
    );
    assert!(offers(&raised, "dispatch"));
    // the compound has it no longer, the task is over for the volunteer
    let below = act(&crew.dispatcher, &order, "dispatch", json!({})).await;
    assert!(
        [403, 404].contains(&below.status.as_u16()),
        "{}",
        below.status
    );
    world.settled().await;
    let mine = format!("{TASKS}?state=mine&order_id={}", text(&order, "id"));
    for task in items(&crew.volunteer.get(&mine).await.expect(200)) {
        assert_ne!(task["state"], "claimed", "{task:#}");
    }
    let listed = format!("{ORDERS}?org_code=420105011010&state=escalated");
    let listed = community.get(&listed).await.expect(200);
    assert_eq!(items(&listed).len(), 1);

    act(&community, &order, "dispatch", json!({}))
        .await
        .expect(200);
    let helper = world.person(&[(Role::Volunteer, COMMUNITY)]).await;
    order::claim(&helper, &order).await;
    order::handle(&helper, &order).await;
    let good = order::review(&crew.neighbours(), &order, 5, true).await;
    assert_eq!(good["state"], "reviewed");
    world.host.stop().await;
}

#[tokio::test]
async fn a_task_given_back_is_open_to_the_others() {
    let world = World::start().await;
    let crew = Crew::in_compound(&world).await;
    let other = world
        .person(&[(Role::PartyMember, crate::world::COMPOUND)])
        .await;
    let order = order::open(&crew.requester, &order::five_order("健身器材松动")).await;
    act(&crew.dispatcher, &order, "dispatch", json!({}))
        .await
        .expect(200);
    let task = order::task(&crew.volunteer, &order).await;
    order::claim(&crew.volunteer, &order).await;
    let gone = other.get(&format!("{TASKS}/{task}")).await;
    assert_problem(&gone, 404);
    crew.volunteer
        .post(&format!("{TASKS}/{task}/release"), &json!({}))
        .await
        .expect(200);
    eventually("the order waits again", async || {
        (shown(&crew.dispatcher, &order).await["state"] == "dispatched").then_some(())
    })
    .await;
    let accepted = order::claim(&other, &order).await;
    assert_eq!(accepted["assignee_is_me"], true);
    let late = act(&crew.volunteer, &order, "handle", json!({"note": "我来"})).await;
    assert!(
        [403, 404].contains(&late.status.as_u16()),
        "{}",
        late.status
    );
    world.host.stop().await;
}

#[tokio::test]
async fn an_order_follows_whoever_leads_its_group() {
    let world = World::start().await;
    let crew = Crew::in_compound(&world).await;
    let other = world
        .person(&[(Role::PartyMember, crate::world::COMPOUND)])
        .await;
    let order = order::open(&crew.requester, &order::five_order("搬运旧家具")).await;
    act(&crew.dispatcher, &order, "dispatch", json!({}))
        .await
        .expect(200);
    let task = order::task(&crew.volunteer, &order).await;
    let positions = format!("{TASKS}/{task}/positions");
    let two = json!({"positions": [{"name": "搬运", "needed": 2}]});
    let runner = world
        .host
        .caller(&[(Role::CompoundDispatcher, crate::world::COMPOUND)]);
    let request = runner.request(reqwest::Method::PUT, &positions);
    runner.send(request.json(&two)).await.expect(200);
    order::claim(&crew.volunteer, &order).await;
    other
        .post(&format!("{positions}/1/claim"), &json!({}))
        .await
        .expect(200);
    crew.volunteer
        .post(&format!("{TASKS}/{task}/release"), &json!({}))
        .await
        .expect(200);
    // released and claimed, in this order: the one who takes part has the order now
    let followed = eventually("the order follows", async || {
        let reply = other.get(&order::path(&order)).await;
        (reply.status == 200 && reply.body["assignee_is_me"] == true).then_some(reply.body)
    })
    .await;
    assert_eq!(followed["state"], "accepted");
    world.host.stop().await;
}

#[tokio::test]
async fn an_order_made_offline_is_the_same_when_it_is_sent_again() {
    let world = World::start().await;
    let resident = &world.residents(1).await[0];
    let mut draft = order::five_order("路面积水");
    draft["client_id"] = json!("ord_01jd0000000000000000000000");
    let first = order::open(resident, &draft).await;
    assert_eq!(first["id"], draft["client_id"]);
    let again = resident.post(ORDERS, &draft).await;
    assert!(again.status.is_success(), "{:#}", again.body);
    assert_eq!(
        (&again.body["id"], &again.body["number"]),
        (&first["id"], &first["number"])
    );
    draft["content"] = json!("另一件事");
    assert_problem(&resident.post(ORDERS, &draft).await, 409);
    let stranger = &world.residents(1).await[0];
    draft["content"] = order::five_order("")["content"].clone();
    assert_problem(&stranger.post(ORDERS, &draft).await, 409);
    let mine = resident
        .get(&format!("{ORDERS}?mine=requested"))
        .await
        .expect(200);
    assert_eq!(items(&mine).len(), 1);
    world.host.stop().await;
}

#[tokio::test]
async fn the_draw_of_the_panel_can_be_computed_again() {
    let world = World::start().await;
    let crew = Crew::in_compound(&world).await;
    let order = order::open(&crew.requester, &order::five_order("绿化带缺株")).await;
    act(&crew.dispatcher, &order, "dispatch", json!({}))
        .await
        .expect(200);
    order::claim(&crew.volunteer, &order).await;
    order::handle(&crew.volunteer, &order).await;
    let draw = crew
        .dispatcher
        .get(&format!("{}/draw", order::path(&order)))
        .await
        .expect(200);
    let told = draw.to_string();
    assert!(told.contains("seed") && told.contains("digest"), "{draw:#}");
    let mut judges = 0;
    for person in crew.neighbours() {
        let reply = person.get(&order::path(&order)).await;
        judges += usize::from(reply.status == 200 && offers(&reply.body, "review"));
    }
    assert_eq!(judges, 5, "the requester and four residents");
    let view = shown(&crew.requester, &order).await;
    assert_eq!(view["review"]["voters"], 5, "{view:#}");
    world.host.stop().await;
}
