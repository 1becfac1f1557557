//! 挂图作战: the board of secretaries' projects.

use kernel::Role;
use serde_json::{Value, json};
use testkit::Caller;

use crate::world::{AT_NEIGHBOUR, AT_STREET, COMPOUND, DISTRICT, World, act, pointer};

const BOARD: &str = "/api/ticketing/v1/projects/board";

fn items(page: &Value) -> &Vec<Value> {
    page["items"].as_array().unwrap()
}

async fn board(caller: &Caller, query: &str) -> Value {
    caller.get(&format!("{BOARD}{query}")).await.expect(200)
}

/// A project that the compound's secretary has claimed.
async fn running(world: &World) -> String {
    let street = world.host.caller(&[(Role::StreetDispatcher, AT_STREET)]);
    let id = world.open("secretary-project").await;
    for (caller, action, input) in [
        (&street, "approve", json!({"approved": true})),
        (&world.dispatcher, "claim", json!({"plan": "三个月内完成"})),
    ] {
        act(caller, &id, action, &input).await.expect(200);
    }
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_shows_how_far_each_project_is() {
    let world = World::start().await;
    let id = running(&world).await;
    let fresh = world.open("secretary-project").await;
    world.open("six-step").await;
    for (milestone, percent, solved) in [("完成设计", 30, 2), ("开工", 55, 3)] {
        let said = json!({"milestone": milestone, "percent": percent, "problems_solved": solved});
        act(&world.dispatcher, &id, "report_milestone", &said)
            .await
            .expect(200);
    }
    let page = board(&world.operator, "").await;
    let [proposed, shown] = items(&page).as_slice() else {
        panic!("{page:#}");
    };
    assert_eq!(shown["id"], id);
    let number = shown["number"].as_str().unwrap();
    assert!(number.starts_with("SJ"), "{number}");
    for (member, value) in [
        ("light", json!("green")),
        ("percent", json!(55)),
        ("milestone", json!("开工")),
        ("milestones", json!(2)),
        ("problems_solved", json!(5)),
        ("state", json!("running")),
        ("org_code", json!(COMPOUND)),
        ("org_name", json!("江欣苑小区")),
        ("title", json!("楼道路灯不亮")),
    ] {
        assert_eq!(shown[member], value, "{member}");
    }
    assert!(shown["due_at"].is_string() && shown["milestone_at"].is_string());
    assert_eq!(
        (&proposed["id"], &proposed["percent"], &proposed["light"]),
        (&json!(fresh), &Value::Null, &json!("green"))
    );
    // by state, and by the same index in the list of orders
    let of_state = board(&world.operator, "?state=running").await;
    assert_eq!(items(&of_state).len(), 1);
    let orders = "/api/ticketing/v1/orders?workflow=secretary-project&state=proposed";
    let listed = world.operator.get(orders).await.expect(200);
    assert_eq!(items(&listed)[0]["id"], fresh);

    // one that has ended has no light
    let reason = json!({"reason": "规划调整"});
    act(&world.operator, &id, "abandon", &reason)
        .await
        .expect(200);
    let ended = board(&world.operator, "?state=abandoned").await;
    let ended = &items(&ended)[0];
    assert_eq!(
        (&ended["light"], &ended["percent"]),
        (&Value::Null, &json!(55))
    );
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_is_read_page_by_page_by_those_who_work_there() {
    let world = World::start().await;
    let mut opened = Vec::new();
    for _ in 0..3 {
        opened.push(world.open("secretary-project").await);
    }
    opened.reverse();
    let (mut seen, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let page = board(&world.dispatcher, &query).await;
        seen.extend(items(&page).iter().map(|item| item["id"].clone()));
        match page["next"].as_str() {
            Some(next) => query = format!("?limit=2&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(json!(seen), json!(opened));

    let neighbour = world
        .host
        .caller(&[(Role::CompoundDispatcher, AT_NEIGHBOUR)]);
    assert_eq!(items(&board(&neighbour, "").await).len(), 0);
    let sideways = format!("{BOARD}?org_code={COMPOUND}");
    neighbour.get(&sideways).await.expect(403);
    world.resident.get(BOARD).await.expect(403);
    world.host.anonymous().get(BOARD).await.expect(401);
    let below = board(&world.operator, &format!("?org_code={DISTRICT}")).await;
    assert_eq!(items(&below).len(), 3);
    for (query, wrong) in [
        ("org_code=420105999999", "/org_code"),
        ("cursor=nonsense", "/cursor"),
    ] {
        let refused = world.operator.get(&format!("{BOARD}?{query}")).await;
        assert_eq!(pointer(&refused.body), wrong, "{}", refused.body);
        assert!((400..=422).contains(&refused.status.as_u16()));
    }
    for query in ["limit=0", "limit=many", "light=red"] {
        let refused = world.operator.get(&format!("{BOARD}?{query}")).await;
        assert!(
            (400..=422).contains(&refused.status.as_u16()),
            "{query}: {}",
            refused.body
        );
    }
    world.host.stop().await;
}
