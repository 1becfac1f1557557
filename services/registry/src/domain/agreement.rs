//! Agreements between organisations (共建协议): who takes part, who does what by when, and what came of it.

mod commitment;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use kernel::{
    AccountId, AgreementId, AllianceId, CommitmentId, OrgCode, Timestamp, Version, named,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use commitment::{Commitment, CommitmentState, CommitmentStep, Tally};

named! {
    /// How far an agreement has come.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum AgreementState {
        /// 草案
        Draft = "draft",
        /// 待各方签署
        Proposed = "proposed",
        /// 生效
        InForce = "in_force",
        /// 全部兑现
        Fulfilled = "fulfilled",
        /// 提前终止
        Ended = "ended",
        /// 期满
        Expired = "expired",
        /// 草案撤回
        Withdrawn = "withdrawn",
    }
}

impl AgreementState {
    /// Says whether nothing more becomes of it.
    pub(crate) fn is_over(self) -> bool {
        matches!(
            self,
            Self::Fulfilled | Self::Ended | Self::Expired | Self::Withdrawn
        )
    }
}

named! {
    /// What a party does with an agreement.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum AgreementStep {
        /// 提交签署 (by who drafted it; counts as its consent)
        Propose = "propose",
        /// 签署 (by each of the other parties; the last one brings it into force)
        Consent = "consent",
        /// 退回修改 (by a party; it is a draft again, and all consents are void)
        SendBack = "send_back",
        /// 撤回草案 (by who drafted it)
        Withdraw = "withdraw",
        /// 提前终止 (by a party)
        End = "end",
    }
}

/// A party with its consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Party {
    /// The organisation.
    pub(crate) org_code: OrgCode,
    /// Who consented in its name, and when (签署).
    pub(crate) consent: Option<(AccountId, Timestamp)>,
}

/// What an agreement says, before anybody has consented.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Terms {
    /// What it is about, in a line.
    pub(crate) title: String,
    /// First day.
    pub(crate) from: Date,
    /// Last day.
    pub(crate) until: Date,
    /// Those who take part.
    pub(crate) parties: Vec<OrgCode>,
    /// Who does what by when.
    pub(crate) promises: Vec<Promise>,
}

/// What a party promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Promise {
    /// Who.
    pub(crate) by: OrgCode,
    /// What.
    pub(crate) what: String,
    /// By what it is measured.
    pub(crate) measure: String,
    /// Last day for it.
    pub(crate) due_on: Date,
}

/// What is wrong with the terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrongTerms {
    /// The last day is before the first one, or over.
    Days,
    /// The same organisation twice.
    PartyTwice,
    /// The promise of that number is made by somebody who is no party.
    NoParty(usize),
    /// The promise of that number is due outside of the term.
    DueOutside(usize),
}

impl Terms {
    /// Checks what can be checked without knowing the organisations.
    pub(crate) fn check(&self, today: Date) -> Result<(), WrongTerms> {
        if self.until < self.from || self.until < today {
            return Err(WrongTerms::Days);
        }
        let mut parties: Vec<&OrgCode> = self.parties.iter().collect();
        parties.sort_unstable();
        parties.dedup();
        if parties.len() != self.parties.len() {
            return Err(WrongTerms::PartyTwice);
        }
        for (index, promise) in self.promises.iter().enumerate() {
            if !self.parties.contains(&promise.by) {
                return Err(WrongTerms::NoParty(index));
            }
            if !(self.from..=self.until).contains(&promise.due_on) {
                return Err(WrongTerms::DueOutside(index));
            }
        }
        Ok(())
    }
}

/// Why a step is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrongStep {
    /// Not by this party.
    OtherParty,
    /// One person does not act for two sides: whoever reported does not confirm, whoever consented for a party does not
    /// for another.
    SamePerson,
    /// Not from its state.
    State,
    /// It has no such commitment.
    NoCommitment,
}

/// An agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Agreement {
    /// Its id.
    pub(crate) id: AgreementId,
    /// Alliance within which it was made.
    pub(crate) alliance: Option<AllianceId>,
    /// What it is about, in a line.
    pub(crate) title: String,
    /// First day.
    pub(crate) from: Date,
    /// Last day.
    pub(crate) until: Date,
    /// Party that drafted it.
    pub(crate) drafted_by: OrgCode,
    /// Those who take part.
    pub(crate) parties: Vec<Party>,
    /// Who does what by when.
    pub(crate) commitments: Vec<Commitment>,
    /// How far it has come.
    pub(crate) state: AgreementState,
    /// Its version.
    pub(crate) version: Version,
    /// When it was drafted.
    pub(crate) created_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
}

