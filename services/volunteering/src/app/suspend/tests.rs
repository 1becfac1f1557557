#![expect(clippy::unwrap_used, reason = "tests may")]

use std::collections::BTreeSet;

use futures_util::future::join;
use kernel::Role;

use super::*;
use crate::app::testing::Bench;
use crate::app::volunteer_error::VolunteerError;
use crate::app::{
    ChangeVolunteer, DescribedPosition, OpenSignUp, SetPositions, change_volunteer, claim_position,
    claim_task, join_waiting, open_sign_up, set_positions,
};
use crate::domain::sign_up::SignUp;
use crate::domain::task::Task;
use crate::domain::volunteer::{OfAge, Volunteer, VolunteerStep};
use crate::store::{find_task, find_volunteer_of};

async fn suspend(bench: &Bench, staff: &Ctx, who: &Ctx) -> Result<Volunteer, VolunteerError> {
    let found = find_volunteer_of(bench.app.db.reader(), who.principal.account).await;
    let command = ChangeVolunteer {
        id: found.unwrap().unwrap().id,
        step: VolunteerStep::Suspend,
        of_age: OfAge::Unsaid,
    };
    change_volunteer(&bench.app, staff, &command).await
}

async fn load(bench: &Bench, task: TaskId) -> Task {
    let found = find_task(bench.app.db.reader(), task).await;
    found.unwrap().unwrap()
}

async fn group(bench: &Bench, staff: &Ctx) -> TaskId {
    let task = bench.task("0102", None).await;
    let position = DescribedPosition {
        name: "搬运".to_owned(),
        needed: 3,
        skills: BTreeSet::new(),
    };
    let command = SetPositions {
        task,
        positions: vec![position],
    };
    let set = set_positions(&bench.app, staff, None, &command).await;
    set.unwrap();
    task
}

async fn sign_up(bench: &Bench, who: &Ctx, shift: ShiftId) -> SignUp {
    let command = OpenSignUp {
        shift,
        position: 1,
        acknowledge: Vec::new(),
    };
    let made = open_sign_up(&bench.app, who, None, &command).await;
    made.unwrap()
}

async fn state(bench: &Bench, sign_up: &SignUp) -> SignUpState {
    let list = list_of_shift(bench.app.db.reader(), sign_up.shift).await;
    let mut list = list.unwrap().into_iter();
    list.find(|other| other.id == sign_up.id).unwrap().state
}

#[tokio::test]
async fn whoever_is_suspended_holds_nothing_any_more_and_others_follow() {
    let bench = Bench::new().await;
    let app = &bench.app;
    let staff = bench.caller(Role::CompoundDispatcher);
    let people = bench.volunteers(&staff, 2).await;
    let [one, other] = people.as_slice() else {
        unreachable!("two people")
    };
    let alone = bench.task("0102", None).await;
    claim_task(app, one, None, alone).await.unwrap();
    let awaited = bench.task("0102", None).await;
    claim_task(app, one, None, awaited).await.unwrap();
    join_waiting(app, other, None, (awaited, 0)).await.unwrap();
    let led = group(&bench, &staff).await;
    claim_task(app, one, None, led).await.unwrap();
    for who in [one, other] {
        claim_position(app, who, None, (led, 1)).await.unwrap();
    }
    let joined = group(&bench, &staff).await;
    claim_task(app, other, None, joined).await.unwrap();
    claim_position(app, one, None, (joined, 1)).await.unwrap();
    let kept = bench.task("0102", None).await;
    claim_task(app, other, None, kept).await.unwrap();
    let activity = bench.activity(&staff, "clean_up").await;
    let (small, full) = (
        bench.shift(&staff, activity, (48, 1)).await,
        bench.shift(&staff, activity, (60, 1)).await,
    );
    let place = sign_up(&bench, one, small).await;
    let waits = sign_up(&bench, other, small).await;
    let others = sign_up(&bench, other, full).await;
    let waiting = sign_up(&bench, one, full).await;
    assert_eq!(waits.state, SignUpState::Waiting);
    assert_eq!(waiting.state, SignUpState::Waiting);

    suspend(&bench, &staff, one).await.unwrap();

    let task = load(&bench, alone).await;
    assert_eq!((task.state, task.claimed_by), (TaskState::Open, None));
    let task = load(&bench, awaited).await;
    let asked = task.hold.map(|hold| hold.account);
    assert_eq!(asked, Some(other.principal.account));
    let task = load(&bench, led).await;
    assert_eq!(task.claimed_by, Some(other.principal.account));
    let taken = |task: &Task| task.positions.iter().map(|one| one.taken).sum::<u32>();
    assert_eq!(taken(&task), 1);
    let task = load(&bench, joined).await;
    assert_eq!(
        (task.claimed_by, taken(&task)),
        (Some(other.principal.account), 0)
    );
    assert!(load(&bench, kept).await.is_of(other.principal.account));
    assert_eq!(state(&bench, &place).await, SignUpState::Refused);
    assert_eq!(state(&bench, &waits).await, SignUpState::Offered);
    assert_eq!(state(&bench, &waiting).await, SignUpState::Refused);
    assert_eq!(state(&bench, &others).await, SignUpState::Confirmed);
    let held = list_held(app.db.reader(), one.principal.account).await;
    assert_eq!(held.unwrap(), []);
}

/// On PostgreSQL both run side by side.
#[tokio::test]
async fn no_claim_slips_past_a_suspension_beside_it() {
    let bench = Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let (mut won, mut refused) = (0, 0);
    for turn in 0..40 {
        let people = bench.volunteers(&staff, 1).await;
        let [one] = people.as_slice() else {
            unreachable!("one person")
        };
        let task = bench.task("0102", None).await;
        let claim = claim_task(&bench.app, one, None, task);
        let suspended = suspend(&bench, &staff, one);
        let (claimed, suspended) = if turn % 2 == 0 {
            join(claim, suspended).await
        } else {
            let (suspended, claimed) = join(suspended, claim).await;
            (claimed, suspended)
        };
        suspended.unwrap();
        match claimed {
            Ok(_) => won += 1,
            Err(_) => refused += 1,
        }
        let task = load(&bench, task).await;
        assert_eq!((task.state, task.claimed_by), (TaskState::Open, None));
    }
    assert_eq!(won + refused, 40);
}
