use kernel::Role;
use serde_json::{Value, json};

use crate::stage::Stage;
use crate::{COMPOUND, ids, problem};

const TEAMS: &str = "/api/volunteering/v1/teams";

#[tokio::test]
async fn a_team_lets_volunteers_in_through_its_leaders() {
    let stage = Stage::start().await;
    let staff = stage.host.caller(&[(Role::CompoundDispatcher, COMPOUND)]);
    let body = json!({"org_path": COMPOUND, "kind": "joint_defence", "name": "墨水湖联防队"});
    let team = staff.post(TEAMS, &body).await.expect(201);
    let id = team["id"].as_str().unwrap();
    let (joining, steps) = (
        format!("{TEAMS}/{id}/members"),
        format!("{TEAMS}/{id}/members/steps"),
    );
    let [one, two] = [stage.host.caller(&[]), stage.host.caller(&[])];
    let refused = one.post(&joining, &Value::Null).await.expect(409);
    assert_eq!(problem(&refused), "volunteers-only");
    for caller in [&one, &two] {
        let home = json!({"home": COMPOUND});
        caller
            .post("/api/volunteering/v1/volunteers", &home)
            .await
            .expect(201);
        let joined = caller.post(&joining, &Value::Null).await.expect(200);
        assert_eq!(
            (&joined["mine"], &joined["members"]),
            (&json!("asked"), &Value::Null)
        );
    }
    let step = |account: &testkit::Caller, step: &str| json!({"account_id": account.account, "step": step});
    one.post(&steps, &step(&one, "confirm")).await.expect(403);
    two.post(&steps, &step(&one, "confirm")).await.expect(404);
    staff.post(&steps, &step(&one, "confirm")).await.expect(200);
    staff.post(&steps, &step(&one, "lead")).await.expect(200);
    let joined = one.post(&steps, &step(&two, "confirm")).await.expect(200);
    assert_eq!(joined["size"], 2);
    assert_eq!(joined["members"].as_array().unwrap().len(), 2);
    one.post(&steps, &step(&two, "lead")).await.expect(403);
    one.post(&steps, &step(&two, "confirm")).await.expect(409);
    two.post(&steps, &step(&two, "leave")).await.expect(200);
    let shown = two.get(&format!("{TEAMS}/{id}")).await.expect(200);
    assert_eq!(
        (&shown["size"], &shown["mine"]),
        (&json!(1), &json!("left"))
    );
    let list = two
        .get(&format!("{TEAMS}?org_path=/420105000000/"))
        .await
        .expect(200);
    assert_eq!(ids(&list), [id]);
    assert_eq!(list["items"][0]["size"], 1);
    assert_eq!(list["items"][0]["mine"], "left");
    let other = two
        .get(&format!("{TEAMS}?org_path=/420106000000/"))
        .await
        .expect(200);
    assert_eq!(other["items"], json!([]));
    stage.host.stop().await;
}

#[tokio::test]
async fn a_team_is_founded_where_the_caller_runs_things_and_by_the_rules() {
    let stage = Stage::start().await;
    let staff = stage.host.caller(&[(Role::CompoundDispatcher, COMPOUND)]);
    let body =
        |org_path: &str, kind: &str| json!({"org_path": org_path, "kind": kind, "name": "队"});
    staff
        .post(TEAMS, &body("/420106000000/", "unit"))
        .await
        .expect(403);
    staff
        .post(TEAMS, &body("/420105000000/", "unit"))
        .await
        .expect(403);
    let unknown = staff
        .post(TEAMS, &body(COMPOUND, "choir"))
        .await
        .expect(422);
    assert_eq!(unknown["errors"][0]["pointer"], "/kind");
    stage
        .host
        .caller(&[])
        .post(TEAMS, &body(COMPOUND, "unit"))
        .await
        .expect(403);
    staff
        .get(&format!("{TEAMS}/tem_00000000000000000000000000"))
        .await
        .expect(404);
    staff.get(&format!("{TEAMS}?org_path=x")).await.expect(422);
    stage.host.stop().await;
}
