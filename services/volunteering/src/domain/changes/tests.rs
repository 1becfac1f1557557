#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::time::Duration;

use kernel::{AccountId, ActivityId, ShiftId, SignUpId, Timestamp, TypedId, Version};
use uuid::Uuid;

use super::{PlannedShift, ShiftRefusal};
use crate::domain::activity::{Position, Shift, ShiftState};
use crate::domain::sign_up::{SignUp, SignUpState};

fn now() -> Timestamp {
    "2026-11-22T01:00:00Z".parse().unwrap()
}

fn hours(hours: u64) -> Timestamp {
    now().plus(Duration::from_hours(hours))
}

fn position(number: u32, needed: u32, skill: Option<&str>) -> Position {
    Position {
        number,
        skill: skill.map(str::to_owned),
        language: None,
        needed,
    }
}

fn shift() -> Shift {
    Shift {
        id: ShiftId::from_uuid(Uuid::nil()),
        activity: ActivityId::from_uuid(Uuid::nil()),
        begins_at: hours(48),
        ends_at: hours(50),
        positions: vec![position(1, 3, None), position(2, 1, Some("first_aid"))],
        on_duty: None,
        state: ShiftState::Open,
        cancel_reason: None,
        next_ticket: 1,
        version: Version::FIRST,
    }
}

fn on_list(of: &Shift, who: u128, state: SignUpState, position: u32) -> SignUp {
    SignUp {
        id: SignUpId::from_uuid(Uuid::from_u128(who)),
        shift: of.id,
        activity: of.activity,
        account: AccountId::from_uuid(Uuid::from_u128(who)),
        position,
        state,
        ticket: 1,
        begins_at: of.begins_at,
        ends_at: of.ends_at,
        offer_until: None,
        checked_in_at: None,
        checked_out_at: None,
        appealed: false,
        version: Version::FIRST,
        created_at: now(),
        updated_at: now(),
    }
}

fn plan(positions: &[Position], begins: u64) -> PlannedShift<'_> {
    PlannedShift {
        begins_at: hours(begins),
        ends_at: hours(50),
        positions,
    }
}

#[test]
fn places_that_are_taken_stay_and_so_does_the_time() {
    use SignUpState::{Applied, Confirmed, Offered, Waiting, Withdrawn};
    let of = &shift();
    let same = of.positions.clone();
    let taken = [
        on_list(of, 1, Confirmed, 1),
        on_list(of, 2, Offered, 1),
        on_list(of, 3, Waiting, 1),
    ];
    let change = |positions: &[Position], begins, list: &[SignUp]| {
        let mut changed = of.clone();
        let moved = changed.change(plan(positions, begins), list, now())?;
        Ok((changed, moved))
    };
    assert_eq!(
        change(&same, 47, &taken).map(|_| ()),
        Err(ShiftRefusal::TimeFixed)
    );
    let (changed, moved) = change(&same, 47, &taken[2..]).unwrap();
    assert!(moved && changed.begins_at == hours(47) && changed.version > of.version);
    let mut waits = taken[2].clone();
    waits.follow(&changed, now());
    assert!(waits.begins_at == hours(47) && waits.version > Version::FIRST);
    let mut left = on_list(of, 9, Withdrawn, 1);
    left.follow(&changed, now());
    assert!(left.begins_at == hours(47) && left.version == Version::FIRST);
    let with = |needed, skill| [position(1, needed, skill), same[1].clone()];
    assert_eq!(
        change(&with(1, None), 48, &taken).map(|_| ()),
        Err(ShiftRefusal::FewerThanTaken(0))
    );
    assert!(!change(&with(2, None), 48, &taken).unwrap().1);
    assert_eq!(
        change(&with(3, Some("driving")), 48, &taken[2..]).map(|_| ()),
        Err(ShiftRefusal::PositionInUse(0))
    );
    let applied = [on_list(of, 4, Applied, 2)];
    assert_eq!(
        change(&same[..1], 48, &applied).map(|_| ()),
        Err(ShiftRefusal::PositionInUse(1))
    );
    assert_eq!(change(&same[..1], 48, &taken).unwrap().0.positions.len(), 1);
}

#[test]
fn what_has_begun_is_not_changed_and_what_has_ended_is_not_cancelled() {
    let of = shift();
    let positions = of.positions.clone();
    let mut begun = of.clone();
    let refused = begun.change(plan(&positions, 60), &[], hours(48));
    assert_eq!(refused, Err(ShiftRefusal::State));
    assert_eq!(begun.cancel("暴雨".to_owned(), hours(49)), Ok(()));
    assert_eq!(begun.cancel_reason.as_deref(), Some("暴雨"));
    let again = begun.cancel("暴雨".to_owned(), hours(49));
    assert_eq!(again, Err(ShiftRefusal::State));
    let mut over = of;
    let refused = over.cancel("暴雨".to_owned(), hours(50));
    assert_eq!(refused, Err(ShiftRefusal::State));
}
