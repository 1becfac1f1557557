//! What services keep of each other's facts, and the command that compares it.

use std::collections::BTreeMap;

use contracts::facts::Fact;
use kernel::Role;
use scenarios::order::{self, act, shown};
use scenarios::{Cluster, Installation, Output};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use store::{Database, StoreConfig, StoreError};
use testkit::{Caller, eventually};

use crate::five_order::crew::Crew;
use crate::world::{COMMUNITY, COMPOUND, MODULES, World};

/// What every keeper says of every fact, as count and digest.
async fn told(world: &World) -> BTreeMap<(Fact, &'static str), (u64, String)> {
    let mut told = BTreeMap::new();
    for module in MODULES {
        let db = world.host.database(module.name).await;
        for tally in (module.audit)(db).await.expect("a service tells its side") {
            let said = (tally.count(), tally.digest());
            let before = told.insert((tally.fact(), module.name), said);
            assert_eq!(before, None, "{} tells a fact twice", module.name);
        }
    }
    told
}

/// Checks that all sides of every fact agree, and that each has something to say.
async fn assert_balanced(world: &World) {
    world.settled().await;
    let mut told = told(world).await;
    for fact in Fact::ALL {
        let sides = fact.keepers().iter();
        let sides: Vec<_> = sides.map(|keeper| told.remove(&(fact, *keeper))).collect();
        let first = sides[0].clone().expect("the owner tells");
        assert!(first.0 > 0, "{} was not put to the test", fact.name());
        let agree = sides.iter().all(|side| side.as_ref() == Some(&first));
        assert!(agree, "{}: {sides:?}", fact.name());
    }
    assert!(
        told.is_empty(),
        "told by those who do not keep it: {told:?}"
    );
}

async fn dispatched(crew: &Crew, title: &str) -> Value {
    let order = order::open(&crew.requester, &order::five_order(title)).await;
    dispatch(&crew.dispatcher, &order).await;
    order
}

async fn dispatch(dispatcher: &Caller, order: &Value) {
    act(dispatcher, order, "dispatch", json!({}))
        .await
        .expect(200);
}

#[tokio::test]
async fn all_sides_agree_whatever_becomes_of_orders() {
    let world = World::start().await;
    let crew = Crew::in_compound(&world).await;
    order::open(&crew.requester, &order::six_step("垃圾堆积")).await;
    // waits for somebody, is called back, is offered once more in the same round
    let back = dispatched(&crew, "健身器材松动").await;
    order::task(&crew.volunteer, &back).await;
    act(&crew.dispatcher, &back, "recall", json!({}))
        .await
        .expect(200);
    dispatch(&crew.dispatcher, &back).await;
    // is taken, given back and taken by somebody else
    let other = world.person(&[(Role::PartyMember, COMPOUND)]).await;
    let returned = dispatched(&crew, "路面积水").await;
    let task = order::task(&crew.volunteer, &returned).await;
    order::claim(&crew.volunteer, &returned).await;
    let release = format!("{}/{task}/release", order::TASKS);
    crew.volunteer.post(&release, &json!({})).await.expect(200);
    eventually("the order waits again", async || {
        (shown(&crew.dispatcher, &returned).await["state"] == "dispatched").then_some(())
    })
    .await;
    order::claim(&other, &returned).await;
    // a bad result goes back and then up, where it is offered in a new round
    let raised = dispatched(&crew, "单元门损坏").await;
    order::claim(&crew.volunteer, &raised).await;
    for _ in 0..3 {
        order::handle(&crew.volunteer, &raised).await;
        order::review(&crew.neighbours(), &raised, 1, false).await;
    }
    let community = world
        .person(&[(Role::CommunityDispatcher, COMMUNITY)])
        .await;
    dispatch(&community, &raised).await;
    // is given back when it has been done: nobody else is asked for it
    let judged = dispatched(&crew, "井盖破损").await;
    let task = order::task(&crew.volunteer, &judged).await;
    order::claim(&crew.volunteer, &judged).await;
    order::handle(&crew.volunteer, &judged).await;
    let release = format!("{}/{task}/release", order::TASKS);
    crew.volunteer.post(&release, &json!({})).await.expect(200);
    eventually("the task is open to nobody", async || {
        let path = format!("{}/{task}", order::TASKS);
        let task = other.get(&path).await;
        (task.status == 404 || task.body["state"] != "open").then_some(())
    })
    .await;
    assert_eq!(shown(&crew.dispatcher, &judged).await["state"], "reviewing");
    // a good one comes to its end
    let done = dispatched(&crew, "楼道照明灯不亮").await;
    order::claim(&crew.volunteer, &done).await;
    order::handle(&crew.volunteer, &done).await;
    order::review(&crew.neighbours(), &done, 5, true).await;
    assert_balanced(&world).await;
    world.host.stop().await;
}

