#![expect(clippy::unwrap_used, reason = "tests may")]

use std::time::Duration;

use auth::Ctx;
use futures_util::future::join_all;
use kernel::{IdSourceExt, Role, TaskId, Timestamp};
use store::Writes;

use super::*;
use crate::app::invitations::{InvitationError, InviteToTask, invite_to_task};
use crate::app::testing::{Bench, PLACE};
use crate::domain::invitation::MOST_INVITED;
use crate::domain::statistics::{Change, Measure};
use crate::domain::volunteer::Preferences;
use crate::store::{hold_watch, note_changes, put_watch};

#[tokio::test]
async fn a_change_counts_once_however_many_add_up() {
    let bench = &Bench::new().await;
    let place: OrgPath = PLACE.parse().unwrap();
    let change = Change {
        place: place.clone(),
        day: 20_000,
        measure: Measure::Arrived,
        kind: String::new(),
        amount: 1,
    };
    let changes = &vec![change; 40];
    let noted: Result<(), StoreError> = bench
        .app
        .db
        .write("test.note", |tx| async move {
            let mut writes = Writes::default();
            note_changes(&mut writes, bench.app.ids.as_ref(), changes.clone());
            writes.run(&tx).await
        })
        .await;
    noted.unwrap();
    let added = join_all((0..8).map(|_| add_up_figures(&bench.app))).await;
    let added: u64 = added.into_iter().map(Result::unwrap).sum();
    let sums = sum_figures(bench.app.db.reader(), &place, Some((20_000, 20_000)));
    assert_eq!(added, 40);
    assert_eq!(sums.await.unwrap().of(Measure::Arrived), 40);
}

#[tokio::test]
async fn what_nobody_knew_of_is_held_as_well() {
    let bench = &Bench::new().await;
    let task: TaskId = bench.app.ids.next();
    // each adds a second to what it finds: none is lost where the first hold the row that is not there yet
    let all = join_all((0..12).map(|_| {
        bench.app.db.write("test.watch", |tx| async move {
            let mut watch = hold_watch(&tx, task).await?.unwrap();
            watch.due_at = watch.due_at.plus(Duration::from_secs(1));
            put_watch(&tx, &watch).await
        })
    }));
    for done in all.await {
        let done: Result<(), StoreError> = done;
        done.unwrap();
    }
    let held = bench.app.db.write(
        "test.watch",
        |tx| async move { hold_watch(&tx, task).await },
    );
    let wanted = Timestamp::UNIX_EPOCH.plus(Duration::from_secs(12));
    assert_eq!(held.await.unwrap().unwrap().due_at, wanted);
}

#[tokio::test]
async fn no_more_are_invited_than_may_be_however_many_at_once() {
    let bench = &Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let task = bench.task("0102", None).await;
    let mut people: Vec<Ctx> = Vec::new();
    for _ in 0..MOST_INVITED + 8 {
        people.push(bench.volunteer(&staff, Preferences::default()).await);
    }
    let invite = async |person: &Ctx| {
        let command = InviteToTask {
            task,
            account: person.principal.account,
        };
        invite_to_task(&bench.app, &staff, None, &command).await
    };
    let (first, last) = people.split_at(MOST_INVITED - 4);
    for person in first {
        invite(person).await.unwrap();
    }
    let all = join_all(last.iter().map(&invite)).await;
    let made = all.iter().filter(|made| made.is_ok()).count();
    let full = |made: &&Result<_, InvitationError>| matches!(made, Err(InvitationError::TooMany));
    assert_eq!((made, all.iter().filter(full).count()), (4, 8));
}
