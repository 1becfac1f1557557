//! A task that is meant for the teams of a kind, beside the holders of roles.

use kernel::Role;
use serde_json::{Value, json};
use testkit::Caller;

use crate::stage::Stage;
use crate::{COMPOUND, OTHER_COMPOUND, TASKS, claim, ids};

const API: &str = "/api/volunteering/v1";
const COMMUNITY: &str = "/420105000000/420105011000/420105011010/";

/// A certified volunteer without any role.
async fn certified(stage: &Stage, home: &str) -> Caller {
    let person = stage.host.caller(&[]);
    let body = json!({"home": home});
    let path = format!("{API}/volunteers");
    let made = person.post(&path, &body).await.expect(201);
    let steps = format!("{path}/{}/steps", made["id"].as_str().unwrap());
    let staff = stage.host.caller(&[(Role::CommunityDispatcher, COMMUNITY)]);
    let confirm = json!({"step": "confirm"});
    staff.post(&steps, &confirm).await.expect(200);
    person
}

/// Lets people into a team of a kind at a place.
async fn team(stage: &Stage, (kind, place): (&str, &str), members: &[&Caller]) {
    let staff = stage.host.caller(&[(Role::CompoundDispatcher, place)]);
    let body = json!({"org_path": place, "kind": kind, "name": "调解队"});
    let team = staff.post(&format!("{API}/teams"), &body).await.expect(201);
    let team = team["id"].as_str().unwrap();
    for member in members {
        let joining = format!("{API}/teams/{team}/members");
        member.post(&joining, &Value::Null).await.expect(200);
        let step = json!({"account_id": member.account, "step": "confirm"});
        staff
            .post(&format!("{joining}/steps"), &step)
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn members_of_the_teams_that_are_asked_see_and_take_the_task() {
    let stage = Stage::start().await;
    let [elder, neighbour, driver] = [
        certified(&stage, COMPOUND).await,
        certified(&stage, OTHER_COMPOUND).await,
        certified(&stage, COMPOUND).await,
    ];
    team(&stage, ("five_elders", COMPOUND), &[&elder]).await;
    team(&stage, ("five_elders", OTHER_COMPOUND), &[&neighbour]).await;
    team(&stage, ("functional", COMPOUND), &[&driver]).await;
    let mut order = stage.order(COMPOUND);
    order.teams = vec!["five_elders".to_owned()];
    let task = stage.offer(&order).await;
    let other = stage.offer(&stage.order(COMPOUND)).await;

    let listed = elder.get(TASKS).await.expect(200);
    assert_eq!(ids(&listed), [task.as_str()]);
    assert_eq!(listed["items"][0]["teams"], json!(["five_elders"]));
    assert_eq!(listed["items"][0]["actions"], json!(["claim"]));
    let standing = format!("{TASKS}/{task}/standing");
    let why = elder.get(&standing).await.expect(200);
    assert_eq!(why["may_claim"], true, "{why:#}");
    for stranger in [&neighbour, &driver] {
        assert_eq!(
            ids(&stranger.get(TASKS).await.expect(200)),
            Vec::<&str>::new()
        );
        stranger.get(&standing).await.expect(404);
        claim(stranger, &task).await.expect(404);
    }
    claim(&elder, &other).await.expect(404);
    let taken = claim(&elder, &task).await.expect(200);
    assert_eq!(
        (&taken["mine"], &taken["state"]),
        (&json!(true), &json!("claimed"))
    );
    // by role as before
    claim(&stage.volunteer(COMPOUND), &task).await.expect(409);
    stage.host.stop().await;
}

#[tokio::test]
async fn whoever_left_the_team_takes_nothing_by_it_and_its_members_rank_first() {
    let stage = Stage::start().await;
    let staff = stage.host.caller(&[(Role::CompoundDispatcher, COMPOUND)]);
    let [member, _near] = [
        certified(&stage, COMPOUND).await,
        certified(&stage, COMPOUND).await,
    ];
    team(&stage, ("mediation", COMPOUND), &[&member]).await;
    let mut order = stage.order(COMPOUND);
    order.teams = vec!["mediation".to_owned()];
    let task = stage.offer(&order).await;
    let path = format!("{TASKS}/{task}/candidates");
    let ranked = staff.get(&path).await.expect(200);
    let first = &ranked["items"][0];
    assert_eq!(first["account_id"], json!(member.account));
    assert_eq!(first["reasons"][0]["code"], "team_mate");
    assert_eq!(ranked["items"].as_array().unwrap().len(), 2);

    let teams = member
        .get(&format!("{API}/teams?org_path={COMPOUND}"))
        .await;
    let teams = teams.expect(200);
    let team = teams["items"][0]["id"].as_str().unwrap();
    let leave = json!({"account_id": member.account, "step": "leave"});
    member
        .post(&format!("{API}/teams/{team}/members/steps"), &leave)
        .await
        .expect(200);
    claim(&member, &task).await.expect(404);
    stage.host.stop().await;
}
