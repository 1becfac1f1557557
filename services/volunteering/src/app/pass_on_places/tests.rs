#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::collections::BTreeSet;
use std::time::Duration;

use auth::Ctx;
use futures_util::future::join_all;
use kernel::Role;

use super::*;
use crate::app::group_error::GroupError;
use crate::app::testing::Bench;
use crate::app::waiting::WaitError;
use crate::app::{ChangeVolunteer, PageWanted, change_volunteer};
use crate::app::{
    DescribedPosition, ReleaseTask, SeenTask, SetPositions, claim_position, claim_task,
    join_waiting, leave_waiting, list_my_invitations, list_waiting_for, pass_on_tasks,
    refuse_invitation, release_position, release_task, set_positions, show_task,
};
use crate::domain::invitation::InvitationState;
use crate::domain::volunteer::{OfAge, VolunteerStep};
use crate::domain::waiting::WaitRefusal;
use crate::store::{find_task, find_volunteer_of};

/// A group task with one position of so many places, which somebody leads and others fill.
struct Group {
    bench: Bench,
    staff: Ctx,
    task: TaskId,
    people: Vec<Ctx>,
}

impl Group {
    async fn new(bench: Bench, (places, people): (u32, usize)) -> Self {
        let staff = bench.caller(Role::CompoundDispatcher);
        let people = bench.volunteers(&staff, people).await;
        let task = bench.task("0102", None).await;
        let positions = vec![DescribedPosition {
            name: "搬运".to_owned(),
            needed: places,
            skills: BTreeSet::new(),
        }];
        let command = SetPositions { task, positions };
        set_positions(&bench.app, &staff, None, &command)
            .await
            .unwrap();
        claim_task(&bench.app, &bench.now(&people[0]), None, task)
            .await
            .unwrap();
        Self {
            bench,
            staff,
            task,
            people,
        }
    }

    fn who(&self, index: usize) -> Ctx {
        self.bench.now(&self.people[index])
    }

    fn account(&self, index: usize) -> AccountId {
        self.people[index].principal.account
    }

    async fn fill(&self, index: usize) -> Result<SeenTask, GroupError> {
        claim_position(&self.bench.app, &self.who(index), None, (self.task, 1)).await
    }

    async fn leave(&self, index: usize) {
        release_position(&self.bench.app, &self.who(index), None, (self.task, 1))
            .await
            .unwrap();
    }

    async fn wait(&self, index: usize) -> Result<usize, WaitError> {
        let joined = join_waiting(&self.bench.app, &self.who(index), None, (self.task, 1)).await;
        joined.map(|place| place.position)
    }

    /// For whom a place is kept, whether anybody is, and how many places are taken.
    async fn kept(&self, index: usize) -> (bool, u32) {
        let db = self.bench.app.db.reader();
        let kept = find_kept_place(db, self.task, self.account(index)).await;
        let task = find_task(db, self.task).await.unwrap().unwrap();
        (kept.unwrap().is_some(), task.positions[0].taken)
    }

    async fn invitation(&self, index: usize) -> (InvitationState, Option<u32>) {
        let wanted = PageWanted {
            cursor: None,
            limit: 10,
        };
        let mine = list_my_invitations(&self.bench.app, &self.who(index), &wanted).await;
        let (mine, _) = mine.unwrap();
        assert_eq!(mine.len(), 1);
        (mine[0].state, mine[0].position)
    }

    async fn line(&self) -> Vec<AccountId> {
        let staff = self.bench.now(&self.staff);
        let line = list_waiting_for(&self.bench.app, &staff, (self.task, 1)).await;
        let line = line.unwrap().into_iter();
        line.map(|place| place.waiting.account).collect()
    }
}

#[tokio::test]
async fn a_place_that_becomes_free_is_kept_for_those_who_wait_one_after_the_other() {
    let group = Group::new(Bench::new().await, (1, 6)).await;
    let early = group.wait(2).await;
    assert!(matches!(
        early,
        Err(WaitError::Refused(WaitRefusal::FreePlaces))
    ));
    group.fill(1).await.unwrap();
    for (index, position) in [(2, 1), (3, 2), (4, 3), (2, 1)] {
        assert_eq!(group.wait(index).await.unwrap(), position);
    }
    let holds = group.wait(1).await;
    assert!(matches!(holds, Err(WaitError::Group(GroupError::HasOne))));
    let lead = (group.task, 0);
    let other = join_waiting(&group.bench.app, &group.who(2), None, lead).await;
    assert!(matches!(
        other,
        Err(WaitError::Refused(WaitRefusal::OtherList))
    ));
    let told = async || {
        store::outbox::count_pending(&group.bench.app.db)
            .await
            .unwrap()
    };
    let before = told().await;
    group.leave(1).await;
    // the place counts as taken: nobody else comes in between
    assert_eq!(group.kept(2).await, (true, 1));
    assert_eq!(told().await, before + 1);
    assert_eq!(
        group.invitation(2).await,
        (InvitationState::Invited, Some(1))
    );
    assert_eq!(group.line().await, [group.account(3), group.account(4)]);
    assert!(matches!(group.fill(5).await, Err(GroupError::Full)));
    let asked = group.wait(2).await;
    assert!(matches!(asked, Err(WaitError::Refused(WaitRefusal::Asked))));
    // whoever is asked sees the task though its places are taken, as nobody else does
    let shown = show_task(&group.bench.app, &group.who(2), group.task).await;
    assert_eq!(shown.unwrap().position, None);
    assert!(
        show_task(&group.bench.app, &group.who(5), group.task)
            .await
            .is_err()
    );
    // one says no, one says nothing, the last one comes
    refuse_invitation(&group.bench.app, &group.who(2), None, group.task)
        .await
        .unwrap();
    assert_eq!(
        (group.kept(2).await, group.kept(3).await),
        ((false, 1), (true, 1))
    );
    assert_eq!(group.invitation(2).await.0, InvitationState::Refused);
    group.bench.clock.advance(Duration::from_hours(2));
    assert_eq!(pass_on_tasks(&group.bench.app).await.unwrap(), 1);
    assert_eq!(group.invitation(3).await.0, InvitationState::Lapsed);
    let seen = group.fill(4).await.unwrap();
    assert_eq!((seen.position, seen.task.positions[0].taken), (Some(1), 1));
    assert_eq!(group.kept(4).await, (false, 1));
    assert_eq!(group.invitation(4).await.0, InvitationState::Claimed);
    assert_eq!(pass_on_tasks(&group.bench.app).await.unwrap(), 0);
    // nobody waits any more: the place is there for all
    group.leave(4).await;
    assert_eq!(group.kept(4).await, (false, 0));
    group.fill(5).await.unwrap();
}

