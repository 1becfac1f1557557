//! Figures: what was counted by hand.

use kernel::Role;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use testkit::{Caller, Reply};

use crate::plans::solved;
use crate::service::{API, Service, activity, sign_up};
use crate::{COMPOUND, OTHER_COMPOUND, claim, problem};

async fn figures(service: &Service, caller: &Caller, place: &str) -> Value {
    service.run("add_up_figures").await;
    between(caller, place, ("2026-11-22", "2026-11-30"))
        .await
        .expect(200)
}

async fn between(caller: &Caller, place: &str, (from, to): (&str, &str)) -> Reply {
    let path = format!("{API}/statistics?org_path={place}&from={from}&to={to}");
    caller.get(&path).await
}

/// What anybody may ask for: the month of the tests, once it is over.
async fn november(service: &Service, caller: &Caller, place: &str) -> Value {
    service.run("add_up_figures").await;
    between(caller, place, ("2026-11-01", "2026-11-30"))
        .await
        .expect(200)
}

fn rate(part: u64, whole: u64, basis_points: u64) -> Value {
    json!({"numerator": part, "denominator": whole, "basis_points": basis_points})
}

#[tokio::test]
async fn an_accepted_plan_is_counted_in_the_figures() {
    let service = Service::start().await;
    let mut review = activity();
    review["admission"] = json!("review");
    let id = service.activity(&review).await;
    let shift = service.shift(&id, 48, 1).await;
    let applicant = service.volunteer().await;
    sign_up(&applicant, &shift).await.expect(201);
    let wanted = json!({"org_path": COMPOUND, "shifts": [shift], "iterations": 1000});
    let path = format!("{API}/plans");
    let made = service.staff.post(&path, &wanted).await.expect(201);
    let plan = solved(&service, &made).await;
    let path = format!("{path}/{}/accept", plan["id"].as_str().unwrap());
    let accepted = service.staff.post(&path, &Value::Null).await.expect(200);
    assert_eq!(accepted["result"]["placed"][0]["state"], "confirmed");
    service.attend(&shift, 48, &[&applicant]).await;
    service.clock.advance(std::time::Duration::from_hours(24));
    let found = figures(&service, &service.staff, COMPOUND).await;
    assert_eq!(found["attendance"], rate(1, 1, 10_000));
    service.stage.host.stop().await;
}

#[tokio::test]
async fn figures_are_those_that_a_hand_counts() {
    let service = Service::start().await;
    let people = [
        service.volunteer().await,
        service.volunteer().await,
        service.volunteer().await,
    ];
    let [first, second, _] = &people;
    let waiting = service.caller(&[]);
    let described = json!({"home": COMPOUND});
    waiting
        .post(&format!("{API}/volunteers"), &described)
        .await
        .expect(201);
    // two orders: one that somebody took, one that nobody did
    let taker = service.caller(&[(Role::Volunteer, COMPOUND)]);
    for taken in [true, false] {
        let order = service.stage.order(COMPOUND);
        let task = service.stage.offer(&order).await;
        if taken {
            claim(&taker, &task).await.expect(200);
        }
        service.stage.recall(order.order_id).await;
        testkit::eventually("the task ends", async || {
            let path = format!("{}?order_id={}", crate::TASKS, order.order_id);
            let city = service.caller(&[(Role::Volunteer, "/")]);
            let open = city.get(&path).await.expect(200);
            crate::ids(&open).is_empty().then_some(())
        })
        .await;
    }
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 5).await;
    for person in &people {
        sign_up(person, &shift).await.expect(201);
    }
    service.attend(&shift, 48, &[first, second]).await;
    service.judge(first, &json!({"verdict": "confirm"})).await;
    let correct = json!({"verdict": "correct", "minutes": 90, "reason": "提前离开"});
    service.judge(second, &correct).await;
    service.clock.advance(std::time::Duration::from_hours(24));

    let found = figures(&service, &service.staff, COMPOUND).await;
    assert_eq!(
        found["volunteers"],
        json!([{"name": "certified", "count": 3}, {"name": "registered", "count": 1}])
    );
    // 2 of 4 served; 120 + 90 minutes; 2 + 1.5 points; 210 / 4; 2 of 3 came; 1 of 2 tasks was taken
    assert_eq!(found["active"], rate(2, 4, 5_000));
    assert_eq!(
        [
            &found["times"],
            &found["minutes"],
            &found["points_hundredths"]
        ],
        [&json!(2), &json!(210), &json!(350)]
    );
    assert_eq!(
        found["by_kind"],
        json!([{"kind": "clean_up", "times": 2, "minutes": 210}])
    );
    assert_eq!(found["minutes_per_volunteer"], json!(52));
    assert_eq!(found["attendance"], rate(2, 3, 6_666));
    assert_eq!(found["claims"], rate(1, 2, 5_000));
    assert_eq!(found["stars"], json!([]));
    let district = service.caller(&[(Role::DistrictOperator, "/420105000000/")]);
    let above = figures(&service, &district, "/420105000000/").await;
    assert_eq!(above["minutes"], json!(210));

    // what is taken back is taken out of the sums, and who moves takes their own along
    let refuse = json!({"verdict": "refuse", "reason": "核实未到场"});
    service.judge(first, &refuse).await;
    let home = second
        .request(reqwest::Method::PUT, &format!("{API}/me"))
        .json(&json!({"home": OTHER_COMPOUND}));
    second.send(home).await.expect(200);
    let found = figures(&service, &service.staff, COMPOUND).await;
    assert_eq!(
        [
            &found["times"],
            &found["minutes"],
            &found["points_hundredths"]
        ],
        [&json!(1), &json!(90), &json!(150)]
    );
    assert_eq!(found["active"], rate(0, 3, 0));
    let there = figures(&service, &district, OTHER_COMPOUND).await;
    assert_eq!(there["active"], rate(1, 1, 10_000));
    assert_eq!(there["minutes"], json!(0));
    assert_eq!(service.run("add_up_figures").await, 0);
    service.stage.host.stop().await;
}

