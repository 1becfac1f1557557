use std::collections::HashSet;

use kernel::{AccountId, TaskId};

use super::{Bench, Ctx, PlanSubject, Role, accept_plan, accepted, show_plan, solved_as};
use crate::app::invitations::{InvitationError, list_task_invitations};
use crate::app::plans::{PlanError, open_plan};
use crate::app::{
    ChangeVolunteer, InviteToTask, change_volunteer, claim_task, invite_to_task, refuse_invitation,
};
use crate::domain::dispatch::{Dispatch, DispatchObstacle};
use crate::domain::invitation::InvitationState;
use crate::domain::plan::{Plan, PlanResult};
use crate::domain::standing::{CategorySkills, Reason};
use crate::domain::volunteer::{OfAge, VolunteerStep};
use crate::store::find_volunteer_of;

fn dispatch(found: PlanResult) -> Dispatch {
    match found {
        PlanResult::Dispatch(found) => found,
        PlanResult::Roster(found) => panic!("{found:?}"),
    }
}

async fn planned(bench: &Bench, staff: &Ctx, tasks: Option<Vec<TaskId>>) -> (Plan, Dispatch) {
    let (plan, found) = solved_as(bench, staff, PlanSubject::Dispatch(tasks)).await;
    (plan, dispatch(found))
}

async fn invite(
    bench: &Bench,
    staff: &Ctx,
    (task, account): (TaskId, AccountId),
) -> Result<(), InvitationError> {
    let command = InviteToTask { task, account };
    let made = invite_to_task(&bench.app, &bench.now(staff), None, &command).await;
    made.map(|_| ())
}

#[tokio::test]
async fn a_dispatch_chooses_for_all_tasks_at_once_and_says_why_some_have_nobody() {
    let bench = Bench::with(|rules| {
        rules.task.each = 1;
        rules.task.skill = vec![CategorySkills {
            category: "03".to_owned(),
            skills: vec!["electrician".to_owned()],
        }];
    })
    .await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let people = bench.volunteers(&staff, 3).await;
    let asker = people[0].principal.account;
    let own = bench.task("0102", Some(asker)).await;
    let mut tasks = vec![own];
    for _ in 0..3 {
        tasks.push(bench.task("0102", None).await);
    }
    let wires = bench.task("0301", None).await;
    let (plan, found) = planned(&bench, &staff, None).await;
    assert_eq!(plan.scope.tasks.len(), 5);
    assert_eq!(plan.progress.incumbent, Some(found.price));
    assert!(
        plan.progress
            .bound
            .is_some_and(|bound| bound <= found.price)
    );
    let who: HashSet<AccountId> = found.chosen.iter().map(|one| one.account).collect();
    assert_eq!((found.chosen.len(), who.len()), (3, 3), "{found:?}");
    assert!(
        !found
            .chosen
            .iter()
            .any(|one| (one.task, one.account) == (own, asker))
    );
    // the parts add up, tasks without anybody included
    let parts = found.chosen.iter().flat_map(|one| &one.costs);
    let sum: i64 = parts.map(|(_, price)| price).sum();
    assert_eq!(found.price, sum + 2 * 1_000);
    let costs = &found.chosen[0].costs;
    assert!(costs.contains(&(Reason::SamePlace, 0)), "{costs:?}");
    assert!(costs.contains(&(Reason::Unfamiliar, 5)), "{costs:?}");
    let left = |task: TaskId| found.unassigned.iter().find(|one| one.task == task);
    let unskilled = left(wires).unwrap();
    assert_eq!(unskilled.able, 0);
    assert_eq!(unskilled.reasons, [(DispatchObstacle::Skills, 3)]);
    let other = found
        .unassigned
        .iter()
        .find(|one| one.task != wires)
        .unwrap();
    let elsewhere = other
        .reasons
        .iter()
        .find(|(code, _)| *code == DispatchObstacle::Elsewhere);
    assert_eq!(elsewhere.map(|(_, people)| *people), Some(other.able));
    assert!(other.able >= 2, "{other:?}");
    // the same again plans the same, and only what is asked for
    let (_, again) = planned(&bench, &staff, None).await;
    assert_eq!(again, found);
    let (named, one) = planned(&bench, &staff, Some(vec![wires])).await;
    assert_eq!(
        (named.scope.tasks.as_slice(), one.chosen.len()),
        (&[wires][..], 0)
    );
    // nobody was asked by all this
    let invited = list_task_invitations(&bench.app, &staff, tasks[1]).await;
    assert!(invited.unwrap().is_empty());
}

