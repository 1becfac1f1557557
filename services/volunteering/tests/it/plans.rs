//! Plans of rosters over HTTP: asked for, worked on by the service itself, accepted by a person.

use futures_util::future::join_all;
use kernel::Role;
use serde_json::{Value, json};
use testkit::{Caller, eventually};

use crate::service::{API, Service, activity, sign_up, step};
use crate::{COMPOUND, OTHER_COMPOUND, ids, problem};

async fn post(caller: &Caller, path: &str, body: &Value) -> testkit::Reply {
    caller.post(&format!("{API}/{path}"), body).await
}

/// Waits until a plan is no longer worked on.
pub(crate) async fn solved(service: &Service, plan: &Value) -> Value {
    let path = format!("{API}/plans/{}", plan["id"].as_str().unwrap());
    service.run("solve_plans").await;
    eventually("the plan is solved", async || {
        let shown = service.staff.get(&path).await.expect(200);
        let state = shown["state"].as_str().unwrap();
        (!matches!(state, "queued" | "solving")).then_some(shown)
    })
    .await
}

#[tokio::test]
async fn a_plan_is_asked_for_solved_accepted_and_answered() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 2).await;
    let gone = service.shift(&id, 72, 1).await;
    let people = [service.volunteer().await, service.volunteer().await];
    let wanted = json!({
        "org_path": COMPOUND, "from": "2026-11-22T01:00:00Z", "until": "2026-12-22T01:00:00Z",
        "iterations": 5000,
    });
    let made = post(&service.staff, "plans", &wanted).await.expect(201);
    assert_eq!(
        (&made["state"], &made["shifts"]),
        (&json!("queued"), &json!(2))
    );
    let plan = solved(&service, &made).await;
    assert_eq!(plan["state"], "solved");
    let result = &plan["result"];
    assert_eq!(result["assignments"].as_array().unwrap().len(), 3);
    assert_eq!(result["unfilled"], json!([]));
    let cost = &result["assignments"][0]["costs"][0];
    assert_eq!(
        (&cost["code"], &cost["title"]["en"]),
        (&json!("load"), &json!("load of late"))
    );
    // before it is accepted one of them signs up, declines for good, and a shift is cancelled
    let declined = sign_up(&people[0], &shift).await.expect(201);
    step(&people[0], &declined, "withdraw").await.expect(200);
    let path = format!("plans/{}/accept", plan["id"].as_str().unwrap());
    let accepted = post(&service.staff, &path, &Value::Null).await.expect(200);
    assert_eq!(accepted["state"], "accepted");
    let result = &accepted["result"];
    assert_eq!(result["left_out"].as_array().unwrap().len(), 1, "{result}");
    assert_eq!(result["left_out"][0]["code"], "has_answered");
    assert_eq!(
        result["left_out"][0]["account_id"],
        json!(people[0].account)
    );
    let again = post(&service.staff, &path, &Value::Null).await.expect(200);
    assert_eq!(again, accepted);
    let placed = result["placed"].as_array().unwrap();
    assert_eq!(placed.len(), 2);
    assert!(placed.iter().all(|one| one["state"] == "offered"));
    for one in placed {
        let who = people
            .iter()
            .find(|who| json!(who.account) == one["account_id"]);
        let sign_up = json!({"id": one["sign_up_id"]});
        step(who.unwrap(), &sign_up, "accept").await.expect(200);
        let heard = service
            .stage
            .heard_of(one["sign_up_id"].as_str().unwrap(), 2)
            .await;
        assert_eq!(heard, ["changed", "changed"]);
    }
    let list = service
        .staff
        .get(&format!("{API}/shifts/{gone}/sign-ups"))
        .await;
    assert_eq!(ids(&list.expect(200)).len(), 1);
    service.stage.host.stop().await;
}