#[tokio::test]
async fn small_counts_are_shown_to_those_who_run_the_place_alone() {
    let service = Service::start().await;
    let volunteer = service.volunteer().await;
    let id = service.activity(&activity()).await;
    let shift = service.shift(&id, 48, 5).await;
    sign_up(&volunteer, &shift).await.expect(201);
    service.attend(&shift, 48, &[&volunteer]).await;
    service
        .judge(&volunteer, &json!({"verdict": "confirm"}))
        .await;
    let neighbour = service.caller(&[(Role::Resident, COMPOUND)]);
    let early = between(&neighbour, COMPOUND, ("2026-11-01", "2026-11-30")).await;
    assert_eq!(problem(&early.expect(422)), "whole-months-only");
    service
        .clock
        .advance(std::time::Duration::from_hours(24 * 8));
    let hidden = november(&service, &neighbour, COMPOUND).await;
    for name in [
        "volunteers",
        "times",
        "minutes",
        "points_hundredths",
        "by_kind",
        "minutes_per_volunteer",
    ] {
        assert_eq!(hidden[name], Value::Null, "{name}");
    }
    assert_eq!(
        hidden["active"],
        json!({"numerator": null, "denominator": null, "basis_points": null})
    );
    let nowhere = november(&service, &neighbour, OTHER_COMPOUND).await;
    assert_eq!(
        (&nowhere["times"], &nowhere["by_kind"]),
        (&json!(0), &json!([]))
    );
    for wrong in [
        "from=2026-11-30&to=2026-11-22",
        "from=2025-11-21&to=2026-11-22",
        "from=2026-11-22",
        "from=yesterday&to=2026-11-22",
        "from=2026-11-22&to=2026-11-22&by=kind",
    ] {
        let path = format!("{API}/statistics?org_path={COMPOUND}&{wrong}");
        let refused = neighbour.get(&path).await.expect(422);
        assert!(!problem(&refused).is_empty());
    }
    service.stage.host.stop().await;
}

#[tokio::test]
async fn small_counts_do_not_follow_from_two_periods() {
    let service = Service::start().await;
    let neighbour = service.caller(&[(Role::Resident, COMPOUND)]);
    // confirmed services of July (15), August (15) and September (2); of the second quarter 6, 7 and 8
    let days = [
        (20_649, 15),
        (20_680, 15),
        (20_711, 2),
        (20_558, 6),
        (20_588, 7),
        (20_619, 8),
    ];
    let db = &service.stage.host.deps("volunteering").db;
    let noted = db.write("test.figures", |tx| async move {
        for (day, times) in days {
            for (measure, kind, amount) in [
                ("times", "visit", times),
                ("minutes", "visit", times * 60),
                ("accepted", "", times + 5),
                ("arrived", "", times),
            ] {
                let row = format!(
                    "INSERT INTO service_figure (scope_code, day, measure, kind, amount)
                    VALUES ('420105011010.X01', {day}, '{measure}', '{kind}', {amount})"
                );
                tx.execute_unprepared(&row).await?;
            }
        }
        Ok::<_, store::StoreError>(())
    });
    noted.await.unwrap();
    let shown = async |days| between(&neighbour, COMPOUND, days).await.expect(200);
    let august = shown(("2026-08-01", "2026-08-31")).await;
    assert_eq!(
        (&august["times"], &august["attendance"]["numerator"]),
        (&json!(15), &json!(15))
    );
    let september = shown(("2026-09-01", "2026-09-30")).await;
    assert_eq!(september["times"], Value::Null);
    // with two of its months it would tell the third
    let third = shown(("2026-07-01", "2026-09-30")).await;
    for name in ["times", "minutes", "by_kind", "minutes_per_volunteer"] {
        assert_eq!(third[name], Value::Null, "{name}");
    }
    assert_eq!(third["attendance"]["numerator"], Value::Null);
    assert_eq!(third["attendance"]["denominator"], json!(47));
    let second = shown(("2026-04-01", "2026-06-30")).await;
    assert_eq!(second["times"], json!(21));
    assert_eq!(second["by_kind"][0]["minutes"], json!(21 * 60));
    assert_eq!(second["attendance"], rate(21, 36, 5_833));
    // nor does a day from two periods that differ by it
    for days in [
        ("2026-08-01", "2026-08-30"),
        ("2026-07-02", "2026-07-31"),
        ("2026-07-01", "2026-08-31"),
        ("2026-08-01", "2026-10-31"),
        ("2025-12-01", "2026-11-30"),
    ] {
        let refused = between(&neighbour, COMPOUND, days).await.expect(422);
        assert_eq!(problem(&refused), "whole-months-only", "{days:?}");
        let staff = between(&service.staff, COMPOUND, days).await;
        staff.expect(200);
    }
    service.stage.host.stop().await;
}
