#![expect(clippy::unwrap_used, reason = "tests may")]

use std::time::Duration;

use kernel::{Clock, RequestId};
use serde_json::json;

use super::{SweepError, sweep_suspensions};
use crate::app::show_order::show_order;
use crate::app::testing::{Bench, InHand};
use crate::domain::request::{Ask, RequestState};
use crate::store::requests::find_request;

const DAY: Duration = Duration::from_hours(24);

/// Suspends an order for some days.
async fn suspend(bench: &Bench, order: &InHand, days: u32) -> RequestId {
    let ask = Ask::Suspend {
        plan: "列入雨季后施工计划".to_owned(),
        until: bench.clock.now().plus(DAY * days),
    };
    let id = bench.ask(order, ask, false).await;
    bench.step(&order.operator, id, "approve").await.unwrap();
    id
}

async fn state(bench: &Bench, id: RequestId) -> RequestState {
    let found = find_request(bench.app.db.reader(), id).await.unwrap();
    found.unwrap().request.state
}

/// Why the limit of the unit stands still, and whether the order is under supervision.
async fn stands(bench: &Bench, order: &InHand) -> (Option<String>, bool) {
    let operator = &bench.now(&order.operator);
    let view = show_order(&bench.app, operator, order.id).await.unwrap();
    let handle = view.clocks.iter().find(|clock| clock.name == "handle");
    let paused = handle.and_then(|clock| clock.paused.clone());
    (paused, view.supervised)
}

#[tokio::test]
async fn the_end_of_one_suspension_leaves_another_one_as_it_is() {
    let bench = Bench::new().await;
    let order = bench.in_hand().await;
    let short = suspend(&bench, &order, 20).await;
    let long = suspend(&bench, &order, 25).await;
    bench.clock.advance(DAY * 21);
    assert_eq!(sweep_suspensions(&bench.app).await.unwrap(), 1);
    assert_eq!(state(&bench, short).await, RequestState::Ended);
    let still = Some("suspended".to_owned());
    assert_eq!(stands(&bench, &order).await, (still, false));
    bench.clock.advance(DAY * 5);
    assert_eq!(sweep_suspensions(&bench.app).await.unwrap(), 1);
    assert_eq!(state(&bench, long).await, RequestState::Ended);
    assert_eq!(stands(&bench, &order).await, (None, false));
}

#[tokio::test]
async fn a_suspension_that_outlives_its_order_ends_and_nobody_is_supervised() {
    let bench = Bench::new().await;
    let order = bench.in_hand().await;
    let suspended = suspend(&bench, &order, 50).await;
    let ask = Ask::Terminate {
        ground: "诉求人不配合".to_owned(),
    };
    let terminated = bench.ask(&order, ask, false).await;
    bench
        .step(&order.operator, terminated, "approve")
        .await
        .unwrap();
    bench.clock.advance(DAY * 31);
    assert_eq!(sweep_suspensions(&bench.app).await.unwrap(), 1);
    assert_eq!(state(&bench, suspended).await, RequestState::Ended);
    assert_eq!(stands(&bench, &order).await, (None, false));
    assert_eq!(sweep_suspensions(&bench.app).await.unwrap(), 0);
}

#[tokio::test]
async fn a_suspension_that_cannot_be_judged_holds_up_no_other() {
    let mut bench = Bench::new().await;
    bench.app.config.sweep_batch = 1;
    let (broken, whole) = (bench.in_hand().await, bench.in_hand().await);
    suspend(&bench, &broken, 50).await;
    bench.clock.advance(DAY);
    let later = suspend(&bench, &whole, 50).await;
    bench.break_order(broken.id).await;
    bench.clock.advance(DAY * 31);
    let turn = sweep_suspensions(&bench.app).await;
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
    // its monthly review is late
    assert_eq!(state(&bench, later).await, RequestState::Approved);
    let still = Some("suspended".to_owned());
    assert_eq!(stands(&bench, &whole).await, (still, true));
}

#[tokio::test]
async fn a_draft_is_held_against_the_rules_again_when_it_is_handed_in() {
    let bench = Bench::new().await;
    let order = bench.in_hand().await;
    let back = || Ask::Return {
        ground: "权责清单第 12 项".to_owned(),
    };
    let draft = bench.ask(&order, back(), true).await;
    let extend = Ask::Extend {
        clock: "handle".to_owned(),
        work_days: 3,
    };
    let longer = bench.ask(&order, extend, true).await;
    bench.clock.advance(DAY * 4);
    let refused = bench.step(&order.liaison, draft, "submit").await;
    assert_eq!(slug(refused), "return-window-over");
    bench.clock.advance(DAY * 10);
    let refused = bench.step(&order.liaison, longer, "submit").await;
    assert_eq!(slug(refused), "clock-not-extendable");
    let report = json!({"handling_note": "已处理", "public_answer": "已处理"});
    bench
        .act(&order.liaison, order.id, "feedback", report)
        .await;
    let refused = bench.step(&order.liaison, longer, "submit").await;
    assert_eq!(slug(refused), "request-not-now");
    // and is taken back at any time
    bench
        .step(&order.liaison, longer, "withdraw")
        .await
        .unwrap();
}

/// Names the refusal, which is one of the present state (409).
fn slug<T: std::fmt::Debug>(refused: Result<T, super::RequestError>) -> &'static str {
    let fact = problem::Category::fact(&refused.unwrap_err());
    assert_eq!(fact.kind, problem::Kind::Conflict);
    fact.slug
}
