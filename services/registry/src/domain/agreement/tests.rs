#![expect(clippy::unwrap_used, reason = "tests may")]

use jiff::civil::date;
use kernel::{AccountId, IdSourceExt, OrgCode, SystemIds, Timestamp, Version};
use proptest::prelude::*;

use super::{
    Agreement, AgreementState, AgreementStep, CommitmentState, CommitmentStep, Promise, Tally,
    Terms, WrongStep, WrongTerms,
};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn org(number: usize) -> OrgCode {
    format!("420105011010.U{number}").parse().unwrap()
}

fn terms(parties: usize) -> Terms {
    Terms {
        title: "共享停车".to_owned(),
        from: date(2026, 1, 1),
        until: date(2026, 12, 31),
        parties: (0..parties).map(org).collect(),
        promises: (0..parties)
            .map(|number| Promise {
                by: org(number),
                what: "夜间开放车位".to_owned(),
                measure: "30 个".to_owned(),
                due_on: date(2026, 6, 30),
            })
            .collect(),
    }
}

fn draft(parties: usize) -> Agreement {
    let ids = SystemIds::new();
    let mut agreement = Agreement {
        id: ids.next(),
        alliance: None,
        title: String::new(),
        from: date(2026, 1, 1),
        until: date(2026, 1, 1),
        drafted_by: org(0),
        parties: Vec::new(),
        commitments: Vec::new(),
        state: AgreementState::Draft,
        version: Version::FIRST,
        created_at: NOW,
        updated_at: NOW,
    };
    agreement.write(terms(parties), &mut || ids.next());
    agreement
}

fn somebody() -> AccountId {
    SystemIds::new().next()
}

fn in_force(parties: usize) -> Agreement {
    let mut agreement = draft(parties);
    agreement
        .step(AgreementStep::Propose, &org(0), somebody(), NOW)
        .unwrap();
    for party in 1..parties {
        assert_eq!(agreement.state, AgreementState::Proposed);
        agreement
            .step(AgreementStep::Consent, &org(party), somebody(), NOW)
            .unwrap();
    }
    agreement
}

#[test]
fn an_agreement_is_in_force_when_every_party_has_consented() {
    let agreement = in_force(3);
    assert_eq!(agreement.state, AgreementState::InForce);
    let open = |commitment: &super::Commitment| commitment.state == CommitmentState::Open;
    assert!(agreement.commitments.iter().all(open));
    let mut agreement = draft(2);
    let mut step = |step, party| agreement.step(step, &org(party), somebody(), NOW);
    assert_eq!(step(AgreementStep::Propose, 1), Err(WrongStep::OtherParty));
    assert_eq!(step(AgreementStep::Consent, 0), Err(WrongStep::State));
    assert_eq!(step(AgreementStep::Propose, 0), Ok(()));
    assert_eq!(step(AgreementStep::Consent, 0), Err(WrongStep::State));
    assert_eq!(step(AgreementStep::Consent, 7), Err(WrongStep::OtherParty));
    // sent back, nobody has consented to what is written next
    assert_eq!(step(AgreementStep::SendBack, 1), Ok(()));
    assert!(
        agreement
            .parties
            .iter()
            .all(|party| party.consent.is_none())
    );
    let ids = SystemIds::new();
    assert_eq!(agreement.revise(terms(3), &mut || ids.next(), NOW), Ok(()));
    assert_eq!(agreement.parties.len(), 3);
}

#[test]
fn nobody_consents_for_two_parties() {
    let mut agreement = draft(3);
    let (first, second) = (somebody(), somebody());
    let mut step = |step, party, account| agreement.step(step, &org(party), account, NOW);
    step(AgreementStep::Propose, 0, first).unwrap();
    // neither whoever proposed it nor whoever consented for another party
    let same = Err(WrongStep::SamePerson);
    assert_eq!(step(AgreementStep::Consent, 1, first), same);
    assert_eq!(step(AgreementStep::Consent, 1, second), Ok(()));
    assert_eq!(step(AgreementStep::Consent, 2, second), same);
    assert_eq!(agreement.state, AgreementState::Proposed);
    // what is sent back is nobody's any more
    agreement
        .step(AgreementStep::SendBack, &org(1), second, NOW)
        .unwrap();
    agreement
        .step(AgreementStep::Propose, &org(0), second, NOW)
        .unwrap();
}

