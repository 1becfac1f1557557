//! A whistle is judged by both sides, and whoever asked is called back.

use kernel::Role;
use serde_json::{Value, json};
use testkit::Caller;

use crate::world::{AT_COMMUNITY, AT_STREET, ORDERS, World, act, matter, order};

const STATISTICS: &str = "/api/ticketing/v1/statistics";

/// The department comes, acts, and both judge each other; returns where that leads.
async fn judged(world: &World, street: &Caller, id: &str, scores: (u8, u8)) -> Value {
    let report = json!({"handling_note": "已清理", "public_answer": "已清理"});
    let steps = [
        (&world.liaison, "act", report),
        (street, "judge", json!({"solved": true, "score": scores.0})),
        (
            &world.liaison,
            "judge_street",
            json!({"score": scores.1, "justified": true}),
        ),
    ];
    let mut after = Value::Null;
    for (caller, action, form) in steps {
        after = act(caller, id, action, &form).await.expect(200);
    }
    after
}

async fn whistled(world: &World, street: &Caller, id: &str) {
    let whistle = json!({"unit": "420105000000.CG", "kind": "enforcement", "note": "占道屡禁不止"});
    act(street, id, "whistle", &whistle).await.expect(200);
    act(&world.liaison, id, "report_in", &json!({}))
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asked_is_called_back_and_both_scores_are_in_the_figures() {
    let world = World::start().await;
    let street = world.host.caller(&[(Role::StreetDispatcher, AT_STREET)]);
    let id = world.open("whistle").await;
    whistled(&world, &street, &id).await;
    let asked = judged(&world, &street, &id, (60, 70)).await;
    assert_eq!(asked["state"], "callback");
    // a street that can't be content for the resident
    let content = json!({"reached": true, "solved": "yes", "satisfaction": 5, "attitude": 5});
    act(&street, &id, "call_back", &content).await.expect(403);
    let half = json!({"reached": true, "solved": "half", "satisfaction": 3, "attitude": 4});
    let again = act(&world.callback, &id, "call_back", &half)
        .await
        .expect(200);
    assert_eq!(
        (&again["state"], &again["round"]),
        (&json!("reported_in"), &json!(2))
    );
    judged(&world, &street, &id, (90, 96)).await;
    let answer = json!({"solved": "yes", "satisfaction": 4, "attitude": 5});
    let done = act(&world.resident, &id, "answer_callback", &answer)
        .await
        .expect(200);
    assert_eq!(done["state"], "closed");

    for node in ["", "?org_code=420105011000", "?org_code=420105000000.CG"] {
        let figures = format!("{STATISTICS}{node}");
        let figures = world.operator.get(&figures).await.expect(200);
        let measures = &figures["measures"];
        assert_eq!(
            (&measures["unit_score"], &measures["place_score"]),
            (&json!(90.0), &json!(96.0)),
            "{node}"
        );
        assert_eq!(figures["rates"]["whistle_solution"]["value"], 1.0);
        assert_eq!(figures["rates"]["solution"]["denominator"], 2);
        assert_eq!(figures["counts"]["callbacks_satisfied"], 1);
    }
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whistle_of_which_nobody_asked_ends_with_the_judgements() {
    let world = World::start().await;
    let street = world.host.caller(&[(Role::StreetDispatcher, AT_STREET)]);
    let community = world
        .host
        .caller(&[(Role::CommunityDispatcher, AT_COMMUNITY)]);
    let mut body = matter("whistle");
    body["channel"] = json!("phone");
    let view = community.post(ORDERS, &body).await.expect(201);
    let id = view["id"].as_str().unwrap();
    whistled(&world, &street, id).await;
    assert_eq!(
        judged(&world, &street, id, (88, 80)).await["state"],
        "closed"
    );

    // still not solved for whom it was filed: whistled anew, one level up, under supervision
    body["on_behalf_of"] = json!(world.resident.account);
    let view = community.post(ORDERS, &body).await.expect(201);
    let id = view["id"].as_str().unwrap();
    whistled(&world, &street, id).await;
    let answer = json!({"solved": "no", "satisfaction": 1, "attitude": 2});
    for state in ["reported_in", "raised"] {
        judged(&world, &street, id, (88, 80)).await;
        let after = act(&world.resident, id, "answer_callback", &answer)
            .await
            .expect(200);
        assert_eq!(after["state"], state);
    }
    let seen = street.get(&order(id)).await.expect(200);
    assert_eq!(
        (&seen["supervised"], &seen["unit_code"]),
        (&json!(true), &Value::Null)
    );
    world.host.stop().await;
}
