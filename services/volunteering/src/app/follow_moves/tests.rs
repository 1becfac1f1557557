#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::time::Duration;

use auth::{Ctx, Grant, Principal};
use futures_util::future::join_all;
use kernel::{EventId, IdSourceExt, Role, SignUpId, TaskId, VolunteerId};

use super::*;
use crate::app::testing::{Bench, PLACE};
use crate::app::{
    ChangeSignUp, ChangeVolunteer, DescribeVolunteer, OpenSignUp, change_sign_up, change_volunteer,
    open_sign_up, update_my_volunteer,
};
use crate::domain::sign_up::SignUpStep;
use crate::domain::task::Task;
use crate::domain::task::TaskState;
use crate::domain::volunteer::{OfAge, Preferences, VolunteerStep};
use crate::store::{
    find_task, find_volunteer_of, insert_relocation, list_audiences, list_in, list_open, save_task,
    take_task,
};

const MOVED: &str = "/420105000000/420105011000/420105011011/420105011010.X01/";
const NEW_ABOVE: &str = "/420105000000/420105011000/420105011011/";
const OLD_ABOVE: &str = "/420105000000/420105011000/420105011010/";

fn path(text: &str) -> OrgPath {
    text.parse().unwrap()
}

/// Says that the place was moved.
async fn moved(bench: &Bench) {
    let id: EventId = bench.app.ids.next();
    let relocation = &Relocation::new(id, path(PLACE), path(MOVED)).unwrap();
    let said = bench.app.db.write("test.move", |tx| async move {
        insert_relocation(&tx, relocation).await
    });
    said.await.unwrap();
}

async fn open_at(bench: &Bench, place: &str) -> Vec<TaskId> {
    let db = bench.app.db.reader();
    let mut found = Vec::new();
    for audience in list_audiences(db).await.unwrap() {
        found.extend(
            list_open(db, &path(place), &audience, None, 500)
                .await
                .unwrap(),
        );
    }
    found
}

async fn task(bench: &Bench, id: TaskId) -> Task {
    find_task(bench.app.db.reader(), id).await.unwrap().unwrap()
}

#[tokio::test]
async fn more_than_a_batch_follows_and_is_looked_for_once_more() {
    let bench = Bench::new().await;
    let mut tasks = Vec::new();
    for _ in 0..BATCH + 7 {
        tasks.push(bench.task("0102", None).await);
    }
    moved(&bench).await;
    let all = u64::try_from(tasks.len()).unwrap();
    assert_eq!(follow_moves(&bench.app).await.unwrap(), all);
    assert_eq!(open_at(&bench, OLD_ABOVE).await, []);
    let mut there = open_at(&bench, NEW_ABOVE).await;
    there.sort_unstable();
    assert_eq!(there, tasks);
    // whoever began before the move writes at the old place still: it follows in the next turn
    let late = bench.task("0102", None).await;
    assert_eq!(follow_moves(&bench.app).await.unwrap(), 1);
    assert_eq!(task(&bench, late).await.org_path, path(MOVED));
    assert_eq!(follow_moves(&bench.app).await.unwrap(), 0);
    let left = bench.app.db.write("test.left", |tx| async move {
        hold_oldest_relocation(&tx).await
    });
    assert_eq!(left.await.unwrap(), None);
}

#[tokio::test]
async fn what_was_decided_about_a_task_at_the_place_before_is_not_written() {
    let bench = Bench::new().await;
    let id = bench.task("0102", None).await;
    let read = task(&bench, id).await;
    moved(&bench).await;
    follow_moves(&bench.app).await.unwrap();
    // as somebody who read the task before it went and writes now
    let helper: Ctx = bench.caller(Role::Volunteer);
    let mut taken = read.clone();
    taken.claim(&helper.principal, helper.now).unwrap();
    let (taken, seen) = (&taken, read.version);
    let claimed: Result<bool, StoreError> = bench
        .app
        .db
        .write("test.claim", |tx| async move {
            take_task(&tx, taken, seen).await
        })
        .await;
    assert!(matches!(claimed, Err(StoreError::Raced(_))), "{claimed:?}");
    let saved: Result<(), StoreError> = bench
        .app
        .db
        .write("test.save", |tx| async move {
            save_task(&tx, taken, seen).await
        })
        .await;
    assert!(matches!(saved, Err(StoreError::Raced(_))), "{saved:?}");
    let now = task(&bench, id).await;
    assert_eq!((now.state, &now.org_path), (TaskState::Open, &path(MOVED)));
    assert_eq!(open_at(&bench, NEW_ABOVE).await, [id]);
    // read again it is taken, stays where it is, and is on no list
    let mut taken = now.clone();
    taken.claimed_by = Some(helper.principal.account);
    taken.claimed_at = Some(helper.now);
    taken.state = TaskState::Claimed;
    taken.version = now.version.next();
    let (taken, seen) = (&taken, now.version);
    let claimed = bench.app.db.write("test.claim", |tx| async move {
        let won = take_task(&tx, taken, seen).await?;
        let mut writes = Writes::default();
        hide_task(&mut writes, taken);
        writes.run(&tx).await?;
        Ok::<_, StoreError>(won)
    });
    assert!(claimed.await.unwrap());
    assert_eq!(task(&bench, id).await.org_path, path(MOVED));
    assert_eq!(open_at(&bench, "/").await, []);
}