/// Breaks a projection as no program does.
async fn break_projection(db: &Database, sql: &str) {
    db.write("test.break", |tx| async move {
        let broken = tx.execute_unprepared(sql).await?;
        assert!(broken.rows_affected() > 0, "{sql} touched nothing");
        Ok::<_, StoreError>(())
    })
    .await
    .expect("it is broken");
}

/// Asks until the audit ends with this code.
async fn audited(code: i32, audit: impl AsyncFn() -> Output) -> Value {
    let said = eventually(&format!("the audit ends with {code}"), async || {
        let output = audit().await;
        (output.code == code).then_some(output)
    })
    .await;
    serde_json::from_str(&said.stdout).expect("JSON")
}

fn unbalanced(report: &Value) -> Vec<&str> {
    let facts = report["facts"].as_array().expect("facts").iter();
    let bad = facts.filter(|fact| fact["balanced"] == false);
    bad.filter_map(|fact| fact["fact"].as_str()).collect()
}

#[tokio::test]
async fn the_command_tells_a_broken_projection_beside_the_running_program() {
    let installation = Installation::new();
    let nothing = installation.run(&["audit"]).await;
    assert_eq!(nothing.code, 1, "{}", nothing.said());
    assert!(nothing.stderr.contains("尚未建立"), "{}", nothing.said());

    let server = installation.start().await;
    installation
        .run(&["demo", "--server", server.url()])
        .await
        .expect(0);
    let audit = async || installation.run(&["audit", "--json"]).await;
    let report = audited(0, audit).await;
    assert_eq!(report["balanced"], true);
    assert_eq!(
        report["facts"].as_array().map(Vec::len),
        Some(Fact::ALL.len())
    );
    let said = installation.run(&["audit"]).await.expect(0);
    assert!(said.contains("✓ 派单 offers:  ticketing 1 ("), "{said}");

    let file = installation.data().join("volunteering.sqlite");
    let volunteering = Database::open_file(&file, &StoreConfig::default())
        .await
        .expect("it opens beside the program");
    break_projection(&volunteering, "UPDATE task SET round = 9").await;
    drop(volunteering);
    let report = audited(1, audit).await;
    assert_eq!(unbalanced(&report), ["offers"]);
    let said = installation.run(&["audit"]).await;
    assert!(said.stdout.contains("✗ 派单 offers"), "{}", said.said());
    assert!(said.stderr.contains("不符"), "{}", said.said());
    assert_eq!(server.interrupt().await.code(), Some(0));
}

#[tokio::test]
async fn the_command_compares_services_on_their_own_databases() {
    let Some(cluster) = Cluster::start().await else {
        return;
    };
    cluster.run(&["seed"]).await.expect(0);
    let audit = async || cluster.run(&["audit", "--json"]).await;
    audited(0, audit).await;
    let notifications = cluster.database("notifications").await;
    let one = "DELETE FROM holder WHERE grant_id = (SELECT grant_id FROM holder ORDER BY grant_id LIMIT 1)";
    break_projection(&notifications, one).await;
    let report = audited(1, audit).await;
    assert_eq!(unbalanced(&report), ["grants"]);
    let sides = &report["facts"][1]["sides"];
    let count = |side: &Value| side["count"].as_i64().expect("a count");
    assert_eq!(count(&sides[0]), count(&sides[1]) + 1, "{report:#}");
    cluster.stop().await;
}

#[tokio::test]
async fn while_events_are_under_way_a_difference_is_no_verdict() {
    let Some(mut cluster) = Cluster::prepare().await else {
        return;
    };
    // identity has told of the demo's grants, nobody has heard of them
    cluster.run(&["migrate"]).await.expect(0);
    cluster.run(&["seed"]).await.expect(0);
    let said = cluster.run(&["audit"]).await;
    assert_eq!(said.code, 3, "{}", said.said());
    assert!(said.stderr.contains("请再查"), "{}", said.said());
    cluster.start_all().await;
    audited(0, async || cluster.run(&["audit", "--json"]).await).await;
    cluster.stop().await;
}