#[tokio::test]
async fn who_applied_is_confirmed_and_a_team_whose_turn_it_is_as_well() {
    let service = Service::start().await;
    let mut review = activity();
    review["admission"] = json!("review");
    let id = service.activity(&review).await;
    let shift = service.shift(&id, 48, 1).await;
    let applicant = service.volunteer().await;
    service.volunteer().await;
    sign_up(&applicant, &shift).await.expect(201);
    // a duty by turns of a team of one
    let team = json!({"org_path": COMPOUND, "kind": "unit", "name": "联防队"});
    let team = post(&service.staff, "teams", &team).await.expect(201);
    let team = team["id"].as_str().unwrap();
    let member = service.volunteer().await;
    post(&member, &format!("teams/{team}/members"), &Value::Null)
        .await
        .expect(200);
    let confirm = json!({"account_id": member.account, "step": "confirm"});
    post(
        &service.staff,
        &format!("teams/{team}/members/steps"),
        &confirm,
    )
    .await
    .expect(200);
    let mut duty = activity();
    duty["kind"] = json!("duty_day");
    duty["team_id"] = json!(team);
    duty["team_only"] = json!(true);
    duty["duty"] = json!({
        "weekdays": ["fri"], "from": "18:00", "until": "20:00", "since": "2026-11-23",
        "rotation": [{"team": team}], "positions": [{"needed": 1}],
    });
    service.activity(&duty).await;
    service.run("make_shifts").await;
    let wanted = json!({
        "org_path": COMPOUND, "from": "2026-11-22T01:00:00Z", "until": "2026-11-29T01:00:00Z",
        "iterations": 5000,
    });
    let made = post(&service.staff, "plans", &wanted).await.expect(201);
    let plan = solved(&service, &made).await;
    assert_eq!(
        plan["result"]["assignments"].as_array().unwrap().len(),
        2,
        "{plan}"
    );
    let path = format!("plans/{}/accept", plan["id"].as_str().unwrap());
    let accepted = post(&service.staff, &path, &Value::Null).await.expect(200);
    let mut states: Vec<(Value, Value)> = Vec::new();
    for placed in accepted["result"]["placed"].as_array().unwrap() {
        states.push((placed["account_id"].clone(), placed["state"].clone()));
    }
    assert!(
        states.contains(&(json!(member.account), json!("confirmed"))),
        "{states:?}"
    );
    let chosen = states
        .iter()
        .find(|(who, _)| *who == json!(applicant.account));
    assert!(
        chosen.is_none_or(|(_, state)| *state == "confirmed"),
        "{states:?}"
    );
    service.stage.host.stop().await;
}

#[tokio::test]
async fn plans_are_for_those_who_run_the_place_and_bad_input_is_refused() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 2).await;
    let good = json!({"org_path": COMPOUND, "shifts": [shift], "iterations": 100});
    let volunteer = service.volunteer().await;
    post(&volunteer, "plans", &good).await.expect(403);
    let elsewhere = service.caller(&[(Role::CompoundDispatcher, OTHER_COMPOUND)]);
    post(&elsewhere, "plans", &good).await.expect(403);
    let made = post(&service.staff, "plans", &good).await.expect(201);
    let one = format!("{API}/plans/{}", made["id"].as_str().unwrap());
    elsewhere.get(&one).await.expect(404);
    elsewhere
        .post(&format!("{one}/accept"), &Value::Null)
        .await
        .expect(404);
    volunteer.get(&one).await.expect(403);
    let listed = service
        .staff
        .get(&format!("{API}/plans?org_path={COMPOUND}"))
        .await;
    assert_eq!(ids(&listed.expect(200)), [made["id"].as_str().unwrap()]);
    let others = elsewhere
        .get(&format!("{API}/plans?org_path={COMPOUND}"))
        .await;
    others.expect(403);
    for (field, value, said) in [
        ("iterations", json!(0), None),
        ("iterations", json!(20_000_001), None),
        ("seed", json!(-1), None),
        ("shifts", json!([]), None),
        (
            "shifts",
            json!(["shf_00000000000000000000000000"]),
            Some("shift-unknown"),
        ),
        ("from", json!("2026-11-22T01:00:00Z"), Some("invalid-range")),
        ("surprise", json!(1), None),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        let refused = post(&service.staff, "plans", &bad).await.expect(422);
        assert!(
            said.is_none_or(|said| problem(&refused) == said),
            "{field}: {refused}"
        );
    }
    let period =
        |from: &str, until: &str| json!({"org_path": COMPOUND, "from": from, "until": until});
    let reversed = period("2026-12-22T01:00:00Z", "2026-11-22T01:00:00Z");
    let refused = post(&service.staff, "plans", &reversed).await.expect(422);
    assert_eq!(problem(&refused), "invalid-period");
    let nothing = period("2026-12-22T01:00:00Z", "2026-12-23T01:00:00Z");
    let refused = post(&service.staff, "plans", &nothing).await.expect(409);
    assert_eq!(problem(&refused), "nothing-to-plan");
    solved(&service, &made).await;
    let stale = service
        .staff
        .request(reqwest::Method::POST, &format!("{one}/cancel"));
    let stale = service.staff.send(stale.header("if-match", "\"1\"")).await;
    stale.expect(412);
    let cancelled = service
        .staff
        .post(&format!("{one}/cancel"), &Value::Null)
        .await;
    assert_eq!(cancelled.expect(200)["state"], "cancelled");
    let refused = service
        .staff
        .post(&format!("{one}/accept"), &Value::Null)
        .await;
    assert_eq!(problem(&refused.expect(409)), "step-not-possible");
    service.stage.host.stop().await;
}