#[tokio::test]
async fn who_moves_home_meanwhile_is_not_taken_along() {
    let bench = Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let mut people = Vec::new();
    for _ in 0..30 {
        people.push(bench.volunteer(&staff, Preferences::default()).await);
    }
    let chosen = "/420105000000/420105011000/420105011010/420105011010.X02/";
    let said = &DescribeVolunteer {
        home: path(chosen),
        preferences: Preferences::default(),
    };
    moved(&bench).await;
    let (leaving, staying) = people.split_at(15);
    let homes = join_all(
        leaving
            .iter()
            .map(|person| async { update_my_volunteer(&bench.app, person, said).await.unwrap() }),
    );
    let (followed, _) = tokio::join!(follow_moves(&bench.app), homes);
    assert!(followed.unwrap() >= 15);
    follow_moves(&bench.app).await.unwrap();
    let db = bench.app.db.reader();
    let mut listed: Vec<(VolunteerId, &str)> = Vec::new();
    for (people, home) in [(leaving, chosen), (staying, MOVED)] {
        for person in people {
            let found = find_volunteer_of(db, person.principal.account).await;
            let found = found.unwrap().unwrap();
            assert_eq!(found.home, path(home));
            listed.push((found.id, home));
        }
    }
    for (list, home) in [
        (PlaceList::Registered, chosen),
        (PlaceList::Certified, MOVED),
    ] {
        let mut there = list_in::<VolunteerId>(db, list, &path(home), None, 100)
            .await
            .unwrap();
        there.sort_unstable();
        let wanted = listed.iter().filter(|(_, of)| *of == home);
        let mut wanted: Vec<VolunteerId> = wanted.map(|(id, _)| *id).collect();
        wanted.sort_unstable();
        assert_eq!(there, wanted, "{home}");
    }
    // who runs the place before decides about them no longer
    let command = ChangeVolunteer {
        id: listed[0].0,
        step: VolunteerStep::Confirm,
        of_age: OfAge::Unsaid,
    };
    let refused = change_volunteer(&bench.app, &staff, &command).await;
    assert!(refused.is_err(), "{refused:?}");
}

#[tokio::test]
async fn an_appeal_waits_where_its_activity_went() {
    let bench = Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let person = bench.volunteer(&staff, Preferences::default()).await;
    let activity = bench.activity(&staff, "clean_up").await;
    let command = OpenSignUp {
        shift: bench.shift(&staff, activity, (48, 1)).await,
        position: 1,
        acknowledge: Vec::new(),
    };
    let made = open_sign_up(&bench.app, &person, None, &command).await;
    let id = made.unwrap().id;
    bench.clock.advance(Duration::from_hours(60));
    let absent = SignUpStep::MarkAbsent { answer: None };
    let reason = "当日生病".to_owned();
    for (who, step) in [(&staff, absent), (&person, SignUpStep::Appeal { reason })] {
        let (now, command) = (bench.now(who), ChangeSignUp { id, step });
        let taken = change_sign_up(&bench.app, &now, None, &command).await;
        taken.unwrap();
    }
    moved(&bench).await;
    follow_moves(&bench.app).await.unwrap();
    let waiting = async |place: &str| {
        let (db, place) = (bench.app.db.reader(), path(place));
        let found = list_in::<SignUpId>(db, PlaceList::SignUpAppeals, &place, None, 10);
        found.await.unwrap()
    };
    assert_eq!(waiting(OLD_ABOVE).await, []);
    assert_eq!(waiting(NEW_ABOVE).await, [id]);
    // whoever runs the place now decides
    let principal = Principal {
        account: bench.app.ids.next(),
        session: bench.app.ids.next(),
        grants: vec![Grant::new(Role::CommunityDispatcher, path(NEW_ABOVE))],
    };
    let there = Ctx::internal(principal, "change_sign_up", bench.now(&staff).now);
    let answer = Some("情况属实".to_owned());
    let step = SignUpStep::Excuse { answer };
    let command = ChangeSignUp { id, step };
    let decided = change_sign_up(&bench.app, &there, None, &command).await;
    decided.unwrap();
    assert_eq!(waiting(NEW_ABOVE).await, []);
}
