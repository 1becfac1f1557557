//! Conflicts of interest (回避): who is not told of an order by their role.

use std::collections::HashMap;

use kernel::{AccountId, OrgCode};

use super::occurrence::Occurrence;

/// What somebody keeps out of, as identity told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exclusion {
    /// Orders about an organisation, or at a place within it.
    Organisation(OrgCode),
    /// Orders of a person.
    Person(AccountId),
}

impl Exclusion {
    fn concerns(&self, occurrence: &Occurrence) -> bool {
        match self {
            Self::Person(person) => occurrence.requester == Some(*person),
            Self::Organisation(code) => occurrence.nodes().any(|node| node == *code),
        }
    }
}

/// Who keeps out of what, as far as some events are concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptOut(HashMap<AccountId, Vec<Exclusion>>);

impl KeptOut {
    /// Says whether the account keeps out of what happened.
    #[must_use]
    pub fn bars(&self, account: AccountId, occurrence: &Occurrence) -> bool {
        let mut own = self.0.get(&account).into_iter().flatten();
        own.any(|exclusion| exclusion.concerns(occurrence))
    }
}

impl FromIterator<(AccountId, Exclusion)> for KeptOut {
    fn from_iter<I: IntoIterator<Item = (AccountId, Exclusion)>>(exclusions: I) -> Self {
        let mut kept_out: HashMap<AccountId, Vec<Exclusion>> = HashMap::new();
        for (account, exclusion) in exclusions {
            kept_out.entry(account).or_default().push(exclusion);
        }
        Self(kept_out)
    }
}
