//! Conflicts of interest (回避): whose orders an account keeps out of.

use kernel::{AccountId, ExclusionId, OrgCode, OrgPath, Timestamp};

/// Exclusions of one account that count at a time.
pub const MAX_EXCLUSIONS: usize = 100;

/// Whose orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// Orders about an organisation, or at a place within it (单位).
    Organisation(OrgCode),
    /// Orders of a person (个人).
    Person(AccountId),
}

impl About {
    /// Reads the two members of a request, of which exactly one is given.
    #[must_use]
    pub fn one_of(organisation: Option<OrgCode>, person: Option<AccountId>) -> Option<Self> {
        match (organisation, person) {
            (Some(organisation), None) => Some(Self::Organisation(organisation)),
            (None, Some(person)) => Some(Self::Person(person)),
            _ => None,
        }
    }

    /// Returns the organisation, if it is about one.
    #[must_use]
    pub fn organisation(&self) -> Option<&OrgCode> {
        match self {
            Self::Organisation(code) => Some(code),
            Self::Person(_) => None,
        }
    }

    /// Returns the person, if it is about one.
    #[must_use]
    pub fn person(&self) -> Option<AccountId> {
        match self {
            Self::Organisation(_) => None,
            Self::Person(account) => Some(*account),
        }
    }

    /// Says whether something of this person at this place is meant.
    #[must_use]
    pub fn concerns(&self, person: Option<AccountId>, place: &OrgPath) -> bool {
        match self {
            Self::Person(meant) => person == Some(*meant),
            Self::Organisation(code) => {
                let nodes = place.ancestors();
                nodes.iter().any(|node| node.leaf().as_ref() == Some(code))
            }
        }
    }
}

/// An exclusion that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exclusion {
    pub(crate) id: ExclusionId,
    pub(crate) account: AccountId,
    pub(crate) about: About,
    pub(crate) reason: String,
    pub(crate) created_by: AccountId,
    pub(crate) created_at: Timestamp,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::{AccountId, IdSourceExt, OrgPath, SystemIds};

    use super::About;

    #[test]
    fn an_organisation_means_everything_within_it() {
        let place: OrgPath = "/420105000000/420105011000/".parse().unwrap();
        let street = About::Organisation("420105011000".parse().unwrap());
        let district = About::Organisation("420105000000".parse().unwrap());
        let other = About::Organisation("420105012000".parse().unwrap());
        assert!(street.concerns(None, &place) && district.concerns(None, &place));
        assert!(!other.concerns(None, &place) && !street.concerns(None, &OrgPath::root()));
    }

    #[test]
    fn a_person_is_meant_everywhere() {
        let ids = SystemIds::new();
        let (one, other): (AccountId, AccountId) = (ids.next(), ids.next());
        let about = About::one_of(None, Some(one)).unwrap();
        assert!(about.concerns(Some(one), &OrgPath::root()));
        assert!(!about.concerns(Some(other), &OrgPath::root()));
        assert!(!about.concerns(None, &OrgPath::root()));
        assert_eq!(About::one_of(None, None), None);
    }
}