#[test]
fn what_one_promises_another_confirms() {
    let mut agreement = in_force(2);
    let ids: Vec<_> = agreement.commitments.iter().map(|known| known.id).collect();
    let reporter = somebody();
    for (number, id) in ids.into_iter().enumerate() {
        let (own, other) = (org(number), org(1 - number));
        let mut step = |step, party: &OrgCode, account| {
            agreement.step_commitment(id, step, party, account, NOW)
        };
        assert_eq!(
            step(CommitmentStep::Report, &other, reporter),
            Err(WrongStep::OtherParty)
        );
        assert_eq!(
            step(CommitmentStep::Confirm, &other, reporter),
            Err(WrongStep::State)
        );
        assert_eq!(step(CommitmentStep::Report, &own, reporter), Ok(()));
        assert_eq!(step(CommitmentStep::Reject, &other, somebody()), Ok(()));
        assert_eq!(step(CommitmentStep::Report, &own, reporter), Ok(()));
        assert_eq!(
            step(CommitmentStep::Confirm, &own, somebody()),
            Err(WrongStep::OtherParty)
        );
        assert_eq!(
            step(CommitmentStep::Confirm, &other, reporter),
            Err(WrongStep::SamePerson)
        );
        assert_eq!(step(CommitmentStep::Confirm, &other, somebody()), Ok(()));
    }
    assert_eq!(agreement.state, AgreementState::Fulfilled);
    let whole = Tally {
        promised: 2,
        kept: 2,
        overdue: 0,
    };
    assert_eq!(agreement.tally(date(2027, 1, 1)), whole);
}

#[test]
fn what_is_not_confirmed_when_it_ends_was_not_kept() {
    let mut agreement = in_force(2);
    assert_eq!(agreement.tally(date(2026, 6, 30)).overdue, 0);
    assert_eq!(agreement.tally(date(2026, 7, 1)).overdue, 2);
    assert_eq!(agreement.expire(date(2026, 12, 31), NOW), None);
    assert_eq!(agreement.expire(date(2027, 1, 1), NOW), Some(()));
    assert_eq!(agreement.state, AgreementState::Expired);
    let none = Tally {
        promised: 2,
        kept: 0,
        overdue: 0,
    };
    assert_eq!(agreement.tally(date(2027, 1, 1)), none);
    assert_eq!(draft(2).tally(date(2027, 1, 1)), Tally::default());
}

#[test]
fn wrong_terms_are_told_by_their_place() {
    let today = date(2026, 1, 1);
    let check = |change: fn(&mut Terms)| {
        let mut terms = terms(2);
        change(&mut terms);
        terms.check(today)
    };
    assert_eq!(check(|_| ()), Ok(()));
    assert_eq!(
        check(|terms| terms.until = date(2025, 1, 1)),
        Err(WrongTerms::Days)
    );
    assert_eq!(
        check(|terms| terms.parties.push(org(0))),
        Err(WrongTerms::PartyTwice)
    );
    let stranger = check(|terms| terms.parties.truncate(1));
    assert_eq!(stranger, Err(WrongTerms::NoParty(1)));
    let late = check(|terms| terms.until = date(2026, 6, 29));
    assert_eq!(late, Err(WrongTerms::DueOutside(0)));
}

proptest! {
    #[test]
    fn an_agreement_in_force_has_every_consent_and_one_that_is_over_stays_so(
        steps in prop::collection::vec((prop::sample::select(&[
            AgreementStep::Propose, AgreementStep::Consent, AgreementStep::SendBack,
            AgreementStep::Withdraw, AgreementStep::End,
        ][..]), 0_usize..3), 0..20),
    ) {
        let mut agreement = draft(3);
        let mut over = None;
        for (step, party) in steps {
            let before = agreement.version;
            let done = agreement.step(step, &org(party), somebody(), NOW);
            prop_assert_eq!(done.is_ok(), agreement.version != before);
            let consented = agreement.parties.iter().all(|party| party.consent.is_some());
            if agreement.state == AgreementState::InForce {
                prop_assert!(consented);
            }
            if let Some(state) = over {
                prop_assert_eq!(agreement.state, state);
            }
            over = agreement.state.is_over().then_some(agreement.state);
        }
    }
}