#[tokio::test]
async fn accepting_a_dispatch_judges_everything_anew() {
    let bench = Bench::with(|rules| rules.task.each = 1).await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let people = bench.volunteers(&staff, 5).await;
    for _ in 0..5 {
        bench.task("0102", None).await;
    }
    let (plan, found) = planned(&bench, &staff, None).await;
    assert_eq!(found.chosen.len(), 5);
    let ctx = |account: AccountId| {
        let mut people = people.iter();
        people.find(|one| one.principal.account == account).unwrap()
    };
    let [taken, said_no, asked, gone, fine] = found.chosen.as_slice() else {
        panic!("{found:?}");
    };
    // somebody else has one, one has said no, one is asked already, one is no volunteer any more
    claim_task(&bench.app, &bench.now(ctx(fine.account)), None, taken.task)
        .await
        .unwrap();
    for one in [said_no, asked] {
        invite(&bench, &staff, (one.task, one.account))
            .await
            .unwrap();
    }
    let no = bench.now(ctx(said_no.account));
    refuse_invitation(&bench.app, &no, None, said_no.task)
        .await
        .unwrap();
    let leaver = find_volunteer_of(bench.app.db.reader(), gone.account).await;
    let suspend = ChangeVolunteer {
        id: leaver.unwrap().unwrap().id,
        step: VolunteerStep::Suspend,
        of_age: OfAge::Unsaid,
    };
    change_volunteer(&bench.app, &staff, &suspend)
        .await
        .unwrap();
    let told = async || store::outbox::count_pending(&bench.app.db).await.unwrap();
    let before = told().await;
    let mut stale = staff.clone();
    stale.if_match = Some(kernel::Version::FIRST);
    let refused = accept_plan(&bench.app, &stale, None, plan.id).await;
    assert!(matches!(refused, Err(PlanError::OtherVersion)));
    let said = dispatch(accepted(&bench, &staff, &plan).await);
    let why: Vec<_> = said
        .not_asked
        .iter()
        .map(|one| (one.task, one.reasons.clone()))
        .collect();
    assert_eq!(
        why,
        [
            (taken.task, vec![DispatchObstacle::Taken]),
            (said_no.task, vec![DispatchObstacle::Refused]),
            (asked.task, vec![DispatchObstacle::Invited]),
            (
                gone.task,
                vec![DispatchObstacle::NotCertified, DispatchObstacle::Suspended]
            ),
        ]
    );
    let made: Vec<_> = said
        .asked
        .iter()
        .map(|one| (one.task, one.account))
        .collect();
    assert_eq!(made, [(fine.task, fine.account)]);
    assert_eq!(told().await, before + 1);
    // it is an invitation as any other, and accepting again asks nobody again
    assert_eq!(dispatch(accepted(&bench, &staff, &plan).await), said);
    assert_eq!(told().await, before + 1);
    let listed = list_task_invitations(&bench.app, &staff, fine.task)
        .await
        .unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].state, listed[0].until),
        (InvitationState::Invited, said.asked[0].until)
    );
    claim_task(&bench.app, &bench.now(ctx(fine.account)), None, fine.task)
        .await
        .unwrap();
    let listed = list_task_invitations(&bench.app, &staff, fine.task)
        .await
        .unwrap();
    assert_eq!(listed[0].state, InvitationState::Claimed);
}

#[tokio::test]
async fn a_dispatch_is_of_open_tasks_of_the_place() {
    let bench = Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let people = bench.volunteers(&staff, 1).await;
    let ask = async |tasks: Option<Vec<TaskId>>| {
        let command = super::OpenPlan {
            subject: PlanSubject::Dispatch(tasks),
            ..super::wanted(&[], 1_000)
        };
        open_plan(&bench.app, &staff, None, &command).await
    };
    assert!(matches!(ask(None).await, Err(PlanError::Nothing)));
    let task = bench.task("0102", None).await;
    let plan = ask(Some(vec![task])).await.unwrap();
    claim_task(&bench.app, &bench.now(&people[0]), None, task)
        .await
        .unwrap();
    let late = ask(Some(vec![task])).await;
    assert!(matches!(late, Err(PlanError::NoTask)));
    // taken before anybody worked on it: there is nothing left to plan
    assert_eq!(super::solve_plans(&bench.app).await.unwrap(), 1);
    let (plan, found) = show_plan(&bench.app, &staff, plan.id).await.unwrap();
    assert_eq!(
        (plan.reason.as_deref(), found),
        (Some("nothing_to_plan"), None)
    );
}
