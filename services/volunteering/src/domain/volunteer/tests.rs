#![expect(clippy::unwrap_used, reason = "tests may")]

use jiff::civil::{Date, date};
use kernel::{AccountId, Timestamp, TypedId, Version, VolunteerId};
use uuid::Uuid;

use super::{
    Lack, Needs, OfAge, Preferences, Proof, ProofKind, ProofState, ProofStep, Unfit, Volunteer,
    VolunteerState, VolunteerStep,
};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn account(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

fn volunteer() -> Volunteer {
    Volunteer {
        id: VolunteerId::from_uuid(Uuid::nil()),
        account: account(1),
        number: "42010500000001".to_owned(),
        home: "/420105000000/".parse().unwrap(),
        state: VolunteerState::Certified,
        preferences: Preferences::default(),
        minor_until: None,
        proofs: Vec::new(),
        version: Version::FIRST,
        created_at: NOW,
        updated_at: NOW,
    }
}

fn proof(kind: ProofKind, valid_until: Date) -> Proof {
    Proof {
        number: 0,
        kind,
        skill: (kind == ProofKind::Skill).then(|| "first_aid".to_owned()),
        paper: None,
        tail: None,
        valid_from: date(2026, 1, 1),
        valid_until: Some(valid_until),
        state: ProofState::Claimed,
        decided_by: None,
        decided_at: None,
    }
}

fn on(day: Date) -> (Date, Date) {
    (day, day)
}

#[test]
fn a_proof_counts_once_confirmed_and_until_its_last_day() {
    let mut volunteer = volunteer();
    let skills = ["first_aid".to_owned()];
    let needs = Needs {
        proven: &skills,
        insurance: true,
        minors: false,
    };
    let last = date(2026, 6, 30);
    assert_eq!(
        volunteer.lacks(needs, on(last)),
        [Lack::Skill, Lack::Insurance]
    );
    let skill = volunteer.claim(proof(ProofKind::Skill, last), NOW).unwrap();
    let insurance = volunteer
        .claim(proof(ProofKind::Insurance, last), NOW)
        .unwrap();
    assert_eq!((skill, insurance), (1, 2));
    assert_eq!(
        volunteer.lacks(needs, on(last)),
        [Lack::Skill, Lack::Insurance]
    );
    let own = volunteer.decide(skill, ProofStep::Confirm, account(1), NOW);
    assert_eq!(own, Err(Unfit::Own));
    for number in [skill, insurance] {
        volunteer
            .decide(number, ProofStep::Confirm, account(2), NOW)
            .unwrap();
    }
    assert_eq!(volunteer.lacks(needs, on(last)), []);
    // it must last until the service is over
    let over_midnight = (last, date(2026, 7, 1));
    assert_eq!(
        volunteer.lacks(needs, over_midnight),
        [Lack::Skill, Lack::Insurance]
    );
    assert_eq!(
        volunteer.lacks(needs, on(date(2025, 12, 31))),
        [Lack::Skill, Lack::Insurance]
    );
    volunteer
        .decide(skill, ProofStep::Refuse, account(2), NOW)
        .unwrap();
    assert_eq!(volunteer.lacks(needs, on(last)), [Lack::Skill]);
    assert_eq!(
        volunteer.decide(skill, ProofStep::Confirm, account(2), NOW),
        Err(Unfit::State)
    );
    assert_eq!(
        volunteer.decide(9, ProofStep::Confirm, account(2), NOW),
        Err(Unfit::NoProof)
    );
}

#[test]
fn minors_need_consent_and_are_kept_out_of_what_is_closed_to_them() {
    let mut volunteer = volunteer();
    let of_age = date(2026, 9, 1);
    volunteer
        .step(VolunteerStep::Confirm, OfAge::On(of_age), account(2), NOW)
        .unwrap();
    let open = Needs {
        proven: &[],
        insurance: false,
        minors: true,
    };
    let closed = Needs {
        minors: false,
        ..open
    };
    let before = on(date(2026, 8, 31));
    assert_eq!(volunteer.lacks(open, before), [Lack::GuardianConsent]);
    assert_eq!(volunteer.lacks(closed, before), [Lack::Age]);
    assert_eq!(volunteer.lacks(closed, on(of_age)), []);
    let consent = proof(ProofKind::GuardianConsent, date(2026, 12, 31));
    let number = volunteer.claim(consent, NOW).unwrap();
    volunteer
        .decide(number, ProofStep::Confirm, account(2), NOW)
        .unwrap();
    assert_eq!(volunteer.lacks(open, before), []);
    assert_eq!(volunteer.lacks(closed, before), [Lack::Age]);
}

#[test]
fn who_moves_is_confirmed_anew_and_nobody_confirms_themselves() {
    let mut volunteer = volunteer();
    let home = volunteer.home.clone();
    volunteer.prefer(home, Preferences::default(), NOW);
    assert_eq!(volunteer.state, VolunteerState::Certified);
    volunteer.prefer(
        "/420106000000/".parse().unwrap(),
        Preferences::default(),
        NOW,
    );
    assert_eq!(volunteer.state, VolunteerState::Registered);
    let own = volunteer.step(VolunteerStep::Confirm, OfAge::Unsaid, account(1), NOW);
    assert_eq!(own, Err(Unfit::Own));
    let resumed = volunteer.step(VolunteerStep::Resume, OfAge::Unsaid, account(2), NOW);
    assert_eq!(resumed, Err(Unfit::State));
    for step in [
        VolunteerStep::Suspend,
        VolunteerStep::Resume,
        VolunteerStep::Confirm,
    ] {
        volunteer
            .step(step, OfAge::Unsaid, account(2), NOW)
            .unwrap();
    }
    assert_eq!(volunteer.state, VolunteerState::Certified);
}