#[tokio::test]
async fn a_dispatch_is_asked_for_solved_accepted_and_taken() {
    let service = Service::start().await;
    let stage = &service.stage;
    let people = [service.volunteer().await, service.volunteer().await];
    let tasks = [
        stage.offer(&stage.order(COMPOUND)).await,
        stage.offer(&stage.order(COMPOUND)).await,
    ];
    let wanted = json!({"org_path": COMPOUND, "kind": "dispatch", "iterations": 2000});
    let made = post(&service.staff, "plans", &wanted).await.expect(201);
    assert_eq!(
        (&made["kind"], &made["shifts"], &made["tasks"]),
        (&json!("dispatch"), &json!(0), &json!(2))
    );
    let plan = solved(&service, &made).await;
    assert_eq!(plan["state"], "solved");
    assert_eq!(plan["result"], Value::Null);
    let chosen = plan["dispatch"]["chosen"].as_array().unwrap();
    assert_eq!(chosen.len(), 2, "{plan}");
    assert_eq!(plan["dispatch"]["unassigned"], json!([]));
    let cost = &chosen[0]["costs"][0];
    assert_eq!(
        (&cost["code"], cost["title"]["zh"].is_string()),
        (&json!("load"), true)
    );
    let path = format!("plans/{}/accept", plan["id"].as_str().unwrap());
    let accepted = post(&service.staff, &path, &Value::Null).await.expect(200);
    let asked = accepted["dispatch"]["asked"].as_array().unwrap();
    assert_eq!((asked.len(), &accepted["state"]), (2, &json!("accepted")));
    for one in asked {
        let who = people
            .iter()
            .find(|who| json!(who.account) == one["account_id"]);
        let invited = who
            .unwrap()
            .get(&format!("{API}/me/task-invitations"))
            .await
            .expect(200);
        assert_eq!(invited["items"].as_array().unwrap().len(), 1);
        assert_eq!(invited["items"][0]["state"], "invited");
        let task = one["task_id"].as_str().unwrap();
        assert!(tasks.iter().any(|known| known == task));
        assert!(
            stage
                .heard_of(task, 2)
                .await
                .contains(&"invited".to_owned())
        );
    }
    for (wrong, said) in [
        (
            json!({"org_path": COMPOUND, "kind": "dispatch", "shifts": ["shf_00000000000000000000000000"]}),
            "other-plan-kind",
        ),
        (
            json!({"org_path": COMPOUND, "kind": "repair", "tasks": [tasks[0]]}),
            "other-plan-kind",
        ),
        (
            json!({"org_path": COMPOUND, "kind": "repair"}),
            "invalid-range",
        ),
        (
            json!({"org_path": COMPOUND, "kind": "dispatch", "tasks": ["tsk_00000000000000000000000000"]}),
            "task-unknown",
        ),
    ] {
        let refused = post(&service.staff, "plans", &wrong).await.expect(422);
        assert_eq!(problem(&refused), said);
    }
    for wrong in [
        json!({"org_path": COMPOUND, "kind": "tour"}),
        json!({"org_path": COMPOUND, "kind": "dispatch", "tasks": []}),
        json!({"org_path": COMPOUND, "kind": "dispatch", "tasks": vec![&tasks[0]; 1], "from": 1}),
    ] {
        post(&service.staff, "plans", &wrong).await.expect(422);
    }
    service.stage.host.stop().await;
}

#[tokio::test]
async fn accepting_amid_a_crowd_never_overfills_a_shift() {
    let service = Service::start().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 5).await;
    for _ in 0..5 {
        service.volunteer().await;
    }
    let wanted = json!({"org_path": COMPOUND, "shifts": [shift], "iterations": 1000});
    let made = post(&service.staff, "plans", &wanted).await.expect(201);
    let plan = solved(&service, &made).await;
    assert_eq!(plan["result"]["assignments"].as_array().unwrap().len(), 5);
    let crowd = join_all((0..20).map(|_| service.volunteer())).await;
    let path = format!("plans/{}/accept", plan["id"].as_str().unwrap());
    // as clients do that are told to come back
    let accept = async {
        loop {
            let reply = post(&service.staff, &path, &Value::Null).await;
            if reply.status != 503 {
                return reply.expect(200);
            }
        }
    };
    let rivals = join_all(crowd.iter().map(|caller| async {
        loop {
            let reply = sign_up(caller, &shift).await;
            if reply.status != 503 {
                return reply.expect(201);
            }
        }
    }));
    let (accepted, signed_up) = tokio::join!(accept, rivals);
    let placed = accepted["result"]["placed"].as_array().unwrap().len();
    let left_out = accepted["result"]["left_out"].as_array().unwrap();
    assert_eq!(placed + left_out.len(), 5);
    for left in left_out {
        let code = left["code"].as_str().unwrap();
        assert!(["place_taken", "others_wait"].contains(&code), "{left}");
    }
    let confirmed = signed_up.iter().filter(|one| one["state"] == "confirmed");
    assert_eq!(confirmed.count() + placed, 5);
    let shifts = format!("{API}/activities/{id}/shifts");
    let shifts = service.staff.get(&shifts).await.expect(200);
    assert_eq!(shifts["items"][0]["positions"][0]["taken"], 5);
    service.stage.host.stop().await;
}
