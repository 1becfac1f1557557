#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

mod dispatch;
mod repair;

use auth::Ctx;
use jiff::civil::{date, time};
use kernel::{Clock, OrgPath, Role, ShiftId};

use super::*;
use crate::app::plans::{
    OpenPlan, PlanError, PlanSubject, WhichShifts, cancel_plan, open_plan, show_plan,
};
use crate::app::testing::{Bench, PLACE};
use crate::app::{
    OpenShift, OpenSignUp, accept_plan, change_activity, make_shifts, open_activity, open_shift,
    open_sign_up,
};
use crate::domain::activity::{ActivityStep, Position};
use crate::domain::duty::{Duty, Rotor, TurnRule};
use crate::domain::roster::{Cost, Roster};
use crate::domain::sign_up::{Obstacle, SignUpState};
use crate::domain::volunteer::{Preferences, Weekday, Window};
use crate::store::list_shifts;

fn wanted(shifts: &[ShiftId], iterations: u64) -> OpenPlan {
    OpenPlan {
        org_path: PLACE.parse().unwrap(),
        subject: PlanSubject::Roster(WhichShifts::These(shifts.to_vec())),
        seed: 7,
        iterations,
    }
}

async fn plan(bench: &Bench, staff: &Ctx, shifts: &[ShiftId]) -> Plan {
    let command = wanted(shifts, 20_000);
    open_plan(&bench.app, staff, None, &command).await.unwrap()
}

/// Asks for a plan and has it worked on.
async fn solved_as(bench: &Bench, staff: &Ctx, subject: PlanSubject) -> (Plan, PlanResult) {
    let command = OpenPlan {
        subject,
        ..wanted(&[], 20_000)
    };
    let plan = open_plan(&bench.app, staff, None, &command).await.unwrap();
    assert_eq!(solve_plans(&bench.app).await.unwrap(), 1);
    let (plan, found) = show_plan(&bench.app, staff, plan.id).await.unwrap();
    assert_eq!(plan.state, PlanState::Solved, "{:?}", plan.reason);
    (plan, found.unwrap())
}

fn roster(found: PlanResult) -> Roster {
    match found {
        PlanResult::Roster(found) => found,
        PlanResult::Dispatch(found) => panic!("{found:?}"),
    }
}

async fn solved(bench: &Bench, staff: &Ctx, shifts: &[ShiftId]) -> (Plan, Roster) {
    let subject = PlanSubject::Roster(WhichShifts::These(shifts.to_vec()));
    let (plan, found) = solved_as(bench, staff, subject).await;
    (plan, roster(found))
}

async fn accepted(bench: &Bench, staff: &Ctx, plan: &Plan) -> PlanResult {
    let done = accept_plan(&bench.app, &bench.now(staff), None, plan.id).await;
    let (plan, said) = done.unwrap();
    assert_eq!(plan.state, PlanState::Accepted);
    said
}

#[tokio::test]
async fn a_plan_fills_what_can_be_filled_and_says_why_the_rest_is_empty() {
    let bench = Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let mut people = Vec::new();
    for _ in 0..3 {
        people.push(bench.volunteer(&staff, Preferences::default()).await);
    }
    // a fourth never has time then, a fifth would rather do something else
    let mondays = Window {
        weekday: Weekday::Monday,
        from: time(1, 0, 0, 0),
        until: time(2, 0, 0, 0),
    };
    let never = Preferences {
        windows: vec![mondays],
        ..Preferences::default()
    };
    bench.volunteer(&staff, never).await;
    let cleaning = bench.activity(&staff, "clean_up").await;
    let visiting = bench.activity(&staff, "visit").await;
    let one = bench.shift(&staff, cleaning, (48, 2)).await;
    let two = bench.shift(&staff, visiting, (48, 3)).await;
    let later = bench.shift(&staff, cleaning, (72, 1)).await;
    let (plan, found) = solved(&bench, &staff, &[one, two, later]).await;
    assert_eq!(found.assignments.len(), 4);
    assert_eq!(plan.progress.incumbent, Some(found.price));
    let at_once: Vec<_> = found
        .assignments
        .iter()
        .filter(|a| a.shift != later)
        .collect();
    let mut who: Vec<_> = at_once.iter().map(|a| a.account).collect();
    who.sort_unstable();
    who.dedup();
    assert_eq!(who.len(), 3, "nobody is in two places");
    let places: u32 = found.unfilled.iter().map(|unfilled| unfilled.places).sum();
    assert_eq!(places, 2);
    for unfilled in &found.unfilled {
        let count = |wanted| {
            let mut reasons = unfilled.reasons.iter();
            reasons
                .find(|(code, _)| *code == wanted)
                .map_or(0, |(_, people)| *people)
        };
        assert_eq!(count(Obstacle::OutsideWindows), 1);
        assert_eq!(count(Obstacle::Collides) + count(Obstacle::OnList), 3);
    }
    // the parts of the price add up, empty places included
    let parts = found.assignments.iter().flat_map(|a| &a.costs);
    let sum: i64 = parts.map(|(_, price)| price).sum();
    assert_eq!(found.price, sum + 2 * 1_000);
    assert!(
        found.assignments[0]
            .costs
            .iter()
            .any(|(cost, _)| *cost == Cost::Load)
    );
}