impl Agreement {
    /// Takes over what it says; in the state of a draft only.
    pub(crate) fn write(&mut self, terms: Terms, ids: &mut dyn FnMut() -> CommitmentId) {
        self.title = terms.title;
        self.from = terms.from;
        self.until = terms.until;
        self.parties = terms
            .parties
            .into_iter()
            .map(|org_code| Party {
                org_code,
                consent: None,
            })
            .collect();
        self.commitments = terms
            .promises
            .into_iter()
            .map(|promise| Commitment::new(ids(), promise))
            .collect();
    }

    /// Writes a draft anew.
    pub(crate) fn revise(
        &mut self,
        terms: Terms,
        ids: &mut dyn FnMut() -> CommitmentId,
        now: Timestamp,
    ) -> Result<(), WrongStep> {
        if self.state != AgreementState::Draft {
            return Err(WrongStep::State);
        }
        self.write(terms, ids);
        self.changed(now);
        Ok(())
    }

    /// Takes a step in the name of a party.
    pub(crate) fn step(
        &mut self,
        step: AgreementStep,
        party: &OrgCode,
        account: AccountId,
        now: Timestamp,
    ) -> Result<(), WrongStep> {
        if !self.parties.iter().any(|known| known.org_code == *party) {
            return Err(WrongStep::OtherParty);
        }
        let drafter = self.drafted_by == *party;
        let own = matches!(step, AgreementStep::Propose | AgreementStep::Withdraw);
        if own && !drafter {
            return Err(WrongStep::OtherParty);
        }
        match (self.state, step) {
            (AgreementState::Draft, AgreementStep::Propose) => {
                self.state = AgreementState::Proposed;
                self.consent(party, account, now)?;
            }
            (AgreementState::Proposed, AgreementStep::Consent) => {
                self.consent(party, account, now)?;
            }
            (AgreementState::Proposed, AgreementStep::SendBack) => {
                self.state = AgreementState::Draft;
                self.parties
                    .iter_mut()
                    .for_each(|party| party.consent = None);
            }
            (AgreementState::Draft | AgreementState::Proposed, AgreementStep::Withdraw) => {
                self.state = AgreementState::Withdrawn;
            }
            (AgreementState::InForce, AgreementStep::End) => self.close(AgreementState::Ended),
            _ => return Err(WrongStep::State),
        }
        self.changed(now);
        Ok(())
    }

    fn consent(
        &mut self,
        party: &OrgCode,
        account: AccountId,
        now: Timestamp,
    ) -> Result<(), WrongStep> {
        let consented = |known: &Party| {
            known.org_code != *party && known.consent.is_some_and(|(who, _)| who == account)
        };
        if self.parties.iter().any(consented) {
            return Err(WrongStep::SamePerson);
        }
        let own = self
            .parties
            .iter_mut()
            .find(|known| known.org_code == *party);
        let own = own.ok_or(WrongStep::OtherParty)?;
        if own.consent.is_some() {
            return Err(WrongStep::State);
        }
        own.consent = Some((account, now));
        if self.parties.iter().all(|party| party.consent.is_some()) {
            self.state = AgreementState::InForce;
            self.commitments.iter_mut().for_each(Commitment::open);
        }
        Ok(())
    }

    /// Takes a commitment a step further in the name of a party.
    pub(crate) fn step_commitment(
        &mut self,
        id: CommitmentId,
        step: CommitmentStep,
        party: &OrgCode,
        account: AccountId,
        now: Timestamp,
    ) -> Result<(), WrongStep> {
        if !self.parties.iter().any(|known| known.org_code == *party) {
            return Err(WrongStep::OtherParty);
        }
        let commitment = self.commitments.iter_mut().find(|known| known.id == id);
        let commitment = commitment.ok_or(WrongStep::NoCommitment)?;
        if self.state != AgreementState::InForce {
            return Err(WrongStep::State);
        }
        commitment.step(step, party, account, now)?;
        let kept = |commitment: &Commitment| commitment.state == CommitmentState::Confirmed;
        if self.commitments.iter().all(kept) {
            self.state = AgreementState::Fulfilled;
        }
        self.changed(now);
        Ok(())
    }

    /// Ends it when its term is over; nothing where it is not. What waits for signatures then is withdrawn.
    pub(crate) fn expire(&mut self, today: Date, now: Timestamp) -> Option<()> {
        let next = match self.state {
            AgreementState::InForce => AgreementState::Expired,
            AgreementState::Draft | AgreementState::Proposed => AgreementState::Withdrawn,
            _ => return None,
        };
        if self.until >= today {
            return None;
        }
        self.close(next);
        self.changed(now);
        Some(())
    }

    fn close(&mut self, state: AgreementState) {
        self.state = state;
        self.commitments.iter_mut().for_each(Commitment::lapse);
    }

    fn changed(&mut self, now: Timestamp) {
        self.version = self.version.next();
        self.updated_at = now;
    }

    /// Counts what has been promised and kept.
    pub(crate) fn tally(&self, today: Date) -> Tally {
        let mut tally = Tally::default();
        for commitment in &self.commitments {
            tally.count(commitment.state, commitment.due_on < today, 1);
        }
        tally
    }
}