#[tokio::test]
async fn who_may_not_come_any_more_is_passed_over_and_the_time_of_the_list_is_bounded() {
    let bench = Bench::with(|rules| {
        rules.task.waiting_minutes = 100;
        rules.task.waiting_minutes_in_all = 150;
    })
    .await;
    let group = Group::new(bench, (1, 6)).await;
    group.fill(1).await.unwrap();
    for index in [2, 3, 4, 5] {
        group.wait(index).await.unwrap();
    }
    let found = find_volunteer_of(group.bench.app.db.reader(), group.account(2)).await;
    let suspend = |id| ChangeVolunteer {
        id,
        step: VolunteerStep::Suspend,
        of_age: OfAge::Unsaid,
    };
    let first = suspend(found.unwrap().unwrap().id);
    change_volunteer(&group.bench.app, &group.staff, &first)
        .await
        .unwrap();
    // whoever has the place is suspended: it is kept for the next who may come
    let found = find_volunteer_of(group.bench.app.db.reader(), group.account(1)).await;
    let holder = suspend(found.unwrap().unwrap().id);
    change_volunteer(&group.bench.app, &group.staff, &holder)
        .await
        .unwrap();
    assert_eq!(group.kept(3).await, (true, 1));
    group.bench.clock.advance(Duration::from_mins(100));
    assert_eq!(pass_on_tasks(&group.bench.app).await.unwrap(), 1);
    assert_eq!(group.kept(4).await, (true, 1));
    // the second has what is left of the time of all
    group.bench.clock.advance(Duration::from_mins(50));
    assert_eq!(pass_on_tasks(&group.bench.app).await.unwrap(), 1);
    assert_eq!(
        (group.kept(4).await, group.kept(5).await),
        ((false, 0), (false, 0))
    );
    assert_eq!(group.line().await, [group.account(2), group.account(5)]);
}

#[tokio::test]
async fn nothing_is_kept_where_nobody_leads() {
    let group = Group::new(Bench::new().await, (1, 4)).await;
    group.fill(1).await.unwrap();
    group.wait(2).await.unwrap();
    group.wait(3).await.unwrap();
    group.leave(1).await;
    assert_eq!(group.kept(2).await, (true, 1));
    let command = ReleaseTask {
        id: group.task,
        reason: None,
    };
    let open = release_task(&group.bench.app, &group.who(0), None, &command).await;
    assert_eq!(open.unwrap().state, TaskState::Open);
    assert_eq!(group.kept(2).await, (false, 0));
    assert_eq!(group.invitation(2).await.0, InvitationState::Void);
    assert!(group.line().await.is_empty());
    // who leads from now on may take the place as well, and taking leave of no list is fine
    claim_task(&group.bench.app, &group.who(2), None, group.task)
        .await
        .unwrap();
    group.fill(2).await.unwrap();
    leave_waiting(&group.bench.app, &group.who(3), group.task)
        .await
        .unwrap();
    // the lead gives up, somebody else of the group leads, and their place is for those who wait
    group.wait(3).await.unwrap();
    group.leave(2).await;
    assert_eq!(group.kept(3).await, (true, 1));
    leave_waiting(&group.bench.app, &group.who(3), group.task)
        .await
        .unwrap();
    assert_eq!(group.invitation(3).await.0, InvitationState::Refused);
    assert_eq!(group.kept(3).await, (false, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_position_is_ever_over_full_however_many_come_and_go() {
    let group = Group::new(Bench::new().await, (2, 12)).await;
    group.fill(1).await.unwrap();
    group.fill(2).await.unwrap();
    for index in 3..8 {
        group.wait(index).await.unwrap();
    }
    // as clients do that are told to come back
    let try_all = async |index: usize| {
        for _ in 0..5 {
            let done = match index {
                1 | 2 => {
                    release_position(&group.bench.app, &group.who(index), None, (group.task, 1))
                        .await
                        .map(|_| ())
                }
                _ => group.fill(index).await.map(|_| ()),
            };
            if !matches!(done, Err(GroupError::Store(_))) {
                return done.is_ok();
            }
        }
        false
    };
    let came = join_all((1..12).map(try_all)).await;
    let came = came.into_iter().skip(2).filter(|came| *came).count();
    let db = group.bench.app.db.reader();
    let held = crate::store::list_places(db, group.task).await.unwrap();
    let mut kept = 0;
    for index in 1..12 {
        kept += usize::from(group.kept(index).await.0);
    }
    let (_, taken) = group.kept(3).await;
    assert!(taken <= 2, "{taken}");
    assert_eq!(usize::try_from(taken).unwrap(), held.len() + kept);
    assert!(came <= held.len(), "{came} came, {} are there", held.len());
}