#[tokio::test]
async fn a_plan_keeps_to_windows_that_meet_at_midnight_to_languages_and_to_turns() {
    let bench = Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let window = |weekday, from, until| Window {
        weekday,
        from: time(from, 0, 0, 0),
        until: time(until, 0, 0, 0),
    };
    // Sunday evening to Monday morning
    let night = Preferences {
        windows: vec![
            window(Weekday::Sunday, 20, 0),
            window(Weekday::Monday, 0, 3),
        ],
        ..Preferences::default()
    };
    let awake = bench.volunteer(&staff, night).await;
    let evening = Preferences {
        windows: vec![window(Weekday::Sunday, 20, 0)],
        languages: vec!["en".to_owned()],
        ..Preferences::default()
    };
    bench.volunteer(&staff, evening).await;
    let cleaning = bench.activity(&staff, "clean_up").await;
    // Sunday 23:00 to Monday 01:00 in Beijing
    let late = bench.shift(&staff, cleaning, (14 + 7 * 24, 2)).await;
    let (_, found) = solved(&bench, &staff, &[late]).await;
    let who: Vec<_> = found.assignments.iter().map(|a| a.account).collect();
    assert_eq!(who, [awake.principal.account]);
    // the next Sunday at 20:00: everybody has time, one of them speaks the language
    let begins_at = staff.now.plus(Duration::from_hours(11 + 7 * 24));
    let command = OpenShift {
        activity: cleaning,
        begins_at,
        ends_at: begins_at.plus(Duration::from_hours(1)),
        positions: vec![Position {
            number: 1,
            skill: None,
            language: Some("en".to_owned()),
            needed: 2,
        }],
    };
    let spoken = open_shift(&bench.app, &staff, None, &command).await;
    let (_, found) = solved(&bench, &staff, &[spoken.unwrap().id]).await;
    assert_eq!(found.assignments.len(), 1);
    assert!(
        found.assignments[0].account != awake.principal.account,
        "{found:?}"
    );
    let reasons = &found.unfilled[0].reasons;
    assert!(
        reasons.iter().any(|(code, _)| *code == Obstacle::Language),
        "{reasons:?}"
    );
    // a duty whose turn it is not
    let other: OrgPath = "/420105000000/420105000000.A1/".parse().unwrap();
    let mut duty = Bench::described("clean_up");
    duty.duty = Some(Duty {
        weekdays: vec![Weekday::Sunday],
        from: time(20, 0, 0, 0),
        until: time(22, 0, 0, 0),
        since: date(2026, 11, 29),
        last: Some(date(2026, 12, 6)),
        every_weeks: 1,
        rotation: vec![Rotor::Unit(other), Rotor::Unit(PLACE.parse().unwrap())],
        positions: vec![Position {
            number: 1,
            skill: None,
            language: None,
            needed: 1,
        }],
        turn: TurnRule::Only,
        moved: Vec::new(),
    });
    let made = open_activity(&bench.app, &staff, None, &duty).await;
    let publish = (made.unwrap().id, ActivityStep::Publish);
    let duty = change_activity(&bench.app, &staff, None, publish).await;
    assert_eq!(make_shifts(&bench.app).await.unwrap(), 2);
    let turns = list_shifts(bench.app.db.reader(), duty.unwrap().id, staff.now, None, 5).await;
    let turns: Vec<ShiftId> = turns.unwrap().iter().map(|shift| shift.id).collect();
    let (_, found) = solved(&bench, &staff, &turns).await;
    let shifts: Vec<ShiftId> = found.assignments.iter().map(|a| a.shift).collect();
    assert_eq!(shifts, [turns[1]]);
    let reasons = &found.unfilled[0].reasons;
    assert_eq!(reasons.as_slice(), [(Obstacle::NotOnTurn, 2)]);
}

