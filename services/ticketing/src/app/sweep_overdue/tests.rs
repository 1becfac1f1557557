#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::time::Duration;

use bus::{Envelope, EventMeta, Handler};
use contracts::identity::AccountExcluded;
use kernel::{Clock, OrderId, Role};
use serde_json::{Value, json};

use super::{SweepError, sweep_overdue};
use crate::app::cause::Cause;
use crate::app::derive_figures::{CalendarsThen, derive_all};
use crate::app::drive_task::accept_claim;
use crate::app::list_orders::{ListOrders, list_orders};
use crate::app::recount_orders::recount_orders;
use crate::app::show_order::show_order;
use crate::app::show_timeline::show_timeline;
use crate::app::testing::{Bench, PLACE};
use crate::domain::photo::PhotoKind;
use crate::store::attachments::{Attachment, insert_attachment};

const HOUR: Duration = Duration::from_hours(1);

async fn open(bench: &Bench, ctx: &auth::Ctx) -> OrderId {
    bench.open(ctx, "five-order", None).await
}

async fn act(bench: &Bench, ctx: &auth::Ctx, id: OrderId, action: &str, input: Value) {
    bench.act(ctx, id, action, input).await;
}

async fn overdue(bench: &Bench, ctx: &auth::Ctx) -> usize {
    let query = ListOrders {
        overdue: Some(true),
        ..ListOrders::default()
    };
    list_orders(&bench.app, &bench.now(ctx), query)
        .await
        .unwrap()
        .items
        .len()
}

#[tokio::test]
async fn a_missed_limit_is_flagged_once_and_forgotten_when_the_order_moves() {
    let bench = Bench::new().await;
    let resident = bench.caller(Role::Resident);
    let dispatcher = bench.caller(Role::CompoundDispatcher);
    let id = open(&bench, &resident).await;
    assert_eq!(sweep_overdue(&bench.app).await.unwrap(), 0);

    bench.clock.advance(HOUR * 25);
    assert_eq!(sweep_overdue(&bench.app).await.unwrap(), 1);
    assert_eq!(sweep_overdue(&bench.app).await.unwrap(), 0);
    assert_eq!(overdue(&bench, &dispatcher).await, 1);
    let view = show_order(&bench.app, &bench.now(&dispatcher), id)
        .await
        .unwrap();
    assert!(view.overdue);
    let limit = chassis::http::Limit::default();
    let told = show_timeline(&bench.app, &bench.now(&resident), id, None, limit)
        .await
        .unwrap();
    assert_eq!(told.items[1].kind, "overdue");
    assert_eq!(told.items[1].actor_role, "system");

    act(&bench, &dispatcher, id, "dispatch", json!({})).await;
    assert_eq!(overdue(&bench, &dispatcher).await, 0);
    let view = show_order(&bench.app, &bench.now(&dispatcher), id)
        .await
        .unwrap();
    assert!(!view.overdue);
    bench.clock.advance(HOUR * 49);
    assert_eq!(sweep_overdue(&bench.app).await.unwrap(), 1);
}

#[tokio::test]
async fn a_review_whose_time_is_over_is_concluded_by_the_system() {
    let bench = Bench::new().await;
    let resident = bench.caller(Role::Resident);
    let dispatcher = bench.caller(Role::CompoundDispatcher);
    let helper = bench.caller(Role::PartyMember);
    let id = open(&bench, &resident).await;
    act(&bench, &dispatcher, id, "dispatch", json!({})).await;
    let app = &bench.app;
    hand_in(&bench, &helper, id).await;
    act(
        &bench,
        &resident,
        id,
        "review",
        json!({"score": 5, "solved": true}),
    )
    .await;
    // the only one who may vote has voted
    let view = show_order(app, &bench.now(&resident), id).await.unwrap();
    assert_eq!(view.state, "reviewed");

    let second = open(&bench, &resident).await;
    act(&bench, &dispatcher, second, "dispatch", json!({})).await;
    hand_in(&bench, &helper, second).await;
    bench.clock.advance(HOUR * 73);
    // one review is made longer, one publication is late
    assert_eq!(sweep_overdue(app).await.unwrap(), 2);
    let longer = show_order(app, &bench.now(&resident), second)
        .await
        .unwrap();
    assert_eq!(longer.state, "reviewing");
    assert_eq!(sweep_overdue(app).await.unwrap(), 0);
    bench.clock.advance(HOUR * 48);
    assert_eq!(sweep_overdue(app).await.unwrap(), 1);
    let view = show_order(app, &bench.now(&resident), second)
        .await
        .unwrap();
    assert_eq!(view.state, "reviewed");
    let late = show_order(app, &bench.now(&dispatcher), id).await.unwrap();
    assert!(late.overdue);
}

