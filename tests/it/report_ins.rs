//! 双报到: units and members report in at a community (registry), and volunteering knows of it for as long as it lasts.

use kernel::Role;
use scenarios::order::text;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use store::StoreError;
use testkit::Caller;

use crate::replay::replay;
use crate::world::{COMMUNITY, ORGANISATIONS, World};

const REPORT_INS: &str = "/api/registry/v1/report-ins";
const SERVICE: &str = "/api/volunteering/v1";
const CODE: &str = "420105011010";
const UNIT: &str = "420105000000.NY";

async fn step(caller: &Caller, report: &Value, step: &str) {
    let path = format!("{REPORT_INS}/{}/steps", text(report, "id"));
    let done = caller.post(&path, &json!({"step": step})).await;
    done.expect(200);
}

/// What volunteering shows of it when everything was told: the member's own, the units, the people counted.
async fn seen(world: &World, member: &Caller, staff: &Caller) -> (usize, usize, u64) {
    world.settled().await;
    let count = |list: &Value| list["items"].as_array().expect("a list").len();
    let mine = member.get(&format!("{SERVICE}/me/report-ins")).await;
    let units = format!("{SERVICE}/reported-units?community_code={CODE}");
    let span = "from=2026-11-01T00:00:00Z&until=2026-12-01T00:00:00Z";
    let spread = format!("{SERVICE}/fairness?org_path={COMMUNITY}&{span}");
    let spread = staff.get(&spread).await.expect(200);
    (
        count(&mine.expect(200)),
        count(&member.get(&units).await.expect(200)),
        spread["reported_in"].as_u64().expect("a count"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reported_in_is_known_to_volunteering_for_as_long_as_it_lasts() {
    let world = World::start().await;
    let staff = world
        .person(&[(Role::CommunityDispatcher, COMMUNITY)])
        .await;
    let member = world.person(&[(Role::PartyMember, COMMUNITY)]).await;
    let volunteers = format!("{SERVICE}/volunteers");
    let home = json!({"home": COMMUNITY});
    let volunteer = member.post(&volunteers, &home).await.expect(201);
    let confirm = format!("{volunteers}/{}/steps", text(&volunteer, "id"));
    let confirmed = staff.post(&confirm, &json!({"step": "confirm"})).await;
    confirmed.expect(200);
    let unit = json!({
        "code": UNIT, "kind": "department", "name": "区农业农村局", "parent_code": "420105000000",
    });
    world.platform.post(ORGANISATIONS, &unit).await.expect(201);

    let at = json!({"community_code": CODE});
    let reported = member.post(REPORT_INS, &at).await.expect(201);
    let of_unit = json!({"community_code": CODE, "unit_code": UNIT});
    let of_unit = world.platform.post(REPORT_INS, &of_unit).await.expect(201);
    // nothing is told before the community says so
    assert_eq!(seen(&world, &member, &staff).await, (0, 0, 0));
    step(&staff, &reported, "confirm").await;
    step(&staff, &of_unit, "confirm").await;
    assert_eq!(seen(&world, &member, &staff).await, (1, 1, 1));
    assert_eq!(
        seen(&world, &staff, &staff).await,
        (0, 1, 1),
        "the member's alone"
    );

    // a projection that was lost is made anew
    let db = world.host.database("volunteering").await;
    let lost = db.write("test.break", |tx| async move {
        let done = tx.execute_unprepared("DELETE FROM report_in").await?;
        Ok::<_, StoreError>(done.rows_affected())
    });
    assert_eq!(lost.await.expect("it is broken"), 2);
    assert_eq!(seen(&world, &member, &staff).await, (0, 0, 0));
    replay(&world).await;
    assert_eq!(seen(&world, &member, &staff).await, (1, 1, 1));

    // a unit that comes to its end ends what it had
    let close = format!("{ORGANISATIONS}/{UNIT}/actions/close");
    world.platform.post(&close, &json!({})).await.expect(200);
    assert_eq!(seen(&world, &member, &staff).await, (1, 0, 1));
    step(&member, &reported, "end").await;
    assert_eq!(seen(&world, &member, &staff).await, (0, 0, 0));
    let wrong = format!("{SERVICE}/reported-units?community_code=nowhere");
    member.get(&wrong).await.expect(422);
    world.host.stop().await;
}