#[tokio::test]
async fn the_same_seed_plans_the_same_and_load_is_shared() {
    let bench = Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    for _ in 0..4 {
        bench.volunteer(&staff, Preferences::default()).await;
    }
    let cleaning = bench.activity(&staff, "clean_up").await;
    let mut shifts = Vec::new();
    for day in 2..10 {
        shifts.push(bench.shift(&staff, cleaning, (24 * day, 1)).await);
    }
    let (_, first) = solved(&bench, &staff, &shifts).await;
    let (_, again) = solved(&bench, &staff, &shifts).await;
    assert_eq!(first, again);
    assert_eq!(first.unfilled, []);
    let mut load = std::collections::HashMap::new();
    for assignment in &first.assignments {
        *load.entry(assignment.account).or_insert(0) += 1;
    }
    assert_eq!(load.len(), 4);
    assert!(load.values().all(|turns| *turns == 2), "{load:?}");
}

#[tokio::test]
async fn a_plan_whose_worker_died_is_taken_over_when_the_lease_ends() {
    let bench = Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    bench.volunteer(&staff, Preferences::default()).await;
    let cleaning = bench.activity(&staff, "clean_up").await;
    let shift = bench.shift(&staff, cleaning, (48, 1)).await;
    let waits = plan(&bench, &staff, &[shift]).await;
    // a worker takes it and is never heard of again
    let (dead, runner) = take_next(&bench.app).await.unwrap().unwrap();
    assert_eq!((dead.id, dead.state), (waits.id, PlanState::Solving));
    assert_eq!(solve_plans(&bench.app).await.unwrap(), 0);
    bench.clock.advance(LEASE);
    assert_eq!(solve_plans(&bench.app).await.unwrap(), 1);
    let (plan, found) = show_plan(&bench.app, &staff, waits.id).await.unwrap();
    assert_eq!((plan.state, plan.attempts), (PlanState::Solved, 2));
    assert_eq!(roster(found.unwrap()).assignments.len(), 1);
    // the dead one comes back: its word counts no more
    end(&bench.app, dead, runner, Err(BROKE_OFF)).await.unwrap();
    let (plan, _) = show_plan(&bench.app, &staff, waits.id).await.unwrap();
    assert_eq!(plan.state, PlanState::Solved);
    // what kills whoever works on it is given up
    let deadly = self::plan(&bench, &staff, &[shift]).await;
    for _ in 0..MOST_ATTEMPTS {
        take_next(&bench.app).await.unwrap().unwrap();
        bench.clock.advance(LEASE);
    }
    assert_eq!(solve_plans(&bench.app).await.unwrap(), 1);
    let (plan, _) = show_plan(&bench.app, &staff, deadly.id).await.unwrap();
    assert_eq!(plan.state, PlanState::Failed);
    assert_eq!(plan.reason.as_deref(), Some(BROKE_OFF));
}

#[tokio::test]
async fn a_plan_is_cancelled_while_it_is_worked_on() {
    let bench = Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    for _ in 0..20 {
        bench.volunteer(&staff, Preferences::default()).await;
    }
    let cleaning = bench.activity(&staff, "clean_up").await;
    let mut shifts = Vec::new();
    for day in 2..30 {
        shifts.push(bench.shift(&staff, cleaning, (24 * day, 5)).await);
    }
    let endless = wanted(&shifts, u64::MAX);
    let waits = open_plan(&bench.app, &staff, None, &endless).await.unwrap();
    let cancel = async {
        // as somebody who looks at it again and again
        loop {
            let (plan, _) = show_plan(&bench.app, &staff, waits.id).await.unwrap();
            if plan.progress.iteration > 0 {
                assert!(plan.progress.incumbent.is_some());
                break;
            }
            tokio::task::yield_now().await;
        }
        cancel_plan(&bench.app, &staff, None, waits.id)
            .await
            .unwrap()
    };
    let (worked, cancelled) = tokio::join!(solve_plans(&bench.app), cancel);
    assert_eq!(worked.unwrap(), 1);
    assert_eq!(cancelled.state, PlanState::Cancelled);
    let (plan, found) = show_plan(&bench.app, &staff, waits.id).await.unwrap();
    assert_eq!((plan.state, found), (PlanState::Cancelled, None));
    // again is fine, accepting it is not
    cancel_plan(&bench.app, &staff, None, waits.id)
        .await
        .unwrap();
    let refused = accept_plan(&bench.app, &staff, None, waits.id).await;
    assert!(matches!(refused, Err(PlanError::State)));
}

