//! How matters come in: channels, filing for somebody else, answers, acknowledgements, rules that need nobody's word.

use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{
    AT_COMMUNITY, AT_NEIGHBOUR, AT_WATER, ORDERS, World, act, matter, offered, order, pointer,
};

fn filed(extra: &Value) -> Value {
    let mut body = matter("six-step");
    for (name, value) in extra.as_object().unwrap() {
        body[name.as_str()] = value.clone();
    }
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_file_matters_for_somebody_else_by_the_channels_that_are_for_it() {
    let world = World::start().await;
    let body = filed(&json!({"channel": "window", "on_behalf_of": world.resident.account}));
    let view = world.dispatcher.post(ORDERS, &body).await.expect(201);
    assert_eq!(
        (&view["channel"], &view["on_behalf"]),
        (&json!("window"), &json!(true))
    );
    assert_eq!(view["requester_is_me"], false);
    let id = view["id"].as_str().unwrap();
    let mine = world.resident.get(&order(id)).await.expect(200);
    assert_eq!(mine["requester_is_me"], true);
    assert_eq!(offered(&mine), ["withdraw"]);
    let path = format!("{}/timeline", order(id));
    let told = world.dispatcher.get(&path).await.expect(200);
    let first = &told["items"][0];
    assert_eq!(
        (&first["actor_role"], &first["by_me"]),
        (&json!("on_behalf"), &json!(true))
    );

    // a caller without an account
    let community = world
        .host
        .caller(&[(Role::CommunityDispatcher, AT_COMMUNITY)]);
    let body = filed(&json!({"channel": "phone"}));
    let view = community.post(ORDERS, &body).await.expect(201);
    assert_eq!(
        (&view["on_behalf"], &view["requester_is_me"]),
        (&json!(true), &json!(false))
    );

    for (caller, extra, status, slug) in [
        (
            &world.resident,
            json!({"channel": "window"}),
            403,
            "channel-not-yours",
        ),
        (
            &world.resident,
            json!({"channel": "12345"}),
            403,
            "channel-not-yours",
        ),
        (
            &world.resident,
            json!({"channel": "meeting_resolution"}),
            422,
            "unknown-channel",
        ),
        (
            &world.operator,
            json!({"channel": "fax"}),
            422,
            "unknown-channel",
        ),
        (
            &world.resident,
            json!({"on_behalf_of": world.helper.account}),
            422,
            "not-on-behalf",
        ),
    ] {
        let refused = caller.post(ORDERS, &filed(&extra)).await;
        assert_eq!(refused.status.as_u16(), status, "{extra}");
        assert_eq!(
            refused.body["type"],
            format!("https://linli.city/problems/{slug}")
        );
    }
    let elsewhere = world
        .host
        .caller(&[(Role::CompoundDispatcher, AT_NEIGHBOUR)]);
    let refused = elsewhere
        .post(ORDERS, &filed(&json!({"channel": "window"})))
        .await;
    assert_eq!(refused.status.as_u16(), 403);
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_and_acknowledgements_are_kept_and_shown_to_who_takes_part() {
    let world = World::start().await;
    let body = filed(&json!({
        "category": "0901",
        "answers": {"employer": "某公司", "people": true},
        "acknowledged": ["fire", "police"],
    }));
    let view = world.resident.post(ORDERS, &body).await.expect(201);
    let path = format!("{}/intake", order(view["id"].as_str().unwrap()));
    for somebody in [&world.resident, &world.operator] {
        let kept = somebody.get(&path).await.expect(200);
        assert_eq!(kept["answers"][0]["name"], "employer");
        assert_eq!(kept["answers"][0]["value"], "某公司");
        assert!(kept["answers"][0]["title"].as_str().unwrap().len() > 8);
        let phones: Vec<&str> = kept["acknowledged"]
            .as_array()
            .unwrap()
            .iter()
            .map(|notice| notice["phone"].as_str().unwrap())
            .collect();
        assert_eq!(phones, ["119", "110"]);
        assert_eq!(
            (&kept["channel"], &kept["on_behalf"]),
            (&json!("app"), &json!(false))
        );
    }
    world.neighbours[0].get(&path).await.expect(404);
    // without any of it there is nothing to show
    let plain = world.open("six-step").await;
    let kept = world
        .resident
        .get(&format!("{}/intake", order(&plain)))
        .await
        .expect(200);
    assert_eq!(
        (&kept["answers"], &kept["acknowledged"]),
        (&json!([]), &json!([]))
    );

    for (extra, wrong) in [
        (
            json!({"category": "0901", "answers": {"employer": 1, "people": true}}),
            "/answers/employer",
        ),
        (
            json!({"category": "0104", "answers": {"fax": "1"}}),
            "/answers/fax",
        ),
        (
            json!({"acknowledged": ["fire", "flood"]}),
            "/acknowledged/1",
        ),
    ] {
        let refused = world.resident.post(ORDERS, &filed(&extra)).await;
        assert_eq!(
            (refused.status.as_u16(), pointer(&refused.body)),
            (422, wrong)
        );
    }
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_is_confirmed_before_it_is_filed_by_the_one_who_is_in_it() {
    let world = World::start().await;
    let fire = |extra: &Value| {
        let mut body = filed(extra);
        body["content"] = json!("三楼厨房起火，有人被打人者追赶。");
        body
    };
    let refused = world.resident.post(ORDERS, &fire(&json!({}))).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(
        refused.body["type"]
            .as_str()
            .unwrap()
            .ends_with("/emergency-unconfirmed")
    );
    let missing: Vec<&str> = refused.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["detail"].as_str().unwrap())
        .collect();
    assert!(missing[0].starts_with("fire：") && missing[1].starts_with("police："));
    let half = fire(&json!({"acknowledged": ["fire"]}));
    let refused = world.resident.post(ORDERS, &half).await;
    assert_eq!(refused.body["errors"].as_array().unwrap().len(), 1);
    let confirmed = fire(&json!({"acknowledged": ["fire", "police"]}));
    world.resident.post(ORDERS, &confirmed).await.expect(201);
    // whoever takes it down at a desk is told by the check, and stops nobody
    let desk = fire(&json!({"channel": "window"}));
    world.operator.post(ORDERS, &desk).await.expect(201);
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_needs_nobodys_word_sends_the_order_on_with_its_reason() {
    let world = World::start().await;
    let rules = json!({
        "catalogue": {"rules": [{
            "id": "lamps", "category": "0104", "unit": "CG", "automatic": true, "precedence": 9,
        }]},
        "reason": "路灯由城管直接处理",
    });
    let city = world.host.caller(&[(Role::PlatformOperator, "/")]);
    let path = "/api/ticketing/v1/catalogues/420105";
    let request = city.request(Method::PUT, path).json(&rules);
    city.send(request).await.expect(200);
    let body = filed(&json!({"category": "0104"}));
    let view = world.resident.post(ORDERS, &body).await.expect(201);
    assert_eq!(
        (&view["state"], &view["unit_code"]),
        (&json!("assigned"), &json!("420105000000.CG"))
    );
    let id = view["id"].as_str().unwrap();
    let seen = world.liaison.get(&order(id)).await.expect(200);
    assert_eq!(offered(&seen), ["sign"]);
    let told = world
        .resident
        .get(&format!("{}/timeline", order(id)))
        .await
        .expect(200);
    let second = &told["items"][1];
    assert_eq!(
        (&second["action"], &second["actor_role"]),
        (&json!("auto_dispatch"), &json!("system"))
    );
    assert!(
        second["input"]["reason"]
            .as_str()
            .unwrap()
            .contains("lamps"),
        "{second}"
    );
    // what no such rule is for waits for a person
    let other = world
        .resident
        .post(ORDERS, &filed(&json!({"category": "0101"})))
        .await;
    assert_eq!(other.expect(201)["state"], "reported");
    world.host.stop().await;
}

/// Puts a rule in the district's catalogue that names a unit to help.
async fn assisted_rule(world: &World, automatic: bool) {
    let rules = json!({
        "catalogue": {"rules": [{
            "id": "lamps", "category": "0104", "unit": "CG", "assisting": ["SW"], "automatic": automatic,
            "precedence": 9,
        }]},
        "reason": "路灯由城管处理，水务协办",
    });
    let city = world.host.caller(&[(Role::PlatformOperator, "/")]);
    let path = "/api/ticketing/v1/catalogues/420105";
    let request = city.request(Method::PUT, path).json(&rules);
    city.send(request).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn units_that_a_rule_names_to_help_are_suggested_until_they_are_asked() {
    let world = World::start().await;
    assisted_rule(&world, false).await;
    let body = filed(&json!({"category": "0104"}));
    let view = world.resident.post(ORDERS, &body).await.expect(201);
    let id = view["id"].as_str().unwrap();
    // for those who work on it
    assert_eq!(view["suggested_assisting"], Value::Null);
    let seen = world.operator.get(&order(id)).await.expect(200);
    let suggested = &seen["suggested_assisting"];
    assert_eq!(
        suggested["units"],
        json!([{"unit_code": "420105000000.SW", "unit_name": "区水务局"}])
    );
    assert!(suggested["reason"].as_str().unwrap().contains("lamps"));
    for (caller, action, input) in [
        (&world.operator, "accept", json!({})),
        (
            &world.operator,
            "dispatch",
            json!({"unit": "420105000000.CG"}),
        ),
        (&world.liaison, "sign", json!({})),
    ] {
        act(caller, id, action, &input).await.expect(200);
    }
    // a person dispatched it, so a person asks
    let seen = world.liaison.get(&order(id)).await.expect(200);
    assert_eq!(seen["parts"], json!([]));
    let ask = json!({"unit": "420105000000.SW", "asked": "请配合"});
    let parts = format!("{}/parts", order(id));
    world.liaison.post(&parts, &ask).await.expect(201);
    let seen = world.liaison.get(&order(id)).await.expect(200);
    assert_eq!(seen["suggested_assisting"], Value::Null);
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_units_of_an_automatic_rule_are_asked_when_the_lead_signs() {
    let world = World::start().await;
    assisted_rule(&world, true).await;
    let water = world.host.caller(&[(Role::DepartmentLiaison, AT_WATER)]);
    let body = filed(&json!({"category": "0104"}));
    let view = world.resident.post(ORDERS, &body).await.expect(201);
    let id = view["id"].as_str().unwrap();
    assert_eq!(
        (&view["state"], &view["parts"]),
        (&json!("assigned"), &json!([]))
    );
    let signed = act(&world.liaison, id, "sign", &json!({}))
        .await
        .expect(200);
    let part = &signed["parts"][0];
    assert_eq!(
        (&part["unit_code"], &part["state"], &part["number"]),
        (&json!("420105000000.SW"), &json!("asked"), &json!(1))
    );
    assert!(part["asked"].as_str().unwrap().contains("lamps"));
    assert_eq!(signed["suggested_assisting"], Value::Null);
    // it is in the queue of the unit, runs its own limit, and the lead waits for it
    let queue = water.get("/api/ticketing/v1/parts").await.expect(200);
    assert_eq!(queue["items"][0]["order_id"], id);
    let clocks = signed["clocks"].as_array().unwrap();
    assert!(clocks.iter().any(|clock| clock["name"] == "assist.1"));
    let report = json!({"handling_note": "已修", "public_answer": "已修"});
    act(&world.liaison, id, "feedback", &report)
        .await
        .expect(409);
    let told = world.liaison.get(&format!("{}/timeline", order(id))).await;
    let told = told.expect(200);
    let last = told["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["action"], "sign");

    // the unit that the order is about is asked for nothing
    let mut about = body.clone();
    about["about"] = json!("420105000000.SW");
    let other = world.resident.post(ORDERS, &about).await.expect(201);
    let id = other["id"].as_str().unwrap();
    let signed = act(&world.liaison, id, "sign", &json!({}))
        .await
        .expect(200);
    assert_eq!(signed["parts"], json!([]));
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_matter_for_which_there_is_another_way_is_filed_only_by_who_knows_it() {
    let world = World::start().await;
    let court = |extra: &Value| {
        let mut body = filed(extra);
        body["category"] = json!("1405");
        body
    };
    for channel in ["app", "wechat"] {
        let refused = world
            .resident
            .post(ORDERS, &court(&json!({"channel": channel})))
            .await;
        let problem = refused.expect(422);
        assert_eq!(
            problem["type"],
            "https://linli.city/problems/redirect-unconfirmed"
        );
        // with the words where to go
        let told = problem["errors"][0]["detail"].as_str().unwrap();
        assert!(
            told.starts_with("courts：") && told.contains("行政复议"),
            "{told}"
        );
    }
    let known = court(&json!({"acknowledged": ["courts"]}));
    let view = world.resident.post(ORDERS, &known).await.expect(201);
    let path = format!("{}/intake", order(view["id"].as_str().unwrap()));
    let kept = world.resident.get(&path).await.expect(200);
    assert_eq!(kept["acknowledged"][0]["id"], "courts");
    // at a desk it is said by a person
    let desk = court(&json!({"channel": "window"}));
    world.operator.post(ORDERS, &desk).await.expect(201);
    world.host.stop().await;
}
