//! An organisation goes to another place in the tree, and its tasks with it.

use contracts::registry::OrganisationMoved;
use kernel::Role;
use serde_json::json;
use testkit::eventually;

use crate::service::{API, Service, activity};
use crate::stage::Stage;
use crate::{COMPOUND, TASKS, claim, ids, release};

const COMMUNITY: &str = "/420105000000/420105011000/420105011010/";
const OTHER: &str = "/420105000000/420105011000/420105011011/";
const MOVED: &str = "/420105000000/420105011000/420105011011/420105011010.X01/";

#[tokio::test]
async fn open_and_claimed_tasks_follow_a_compound_that_is_moved() {
    let stage = Stage::start().await;
    let open = stage.offer(&stage.order(COMPOUND)).await;
    let claimed = stage.offer(&stage.order(COMPOUND)).await;
    let helper = stage.volunteer(COMPOUND);
    claim(&helper, &claimed).await.expect(200);
    let payload = OrganisationMoved {
        code: "420105011010.X01".parse().unwrap(),
        from: COMPOUND.parse().unwrap(),
        path: MOVED.parse().unwrap(),
    };
    stage
        .say(stage.order(COMPOUND).order_id, vec![payload])
        .await;
    let (before, after) = (stage.volunteer(COMMUNITY), stage.volunteer(OTHER));
    let list = format!("{TASKS}?state=open");
    eventually("the open task is there", async || {
        let page = after.get(&list).await.expect(200);
        (ids(&page) == [open.as_str()]).then_some(())
    })
    .await;
    assert!(ids(&before.get(&list).await.expect(200)).is_empty());
    // given back, it is open where it is now
    release(&helper, &claimed).await.expect(200);
    let page = after.get(&list).await.expect(200);
    assert_eq!(ids(&page).len(), 2);
    assert!(ids(&before.get(&list).await.expect(200)).is_empty());
    stage.host.stop().await;
}

#[tokio::test]
async fn volunteers_teams_and_activities_follow_as_well() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let me = volunteer.get(&format!("{API}/me")).await.expect(200);
    let id = me["id"].as_str().unwrap();
    let team = json!({"org_path": COMPOUND, "kind": "unit", "name": "联防队"});
    let team = service.staff.post(&format!("{API}/teams"), &team).await;
    let team = team.expect(201);
    let activity = service.activity(&activity()).await;
    let sheet = "title,kind,date,begin,end,needed\n清扫,clean_up,2026-12-06,09:00,11:00,5\n";
    let import = crate::imports::send(&service.staff, "activities", sheet).await;
    let import = import.expect(201);
    let payload = OrganisationMoved {
        code: "420105011010.X01".parse().unwrap(),
        from: COMPOUND.parse().unwrap(),
        path: MOVED.parse().unwrap(),
    };
    let stage = &service.stage;
    let subject = stage.order(COMPOUND).order_id;
    stage.say(subject, vec![payload]).await;
    let dispatcher = |place: &str| service.caller(&[(Role::CommunityDispatcher, place)]);
    let (before, after) = (dispatcher(COMMUNITY), dispatcher(OTHER));
    let one = format!("{API}/volunteers/{id}");
    eventually("the volunteer is there", async || {
        let shown = after.get(&one).await;
        (shown.status == 200).then_some(())
    })
    .await;
    before.get(&one).await.expect(404);
    for (list, moved) in [
        ("volunteers?state=certified&", id),
        ("teams?", team["id"].as_str().unwrap()),
        ("activities?", activity.as_str()),
        ("imports?", import["id"].as_str().unwrap()),
    ] {
        let at = |place: &str| format!("{API}/{list}org_path={place}");
        let there = after.get(&at(OTHER)).await.expect(200);
        assert_eq!(ids(&there), [moved], "{list}");
        let here = before.get(&at(COMMUNITY)).await.expect(200);
        assert_eq!(here["items"], json!([]), "{list}");
    }
    // what is done there now is done by those who run the new place
    let steps = format!("{API}/activities/{activity}/steps");
    let complete = json!({"step": "complete"});
    before.post(&steps, &complete).await.expect(404);
    after.post(&steps, &complete).await.expect(200);
    service.stage.host.stop().await;
}