/// What the timeline says of an order, as JSON.
async fn told(bench: &Bench, ctx: &auth::Ctx, id: OrderId) -> Vec<Value> {
    let limit = chassis::http::Limit::default();
    let page = show_timeline(&bench.app, &bench.now(ctx), id, None, limit)
        .await
        .unwrap();
    let items = page.items.iter();
    items
        .map(|item| serde_json::to_value(item).unwrap())
        .collect()
}

fn facts<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    let facts = lines
        .iter()
        .flat_map(|line| line["facts"].as_array().unwrap());
    facts.filter(|fact| fact["kind"] == kind).collect()
}

async fn open_in(bench: &Bench, ctx: &auth::Ctx, workflow: &str) -> OrderId {
    bench.open(ctx, workflow, None).await
}

#[tokio::test]
async fn where_nobody_answers_the_city_is_told_and_every_empty_rung_is_on_record() {
    let bench = Bench::new().await;
    let resident = bench.caller(Role::Resident);
    let id = open_in(&bench, &resident, "three-order").await;
    bench.clock.advance(HOUR * 25);
    assert_eq!(sweep_overdue(&bench.app).await.unwrap(), 1);
    let lines = told(&bench, &resident, id).await;
    let climbed = facts(&lines, "escalated");
    assert_eq!(climbed.len(), 1);
    assert_eq!(
        (&climbed[0]["to"], &climbed[0]["role"]),
        (&json!("/"), &json!("platform_operator"))
    );
    let why: Vec<&Value> = climbed[0]["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rung| &rung["why"])
        .collect();
    assert_eq!(
        why,
        ["vacant", "dissolved", "dissolved", "dissolved", "vacant"]
    );
    assert_eq!(sweep_overdue(&bench.app).await.unwrap(), 0);
}

#[tokio::test]
async fn the_nearest_rung_where_somebody_answers_is_told() {
    let bench = Bench::new().await;
    let resident = bench.caller(Role::Resident);
    let place: kernel::OrgPath = PLACE.parse().unwrap();
    let grant = kernel::IdSourceExt::next(bench.app.ids.as_ref());
    let account = resident.principal.account;
    let kept = bench.app.db.write("test.grant", async |tx| {
        crate::store::holders::insert_grant(&tx, grant, account, Role::CompoundDispatcher, &place)
            .await
    });
    kept.await.unwrap();
    let id = open_in(&bench, &resident, "three-order").await;
    bench.clock.advance(HOUR * 25);
    sweep_overdue(&bench.app).await.unwrap();
    let lines = told(&bench, &resident, id).await;
    let climbed = facts(&lines, "escalated");
    assert_eq!(
        (&climbed[0]["to"], &climbed[0]["skipped"]),
        (&json!("420105011010.X01"), &json!([]))
    );
}

#[tokio::test]
async fn the_only_one_who_answers_and_keeps_out_of_the_order_is_as_good_as_absent() {
    let bench = Bench::new().await;
    let resident = bench.caller(Role::Resident);
    let staff = bench.caller(Role::CompoundDispatcher).principal.account;
    let place: kernel::OrgPath = PLACE.parse().unwrap();
    let ids = bench.app.ids.as_ref();
    let grant = kernel::IdSourceExt::next(ids);
    let kept = bench.app.db.write("test.grant", async |tx| {
        crate::store::holders::insert_grant(&tx, grant, staff, Role::CompoundDispatcher, &place)
            .await
    });
    kept.await.unwrap();
    let excluded = AccountExcluded {
        account_id: staff,
        exclusion_id: kernel::IdSourceExt::next(ids),
        organisation: None,
        person: Some(resident.principal.account),
    };
    let meta = EventMeta {
        id: kernel::IdSourceExt::next(ids),
        subject: staff.to_string(),
        aggregate_version: 1,
        time: bench.clock.now(),
        district: "420105".to_owned(),
        actor: None,
        correlation_id: "test".to_owned(),
        causation_id: None,
        traceparent: None,
    };
    let told_of = Envelope::new(meta, &excluded);
    let kept = bench.app.db.write("test.exclude", async |tx| {
        exclusions::Excluded
            .handle(&tx, &told_of)
            .await
            .map_err(|error| ::store::StoreError::Corrupt(error.to_string()))
    });
    kept.await.unwrap();
    let id = open_in(&bench, &resident, "three-order").await;
    bench.clock.advance(HOUR * 25);
    sweep_overdue(&bench.app).await.unwrap();
    let lines = told(&bench, &resident, id).await;
    let climbed = facts(&lines, "escalated");
    assert_eq!(climbed[0]["to"], "/");
    assert_eq!(climbed[0]["skipped"][0]["why"], "vacant");
}

#[tokio::test]
async fn after_a_jump_of_the_clock_every_level_comes_once_and_none_twice() {
    let bench = Bench::new().await;
    let resident = bench.caller(Role::Resident);
    let dispatcher = bench.caller(Role::CompoundDispatcher);
    let helper = bench.caller(Role::PartyMember);
    let id = open_in(&bench, &resident, "three-order").await;
    act(&bench, &dispatcher, id, "take_up", json!({})).await;
    let (app, cause) = (&bench.app, &Cause::request(&bench.now(&helper)));
    let volunteer = helper.principal.account;
    let claimed = app.db.write("test.claim", |tx| async move {
        accept_claim(app, &tx, id, volunteer, cause).await.unwrap();
        Ok::<_, ::store::StoreError>(())
    });
    claimed.await.unwrap();
    // a process that was away for a month
    bench.clock.advance(HOUR * 24 * 30);
    assert_eq!(sweep_overdue(app).await.unwrap(), 1);
    let lines = told(&bench, &resident, id).await;
    let levels: Vec<&Value> = facts(&lines, "level_reached")
        .into_iter()
        .map(|fact| &fact["level"])
        .collect();
    assert_eq!(levels, ["yellow", "due"]);
    // and a clock that was set back, and on again
    let there = bench.clock.now();
    bench.clock.set(there.minus(HOUR * 24 * 29));
    assert_eq!(sweep_overdue(app).await.unwrap(), 0);
    bench.clock.set(there);
    assert_eq!(sweep_overdue(app).await.unwrap(), 0);
}

/// Lets a volunteer take an order over and report that it is done.
async fn hand_in(bench: &Bench, helper: &auth::Ctx, id: OrderId) {
    let (app, cause) = (&bench.app, &Cause::request(&bench.now(helper)));
    let volunteer = helper.principal.account;
    let photo = &Attachment {
        id: kernel::IdSourceExt::next(app.ids.as_ref()),
        order_id: id,
        account: volunteer,
        round: 1,
        kind: PhotoKind::Png,
        size: 1,
        width: 1,
        height: 1,
        digest: String::new(),
        at: cause.now,
        came_from: None,
    };
    let claimed = app.db.write("test.claim", |tx| async move {
        accept_claim(app, &tx, id, volunteer, cause).await.unwrap();
        insert_attachment(&tx, photo).await
    });
    claimed.await.unwrap();
    act(bench, helper, id, "handle", json!({"note": "已修好"})).await;
}

#[tokio::test]
async fn a_review_that_ends_unjudged_shows_nobody_its_only_vote() {
    let bench = Bench::new().await;
    let app = &bench.app;
    let [resident, dispatcher, helper] =
        [Role::Resident, Role::CompoundDispatcher, Role::PartyMember]
            .map(|role| bench.caller(role));
    for _ in 0..5 {
        let neighbour = bench.caller(Role::Resident).principal.account;
        let grant = kernel::IdSourceExt::next(app.ids.as_ref());
        let place: &kernel::OrgPath = &PLACE.parse().unwrap();
        let kept = app.db.write("test.grant", |tx| async move {
            let role = Role::Resident;
            crate::store::holders::insert_grant(&tx, grant, neighbour, role, place).await
        });
        kept.await.unwrap();
    }
    let id = open(&bench, &resident).await;
    act(&bench, &dispatcher, id, "dispatch", json!({})).await;
    hand_in(&bench, &helper, id).await;
    let vote = json!({"score": 1, "solved": true});
    act(&bench, &resident, id, "review", vote).await;
    for hours in [73, 48] {
        bench.clock.advance(HOUR * hours);
        assert_eq!(sweep_overdue(app).await.unwrap(), 1);
    }
    for ctx in [&dispatcher, &helper] {
        let view = show_order(app, &bench.now(ctx), id).await.unwrap();
        let review = view.review.unwrap();
        assert_ne!(view.state, "reviewing");
        assert_eq!((review.votes, review.mean_score_x100), (1, None));
        let lines = told(&bench, ctx, id).await;
        let ended = facts(&lines, "review_concluded");
        let tally = json!({"outcome": "unjudged", "votes": 1});
        assert_eq!((ended.len(), &ended[0]["tally"]), (1, &tally));
        let text = serde_json::to_string(&lines).unwrap();
        assert!(!text.contains("score_sum"), "{text}");
    }
    let facts = crate::store::figures::list_facts(app.db.reader(), &[id]).await;
    let (facts, calendars) = (&facts.unwrap(), &mut CalendarsThen::default());
    let derived = derive_all(app, app.db.reader(), facts, calendars, None);
    let counts = derived.await.unwrap().remove(0).sums.counts;
    assert_eq!(
        (counts.votes, counts.votes_solved, counts.votes_satisfied),
        (0, 0, 0)
    );
}

#[tokio::test]
async fn an_order_about_its_whole_district_follows_a_corrected_calendar() {
    let bench = Bench::new().await;
    bench.settle("/420105000000/", "district", "汉阳区").await;
    let (app, resident) = (&bench.app, bench.caller(Role::Resident));
    let id = bench
        .open(&resident, "agent-service", Some("420105000000"))
        .await;
    bench.stand_still_for_two_days().await;
    bench.clock.advance(HOUR);
    assert_eq!(recount_orders(app).await.unwrap(), 1);
    let view = show_order(app, &bench.now(&resident), id).await.unwrap();
    assert_eq!(view.due_at, Some("2026-11-25T10:00:00Z".parse().unwrap()));
    // and no list of the district has it
    let operator = bench.caller_at(Role::DistrictOperator, "/420105000000/");
    assert_eq!(overdue(&bench, &operator).await, 0);
    bench.clock.advance(HOUR * 24 * 4);
    assert_eq!(sweep_overdue(app).await.unwrap(), 1);
    assert_eq!(overdue(&bench, &operator).await, 0);
    let platform = bench.caller_at(Role::PlatformOperator, "/");
    assert_eq!(overdue(&bench, &platform).await, 1);
}

#[tokio::test]
async fn an_order_that_cannot_be_judged_holds_up_no_other() {
    let mut bench = Bench::new().await;
    bench.app.config.sweep_batch = 1;
    let (resident, dispatcher) = (
        bench.caller(Role::Resident),
        bench.caller(Role::CompoundDispatcher),
    );
    let first = open(&bench, &resident).await;
    bench.clock.advance(HOUR);
    let second = open(&bench, &resident).await;
    bench.break_order(first).await;
    bench.clock.advance(HOUR * 25);
    let turn = sweep_overdue(&bench.app).await;
    assert!(
        matches!(
            turn,
            Err(SweepError::Failed {
                failed: 1,
                changed: 1
            })
        ),
        "{turn:?}"
    );
    let lines = told(&bench, &resident, second).await;
    assert_eq!(lines.last().unwrap()["kind"], "overdue");
    assert_eq!(overdue(&bench, &dispatcher).await, 1);
    let again = sweep_overdue(&bench.app).await;
    assert!(
        matches!(
            again,
            Err(SweepError::Failed {
                failed: 1,
                changed: 0
            })
        ),
        "{again:?}"
    );
}

#[tokio::test]
async fn orders_follow_a_corrected_calendar_by_an_event_of_their_own() {
    let bench = Bench::new().await;
    let (app, resident) = (&bench.app, bench.caller(Role::Resident));
    // Sunday; eight hours of work end on Monday
    let id = open_in(&bench, &resident, "agent-service").await;
    let due = |text: &str| Some(format!("{text}T10:00:00Z").parse().unwrap());
    let view = show_order(app, &bench.now(&resident), id).await.unwrap();
    assert_eq!(view.due_at, due("2026-11-23"));
    bench.clock.advance(HOUR * 48);
    assert_eq!(sweep_overdue(app).await.unwrap(), 1);
    assert!(
        show_order(app, &bench.now(&resident), id)
            .await
            .unwrap()
            .overdue
    );

    bench.stand_still_for_two_days().await;
    // not before every process knows it
    assert_eq!(recount_orders(app).await.unwrap(), 0);
    bench.clock.advance(HOUR);
    assert_eq!(recount_orders(app).await.unwrap(), 1);
    assert_eq!(recount_orders(app).await.unwrap(), 0);
    let view = show_order(app, &bench.now(&resident), id).await.unwrap();
    assert_eq!((view.due_at, view.overdue), (due("2026-11-25"), false));
    let lines = told(&bench, &resident, id).await;
    assert_eq!(lines.last().unwrap()["kind"], "recomputed");
    assert_eq!(facts(&lines, "clock_recomputed").len(), 1);
    // missed again, by the new time
    bench.clock.advance(HOUR * 48);
    assert_eq!(sweep_overdue(app).await.unwrap(), 1);
    assert!(
        show_order(app, &bench.now(&resident), id)
            .await
            .unwrap()
            .overdue
    );
}
