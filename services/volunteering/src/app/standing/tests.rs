#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

mod crowds;

use kernel::{Clock, IdSourceExt, Role};

use super::*;
use crate::app::invitations::{
    InvitationError, InviteToTask, invite_to_task, list_my_invitations, list_task_invitations,
    refuse_invitation,
};
use crate::app::page::PageWanted;
use crate::app::testing::Bench;
use crate::app::{ReleaseTask, claim_task, release_task, report_progress, take_back_tasks};
use crate::domain::invitation::Invitation;
use crate::domain::standing::CategorySkills;
use crate::domain::volunteer::Preferences;

async fn claim(bench: &Bench, who: &Ctx, task: TaskId) -> Result<Task, ClaimError> {
    claim_task(&bench.app, &bench.now(who), None, task).await
}

async fn release(bench: &Bench, who: &Ctx, task: TaskId) {
    let command = ReleaseTask {
        id: task,
        reason: None,
    };
    release_task(&bench.app, &bench.now(who), None, &command)
        .await
        .unwrap();
}

fn unmet_rules(refused: Result<Task, ClaimError>) -> Vec<Requirement> {
    match refused {
        Err(ClaimError::Unmet(rules)) => rules,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn quota_and_pause_are_decided_with_the_claim() {
    let bench = Bench::with(|rules| {
        rules.task.at_once = 1;
        rules.task.cool_down_minutes = 30;
    })
    .await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let one = bench.volunteer(&staff, Preferences::default()).await;
    let (first, second) = (
        bench.task("0102", None).await,
        bench.task("0102", None).await,
    );
    // both at once: the limit is not passed by being quick
    let (a, b) = tokio::join!(claim(&bench, &one, first), claim(&bench, &one, second));
    let (taken, refused) = if a.is_ok() { (first, b) } else { (second, a) };
    assert_eq!(unmet_rules(refused), [Requirement::AtOnce]);
    let other = if taken == first { second } else { first };
    let standing = show_standing(&bench.app, &bench.now(&one), other)
        .await
        .unwrap();
    let failed: Vec<_> = standing.rules.iter().filter(|(_, met)| !met).collect();
    assert_eq!(failed, [&(Requirement::AtOnce, false)]);
    release(&bench, &one, taken).await;
    let refused = claim(&bench, &one, other).await;
    assert_eq!(unmet_rules(refused), [Requirement::CoolDown]);
    // others may
    let two = bench.volunteer(&staff, Preferences::default()).await;
    claim(&bench, &two, taken).await.unwrap();
    bench.clock.advance(Duration::from_mins(30));
    claim(&bench, &one, other).await.unwrap();
}

#[tokio::test]
async fn a_category_asks_for_its_skill() {
    let bench = Bench::with(|rules| {
        rules.task.skill = vec![CategorySkills {
            category: "02".to_owned(),
            skills: vec!["electrician".to_owned()],
        }];
    })
    .await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let one = bench.volunteer(&staff, Preferences::default()).await;
    let electric = bench.task("0203", None).await;
    let refused = claim(&bench, &one, electric).await;
    assert_eq!(unmet_rules(refused), [Requirement::Skills]);
    let ranked = rank_candidates(&bench.app, &staff, electric).await.unwrap();
    assert_eq!((ranked.items.len(), ranked.weighed), (0, 1));
    assert_eq!(ranked.left_out, [(Requirement::Skills, 1)]);
    let command = InviteToTask {
        task: electric,
        account: one.principal.account,
    };
    let refused = invite_to_task(&bench.app, &staff, None, &command).await;
    let rules = match refused {
        Err(InvitationError::NoCandidate(rules)) => rules,
        other => panic!("{other:?}"),
    };
    assert_eq!(rules, [Requirement::Skills]);
    let other = bench.task("0102", None).await;
    claim(&bench, &one, other).await.unwrap();
}

#[tokio::test]
async fn what_nobody_works_on_is_taken_back() {
    let bench = Bench::with(|rules| {
        rules.task.remind_hours = 24;
        rules.task.take_back_hours = 48;
    })
    .await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let one = bench.volunteer(&staff, Preferences::default()).await;
    let task = bench.task("0102", None).await;
    claim(&bench, &one, task).await.unwrap();
    let wait = |hours| bench.clock.advance(Duration::from_hours(hours));
    let run = async || take_back_tasks(&bench.app).await.unwrap();
    let told = async || store::outbox::count_pending(&bench.app.db).await.unwrap();
    let state = async || {
        let found = find_task(bench.app.db.reader(), task).await.unwrap();
        found.unwrap().state
    };
    wait(23);
    assert_eq!(run().await, 0);
    // reminded once; whoever reports has all the time again
    wait(1);
    let before = told().await;
    assert_eq!((run().await, run().await), (1, 0));
    assert_eq!(told().await, before + 1);
    wait(23);
    report_progress(&bench.app, &bench.now(&one), None, task)
        .await
        .unwrap();
    wait(23);
    assert_eq!((run().await, state().await), (0, TaskState::Claimed));
    wait(1);
    assert_eq!((run().await, state().await), (1, TaskState::Claimed));
    wait(23);
    assert_eq!(run().await, 0);
    wait(1);
    let before = told().await;
    assert_eq!((run().await, run().await), (1, 0));
    assert_eq!(told().await, before + 1);
    let late = report_progress(&bench.app, &bench.now(&one), None, task).await;
    assert!(late.is_err());
    let found = find_task(bench.app.db.reader(), task)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.state, found.claimed_by), (TaskState::Open, None));
    // what is taken again is watched anew
    claim(&bench, &one, task).await.unwrap();
    assert_eq!(run().await, 0);
    wait(24);
    assert_eq!((run().await, state().await), (1, TaskState::Claimed));
}

