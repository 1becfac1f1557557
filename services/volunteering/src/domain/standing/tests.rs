#![expect(clippy::unwrap_used, reason = "tests may")]

use std::collections::BTreeSet;

use jiff::civil::{date, datetime, time};
use kernel::{AccountId, Timestamp, TypedId, Version, VolunteerId};
use uuid::Uuid;

use super::{CategorySkills, Reason, Record, Requirement, TaskRules, Wanted, reasons, unmet};
use crate::domain::volunteer::{Preferences, Volunteer, VolunteerState, Weekday, Window};

fn rules() -> TaskRules {
    TaskRules {
        at_once: 2,
        cool_down_minutes: 30,
        remind_hours: 24,
        take_back_hours: 48,
        invitation_hours: 24,
        waiting_most: 20,
        waiting_minutes: 120,
        waiting_minutes_in_all: 720,
        unassigned: 1_000,
        each: 2,
        load: 4,
        away: 10,
        busy: 15,
        unfamiliar: 5,
        skill: vec![CategorySkills {
            category: "02".to_owned(),
            skills: vec!["electrician".to_owned()],
        }],
    }
}

fn volunteer(home: &str) -> Volunteer {
    Volunteer {
        id: VolunteerId::from_uuid(Uuid::from_u128(1)),
        account: AccountId::from_uuid(Uuid::from_u128(1)),
        number: "V1".to_owned(),
        home: home.parse().unwrap(),
        state: VolunteerState::Certified,
        preferences: Preferences::default(),
        minor_until: None,
        proofs: Vec::new(),
        version: Version::FIRST,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn quota_pause_and_skills_are_limits() {
    let place = "/420105000000/420105011000/".parse().unwrap();
    let now: Timestamp = "2026-11-22T01:00:00Z".parse().unwrap();
    let at = (date(2026, 11, 22), now);
    let wanted = |category| Wanted {
        place: &place,
        category,
        skills: &[],
    };
    let (one, rules) = (volunteer("/420105000000/"), rules());
    let mut record = Record {
        held: 1,
        ..Record::default()
    };
    assert_eq!(
        unmet(&rules, wanted(Some("0102")), (Some(&one), &record), at),
        []
    );
    record.held = 2;
    record.released_at = Some("2026-11-22T00:30:01Z".parse().unwrap());
    let both = unmet(&rules, wanted(None), (None, &record), at);
    assert_eq!(both, [Requirement::AtOnce, Requirement::CoolDown]);
    record.released_at = Some("2026-11-22T00:30:00Z".parse().unwrap());
    record.held = 0;
    let skill = unmet(&rules, wanted(Some("0203")), (Some(&one), &record), at);
    assert_eq!(skill, [Requirement::Skills]);
    assert!(rules.limit_claims(None));
    let none = TaskRules {
        at_once: 0,
        cool_down_minutes: 0,
        ..rules
    };
    assert!(!none.limit_claims(Some("0102")));
    assert!(none.limit_claims(Some("0203")));
}

#[test]
fn silence_is_reminded_of_before_it_ends() {
    let hours = |hours| std::time::Duration::from_hours(hours);
    let silence = rules().silence().unwrap();
    assert_eq!((silence.first, silence.then), (hours(24), hours(24)));
    let mut blunt = rules();
    blunt.remind_hours = 0;
    let silence = blunt.silence().unwrap();
    assert_eq!(
        (silence.first, silence.then, silence.reminds),
        (hours(48), hours(0), false)
    );
    let mut wrong = rules();
    wrong.remind_hours = 48;
    assert!(
        wrong
            .is_wrong(|_| true)
            .unwrap()
            .contains("reminded before")
    );
    wrong.take_back_hours = 0;
    assert_eq!((wrong.silence(), wrong.is_wrong(|_| true)), (None, None));
}

#[test]
fn who_is_near_rested_free_and_knows_the_matter_comes_first() {
    let place = "/420105000000/420105011000/420105011010/".parse().unwrap();
    let wanted = Wanted {
        place: &place,
        category: Some("0102"),
        skills: &[],
    };
    let rules = rules();
    let price = |home: &str, windows: Vec<Window>, record: &Record| {
        let mut one = volunteer(home);
        one.preferences.windows = windows;
        let found = reasons(
            &rules,
            wanted,
            (&one, record),
            datetime(2026, 11, 22, 9, 0, 0, 0),
        );
        let sum: i64 = found.iter().map(|(_, price)| price).sum();
        (sum, found)
    };
    let sunday = |from, until| Window {
        weekday: Weekday::Sunday,
        from,
        until,
    };
    let (here, away) = (
        "/420105000000/420105011000/420105011010/",
        "/420105000000/420105012000/",
    );
    let best = Record {
        did: BTreeSet::from(["0102".to_owned()]),
        ..Record::default()
    };
    assert_eq!(price(here, Vec::new(), &best).0, 0);
    assert_eq!(price(away, Vec::new(), &best).0, 20);
    let free = vec![sunday(time(8, 0, 0, 0), time(10, 0, 0, 0))];
    assert_eq!(price(here, free, &best).0, 0);
    let later = vec![sunday(time(10, 0, 0, 0), time(12, 0, 0, 0))];
    assert_eq!(price(here, later, &best).0, 15);
    let tired = Record {
        lately: 3,
        held: 1,
        ..Record::default()
    };
    let (sum, found) = price(here, Vec::new(), &tired);
    assert_eq!(sum, 4 * 4 + 5);
    assert!(found.contains(&(Reason::SamePlace, 0)));
    assert!(found.contains(&(Reason::Unfamiliar, 5)));
}
