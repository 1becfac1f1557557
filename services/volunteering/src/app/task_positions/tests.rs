#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::time::Duration;

use kernel::Role;
use store::StoreError;

use super::*;
use crate::app::testing::Bench;
use crate::app::{
    ListTasks, ReleaseTask, WhichTasks, claim_task, close_tasks, join_waiting, list_my_hours,
    list_tasks, release_task, show_standing, show_task, take_back_tasks,
};
use crate::domain::standing::Requirement;
use crate::domain::task::TaskState;

fn described(name: &str, needed: u32, skills: &[&str]) -> DescribedPosition {
    DescribedPosition {
        name: name.to_owned(),
        needed,
        skills: skills.iter().map(|skill| (*skill).to_owned()).collect(),
    }
}

async fn group(bench: &Bench, staff: &Ctx, positions: Vec<DescribedPosition>) -> TaskId {
    let task = bench.task("0102", None).await;
    let command = SetPositions { task, positions };
    set_positions(&bench.app, staff, None, &command)
        .await
        .unwrap();
    task
}

async fn take(bench: &Bench, who: &Ctx, task: TaskId) -> Result<Task, ClaimError> {
    claim_task(&bench.app, &bench.now(who), None, task).await
}

async fn fill(bench: &Bench, who: &Ctx, task: TaskId, number: u32) -> Result<SeenTask, GroupError> {
    claim_position(&bench.app, &bench.now(who), None, (task, number)).await
}

async fn give_back(bench: &Bench, who: &Ctx, task: TaskId) -> Task {
    let command = ReleaseTask {
        id: task,
        reason: None,
    };
    release_task(&bench.app, &bench.now(who), None, &command)
        .await
        .unwrap()
}

async fn load(bench: &Bench, task: TaskId) -> Task {
    find_task(bench.app.db.reader(), task)
        .await
        .unwrap()
        .unwrap()
}

async fn close(bench: &Bench, task: TaskId) {
    let order = load(bench, task).await.order_id;
    let app = &bench.app;
    let closed: Result<(), StoreError> = app
        .db
        .write("test.close", |tx| async move {
            close_tasks(app, &tx, order).await
        })
        .await;
    closed.unwrap();
}

async fn listed(bench: &Bench, who: &Ctx, which: WhichTasks) -> Vec<TaskId> {
    let wanted = ListTasks {
        which,
        order_id: None,
        cursor: None,
        limit: 10,
    };
    let (tasks, _) = list_tasks(&bench.app, &bench.now(who), wanted)
        .await
        .unwrap();
    tasks.into_iter().map(|seen| seen.task.id).collect()
}

#[tokio::test]
async fn positions_are_taken_by_the_rules_of_the_task_and_left_again() {
    let bench = Bench::with(|rules| {
        rules.task.at_once = 1;
        rules.task.cool_down_minutes = 30;
    })
    .await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let people = bench.volunteers(&staff, 4).await;
    let positions = vec![
        described("搬运", 1, &[]),
        described("接线", 2, &["electrician"]),
    ];
    let task = group(&bench, &staff, positions).await;
    let early = fill(&bench, &people[1], task, 1).await;
    assert!(matches!(early, Err(GroupError::NoLead)));
    take(&bench, &people[0], task).await.unwrap();
    // others still see it, and what it needs
    assert_eq!(listed(&bench, &people[1], WhichTasks::Open).await, [task]);
    assert!(
        listed(&bench, &people[0], WhichTasks::Open)
            .await
            .is_empty()
    );
    let unmet = |refused: Result<SeenTask, GroupError>| match refused {
        Err(GroupError::Task(ClaimError::Unmet(rules))) => rules,
        other => panic!("{other:?}"),
    };
    let refused = fill(&bench, &people[1], task, 2).await;
    assert_eq!(unmet(refused), [Requirement::Skills]);
    let none = fill(&bench, &people[1], task, 3).await;
    assert!(matches!(none, Err(GroupError::NoPosition)));
    let seen = fill(&bench, &people[1], task, 1).await.unwrap();
    assert_eq!((seen.position, seen.task.positions[0].taken), (Some(1), 1));
    let again = fill(&bench, &people[1], task, 1).await;
    assert!(matches!(again, Err(GroupError::HasOne)));
    let full = fill(&bench, &people[2], task, 1).await;
    assert!(matches!(full, Err(GroupError::Full)));
    // a place is a task at hand, and leaving it begins the pause
    let other = bench.task("0102", None).await;
    let busy = take(&bench, &people[1], other).await;
    assert!(matches!(busy, Err(ClaimError::Unmet(rules)) if rules == [Requirement::AtOnce]));
    let who = bench.now(&people[2]);
    let wrong = release_position(&bench.app, &who, None, (task, 1)).await;
    assert!(matches!(wrong, Err(GroupError::NotOwn)));
    let who = bench.now(&people[1]);
    let left = release_position(&bench.app, &who, None, (task, 1))
        .await
        .unwrap();
    assert_eq!((left.position, left.task.positions[0].taken), (None, 0));
    let soon = fill(&bench, &people[1], task, 1).await;
    assert_eq!(unmet(soon), [Requirement::CoolDown]);
    bench.clock.advance(Duration::from_mins(30));
    fill(&bench, &people[1], task, 1).await.unwrap();
    // whoever leads may take a place of it as well: it is one task
    let who = bench.now(&people[1]);
    release_position(&bench.app, &who, None, (task, 1))
        .await
        .unwrap();
    fill(&bench, &people[0], task, 1).await.unwrap();
    let standing = show_standing(&bench.app, &bench.now(&people[0]), task)
        .await
        .unwrap();
    assert!(standing.rules.contains(&(Requirement::AtOnce, false)));
    let stranger = bench.caller(Role::Resident);
    let hidden = fill(&bench, &stranger, task, 1).await;
    assert!(matches!(
        hidden,
        Err(GroupError::Task(ClaimError::NotFound))
    ));
    let late = SetPositions {
        task,
        positions: vec![described("其他", 1, &[])],
    };
    let settled = set_positions(&bench.app, &staff, None, &late).await;
    assert!(matches!(settled, Err(GroupError::Task(ClaimError::Taken))));
    let unknown = SetPositions {
        task: other,
        positions: vec![described("潜水", 1, &["diving"])],
    };
    let refused = set_positions(&bench.app, &staff, None, &unknown).await;
    assert!(matches!(refused, Err(GroupError::Unknown(at)) if at == "/positions/0/skills"));
}