#[tokio::test]
async fn candidates_are_ranked_and_those_who_may_not_are_left_out() {
    let bench = Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let mut people = Vec::new();
    for _ in 0..4 {
        people.push(bench.volunteer(&staff, Preferences::default()).await);
    }
    let account = |index: usize| people[index].principal.account;
    // the first is tired of the like, the second of something else, the third asked for it, the fourth is fresh
    let tired = bench.task("0102", None).await;
    claim(&bench, &people[0], tired).await.unwrap();
    let other = bench.task("0301", None).await;
    claim(&bench, &people[1], other).await.unwrap();
    let task = bench.task("0102", Some(account(2))).await;
    let ranked = rank_candidates(&bench.app, &staff, task).await.unwrap();
    let order: Vec<AccountId> = ranked.items.iter().map(|one| one.account).collect();
    assert_eq!(order, [account(3), account(0), account(1)]);
    assert_eq!(ranked.left_out, [(Requirement::NotRequester, 1)]);
    assert_eq!(ranked.weighed, 4);
    let prices: Vec<i64> = ranked.items.iter().map(|one| one.price).collect();
    assert_eq!(prices, [5, 8, 13]);
    assert!(ranked.items[1].reasons.contains(&(Reason::Familiar, 0)));
    let mine = show_standing(&bench.app, &people[2], task).await.unwrap();
    assert!(mine.rules.contains(&(Requirement::NotRequester, false)));
    // somebody of another place is told of nothing, nor is a task that somebody has ranked
    let stranger = bench.caller(Role::Resident);
    let hidden = show_standing(&bench.app, &stranger, task).await;
    assert!(matches!(hidden, Err(ClaimError::NotFound)));
    let taken = rank_candidates(&bench.app, &staff, tired).await;
    assert!(matches!(taken, Err(ClaimError::Taken)));
}

#[tokio::test]
async fn an_invitation_is_claimed_refused_or_lapses() {
    let bench = Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let mut people = Vec::new();
    for _ in 0..3 {
        people.push(bench.volunteer(&staff, Preferences::default()).await);
    }
    let task = bench.task("0102", None).await;
    let invite = async |index: usize| {
        let command = InviteToTask {
            task,
            account: people[index].principal.account,
        };
        invite_to_task(&bench.app, &bench.now(&staff), None, &command).await
    };
    for index in 0..3 {
        invite(index).await.unwrap();
    }
    let state = async |index: usize| {
        let list = list_task_invitations(&bench.app, &bench.now(&staff), task)
            .await
            .unwrap();
        let own = |one: &&Invitation| one.account == people[index].principal.account;
        list.iter().find(own).unwrap().state
    };
    let refused = refuse_invitation(&bench.app, &people[0], None, task)
        .await
        .unwrap();
    assert_eq!(refused.state, InvitationState::Refused);
    refuse_invitation(&bench.app, &people[0], None, task)
        .await
        .unwrap();
    assert!(matches!(invite(0).await, Err(InvitationError::Refused)));
    bench.clock.advance(Duration::from_hours(24));
    assert_eq!(state(1).await, InvitationState::Lapsed);
    let late = refuse_invitation(&bench.app, &bench.now(&people[1]), None, task).await;
    assert!(matches!(late, Err(InvitationError::State)));
    // asked again, one accepts by claiming; the other has nothing to answer any more
    assert_eq!(
        invite(1).await.unwrap().until,
        bench.clock.now().plus(Duration::from_hours(24))
    );
    invite(2).await.unwrap();
    claim(&bench, &people[1], task).await.unwrap();
    assert_eq!(state(1).await, InvitationState::Claimed);
    assert_eq!(state(2).await, InvitationState::Void);
    assert!(matches!(
        invite(2).await,
        Err(InvitationError::Task(ClaimError::Taken))
    ));
    let wanted = PageWanted {
        cursor: None,
        limit: 10,
    };
    let (mine, next) = list_my_invitations(&bench.app, &bench.now(&people[2]), &wanted)
        .await
        .unwrap();
    assert_eq!((mine.len(), next), (1, None));
    assert_eq!(mine[0].state, InvitationState::Void);
    let nobody = InviteToTask {
        task: bench.task("0102", None).await,
        account: bench.app.ids.next(),
    };
    let refused = invite_to_task(&bench.app, &staff, None, &nobody).await;
    assert!(matches!(refused, Err(InvitationError::NoVolunteer)));
}
