#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::time::Duration;

use kernel::{Clock, Role, Timestamp};

use super::*;
use crate::app::testing::Bench;
use crate::app::{
    ReleaseTask, claim_task, close_tasks, list_my_invitations, list_task_invitations,
    pass_on_tasks, refuse_invitation, release_task, show_standing, take_back_tasks,
};
use crate::domain::invitation::InvitationOrigin;
use crate::domain::standing::Requirement;
use crate::domain::task::TaskState;

async fn claim(bench: &Bench, who: &Ctx, task: TaskId) -> Result<Task, ClaimError> {
    claim_task(&bench.app, &bench.now(who), None, task).await
}

async fn release(bench: &Bench, who: &Ctx, task: TaskId) -> Task {
    let command = ReleaseTask {
        id: task,
        reason: None,
    };
    release_task(&bench.app, &bench.now(who), None, &command)
        .await
        .unwrap()
}

async fn join(bench: &Bench, who: &Ctx, task: TaskId) -> Result<usize, WaitError> {
    let placed = join_waiting(&bench.app, &bench.now(who), None, (task, 0)).await?;
    Ok(placed.position)
}

/// Who has it kept, until when.
async fn kept(bench: &Bench, task: TaskId) -> Option<(AccountId, Timestamp)> {
    let found = find_task(bench.app.db.reader(), task).await.unwrap();
    let hold = found.unwrap().hold?;
    Some((hold.account, hold.until))
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

#[tokio::test]
async fn those_who_wait_are_asked_one_after_the_other_and_then_it_is_open_to_all() {
    let bench = Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let people = bench.volunteers(&staff, 5).await;
    let task = bench.task("0102", None).await;
    let early = join(&bench, &people[1], task).await;
    assert!(matches!(early, Err(WaitError::Refused(WaitRefusal::Open))));
    claim(&bench, &people[0], task).await.unwrap();
    let own = join(&bench, &people[0], task).await;
    assert!(matches!(own, Err(WaitError::Refused(WaitRefusal::Own))));
    for (index, place) in [(1, 1), (2, 2), (3, 3), (1, 1)] {
        assert_eq!(join(&bench, &people[index], task).await.unwrap(), place);
    }
    let told = async || store::outbox::count_pending(&bench.app.db).await.unwrap();
    let before = told().await;
    let start = bench.clock.now();
    let given_back = release(&bench, &people[0], task).await;
    // ticketing hears at once that it was given back, and the first of the list that they are asked
    assert_eq!(told().await, before + 2);
    assert_eq!(
        (given_back.state, given_back.is_listed()),
        (TaskState::Open, false)
    );
    assert_eq!(
        kept(&bench, task).await,
        Some((people[1].principal.account, start.plus(minutes(120))))
    );
    for other in [&people[0], &people[2], &people[4]] {
        let refused = claim(&bench, other, task).await;
        let until = match refused {
            Err(ClaimError::Kept { until }) => until,
            other => panic!("{other:?}"),
        };
        assert_eq!(until, start.plus(minutes(120)));
    }
    let asked = join(&bench, &people[1], task).await;
    assert!(matches!(asked, Err(WaitError::Refused(WaitRefusal::Asked))));
    // no: the next; silence: the one after; who comes meanwhile waits behind them
    assert_eq!(join(&bench, &people[4], task).await.unwrap(), 3);
    refuse_invitation(&bench.app, &bench.now(&people[1]), None, task)
        .await
        .unwrap();
    let next = kept(&bench, task).await.unwrap();
    assert_eq!(next.0, people[2].principal.account);
    bench.clock.advance(minutes(119));
    assert_eq!(pass_on_tasks(&bench.app).await.unwrap(), 0);
    bench.clock.advance(minutes(1));
    assert_eq!(pass_on_tasks(&bench.app).await.unwrap(), 1);
    assert_eq!(pass_on_tasks(&bench.app).await.unwrap(), 0);
    let next = kept(&bench, task).await.unwrap();
    assert_eq!(next.0, people[3].principal.account);
    // leaving while asked is a no
    leave_waiting(&bench.app, &bench.now(&people[3]), task)
        .await
        .unwrap();
    let next = kept(&bench, task).await.unwrap();
    assert_eq!(next.0, people[4].principal.account);
    bench.clock.advance(minutes(120));
    assert_eq!(pass_on_tasks(&bench.app).await.unwrap(), 1);
    assert_eq!(kept(&bench, task).await, None);
    let list = list_task_invitations(&bench.app, &bench.now(&staff), task)
        .await
        .unwrap();
    let state = |index: usize| {
        let own = list
            .iter()
            .find(|one| one.account == people[index].principal.account);
        own.unwrap().state
    };
    assert!(
        list.iter()
            .all(|one| one.origin == InvitationOrigin::WaitingList)
    );
    assert_eq!(
        [1, 2, 3, 4].map(state),
        [
            InvitationState::Refused,
            InvitationState::Lapsed,
            InvitationState::Refused,
            InvitationState::Lapsed
        ]
    );
    claim(&bench, &people[0], task).await.unwrap();
}

#[tokio::test]
async fn whoever_is_asked_takes_it_and_the_others_keep_their_places() {
    let bench = Bench::with(|rules| {
        rules.task.remind_hours = 0;
        rules.task.take_back_hours = 24;
    })
    .await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let people = bench.volunteers(&staff, 4).await;
    let task = bench.task("0102", None).await;
    claim(&bench, &people[0], task).await.unwrap();
    for person in &people[1..] {
        join(&bench, person, task).await.unwrap();
    }
    // taken back from somebody silent: the list is asked as well
    bench.clock.advance(Duration::from_hours(24));
    assert_eq!(take_back_tasks(&bench.app).await.unwrap(), 1);
    let standing = show_standing(&bench.app, &bench.now(&people[2]), task)
        .await
        .unwrap();
    assert_eq!((standing.position, standing.may_wait), (Some(1), false));
    assert!(standing.rules.contains(&(Requirement::Open, false)));
    let standing = show_standing(&bench.app, &bench.now(&people[0]), task)
        .await
        .unwrap();
    assert_eq!((standing.position, standing.may_wait), (None, true));
    let mine = crate::app::PageWanted {
        cursor: None,
        limit: 10,
    };
    let asked = bench.now(&people[1]);
    let (mine, _) = list_my_invitations(&bench.app, &asked, &mine)
        .await
        .unwrap();
    assert_eq!(mine[0].state, InvitationState::Invited);
    let standing = show_standing(&bench.app, &asked, task).await.unwrap();
    assert!(standing.rules.contains(&(Requirement::Open, true)));
    claim(&bench, &people[1], task).await.unwrap();
    let line = list_waiting_for(&bench.app, &bench.now(&staff), (task, 0))
        .await
        .unwrap();
    let accounts: Vec<AccountId> = line.iter().map(|place| place.waiting.account).collect();
    assert_eq!(
        accounts,
        [people[2].principal.account, people[3].principal.account]
    );
    release(&bench, &people[1], task).await;
    assert_eq!(
        kept(&bench, task).await.unwrap().0,
        people[2].principal.account
    );
    // the end of the task ends its list, and what was kept
    let found = find_task(bench.app.db.reader(), task)
        .await
        .unwrap()
        .unwrap();
    let (app, order) = (&bench.app, found.order_id);
    let closed: Result<(), StoreError> = bench
        .app
        .db
        .write("test.close", |tx| async move {
            close_tasks(app, &tx, order).await
        })
        .await;
    closed.unwrap();
    assert_eq!(kept(&bench, task).await, None);
    let line = list_waiting_for(&bench.app, &bench.now(&staff), (task, 0)).await;
    assert!(line.unwrap().is_empty());
    let late = join(&bench, &people[0], task).await;
    assert!(matches!(late, Err(WaitError::Task(ClaimError::Closed))));
    let late = claim(&bench, &people[2], task).await;
    assert!(matches!(late, Err(ClaimError::Closed)));
}

#[tokio::test]
async fn who_may_not_take_it_any_more_is_passed_over_and_stays() {
    let bench = Bench::with(|rules| rules.task.at_once = 1).await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let people = bench.volunteers(&staff, 3).await;
    let task = bench.task("0102", None).await;
    claim(&bench, &people[0], task).await.unwrap();
    for person in &people[1..] {
        join(&bench, person, task).await.unwrap();
    }
    // the first of the list has something else to do by now
    let other = bench.task("0102", None).await;
    claim(&bench, &people[1], other).await.unwrap();
    release(&bench, &people[0], task).await;
    assert_eq!(
        kept(&bench, task).await.unwrap().0,
        people[2].principal.account
    );
    claim(&bench, &people[2], task).await.unwrap();
    let busy = bench.task("0102", None).await;
    let refused = join(&bench, &people[2], busy).await;
    assert!(matches!(
        refused,
        Err(WaitError::Refused(WaitRefusal::Open))
    ));
    let line = list_waiting_for(&bench.app, &bench.now(&staff), (task, 0))
        .await
        .unwrap();
    assert_eq!(
        (line.len(), line[0].waiting.account),
        (1, people[1].principal.account)
    );
    let refused = join(&bench, &people[2], other).await;
    let unmet = match refused {
        Err(WaitError::Task(ClaimError::Unmet(rules))) => rules,
        other => panic!("{other:?}"),
    };
    assert_eq!(unmet, [Requirement::AtOnce]);
    // nobody is left who may: it is open to all
    release(&bench, &people[2], task).await;
    assert_eq!(kept(&bench, task).await, None);
    let stranger = bench.caller(Role::Volunteer);
    claim(&bench, &stranger, task).await.unwrap();
    // whoever waited and takes it by themselves waits no longer
    release(&bench, &people[1], other).await;
    let dispatcher = bench.caller(Role::Resident);
    let hidden = list_waiting_for(&bench.app, &dispatcher, (task, 0)).await;
    assert!(matches!(hidden, Err(WaitError::Task(ClaimError::NotFound))));
    release(&bench, &stranger, task).await;
    assert_eq!(
        kept(&bench, task).await.unwrap().0,
        people[1].principal.account
    );
}

#[tokio::test]
async fn a_list_is_bounded_and_so_is_the_time_for_which_it_comes_first() {
    let bench = Bench::with(|rules| {
        rules.task.waiting_most = 2;
        rules.task.waiting_minutes = 60;
        rules.task.waiting_minutes_in_all = 90;
    })
    .await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let people = bench.volunteers(&staff, 4).await;
    let task = bench.task("0102", None).await;
    claim(&bench, &people[0], task).await.unwrap();
    join(&bench, &people[1], task).await.unwrap();
    join(&bench, &people[2], task).await.unwrap();
    let full = join(&bench, &people[3], task).await;
    assert!(matches!(full, Err(WaitError::Full(2))));
    // who leaves makes room, again is fine
    for _ in 0..2 {
        leave_waiting(&bench.app, &people[1], task).await.unwrap();
    }
    assert_eq!(join(&bench, &people[3], task).await.unwrap(), 2);
    let start = bench.clock.now();
    release(&bench, &people[0], task).await;
    assert_eq!(kept(&bench, task).await.unwrap().1, start.plus(minutes(60)));
    bench.clock.advance(minutes(61));
    pass_on_tasks(&bench.app).await.unwrap();
    assert_eq!(
        kept(&bench, task).await,
        Some((people[3].principal.account, start.plus(minutes(90))))
    );
    assert_eq!(join(&bench, &people[2], task).await.unwrap(), 1);
    bench.clock.advance(minutes(29));
    pass_on_tasks(&bench.app).await.unwrap();
    assert_eq!(kept(&bench, task).await, None);
    // nobody was asked in vain: the place on the list is good for the next time
    claim(&bench, &people[0], task).await.unwrap();
    let line = list_waiting_for(&bench.app, &bench.now(&staff), (task, 0))
        .await
        .unwrap();
    assert_eq!(line[0].waiting.account, people[2].principal.account);
    let stranger = bench.caller(Role::Resident);
    let hidden = join(&bench, &stranger, task).await;
    assert!(matches!(hidden, Err(WaitError::Task(ClaimError::NotFound))));
    let hidden = leave_waiting(&bench.app, &stranger, task).await;
    assert!(matches!(hidden, Err(WaitError::Task(ClaimError::NotFound))));
}
