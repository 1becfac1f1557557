//! An organisation goes to another place in the tree, and its tasks with it.

use contracts::registry::OrganisationMoved;
use kernel::Role;
use serde_json::json;
use testkit::eventually;

use crate::certificates::{november, served};
use crate::service::{API, Service, activity, sign_up};
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
        stage.run("follow_moves").await;
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
        service.run("follow_moves").await;
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

#[tokio::test]
async fn certificates_hours_and_reservations_are_decided_where_they_are_now() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let id = served(&service, &volunteer).await;
    let certificates = format!("{API}/volunteers/{id}/certificates");
    let announced = service.staff.post(&certificates, &november(&service)).await;
    let announced = announced.expect(201);
    let other = service.volunteer().await;
    let activity = service.activity(&activity()).await;
    let shift = service.shift(&activity, 96, 5).await;
    sign_up(&other, &shift).await.expect(201);
    service.attend(&shift, 96, &[&other]).await;
    let hours = other.get(&format!("{API}/hours")).await.expect(200);
    let pending = hours["items"][0]["id"].as_str().unwrap();
    let reserve = json!({"minutes": 30, "org_path": COMPOUND});
    let path = format!("{API}/me/time-account/reservations");
    let reserved = volunteer.post(&path, &reserve).await.expect(201);
    let payload = OrganisationMoved {
        code: "420105011010.X01".parse().unwrap(),
        from: COMPOUND.parse().unwrap(),
        path: MOVED.parse().unwrap(),
    };
    let subject = service.stage.order(COMPOUND).order_id;
    service.stage.say(subject, vec![payload]).await;
    let dispatcher = |place: &str| service.caller(&[(Role::CommunityDispatcher, place)]);
    let (before, after) = (dispatcher(COMMUNITY), dispatcher(OTHER));
    let reservations = |place: &str| format!("{API}/time-reservations?org_path={place}");
    eventually("the reservation is there", async || {
        service.run("follow_moves").await;
        let page = after.get(&reservations(OTHER)).await.expect(200);
        (!ids(&page).is_empty()).then_some(())
    })
    .await;
    for (list, moved) in [
        ("certificates", announced["id"].as_str().unwrap()),
        ("hours/pending", pending),
        ("time-reservations", reserved["id"].as_str().unwrap()),
    ] {
        let at = |place: &str| format!("{API}/{list}?org_path={place}");
        let there = after.get(&at(OTHER)).await.expect(200);
        assert_eq!(ids(&there), [moved], "{list}");
        let here = before.get(&at(COMMUNITY)).await.expect(200);
        assert_eq!(here["items"], json!([]), "{list}");
    }
    let certificate = announced["id"].as_str().unwrap();
    for (path, body) in [
        (
            format!(
                "time-reservations/{}/steps",
                reserved["id"].as_str().unwrap()
            ),
            json!({"step": "spend"}),
        ),
        (
            format!("hours/{pending}/versions"),
            json!({"verdict": "confirm"}),
        ),
        (
            format!("certificates/{certificate}/revoke"),
            json!({"reason": "信息有误"}),
        ),
    ] {
        let path = format!("{API}/{path}");
        before.post(&path, &body).await.expect(404);
        after.post(&path, &body).await.expect(200);
    }
    for list in ["certificates", "hours/pending", "time-reservations"] {
        let at = format!("{API}/{list}?org_path={OTHER}");
        let there = after.get(&at).await.expect(200);
        assert_eq!(there["items"], json!([]), "{list}");
    }
    service.stage.host.stop().await;
}

#[tokio::test]
async fn entries_objections_and_requests_are_decided_where_they_are_now() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let id = served(&service, &volunteer).await;
    let entry = json!({"kind": "award", "title": "优秀志愿者", "from": "2026-10-20"});
    let entries = format!("{API}/volunteers/{id}/record-entries");
    let entry = service.staff.post(&entries, &entry).await.expect(201);
    let hours = volunteer.get(&format!("{API}/hours")).await.expect(200);
    let record = hours["items"][0]["id"].as_str().unwrap();
    let objections = format!("{API}/hours/{record}/objections");
    let objected = volunteer
        .post(&objections, &json!({"reason": "少记"}))
        .await;
    let objected = objected.expect(201);
    let wanted = json!({"from": "2026-11-01", "until": "2026-11-30"});
    let requests = format!("{API}/me/certificate-requests");
    let asked = volunteer.post(&requests, &wanted).await.expect(201);
    let payload = OrganisationMoved {
        code: "420105011010.X01".parse().unwrap(),
        from: COMPOUND.parse().unwrap(),
        path: MOVED.parse().unwrap(),
    };
    let subject = service.stage.order(COMPOUND).order_id;
    service.stage.say(subject, vec![payload]).await;
    let dispatcher = |place: &str| service.caller(&[(Role::CommunityDispatcher, place)]);
    let (before, after) = (dispatcher(COMMUNITY), dispatcher(OTHER));
    let (objected, asked) = (
        objected["id"].as_str().unwrap(),
        asked["id"].as_str().unwrap(),
    );
    let last = format!("{API}/certificate-requests?org_path={OTHER}");
    eventually("the request is there", async || {
        service.run("follow_moves").await;
        let page = after.get(&last).await.expect(200);
        (ids(&page) == [asked]).then_some(())
    })
    .await;
    for (list, moved) in [
        ("hours/objections", objected),
        ("certificate-requests", asked),
    ] {
        let at = |place: &str| format!("{API}/{list}?org_path={place}");
        assert_eq!(
            ids(&after.get(&at(OTHER)).await.expect(200)),
            [moved],
            "{list}"
        );
        let here = before.get(&at(COMMUNITY)).await.expect(200);
        assert_eq!(here["items"], json!([]), "{list}");
    }
    let entry = entry["id"].as_str().unwrap();
    for (path, body) in [
        (
            format!("record-entries/{entry}/versions"),
            json!({"step": "revoke", "reason": "记错人"}),
        ),
        (
            format!("hours/objections/{objected}/answers"),
            json!({"upheld": true, "answer": "属实", "minutes": 110}),
        ),
        (
            format!("certificate-requests/{asked}/refuse"),
            json!({"reason": "正在核实"}),
        ),
    ] {
        let path = format!("{API}/{path}");
        before.post(&path, &body).await.expect(404);
        after.post(&path, &body).await.expect(200);
    }
    service.stage.host.stop().await;
}
