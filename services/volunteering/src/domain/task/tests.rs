#![expect(clippy::unwrap_used, reason = "tests may")]

use auth::{Grant, Principal};
use contracts::ticketing::OrderOffered;
use kernel::{IdSourceExt, Role, SystemIds, Timestamp};

use super::{ClaimRefusal, Hold, OfferOutcome, ReleaseRefusal, Task, TaskState};
use crate::domain::waiting::WaitRefusal;

const COMPOUND: &str = "/420105000000/420105011000/420105011010/420105011010.X01/";

fn now() -> Timestamp {
    Timestamp::from_micros(1_795_305_600_000_000).unwrap()
}

fn principal(role: Role, path: &str) -> Principal {
    let ids = SystemIds::new();
    let grants = vec![Grant::new(role, path.parse().unwrap())];
    Principal {
        account: ids.next(),
        session: ids.next(),
        grants,
    }
}

fn offer() -> OrderOffered {
    OrderOffered {
        order_id: SystemIds::new().next(),
        number: "WD20261122-00000001".to_owned(),
        org_code: "420105011010.X01".parse().unwrap(),
        org_path: COMPOUND.parse().unwrap(),
        round: 1,
        category: Some("0102".to_owned()),
        roles: vec![Role::Volunteer, Role::PartyMember],
        teams: Vec::new(),
        requester: Some(SystemIds::new().next()),
    }
}

fn task() -> Task {
    Task::open(SystemIds::new().next(), offer(), now())
}

#[test]
fn one_takes_it_and_the_next_is_too_late() {
    let mut task = task();
    let winner = principal(Role::Volunteer, COMPOUND);
    let loser = principal(Role::PartyMember, "/420105000000/");
    task.claim(&winner, now()).unwrap();
    assert_eq!((task.state, task.version.get()), (TaskState::Claimed, 2));
    assert_eq!(task.claim(&loser, now()), Err(ClaimRefusal::Taken));
    assert_eq!(task.claim(&winner, now()), Err(ClaimRefusal::Taken));
    assert!(task.is_visible_to(&winner) && !task.is_visible_to(&loser));
}

#[test]
fn role_place_and_category_must_fit() {
    let task = task();
    assert!(task.is_open_to(&principal(Role::Volunteer, "/")));
    assert!(!task.is_open_to(&principal(Role::GridWorker, COMPOUND)));
    assert!(!task.is_open_to(&principal(Role::Volunteer, "/420106000000/")));
    // a compound whose code begins alike is another place
    assert!(!task.is_open_to(&principal(Role::Volunteer, &COMPOUND.replace("X01", "X0"))));
    let mut narrow = principal(Role::Volunteer, COMPOUND);
    for grant in &mut narrow.grants {
        grant.categories = vec!["0999".to_owned()];
    }
    assert!(!task.is_open_to(&narrow));
    assert_eq!(
        task.clone().claim(&narrow, now()),
        Err(ClaimRefusal::NotForCaller)
    );
}

#[test]
fn who_asked_does_not_help_himself() {
    let mut task = task();
    let mut requester = principal(Role::Volunteer, COMPOUND);
    requester.account = task.requester.unwrap();
    assert!(!task.is_visible_to(&requester));
    assert_eq!(task.claim(&requester, now()), Err(ClaimRefusal::OwnOrder));
}

#[test]
fn only_who_has_it_gives_it_back() {
    let mut task = task();
    let winner = principal(Role::Volunteer, COMPOUND);
    let other = principal(Role::Volunteer, COMPOUND);
    assert_eq!(task.release(&winner, now()), Err(ReleaseRefusal::NotTaken));
    task.claim(&winner, now()).unwrap();
    assert_eq!(
        task.release(&other, now()),
        Err(ReleaseRefusal::NotForCaller)
    );
    task.release(&winner, now()).unwrap();
    assert_eq!(
        (task.state, task.claimed_by, task.claimed_at),
        (TaskState::Open, None, None)
    );
    task.claim(&other, now()).unwrap();
    task.close(now());
    assert_eq!(
        (task.state, task.claimed_by),
        (TaskState::Done, Some(other.account))
    );
    assert_eq!(task.release(&other, now()), Err(ReleaseRefusal::Closed));
    assert_eq!(task.claim(&winner, now()), Err(ClaimRefusal::Closed));
}

#[test]
fn an_offer_again_changes_what_waits_and_never_what_is_taken() {
    let mut task = task();
    let mut again = offer();
    again.order_id = task.order_id;
    again.requester = task.requester;
    assert_eq!(
        task.offer_again(again.clone(), now()),
        OfferOutcome::Unchanged
    );
    assert_eq!(task.version.get(), 1);

    let mut wider = again.clone();
    wider.org_path = "/420105000000/420105011000/420105011010/".parse().unwrap();
    assert_eq!(task.offer_again(wider, now()), OfferOutcome::Waiting);
    assert_eq!((task.state, task.version.get()), (TaskState::Open, 2));

    task.claim(&principal(Role::Volunteer, "/"), now()).unwrap();
    assert_eq!(
        task.offer_again(again.clone(), now()),
        OfferOutcome::Unchanged
    );
    task.close(now());
    assert_eq!(task.offer_again(again, now()), OfferOutcome::Waiting);
    assert_eq!(
        (task.state, task.claimed_by, task.version.get()),
        (TaskState::Open, None, 5)
    );
}

#[test]
fn what_ended_does_not_end_again() {
    let mut task = task();
    task.close(now());
    assert_eq!((task.state, task.version.get()), (TaskState::Cancelled, 2));
    task.close(now());
    assert_eq!(task.version.get(), 2);
}

#[test]
fn what_is_kept_for_somebody_is_taken_by_nobody_else() {
    let mut task = task();
    let first = principal(Role::Volunteer, COMPOUND);
    let other = principal(Role::Volunteer, COMPOUND);
    assert_eq!(
        task.may_be_waited_for(first.account),
        Err(WaitRefusal::Open)
    );
    task.hold = Some(Hold {
        account: first.account,
        until: now(),
        list_until: now(),
    });
    assert!(!task.is_listed() && task.is_open_to(&first) && !task.is_open_to(&other));
    assert_eq!(
        task.may_be_waited_for(first.account),
        Err(WaitRefusal::Asked)
    );
    assert_eq!(task.may_be_waited_for(other.account), Ok(()));
    assert_eq!(
        task.claim(&other, now()),
        Err(ClaimRefusal::Kept { until: now() })
    );
    let mut passed_on = task.clone();
    assert!(passed_on.end_hold(now()).is_some() && passed_on.end_hold(now()).is_none());
    assert_eq!(passed_on.version, task.version.next());
    passed_on.claim(&other, now()).unwrap();
    task.claim(&first, now()).unwrap();
    assert_eq!(task.hold, None);
    assert_eq!(task.may_be_waited_for(first.account), Err(WaitRefusal::Own));
    assert_eq!(task.may_be_waited_for(other.account), Ok(()));
    task.close(now());
    assert_eq!(
        task.may_be_waited_for(other.account),
        Err(WaitRefusal::Closed)
    );
}
