#![expect(clippy::unwrap_used, reason = "tests may")]

use auth::{Grant, Principal};
use contracts::ticketing::OrderOffered;
use kernel::{IdSourceExt, Role, SystemIds, Timestamp};

use super::{GroupRefusal, TaskPosition};
use crate::domain::task::{Task, TaskState};

const COMPOUND: &str = "/420105000000/420105011000/420105011010/420105011010.X01/";

fn now() -> Timestamp {
    Timestamp::from_micros(1_795_305_600_000_000).unwrap()
}

fn volunteer() -> Principal {
    let ids = SystemIds::new();
    Principal {
        account: ids.next(),
        session: ids.next(),
        grants: vec![Grant::new(Role::Volunteer, COMPOUND.parse().unwrap())],
    }
}

fn task(requester: &Principal) -> Task {
    let offer = OrderOffered {
        order_id: SystemIds::new().next(),
        number: "WD20261122-00000001".to_owned(),
        org_code: "420105011010.X01".parse().unwrap(),
        org_path: COMPOUND.parse().unwrap(),
        round: 1,
        category: None,
        roles: vec![Role::Volunteer],
        teams: Vec::new(),
        requester: Some(requester.account),
    };
    Task::open(SystemIds::new().next(), offer, now())
}

fn position(number: u32, needed: u32) -> TaskPosition {
    TaskPosition {
        number,
        name: "搬运".to_owned(),
        needed,
        skills: [].into(),
        taken: 0,
    }
}

#[test]
fn a_position_is_filled_as_often_as_it_is_needed() {
    let (requester, lead, member) = (volunteer(), volunteer(), volunteer());
    let mut task = task(&requester);
    task.set_positions(vec![position(1, 2)], now()).unwrap();
    assert!(task.is_group() && task.is_listed() && !task.has_free_places());
    assert_eq!(
        task.find_position(&member, 1).err(),
        Some(GroupRefusal::NoLead)
    );
    task.claim(&lead, now()).unwrap();
    assert!(task.is_listed() && task.has_room_for(&member) && task.is_visible_to(&member));
    assert!(task.release(&member, now()).is_err());
    assert_eq!(
        task.set_positions(Vec::new(), now()),
        Err(GroupRefusal::Taken)
    );
    assert_eq!(
        task.find_position(&requester, 1).err(),
        Some(GroupRefusal::OwnOrder)
    );
    assert_eq!(
        task.find_position(&member, 2).err(),
        Some(GroupRefusal::NoPosition)
    );
    assert!(task.find_position(&member, 1).is_ok());
    let before = task.version;
    task.fill(1, now()).unwrap();
    task.fill(1, now()).unwrap();
    assert_eq!(task.version, before.next().next());
    assert_eq!(task.fill(1, now()), Err(GroupRefusal::Full));
    assert!(!task.is_listed() && !task.is_visible_to(&member));
    task.vacate(1);
    assert!(task.is_listed());
    task.close(now());
    assert_eq!(task.state, TaskState::Done);
    assert!(!task.is_listed());
    assert_eq!(
        task.find_position(&member, 1).err(),
        Some(GroupRefusal::Closed)
    );
}
