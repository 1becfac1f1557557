#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::time::Duration;

use jiff::civil::{date, time};
use kernel::{AccountId, ActivityId, ShiftId, SignUpId, Timestamp, TypedId, Version, VolunteerId};
use uuid::Uuid;

use super::{SignUp, SignUpRefusal, SignUpState, Situation, Warning, promote};
use crate::domain::activity::{
    Activity, ActivityState, Admission, Position, Shift, ShiftState, Terms,
};
use crate::domain::catalogue::Catalogue;
use crate::domain::volunteer::{Lack, Preferences, Volunteer, VolunteerState, Weekday, Window};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn account(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

/// A Friday evening.
fn shift(needed: u32) -> Shift {
    Shift {
        id: ShiftId::from_uuid(Uuid::from_u128(1)),
        activity: ActivityId::from_uuid(Uuid::from_u128(1)),
        begins_at: at("2026-11-27T10:00:00Z"),
        ends_at: at("2026-11-27T12:00:00Z"),
        positions: vec![Position {
            number: 1,
            skill: None,
            language: None,
            needed,
        }],
        on_duty: None,
        state: ShiftState::Open,
        cancel_reason: None,
        next_ticket: 1,
        version: Version::FIRST,
    }
}

fn sign_up(of: &Shift, who: u128, state: SignUpState, ticket: u32) -> SignUp {
    SignUp {
        id: SignUpId::from_uuid(Uuid::from_u128(who)),
        shift: of.id,
        activity: of.activity,
        account: account(who),
        position: 1,
        state,
        ticket,
        begins_at: of.begins_at,
        ends_at: of.ends_at,
        offer_until: None,
        checked_in_at: None,
        checked_out_at: None,
        appealed: false,
        version: Version::FIRST,
        created_at: of.begins_at,
        updated_at: of.begins_at,
    }
}

struct Case {
    rules: Catalogue,
    now: Timestamp,
    activity: Activity,
    shift: Shift,
    volunteer: Volunteer,
    others: Vec<SignUp>,
    list: Vec<SignUp>,
}

impl Case {
    fn new() -> Self {
        let now = at("2026-11-22T00:00:00Z");
        Self {
            rules: Catalogue::built_in().unwrap(),
            now,
            activity: Activity {
                id: ActivityId::from_uuid(Uuid::from_u128(1)),
                org_path: "/420105000000/".parse().unwrap(),
                team: None,
                kind: "duty_day".to_owned(),
                title: "值日".to_owned(),
                risks: None,
                venue: None,
                terms: Terms {
                    admission: Admission::Open,
                    withdraw_before: 60,
                    most_shifts: None,
                    cool_down_days: 0,
                    team_only: false,
                },
                duty: None,
                state: ActivityState::Recruiting,
                version: Version::FIRST,
                created_at: now,
                updated_at: now,
            },
            shift: shift(1),
            volunteer: Volunteer {
                id: VolunteerId::from_uuid(Uuid::from_u128(1)),
                account: account(1),
                number: "42010500000001".to_owned(),
                home: "/420105000000/".parse().unwrap(),
                state: VolunteerState::Certified,
                preferences: Preferences::default(),
                minor_until: None,
                proofs: Vec::new(),
                version: Version::FIRST,
                created_at: now,
                updated_at: now,
            },
            others: Vec::new(),
            list: Vec::new(),
        }
    }

    /// A place held elsewhere, so many minutes after the shift began.
    fn busy(&mut self, minutes: i64) {
        let mut other = shift(1);
        other.id = ShiftId::from_uuid(Uuid::from_u128(2));
        let moved =
            |at: Timestamp| Timestamp::from_micros(at.micros() + minutes * 60_000_000).unwrap();
        (other.begins_at, other.ends_at) = (moved(other.begins_at), moved(other.ends_at));
        self.others = vec![sign_up(&other, 1, SignUpState::Confirmed, 1)];
    }

    fn admit(&self, acknowledged: &[Warning]) -> Result<SignUpState, SignUpRefusal> {
        Situation {
            now: self.now,
            zone: &self.rules.zone,
            limits: &self.rules.sign_up,
            kind: &self.rules.kinds[&self.activity.kind],
            activity: &self.activity,
            shift: &self.shift,
            volunteer: &self.volunteer,
            barred: false,
            in_team: false,
            on_turn: false,
            others: &self.others,
            list: &self.list,
        }
        .admit(1, acknowledged)
    }
}

#[test]
fn who_comes_first_has_the_place_and_the_next_one_waits() {
    let mut case = Case::new();
    assert_eq!(case.admit(&[]), Ok(SignUpState::Confirmed));
    case.activity.terms.admission = Admission::Review;
    assert_eq!(case.admit(&[]), Ok(SignUpState::Applied));
    case.activity.terms.admission = Admission::Open;
    case.list = vec![sign_up(&case.shift, 2, SignUpState::Offered, 1)];
    assert_eq!(case.admit(&[]), Ok(SignUpState::Waiting));
    // a free place belongs to those who wait already
    case.list = vec![sign_up(&case.shift, 2, SignUpState::Waiting, 1)];
    assert_eq!(case.admit(&[]), Ok(SignUpState::Waiting));
    case.list = vec![sign_up(&case.shift, 1, SignUpState::Withdrawn, 1)];
    assert_eq!(case.admit(&[]), Ok(SignUpState::Confirmed));
    case.list = vec![sign_up(&case.shift, 1, SignUpState::Refused, 1)];
    assert_eq!(case.admit(&[]), Err(SignUpRefusal::Already));
}

#[test]
fn what_is_closed_or_asks_for_more_refuses() {
    let mut case = Case::new();
    case.activity.kind = "rescue".to_owned();
    let lacks = vec![Lack::Skill, Lack::Insurance];
    assert_eq!(case.admit(&[]), Err(SignUpRefusal::Lacks(lacks)));
    case.activity.kind = "visit".to_owned();
    case.volunteer.minor_until = Some(date(2027, 1, 1));
    let lacks = vec![Lack::GuardianConsent];
    assert_eq!(case.admit(&[]), Err(SignUpRefusal::Lacks(lacks)));
    case.activity.kind = "mediation".to_owned();
    let lacks = vec![Lack::Skill, Lack::Age];
    assert_eq!(case.admit(&[]), Err(SignUpRefusal::Lacks(lacks)));
    let mut case = Case::new();
    case.activity.terms.team_only = true;
    assert_eq!(case.admit(&[]), Err(SignUpRefusal::TeamOnly));
    case.now = case.shift.begins_at;
    assert_eq!(case.admit(&[]), Err(SignUpRefusal::Closed));
    let mut case = Case::new();
    case.shift.positions.clear();
    assert_eq!(case.admit(&[]), Err(SignUpRefusal::NoPosition));
}

#[test]
fn overlap_is_refused_and_closeness_is_warned_of() {
    let mut case = Case::new();
    case.busy(119);
    assert_eq!(case.admit(&[]), Err(SignUpRefusal::Collides));
    // waiting elsewhere is no place there
    case.others[0].state = SignUpState::Waiting;
    let close = || Err(SignUpRefusal::Warned(vec![Warning::TooClose]));
    assert_eq!(case.admit(&[]), close());
    case.busy(149);
    assert_eq!(case.admit(&[]), close());
    assert_eq!(case.admit(&[Warning::TooClose]), Ok(SignUpState::Confirmed));
    case.busy(150);
    assert_eq!(case.admit(&[]), Ok(SignUpState::Confirmed));
    case.volunteer.preferences.weekly_hours = Some(3);
    let hours = Err(SignUpRefusal::Warned(vec![Warning::OverWeeklyHours]));
    assert_eq!(case.admit(&[]), hours);
    case.volunteer.preferences.weekly_hours = Some(4);
    assert_eq!(case.admit(&[]), Ok(SignUpState::Confirmed));
}

#[test]
fn hours_outside_the_windows_are_warned_of() {
    let mut case = Case::new();
    let window = |from: i8, until: i8| Window {
        weekday: Weekday::Friday,
        from: time(from, 0, 0, 0),
        until: time(until, 0, 0, 0),
    };
    case.volunteer.preferences.windows = vec![window(18, 20)];
    assert_eq!(case.admit(&[]), Ok(SignUpState::Confirmed));
    // windows that meet are one
    case.volunteer.preferences.windows = vec![window(18, 19), window(19, 21)];
    assert_eq!(case.admit(&[]), Ok(SignUpState::Confirmed));
    case.volunteer.preferences.windows = vec![window(18, 19), window(20, 21)];
    let outside = || Err(SignUpRefusal::Warned(vec![Warning::OutsideWindows]));
    assert_eq!(case.admit(&[]), outside());
    // a patrol from 22 to 2
    (case.shift.begins_at, case.shift.ends_at) =
        (at("2026-11-27T14:00:00Z"), at("2026-11-27T18:00:00Z"));
    let saturday = Window {
        weekday: Weekday::Saturday,
        ..window(0, 2)
    };
    case.volunteer.preferences.windows = vec![window(20, 0), saturday];
    assert_eq!(case.admit(&[]), Ok(SignUpState::Confirmed));
    case.volunteer.preferences.windows = vec![window(20, 0)];
    assert_eq!(case.admit(&[]), outside());
}

#[test]
fn a_position_may_need_a_language() {
    let mut case = Case::new();
    case.shift.positions[0].language = Some("zh".to_owned());
    let lacks = || Err(SignUpRefusal::Lacks(vec![Lack::Language]));
    assert_eq!(case.admit(&[]), lacks());
    for (spoken, enough) in [("en", false), ("zhx", false), ("zh-HK", true), ("ZH", true)] {
        case.volunteer.preferences.languages = vec![spoken.to_owned()];
        let expected = if enough {
            Ok(SignUpState::Confirmed)
        } else {
            lacks()
        };
        assert_eq!(case.admit(&[]), expected, "{spoken}");
    }
    // who speaks Chinese may not speak Cantonese
    case.shift.positions[0].language = Some("zh-HK".to_owned());
    assert_eq!(case.admit(&[]), lacks());
}

#[test]
fn quota_cool_down_and_pause_hold() {
    let mut case = Case::new();
    case.busy(3 * 24 * 60);
    case.activity.terms.most_shifts = Some(1);
    assert_eq!(case.admit(&[]), Err(SignUpRefusal::Quota));
    case.activity.terms.most_shifts = Some(2);
    case.activity.terms.cool_down_days = 7;
    assert_eq!(case.admit(&[]), Err(SignUpRefusal::CoolDown));
    case.busy(8 * 24 * 60);
    assert_eq!(case.admit(&[]), Ok(SignUpState::Confirmed));
    let mut absent = sign_up(&case.shift, 1, SignUpState::Absent, 1);
    absent.shift = ShiftId::from_uuid(Uuid::from_u128(3));
    (absent.begins_at, absent.ends_at) = (at("2026-11-10T10:00:00Z"), at("2026-11-10T12:00:00Z"));
    case.others = vec![absent.clone()];
    assert_eq!(case.admit(&[]), Ok(SignUpState::Confirmed));
    case.others = vec![absent.clone(), absent.clone()];
    let until = at("2026-12-10T12:00:00Z");
    assert_eq!(case.admit(&[]), Err(SignUpRefusal::Paused(until)));
    // who appeals is not excused yet
    case.others[0].enter(SignUpState::Appealed, case.now);
    assert!(case.others[0].appealed);
    assert_eq!(case.admit(&[]), Err(SignUpRefusal::Paused(until)));
    absent.state = SignUpState::Excused;
    case.others = vec![absent.clone(), absent];
    assert_eq!(case.admit(&[]), Ok(SignUpState::Confirmed));
}

#[test]
fn those_who_wait_are_asked_in_their_order_and_an_offer_ends() {
    let rules = Catalogue::built_in().unwrap();
    let shift = shift(2);
    let now = at("2026-11-22T00:00:00Z");
    let mut list = vec![
        sign_up(&shift, 4, SignUpState::Waiting, 4),
        sign_up(&shift, 2, SignUpState::Waiting, 2),
        sign_up(&shift, 3, SignUpState::Waiting, 3),
        sign_up(&shift, 1, SignUpState::Confirmed, 1),
    ];
    assert_eq!(promote(&shift, &mut list, &rules.sign_up, now), [1]);
    assert_eq!(list[1].state, SignUpState::Offered);
    let until = list[1].offer_until.unwrap();
    assert_eq!(until, now.plus(Duration::from_hours(2)));
    assert_eq!(
        promote(&shift, &mut list, &rules.sign_up, now),
        [0_usize; 0]
    );
    assert_eq!(promote(&shift, &mut list, &rules.sign_up, until), [1, 2]);
    assert_eq!(
        [list[1].state, list[2].state],
        [SignUpState::Lapsed, SignUpState::Offered]
    );
    // near the shift there is less time, and none once it has begun
    let near = at("2026-11-27T09:00:00Z");
    assert_eq!(promote(&shift, &mut list, &rules.sign_up, near), [2, 0]);
    assert_eq!(
        list[0].offer_until,
        Some(near.plus(Duration::from_mins(15)))
    );
    let begun = shift.begins_at;
    assert_eq!(promote(&shift, &mut list, &rules.sign_up, begun), [0]);
}

/// A small generator whose sequence is the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

#[test]
fn whatever_happens_no_place_is_given_twice_and_nobody_is_passed_over() {
    let rules = Catalogue::built_in().unwrap();
    for seed in 0..200 {
        let mut dice = Dice(seed);
        let needed = u32::try_from(1 + dice.roll(4)).unwrap();
        let mut shift = shift(needed);
        let mut list: Vec<SignUp> = Vec::new();
        let mut now = at("2026-11-22T00:00:00Z");
        for turn in 0..150_u128 {
            now = now.plus(Duration::from_mins(u64::try_from(dice.roll(60)).unwrap()));
            let index = dice.roll(list.len().max(1));
            match dice.roll(4) {
                0 | 1 => {
                    let state = if super::has_place(&shift, &list, 1) {
                        SignUpState::Confirmed
                    } else {
                        SignUpState::Waiting
                    };
                    let ticket = shift.ticket();
                    list.push(sign_up(&shift, turn + 1, state, ticket));
                }
                2 if list.get(index).is_some_and(|one| one.state.is_pending()) => {
                    list[index].enter(SignUpState::Withdrawn, now);
                }
                3 if list
                    .get(index)
                    .is_some_and(|one| one.offer_until.is_some_and(|until| now < until)) =>
                {
                    list[index].enter(SignUpState::Confirmed, now);
                }
                _ => {}
            }
            promote(&shift, &mut list, &rules.sign_up, now);
            let held = list.iter().filter(|one| one.state.holds_place()).count();
            assert!(held <= usize::try_from(needed).unwrap(), "{seed}");
            let waiting = list.iter().filter(|one| one.state == SignUpState::Waiting);
            let first = waiting.map(|one| one.ticket).min();
            let offered = list.iter().filter(|one| one.state == SignUpState::Offered);
            let asked = offered.map(|one| one.ticket).max();
            // whoever is asked came before all who still wait, and nobody waits beside a free place
            assert!(
                first.is_none_or(|first| asked.is_none_or(|asked| asked < first)),
                "{seed}"
            );
            assert!(
                first.is_none() || held == usize::try_from(needed).unwrap(),
                "{seed}"
            );
        }
    }
}