#[tokio::test]
async fn accepting_leaves_out_what_changed_meanwhile_and_never_overfills() {
    let bench = Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let mut people = Vec::new();
    for _ in 0..4 {
        people.push(bench.volunteer(&staff, Preferences::default()).await);
    }
    let cleaning = bench.activity(&staff, "clean_up").await;
    let contested = bench.shift(&staff, cleaning, (48, 1)).await;
    let other = bench.shift(&staff, cleaning, (96, 1)).await;
    let (plan, found) = solved(&bench, &staff, &[contested, other]).await;
    assert_eq!(found.assignments.len(), 2);
    let planned = found.assignments[0].account;
    // somebody else takes the place before the plan is accepted
    let rival = people
        .iter()
        .find(|one| one.principal.account != planned)
        .unwrap();
    let sign_up = OpenSignUp {
        shift: contested,
        position: 1,
        acknowledge: Vec::new(),
    };
    open_sign_up(&bench.app, rival, None, &sign_up)
        .await
        .unwrap();
    let mut stale = staff.clone();
    stale.if_match = Some(kernel::Version::FIRST);
    let refused = accept_plan(&bench.app, &stale, None, plan.id).await;
    assert!(matches!(refused, Err(PlanError::OtherVersion)));
    let (accepted, said) = accept_plan(&bench.app, &staff, None, plan.id)
        .await
        .unwrap();
    assert_eq!(accepted.state, PlanState::Accepted);
    let kept = said.clone();
    let said = roster(said);
    assert_eq!(said.left_out.len(), 1);
    assert_eq!(said.left_out[0].reason, Obstacle::Full);
    assert_eq!(said.placed.len(), 1);
    assert_eq!(
        (said.placed[0].shift, said.placed[0].state),
        (other, SignUpState::Offered)
    );
    // twice is harmless, with whatever version was seen
    let (_, again) = accept_plan(&bench.app, &stale, None, plan.id)
        .await
        .unwrap();
    assert_eq!(again, kept);
    let list = crate::store::list_of_shift(bench.app.db.reader(), other)
        .await
        .unwrap();
    assert_eq!(list.len(), 1);
    let until = list[0].offer_until.unwrap();
    // half of the four days that are left, as that is no more than the rules give
    assert_eq!(until, bench.clock.now().plus(Duration::from_hours(48)));
}

#[tokio::test]
async fn plans_of_one_place_are_bounded_and_forgotten() {
    let bench = Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let cleaning = bench.activity(&staff, "clean_up").await;
    let shift = bench.shift(&staff, cleaning, (48, 1)).await;
    for _ in 0..3 {
        plan(&bench, &staff, &[shift]).await;
    }
    let fourth = open_plan(&bench.app, &staff, None, &wanted(&[shift], 1)).await;
    assert!(matches!(fourth, Err(PlanError::TooMany)));
    assert_eq!(solve_plans(&bench.app).await.unwrap(), 3);
    let big = bench.shift(&staff, cleaning, (72, 1_001)).await;
    let large = open_plan(&bench.app, &staff, None, &wanted(&[big], 1)).await;
    assert!(matches!(large, Err(PlanError::TooLarge("/shifts"))));
    bench.clock.advance(KEPT + Duration::from_hours(1));
    assert_eq!(forget_old_plans(&bench.app).await.unwrap(), 3);
    let later = bench.now(&staff);
    let late = open_plan(&bench.app, &later, None, &wanted(&[shift], 1)).await;
    assert!(matches!(late, Err(PlanError::NoShift)));
}