#[tokio::test]
async fn the_lead_passes_to_whoever_came_first_and_then_the_task_is_open() {
    let bench = Bench::with(|rules| {
        rules.task.remind_hours = 0;
        rules.task.take_back_hours = 24;
    })
    .await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let people = bench.volunteers(&staff, 4).await;
    let task = group(&bench, &staff, vec![described("搬运", 3, &[])]).await;
    take(&bench, &people[0], task).await.unwrap();
    for index in [0, 2, 1] {
        fill(&bench, &people[index], task, 1).await.unwrap();
    }
    join_waiting(&bench.app, &bench.now(&people[3]), None, (task, 0))
        .await
        .unwrap();
    let told = async || store::outbox::count_pending(&bench.app.db).await.unwrap();
    let before = told().await;
    let version = load(&bench, task).await.version;
    // given back and taken in one step, in this order; their own place is empty then
    give_back(&bench, &people[0], task).await;
    assert_eq!(told().await, before + 2);
    let now = load(&bench, task).await;
    assert_eq!(
        (now.state, now.claimed_by, now.positions[0].taken),
        (TaskState::Claimed, Some(people[2].principal.account), 2)
    );
    assert_eq!(now.version, version.next().next());
    assert_eq!(listed(&bench, &people[0], WhichTasks::Open).await, [task]);
    // whoever leads silently is followed as well
    bench.clock.advance(Duration::from_hours(24));
    assert_eq!(take_back_tasks(&bench.app).await.unwrap(), 1);
    let now = load(&bench, task).await;
    assert_eq!(
        (now.claimed_by, now.positions[0].taken),
        (Some(people[1].principal.account), 1)
    );
    // nobody is left: those who wait for it are asked
    give_back(&bench, &people[1], task).await;
    let now = load(&bench, task).await;
    assert_eq!((now.state, now.positions[0].taken), (TaskState::Open, 0));
    assert_eq!(now.hold.unwrap().account, people[3].principal.account);
    assert!(
        listed(&bench, &people[0], WhichTasks::Open)
            .await
            .is_empty()
    );
    take(&bench, &people[3], task).await.unwrap();
    assert_eq!(listed(&bench, &people[0], WhichTasks::Open).await, [task]);
    fill(&bench, &people[0], task, 1).await.unwrap();
}

#[tokio::test]
async fn the_end_of_a_task_ends_all_places_and_the_time_of_all_counts() {
    let bench = Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let people = bench.volunteers(&staff, 4).await;
    let task = group(&bench, &staff, vec![described("搬运", 3, &[])]).await;
    take(&bench, &people[0], task).await.unwrap();
    fill(&bench, &people[0], task, 1).await.unwrap();
    fill(&bench, &people[1], task, 1).await.unwrap();
    fill(&bench, &people[2], task, 1).await.unwrap();
    assert!(
        listed(&bench, &people[3], WhichTasks::Open)
            .await
            .is_empty()
    );
    let hidden = show_task(&bench.app, &bench.now(&people[3]), task).await;
    assert!(hidden.is_err());
    bench.clock.advance(Duration::from_mins(50));
    let who = bench.now(&people[2]);
    release_position(&bench.app, &who, None, (task, 1))
        .await
        .unwrap();
    bench.clock.advance(Duration::from_mins(10));
    close(&bench, task).await;
    let wanted = crate::app::PageWanted {
        cursor: None,
        limit: 10,
    };
    for (index, minutes) in [(0, Some(60)), (1, Some(60)), (2, None)] {
        let who = bench.now(&people[index]);
        let (hours, _) = list_my_hours(&bench.app, &who, &wanted).await.unwrap();
        assert_eq!(hours.first().map(|record| record.minutes), minutes);
        assert!(hours.len() <= 1);
        let mine = listed(&bench, &people[index], WhichTasks::Mine).await;
        assert_eq!(mine.len(), hours.len());
    }
    let seen = show_task(&bench.app, &bench.now(&people[1]), task)
        .await
        .unwrap();
    assert_eq!((seen.task.state, seen.position), (TaskState::Done, Some(1)));
    let (_, places) = list_positions(&bench.app, &bench.now(&staff), task)
        .await
        .unwrap();
    assert!(places.is_empty());
    let late = fill(&bench, &people[3], task, 1).await;
    assert!(matches!(late, Err(GroupError::Task(ClaimError::Closed))));
}
