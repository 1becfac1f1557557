//! 五单: from the request to the publication.

use serde_json::json;

use crate::world::{ORDERS, World, act, attach, matter, offered, order};

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_loop_runs_from_request_to_publication() {
    let world = World::start().await;
    let reply = world.resident.post(ORDERS, &matter("five-order")).await;
    assert_eq!(reply.headers["etag"], "\"1\"");
    let location = reply.headers["location"].to_str().unwrap().to_owned();
    let view = reply.expect(201);
    let id = view["id"].as_str().unwrap().to_owned();
    assert_eq!(location, order(&id));
    assert!(view["number"].as_str().unwrap().starts_with("WD"));
    assert_eq!(view["state"], "requested");
    assert_eq!(view["state_title"], "已点单");
    assert_eq!(view["org_name"], "江欣苑小区");
    assert_eq!(view["requester_is_me"], true);
    assert_eq!(offered(&view), ["withdraw"]);

    let seen = world.dispatcher.get(&order(&id)).await.expect(200);
    assert_eq!(offered(&seen), ["dispatch", "decline"]);
    assert_eq!(seen["requester_is_me"], false);
    let sent = act(
        &world.dispatcher,
        &id,
        "dispatch",
        &json!({"note": "请尽快"}),
    )
    .await;
    assert_eq!(sent.headers["etag"], "\"2\"");
    assert_eq!(sent.expect(200)["state"], "dispatched");

    // whoever may take it over sees it only while it is offered
    let open = world.helper.get(&order(&id)).await.expect(200);
    assert_eq!(offered(&open), Vec::<&str>::new());
    world.claim(&id, &world.helper).await;
    let taken = world.helper.get(&order(&id)).await.expect(200);
    assert_eq!(taken["state"], "accepted");
    assert_eq!(taken["assignee_is_me"], true);
    assert_eq!(offered(&taken), ["handle"]);
    assert_eq!(taken["actions"][0]["requires"][0]["name"], "has_photo");

    let note = json!({"note": "灯已修好"});
    let refused = act(&world.helper, &id, "handle", &note).await;
    assert_eq!(
        refused.expect(422)["type"],
        "https://linli.city/problems/photo-missing"
    );
    attach(&world.helper, &id).await.expect(201);
    let handled = act(&world.helper, &id, "handle", &note).await.expect(200);
    assert_eq!(handled["state"], "reviewing");
    assert_eq!(handled["review"]["voters"], 5);
    assert_eq!(handled["review"]["quorum"], 3);

    let vote = json!({"score": 5, "solved": true, "comment": "很好"});
    act(&world.resident, &id, "review", &vote).await.expect(200);
    let panel = world.panel(&id).await;
    assert_eq!(panel.len(), 4);
    act(panel[0], &id, "review", &vote).await.expect(200);
    let decided = act(panel[1], &id, "review", &vote).await.expect(200);
    assert_eq!(decided["state"], "reviewed");
    assert_eq!(decided["review"]["mean_score_x100"], 500);

    let text = json!({"title": "楼道照明已修复", "summary": "路灯已更换，居民评价良好。"});
    let published = act(&world.dispatcher, &id, "publish", &text)
        .await
        .expect(200);
    assert_eq!(published["state"], "published");
    assert_eq!(offered(&published), Vec::<&str>::new());
    let public = world.host.anonymous();
    let shown = public
        .get("/api/ticketing/v1/publications")
        .await
        .expect(200);
    assert_eq!(shown["items"][0]["title"], "楼道照明已修复");
    assert!(!shown.to_string().contains("acc_"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timeline_tells_every_step_and_never_who() {
    let world = World::start().await;
    let id = world.open_and_handle().await;
    let vote = json!({"score": 1, "solved": false, "comment": "没修好"});
    act(&world.resident, &id, "review", &vote).await.expect(200);

    let path = format!("{}/timeline", order(&id));
    let told = world.helper.get(&path).await.expect(200);
    let actions: Vec<&str> = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["action"].as_str().unwrap_or("opened"))
        .collect();
    assert_eq!(
        actions,
        ["opened", "dispatch", "accept", "handle", "review"]
    );
    assert_eq!(told["items"][3]["by_me"], true);
    assert_eq!(told["items"][3]["input"]["note"], "灯已修好");
    // a single vote is nobody's business
    assert_eq!(told["items"][4]["input"], json!({}));
    assert!(!told.to_string().contains("acc_"));
    let own = world.resident.get(&path).await.expect(200);
    assert_eq!(own["items"][4]["input"]["score"], 1);

    let first = world
        .resident
        .get(&format!("{path}?limit=2"))
        .await
        .expect(200);
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let cursor = first["next"].as_str().unwrap();
    let rest = world
        .resident
        .get(&format!("{path}?limit=200&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(rest["items"][0]["seq"], 3);
    assert!(rest.get("next").is_none());
    let foreign = world
        .resident
        .get(&format!("{ORDERS}?cursor={cursor}"))
        .await;
    assert_eq!(foreign.expect(422)["errors"][0]["pointer"], "/cursor");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_released_task_is_open_again_and_a_late_claim_is_called_back() {
    let world = World::start().await;
    let id = world.open("five-order").await;
    act(&world.dispatcher, &id, "dispatch", &json!({}))
        .await
        .expect(200);
    world.claim(&id, &world.helper).await;
    let other = world
        .host
        .caller(&[(kernel::Role::Volunteer, crate::world::AT_COMPOUND)]);
    // somebody else's claim changes nothing
    world.claim(&id, &other).await;
    assert_eq!(
        world.helper.get(&order(&id)).await.expect(200)["assignee_is_me"],
        true
    );
    world.release(&id, &other).await;
    assert_eq!(
        world.helper.get(&order(&id)).await.expect(200)["state"],
        "accepted"
    );
    world.release(&id, &world.helper).await;
    let again = world.helper.get(&order(&id)).await.expect(200);
    assert_eq!(again["state"], "dispatched");
    assert_eq!(again["assignee_is_me"], false);
    world.claim(&id, &other).await;
    assert_eq!(
        other.get(&order(&id)).await.expect(200)["assignee_is_me"],
        true
    );
}
